"""What can be asked about the rules. They are public."""

from datetime import date, timedelta, timezone

from chassis.data.clock import cell_now
from chassis.data.engine import Database
from contracts.commands.rules import Counts, DecisionRules, RuleView, Verdict
from services.governance.rule.rules import rule_hash, rule_of, rules_in_force
from services.governance.rule.supposing import what_if

_SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def decision_rules(database: Database, *, on: date | None = None) -> DecisionRules:
    """Return the rules in force on a day, today by the cell's clock."""
    day = on or _today(database)
    items = tuple(RuleView(rule=rule, rule_hash=rule_hash(rule)) for rule in rules_in_force(day))
    return DecisionRules(on=day, items=items)


def rule_outcome(code: str, counts: Counts) -> Verdict:
    """Return what a rule, in force or not, says of counts.

    Raises: UnknownRule, UnusedCount, MissingCount, ImpossibleCounts.
    """
    return what_if(rule_of(code), counts)


def _today(database: Database) -> date:
    with database.reading() as connection:
        return cell_now(connection).astimezone(_SHANGHAI).date()
