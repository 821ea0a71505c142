"""Who stands is published 公布候选人, once the roll is frozen and before the notice. Pure."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from chassis.principal import Principal
from contracts.commands.elections import Candidate, NameCandidates
from contracts.commands.rules import Subject
from services.governance.election.candidates import slate, stand_again
from services.governance.election.errors import HoldsMandate, NamedAlready, NoRunOff
from services.governance.meeting.meeting import fit_text
from services.governance.standing import account_of
from services.governance.vote.authority import by_of
from services.governance.vote.lifecycle import Step, Trigger, transition
from services.governance.vote.vote import SHORTEST, Moved, Vote, facts_of, left_to_run_off, moved

LONGEST_NAME = 60


def name_candidates(
    vote: Vote,
    asked: NameCandidates,
    principal: Principal,
    *,
    electors: Collection[UUID],
    holders: Collection[UUID],
    election: Vote | None,
    now: datetime,
) -> Moved:
    """公布候选人: of a run-off those whom its `election` has left. `electors` are the accounts on the roll.

    Whoever names them runs the election, and does not stand; nor do `holders` of mandates.
    Raises: Forbidden, IllegalTransition, NoElection, NamedAlready, NoRunOff, HoldsMandate, a name's length,
    and as `slate`.
    """
    by = by_of(principal, vote.community, Step.NAME_CANDIDATES)
    row = transition(vote.state, Trigger.COMMAND, Step.NAME_CANDIDATES, facts_of(vote, by=by, now=now))
    if vote.subject is Subject.RUN_OFF:
        candidates = _left(asked, election, electors=electors)
    else:
        running = {*asked.running, account_of(principal)}
        fit = [_with_name(each) for each in asked.candidates]
        candidates = slate(fit, seats=vote.seats, electors=electors, running=running)
    for each in candidates:
        if each.account in holders:
            raise HoldsMandate(candidate=each.code)
    options = tuple(each.code for each in candidates)
    return moved(vote, row, candidates=candidates, options=options)


def _left(
    asked: NameCandidates, election: Vote | None, *, electors: Collection[UUID]
) -> tuple[Candidate, ...]:
    if asked.candidates:
        raise NamedAlready(field="candidates")
    left = left_to_run_off(election)
    if election is None or left is None:
        raise NoRunOff
    return stand_again(election.candidates, left, electors=electors)


def _with_name(candidate: Candidate) -> Candidate:
    return msgspec.structs.replace(candidate, name=fit_text(candidate.name, "name", SHORTEST, LONGEST_NAME))
