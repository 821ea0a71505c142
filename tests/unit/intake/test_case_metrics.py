from datetime import timedelta

from prometheus_client import REGISTRY

from contracts.vocabulary import Card
from services.intake import metrics
from services.intake.case.lifecycle import State
from services.intake.case.waiting import remind, wait_of
from tests.unit.chassis.calendars import CHINA
from tests.unit.intake.builders import NOW, a_case, reported


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_each_step_is_counted_once_under_its_event_and_community() -> None:
    labels = {"step": "classified", "community": "c01"}
    before = value("qiaotou_case_steps_total", **labels)
    metrics.count_steps(reported().events, 0.0)
    assert value("qiaotou_case_steps_total", **labels) == before + 1


def test_the_time_in_the_state_that_was_left_is_that_of_the_first_step() -> None:
    metrics.STEP_SECONDS.clear()
    metrics.count_steps(reported().events, timedelta(days=2).total_seconds())
    assert value("qiaotou_case_step_seconds_sum", step="reported") == 172800
    assert value("qiaotou_case_step_seconds_sum", step="classified") == 0
    assert value("qiaotou_case_step_seconds_count", step="classified") == 1


def test_a_reminder_is_counted_and_measures_no_time_for_it_leaves_no_state() -> None:
    case = a_case(state=State.ANSWERED)
    wait = wait_of(case, CHINA)
    assert wait is not None
    reminded = remind(case, wait, Card.RED, now=NOW + timedelta(days=3))
    metrics.STEP_SECONDS.clear()
    before = value("qiaotou_case_steps_total", step="reminded", community="c01")
    metrics.count_steps(reminded.events, 7.0)
    assert value("qiaotou_case_steps_total", step="reminded", community="c01") == before + 1
    assert value("qiaotou_case_step_seconds_count", step="reminded") == 0


def test_a_state_that_has_emptied_is_shown_as_zero() -> None:
    shown = metrics.OpenCases()
    shown.show([("answered", "c01", 3), ("checked", "c02", 1)])
    shown.show([("checked", "c02", 2)])
    assert value("qiaotou_cases_open", state="answered", community="c01") == 0
    assert value("qiaotou_cases_open", state="checked", community="c02") == 2


def test_waiting_is_measured_from_the_last_change_of_state() -> None:
    assert reported(now=NOW + timedelta(days=1)).waited_s == 0
