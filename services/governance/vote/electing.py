"""Who is elected: the rule is asked of every candidate, the seats go to those with most ballots. Pure."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter

import msgspec

from contracts.commands.rules import Counts, DecisionRule, Outcome
from services.governance.rule.deciding import decide, is_valid
from services.governance.vote.tally import Total


class Elected(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of an election, candidates by their codes; `decided_by` says whether enough took part.

    `elected` has most ballots first; `tied` share the last seats with as many ballots and go to a run-off
    再次投票; `vacant` counts the seats that nobody has, those of the tied among them.
    """

    valid: bool
    decided_by: str
    elected: tuple[str, ...]
    tied: tuple[str, ...]
    vacant: int
    candidates: dict[str, Outcome]


def elect(rule: DecisionRule, counts: Counts, votes: Mapping[str, Total], *, seats: int) -> Elected:
    """Return who has the seats; `counts` has everything but `y`.

    居委会组织法 (2026) article 19: whoever has enough is elected, most ballots first; where as many stand for
    several at the last seat, those alone are voted on again. Raises: MissingCount, ImpossibleCounts.
    """
    outcomes = {
        code: decide(rule, msgspec.structs.replace(counts, y=total.heads)) for code, total in votes.items()
    }
    enough = [(votes[code].heads, code) for code, outcome in outcomes.items() if outcome.passed]
    elected, tied = _seated(sorted(enough, key=lambda each: (-each[0], each[1])), seats)
    validity = is_valid(rule, counts)
    return Elected(
        valid=validity.valid,
        decided_by=validity.decided_by,
        elected=elected,
        tied=tied,
        vacant=seats - len(elected),
        candidates=outcomes,
    )


def _seated(ranked: Sequence[tuple[int, str]], seats: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    elected: list[str] = []
    for _, group in groupby(ranked, key=itemgetter(0)):
        equal = [code for _, code in group]
        if len(elected) == seats:
            break
        if len(elected) + len(equal) > seats:
            return tuple(elected), tuple(equal)
        elected += equal
    return tuple(elected), ()
