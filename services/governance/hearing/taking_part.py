"""What the people of a hearing do: register, come in, speak, sign. Pure: the one gate stands before it."""

from typing import NamedTuple
from uuid import UUID

import msgspec

from contracts.commands.hearings import RecordOpinion, RegisterForHearing, SignMinutes
from contracts.vocabulary import Evidence
from services.governance.hearing.errors import RegisteredBefore, TermUnfit, UnknownRegistration
from services.governance.hearing.guards import Facts
from services.governance.hearing.hearing import (
    MOST_EVIDENCE,
    MOST_OPINIONS,
    Hearing,
    Opinion,
    Registration,
    Speech,
)
from services.governance.hearing.lifecycle import Step, transition
from services.governance.hearing.stages import (
    LONGEST_REASON,
    SHORTEST_REASON,
    code_matches,
    moved,
    silenced,
)
from services.governance.meeting.meeting import fit_text

SHORTEST_NAME, LONGEST_NAME = 1, 64
SHORTEST_OPINION, LONGEST_OPINION = 2, 5_000


class Took(NamedTuple):
    """A hearing after somebody has done something, and that person's registration."""

    hearing: Hearing
    registration: Registration


def register(
    hearing: Hearing, command: RegisterForHearing, facts: Facts, *, account_id: UUID | None, code: str
) -> Took:
    """报名, by one's account or, at the window, by name.

    Raises: IllegalTransition, RegistrationOver, RegisteredBefore, a text's length.
    """
    row = transition(hearing.state, Step.REGISTER, facts)
    name = ""
    if account_id is None:
        name = fit_text(command.name, "name", SHORTEST_NAME, LONGEST_NAME)
        if any(each.name == name for each in facts.registrations):
            raise RegisteredBefore
    registration = Registration(
        id=command.registration_id,
        hearing_id=hearing.id,
        capacity=command.capacity,
        side=command.side,
        account_id=account_id,
        name=name,
        code=code,
        registered_at=facts.now,
    )
    return Took(moved(hearing, row), registration)


def check_in(hearing: Hearing, code: str, facts: Facts) -> Took:
    """签到. Raises: IllegalTransition, UnknownRegistration."""
    row = transition(hearing.state, Step.CHECK_IN, facts)
    found = code_matches(facts.registrations, code)
    if found is None:
        raise UnknownRegistration
    return Took(moved(hearing, row), msgspec.structs.replace(found, present=True))


def ask_floor(hearing: Hearing, facts: Facts) -> Hearing:
    """申请发言. Raises: IllegalTransition, NotPresent, AskedBefore."""
    row = transition(hearing.state, Step.ASK_FLOOR, facts)
    one = _one(facts)
    asked = Speech(registration_id=one.id, side=one.side, asked_at=facts.now)
    return moved(hearing, row, speeches=(*hearing.speeches, asked))


def give_floor(hearing: Hearing, facts: Facts) -> Hearing:
    """请发言: whoever has used up the time gives the floor up.

    Raises: IllegalTransition, NotPresent, NotAsked, FloorTaken, OtherSideWaits.
    """
    row = transition(hearing.state, Step.GIVE_FLOOR, facts)
    one = _one(facts)
    speeches = [
        msgspec.structs.replace(each, started_at=facts.now)
        if each.registration_id == one.id and each.started_at is None
        else each
        for each in silenced(hearing, now=facts.now)
    ]
    return moved(hearing, row, speeches=tuple(speeches))


def submit_evidence(hearing: Hearing, files: tuple[Evidence, ...], facts: Facts) -> Hearing:
    """提交材料. Raises: IllegalTransition, TermUnfit."""
    row = transition(hearing.state, Step.SUBMIT_EVIDENCE, facts)
    known = {each.media_id for each in hearing.evidence}
    evidence = (*hearing.evidence, *(each for each in files if each.media_id not in known))
    if not files or len(evidence) > MOST_EVIDENCE:
        raise TermUnfit(f"from 1 to {MOST_EVIDENCE}", field="evidence")
    return moved(hearing, row, evidence=evidence)


def record_opinion(hearing: Hearing, command: RecordOpinion, facts: Facts) -> Hearing:
    """记录意见. Raises: IllegalTransition, NotPresent, SignedBefore, TermUnfit, a text's length."""
    row = transition(hearing.state, Step.RECORD_OPINION, facts)
    one = _one(facts)
    if len(hearing.opinions) >= MOST_OPINIONS or any(
        each.id == command.opinion_id for each in hearing.opinions
    ):
        raise TermUnfit("recorded before, or too many", field="opinion_id")
    opinion = Opinion(
        id=command.opinion_id,
        registration_id=one.id,
        side=one.side,
        text=fit_text(command.text, "text", SHORTEST_OPINION, LONGEST_OPINION),
        recorded_at=facts.now,
    )
    return moved(hearing, row, opinions=(*hearing.opinions, opinion))


def sign(hearing: Hearing, command: SignMinutes, facts: Facts) -> Took:
    """签署笔录, or 拒绝签署 with the reason.

    Raises: IllegalTransition, NotPresent, MinutesMissing, SignedBefore, a text's length.
    """
    row = transition(hearing.state, Step.SIGN_MINUTES, facts)
    refusal = None
    if not command.signs:
        refusal = fit_text(command.reason, "reason", SHORTEST_REASON, LONGEST_REASON)
    signed = msgspec.structs.replace(_one(facts), signed=command.signs, signed_at=facts.now, refusal=refusal)
    return Took(moved(hearing, row), signed)


def _one(facts: Facts) -> Registration:
    assert facts.one is not None, "the gate has seen that it is there"
    return facts.one
