"""The connection under everything: half frames, unreadable headers, silence."""

import socket
import struct
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import amqp
import pytest
from amqp.transport import TCPTransport

from chassis.bus import connection as connection_module
from chassis.bus import link as module
from chassis.bus.connection import HEARTBEAT_S, SILENCE_S, _read_ahead, connect
from chassis.bus.link import Link, SilentLinkError
from tests.unit.chassis.fake_links import Clock

MANY = 100
FRAME = struct.pack(">BHI", 1, 1, 10) + b"0123456789" + b"\xce"


@pytest.fixture
def ends() -> Iterator[tuple[TCPTransport, socket.socket]]:
    """A transport as py-amqp makes it, and the far end of its socket."""
    near, far = socket.socketpair()
    transport = TCPTransport("localhost")
    transport.sock = near
    transport._setup_transport()
    _read_ahead(transport, secure=False)
    yield transport, far
    near.close()
    far.close()


def read(transport: TCPTransport, timeout_s: float) -> Any:
    with transport.having_timeout(timeout_s):
        return transport.read_frame()


def test_half_a_frame_is_no_reason_to_spin(ends: tuple[TCPTransport, socket.socket]) -> None:
    transport, far = ends
    for part in (FRAME[:3], FRAME[3:9], FRAME[9:-1]):
        far.sendall(part)
        with pytest.raises(TimeoutError):
            read(transport, 0)
    far.sendall(FRAME[-1:])
    assert read(transport, 0) == (1, 1, b"0123456789")


def test_one_system_call_may_read_many_frames(ends: tuple[TCPTransport, socket.socket]) -> None:
    transport, far = ends
    far.sendall(FRAME * 3)
    assert [read(transport, 1)[2] for _ in range(3)] == [b"0123456789"] * 3
    with pytest.raises(TimeoutError):
        read(transport, 0)


def test_an_encrypted_frame_that_is_not_there_yet_is_no_reason_to_spin_either() -> None:
    from ssl import SSLWantReadError  # noqa: PLC0415 - for this test alone

    def wanting(_size: int) -> bytes:
        raise SSLWantReadError

    transport: Any = SimpleNamespace(sock=SimpleNamespace(read=wanting))
    _read_ahead(transport, secure=True)
    with pytest.raises(TimeoutError):
        transport._quick_recv(7)


def header(properties: bytes) -> amqp.Message:
    """Read a content header that ends with these property flags and values."""
    message = amqp.Message(frame_method=(60, 60), frame_args=b"")
    message.inbound_header(struct.pack(">HHQ", 60, 0, 5) + properties)
    return message


def test_a_header_that_is_no_text_is_read_as_what_can_be_read_of_it() -> None:
    correlation_id = b"\xff\xfe"
    message = header(struct.pack(">H", 0x0400) + bytes([len(correlation_id)]) + correlation_id)
    assert message.properties == {"correlation_id": "��"}


def test_a_header_that_nobody_can_read_leaves_the_message_without_properties() -> None:
    year_500000 = b"\x04whenT" + struct.pack(">Q", 2**63)
    table = struct.pack(">I", len(year_500000)) + year_500000
    assert header(struct.pack(">H", 0x2000) + table).properties == {}
    unknown = b"\x04what?"
    assert header(struct.pack(">H", 0x2000) + struct.pack(">I", 6) + unknown).properties == {}


def test_an_ordinary_header_is_read_as_ever() -> None:
    table = amqp.Message(b"x", application_headers={"ordering-key": "桥头", "n": 3}, correlation_id="c1")
    message = header(table._serialize_properties())
    assert message.properties == {
        "application_headers": {"ordering-key": "桥头", "n": 3}, "correlation_id": "c1",
    }  # fmt: skip


class Quiet:
    """A connection on which nothing comes; heartbeats may."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.bytes_recv = 1
        self.dropped = False
        self.heartbeat_s: float | None = None
        self.heartbeats = 0

    def blocking_read(self, timeout: float) -> None:
        if self.heartbeat_s is None or self.heartbeat_s > timeout:
            self._clock.now += timeout
            raise TimeoutError
        self._clock.now += self.heartbeat_s
        self.heartbeats += 1
        assert self.heartbeats < MANY, "it waits for ever"

    def collect(self) -> None:
        self.dropped = True


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> tuple[Link, Quiet]:
    clock = Clock()
    connection = Quiet(clock)
    monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(module, "connect", lambda _uri: connection)
    monkeypatch.setattr(module, "open_channel", lambda _connection: None)
    return Link("amqp://"), connection


def test_a_link_without_a_single_frame_for_long_is_dead(quiet: tuple[Link, Quiet]) -> None:
    link, _ = quiet
    link.drain(1.0)
    for _ in range(int(SILENCE_S)):
        assert not link.drain(1.0)
    with pytest.raises(SilentLinkError):
        link.drain(1.0)


def test_heartbeats_are_life_enough(quiet: tuple[Link, Quiet]) -> None:
    link, connection = quiet
    for _ in range(100):
        connection.bytes_recv += 1
        assert not link.drain(5.0)


def test_heartbeats_do_not_make_a_wait_longer(quiet: tuple[Link, Quiet]) -> None:
    link, connection = quiet
    connection.heartbeat_s = HEARTBEAT_S / 2
    began = connection._clock.now
    assert not link.drain(8.0)
    assert connection._clock.now - began == pytest.approx(8.0)
    assert connection.heartbeats == 3


def test_silence_does_not_count_while_the_reader_was_busy(quiet: tuple[Link, Quiet]) -> None:
    link, connection = quiet
    link.drain(1.0)
    connection._clock.now += 3600
    link.resume()
    assert not link.drain(1.0)


class Deaf(threading.Thread):
    """A server that takes connections and says nothing."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.taken: list[socket.socket] = []

    def run(self) -> None:
        while True:
            try:
                self.taken.append(self._listener.accept()[0])
            except OSError:
                return

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self.taken:
            each.close()


def test_a_broker_that_takes_the_connection_and_says_nothing_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection_module, "CONNECT_TIMEOUT_S", 0.2)
    deaf = Deaf()
    deaf.start()
    with pytest.raises(TimeoutError):
        connect(f"amqp://guest:guest@127.0.0.1:{deaf.port}/")
    deaf.close()
    deaf.join(5)
