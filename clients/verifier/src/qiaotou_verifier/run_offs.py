"""Who is voted on again after an election, written a second time."""

from collections.abc import Mapping
from typing import Any

Object = dict[str, Any]


def run_off(rule: str, result: Mapping[str, Any], ballots: Mapping[str, int]) -> Object | None:
    """Return rule, candidates and seats of the run-off that an election leads to, None for none.

    `result` has `valid`, `elected`, `tied` and `vacant`; `ballots` counts those for each candidate.
    """
    seats = result["vacant"]
    if not (result["valid"] and seats):
        return None
    standing = list(result["tied"]) or _best(ballots, without=result["elected"], more_than=seats)
    kind, _, way = rule.partition(".")[2].partition(".")
    again = "run_off" if kind == "election" else kind
    code = ".".join(part for part in (rule.partition(".")[0], again, way) if part)
    return {"rule": code, "candidates": standing, "seats": seats} if standing else None


def _best(ballots: Mapping[str, int], *, without: list[str], more_than: int) -> list[str]:
    """Take the candidates rank by rank, those of one rank together, until there are more than seats."""
    left = {code: number for code, number in ballots.items() if code not in without and number > 0}
    taken: list[str] = []
    while left and len(taken) <= more_than:
        most = max(left.values())
        rank = sorted(code for code, number in left.items() if number == most)
        taken += rank
        left = {code: number for code, number in left.items() if code not in rank}
    return taken
