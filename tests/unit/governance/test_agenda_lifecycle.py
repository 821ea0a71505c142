from itertools import product

import pytest

from services.governance.meeting.errors import AlreadyResolved, IllegalTransition
from services.governance.meeting.lifecycle import OPEN, RESOLVED, TABLE, State, Step, Trigger, transition

ALLOWED = {(row.source, row.kind, row.step) for row in TABLE}
COMMANDS_NOT_ALLOWED = [
    (state, step)
    for state, step in product((None, *State), Step)
    if (state, Trigger.COMMAND, step) not in ALLOWED
]
FACTS_NOT_ALLOWED = [
    (state, step)
    for state, step in product((None, *State), Step)
    if (state, Trigger.FACT, step) not in ALLOWED
]


def test_an_item_waits_comes_on_an_agenda_and_is_decided_in_one_of_two_ways() -> None:
    assert [(row.source, row.step, row.target) for row in TABLE] == [
        (None, "case.escalated", "waiting"),
        ("waiting", "convene", "on_agenda"),
        ("on_agenda", "adopt", "adopted"),
        ("on_agenda", "decline", "declined"),
    ]


def test_only_a_resolution_is_told() -> None:
    assert {row.step: row.emits.type for row in TABLE if row.emits} == {
        "adopt": "governance.resolution.adopted.v1",
        "decline": "governance.resolution.declined.v1",
    }


@pytest.mark.parametrize(("state", "step"), COMMANDS_NOT_ALLOWED)
def test_a_command_without_a_row_is_refused(state: State | None, step: Step) -> None:
    with pytest.raises(AlreadyResolved if state in RESOLVED else IllegalTransition):
        transition(state, Trigger.COMMAND, step)


@pytest.mark.parametrize(("state", "step"), FACTS_NOT_ALLOWED)
def test_a_fact_without_a_row_is_late_and_raises_nothing(state: State | None, step: Step) -> None:
    assert transition(state, Trigger.FACT, step) is None


def test_every_state_is_either_open_or_resolved() -> None:
    assert {*OPEN, *RESOLVED} == set(State)
    assert {row.source for row in TABLE if row.source} == set(OPEN)
