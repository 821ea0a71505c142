"""Ports that a cell keeps for itself."""

import random
import socket
from collections.abc import Iterable
from pathlib import Path

LOOPBACK = "127.0.0.1"
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST, _USUAL_FIRST_EPHEMERAL = 10_000, 32_768


def is_free(port: int) -> bool:
    """Say whether nobody listens on this port of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def answers(port: int, *, host: str = LOOPBACK) -> bool:
    """Say whether somebody accepts connections on this port."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def pick(taken: Iterable[int] = ()) -> int:
    """Return a free port below the range that the system takes source ports from.

    A client that keeps calling a stopped server on a port of that range may be given this very
    port as its own, connect to itself and hold the port when the server comes back.
    """
    avoid = set(taken)
    while True:
        port = random.SystemRandom().randrange(_LOWEST, _first_ephemeral())
        if port not in avoid and is_free(port):
            return port


def _first_ephemeral() -> int:
    if not _RANGE.exists():
        return _USUAL_FIRST_EPHEMERAL
    first = int(_RANGE.read_text().split()[0])
    # A system whose range begins this low leaves nothing below it.
    return first if first > _LOWEST + 1_000 else _USUAL_FIRST_EPHEMERAL
