from itertools import product

import pytest

from chassis.refusal import Forbidden
from services.governance.vote.errors import IllegalTransition
from services.governance.vote.facts import Facts
from services.governance.vote.lifecycle import (
    CASTING,
    FINAL,
    TABLE,
    By,
    Row,
    State,
    Step,
    Trigger,
    roles_of,
    transition,
)
from tests.unit.governance.builders import NOW

ALLOWED = {(row.source, row.kind, row.step) for row in TABLE}
NOT_ALLOWED = [
    (state, kind, step)
    for state, kind, step in product((None, *State), Trigger, Step)
    if (state, kind, step) not in ALLOWED
]
FACTS = Facts(by=By.SYSTEM, now=NOW, today=NOW.date())
WALK = [
    (Step.DRAFT, "draft"),
    (Step.RECORD_STUDY, "studied"),
    (Step.BIND_RULE, "rule_bound"),
    (Step.REQUEST_ROLL, "roll_requested"),
    (Step.ROLL_ANSWERED, "roll_published"),
    (Step.FREEZE_ROLL, "roll_frozen"),
    (Step.GIVE_NOTICE, "noticed"),
    (Step.OPEN, "open"),
    (Step.EXTEND, "extended"),
    (Step.CLOSE, "closed"),
    (Step.BEGIN_COUNT, "counting"),
    (Step.FINISH_COUNT, "preliminary"),
    (Step.PUBLISH_RESULT, "published"),
    (Step.CERTIFY, "certified"),
]


def test_the_whole_life_is_in_the_table() -> None:
    state = None
    for step, target in WALK:
        rows = [row for row in TABLE if (row.source, row.step) == (state, step)]
        assert target in {row.target.value for row in rows}, step
        state = State(target)


@pytest.mark.parametrize("state", [None, *State])
def test_whatever_has_no_row_is_refused_to_a_command_and_late_for_all_else(state: State | None) -> None:
    missing = [(kind, step) for source, kind, step in NOT_ALLOWED if source is state]
    assert missing
    for kind, step in missing:
        if kind is Trigger.COMMAND:
            with pytest.raises(IllegalTransition) as refused:
                transition(state, kind, step, FACTS)
            assert refused.value.fields == {"state": state or "-", "step": step}
        else:
            assert transition(state, kind, step, FACTS) is None


def test_nothing_leaves_a_final_state_and_everything_else_ends_in_one() -> None:
    sources = {row.source for row in TABLE} - {None}
    assert sources == set(State) - FINAL
    reached = {state: {row.target for row in TABLE if row.source is state} for state in State}
    for state in set(State) - FINAL:
        seen, open_ = {state}, [state]
        while open_:
            new = reached[open_.pop()] - seen
            seen |= new
            open_ += new
        assert seen & FINAL, state


def test_a_ballot_is_taken_from_the_notice_to_the_end_and_the_clock_decides_between_them() -> None:
    assert {State.NOTICED, State.OPEN, State.EXTENDED} == CASTING


@pytest.mark.parametrize("row", [row for row in TABLE if row.kind is Trigger.COMMAND])
def test_a_row_is_for_its_roles_alone(row: Row) -> None:
    for by in set(By) - row.roles:
        with pytest.raises(Forbidden):
            transition(row.source, Trigger.COMMAND, row.step, Facts(by=by, now=NOW, today=NOW.date()))


def test_only_the_centre_stops_a_vote_that_has_opened() -> None:
    by_state = {row.source: row.roles for row in TABLE if row.step is Step.VOID}
    assert by_state[State.NOTICED] == {By.COMMITTEE, By.DISPATCHER}
    assert by_state[State.OPEN] == {By.DISPATCHER}
    assert roles_of(Trigger.COMMAND, Step.OBJECT) == {By.RESIDENT}
