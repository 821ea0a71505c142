"""Clients that send a byte now and then, or nothing: they wait, and nobody waits for them."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from uuid import uuid4

import pytest

from chassis.data.engine import Database
from gateway import tokens
from gateway.line import SILENCE_S
from gateway.repository import SqlSessions
from gateway.requests import BODY_S
from gateway.worker import FAREWELL_S, HEAD_S
from ops.databases import Databases
from ops.rabbitmq import RabbitNode
from tests.integration.gateway.running import Gateway
from tests.unit.gateway.pictures import PDF

NAME = "test_slow_clients"
THREADS = 8
# Without patience they hold all threads three times over.
MANY = 3 * THREADS
BESIDES_S = 10
PAPER = PDF + bytes(300_000)


@pytest.fixture(scope="module")
def gateway(
    tmp_path_factory: pytest.TempPathFactory, databases: Databases, rabbitmq_node: RabbitNode
) -> Iterator[Gateway]:
    databases.migrate("gateway")
    url = databases.copy(databases.name("gateway"), NAME, owner="gateway")
    made = Gateway(
        tmp_path_factory.mktemp("gateway"),
        database_url=url,
        amqp_uri=rabbitmq_node.url("gateway"),
        workers="1",
        threads=str(THREADS),
    )
    try:
        made.wait(seconds=60)
        yield made
        assert "Traceback" not in made.log.read_text()
    finally:
        made.kill()
        databases.drop(NAME)


@pytest.fixture(scope="module")
def signed_in(gateway: Gateway, databases: Databases) -> dict[str, str]:
    assert gateway.process.poll() is None
    database = Database(f"{databases.url('gateway').rpartition('/')[0]}/{NAME}", pool_size=1)
    token = tokens.issue(SqlSessions(database), "CGJ")
    database.close()
    return {"Authorization": f"Bearer {token}", "Tus-Resumable": "1.0.0"}


def a_head(method: str, path: str, **headers: str) -> bytes:
    lines = [f"{method} /api/v1/{path} HTTP/1.1", "Host: gateway"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def begun(gateway: Gateway, signed_in: dict[str, str], length: int) -> str:
    asked = signed_in | {"Upload-Length": str(length), "Idempotency-Key": uuid4().hex}
    status, headers, body = gateway.ask("POST", "/api/v1/uploads", b"", asked)
    assert status == 201, body
    return headers["Location"].removeprefix("/api/v1/")


def a_piece(path: str, signed_in: dict[str, str], length: int) -> bytes:
    headers = signed_in | {"Upload-Offset": "0", "Content-Length": str(length)}
    return a_head("PATCH", path, **headers, Content_Type="application/offset+octet-stream")


@contextmanager
def trickling(gateway: Gateway, sent: bytes, *, many: int = MANY) -> Iterator[list[socket.socket]]:
    """Many clients that have sent this and go on with a byte now and then."""
    ended = threading.Event()
    with ExitStack() as stack:
        lines = [
            stack.enter_context(socket.create_connection(("127.0.0.1", gateway.port), timeout=90))
            for _ in range(many)
        ]

        def go_on() -> None:
            while not ended.wait(0.2):
                for line in lines:
                    with suppress(OSError):
                        line.sendall(b"1")

        for line in lines:
            line.sendall(sent)
        clients = threading.Thread(target=go_on)
        clients.start()
        try:
            yield lines
        finally:
            ended.set()
            clients.join()


def somebody_is_answered(gateway: Gateway) -> None:
    time.sleep(0.5)
    started = time.monotonic()
    assert gateway.ask("GET", "/api/v1/healthz")[0] == 200
    assert time.monotonic() - started < BESIDES_S


JSON = {"Content_Type": "application/json"}


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"G", id="a request line without end", marks=pytest.mark.slow),
        pytest.param(b"GET /api/v1/healthz HTTP/1.1\r\nHost: x\r\nX-A: ", id="a head without end"),
        pytest.param(a_head("POST", "sessions", Content_Length="900", **JSON), id="a short body"),
        pytest.param(a_head("POST", "sessions", Content_Length="90000", **JSON), id="a long body"),
        pytest.param(a_head("POST", "sessions", Transfer_Encoding="chunked", **JSON), id="chunks"),
        pytest.param(
            a_head("POST", "sessions", Content_Length="900", Expect="100-continue", **JSON), id="asked for"
        ),
        pytest.param(
            a_head("POST", "sessions", Content_Length="9000000", **JSON),
            id="a refused body",
            marks=pytest.mark.slow,
        ),
        pytest.param(a_head("POST", "media", Content_Length="9000000"), id="a file of nobody"),
        pytest.param(
            a_head("POST", "nothing", Content_Length="9000000"),
            id="a body for no address",
            marks=pytest.mark.slow,
        ),
        pytest.param(b"GARBAGE\r\n\r\n", id="no request", marks=pytest.mark.slow),
    ],
)
def test_who_trickles_holds_nobody_up(gateway: Gateway, sent: bytes) -> None:
    with trickling(gateway, sent):
        somebody_is_answered(gateway)


def test_who_says_nothing_holds_nobody_up(gateway: Gateway) -> None:
    with ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(socket.create_connection(("127.0.0.1", gateway.port), timeout=60))
        somebody_is_answered(gateway)


@pytest.mark.slow
def test_phones_for_which_there_is_no_berth_are_told_and_hold_no_thread(
    gateway: Gateway, signed_in: dict[str, str]
) -> None:
    paths = [begun(gateway, signed_in, len(PAPER)) for _ in range(2)]
    with trickling(gateway, a_piece(paths[0], signed_in, len(PAPER))) as lines:
        somebody_is_answered(gateway)
        refused = [line for line in lines if told(line)]
        assert len(refused) >= MANY - THREADS
        somebody_is_answered(gateway)


def told(line: socket.socket) -> bool:
    """Whether a client has heard 503 by now."""
    line.settimeout(0.5)
    with suppress(TimeoutError):
        return b"HTTP/1.1 503" in line.recv(65536)
    return False


def test_a_slow_upload_that_goes_on_succeeds_beside_those_that_trickle(
    gateway: Gateway, signed_in: dict[str, str]
) -> None:
    path = begun(gateway, signed_in, len(PAPER))
    with (
        trickling(gateway, a_head("POST", "media", Content_Length="9000000")),
        socket.create_connection(("127.0.0.1", gateway.port), timeout=60) as phone,
    ):
        head = a_piece(path, signed_in, len(PAPER))
        for at in range(0, len(head), 40):
            phone.sendall(head[at : at + 40])
            time.sleep(0.02)
        for at in range(0, len(PAPER), 15_000):
            phone.sendall(PAPER[at : at + 15_000])
            time.sleep(0.1)
        answer = phone.recv(65536)
    assert b"HTTP/1.1 204" in answer, answer
    assert b"Media-Id" in answer


def test_two_requests_at_once_and_what_follows_in_pieces_are_answered_in_turn(gateway: Gateway) -> None:
    """What has been read of the next request is not lost while the first one is answered."""
    body = json.dumps({"name": "nobody"}).encode()
    one = a_head("POST", "sessions", Content_Length=str(len(body)), **JSON) + body
    last = a_head("GET", "nothing", Connection="close")
    heard = b""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=60) as line:
        line.sendall(one + one + last[:20])
        time.sleep(0.3)
        line.sendall(last[20:])
        while piece := line.recv(65536):
            heard += piece
    assert heard.count(b"HTTP/1.1 422") == 2, heard
    assert heard.count(b"HTTP/1.1 404") == 1, heard


@pytest.mark.slow
def test_patience_ends(gateway: Gateway, signed_in: dict[str, str]) -> None:
    """Each kind is let go of when its time is over, however it trickles, and is told where it can be."""
    path = begun(gateway, signed_in, len(PAPER))
    kinds = [
        (b"GET /api/v1/healthz HTTP/1.1\r\nX-A: ", b"", HEAD_S),
        (a_head("POST", "media", Content_Length="9000000"), b"401", FAREWELL_S),
        (a_head("POST", "sessions", Content_Length="90000", **JSON), b"400", BODY_S + FAREWELL_S),
        (a_piece(path, signed_in, len(PAPER)), b"400", SILENCE_S + FAREWELL_S),
    ]
    with ThreadPoolExecutor(len(kinds)) as pool:
        ends = list(pool.map(lambda kind: ended(gateway, kind[0]), kinds))
    for (_, status, seconds), (heard, lasted) in zip(kinds, ends, strict=True):
        assert heard[9:12] == status, heard
        assert seconds - 2 < lasted < seconds + 20


def ended(gateway: Gateway, sent: bytes) -> tuple[bytes, float]:
    """What a client has heard, and after how many seconds nobody takes any more of it."""
    started, heard = time.monotonic(), b""
    with trickling(gateway, sent, many=1) as (line,), suppress(ConnectionError):
        while piece := line.recv(65536):
            heard += piece
        # It has been told all; what it still sends is read away.
        while True:
            line.sendall(b"1")
            time.sleep(0.5)
    return heard, time.monotonic() - started
