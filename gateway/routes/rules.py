"""The rules by which residents and owners decide, and what they say of counts."""

from typing import Any

import msgspec
from flask import Response

from contracts.commands.rules import Counts, DecisionRules, Verdict
from gateway.house import ask
from gateway.routing import Routes, answer
from gateway.schemas.rules import RuleFilter, Supposition

routes = Routes("decision_rules", "By which rules residents and owners decide.")
_WHAT_IF = {"counts": {"n": 560, "p": 374, "y": 188}}


@routes.get("/decision-rules", query=RuleFilter(), answer=DecisionRules)
def decision_rules(query: dict[str, Any]) -> Response:
    """Return the rules that are in force on a day, each with its inequalities, its days and its hash."""
    return answer(ask("governance", "decision_rules", result=DecisionRules, **query))


@routes.post(
    "/decision-rules/<code>/outcome",
    body=Supposition(),
    answer=Verdict,
    problems=("invalid", "not_found"),
    keyed=False,
    example=_WHAT_IF,
)
def rule_outcome(body: dict[str, Any], code: str) -> Response:
    """Say what a rule makes of counts: what if? Nothing is kept; the counts are whoever asks' own."""
    counts = msgspec.convert(body["counts"], Counts)
    return answer(ask("governance", "rule_outcome", result=Verdict, code=code, counts=counts))
