"""What a rule would say of counts that somebody supposes. Pure."""

from collections.abc import Iterable

import msgspec

from contracts.commands.rules import Counts, DecisionRule, Inequality, Verdict
from services.governance.rule.deciding import decide, demanded, is_valid
from services.governance.rule.errors import MissingCount, UnusedCount


def what_if(rule: DecisionRule, counts: Counts) -> Verdict:
    """Return what a rule says of the demand, of the outcome, or of both: of what the counts speak of.

    Without any count of yes it says only whether enough take part.
    Raises: UnusedCount, MissingCount, ImpossibleCounts.
    """
    given = msgspec.to_builtins(counts).keys()
    demand, outcome = _names(rule.demand), _names((*rule.valid_if, *rule.passes_if))
    for name in sorted(given - demand - outcome):
        raise UnusedCount(f"the rule does not compare {name}", field=name)
    asking, deciding = given & (demand - outcome), given & (outcome - demand)
    if not asking and not deciding:
        missing = min((outcome | demand) - given)
        raise MissingCount(f"the rule compares {missing}", field=missing)
    counted = given & (_names(rule.passes_if) - _names(rule.valid_if))
    judge = decide if counted else is_valid
    return Verdict(
        rule=rule.code,
        demand=demanded(rule, counts) if asking else None,
        outcome=judge(rule, counts) if deciding else None,
    )


def _names(inequalities: Iterable[Inequality]) -> set[str]:
    return {side.name for each in inequalities for side in (each.left, each.right)}
