"""A vote counted again from its leaves: totals, counts by the rules' letters, what the rule says of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from qiaotou_verifier import rules
from qiaotou_verifier.bundle import Object

YES = "yes"
YES_NO = ["yes", "no", "abstain"]


def totals_of(ballots: Iterable[Object], options: Sequence[str]) -> Object:
    """Return all ballots, those of each option and those that chose nothing, in heads and in area."""
    whole, invalid = _nothing(), _nothing()
    by_option = {option: _nothing() for option in options}
    for ballot in ballots:
        area = ballot.get("area_hundredths_m2", 0)
        _add(whole, area)
        for option in ballot["choice"]:
            _add(by_option[option], area)
        if not ballot["choice"]:
            _add(invalid, area)
    return {"all": whole, "options": by_option, "invalid": invalid}


def counts_of(roll: Object, totals: Object) -> dict[str, int]:
    """Return every count that follows from the roll and the totals; `y` of a question alone."""
    everyone, yes = totals["all"], totals["options"].get(YES)
    found = {
        "n": roll["count"],
        "T_heads": roll["count"],
        "T_area": roll["area_hundredths_m2"],
        "p": everyone["heads"],
        "P_heads": everyone["heads"],
        "P_area": everyone["area_hundredths_m2"],
    }
    if yes is not None:
        found |= {"y": yes["heads"], "Y_heads": yes["heads"], "Y_area": yes["area_hundredths_m2"]}
    return found


def elected(rule: str, counts: Mapping[str, Any], totals: Object, seats: int) -> Object:
    """Return who has the seats, and what the rule (its code) says of each candidate. Raises: Unjudgeable."""
    options: Object = totals["options"]
    said = {code: rules.decide(rule, {**counts, "y": total["heads"]}) for code, total in options.items()}
    validity = rules.decide(rule, counts, counted=False)
    enough = sorted(
        ((options[code]["heads"], code) for code, outcome in said.items() if outcome["passed"]),
        key=lambda each: (-each[0], each[1]),
    )
    seated, tied = list[str](), list[str]()
    for group in _by_ballots(enough):
        if len(seated) == seats:
            break
        if len(seated) + len(group) > seats:
            tied = group
            break
        seated += group
    return {
        "valid": validity["valid"],
        "decided_by": validity["decided_by"],
        "elected": seated,
        "tied": tied,
        "vacant": seats - len(seated),
        "candidates": said,
    }


def _by_ballots(ranked: Iterable[tuple[int, str]]) -> Iterator[list[str]]:
    for _, group in groupby(ranked, key=itemgetter(0)):
        yield [code for _, code in group]


def _nothing() -> Object:
    return {"heads": 0, "area_hundredths_m2": 0}


def _add(total: Object, area: int) -> None:
    total["heads"] += 1
    total["area_hundredths_m2"] += area
