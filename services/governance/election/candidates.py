"""Who stands for a residents' committee. Pure. Articles are those of 居委会组织法 (2026)."""

import re
from collections.abc import Collection, Sequence
from uuid import UUID

from contracts.commands.elections import Candidate, NominatedBy, RunOff
from services.governance.election.errors import (
    CandidateTwice,
    CodeUnfit,
    NotEligible,
    RunsTheElection,
    TooFewCandidates,
    TooFewNominators,
)

FEWEST_NOMINATORS = 10
MOST_SEATS = 9
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,19}")
# What a ballot says to a question names nobody.
_ANSWERS = frozenset({"yes", "no", "abstain"})


def slate(
    candidates: Sequence[Candidate], *, seats: int, electors: Collection[UUID], running: Collection[UUID]
) -> tuple[Candidate, ...]:
    """Return the candidates as they stand 候选人名单, by their codes.

    `electors` are the accounts on the roll, `running` those who run the election 居民选举委员会.
    Raises: TooFewCandidates, CandidateTwice, CodeUnfit, NotEligible, RunsTheElection, TooFewNominators.
    """
    if len(candidates) <= seats:
        raise TooFewCandidates(field="candidates", at_least=seats + 1)
    for names in ({each.code for each in candidates}, {each.account for each in candidates}):
        if len(names) < len(candidates):
            raise CandidateTwice(field="candidates")
    for each in candidates:
        _refuse_unfit(each, electors=electors, running=running)
    return tuple(sorted(candidates, key=lambda each: each.code))


def stand_again(
    candidates: Sequence[Candidate], left: RunOff, *, electors: Collection[UUID]
) -> tuple[Candidate, ...]:
    """Return who stands in a run-off, by their codes: whom the election has left, and who is on its roll.

    `candidates` are those of the election. Raises: TooFewCandidates where nobody is.
    """
    standing = [each for each in candidates if each.code in left.candidates and each.account in electors]
    if not standing:
        raise TooFewCandidates(field="candidates", at_least=1)
    return tuple(sorted(standing, key=lambda each: each.code))


def _refuse_unfit(candidate: Candidate, *, electors: Collection[UUID], running: Collection[UUID]) -> None:
    if not _CODE.fullmatch(candidate.code) or candidate.code in _ANSWERS:
        raise CodeUnfit(candidate=candidate.code)
    if candidate.account not in electors:
        raise NotEligible(candidate=candidate.code)
    if candidate.account in running:
        raise RunsTheElection(candidate=candidate.code)
    nominators = set(candidate.nominators) & set(electors)
    if candidate.nominated_by is NominatedBy.ELECTORS and len(nominators) < FEWEST_NOMINATORS:
        raise TooFewNominators(candidate=candidate.code, at_least=FEWEST_NOMINATORS)
