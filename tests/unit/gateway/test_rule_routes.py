from datetime import date
from typing import Any

import msgspec
import pytest

from chassis.refusal import Refusal
from chassis.rpc_client import RemoteRefusal
from contracts.commands.rules import Counts, DecisionRules, RuleView
from services.governance.rule.queries import rule_outcome
from services.governance.rule.rules import RULES, rule_hash
from tests.unit.gateway.cell import Cell, code_of
from tests.unit.gateway.fakes import Asked

PATH = "/decision-rules/CN-2026.residents/outcome"


def _governance(asked: Asked) -> Any:
    try:
        return rule_outcome(asked.said["code"], msgspec.convert(asked.said["counts"], Counts))
    except Refusal as refusal:
        return RemoteRefusal(refusal.code, detail=refusal.detail, fields=refusal.fields)


@pytest.fixture
def public(cell: Cell) -> Cell:
    cell.rpc.tell("governance", "rule_outcome", _governance)
    return cell


def test_the_rules_of_a_day_are_public(cell: Cell) -> None:
    rules = tuple(RuleView(rule=rule, rule_hash=rule_hash(rule)) for rule in RULES)
    cell.rpc.tell("governance", "decision_rules", DecisionRules(on=date(2026, 3, 2), items=rules))
    answer = cell.get("/decision-rules?on=2026-03-02").get_json()
    assert cell.rpc.last().said == {"on": "2026-03-02"}
    assert (answer["on"], len(answer["items"])) == ("2026-03-02", len(RULES))
    residents = answer["items"][2]
    assert residents["rule"]["valid_if"] == [{"left": [2, "p"], "op": ">", "right": [1, "n"]}]
    assert residents["rule_hash"] == rule_hash(RULES[2])
    assert code_of(cell.get("/decision-rules?on=today")) == "invalid"


def test_anybody_may_ask_what_if(public: Cell) -> None:
    response = public.post(PATH, {"counts": {"n": 280, "p": 187, "y": 94}}, token=None, key=None)
    assert response.status_code == 200
    said = response.get_json()
    assert (said["demand"], said["outcome"]["decided_by"]) == (None, "2y > p: 188 > 187")


@pytest.mark.parametrize(
    ("counts", "field", "why"),
    [
        ({"n": 280, "p": -1}, "counts.p", "out_of_range"),
        ({"n": 2**53, "p": 1}, "counts.n", "out_of_range"),
        ({"n": "280"}, "counts.n", "not_an_integer"),
        ({"n": 280.0}, "counts.n", "not_an_integer"),
        ({"n": True}, "counts.n", "not_an_integer"),
        ({"n": None}, "counts.n", "null"),
        ({"yes": 1}, "counts.yes", "unknown"),
    ],
)
def test_a_count_that_is_none_is_named(public: Cell, counts: Any, field: str, why: str) -> None:
    response = public.post(PATH, {"counts": counts}, token=None, key=None)
    assert (response.status_code, response.get_json()["fields"]) == (422, {field: why})
    assert public.rpc.asked == []


@pytest.mark.parametrize(
    ("counts", "fields"),
    [
        ({"n": 280, "p": 281, "y": 0}, {"field": "p", "whole": "n"}),
        ({"n": 280, "y": 0}, {"field": "p"}),
        ({"n": 280, "p": 281, "g": 1}, {"field": "g"}),
        ({}, {"field": "N"}),
    ],
)
def test_counts_that_cannot_be_judged_are_refused_by_governance(
    public: Cell, counts: Any, fields: dict[str, str]
) -> None:
    response = public.post(PATH, {"counts": counts}, token=None, key=None)
    assert (response.status_code, code_of(response)) == (422, "invalid")
    assert response.get_json()["fields"] == fields


def test_a_rule_that_is_unknown_is_not_found(public: Cell) -> None:
    response = public.post("/decision-rules/CN-2027.x/outcome", {"counts": {"n": 1}}, token=None, key=None)
    assert (response.status_code, code_of(response)) == (404, "not_found")
