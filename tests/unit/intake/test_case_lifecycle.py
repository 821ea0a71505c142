import csv
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from chassis.refusal import Forbidden, Refusal
from contracts.events.intake import Closure
from services.intake.case import heard
from services.intake.case.case import Case
from services.intake.case.errors import IllegalTransition
from services.intake.case.guards import REST, Facts
from services.intake.case.lifecycle import (
    SIX_STEPS,
    TABLE,
    By,
    Row,
    State,
    Step,
    Trigger,
    roles_of,
    transition,
)
from tests.unit.intake.asked import a_certification
from tests.unit.intake.builders import NOW, a_case, a_decline, a_fact, an_adoption

CSV = Path(__file__).parent / "data" / "case.csv"
Line = tuple[str, str, str, str, str, str, str]
COMMANDS = sorted({row.step for row in TABLE if row.kind is Trigger.COMMAND})
FACTS = sorted({row.step for row in TABLE if row.kind is Trigger.FACT})
CHOSEN = (Step.PASS_CHECK, Step.RECORD_DISSATISFIED, Step.REOPEN)
PLACES: tuple[State | None, ...] = (None, *State)


def prescribed() -> Iterator[Line]:
    with CSV.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            roles = "|".join(sorted(row["role"].split("|")))
            yield row["source"], row["kind"], row["step"], row["target"], roles, row["limit"], row["emits"]


def built(row: Row) -> Line:
    emits = "" if row.emits is None else row.emits.type.removeprefix("intake.").removesuffix(".v1")
    roles = "|".join(sorted(row.roles))
    return (row.source or "-", row.kind, row.step, row.target, roles, row.limit, emits)


def outside(kind: Trigger, steps: list[Step]) -> list[tuple[State | None, Step]]:
    inside = {(row.source, row.step) for row in TABLE if row.kind is kind}
    return [(state, step) for state in PLACES for step in steps if (state, step) not in inside]


def test_the_rows_built_are_the_rows_prescribed() -> None:
    assert sorted(map(built, TABLE)) == sorted(prescribed())


def test_every_step_has_a_row_but_the_reminder_that_moves_nothing() -> None:
    assert set(Step) - {row.step for row in TABLE} == {Step.REMIND}


def test_rows_of_one_source_and_step_never_apply_together_and_one_always_does() -> None:
    chosen = {step: [row for row in TABLE if row.step is step] for step in CHOSEN}
    for anonymous in (False, True):
        for escalation in range(5):
            facts = Facts(by=By.CLERK, now=NOW, anonymous=anonymous, escalation=escalation)
            for rows in chosen.values():
                assert len({row.source for row in rows}) == 1
                assert sum(row.when(facts) for row in rows) == 1


def test_no_other_step_has_several_rows_for_one_source() -> None:
    occasions = [(row.source, row.kind, row.step) for row in TABLE if row.step not in CHOSEN]
    assert len(occasions) == len(set(occasions))


def test_every_way_out_of_a_state_allows_the_same_time() -> None:
    for state in State:
        assert len({row.limit for row in TABLE if row.source is state and row.limit}) <= 1


@pytest.mark.parametrize(("state", "step"), outside(Trigger.COMMAND, COMMANDS))
def test_a_command_outside_of_the_table_is_refused(state: State | None, step: Step) -> None:
    for role in roles_of(Trigger.COMMAND, step):
        with pytest.raises(IllegalTransition) as refused:
            transition(state, Trigger.COMMAND, step, Facts(by=role, now=NOW))
        assert refused.value.code == "illegal_transition"
        assert refused.value.fields == {"state": state or "-", "step": step}


def the_fact(step: Step, case: Case) -> tuple[Case, tuple[object, ...], bool]:
    orders = {step: kind for kind, step in heard.ORDER_STEPS.items()}
    if step in orders:
        decided = heard.order_moved(case, a_fact(orders[step], case), now=NOW)
    elif step is Step.RESOLUTION_CERTIFIED:
        decided = heard.certified_again(case, a_certification(), now=NOW)
    elif step is Step.RESOLUTION_ADOPTED:
        decided = heard.resolution_adopted(case, an_adoption(case), now=NOW)
    else:
        decided = heard.resolution_declined(case, a_decline(case), now=NOW)
    return decided.case, decided.events, decided.entries[0].late


@pytest.mark.parametrize(
    ("state", "step"), [pair for pair in outside(Trigger.FACT, FACTS) if pair[0] is not None]
)
def test_a_fact_outside_of_the_table_is_late_and_changes_nothing_else(state: State, step: Step) -> None:
    before = a_case(state=state, updated_at=NOW)
    after, events, late = the_fact(step, before)
    assert late
    assert events == ()
    assert after == a_case(state=state, updated_at=NOW, version=before.version + 1)


@pytest.mark.parametrize(
    ("state", "step"),
    [(row.source, row.step) for row in TABLE if row.kind is Trigger.FACT and row.source is not None],
)
def test_a_fact_in_the_table_is_taken(state: State, step: Step) -> None:
    after, _, late = the_fact(step, a_case(state=state))
    assert not late
    assert after.state is next(row.target for row in TABLE if (row.source, row.step) == (state, step))


@pytest.mark.parametrize("row", [row for row in TABLE if row.kind is Trigger.COMMAND])
def test_only_the_roles_of_a_row_take_its_step(row: Row) -> None:
    for role in set(By) - row.roles:
        facts = Facts(by=role, now=NOW, anonymous=row.target is State.CLOSED, closure=Closure.SATISFIED)
        if row.when(facts):
            with pytest.raises(Forbidden):
                transition(row.source, Trigger.COMMAND, row.step, facts)


@pytest.mark.parametrize("state", [state for state in PLACES if state is not State.AWAITING_REPORTER])
def test_the_timer_gives_up_nothing_that_does_not_wait_for_its_reporter(state: State | None) -> None:
    facts = Facts(by=By.SYSTEM, now=NOW, due_at=NOW - timedelta(days=9))
    assert transition(state, Trigger.TIMER, Step.GIVE_UP, facts) is None


@pytest.mark.parametrize("state", [state for state in PLACES if state is not State.CLOSED])
def test_the_timer_archives_nothing_that_is_not_closed(state: State | None) -> None:
    facts = Facts(by=By.SYSTEM, now=NOW, closed_at=NOW - REST, documents_present=True)
    assert transition(state, Trigger.TIMER, Step.ARCHIVE, facts) is None


def test_the_timer_waits_for_fifteen_days_to_the_second() -> None:
    facts = Facts(by=By.SYSTEM, now=NOW, closed_at=NOW - REST, documents_present=True)
    assert transition(State.CLOSED, Trigger.TIMER, Step.ARCHIVE, facts) is not None
    early = Facts(by=By.SYSTEM, now=NOW - timedelta(seconds=1), closed_at=NOW - REST, documents_present=True)
    assert transition(State.CLOSED, Trigger.TIMER, Step.ARCHIVE, early) is None


def test_every_state_belongs_to_one_of_the_six_steps_or_stands_aside() -> None:
    assert set(SIX_STEPS) == set(State)
    assert set(SIX_STEPS.values()) == set(range(7))


def test_nothing_but_refusals_comes_out_of_the_gate() -> None:
    for state in PLACES:
        for row in TABLE:
            for role in row.roles:
                with suppress(Refusal):
                    transition(state, Trigger.COMMAND, row.step, Facts(by=role, now=NOW))
