"""A run passes only where every figure was measured and meets its goal."""

import signal
from typing import Any

import msgspec
import pytest

from fault.checker import Verdict
from fault.conductor import exits_too_many, first_delivery_of, strange
from fault.deliveries import Deliveries
from fault.faults.fault import Facts, Fault
from fault.faults.links import WAYS, LinkBroken
from fault.faults.messages import Poisoned
from fault.faults.processes import Ended
from fault.faults.servers import BrokerFrozen
from fault.figures import NEVER, Figures, goals, missed
from fault.history import Struck
from fault.judging.findings import Figure
from fault.run import died_by_themselves, short_of
from fault.traffic import percentile, total

METRICS = """\
# TYPE rabbitmq_queue_messages gauge
rabbitmq_queue_messages 3
# TYPE rabbitmq_queue_messages_ready gauge
rabbitmq_queue_messages_ready 2
# TYPE rabbitmq_global_messages_redelivered_total counter
rabbitmq_global_messages_redelivered_total{protocol="amqp091",queue_type="rabbit_quorum_queue"} 4
rabbitmq_global_messages_redelivered_total{protocol="amqp091",queue_type="rabbit_classic_queue"} 5
"""


def good_figures(**others: Any) -> Figures:
    figures = Figures(
        seed=7,
        short=False,
        seconds=1500.0,
        loops_per_s=16.0,
        accepted=20_000,
        archived=20_000,
        faults=60,
        lost=0,
        doubled=0,
        disordered=0,
        false_201=0,
        false_refusals=0,
        never_applied=0,
        applied_out_of_order=0,
        left_standing=0,
        never_heard=0,
        unlogged=0,
        parked=1.0,
        exits=2,
        exits_too_many=0,
        outbox_lag_p99_s=0.2,
        backlog=10_000,
        drain_10000_s=30.0,
        first_delivery_s=11.0,
        reconnected_s=12.0,
        longest_block_s=9.0,
        longest_block="a list",
        restarts=56,
        longest_stop_s=2.0,
        executed_twice=0,
        delivered_again={},
        troubles=(),
        violations={},
        by_component={},
        notes={},
    )
    return msgspec.structs.replace(figures, **others)


def test_a_run_whose_figures_are_all_good_passes() -> None:
    assert missed(good_figures()) == []


@pytest.mark.parametrize(
    ("figure", "measured"),
    [
        ("accepted", 19_999),
        ("faults", 59),
        ("lost", 1),
        ("doubled", 1),
        ("disordered", 1),
        ("false_201", 1),
        ("false_refusals", 1),
        ("never_applied", 1),
        ("applied_out_of_order", 1),
        ("left_standing", 1),
        ("never_heard", 1),
        ("unlogged", 1),
        ("parked", 0.99),
        ("exits", 3),
        ("exits_too_many", 1),
        ("outbox_lag_p99_s", 1.01),
        ("drain_10000_s", 60.1),
        ("first_delivery_s", 30.1),
        ("reconnected_s", 30.1),
        ("longest_stop_s", 30.1),
        ("longest_block_s", 10.1),
        ("restarts", 49),
        ("executed_twice", 1),
    ],
)
def test_one_figure_that_is_not_good_is_enough_to_fail(figure: str, measured: float) -> None:
    assert [goal.name for goal in missed(good_figures(**{figure: measured}))] == [figure]


@pytest.mark.parametrize("figure", ["drain_10000_s", "first_delivery_s", "reconnected_s", "outbox_lag_p99_s"])
def test_what_was_never_measured_is_missed(figure: str) -> None:
    assert missed(good_figures(**{figure: NEVER}))


def test_what_could_not_be_counted_is_missed() -> None:
    figures = good_figures(parked=-1.0, exits=-1, executed_twice=-1)
    assert {goal.name for goal in missed(figures)} == {"parked", "exits", "executed_twice"}


def test_a_short_run_asks_for_the_same_correctness() -> None:
    strict = {"lost", "doubled", "disordered", "false_201", "parked", "exits", "executed_twice"}
    assert strict <= {goal.name for goal in goals(short=True)}
    figures = good_figures(short=True, lost=1)
    assert [goal.name for goal in missed(figures)] == ["lost"]


def test_a_metric_of_the_broker_is_added_up_over_its_labels_alone() -> None:
    assert total(METRICS, "rabbitmq_queue_messages") == 3
    assert total(METRICS, "rabbitmq_global_messages_redelivered_total") == 9


def test_a_metric_that_is_not_there_is_not_taken_for_nothing() -> None:
    with pytest.raises(LookupError):
        total(METRICS, "rabbitmq_global_messages")


def test_a_percentile_of_nothing_meets_no_goal() -> None:
    assert percentile([], 0.99) == float("inf")
    assert percentile([float(number) for number in range(100)], 0.99) == 99.0
    assert percentile([0.1], 0.99) == 0.1


def test_an_order_of_an_earlier_report_is_no_first_delivery() -> None:
    deliveries = Deliveries()
    deliveries.taken(0.0)
    deliveries.count_from_now()
    deliveries.taken(0.0)
    assert deliveries.first_s(within_s=0.01) is None


def test_the_first_order_of_a_later_report_is_counted() -> None:
    deliveries = Deliveries()
    deliveries.count_from_now()
    deliveries.taken(float("inf"))
    found = deliveries.first_s(within_s=0.01)
    assert found is not None
    assert 0 <= found < 1


def test_a_fault_that_found_less_than_there_had_to_be_says_so() -> None:
    assert short_of({"held": 3, "again": 3, "well_s": 0.1}) == []
    assert short_of({"held": 3, "again": 2}) == ["of 3 held 2 again"]
    assert short_of({"tried": 4}) == ["of 4 tried 0 refused"]
    assert short_of({"asked": 1, "again": 1, "purged": 4}) == []
    assert short_of({"asked": 1, "again": 0, "purged": 4}) == ["of 1 asked 0 again"]


def struck(**facts: Any) -> Struck:
    return Struck(name="poison", component="message", injected_at=0.0, healed_at=1.0, facts=facts)


def test_a_message_may_cause_no_more_exits_than_it_is_allowed() -> None:
    assert exits_too_many(struck(exits=2, allowed_exits=2)) == 0
    assert exits_too_many(struck(exits=3, allowed_exits=2)) == 1
    assert exits_too_many(struck(exits=1, allowed_exits=0)) == 1
    assert exits_too_many(struck(well_s=1.0)) == 0


def test_a_delivery_that_was_never_measured_is_not_taken_for_a_quick_one() -> None:
    assert first_delivery_of(struck()) == NEVER
    assert first_delivery_of(msgspec.structs.replace(struck(), first_delivery_s=2.5)) == 2.5


PIDS = {"gateway": 1, "intake": 2, "notify": 3}


@pytest.mark.parametrize(
    ("fault", "facts", "found"),
    [
        (BrokerFrozen(), {}, ["notify"]),
        (Ended("intake", signal.SIGKILL), {}, ["notify"]),
        (Ended("notify", signal.SIGKILL), {}, []),
        (Poisoned("bad JSON"), {"service": "notify", "allowed_exits": 0}, ["notify"]),
        (Poisoned("kills the process"), {"service": "notify", "allowed_exits": 2}, []),
        (Poisoned("kills the process"), {"service": "intake", "allowed_exits": 2}, ["notify"]),
        (LinkBroken(WAYS[0], "notify", "broker"), {}, ["notify"]),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_process_that_ended_and_was_not_to_is_found(fault: Fault, facts: Facts, found: list[str]) -> None:
    after = PIDS | {"notify": 4}
    assert died_by_themselves(PIDS, after, fault, facts) == found
    assert died_by_themselves(PIDS, PIDS, fault, facts) == []


def test_what_the_checker_only_notes_is_strange_in_a_cell_of_ones_own() -> None:
    notes = {
        "cases_of_others": 0,
        "steps_nobody_asked_for": 2,
        "steps_of_no_case": 0,
        "seals_not_in_the_log_yet": 1,
        "heard_again": 9,
    }
    nothing = Figure()
    verdict = Verdict(
        accepted=1,
        lost=nothing,
        doubled=nothing,
        disordered=nothing,
        false_201=nothing,
        false_refusals=nothing,
        notes=notes,
    )
    assert strange(verdict) == ["2 steps_nobody_asked_for", "1 seals_not_in_the_log_yet"]
