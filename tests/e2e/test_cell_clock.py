"""Days pass in a running cell: what is due comes due, and nobody backdates anything."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from ops.cli import main
from tests.e2e.district import CLERK, WORKER, a_report
from tests.support import clock


@pytest.fixture
def movable(district: Any) -> Iterator[Any]:
    """The running cell, on real time again afterwards."""
    yield district
    clock.put_back(district)


def test_a_closed_case_goes_into_the_archive_by_itself_after_fifteen_days(movable: Any) -> None:
    worker, clerk = movable.person(WORKER), movable.person(CLERK)
    case_id = worker.post("/cases", a_report(evidence=[worker.photo()])).json()["case_id"]
    movable.handle("CGJ", case_id)
    worker.case_when(case_id, "answered")
    worker.post(f"/cases/{case_id}/checks", {"evidence": [worker.photo()]})
    visited = {"resolved": True, "score": 5, "channel": "phone"}
    assert clerk.post(f"/cases/{case_id}/visits/satisfied", visited).json()["state"] == "closed"

    clock.advance(movable, timedelta(days=14))
    assert worker.get(f"/cases/{case_id}").json()["state"] == "closed"
    clock.advance(movable, timedelta(days=1))
    worker.case_when(case_id, "archived")


def test_what_happens_tomorrow_can_be_reported_tomorrow(movable: Any) -> None:
    worker = movable.person(WORKER)
    # Without a category: an order of tomorrow's would be its department's newest for the rest of the run.
    at = str(clock.now(movable) + timedelta(days=1))
    tomorrow = a_report(category=None, evidence=[worker.photo()], occurred_at=at)
    assert worker.post("/cases", tomorrow).json()["code"] == "occurred_in_future"
    clock.advance(movable, timedelta(days=1))
    assert worker.post("/cases", tomorrow).status_code == 201


def test_when_a_cell_is_drained_everybody_has_heard_of_what_was_reported(movable: Any) -> None:
    worker = movable.person(WORKER)
    case_id = worker.post("/cases", a_report(evidence=[worker.photo()])).json()["case_id"]
    clock.drain(movable)
    heard = [each for each in worker.get("/messages").json()["items"] if each.get("case_id") == case_id]
    assert heard


def test_an_operator_moves_it_by_one_command(movable: Any) -> None:
    before = _clock(movable, "show", "--json")
    _clock(movable, "advance", "1d12h")
    after = _clock(movable, "show", "--json")
    assert json.loads(after)["ahead_s"] - json.loads(before)["ahead_s"] == 36 * 3600
    assert "real time" in _clock(movable, "set", "now", "--backwards")


def _clock(cell: Any, *arguments: str) -> str:
    ran = CliRunner().invoke(main, ["clock", "--cell", str(cell.cell.folder), *arguments])
    assert ran.exit_code == 0, ran.output
    return ran.output
