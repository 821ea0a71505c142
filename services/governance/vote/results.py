"""What happens to a vote's result, and what people object to. Pure."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from chassis.principal import Principal
from contracts.commands import votes as asks
from contracts.commands.votes import About
from services.governance.meeting.meeting import fit_text
from services.governance.roll.roll import Roll
from services.governance.standing import account_of
from services.governance.vote.authority import by_of
from services.governance.vote.lifecycle import By, Row, State, Step, Trigger, transition
from services.governance.vote.vote import LONGEST_TEXT, SHORTEST, Moved, Objected, Vote, facts_of, moved


class Objection(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody has against a roll or a result, and the answer to it."""

    id: UUID
    vote_id: UUID
    about: About
    text: str
    raised_at: datetime
    raised_by: UUID
    upheld: bool | None = None
    reason: str | None = None
    answered_at: datetime | None = None
    answered_by: UUID | None = None


class WithObjection(NamedTuple):
    """A vote after a step of an objection, and the objection as it is now."""

    vote: Vote
    row: Row
    objection: Objection


def publish_result(vote: Vote, principal: Principal, *, now: datetime) -> Moved:
    """公示结果. Raises: Forbidden, IllegalTransition."""
    facts = facts_of(vote, by=by_of(principal, vote.community, Step.PUBLISH_RESULT), now=now)
    row = transition(vote.state, Trigger.COMMAND, Step.PUBLISH_RESULT, facts)
    return moved(vote, row, published_at=now)


def certify(
    vote: Vote, asked: asks.CertifyVote, principal: Principal, *, objections: Objected, now: datetime
) -> Moved:
    """确认结果: certified where it has passed, rejected where not.

    Raises: Forbidden, IllegalTransition, TooEarly, ObjectionsOpen, ObjectionUpheld, NothingDecided.
    """
    facts = facts_of(
        vote,
        by=by_of(principal, vote.community, Step.CERTIFY),
        now=now,
        open_objections=objections.open,
        upheld_at=objections.upheld_at,
        items=len(asked.items),
    )
    return moved(vote, transition(vote.state, Trigger.COMMAND, Step.CERTIFY, facts), ended_at=now)


def void(vote: Vote, asked: asks.VoidVote, principal: Principal, *, now: datetime) -> Moved:
    """宣告无效, with the reason. Raises: Forbidden, IllegalTransition, a text's length."""
    facts = facts_of(vote, by=by_of(principal, vote.community, Step.VOID), now=now)
    row = transition(vote.state, Trigger.COMMAND, Step.VOID, facts)
    reason = fit_text(asked.reason, "reason", SHORTEST, LONGEST_TEXT)
    return moved(vote, row, void_reason=reason, ended_at=now, swept=False)


def object_to(
    vote: Vote,
    roll: Roll | None,
    asked: asks.ObjectToVote,
    principal: Principal,
    *,
    elector: bool,
    now: datetime,
) -> WithObjection:
    """提出异议, to roll or result, by a resident of the place or an elector who lives elsewhere.

    Raises: Forbidden, IllegalTransition, TooLate, a text's length.
    """
    by = By.RESIDENT if elector else by_of(principal, vote.community, Step.OBJECT)
    facts = facts_of(vote, by=by, now=now, roll=roll)
    row = transition(vote.state, Trigger.COMMAND, Step.OBJECT, facts)
    objection = Objection(
        id=asked.objection_id,
        vote_id=vote.id,
        about=About.ROLL if vote.state is State.ROLL_PUBLISHED else About.RESULT,
        text=fit_text(asked.text, "text", SHORTEST, LONGEST_TEXT),
        raised_at=now,
        raised_by=account_of(principal),
    )
    return WithObjection(*moved(vote, row), objection)


def answer_objection(
    vote: Vote, objection: Objection, asked: asks.AnswerObjection, principal: Principal, *, now: datetime
) -> WithObjection:
    """答复异议. Raises: Forbidden, IllegalTransition, AnsweredBefore, a text's length."""
    by = by_of(principal, vote.community, Step.ANSWER_OBJECTION)
    facts = facts_of(vote, by=by, now=now, answered=objection.upheld is not None)
    row = transition(vote.state, Trigger.COMMAND, Step.ANSWER_OBJECTION, facts)
    answered = msgspec.structs.replace(
        objection,
        upheld=asked.upheld,
        reason=fit_text(asked.reason, "reason", SHORTEST, LONGEST_TEXT),
        answered_at=now,
        answered_by=account_of(principal),
    )
    return WithObjection(*moved(vote, row), answered)
