"""How long a client is waited for, and what is not begun before it is here."""

import errno
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from gateway.line import SHORT_BODY_BYTES, Line, has_arrived

GET = b"GET / HTTP/1.1\r\nHost: x\r\n"
PATIENCE_S = 0.4


@pytest.fixture
def pair() -> Iterator[tuple[Line, socket.socket]]:
    ours, theirs = socket.socketpair()
    theirs.settimeout(60)
    with Line(ours) as line, theirs:
        line.wait_at_most(PATIENCE_S)
        yield line, theirs


def send_on(client: socket.socket, piece: bytes, ended: threading.Event) -> None:
    while not ended.wait(PATIENCE_S / 8):
        client.sendall(piece)


def test_bytes_that_trickle_do_not_keep_a_thread(pair: tuple[Line, socket.socket]) -> None:
    line, client = pair
    ended = threading.Event()
    trickle = threading.Thread(target=send_on, args=(client, b"1", ended))
    trickle.start()
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        b"".join(iter(lambda: line.recv(65536), b""))
    ended.set()
    trickle.join()
    assert PATIENCE_S * 0.9 < time.monotonic() - started < 30


def test_who_keeps_pace_is_waited_for_beyond_the_patience(pair: tuple[Line, socket.socket]) -> None:
    line, client = pair
    ended = threading.Event()
    steady = threading.Thread(target=send_on, args=(client, bytes(8192), ended))
    steady.start()
    until = time.monotonic() + 5 * PATIENCE_S
    while time.monotonic() < until:
        assert line.recv(65536)
    ended.set()
    steady.join()


def test_who_does_not_read_keeps_no_thread(pair: tuple[Line, socket.socket]) -> None:
    line, _ = pair
    started = time.monotonic()
    with pytest.raises(TimeoutError) as refused:
        line.sendall(bytes(16 * 1024 * 1024))
    assert refused.value.errno == errno.EPIPE
    assert time.monotonic() - started < 30


def test_who_reads_slowly_and_steadily_gets_all(pair: tuple[Line, socket.socket]) -> None:
    line, client = pair
    sender = threading.Thread(target=line.sendall, args=(bytes(4 * 1024 * 1024),))
    sender.start()
    got = 0
    while got < 4 * 1024 * 1024:
        got += len(client.recv(256 * 1024))
        time.sleep(PATIENCE_S / 8)
    sender.join()


def test_without_patience_only_what_is_here_is_taken(pair: tuple[Line, socket.socket]) -> None:
    line, client = pair
    client.sendall(b"here")
    line.wait_at_most(0)
    assert line.recv(65536) == b"here"
    with pytest.raises(TimeoutError):
        line.recv(65536)
    assert line.gettimeout() is None


@pytest.mark.parametrize(
    ("held", "arrived"),
    [
        (b"", False),
        (b"G", False),
        (GET, False),
        (GET + b"\r\n", True),
        (GET + b"Content-Length: 3\r\n\r\n", False),
        (GET + b"content-length:3 \r\n\r\nab", False),
        (GET + b"Content-Length: 3\r\n\r\nabc", True),
        (GET + b"Content-Length: 3\r\n\r\nabcGET", True),
        (GET + b"Content-Length: %d\r\n\r\n" % SHORT_BODY_BYTES, False),
        (GET + b"Content-Length: %d\r\n\r\n" % (SHORT_BODY_BYTES + 1), True),
        (GET + b"Content-Length: 3\r\nExpect: 100-continue\r\n\r\n", True),
        (GET + b"Content-Length: 3x\r\n\r\n", True),
        (GET + b"Transfer-Encoding: chunked\r\n\r\n", True),
        (b"\r\n\r\n", True),
        (GET + b"\r\n\r\nContent-Length: 3\r\n\r\n", True),
    ],
)
def test_a_request_has_arrived_with_its_head_and_a_short_body(held: bytes, arrived: bool) -> None:  # noqa: FBT001
    assert has_arrived(held) is arrived
