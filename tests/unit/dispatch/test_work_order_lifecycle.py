import csv
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.work_order.errors import IllegalTransition
from services.dispatch.work_order.guards import Facts
from services.dispatch.work_order.lifecycle import OPEN, TABLE, State, Step, Trigger, transition
from tests.unit.dispatch.builders import LEAD, an_order

DOMAIN_TABLE = Path(__file__).parent / "data" / "work_order.csv"
STATES = (None, *State)
ALLOWED = {(row.source, row.kind, row.step) for row in TABLE}
COMMANDS_NOT_ALLOWED = [
    (state, step) for state, step in product(STATES, Step) if (state, Trigger.COMMAND, step) not in ALLOWED
]
FACTS_NOT_ALLOWED = [
    (state, step) for state, step in product(STATES, Step) if (state, Trigger.FACT, step) not in ALLOWED
]
# What of the domain's table is not a row here: nothing asks for it in this system as it stands.
ABSENT = {
    ("-", "fact", "case.reworked"),
    ("offered", "timer", "offer_again"),
    ("offered", "command", "return"),
    ("returned", "command", "redirect"),
    ("recalled", "command", "redirect"),
    ("offered", "command", "recall"),
    ("signed", "command", "recall"),
    ("offered", "fact", "case.merged"),
    ("signed", "fact", "case.merged"),
    ("suspended", "fact", "case.merged"),
    ("returned", "fact", "case.merged"),
    ("signed", "command", "ask_extension"),
    ("signed", "command", "grant_extension"),
    ("signed", "command", "deny_extension"),
    ("signed", "command", "ask_suspension"),
    ("signed", "command", "grant_suspension"),
    ("signed", "command", "deny_suspension"),
    ("suspended", "command", "resume"),
    ("suspended", "timer", "resume"),
    ("signed", "command", "complete_part"),
    ("signed", "command", "excuse_part"),
}


def domain_rows() -> list[dict[str, str]]:
    with DOMAIN_TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def facts() -> Facts:
    order = an_order()
    return Facts(asking=LEAD, lead=LEAD, order_id=order.id, kind=order.kind)


def test_the_table_is_the_domains_table_without_the_rows_named_absent() -> None:
    ours = {
        (
            row.source or "-",
            row.kind,
            row.step,
            row.target,
            row.role,
            row.limit,
            row.emits.type if row.emits else "",
        )
        for row in TABLE
    }
    domains = {
        (
            row["source"],
            row["kind"],
            row["step"],
            row["target"],
            row["role"],
            row["limit"],
            f"dispatch.{row['emits']}.v1" if row["emits"] else "",
        )
        for row in domain_rows()
        if (row["source"], row["kind"], row["step"]) not in ABSENT
    }
    assert ours == domains
    assert len(TABLE) == len(ours)


def test_every_row_named_absent_is_in_the_domains_table() -> None:
    assert {(row["source"], row["kind"], row["step"]) for row in domain_rows()} >= ABSENT


def test_every_state_of_the_domains_table_is_a_state() -> None:
    named = {row[end] for row in domain_rows() for end in ("source", "target")} - {"-"}
    assert named == set(State)


def test_a_row_that_asks_for_a_guard_or_evidence_in_the_domains_table_has_one() -> None:
    asked = {(row["source"], row["step"]): (row["guard"], row["evidence"]) for row in domain_rows()}
    for row in (row for row in TABLE if row.kind is Trigger.COMMAND):
        guard, evidence = asked[row.source or "-", row.step]
        assert bool(row.guard) is bool(guard), row
        assert bool(row.evidence) is bool(evidence), row


@pytest.mark.parametrize(("state", "step"), COMMANDS_NOT_ALLOWED)
def test_a_command_without_a_row_is_refused(state: State | None, step: Step) -> None:
    with pytest.raises(IllegalTransition) as refused:
        transition(state, Trigger.COMMAND, step, facts())
    assert refused.value.fields == {"state": state or "-", "step": step}


@pytest.mark.parametrize(("state", "step"), FACTS_NOT_ALLOWED)
def test_a_fact_without_a_row_is_late_and_raises_nothing(state: State | None, step: Step) -> None:
    assert transition(state, Trigger.FACT, step) is None


@pytest.mark.parametrize("step", [Step.CASE_CLASSIFIED, Step.CASE_REOPENED])
def test_a_fact_with_a_row_makes_an_order(step: Step) -> None:
    row = transition(None, Trigger.FACT, step)
    assert row is not None
    assert row.target is State.OFFERED


@given(st.lists(st.sampled_from([step for step in Step if step in (Step.SIGN, Step.COMPLETE)])))
def test_whatever_is_asked_an_order_only_moves_forward(steps: list[Step]) -> None:
    forward = [State.OFFERED, State.SIGNED, State.COMPLETED]
    rows = {(row.source, row.step): row for row in TABLE}
    state = State.OFFERED
    for step in steps:
        row = rows.get((state, step))
        if row is None:
            with pytest.raises(IllegalTransition):
                transition(state, Trigger.COMMAND, step, facts())
        else:
            assert forward.index(row.target) == forward.index(state) + 1
            state = row.target


def test_no_row_leaves_a_state_that_is_not_open() -> None:
    assert {row.source for row in TABLE if row.source} <= set(OPEN)
