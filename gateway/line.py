"""A connection on which clients are waited for, and only so long.

What a client may do at its leisure, it does with the poller, which waits for thousands; a thread
waits for a client that keeps pace, and its patience ends.
"""

import errno
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

# A phone that has gone does not say so: a thread waits no longer than this for more of its file.
SILENCE_S = 30.0
# Below a telephone of the second generation; 100 MB at this pace take three and a half hours.
PACE_BYTES_PER_S = 8 * 1024
# A body up to here is gathered with its head before a thread sees either.
SHORT_BODY_BYTES = 16 * 1024
_PIECE_BYTES = 64 * 1024
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,9})[ \t]*\r\n", re.IGNORECASE)
_EXPECT = re.compile(rb"\r\nexpect:", re.IGNORECASE)


def has_arrived(held: bytes) -> bool:
    """Return whether a thread has something to do: the head is here, and a short body too.

    It is not parsed here: of a head that is no head, the parser will say so.
    """
    end = held.find(_END)
    if end < 0:
        return False
    length = _LENGTH.search(held, 0, end + 2)
    if length is None or _EXPECT.search(held, 0, end):
        return True
    wanted = int(length[1])
    return wanted > SHORT_BODY_BYTES or len(held) - end - len(_END) >= wanted


class Line(socket.socket):
    """A client's socket with a patience in seconds, which waiting uses up and bytes restore.

    Each byte that comes or goes restores what it may take at the slowest pace, up to where patience
    began: one byte at a time does not keep a thread. Raises: TimeoutError at its end.
    """

    def __init__(self, taken: socket.socket) -> None:
        super().__init__(taken.family, taken.type, taken.proto, fileno=taken.detach())
        # How to say that this connection ends with the answer to the request at hand.
        self.hang_up: Callable[[], object] = lambda: None
        self.wait_at_most(SILENCE_S)

    def wait_at_most(self, seconds: float) -> None:
        """Begin a patience of so many seconds; none takes what is here already."""
        self._most = self._left = seconds

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """Return what has come."""
        with self._waiting():
            came = super().recv(size, flags)
        self._earn(len(came))
        return came

    def send(self, data: Any, flags: int = 0, /) -> int:
        """Send what goes at once."""
        with self._waiting():
            went = super().send(data, flags)
        self._earn(went)
        return went

    def sendall(self, data: Any, flags: int = 0, /) -> None:
        """Send all, a piece at a time: who reads slowly and steadily is waited for."""
        whole = memoryview(data)
        for at in range(0, len(whole), _PIECE_BYTES):
            piece = whole[at : at + _PIECE_BYTES]
            with self._waiting():
                super().sendall(piece, flags)
            self._earn(len(piece))

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        told, started = self.gettimeout(), time.monotonic()
        self.settimeout(self._left if told is None else min(told, self._left))
        try:
            yield
        except (TimeoutError, BlockingIOError) as error:
            # For gunicorn, a client that is gone is worth no trace in the log.
            raise TimeoutError(errno.EPIPE, "the client is too slow") from error
        finally:
            self._left = max(0.0, self._left - (time.monotonic() - started))
            self.settimeout(told)

    def _earn(self, amount: int) -> None:
        self._left = min(self._most, self._left + amount / PACE_BYTES_PER_S)
