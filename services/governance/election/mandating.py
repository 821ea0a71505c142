"""Mandates are recorded 登记委托 from the naming of candidates until the vote opens. Pure."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.principal import Principal
from contracts.commands.elections import GiveMandate
from services.governance.election.mandates import Mandate, give
from services.governance.election.naming import LONGEST_NAME
from services.governance.meeting.meeting import fit_text
from services.governance.vote.authority import by_of
from services.governance.vote.lifecycle import Row, Step, Trigger, transition
from services.governance.vote.vote import SHORTEST, Vote, facts_of, moved


class WithMandate(NamedTuple):
    """A vote after a mandate was given, and the mandate."""

    vote: Vote
    row: Row
    mandate: Mandate


def give_mandate(
    vote: Vote,
    asked: GiveMandate,
    principal: Principal,
    *,
    given: Collection[Mandate],
    electors: Collection[UUID],
    now: datetime,
) -> WithMandate:
    """登记委托, beside those `given` before; `electors` are accounts on the roll.

    Raises: Forbidden, IllegalTransition, NoCandidates, a name's length, and as `mandates.give`.
    """
    by = by_of(principal, vote.community, Step.GIVE_MANDATE)
    row = transition(vote.state, Trigger.COMMAND, Step.GIVE_MANDATE, facts_of(vote, by=by, now=now))
    assert vote.rule is not None, "a vote whose roll is frozen has its rule"
    mandate = Mandate(
        giver=asked.giver,
        holder=asked.holder,
        giver_name=fit_text(asked.giver_name, "giver_name", SHORTEST, LONGEST_NAME),
        holder_name=fit_text(asked.holder_name, "holder_name", SHORTEST, LONGEST_NAME),
        sha256=asked.sha256,
    )
    candidates = [each.account for each in vote.candidates]
    taken = give(mandate, vote.rule, given=given, electors=electors, candidates=candidates)
    return WithMandate(*moved(vote, row), taken)
