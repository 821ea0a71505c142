"""Who stands on a ballot, for how many seats. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from contracts.commands import votes as asks
from contracts.commands.rules import DecisionRule, Subject
from contracts.commands.votes import Candidate, Elected, Totals
from services.governance.meeting.meeting import fit_text
from services.governance.vote.electing import run_off
from services.governance.vote.errors import CandidatesUnfit, NotRepeatable
from services.governance.vote.tally import Total

SHORTEST_NAME, LONGEST_NAME = 1, 60
MOST_CANDIDATES, MOST_SEATS = 50, 20
ELECTING = frozenset({Subject.ELECTION, Subject.RUN_OFF})


class Paper(NamedTuple):
    """What a ballot offers: candidates for so many seats, or, without any, yes, no and abstention."""

    candidates: tuple[Candidate, ...] = ()
    seats: int = 1


class Held(NamedTuple):
    """An election as it was counted, as far as it was."""

    subject: Subject
    rule: DecisionRule | None
    candidates: tuple[Candidate, ...]
    elected: Elected | None
    totals: Totals | None


def paper_of(asked: asks.DraftVote, election: Held | None) -> Paper:
    """Return what a vote's ballots offer.

    居委会组织法 (2026) article 18: more candidates than seats. Raises: CandidatesUnfit, NotRepeatable, a
    name's length.
    """
    if asked.subject is Subject.RUN_OFF:
        if asked.candidates:
            raise CandidatesUnfit("a run-off has those that the election has left", field="candidates")
        return _of_run_off(election)
    if asked.subject is not Subject.ELECTION:
        if asked.candidates or asked.seats != 1:
            raise CandidatesUnfit("a question has none", field="candidates")
        return Paper()
    if not 1 <= asked.seats <= MOST_SEATS:
        raise CandidatesUnfit(f"1 to {MOST_SEATS}", field="seats")
    if not asked.seats < len(asked.candidates) <= MOST_CANDIDATES:
        raise CandidatesUnfit(f"more than seats, at most {MOST_CANDIDATES}", field="candidates")
    names = [fit_text(each, "candidates", SHORTEST_NAME, LONGEST_NAME) for each in asked.candidates]
    return Paper(
        tuple(Candidate(code=str(number), name=name) for number, name in enumerate(names, start=1)),
        asked.seats,
    )


def _of_run_off(election: Held | None) -> Paper:
    """Return who stands again, under the codes that they had. Raises: NotRepeatable."""
    if election is None or election.subject not in ELECTING:
        raise NotRepeatable("a run-off is of an election")
    if election.rule is None or election.elected is None or election.totals is None:
        raise NotRepeatable("that election was not counted")
    again = run_off(election.rule, election.elected, _heads(election.totals.options))
    if again is None:
        raise NotRepeatable("that election has left no seat to vote on again")
    standing = tuple(each for each in election.candidates if each.code in again.candidates)
    return Paper(standing, again.seats)


def _heads(options: Mapping[str, int]) -> dict[str, Total]:
    return {code: Total(heads=heads) for code, heads in options.items()}
