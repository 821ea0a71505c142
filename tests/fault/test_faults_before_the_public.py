"""The fault matrix as the public meets it: a cell is struck while reports are made under keys.

A retry with the same key gives one report, a 201 is never false, and nobody waits beyond the deadline.
What is asked here is asked of gateways alone; the databases are read to see what became of it.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from random import Random

import pytest

from fault.faults.fault import Fault
from fault.faults.servers import BROKER, BrokerFrozen, MemoryAlarm, ServerEnded, ServerStopped
from fault.stage import staged
from ops.display import Display
from ops.status import components
from tests.support.front import CREATED, Answer, Beside, Front, Reporting, some_keys
from tests.support.prometheus import Prometheus
from tests.support.servers import remove, temporary_cell
from tests.support.toy.process import eventually

# A call's own deadline is five seconds; acceptance figure 7 lets nobody wait longer than this.
LONGEST_S = 10.0
BACK_WITHIN_S = 30.0
STOPPED_S = 60.0
EVERY_THREAD = 32
UNKNOWN_OUTCOME = 504


@pytest.fixture(scope="module")
def front() -> Iterator[Front]:
    folder, cell = temporary_cell("matrix")
    try:
        with staged(cell, Display(quiet=True), random=Random(6)) as ground:
            yield Front(ground)
    finally:
        remove(folder)


@pytest.fixture(scope="module")
def beside(front: Front, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    """A gateway whose link is broken again and again, and that is never started anew."""
    with front.beside(tmp_path_factory.mktemp("beside")) as made:
        yield made


@pytest.fixture
def mortal(front: Front, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    """A gateway to be killed."""
    with front.beside(tmp_path_factory.mktemp("mortal")) as made:
        yield made


@pytest.fixture(scope="module")
def prometheus(front: Front, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    with Prometheus(tmp_path_factory.mktemp("prometheus"), front.ground.cell.ports) as started:
        started.wait_for_targets(len(front.ground.cell.ports) - 5)
        yield started


# The gateway.


def test_a_gateway_killed_before_the_commit_leaves_one_report_to_a_retry(
    front: Front, mortal: Beside
) -> None:
    """Nobody has answered, and the command is carried out after the gateway's death.

    Seen failing: with `uuid4()` for a command's id in `gateway/headers.py`: two reports.
    """
    [key] = some_keys(1)
    intake = front.ground.running_pid("intake")
    os.kill(intake, signal.SIGSTOP)
    try:
        with asked(lambda: front.report(key, to=mortal.gateway)) as answer:
            time.sleep(1.0)
            mortal.gateway.kill()
    finally:
        os.kill(intake, signal.SIGCONT)
    assert answer.result().status == 0
    eventually(lambda: front.cases(key))
    assert [front.accepted(key)] == front.cases(key)


def test_a_gateway_killed_after_the_commit_leaves_one_report_to_a_retry(front: Front, mortal: Beside) -> None:
    """The report is there, and its answer is on the way to a gateway that has died.

    Seen failing: with `uuid4()` for a command's id in `gateway/headers.py`: two reports.
    """
    mortal.link.delay(1.0)
    key, answer = _killed_after_the_commit(front, mortal)
    assert answer.status == 0
    assert [front.accepted(key)] == front.cases(key)


def _killed_after_the_commit(front: Front, mortal: Beside) -> tuple[str, Answer]:
    """Return the key and the answer. A slow machine may let a command expire: then it is another's turn."""
    for key in some_keys(10):
        with asked(lambda key=key: front.report(key, to=mortal.gateway)) as answer:  # type: ignore[misc]
            eventually(lambda key=key: front.cases(key) or answer.done())  # type: ignore[misc]
            if front.cases(key):
                mortal.gateway.kill()
                return key, answer.result()
    raise AssertionError("no report was ever carried out")


# The broker.


def test_a_broker_killed_by_kill_9_loses_and_doubles_no_report(front: Front) -> None:
    """Seen failing: with messages that count as confirmed once they are written: events are lost."""
    killed = ServerEnded("kill -9 broker", BROKER, signal.SIGKILL, whole_group=True)
    with Reporting(front) as reporting:
        reporting.wait_for_more(100)
        killed.inject(front.ground)
        killed.heal(front.ground)
        reporting.wait_for_more(100)
    front.settle(reporting.answers)
    eventually(front.is_drained)
    assert front.parked() == 0


def test_a_broker_stopped_for_60_s_is_a_503_and_never_a_false_201(front: Front) -> None:
    """Seen failing: with `unavailable` left out of `RETRY_AFTER_S` in `gateway/errors.py`."""
    stopped = ServerStopped("broker stopped for 60 s", BROKER, stands_s=STOPPED_S)
    front.ground.supervisor.stop(["relay"])
    backlog = front.at_once(EVERY_THREAD)
    assert {answer.status for answer in backlog.values()} == {CREATED}
    refused: dict[str, Answer] = {}
    try:
        stopped.inject(front.ground)
        front.ground.supervisor.launch(["relay"])
        until = time.monotonic() + stopped.stands_s
        while time.monotonic() < until:
            refused |= front.at_once(4)
            time.sleep(2.0)
        carried_out = [key for key in refused if front.cases(key)]
    finally:
        stopped.heal(front.ground)
    for answer in refused.values():
        assert (answer.status, answer.said["code"]) == (503, "unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.took_s < LONGEST_S
    assert carried_out == []
    front.settle(backlog | refused)
    eventually(front.is_drained)
    assert front.parked() == 0


def test_a_memory_alarm_of_the_broker_hangs_no_thread_and_an_alert_fires(
    front: Front, prometheus: Prometheus
) -> None:
    """Seen failing: without BrokerAlarm in the rules; with `Doors` that let everybody in: some wait twice."""
    stands_still(front, MemoryAlarm(), prometheus, alert="BrokerAlarm", seen="memory alarm")


def test_a_broker_under_sigstop_hangs_no_thread_and_an_alert_fires(
    front: Front, prometheus: Prometheus
) -> None:
    """Seen failing: with thirty seconds for every answer in `chassis/rpc_client.py`."""
    stands_still(front, BrokerFrozen(), prometheus, alert="ProcessDown", seen="no answer")


def stands_still(front: Front, fault: Fault, prometheus: Prometheus, *, alert: str, seen: str) -> None:
    """Nobody who asks waits beyond the deadline, then or later; it is told; and afterwards all is well."""
    assert alert not in prometheus.alerts()
    until, answers = time.monotonic() + fault.stands_s, {}
    fault.inject(front.ground)
    try:
        while time.monotonic() < until:
            answers |= front.at_once(EVERY_THREAD)
            assert front.healthz().took_s < LONGEST_S
        eventually(lambda: alert in prometheus.alerts())
        assert seen in next(each.detail for each in components(front.ground.cell) if each.name == "rabbitmq")
    finally:
        fault.heal(front.ground)
    assert sum(answer.status in (503, UNKNOWN_OUTCOME) for answer in answers.values()) >= EVERY_THREAD
    in_time(answers)
    front.settle(answers)
    eventually(lambda: alert not in prometheus.alerts())
    eventually(front.is_drained)


# The link between a gateway and the broker.


def test_a_black_hole_between_gateway_and_broker_keeps_nobody_and_is_left_behind(
    front: Front, beside: Beside
) -> None:
    """Seen failing: with `Doors` that let everybody in: whoever waits for a thread waits twice."""
    beside.link.black_hole()
    answers = front.at_once(EVERY_THREAD, to=beside.gateway)
    time.sleep(10.0)
    answers |= front.at_once(EVERY_THREAD, to=beside.gateway)
    assert CREATED not in {answer.status for answer in answers.values()}
    beside.link.restore()
    found_again(front, beside)
    in_time(answers)
    front.settle(answers)


def test_a_reset_between_gateway_and_broker_is_overcome(front: Front, beside: Beside) -> None:
    """Seen failing: with one connection for the whole life of an `RpcClient`."""
    broken_under_work(front, beside, beside.link.reset)


def test_a_half_closed_link_between_gateway_and_broker_is_left_behind(front: Front, beside: Beside) -> None:
    """Seen failing: with one connection for the whole life of an `RpcClient`."""
    broken_under_work(front, beside, beside.link.half_close)


def test_2_s_latency_between_gateway_and_broker_is_slow_and_nothing_worse(
    front: Front, beside: Beside
) -> None:
    """Seen failing: with 1.5 s for every answer in `gateway/house.py`."""
    connections = beside.link.connections
    beside.link.delay(1.0)
    answers = front.at_once(EVERY_THREAD, to=beside.gateway)
    beside.link.restore()
    found_again(front, beside)
    in_time(answers)
    assert {answer.status for answer in answers.values()} == {CREATED}
    assert beside.link.connections == connections
    front.settle(answers)


def broken_under_work(front: Front, beside: Beside, break_it: Callable[[], None]) -> None:
    """Break the link three times while reports go through it."""
    connections = beside.link.connections
    with Reporting(front, to=beside.gateway) as reporting:
        for _ in range(3):
            reporting.wait_for_more(20)
            break_it()
        began = time.monotonic()
        reporting.wait_for_more(20)
        assert time.monotonic() - began < BACK_WITHIN_S
    assert beside.link.connections >= connections + 3
    in_time(reporting.answers)
    front.settle(reporting.answers)


def found_again(front: Front, beside: Beside) -> None:
    """The same gateway finds its broker again."""
    [key] = some_keys(1)
    front.accepted(key, to=beside.gateway, within_s=BACK_WITHIN_S)
    assert beside.gateway.process.poll() is None


def in_time(answers: dict[str, Answer]) -> None:
    """Everybody has an answer, and nobody has waited beyond the deadline."""
    assert {answer.status for answer in answers.values()} <= {CREATED, 503, UNKNOWN_OUTCOME}
    assert max(answer.took_s for answer in answers.values()) < LONGEST_S


@contextmanager
def asked(question: Callable[[], Answer]) -> Iterator[Future[Answer]]:
    """Ask beside what is done meanwhile."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(question)
