"""Evidence over a running cell: a video in pieces, links, the place for those who may know it."""

import uuid
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from tests.e2e.district import CLERK, WORKER, Person, a_report, eventually
from tests.support.films import a_film_that_knows_where
from tests.support.places import says_degrees
from tests.unit.gateway.pictures import a_photo_that_knows_where

PLACE = {"longitude_deg": 112.550278, "latitude_deg": 37.870139}


class Uploads:
    """Somebody who uploads by tus."""

    def __init__(self, base: str, person: Person) -> None:
        self._base = base
        self._headers = {"Authorization": f"Bearer {person.token}", "Tus-Resumable": "1.0.0"}

    def begin(self, length: int) -> str:
        headers = self._headers | {"Upload-Length": str(length), "Idempotency-Key": uuid.uuid4().hex}
        answer = requests.post(f"{self._base}/api/v1/uploads", headers=headers, timeout=60)
        assert answer.status_code == 201, answer.text
        return f"{self._base}{answer.headers['Location']}"

    def send(self, url: str, piece: bytes) -> requests.Response:
        stands = requests.head(url, headers=self._headers, timeout=60).headers["Upload-Offset"]
        headers = {"Upload-Offset": stands, "Content-Type": "application/offset+octet-stream"}
        answer = requests.patch(url, piece, headers=self._headers | headers, timeout=60)
        assert answer.status_code == 204, answer.text
        return answer


@pytest.fixture(scope="module")
def film(district: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A video that the resident has uploaded in two pieces; its id."""
    content = a_film_that_knows_where(tmp_path_factory.mktemp("films")).read_bytes()
    uploads = Uploads(district.base, district.person("resident"))
    url = uploads.begin(len(content))
    uploads.send(url, content[:20_000])
    return uploads.send(url, content[20_000:]).headers["Media-Id"]


@pytest.fixture(scope="module")
def case_id(district: Any, film: str) -> str:
    """A case with that video and a photo that knows where it was taken."""
    resident = district.person("resident")
    photo = resident.upload(a_photo_that_knows_where()).json()["media_id"]
    reported = resident.post("/cases", a_report(evidence=[film, photo]))
    assert reported.status_code == 201, reported.text
    return str(reported.json()["case_id"])


def listed(person: Person, case_id: str) -> list[dict[str, Any]]:
    answer = person.get(f"/cases/{case_id}/evidence")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_a_clerk_opens_a_residents_video_by_a_link_without_a_session(district: Any, case_id: str) -> None:
    video, photo = listed(district.person(CLERK), case_id)
    assert [video["kind"], video["stage"], video["cycle"]] == ["video", "report", 1]
    shown = requests.get(f"{district.base}{video['url']}", timeout=60)
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "video/mp4")
    assert b"loci" not in shown.content
    assert b"canary" not in shown.content
    part = requests.get(f"{district.base}{video['url']}", headers={"Range": "bytes=4-7"}, timeout=60)
    assert (part.status_code, part.content) == (206, b"ftyp")
    for url in (video["poster_url"], photo["url"]):
        picture = requests.get(f"{district.base}{url}", timeout=60)
        assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/jpeg")
    changed = requests.get(f"{district.base}{video['url'][:-4]}AAAA", timeout=60)
    assert (changed.status_code, changed.json()["code"]) == (404, "not_found")


def test_nobody_else_gets_a_link(district: Any, case_id: str) -> None:
    for login in ("clerk-c02", "worker-c02-g01"):
        refused = district.person(login).get(f"/cases/{case_id}/evidence")
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert requests.get(f"{district.base}/api/v1/cases/{case_id}/evidence", timeout=60).status_code == 401


def test_the_lead_department_gets_links_and_another_does_not(district: Any, case_id: str) -> None:
    officer, foreign = district.person("officer-cgj"), district.person("officer-zjj")
    (order,) = eventually(lambda: [each for each in orders(officer) if each["case_id"] == case_id], bool)
    path = f"/department/orders/{order['order_id']}/evidence"
    said = officer.get(path).json()
    assert [each["kind"] for each in said["items"]] == ["video", "photo"]
    assert said["exactly"] is False
    assert requests.get(f"{district.base}{said['items'][0]['url']}", timeout=60).status_code == 200
    assert foreign.get(path).json()["code"] == "unknown_order"


def orders(officer: Person) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = officer.get("/department/orders", limit=100).json()["items"]
    return items


@pytest.mark.parametrize("login", ["dispatcher", WORKER, CLERK, "resident"])
def test_who_works_at_the_place_is_told_where_a_photo_was_taken(
    district: Any, case_id: str, login: str
) -> None:
    person = district.person(login)
    video, photo = listed(person, case_id)
    where = person.get(f"/cases/{case_id}/media/{photo['media_id']}/position").json()
    assert where["point"] == pytest.approx(PLACE, abs=1e-6)
    made = person.get(f"/cases/{case_id}/media/{video['media_id']}/position").json()
    assert made["point"] == pytest.approx({"longitude_deg": 112.5503, "latitude_deg": 37.8702}, abs=1e-4)
    assert made["taken_at"].startswith("2026-03-02T11:30:00")


@pytest.mark.parametrize("login", ["inspector", "archivist", "committee-c01"])
def test_who_only_reads_the_case_is_not(district: Any, case_id: str, login: str) -> None:
    person = district.person(login)
    _, photo = listed(person, case_id)
    refused = person.get(f"/cases/{case_id}/media/{photo['media_id']}/position")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


def test_no_place_stands_in_an_event_or_a_log(district: Any, case_id: str) -> None:
    assert case_id
    with psycopg.connect(district.database("intake")) as connection:
        rows = connection.execute("SELECT ordering_key, type, convert_from(body, 'UTF8') FROM outbox")
        events = "\n".join(" ".join(row) for row in rows)
    assert f'"case_id":"{case_id}"' in events
    logs = "".join(path.read_text(errors="replace") for path in Path(district.cell.logs).glob("*.log"))
    for said in (events, logs):
        assert not says_degrees(said, "37.870")
        assert not says_degrees(said, "112.550")
        assert "canary" not in said
