"""A client of a fault run asks until the answer is definite, and writes down every try."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fault.history import CLIENTS, Log, Outcome, entries
from fault.load import tries as tries_module
from fault.load.tries import GivenUpError, Longest, Tries, Wish
from ops.http_client import RefusedError

WISH = Wish("r0000007", "report", "worker-c01-g01", "token", "/api/v1/cases", {"grid": "c01-g01"})
HANG_UP = 0


class Gateway(ThreadingHTTPServer):
    """Gives the answers that it was told, one after the other; 0 hangs up without one."""

    def __init__(self, statuses: list[int]) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.statuses = statuses
        self.keys: list[str] = []


class _Answering(BaseHTTPRequestHandler):
    server: Gateway
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # Head and body at once: else each answer waits 40 ms for an acknowledgement.

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.keys.append(self.headers["Idempotency-Key"])
        status = self.server.statuses.pop(0)
        if status == HANG_UP:
            self.close_connection = True
            return
        body = b'{"case_id": "c-1"}' if status < 400 else b'{"code": "unavailable"}'
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


@contextmanager
def gateway(*statuses: int) -> Iterator[Gateway]:
    server = Gateway(list(statuses))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def tries(
    server: Gateway,
    folder: Path,
    *,
    longest: Longest | None = None,
    is_over: bool = False,
    surprised: Callable[[str], None] = lambda _words: None,
) -> Iterator[Tries]:
    longest = longest or Longest()
    with (
        closing(Log(folder / CLIENTS)) as log,
        closing(Tries(server.server_port, log, longest, lambda: is_over, surprised=surprised)) as made,
    ):
        yield made


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries_module, "_FIRST_PAUSE_S", 0.01)


def outcomes(folder: Path) -> list[tuple[Outcome, int, int]]:
    return [(each.outcome, each.attempt, each.status) for each in entries(folder)]


def test_every_try_has_the_same_key_and_stands_in_the_history(tmp_path: Path) -> None:
    with gateway(503, HANG_UP, 504, 201) as server, tries(server, tmp_path) as client:
        assert client.have(WISH) == {"case_id": "c-1"}
        assert server.keys == ["r0000007"] * 4
    assert outcomes(tmp_path) == [
        (Outcome.INVOKE, 1, 0),
        (Outcome.FAIL, 1, 503),
        (Outcome.INVOKE, 2, 0),
        (Outcome.UNKNOWN, 2, 0),
        (Outcome.INVOKE, 3, 0),
        (Outcome.UNKNOWN, 3, 504),
        (Outcome.INVOKE, 4, 0),
        (Outcome.OK, 4, 201),
    ]
    assert [each.case_id for each in entries(tmp_path)][-1] == "c-1"


@pytest.mark.parametrize(("status", "told"), [(500, 1), (502, 1), (503, 0), (504, 0), (422, 0)])
def test_an_error_of_the_gateways_own_is_a_surprise(tmp_path: Path, status: int, told: int) -> None:
    surprises: list[str] = []
    with (
        gateway(status, 201) as server,
        tries(server, tmp_path, surprised=surprises.append) as client,
        suppress(RefusedError),
    ):
        client.have(WISH)
    assert surprises == [f"report: {status} RefusedError"] * told


def test_a_clear_refusal_is_final(tmp_path: Path) -> None:
    with gateway(422) as server, tries(server, tmp_path) as client, pytest.raises(RefusedError):
        client.have(WISH)
    assert outcomes(tmp_path) == [(Outcome.INVOKE, 1, 0), (Outcome.FAIL, 1, 422)]


def test_who_is_told_that_the_run_is_over_asks_no_more(tmp_path: Path) -> None:
    with (
        gateway(503) as server,
        tries(server, tmp_path, is_over=True) as client,
        pytest.raises(GivenUpError),
    ):
        client.have(WISH)


def test_the_longest_wait_is_kept(tmp_path: Path) -> None:
    longest = Longest()
    with gateway(201) as server, tries(server, tmp_path, longest=longest) as client:
        client.have(WISH)
    assert longest.seconds > 0
    assert longest.what == "report, 201"
    longest.waited(0.0, "less")
    assert longest.what == "report, 201"
