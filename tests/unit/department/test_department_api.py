import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests
from qiaotou_department import ApiProblem, ApiUnavailable, Contact, Department, Offer, Order
from qiaotou_department.api import Api
from qiaotou_department.messages import read
from qiaotou_department.results import hand_in
from qiaotou_department.statements import state
from requests.adapters import BaseAdapter

from tests.unit.department.fake_cell import SETTINGS, FakeCell, an_offer

Answered = tuple[int, Mapping[str, str], bytes]


class FakeServer(BaseAdapter):
    """Answers from a list, and remembers what was asked."""

    def __init__(self, *answers: Answered | requests.RequestException) -> None:
        super().__init__()
        self._answers = iter(answers)
        self.asked: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:
        self.asked.append(request)
        answer = next(self._answers)
        if isinstance(answer, requests.RequestException):
            raise answer
        response = requests.Response()
        response.status_code, headers, response._content = answer
        response.headers.update(headers)
        response.request, response.url = request, request.url or ""
        return response

    def close(self) -> None: ...


def ok(content: object, status: int = 200) -> Answered:
    return status, {}, json.dumps(content).encode()


def a_problem(status: int, code: str, **headers: str) -> Answered:
    problem = {"type": f"urn:qiaotou:problem:{code}", "title": "No", "detail": "because"}
    return status, headers, json.dumps(problem).encode()


def an_order(api: Api, order_id: UUID) -> Order:
    offer = read(an_offer(order_id))
    assert isinstance(offer, Offer)
    return Order(offer, department="CGJ", api=api, voice=Department(SETTINGS, api=api))


@pytest.fixture
def pauses() -> list[float]:
    return []


def an_api(server: FakeServer, pauses: list[float]) -> Api:
    api = Api(SETTINGS, sleep=pauses.append)
    api._session.mount("http://", server)
    return api


def test_a_request_carries_the_token(pauses: list[float]) -> None:
    server = FakeServer(ok({"state": "offered"}))
    order_id = uuid4()
    assert an_api(server, pauses).order(order_id) == {"state": "offered"}
    (asked,) = server.asked
    assert asked.url == f"http://cell.test/api/v1/department/orders/{order_id}"
    assert asked.headers["Authorization"] == "Bearer token-of-cgj"


def test_orders_are_read_page_by_page(pauses: list[float]) -> None:
    server = FakeServer(
        ok({"items": [{"n": 1}, {"n": 2}], "next_cursor": "MQ"}),
        ok({"items": [{"n": 3}], "next_cursor": None}),
    )
    listed = list(an_api(server, pauses).orders(state="offered"))
    assert listed == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert [request.url.partition("?")[2] for request in server.asked] == [
        "state=offered",
        "state=offered&cursor=MQ",
    ]


def test_a_problem_is_raised_with_its_code(pauses: list[float]) -> None:
    server = FakeServer(a_problem(422, "text_too_short"))
    with pytest.raises(ApiProblem, match="422 text_too_short: because") as caught:
        an_api(server, pauses).order(uuid4())
    assert (caught.value.status, caught.value.code) == (422, "text_too_short")


def test_a_refusal_that_is_no_problem_document_is_one_all_the_same(pauses: list[float]) -> None:
    server = FakeServer((403, {}, b"<html>proxy</html>"))
    with pytest.raises(ApiProblem, match="403 unknown"):
        an_api(server, pauses).order(uuid4())


def test_a_cell_that_is_away_is_asked_again_and_then_given_up(pauses: list[float]) -> None:
    away: Iterator[requests.RequestException] = (requests.ConnectionError() for _ in range(5))
    server = FakeServer(*away)
    with pytest.raises(ApiUnavailable, match="ConnectionError"):
        an_api(server, pauses).order(uuid4())
    assert pauses == [0.5, 1.0, 2.0, 4.0]


def test_an_unknown_outcome_is_asked_again_with_the_same_key(pauses: list[float]) -> None:
    receipt = {"result_id": str(uuid4()), "order_id": str(uuid4()), "sha256": "ab" * 32}
    server = FakeServer(a_problem(504, "unknown_outcome"), requests.ReadTimeout(), ok(receipt, 201))
    key = uuid4()
    stored = an_api(server, pauses).hand_in(uuid4(), {"text": "done"}, key=key)
    assert stored.id == UUID(receipt["result_id"])
    assert [request.headers["Idempotency-Key"] for request in server.asked] == [str(key)] * 3


@pytest.mark.parametrize(("asked", "waited"), [("3", 3.0), ("3600", 10.0), ("soon", 0.5), ("0", 0.5)])
def test_a_wish_to_be_asked_later_is_heeded_within_reason(
    asked: str, waited: float, pauses: list[float]
) -> None:
    server = FakeServer(a_problem(503, "unavailable", **{"Retry-After": asked}), ok({}))
    an_api(server, pauses).order(uuid4())
    assert pauses == [waited]


def test_an_answer_that_is_no_object_is_no_answer(pauses: list[float]) -> None:
    with pytest.raises(ApiUnavailable, match="no JSON object"):
        an_api(FakeServer((200, {}, b"OK")), pauses).order(uuid4())


def test_a_photo_is_uploaded_whole_with_its_key(pauses: list[float]) -> None:
    media_id, key = uuid4(), uuid4()
    server = FakeServer(ok({"media_id": str(media_id)}, 201))
    stored = an_api(server, pauses).upload(name="after.jpg", content=b"a picture", kind="photo", key=key)
    assert stored == media_id
    (asked,) = server.asked
    assert b'name="file"; filename="after.jpg"' in asked.body
    assert b"a picture" in asked.body
    assert asked.headers["Idempotency-Key"] == str(key)


def test_a_photo_of_the_report_is_fetched_when_it_is_asked_for(pauses: list[float], tmp_path: Path) -> None:
    photo_id, order_id = uuid4(), UUID(int=5)
    evidence = [
        {"media_id": str(photo_id), "kind": "photo", "sha256": "ab" * 32},
        {"media_id": str(uuid4()), "kind": "document", "sha256": "ab" * 32},
    ]
    server = FakeServer(ok({"state": "offered", "case": {"evidence": evidence}}), (200, {}, b"a picture"))
    order = an_order(an_api(server, pauses), order_id)
    (photo,) = order.photos
    assert photo.save(tmp_path / "lamp.jpg").read_bytes() == b"a picture"
    assert server.asked[1].url == f"http://cell.test/api/v1/department/orders/{order_id}/media/{photo_id}"


def test_a_case_that_went_elsewhere_shows_no_photos(pauses: list[float]) -> None:
    server = FakeServer(ok({"state": "recalled", "case": None}))
    assert an_order(an_api(server, pauses), UUID(int=5)).photos == ()


def test_a_repeated_upload_is_sent_whole_again(pauses: list[float]) -> None:
    server = FakeServer(a_problem(503, "unavailable"), ok({"media_id": str(uuid4())}))
    an_api(server, pauses).upload(name="after.jpg", content=b"a picture", kind="photo", key=uuid4())
    assert all(b"a picture" in request.body for request in server.asked)


def test_a_result_names_the_uploads_and_the_contact(tmp_path: Path) -> None:
    photo, paper = tmp_path / "after.jpg", tmp_path / "signed.pdf"
    photo.write_bytes(b"a picture")
    paper.write_bytes(b"a paper")
    cell, order_id = FakeCell(), uuid4()
    hand_in(
        cell,
        order_id,
        text="done",
        contact=Contact(channel="door", note="told"),
        photos=[photo],
        papers=[paper],
    )
    (result,) = cell.results.values()
    assert [(name, kind) for name, _, kind in cell.uploads.values()] == [
        ("after.jpg", "photo"),
        ("signed.pdf", "document"),
    ]
    assert len(result["evidence"]) == 2
    assert (result["contact"]["channel"], result["contact"]["note"]) == ("door", "told")
    assert result["contact"]["at"].endswith("+00:00")


def test_a_statement_is_handed_in_under_its_order_with_its_key(pauses: list[float]) -> None:
    order_id = uuid4()
    receipt = {"statement_id": str(uuid4()), "order_id": str(order_id), "sha256": "cd" * 32}
    server = FakeServer(a_problem(503, "unavailable"), ok(receipt, 201))
    stored = state(an_api(server, pauses), order_id, kind="return", text="not ours", legal_basis="list 3.2")
    assert (str(stored.id), stored.sha256) == (receipt["statement_id"], receipt["sha256"])
    asked = server.asked[-1]
    assert asked.url == f"http://cell.test/api/v1/department/orders/{order_id}/statements"
    assert json.loads(asked.body) == {"kind": "return", "text": "not ours", "legal_basis": "list 3.2"}
    assert len({request.headers["Idempotency-Key"] for request in server.asked}) == 1


def test_the_same_words_are_one_statement_and_others_another() -> None:
    cell = FakeCell()
    for text, basis in (("a", None), ("a", None), ("b", None), ("b", "rule")):
        state(cell, UUID(int=1), kind="extension", text=text, legal_basis=basis)
    state(cell, UUID(int=2), kind="extension", text="a")
    assert len(cell.statements) == 4


def test_every_test_order_is_another(pauses: list[float]) -> None:
    made = {"order_id": str(uuid4()), "state": "offered"}
    server = FakeServer(ok(made, 201), a_problem(503, "unavailable"), ok(made, 201))
    api = an_api(server, pauses)
    assert [api.make_sandbox_order("0202"), api.make_sandbox_order("0202")] == [made, made]
    first, again, repeated = (request.headers["Idempotency-Key"] for request in server.asked)
    assert first != again == repeated
    assert server.asked[0].url == "http://cell.test/api/v1/department/sandbox/orders"
    assert json.loads(server.asked[0].body) == {"category": "0202"}


def test_the_same_files_have_the_same_keys_for_one_order_and_other_keys_for_another(tmp_path: Path) -> None:
    photo = tmp_path / "after.jpg"
    photo.write_bytes(b"a picture")
    cell = FakeCell()
    for order_id in (UUID(int=1), UUID(int=1), UUID(int=2)):
        hand_in(cell, order_id, text="done", contact=Contact(), photos=[photo])
    assert len(cell.uploads) == 2


def test_the_same_photo_twice_is_one_piece_of_evidence(tmp_path: Path) -> None:
    photo = tmp_path / "after.jpg"
    photo.write_bytes(b"a picture")
    cell = FakeCell()
    hand_in(cell, uuid4(), text="done", contact=Contact(), photos=[photo, photo])
    (result,) = cell.results.values()
    assert len(result["evidence"]) == 1
