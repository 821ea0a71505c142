"""A vote and its decisions until it opens. Pure."""

from datetime import date, datetime, timedelta, timezone
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import msgspec

from chassis.principal import Principal
from chassis.refusal import Forbidden
from contracts.commands import votes as asks
from contracts.commands.rules import Counts, DecisionRule, Outcome, Subject
from contracts.commands.votes import BallotMode, Candidate, Elected, Totals
from contracts.vocabulary import RollKind
from services.governance.meeting.meeting import fit_text
from services.governance.roll.roll import Roll
from services.governance.rule.rules import rule_hash
from services.governance.vote.authority import by_of
from services.governance.vote.candidates import Held, paper_of
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
    candidates: tuple[Candidate, ...] = ()
    seats: int
    important: bool
    drafted_at: datetime
    drafted_by: str
    state: State
    topic_id: UUID | None = None
    repeats: UUID | None = None
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
    published_at: datetime | None = None
    ended_at: datetime | None = None
    void_reason: str | None = None
    swept: bool = True
    version: int = 1


class Objected(NamedTuple):
    """How a vote's objections to one thing stand: how many have no answer, when one was last upheld."""

    open: int = 0
    upheld_at: datetime | None = None


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
    asked: asks.DraftVote, principal: Principal, *, community: str, repeats: Vote | None, now: datetime
) -> Moved:
    """草拟, for a place in `community`. Raises: Forbidden, NotRepeatable, ModeUnfit, a text's length."""
    if repeats is not None and repeats.community != community:
        raise Forbidden("that vote is another community's")
    by = by_of(principal, community, Step.DRAFT)
    state = None if repeats is None else repeats.state.value
    facts = Facts(
        by=by,
        now=now,
        today=local_day(now),
        subject=asked.subject,
        roll_kind=asked.roll_kind,
        mode=asked.mode,
        repeats=state,
    )
    row = transition(None, Trigger.COMMAND, Step.DRAFT, facts)
    ballot = paper_of(asked, None if repeats is None else _held(repeats))
    vote = Vote(
        id=asked.vote_id,
        place=asked.place,
        community=community,
        subject=asked.subject,
        roll_kind=asked.roll_kind,
        mode=asked.mode,
        title=fit_text(asked.title, "title", SHORTEST, LONGEST_TITLE),
        text=fit_text(asked.text, "text", SHORTEST, LONGEST_TEXT),
        options=tuple(each.code for each in ballot.candidates) or (YES, NO, ABSTAIN),
        candidates=ballot.candidates,
        seats=ballot.seats,
        important=asked.important,
        drafted_at=now,
        drafted_by=principal.subject,
        state=row.target,
        topic_id=asked.topic_id,
        repeats=asked.repeats,
    )
    return Moved(vote, row)


def _held(vote: Vote) -> Held:
    return Held(vote.subject, vote.rule, vote.candidates, vote.elected, vote.totals)


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
