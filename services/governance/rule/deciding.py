"""What a rule says of counts: whole numbers compared, never divided. Pure."""

from collections.abc import Callable, Iterable
from operator import ge, gt, le

from contracts.commands.rules import (
    Comparison,
    Counts,
    DecisionRule,
    Demand,
    Inequality,
    Judged,
    Outcome,
    Term,
)
from services.governance.rule.errors import ImpossibleCounts, MissingCount

_COMPARE: dict[Comparison, Callable[[int, int], bool]] = {
    Comparison.MORE: gt,
    Comparison.AT_LEAST: ge,
    Comparison.AT_MOST: le,
}

# Of which whole each count is a part.
WHOLES = {
    "p": ("n", "m"),
    "y": ("p",),
    "a": ("N",),
    "r": ("reps",),
    "reps": ("m",),
    "g": ("groups",),
    "s": ("owners",),
    "P_area": ("T_area",),
    "Y_area": ("P_area",),
    "P_heads": ("T_heads",),
    "Y_heads": ("P_heads",),
}


def decide(rule: DecisionRule, counts: Counts) -> Outcome:
    """Return whether the decision is valid and, where it is, whether it has passed.

    An abstention is in `p` and not in `y`; a tie fails; where too few take part nothing is decided.
    Raises: MissingCount, ImpossibleCounts.
    """
    refuse_impossible(counts)
    valid_if, passes_if = _judged(rule.valid_if, counts), _judged(rule.passes_if, counts)
    invalid = tuple(each for each in valid_if if not each.holds)
    if invalid:
        return Outcome(valid=False, passed=None, decided_by=shown(invalid), inequalities=valid_if)
    failed = tuple(each for each in passes_if if not each.holds)
    return Outcome(
        valid=True,
        passed=not failed,
        decided_by=shown(failed or passes_if),
        inequalities=(*valid_if, *passes_if),
    )


def is_valid(rule: DecisionRule, counts: Counts) -> Outcome:
    """Return whether enough take part; `passed` stays None. Raises: MissingCount, ImpossibleCounts."""
    refuse_impossible(counts)
    valid_if = _judged(rule.valid_if, counts)
    invalid = tuple(each for each in valid_if if not each.holds)
    return Outcome(
        valid=not invalid, passed=None, decided_by=shown(invalid or valid_if), inequalities=valid_if
    )


def demanded(rule: DecisionRule, counts: Counts) -> Demand | None:
    """Return whether enough people ask; one of the rule's ways is enough. None where it knows no demand.

    A way of which nobody was counted is left out. Raises: MissingCount, ImpossibleCounts.
    """
    if not rule.demand:
        return None
    refuse_impossible(counts)
    counted = [each for each in rule.demand if getattr(counts, each.left.name) is not None]
    ways = _judged(counted or rule.demand, counts)
    met = tuple(each for each in ways if each.holds)
    return Demand(met=bool(met), decided_by=shown(met or ways), inequalities=ways)


def refuse_impossible(counts: Counts) -> None:
    """Refuse a part that is larger than its whole. Raises: ImpossibleCounts."""
    for part, wholes in WHOLES.items():
        for whole in wholes:
            some, all_of = getattr(counts, part), getattr(counts, whole)
            if some is not None and all_of is not None and some > all_of:
                raise ImpossibleCounts(f"{part} is more than {whole}", field=part, whole=whole)


def shown(judged: Iterable[Judged]) -> str:
    """Return inequalities with both sides as they stand: `2p > n: 374 > 280`, `2y > p: 187 = 187`."""
    return " and ".join(f"{each.inequality}: {_sides(each.left, each.right)}" for each in judged)


def _sides(left: int, right: int) -> str:
    if right == 0:
        return f"{left} of 0"
    relation = ">" if left > right else "<" if left < right else "="
    return f"{left} {relation} {right}"


def _judged(inequalities: Iterable[Inequality], counts: Counts) -> tuple[Judged, ...]:
    return tuple(_judge(each, counts) for each in inequalities)


def _judge(inequality: Inequality, counts: Counts) -> Judged:
    left, right = _value(inequality.left, counts), _value(inequality.right, counts)
    return Judged(
        inequality=f"{_written(inequality.left)} {inequality.op} {_written(inequality.right)}",
        left=left,
        right=right,
        # Of nothing there is no share: a rule over an empty roll decides nothing.
        holds=right > 0 and _COMPARE[inequality.op](left, right),
    )


def _written(term: Term) -> str:
    return term.name if term.times == 1 else f"{term.times}{term.name}"


def _value(term: Term, counts: Counts) -> int:
    value: int | None = getattr(counts, term.name)
    if value is None:
        raise MissingCount(f"the rule compares {term.name}", field=term.name)
    return term.times * value
