"""Who is elected: the rule is asked of every candidate, the seats go to those with most ballots. Pure."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter

import msgspec

from contracts.commands.elections import Elected, RunOff
from contracts.commands.rules import Counts, DecisionRule, Outcome
from services.governance.rule.deciding import decide, is_valid
from services.governance.vote.tally import Total


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


def outcome_of(rule: DecisionRule, counts: Counts, result: Elected) -> Outcome:
    """Return an election's result as that of any vote: it has passed where somebody is elected."""
    passed = bool(result.elected) if result.valid else None
    return msgspec.structs.replace(is_valid(rule, counts), passed=passed)


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


def run_off(rule: DecisionRule, result: Elected, votes: Mapping[str, Total]) -> RunOff | None:
    """Return who stands for the seats that an election has left, None where it has left none.

    居委会组织法 (2026) article 19: those with most ballots among who was not elected; article 18: more of
    them than seats. So one more than there are seats, and whoever has as many ballots as the last of them;
    after a tie at the last seat these are the tied. Who has no ballot does not stand. Where too few took part
    nothing was decided: the election is held again, and there is no run-off.
    """
    if not result.valid or not result.vacant:
        return None
    standing = _next_best(votes, result.elected, at_least=result.vacant + 1)
    if not standing:
        return None
    return RunOff(rule=run_off_rule(rule.code), candidates=standing, seats=result.vacant)


def run_off_rule(code: str) -> str:
    """Return the code of the rule by which an election's run-off is decided; a run-off's is its own."""
    return code.replace(".election", ".run_off")


def _next_best(votes: Mapping[str, Total], elected: Sequence[str], *, at_least: int) -> tuple[str, ...]:
    left = [(total.heads, code) for code, total in votes.items() if code not in elected and total.heads]
    ranked = sorted(left, key=lambda each: (-each[0], each[1]))
    fewest = ranked[min(at_least, len(ranked)) - 1][0] if ranked else 0
    return tuple(code for heads, code in ranked if heads >= fewest)
