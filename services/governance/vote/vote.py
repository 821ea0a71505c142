"""A vote and its decisions until it opens. Pure."""

from datetime import date, datetime, timedelta, timezone
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import msgspec

from chassis.principal import Principal
from chassis.refusal import Forbidden
from contracts.commands import votes as asks
from contracts.commands.elections import ELECTING, Candidate, Elected, RunOff
from contracts.commands.rules import Counts, DecisionRule, Outcome, Subject
from contracts.commands.vote_views import Totals
from contracts.commands.votes import BallotMode
from contracts.vocabulary import RollKind
from services.governance.meeting.meeting import fit_text
from services.governance.roll.roll import Roll
from services.governance.rule.rules import rule_hash
from services.governance.vote.authority import by_of
from services.governance.vote.facts import Facts
from services.governance.vote.lifecycle import Row, State, Step, Trigger, transition

SHORTEST, LONGEST_TITLE, LONGEST_TEXT = 2, 200, 5_000
YES, NO, ABSTAIN = "yes", "no", "abstain"
# China has one zone and has kept no summer time since 1992.
_SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


class Vote(msgspec.Struct, frozen=True, kw_only=True):
    """One question put to one roll. Its texts stay in this database.

    `rolls` counts how often the roll was asked for; `swept` is whether the box's file has nothing of it left.
    """

    id: UUID
    place: str
    community: str
    subject: Subject
    roll_kind: RollKind
    mode: BallotMode
    title: str
    text: str
    options: tuple[str, ...]
    seats: int
    important: bool
    drafted_at: datetime
    drafted_by: str
    state: State
    topic_id: UUID | None = None
    repeats: UUID | None = None
    run_off_of: UUID | None = None
    candidates: tuple[Candidate, ...] = ()
    studied_on: date | None = None
    study: str | None = None
    rule: DecisionRule | None = None
    rule_hash: str | None = None
    roll_id: UUID | None = None
    rolls: int = 0
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    extended_until: datetime | None = None
    counted_at: datetime | None = None
    totals: Totals | None = None
    counts: Counts | None = None
    outcome: Outcome | None = None
    elected: Elected | None = None
    run_off: RunOff | None = None
    published_at: datetime | None = None
    ended_at: datetime | None = None
    void_reason: str | None = None
    swept: bool = True
    version: int = 1

    @property
    def elects(self) -> bool:
        """Whether its options are candidates, of whom some are to be elected."""
        return self.subject in ELECTING


class Objected(NamedTuple):
    """How a vote's objections to one thing stand: how many have no answer, when one was last upheld."""

    open: int = 0
    upheld_at: datetime | None = None


class Before(NamedTuple):
    """What a draft follows: the vote it repeats; the election it is a run-off of, and if that has one."""

    repeats: Vote | None = None
    election: Vote | None = None
    run_off_exists: bool = False


class Moved(NamedTuple):
    """A vote after a step, and the row that allowed it."""

    vote: Vote
    row: Row


class WithRoll(NamedTuple):
    """A vote after a step of its roll, and the roll as it is now."""

    vote: Vote
    row: Row
    roll: Roll


def local_day(at: datetime) -> date:
    """Return the day of a time in Shanghai."""
    return at.astimezone(_SHANGHAI).date()


def facts_of(vote: Vote, *, by: str, now: datetime, **more: Any) -> Facts:
    """Return what the guards ask about a vote, with what a step knows besides."""
    facts = Facts(
        by=by,
        now=now,
        today=local_day(now),
        important=vote.important,
        subject=vote.subject,
        mode=vote.mode,
        options=vote.options,
        roll_kind=vote.roll_kind,
        rule=vote.rule,
        opens_at=vote.opens_at,
        closes_at=vote.closes_at,
        extended_until=None if vote.state is State.EXTENDED else vote.extended_until,
        outcome=vote.outcome,
        counted_at=vote.counted_at,
        published_at=vote.published_at,
    )
    return msgspec.structs.replace(facts, **more)


def moved(vote: Vote, row: Row, **changes: Any) -> Moved:
    """Return a vote in the state that a row leads to."""
    return Moved(
        msgspec.structs.replace(vote, state=row.target, version=vote.version + 1, **changes),
        row,
    )


def draft(
    asked: asks.DraftVote, principal: Principal, *, community: str, before: Before, now: datetime
) -> Moved:
    """草拟, for a place in `community`.

    Raises: Forbidden, NotRepeatable, ModeUnfit, a text's length; for elections TooManySeats, NoElection,
    NoRunOff, RunOffDiffers, RunOffExists.
    """
    if before.repeats is not None and before.repeats.community != community:
        raise Forbidden("that vote is another community's")
    left = left_to_run_off(before.election)
    facts = Facts(
        by=by_of(principal, community, Step.DRAFT),
        now=now,
        today=local_day(now),
        repeats=None if before.repeats is None else before.repeats.state.value,
        subject=asked.subject,
        roll_kind=asked.roll_kind,
        mode=asked.mode,
        seats=asked.seats,
        left=left,
        differs=_differs(asked, before.election),
        run_off_exists=before.run_off_exists,
    )
    row = transition(None, Trigger.COMMAND, Step.DRAFT, facts)
    vote = Vote(
        id=asked.vote_id,
        place=asked.place,
        community=community,
        subject=asked.subject,
        roll_kind=asked.roll_kind,
        mode=asked.mode,
        title=fit_text(asked.title, "title", SHORTEST, LONGEST_TITLE),
        text=fit_text(asked.text, "text", SHORTEST, LONGEST_TEXT),
        options=() if asked.subject in ELECTING else (YES, NO, ABSTAIN),
        seats=asked.seats or (1 if left is None else left.seats),
        important=asked.important,
        drafted_at=now,
        drafted_by=principal.subject,
        state=row.target,
        topic_id=asked.topic_id,
        repeats=asked.repeats,
        run_off_of=asked.run_off_of,
    )
    return Moved(vote, row)


def left_to_run_off(election: Vote | None) -> RunOff | None:
    """Return who is voted on again after an election, None until its result is final, or where nobody is."""
    final = election is not None and election.state in (State.CERTIFIED, State.REJECTED)
    return election.run_off if election is not None and final else None


def _differs(asked: asks.DraftVote, election: Vote | None) -> str | None:
    if election is None:
        return None
    same = {
        "run_off_of": asked.subject is Subject.RUN_OFF,
        "place": asked.place == election.place,
        "roll_kind": asked.roll_kind is election.roll_kind,
    }
    return next((name for name, holds in same.items() if not holds), None)


def record_study(vote: Vote, asked: asks.RecordStudy, principal: Principal, *, now: datetime) -> Moved:
    """党组织研究. Raises: Forbidden, IllegalTransition, InFuture, a text's length."""
    facts = facts_of(
        vote, by=by_of(principal, vote.community, Step.RECORD_STUDY), now=now, on=asked.studied_on
    )
    row = transition(vote.state, Trigger.COMMAND, Step.RECORD_STUDY, facts)
    study = fit_text(asked.text, "text", SHORTEST, LONGEST_TEXT)
    return moved(vote, row, studied_on=asked.studied_on, study=study)


def bind_rule(
    vote: Vote, rule: DecisionRule, principal: Principal, *, in_force: bool, now: datetime
) -> Moved:
    """确定规则. Raises: Forbidden, IllegalTransition, NotYetStudied, RuleUnfit."""
    by = by_of(principal, vote.community, Step.BIND_RULE)
    facts = facts_of(vote, by=by, now=now, rule=rule, rule_in_force=in_force)
    row = transition(vote.state, Trigger.COMMAND, Step.BIND_RULE, facts)
    return moved(vote, row, rule=rule, rule_hash=rule_hash(rule))


def request_roll(
    vote: Vote, roll: Roll | None, asked: asks.RequestRoll, principal: Principal, *, now: datetime
) -> WithRoll:
    """编制名册. `roll` is the one before. Raises: Forbidden, IllegalTransition, DayNotOver, RollUnderWay."""
    facts = facts_of(
        vote, by=by_of(principal, vote.community, Step.REQUEST_ROLL), now=now, on=asked.as_of, roll=roll
    )
    row = transition(vote.state, Trigger.COMMAND, Step.REQUEST_ROLL, facts)
    rolls = vote.rolls + 1
    asked_for = Roll(
        id=uuid5(vote.id, f"roll {rolls}"),
        vote_id=vote.id,
        place=vote.place,
        kind=vote.roll_kind,
        as_of=asked.as_of,
        requested_at=now,
    )
    return WithRoll(*moved(vote, row, roll_id=asked_for.id, rolls=rolls), asked_for)


def freeze_roll(
    vote: Vote,
    roll: Roll | None,
    principal: Principal,
    *,
    difference: str | None,
    objections: Objected,
    now: datetime,
) -> WithRoll:
    """锁定名册.

    Raises: Forbidden, IllegalTransition, TooEarly, ObjectionsOpen, ObjectionUpheld, RollDiffers,
    TooFewElectors.
    """
    facts = facts_of(
        vote,
        by=by_of(principal, vote.community, Step.FREEZE_ROLL),
        now=now,
        roll=roll,
        difference=difference,
        entitlements=0 if roll is None else roll.count or 0,
        open_objections=objections.open,
        upheld_at=objections.upheld_at,
    )
    row = transition(vote.state, Trigger.COMMAND, Step.FREEZE_ROLL, facts)
    assert roll is not None, "what was published is there"
    return WithRoll(*moved(vote, row), msgspec.structs.replace(roll, frozen_at=now))


def give_notice(
    vote: Vote, roll: Roll | None, asked: asks.GiveNotice, principal: Principal, *, now: datetime
) -> Moved:
    """公告. Raises: Forbidden, IllegalTransition, TimesNotInOrder, TooEarly."""
    announced = {
        "opens_at": asked.opens_at,
        "closes_at": asked.closes_at,
        "extended_until": asked.extended_until,
    }
    facts = facts_of(vote, by=by_of(principal, vote.community, Step.GIVE_NOTICE), now=now, roll=roll)
    facts = msgspec.structs.replace(facts, **announced)
    row = transition(vote.state, Trigger.COMMAND, Step.GIVE_NOTICE, facts)
    return moved(vote, row, **announced)
