"""The final state is read whole, whatever a cell under faults answers meanwhile."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from click.testing import CliRunner

from fault import reading
from fault.checker import main
from fault.final_state import FinalState, load, save
from fault.reading import UnreadableError, read
from tests.unit.fault_checker.runs import ARun, an_id, healthy

TOKEN = "a-dispatchers-token"
PAGE = 2


class Gateway:
    """Answers as the gateway does, with pages of two; some questions it refuses first."""

    def __init__(self, state: FinalState) -> None:
        self.state = state
        self.unlisted: set[str] = set()
        self.refusals: Counter[str] = Counter()
        self.status = 503
        self.moving: set[str] = set()
        self._lock = threading.Lock()
        self.asked: Counter[str] = Counter()

    def answer(self, path: str, token: str) -> tuple[int, Any]:
        where = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(where.query).items()}
        place = where.path.removeprefix("/api/v1")
        with self._lock:
            self.asked[place] += 1
            if self.refusals[place] > 0:
                self.refusals[place] -= 1
                return self.status, {"code": "unavailable"}
        if token != f"Bearer {TOKEN}":
            return 401, {"code": "unauthenticated"}
        return self._content(place, query)

    def _content(self, place: str, query: dict[str, str]) -> tuple[int, Any]:
        match place.split("/")[1:]:
            case ["cases"]:
                listed = [each for each in self.state.cases if each.case_id not in self.unlisted]
                return 200, _page(listed, query)
            case ["orders"]:
                return 200, _page(list(self.state.orders), query)
            case ["archive", "log", "leaves"]:
                since = int(query["since"])
                items = self.state.leaves[since : since + PAGE]
                further = since + PAGE if since + PAGE < len(self.state.leaves) else None
                return 200, {"items": items, "next_index": further}
            case ["cases", case_id, *rest]:
                return self._case(case_id, timeline=bool(rest))
        return 404, {"code": "not_found"}

    def _case(self, case_id: str, *, timeline: bool) -> tuple[int, Any]:
        case = next((each for each in self.state.cases if each.case_id == case_id), None)
        if case is None:
            return 404, {"code": "not_found"}
        if timeline:
            return 200, {"case_id": case_id, "entries": case.life}
        # Once a case is behind its timeline: it moves while it is read.
        version = case.version - (case_id in self.moving)
        self.moving.discard(case_id)
        fields = {name: getattr(case, name) for name in ("case_id", "number", "state", "seal")}
        return 200, fields | {"version": version, "text": "路灯不亮。" * 50 + case.tail, "community": "c01"}


def _page(things: list[Any], query: dict[str, str]) -> dict[str, Any]:
    assert query["order"] == "oldest"
    begin = int(query.get("cursor", "0"))
    further = str(begin + PAGE) if begin + PAGE < len(things) else None
    return {"items": things[begin : begin + PAGE], "next_cursor": further}


@pytest.fixture
def run() -> ARun:
    return healthy(5)


@pytest.fixture
def gateway(run: ARun) -> Gateway:
    return Gateway(run.state)


@pytest.fixture
def base(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # Head and body at once: else each answer waits 40 ms for an acknowledgement.

        def do_GET(self) -> None:
            status, content = gateway.answer(self.path, self.headers["Authorization"])
            body = msgspec.json.encode(content)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said: object) -> None:
            return

    monkeypatch.setattr(reading, "_PAUSE_S", 0.01)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_everything_is_read_page_by_page(base: str, run: ARun) -> None:
    seen: list[tuple[int, int]] = []
    state = read(base, TOKEN, seen=lambda done, total: seen.append((done, total)))
    assert [each.case_id for each in state.cases] == [each.case_id for each in run.cases]
    assert [each.life for each in state.cases] == [each.life for each in run.cases]
    assert all(case.tail.endswith(whole.tail) for case, whole in zip(state.cases, run.cases, strict=True))
    assert (state.orders, state.leaves) == (run.state.orders, run.state.leaves)
    assert seen[-1] == (5, 5)


def test_what_no_list_has_is_read_where_an_answer_named_it(base: str, run: ARun, gateway: Gateway) -> None:
    hidden = run.cases[2].case_id
    gateway.unlisted.add(hidden)
    state = read(base, TOKEN, named=[hidden, an_id("never")])
    assert [each.case_id for each in state.cases if not each.listed] == [hidden]
    assert len(state.cases) == 5


@pytest.mark.parametrize("status", [503, 504, 429])
def test_what_is_not_answered_now_is_asked_again(base: str, run: ARun, gateway: Gateway, status: int) -> None:
    gateway.status = status
    gateway.refusals.update({"/cases": 2, f"/cases/{run.cases[0].case_id}": 3, "/orders": 1})
    assert len(read(base, TOKEN).cases) == 5


def test_a_case_that_moves_while_it_is_read_is_read_again(base: str, run: ARun, gateway: Gateway) -> None:
    gateway.moving.add(run.cases[1].case_id)
    state = read(base, TOKEN)
    assert [each.version for each in state.cases] == [9] * 5


def test_what_may_not_be_read_is_not_taken_for_nothing(base: str) -> None:
    with pytest.raises(UnreadableError, match="401"):
        read(base, "somebody-elses-token")


def test_a_list_that_is_not_there_is_not_taken_for_an_empty_one(base: str, gateway: Gateway) -> None:
    gateway.status = 404
    gateway.refusals["/orders"] = 1
    with pytest.raises(UnreadableError):
        read(base, TOKEN)


def test_nobody_who_answers_is_waited_for_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_PAUSE_S", 0.01)
    with pytest.raises(UnreadableError, match="ConnectionRefusedError"):
        read("http://127.0.0.1:9", TOKEN, patience_s=0.05)


def test_what_was_kept_is_what_was_read(tmp_path: Path, run: ARun) -> None:
    save(tmp_path, run.state)
    assert load(tmp_path) == run.state


def test_the_command_reads_keeps_and_judges_and_judges_again(base: str, run: ARun, tmp_path: Path) -> None:
    run.judged(tmp_path)
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    first = CliRunner().invoke(main, [str(tmp_path), "--api", base, "--token-file", str(tmp_path / "token")])
    again = CliRunner().invoke(main, [str(tmp_path)])
    assert (first.exit_code, again.exit_code) == (0, 0)
    verdict = json.loads(again.stdout.splitlines()[-1])
    assert verdict == json.loads(first.stdout.splitlines()[-1])
    assert verdict["accepted"] == 5


def test_the_command_says_what_is_wrong_in_words(run: ARun, tmp_path: Path) -> None:
    run.judged(tmp_path)
    save(tmp_path, run.state._replace(cases=run.state.cases[1:], leaves=()))
    said = CliRunner().invoke(main, [str(tmp_path)])
    assert said.exit_code == 1
    assert "is not there" in said.stderr
    assert json.loads(said.stdout.splitlines()[-1])["false_201"]["count"] == 1


def test_a_run_in_which_nothing_was_accepted_proves_nothing(tmp_path: Path) -> None:
    empty = ARun()
    empty.judged(tmp_path)
    save(tmp_path, empty.state)
    assert CliRunner().invoke(main, [str(tmp_path)]).exit_code == 1
