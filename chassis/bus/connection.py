"""A connection to the broker with deadlines everywhere, on py-amqp."""

import ssl
import struct
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

import amqp
from amqp import AMQPError, serialization
from amqp.spec import Basic

HEARTBEAT_S = 5
CONNECT_TIMEOUT_S = 4
IO_TIMEOUT_S = 4
READ_AHEAD_BYTES = 16_384
# Longer without a single frame than any heartbeat allows: the link is dead though nobody said so.
SILENCE_S = 2.5 * HEARTBEAT_S

# Everything that a broken link, a stopped broker or a stalled heartbeat raises; ConnectionResetError
# is a plain OSError and is what nameko's own consumer forgets.
BROKER_ERRORS: tuple[type[Exception], ...] = (AMQPError, OSError, EOFError)
# A thread that uses a connection which another thread has just collected finds None in it.
LINK_ERRORS: tuple[type[Exception], ...] = (*BROKER_ERRORS, AttributeError)


class BusConnection(amqp.Connection):  # type: ignore[misc]
    """py-amqp without `connection.blocked`: with it every publish reads the socket.

    That read would race the thread that reads. A memory alarm shows by the confirm's deadline.
    """

    negotiate_capabilities: ClassVar[dict[str, bool]] = {
        "consumer_cancel_notify": True,
        "authentication_failure_close": True,
        "connection.blocked": False,
    }


class BusChannel(amqp.Channel):  # type: ignore[misc]
    """A channel that goes on taking what was on its way when a consumer was cancelled."""

    def __init__(self, connection: BusConnection) -> None:
        super().__init__(connection, auto_decode=False)
        self.cancelled: set[str] = set()

    def ask_to_cancel(self, tag: str) -> None:
        """Cancel a consumer without waiting: py-amqp would give back what comes before the answer."""
        self.send_method(Basic.Cancel, "sb", (tag, False))

    def _on_basic_cancel_ok(self, consumer_tag: str) -> None:
        self.cancelled.add(consumer_tag)


def connect(uri: str) -> BusConnection:
    """Open a connection to `amqp[s]://user:password@host:port/vhost`. Raises: BROKER_ERRORS."""
    parts = urlsplit(uri)
    secure = parts.scheme == "amqps"
    connection = BusConnection(
        host=f"{parts.hostname}:{parts.port or (5671 if secure else 5672)}",
        userid=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        login_method="PLAIN",
        virtual_host=unquote(parts.path[1:]) or "/",
        # What py-amqp makes its own context of: it takes no context, and of itself looks at no name.
        ssl={"server_hostname": parts.hostname, "cert_reqs": ssl.CERT_REQUIRED} if secure else False,
        heartbeat=HEARTBEAT_S,
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=IO_TIMEOUT_S,
        write_timeout=IO_TIMEOUT_S,
    )
    try:
        connection.connect()
    except BaseException:
        connection.collect()
        raise
    # Until here py-amqp has its own deadline; from here on what waits without one, e.g. for a channel
    # to open, has this. The options above mean nothing to a green socket.
    connection.transport.sock.settimeout(IO_TIMEOUT_S)
    _read_ahead(connection.transport, secure=secure)
    return connection


def _read_ahead(transport: Any, *, secure: bool) -> None:
    """Let one system call read many frames, and half a frame be no reason to spin.

    py-amqp asks for each part of each frame by itself; when it may not wait and the rest has not
    come, it asks again and again, and in a green process nobody else ever has a turn.
    """
    receive, ahead = (transport.sock.read, 0) if secure else (transport.sock.recv, READ_AHEAD_BYTES)

    def quick_recv(size: int) -> bytes:
        try:
            return bytes(receive(max(size, ahead)))
        except (BlockingIOError, ssl.SSLWantReadError) as error:
            raise TimeoutError("the rest has not come yet") from error

    transport._quick_recv = quick_recv  # noqa: SLF001 - there is no other place to say so


def open_channel(connection: BusConnection) -> Any:
    """Open a channel that leaves bodies as the bytes they are."""
    channel = BusChannel(connection)
    try:
        channel.open()
    except BaseException:
        connection.collect()
        raise
    return channel


def _text(data: Any) -> Any:
    return data.decode("utf-8", "replace") if isinstance(data, bytes) else data


def _properties(data: bytes, offset: int) -> tuple[dict[str, Any], int]:
    try:
        properties: tuple[dict[str, Any], int] = serialization.decode_properties_basic(data, offset)
    except (AMQPError, ValueError, OverflowError, OSError, struct.error, IndexError):
        return {}, len(data)
    return properties


# What a stranger wrote into a header must not end a process. The broker passes on what is no UTF-8,
# and dates in the year 500000; py-amqp raises in the middle of the frame, at every redelivery.
serialization.pstr_t = _text
serialization.PROPERTY_CLASSES[Basic.CLASS_ID] = _properties
