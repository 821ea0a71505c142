import json
from typing import Any

import pytest
from prometheus_client import REGISTRY

from gateway.request_log import RequestLog
from gateway.worker import raw_problem
from tests.unit.gateway.cell import CASE_ID, Cell, a_receipt, a_report, code_of

CASE = f"/cases/{CASE_ID}"
JSON = {"content_type": "application/json"}


@pytest.mark.parametrize(
    "body",
    [b"{", b"not json", b'{"a": NaN}', b'{"grid": "\xff"}', b'{"text": "\\ud800"}', b"[" * 100_000, b"\x00"],
)
def test_a_body_that_is_no_json_is_malformed(cell: Cell, body: bytes) -> None:
    response = cell.ask("POST", "/cases", token=cell.worker(), data=body, **JSON)
    assert (response.status_code, code_of(response)) == (400, "malformed_request")


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"1", b"null", b"true"])
def test_a_body_that_is_no_object_is_invalid(cell: Cell, body: bytes) -> None:
    response = cell.ask("POST", "/cases", token=cell.worker(), data=body, **JSON)
    assert (response.status_code, code_of(response)) == (422, "invalid")
    assert response.get_json()["fields"] == {"body": "not_an_object"}


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"colour": "red"}, "colour", "unknown"),
        ({"detail": "x", "self": 1}, "detail", "unknown"),
        ({"grid": None}, "grid", "null"),
        ({"grid": 7}, "grid", "not_a_string"),
        ({"grid": ""}, "grid", "length"),
        ({"text": "路灯\x00不亮了很久了请维修"}, "text", "unsafe_character"),
        ({"occurred_at": "2026-03-02T19:30:00"}, "occurred_at", "time_without_zone"),
        ({"occurred_at": "yesterday"}, "occurred_at", "not_a_time"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at", "out_of_range"),
        ({"channel": "pigeon"}, "channel", "not_one_of_these"),
        ({"channel": "meeting"}, "channel", "not_one_of_these"),
        ({"anonymous": "yes"}, "anonymous", "not_a_boolean"),
        ({"anonymous": 1}, "anonymous", "not_a_boolean"),
        ({"evidence": ["x"]}, "evidence.0", "not_a_uuid"),
        ({"evidence": "x"}, "evidence", "not_a_list"),
        ({"evidence": ["0b9f7f0e-6f0e-5b0c-8f3e-0d6a1f0f7c11"] * 21}, "evidence", "too_many"),
        ({"point": {"longitude_deg": 181, "latitude_deg": 0}}, "point.longitude_deg", "out_of_range"),
        ({"point": {"latitude_deg": 37.87}}, "point.longitude_deg", "required"),
        ({"point": [1, 2]}, "point", "not_an_object"),
    ],
)
def test_a_field_that_is_not_right_is_named_with_its_reason(
    cell: Cell, change: dict[str, Any], field: str, reason: str
) -> None:
    response = cell.post("/cases", a_report(**change), token=cell.worker())
    assert (response.status_code, code_of(response)) == (422, "invalid")
    assert response.get_json()["fields"][field] == reason
    assert cell.rpc.asked == []


def test_what_is_missing_is_named(cell: Cell) -> None:
    response = cell.post("/cases", {}, token=cell.worker())
    assert response.get_json()["fields"] == dict.fromkeys(
        ("grid", "text", "occurred_at", "channel"), "required"
    )


def test_a_thousand_unknown_fields_are_not_all_repeated(cell: Cell) -> None:
    response = cell.post("/cases", {f"{n}-" + "x" * 500: n for n in range(1000)}, token=cell.worker())
    assert code_of(response) == "invalid"
    assert len(response.data) < 3000


def test_a_5_mb_text_is_too_large_before_it_is_parsed(cell: Cell) -> None:
    body = json.dumps(a_report(text="灯" * 5_000_000)).encode()
    response = cell.ask("POST", "/cases", token=cell.worker(), data=body, **JSON)
    assert (response.status_code, code_of(response)) == (413, "payload_too_large")
    assert response.get_json()["fields"] == {"limit_bytes": 1024 * 1024}
    assert cell.rpc.asked == []


def test_5_mb_in_chunks_is_too_large_as_well(cell: Cell) -> None:
    response = cell.ask(
        "POST",
        "/cases",
        token=cell.worker(),
        data=b'"' + b"x" * 5_000_000 + b'"',
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"CONTENT_LENGTH": "", "wsgi.input_terminated": True},
        **JSON,
    )
    assert (response.status_code, code_of(response)) == (413, "payload_too_large")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "text/xml", ""])
def test_a_body_that_is_not_declared_as_json_is_not_taken(cell: Cell, content_type: str) -> None:
    response = cell.ask(
        "POST", "/cases", token=cell.worker(), data=json.dumps(a_report()), content_type=content_type
    )
    assert (response.status_code, code_of(response)) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "path", ["/", "/api/v1", "/api/v1/nothing", "//api/v1/me", "/api/v1/me/", "/api//v1/me"]
)
def test_an_address_that_is_not_ours_is_a_problem_too(cell: Cell, path: str) -> None:
    response = cell.client.get(path, headers={"Accept": "text/html"})
    assert (response.status_code, code_of(response)) == (404, "not_found")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_another_method_is_a_problem_and_says_which_are_taken(cell: Cell, method: str) -> None:
    response = cell.ask(method, "/cases", token=cell.worker())
    assert (response.status_code, code_of(response)) == (405, "method_not_allowed")
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize(
    ("language", "answered", "title"),
    [
        (None, "zh-CN", "请先登录"),
        ("zh-CN,en;q=0.8", "zh-CN", "请先登录"),
        ("zh-TW", "zh-CN", "请先登录"),
        ("fr", "zh-CN", "请先登录"),
        ("en-GB,en;q=0.9", "en", "Sign in first"),
        ("en;q=0.9,zh;q=0.1", "en", "Sign in first"),
        ("not a language;;;", "zh-CN", "请先登录"),
    ],
)
def test_titles_are_in_the_callers_language_and_chinese_by_default(
    cell: Cell, language: str | None, answered: str, title: str
) -> None:
    response = cell.get("/me", headers={} if language is None else {"Accept-Language": language})
    assert response.headers["Content-Language"] == answered
    assert response.get_json()["title"] == title


def test_every_answer_carries_the_security_headers(cell: Cell) -> None:
    for response in (cell.get("/me"), cell.get("/me", token=cell.worker()), cell.client.get("/nothing")):
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in response.headers
        assert response.headers["X-Request-ID"]


@pytest.mark.parametrize("sent", ["x" * 65, "a b", "<script>", "号"])
def test_a_request_id_that_is_no_id_is_replaced(cell: Cell, sent: str) -> None:
    response = cell.get("/me", headers={"X-Request-ID": sent})
    assert response.headers["X-Request-ID"] != sent
    assert len(response.headers["X-Request-ID"]) == 36


def test_a_request_is_one_line_without_query_body_address_or_account(
    cell: Cell, capfd: pytest.CaptureFixture[str]
) -> None:
    cell.rpc.tell("intake", "report_case", RuntimeError("canary-text 13800000001"))
    cell.post("/cases?secret=canary-query", a_report(text="canary-text 13800000001"), token=cell.worker())
    cell.post("/cases", a_report(text="canary-text 13800000001"), token=cell.worker())
    lines = capfd.readouterr().out.splitlines()
    assert any("http.request" in line for line in lines)
    assert any("request.failed" in line for line in lines)
    for line in lines:
        assert "canary" not in line
        assert "13800000001" not in line
        assert "qt_" not in line


@pytest.mark.parametrize(
    ("level", "status", "said"),
    [("INFO", 200, "info"), ("INFO", 503, "warning"), ("WARNING", 200, None), ("warning", 500, "warning")],
)
def test_a_line_has_the_form_of_every_other_and_heeds_the_level(
    level: str, status: int, said: str | None
) -> None:
    lines: list[bytes] = []
    log = RequestLog(level, write=lines.append)
    log.say(method="GET", route="/api/v1/me", status=status, seconds=0.00123, request_id="abc")
    assert [json.loads(line)["level"] for line in lines] == ([said] if said else [])
    for line in lines:
        assert json.loads(line).keys() >= {"event", "service", "timestamp", "request_id"}
        assert line.endswith(b"\n")


def test_a_log_that_cannot_be_written_undoes_nothing() -> None:
    def full(_line: bytes) -> None:
        raise OSError(28, "No space left on device")

    RequestLog("INFO", write=full).say(method="GET", route="/", status=200, seconds=0.1, request_id="abc")


def test_a_request_is_counted_by_route_and_never_by_id(cell: Cell) -> None:
    cell.rpc.tell("intake", "archive_case", a_receipt())
    route = "/api/v1/cases/<uuid:case_id>/archive"
    labels = {"method": "POST", "route": route, "status": "200"}
    before = REGISTRY.get_sample_value("qiaotou_http_requests_total", labels) or 0
    cell.post(f"{CASE}/archive", token=cell.token("archivist"))
    assert REGISTRY.get_sample_value("qiaotou_http_requests_total", labels) == before + 1
    cell.client.open("/nowhere", method="BREW")
    unmatched = {"method": "other", "route": "unmatched", "status": "404"}
    assert REGISTRY.get_sample_value("qiaotou_http_requests_total", unmatched)


def test_even_a_request_line_that_cannot_be_read_gets_a_problem_document() -> None:
    head, _, body = raw_problem("malformed_request").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in head
    assert f"Content-Length: {len(body)}".encode() in head
    assert json.loads(body)["code"] == "malformed_request"
