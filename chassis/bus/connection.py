"""A connection to the broker with deadlines everywhere, on py-amqp."""

import ssl
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

import amqp
from amqp import AMQPError

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
        ssl={"context": ssl.create_default_context()} if secure else False,
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
    if not secure:
        _read_ahead(connection)
    return connection


def _read_ahead(connection: BusConnection) -> None:
    """Let one system call read many frames: py-amqp asks for each part of each frame by itself."""
    transport = connection.transport
    receive = transport.sock.recv
    transport._quick_recv = lambda size: receive(max(size, READ_AHEAD_BYTES))  # noqa: SLF001


def open_channel(connection: BusConnection) -> Any:
    """Open a channel that leaves bodies as the bytes they are."""
    channel = amqp.Channel(connection, auto_decode=False)
    channel.open()
    return channel
