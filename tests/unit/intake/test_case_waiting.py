from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from chassis.working_time import Limit
from contracts.events.intake import CaseReminded
from contracts.vocabulary import Card, Urgency
from services.intake.case.lifecycle import TABLE, State
from services.intake.case.waiting import LIMITS, Wait, card_due, due_of, limit_of, remind, wait_of
from tests.unit.chassis.calendars import CHINA, MONDAY_TO_FRIDAY
from tests.unit.intake.builders import NOW, a_case

# Friday 27 February 2026, 16:00 in Shanghai; Saturday 28 is a make-up working day.
FRIDAY = datetime(2026, 2, 27, 8, 0, tzinfo=UTC)


def shanghai(day: int, hour: int, minute: int = 0, *, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour - 8, minute, tzinfo=UTC)


def waiting(state: State, since: datetime = NOW, urgency: Urgency | None = Urgency.NORMAL) -> Wait:
    wait = wait_of(a_case(state=state, state_since=since, urgency=urgency), CHINA)
    assert wait is not None
    return wait


def test_the_states_that_have_a_limit_are_those_that_the_table_limits() -> None:
    assert set(LIMITS) == {row.source for row in TABLE if row.limit}
    for state in set(State) - set(LIMITS):
        assert wait_of(a_case(state=state), CHINA) is None


@pytest.mark.parametrize(
    ("state", "urgency", "limit", "waits_for"),
    [
        (State.REPORTED, None, "4wh", "dispatcher"),
        (State.REPORTED, Urgency.URGENT, "4wh", "dispatcher"),
        (State.AWAITING_REPORTER, Urgency.NORMAL, "2wd", "reporter"),
        (State.ANSWERED, Urgency.COMPLEX, "1wd", "grid_worker"),
        (State.ANSWERED, Urgency.URGENT, "4h", "grid_worker"),
        (State.CHECKED, Urgency.URGENT, "3wd", "clerk"),
    ],
)
def test_each_limit_is_the_tables_and_somebodys(
    state: State, urgency: Urgency | None, limit: str, waits_for: str
) -> None:
    assert limit_of(state, urgency) == Limit.parse(limit)
    assert waiting(state, urgency=urgency).waits_for == waits_for


@pytest.mark.parametrize(
    ("state", "urgency", "due_at", "yellow_at"),
    [
        # Two hours are left of Friday, and the make-up Saturday opens at 08:30.
        (State.REPORTED, None, shanghai(28, 10, 30, month=2), shanghai(28, 9, 30, month=2)),
        (State.ANSWERED, Urgency.NORMAL, shanghai(28, 18, month=2), None),
        (State.ANSWERED, Urgency.URGENT, shanghai(27, 20, month=2), shanghai(27, 19, month=2)),
        (State.AWAITING_REPORTER, None, shanghai(2, 18), None),
        (State.CHECKED, None, shanghai(3, 18), None),
    ],
)
def test_a_limit_counts_working_time_and_an_urgent_one_the_clock(
    state: State, urgency: Urgency | None, due_at: datetime, yellow_at: datetime | None
) -> None:
    wait = waiting(state, FRIDAY, urgency)
    assert wait.due_at == due_at
    assert FRIDAY < wait.yellow_at < due_at
    if yellow_at is not None:
        assert wait.yellow_at == yellow_at
    assert (wait.since, wait.provisional, wait.card) == (FRIDAY, False, None)


def test_a_year_without_a_calendar_is_provisional_and_says_so() -> None:
    wait = wait_of(a_case(state=State.CHECKED), MONDAY_TO_FRIDAY)
    assert wait is not None
    assert wait.provisional
    assert wait.calendar_version == MONDAY_TO_FRIDAY.version != CHINA.version


def test_a_yellow_card_comes_when_a_quarter_remains_and_a_red_one_when_it_has_passed_each_once() -> None:
    wait = waiting(State.ANSWERED)
    tick = timedelta(microseconds=1)
    assert card_due(wait, wait.yellow_at - tick) is None
    assert card_due(wait, wait.yellow_at) is Card.YELLOW
    yellow = msgspec.structs.replace(wait, card=Card.YELLOW)
    assert card_due(yellow, wait.due_at) is None
    assert card_due(yellow, wait.due_at + tick) is Card.RED
    red = msgspec.structs.replace(wait, card=Card.RED)
    assert card_due(red, wait.due_at + timedelta(days=9)) is None


def test_who_looks_only_when_it_has_passed_shows_the_red_card_alone() -> None:
    wait = waiting(State.ANSWERED)
    assert card_due(wait, wait.due_at + timedelta(days=1)) is Card.RED


def test_a_reminder_that_has_waited_for_the_case_comes_no_earlier_than_its_last_entry() -> None:
    wait = waiting(State.ANSWERED)
    meanwhile = wait.yellow_at + timedelta(microseconds=1)
    decided = remind(
        a_case(state=State.ANSWERED, updated_at=meanwhile), wait, Card.YELLOW, now=wait.yellow_at
    )
    assert (decided.entries[0].at, decided.events[0].at) == (meanwhile, meanwhile)


def test_a_reminder_is_told_and_written_down_and_moves_nothing() -> None:
    case, wait = a_case(state=State.ANSWERED), waiting(State.ANSWERED)
    at = wait.yellow_at
    decided = remind(case, wait, Card.YELLOW, now=at)
    assert decided.case == msgspec.structs.replace(case, updated_at=at, version=3, emitted=3)
    (event,) = decided.events
    assert isinstance(event, CaseReminded)
    assert (event.state, event.waits_for, event.card) == ("answered", "grid_worker", Card.YELLOW)
    assert event.due_at == wait.due_at
    (entry,) = decided.entries
    assert (entry.kind, entry.step, entry.role, entry.late) == ("timer", "remind", "system", False)
    assert entry.detail == {
        "card": "yellow",
        "waits_for": "grid_worker",
        "due_at": wait.due_at.isoformat(),
    }


# What is shown.


@pytest.mark.parametrize("state", list(State))
def test_what_is_due_is_the_departments_answer_or_what_the_state_waits_for(state: State) -> None:
    wait = wait_of(a_case(state=state), CHINA)
    due = due_of(state, wait, due_at=NOW, provisional=True)
    if wait is not None:
        assert due == (wait.due_at, False, wait.waits_for, None)
    elif state in {State.CLASSIFIED, State.IN_PROGRESS}:
        assert due == (NOW, True, None, None)
    else:
        assert due == (None, False, None, None)


def test_the_wait_of_a_state_that_was_left_meanwhile_is_not_shown() -> None:
    assert due_of(State.CHECKED, waiting(State.ANSWERED), due_at=NOW, provisional=False) == due_of(
        State.CHECKED, None, due_at=NOW, provisional=False
    )
