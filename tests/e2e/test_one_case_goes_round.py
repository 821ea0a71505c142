"""One case from report to archive, over the gateway and a department's queue."""

import hashlib
import hmac
from typing import Any

import psycopg
import pytest
import rfc8785

from tests.e2e.district import CLERK, WORKER, a_report, eventually

SIX_STEPS = [
    "intake.case.reported.v1",
    "intake.case.classified.v1",
    "intake.case.started.v1",
    "intake.case.answered.v1",
    "intake.case.checked.v1",
    "intake.case.closed.v1",
    "intake.case.archived.v1",
]


@pytest.fixture(scope="module")
def archived(district: Any) -> dict[str, Any]:
    """A case that went the whole way, with the people who took it there."""
    worker, clerk, archivist = (district.person(login) for login in (WORKER, CLERK, "archivist"))
    reported = worker.post("/cases", a_report(evidence=[worker.photo()]))
    assert reported.status_code == 201, reported.text
    case_id = reported.json()["case_id"]
    district.handle("CGJ", case_id)
    worker.case_when(case_id, "answered")
    checked = worker.post(f"/cases/{case_id}/checks", {"evidence": [worker.photo()]})
    assert checked.status_code == 200, checked.text
    visited = clerk.post(
        f"/cases/{case_id}/visits/satisfied", {"resolved": True, "score": 5, "channel": "phone"}
    )
    assert visited.status_code == 200, visited.text
    put_away = archivist.post(f"/cases/{case_id}/archive", {})
    assert put_away.status_code == 200, put_away.text
    return {"case_id": case_id, "worker": worker, "clerk": clerk}


def test_a_case_ends_in_the_archive_with_a_seal(archived: dict[str, Any]) -> None:
    case = archived["worker"].get(f"/cases/{archived['case_id']}").json()
    assert (case["state"], case["step"], case["score"]) == ("archived", 6, 5)
    seal = archived["clerk"].get(f"/cases/{archived['case_id']}/seal").json()
    assert seal["seal"] == case["seal"]
    assert len(seal["commitments"]) >= 10


def test_a_seal_is_the_hash_over_its_commitments(archived: dict[str, Any]) -> None:
    seal = archived["clerk"].get(f"/cases/{archived['case_id']}/seal").json()
    content = {key: seal[key] for key in ("case_id", "number", "commitments")}
    again = hashlib.sha256(b"\x00" + rfc8785.dumps(content)).hexdigest()
    assert hmac.compare_digest(again, seal["seal"])


def test_the_six_steps_crossed_the_broker_in_order(district: Any, archived: dict[str, Any]) -> None:
    """The consumers' own inbox tables say what they took from the broker, and in which order."""
    for service in ("dispatch", "governance", "notify"):
        assert _inbox(district, service, "intake", archived["case_id"]) == SIX_STEPS, service
    orders = eventually(
        lambda: _inbox_like(district, "intake", "dispatch.work_order.%", archived["case_id"]),
        lambda seen: len(seen) == 3,
    )
    assert orders == [f"dispatch.work_order.{step}.v1" for step in ("offered", "signed", "completed")]


def test_everybody_concerned_was_told_once(district: Any, archived: dict[str, Any]) -> None:
    """One message to a person for one step, from events alone."""
    with psycopg.connect(district.database("notify")) as connection:
        rows = eventually(
            lambda: connection.execute(
                "SELECT template, count(*), count(DISTINCT (person, event_id)) FROM message "
                "WHERE case_id = %s GROUP BY template",
                [archived["case_id"]],
            ).fetchall(),
            lambda seen: len(seen) >= 7,
        )
    assert all(count == distinct for _, count, distinct in rows)


def _inbox(district: Any, service: str, source: str, aggregate: str) -> list[str]:
    def read() -> list[str]:
        with psycopg.connect(district.database(service)) as connection:
            rows = connection.execute(
                "SELECT type FROM inbox WHERE source = %s AND aggregate = %s ORDER BY position",
                [source, aggregate],
            )
            return [row[0] for row in rows]

    return list(eventually(read, lambda seen: len(seen) >= len(SIX_STEPS)))


def _inbox_like(district: Any, service: str, pattern: str, case_id: str) -> list[str]:
    with psycopg.connect(district.database(service)) as connection:
        rows = connection.execute(
            "SELECT type FROM inbox WHERE type LIKE %s AND aggregate = %s ORDER BY position",
            [pattern, case_id],
        )
        return [row[0] for row in rows]
