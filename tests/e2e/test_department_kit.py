"""The departments' kit at a whole cell: its command, and a subscriber of its own."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from qiaotou_department import ApiProblem, Department, Order, Refused, Settings, steps

from tests.e2e.district import WORKER, a_photo, a_report, eventually

WATER, HEATING = "GSS", "GRS"
BURST_MAIN, COLD_FLAT = "0204", "0303"  # a component wants a photo, a service a paper
KIT = (sys.executable, "-m", "qiaotou_department")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "after.jpg"
    path.write_bytes(a_photo("blue"))
    return path


def a_department(district: Any, code: str) -> Department:
    return Department(Settings.from_env(district.department(code)))


def a_case(district: Any, category: str) -> str:
    worker = district.person(WORKER)
    reported = worker.post("/cases", a_report(category=category, evidence=[worker.photo()]))
    assert reported.status_code == 201, reported.text
    return str(reported.json()["case_id"])


@contextmanager
def listening(district: Any, code: str, *options: str) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Run `qiaotou-department listen`; gives what it has printed so far."""
    environment = {**os.environ, **district.department(code)}
    command = [*KIT, "listen", "--json", *options]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        printed: list[dict[str, Any]] = []
        assert process.stdout is not None
        reader = threading.Thread(target=lambda: printed.extend(map(json.loads, process.stdout or ())))
        reader.start()
        try:
            yield lambda: list(printed)
        finally:
            process.send_signal(signal.SIGTERM)
            code_at_end = process.wait(20)
            reader.join()
        assert code_at_end == 0


def of_case(events: list[dict[str, Any]], case_id: str) -> list[str]:
    orders = {event["order_id"] for event in events if event.get("case_id") == case_id}
    return [event["event"] for event in events if event.get("order_id") in orders]


@pytest.mark.parametrize(("code", "category"), [(WATER, BURST_MAIN), (HEATING, COLD_FLAT)])
def test_listen_auto_answers_a_case_and_stops_when_told(district: Any, code: str, category: str) -> None:
    with listening(district, code, "--auto") as printed:
        case_id = a_case(district, category)
        district.person(WORKER).case_when(case_id, "answered")
        eventually(lambda: of_case(printed(), case_id), lambda seen: len(seen) == 3)
        assert of_case(printed(), case_id) == ["offered", "signed", "completed"]


def test_a_step_from_the_command_line_does_not_take_the_listeners_messages(
    district: Any, photo: Path
) -> None:
    environment = {**os.environ, **district.department(WATER)}
    with listening(district, WATER) as printed:
        case_id = a_case(district, BURST_MAIN)
        eventually(lambda: of_case(printed(), case_id), bool)
        (order_id,) = {event["order_id"] for event in printed() if event.get("case_id") == case_id}
        for step in (("sign",), ("complete", "--text", "总管已修复, 恢复供水。", "--photo", str(photo))):
            ran = subprocess.run(
                [*KIT, step[0], order_id, *step[1:]], env=environment, check=False, timeout=60
            )
            assert ran.returncode == 0
        eventually(
            lambda: of_case(printed(), case_id), lambda seen: seen == ["offered", "accepted", "accepted"]
        )
    assert district.person(WORKER).case_when(case_id, "answered")


@contextmanager
def subscribed(district: Any, code: str, handler: Callable[[Order], None]) -> Iterator[None]:
    department = a_department(district, code)
    department.on_order(handler)
    thread = threading.Thread(target=department.run)
    thread.start()
    try:
        yield
    finally:
        department.stop()
        thread.join(30)
        assert not thread.is_alive()


def test_a_subscriber_reads_the_report_and_may_take_every_step_twice(district: Any, photo: Path) -> None:
    seen: dict[str, Any] = {}

    def handle(order: Order) -> None:
        case = order.details()["case"]
        if case is None or str(order.offer.case_id) != wanted:
            return
        seen["text"], seen["photos"] = case["text"], [each.content() for each in order.photos]
        for _ in range(2):
            order.sign()
        for _ in range(2):
            order.complete(text="总管已修复, 恢复供水。", photos=[photo, photo])
        seen["done"] = True

    wanted = a_case(district, BURST_MAIN)
    with subscribed(district, WATER, handle):
        district.person(WORKER).case_when(wanted, "answered")
        eventually(lambda: seen.get("done"), bool)
    assert seen["text"] == a_report()["text"]
    assert [content[:3] for content in seen["photos"]] == [b"\xff\xd8\xff"]


def test_a_completion_without_its_evidence_is_refused_and_may_be_mended(district: Any, photo: Path) -> None:
    refused: list[str] = []

    def handle(order: Order) -> None:
        if str(order.offer.case_id) != wanted:
            return
        order.sign()
        try:
            order.complete(text="总管已修复, 恢复供水。")
        except Refused as refusal:
            refused.append(refusal.code)
        order.complete(text="总管已修复, 恢复供水。", photos=[photo])

    wanted = a_case(district, BURST_MAIN)
    with subscribed(district, WATER, handle):
        district.person(WORKER).case_when(wanted, "answered")
    assert refused == ["evidence_missing"]


def test_a_department_sees_no_order_of_another(district: Any) -> None:
    case_id = a_case(district, COLD_FLAT)
    heating, water = a_department(district, HEATING), a_department(district, WATER)
    (order,) = eventually(
        lambda: [each for each in heating.api.orders(state="offered") if each["case_id"] == case_id],
        lambda found: len(found) == 1,
    )
    with pytest.raises(ApiProblem, match="404 unknown_order"):
        water.api.order(order["order_id"])
    with pytest.raises(ApiProblem, match="404 unknown_order"):
        steps.sign(water, order["order_id"], timeout_s=0)


def test_a_text_that_says_too_little_is_refused_before_anything_is_said(district: Any, photo: Path) -> None:
    case_id = a_case(district, BURST_MAIN)
    ran: list[Any] = []

    def handle(order: Order) -> None:
        if str(order.offer.case_id) != case_id:
            return
        order.sign()
        try:
            order.complete(text="好了", photos=[photo])
        except ApiProblem as problem:
            ran.append((problem.status, problem.code))

    with subscribed(district, WATER, handle):
        eventually(lambda: ran, bool)
    assert ran == [(422, "text_too_short")]
    assert district.person(WORKER).case_when(case_id, "in_progress")
