"""From ballots to what the bound rule says of them. Whole numbers alone. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from chassis.principal import Principal
from contracts.commands.elections import Elected, RunOff
from contracts.commands.rules import Counts, Outcome
from contracts.commands.vote_views import Totals
from contracts.vocabulary import RollKind
from services.governance.roll.roll import Roll
from services.governance.rule.deciding import decide, is_valid
from services.governance.vote.authority import by_of
from services.governance.vote.ballot import Ballot
from services.governance.vote.electing import elect, outcome_of, run_off
from services.governance.vote.lifecycle import State, Step, Trigger, transition
from services.governance.vote.tally import Tally, Total, tally
from services.governance.vote.vote import YES, Moved, Vote, facts_of, moved


class Counted(NamedTuple):
    """What was counted, as it is published and as the rule compares it, and what the rule says.

    Of an election also who has the seats, and who is voted on again.
    """

    totals: Totals
    counts: Counts
    outcome: Outcome
    elected: Elected | None = None
    run_off: RunOff | None = None


def counts_of(roll: Roll, counted: Tally) -> Counts:
    """Return what the rules compare: heads, for owners areas, too. An abstention is in `p`, not in `y`.

    An election has no `y` of its own: the rule is asked of each candidate.
    """
    if YES not in counted.options:
        return Counts(n=roll.count, p=counted.all.heads)
    yes = counted.options[YES]
    if roll.kind is RollKind.OWNERS:
        return Counts(
            T_area=roll.area_hundredths_m2,
            P_area=counted.all.area_hundredths_m2,
            Y_area=yes.area_hundredths_m2,
            T_heads=roll.count,
            P_heads=counted.all.heads,
            Y_heads=yes.heads,
        )
    return Counts(n=roll.count, p=counted.all.heads, y=yes.heads)


def totals_of(roll: Roll, counted: Tally, *, quarantined: int) -> Totals:
    """Return the totals as they are published."""
    return Totals(
        roll=roll.count or 0,
        roll_area_hundredths_m2=roll.area_hundredths_m2 or 0,
        ballots=counted.all.heads,
        ballots_area_hundredths_m2=counted.all.area_hundredths_m2,
        options={option: total.heads for option, total in counted.options.items()},
        options_area_hundredths_m2={
            option: total.area_hundredths_m2 for option, total in counted.options.items()
        },
        invalid=counted.invalid.heads,
        quarantined=quarantined,
    )


def quorum_met(vote: Vote, roll: Roll, ballots: Sequence[Ballot], *, waiting: Total) -> bool:
    """Return whether enough have taken part so far; `waiting` are papers handed in and not entered yet."""
    assert vote.rule is not None, "a vote that was noticed has its rule"
    counted = tally(ballots, vote.options)
    taking_part = msgspec.structs.replace(counted, all=counted.all.and_all(waiting))
    return is_valid(vote.rule, counts_of(roll, taking_part)).valid


def begin_count(vote: Vote, principal: Principal, *, now: datetime) -> Moved:
    """开始计票. Raises: Forbidden, IllegalTransition."""
    facts = facts_of(vote, by=by_of(principal, vote.community, Step.BEGIN_COUNT), now=now)
    return moved(vote, transition(vote.state, Trigger.COMMAND, Step.BEGIN_COUNT, facts))


def finish_count(
    vote: Vote,
    roll: Roll | None,
    principal: Principal,
    ballots: Sequence[Ballot],
    *,
    quarantined: int,
    now: datetime,
) -> Moved:
    """完成计票: the rule says what was decided. Raises: Forbidden, IllegalTransition."""
    by = by_of(principal, vote.community, Step.FINISH_COUNT)
    counted = None
    if vote.state is State.COUNTING:
        counted = _count(vote, roll, ballots, quarantined=quarantined)
    facts = facts_of(vote, by=by, now=now, outcome=None if counted is None else counted.outcome)
    row = transition(vote.state, Trigger.COMMAND, Step.FINISH_COUNT, facts)
    assert counted is not None, "no other state has a row"
    ended_at = now if row.target is State.FAILED_QUORUM else None
    return moved(vote, row, **counted._asdict(), counted_at=now, ended_at=ended_at, swept=False)


def recount(
    vote: Vote, roll: Roll | None, principal: Principal, ballots: Sequence[Ballot], *, now: datetime
) -> Moved:
    """重新计票, from the ballots; the result is published anew. Raises: Forbidden, IllegalTransition."""
    facts = facts_of(vote, by=by_of(principal, vote.community, Step.RECOUNT), now=now)
    row = transition(vote.state, Trigger.COMMAND, Step.RECOUNT, facts)
    quarantined = 0 if vote.totals is None else vote.totals.quarantined
    counted = _count(vote, roll, ballots, quarantined=quarantined)
    return moved(vote, row, **counted._asdict(), counted_at=now, published_at=None)


def _count(vote: Vote, roll: Roll | None, ballots: Sequence[Ballot], *, quarantined: int) -> Counted:
    assert vote.rule is not None, "a vote that was noticed has its rule"
    assert roll is not None, "and its roll"
    counted = tally(ballots, vote.options)
    counts = counts_of(roll, counted)
    totals = totals_of(roll, counted, quarantined=quarantined)
    if not vote.elects:
        return Counted(totals, counts, decide(vote.rule, counts))
    result = elect(vote.rule, counts, counted.options, seats=vote.seats)
    again = run_off(vote.rule, result, counted.options)
    return Counted(totals, counts, outcome_of(vote.rule, counts, result), result, again)
