import csv
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.refusal import Forbidden, Refusal
from contracts.commands.dispatch import StatementKind
from services.dispatch.work_order.decided import facts
from services.dispatch.work_order.errors import IllegalTransition
from services.dispatch.work_order.guards import Facts
from services.dispatch.work_order.lifecycle import OPEN, TABLE, By, Row, State, Step, Trigger, transition
from services.dispatch.work_order.party import PartState, RequestKind
from tests.unit.dispatch.builders import LEAD, NOW, REVIEW_ON, a_result, a_statement, an_order

DOMAIN_TABLE = Path(__file__).parent / "data" / "work_order.csv"
STATES = (None, *State)
ALLOWED = {(row.source, row.kind, row.step) for row in TABLE}
# What the domain's table says in its column of guards of these is what the step does, not what it needs.
EFFECTS_ALONE = {("suspended", "resume")}


def not_allowed(kind: Trigger) -> list[tuple[State | None, Step]]:
    return [(state, step) for state, step in product(STATES, Step) if (state, kind, step) not in ALLOWED]


def domain_rows() -> list[dict[str, str]]:
    with DOMAIN_TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fulfilled(row: Row, **changes: Any) -> Facts:
    """Facts that fulfil every need of a row."""
    order = an_order()
    result = a_result(order, department="GDS") if row.step is Step.COMPLETE_PART else a_result(order)
    kinds = {Step.RETURN: StatementKind.RETURN, Step.ASK_EXTENSION: StatementKind.EXTENSION}
    requested = {
        Step.GRANT_EXTENSION: RequestKind.EXTENSION,
        Step.DENY_EXTENSION: RequestKind.EXTENSION,
        Step.GRANT_SUSPENSION: RequestKind.SUSPENSION,
        Step.DENY_SUSPENSION: RequestKind.SUSPENSION,
    }
    statement = a_statement(order, kind=kinds.get(row.step, StatementKind.SUSPENSION))
    more: dict[str, Any] = {
        "asking": "GDS" if row.step is Step.COMPLETE_PART else LEAD,
        "part": PartState.OPEN,
        "days": 1,
        "limit_days": 5,
        "due_at": NOW,
        "today": NOW.date(),
        "review_on": REVIEW_ON,
        "falls_due_at": NOW.replace(year=2025),
        "reason": "需要先协调产权单位, 无法按期办结",
        "result": result,
        "result_sha256": result.sha256,
        "statement": statement,
        "statement_kind": statement.kind,
        "statement_sha256": statement.sha256,
    }
    given = facts(order, by=row.role, now=NOW, **{**more, **changes})
    return msgspec.structs.replace(given, requested=requested.get(row.step))


def test_the_table_is_the_domains_table() -> None:
    ours = [
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
    ]
    domains = [
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
    ]
    assert sorted(ours) == sorted(domains)


def test_every_state_of_the_domains_table_is_a_state() -> None:
    named = {row[end] for row in domain_rows() for end in ("source", "target")} - {"-"}
    assert named == set(State)


def test_a_row_that_asks_for_a_guard_or_evidence_in_the_domains_table_has_one() -> None:
    asked = {
        (row["source"], row["kind"], row["step"]): (row["guard"], row["evidence"]) for row in domain_rows()
    }
    for row in (row for row in TABLE if row.kind is Trigger.COMMAND):
        guard, evidence = asked[row.source or "-", row.kind, row.step]
        if (row.source, row.step) not in EFFECTS_ALONE:
            assert bool(row.guard) is bool(guard), row
        assert bool(row.evidence) is bool(evidence), row


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.source} {row.kind} {row.step}")
def test_a_step_whose_needs_are_fulfilled_leads_where_the_table_says(row: Row) -> None:
    assert transition(row.source, row.kind, row.step, fulfilled(row)) is row  # type: ignore[call-overload]


@pytest.mark.parametrize(("state", "step"), not_allowed(Trigger.COMMAND))
def test_a_command_without_a_row_is_refused(state: State | None, step: Step) -> None:
    with pytest.raises(IllegalTransition) as refused:
        transition(state, Trigger.COMMAND, step, facts(an_order(), by=By.DEPARTMENT, now=NOW))
    assert refused.value.fields == {"state": state or "-", "step": step}


@pytest.mark.parametrize("kind", [Trigger.FACT, Trigger.TIMER])
def test_a_fact_or_a_timer_without_a_row_is_late_and_raises_nothing(kind: Trigger) -> None:
    given = facts(an_order(), by=By.SYSTEM, now=NOW)
    missing = not_allowed(kind)
    assert len(missing) > 100
    assert {transition(state, kind, step, given) for state, step in missing} == {None}  # type: ignore[call-overload]


@pytest.mark.parametrize("row", [row for row in TABLE if row.kind is Trigger.TIMER], ids=lambda row: row.step)
def test_a_timer_that_is_early_is_as_if_there_were_no_row(row: Row) -> None:
    early = fulfilled(row, falls_due_at=NOW)
    assert transition(row.source, Trigger.TIMER, row.step, early) is None


@pytest.mark.parametrize(
    ("row", "by"),
    [(row, by) for row in TABLE if row.kind is Trigger.COMMAND for by in By if by is not row.role],
    ids=lambda each: each.step if isinstance(each, Row) else str(each),
)
def test_a_step_is_for_the_role_that_the_table_names(row: Row, by: By) -> None:
    foreign = msgspec.structs.replace(fulfilled(row), by=by)
    with pytest.raises(Forbidden):
        transition(row.source, Trigger.COMMAND, row.step, foreign)


FORWARD = [Step.SIGN, Step.COMPLETE, Step.RETURN, Step.RECALL, Step.GRANT_SUSPENSION, Step.RESUME]


@given(st.lists(st.sampled_from(FORWARD), max_size=12))
def test_whatever_is_asked_an_order_that_has_ended_is_moved_no_more(steps: list[Step]) -> None:
    rows = {(row.source, row.step): row for row in TABLE if row.kind is Trigger.COMMAND}
    state = State.OFFERED
    for step in steps:
        row = rows.get((state, step))
        if row is None:
            with pytest.raises(Refusal):
                transition(state, Trigger.COMMAND, step, fulfilled(TABLE[0]))
        else:
            assert state in OPEN
            state = row.target


def test_only_a_redirect_and_a_merged_case_look_at_an_order_that_has_ended() -> None:
    leaving = {(row.source, row.step) for row in TABLE if row.source not in (None, *OPEN)}
    assert leaving == {
        (State.RETURNED, Step.REDIRECT),
        (State.RECALLED, Step.REDIRECT),
        (State.RETURNED, Step.CASE_MERGED),
    }
