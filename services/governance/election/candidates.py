"""Who stands for a residents' committee. Pure. Articles are those of 居委会组织法 (2026)."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from uuid import UUID

import msgspec

from services.governance.election.errors import (
    CandidateTwice,
    NotEligible,
    RunsTheElection,
    TooFewCandidates,
    TooFewNominators,
    TooManySeats,
)

FEWEST_NOMINATORS = 10
MOST_SEATS = 9


class NominatedBy(StrEnum):
    """Who has put a candidate forward."""

    PARTY = "party"  # 社区党组织
    ELECTORS = "electors"  # 十名以上选民联合


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who stands 候选人: `code` is what a ballot chooses, `account` who it is.

    `nominators` are the accounts of the electors who put them forward together.
    """

    code: str
    account: UUID
    nominated_by: NominatedBy
    nominators: tuple[UUID, ...] = ()


def slate(
    candidates: Sequence[Candidate], *, seats: int, electors: Collection[UUID], running: Collection[UUID]
) -> tuple[Candidate, ...]:
    """Return the candidates as they stand 候选人名单, by their codes.

    `electors` are the accounts on the roll, `running` those who run the election 居民选举委员会.
    Raises: TooManySeats, TooFewCandidates, CandidateTwice, NotEligible, RunsTheElection, TooFewNominators.
    """
    if not 1 <= seats <= MOST_SEATS:
        raise TooManySeats(field="seats", at_most=MOST_SEATS)
    if len(candidates) <= seats:
        raise TooFewCandidates(field="candidates", at_least=seats + 1)
    for names in ({each.code for each in candidates}, {each.account for each in candidates}):
        if len(names) < len(candidates):
            raise CandidateTwice(field="candidates")
    for each in candidates:
        _refuse_unfit(each, electors=electors, running=running)
    return tuple(sorted(candidates, key=lambda each: each.code))


def _refuse_unfit(candidate: Candidate, *, electors: Collection[UUID], running: Collection[UUID]) -> None:
    if candidate.account not in electors:
        raise NotEligible(candidate=candidate.code)
    if candidate.account in running:
        raise RunsTheElection(candidate=candidate.code)
    nominators = set(candidate.nominators) & set(electors)
    if candidate.nominated_by is NominatedBy.ELECTORS and len(nominators) < FEWEST_NOMINATORS:
        raise TooFewNominators(candidate=candidate.code, at_least=FEWEST_NOMINATORS)
