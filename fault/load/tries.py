"""Asking under one idempotency key until the answer is definite, every try on record."""

import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from fault.history import Entry, Log, Outcome
from ops.http_client import Client, RefusedError
from ops.ports import LOOPBACK

Answer = dict[str, Any]
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 1.0
_ASKED_AGAIN = frozenset({429, 500, 503, 504})
# Whether it was done is anybody's guess.
_UNKNOWN = frozenset({500, 504})
# What a server may answer while something is away.
_EXCUSED, _SERVER_ERROR = frozenset({503, 504}), 500


class Wish(NamedTuple):
    """What somebody wants done: one intention, one idempotency key."""

    op: str
    action: str
    client: str
    token: str
    path: str
    body: Answer
    case_id: str = ""


class GivenUpError(Exception):
    """The run is over before there was a definite answer."""


class Longest:
    """The longest that anybody has waited for one answer, in seconds, and for what."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.seconds = 0.0
        self.what = ""

    def waited(self, seconds: float, what: str) -> None:
        """Note one wait."""
        with self._lock:
            if seconds > self.seconds:
                self.seconds, self.what = seconds, what


class Tries:
    """One connection that writes down every try. Not for two threads."""

    def __init__(
        self,
        port: int,
        log: Log,
        longest: Longest,
        is_over: Callable[[], bool],
        *,
        surprised: Callable[[str], None] = lambda _words: None,
    ) -> None:
        self._client = Client(LOOPBACK, port)
        self._log = log
        self._longest = longest
        self._is_over = is_over
        self._surprised = surprised

    def ask(self, path: str, token: str) -> Answer:
        """Ask a question once. Raises: RefusedError, OSError."""
        began = time.monotonic()
        try:
            return self._client.get(path, token=token)
        except (RefusedError, ValueError) as error:
            self._wonder(error, "a list")
            raise
        finally:
            self._longest.waited(time.monotonic() - began, "a list")

    def have(self, wish: Wish) -> Answer:
        """Have it done, however often it has to be asked.

        Raises: RefusedError where it was refused for good, GivenUpError.
        """
        attempt, pause_s = 1, _FIRST_PAUSE_S
        while True:
            try:
                return self._once(wish, attempt)
            except (RefusedError, OSError, ValueError) as error:
                if isinstance(error, RefusedError) and error.status not in _ASKED_AGAIN:
                    raise
            if self._is_over():
                raise GivenUpError
            time.sleep(pause_s)
            attempt, pause_s = attempt + 1, min(pause_s * 1.5, _LONGEST_PAUSE_S)

    def close(self) -> None:
        """Give up the connection."""
        self._client.close()

    def _once(self, wish: Wish, attempt: int) -> Answer:
        self._write(wish, Outcome.INVOKE, attempt)
        began = time.monotonic()
        try:
            answer = self._client.post(wish.path, wish.body, token=wish.token, key=wish.op)
        except RefusedError as error:
            outcome = Outcome.UNKNOWN if error.status in _UNKNOWN else Outcome.FAIL
            self._ended(wish, outcome, attempt, began, status=error.status, code=error.code)
            self._wonder(error, wish.action)
            raise
        except OSError as error:
            self._ended(wish, Outcome.UNKNOWN, attempt, began, code=type(error).__name__)
            raise
        except ValueError as error:
            status = self._client.status
            self._ended(wish, Outcome.UNKNOWN, attempt, began, status=status, code=type(error).__name__)
            self._wonder(error, wish.action)
            raise
        case_id = str(answer.get("case_id", ""))
        self._ended(wish, Outcome.OK, attempt, began, status=self._client.status, case_id=case_id)
        return answer

    def _wonder(self, error: RefusedError | ValueError, action: str) -> None:
        """Tell of an answer that nothing excuses: an error of the gateway's own, or no JSON."""
        status = error.status if isinstance(error, RefusedError) else self._client.status
        if status not in _EXCUSED and (isinstance(error, ValueError) or status >= _SERVER_ERROR):
            self._surprised(f"{action}: {status} {type(error).__name__}")

    def _ended(self, wish: Wish, outcome: Outcome, attempt: int, began: float, **said: Any) -> None:
        took_s = time.monotonic() - began
        self._longest.waited(took_s, f"{wish.action}, {said.get('code') or said.get('status')}")
        self._write(wish, outcome, attempt, took_s=round(took_s, 4), **said)

    def _write(self, wish: Wish, outcome: Outcome, attempt: int, **said: Any) -> None:
        case_id = said.pop("case_id", "") or wish.case_id
        entry = Entry(
            at=time.time(),
            client=wish.client,
            op=wish.op,
            action=wish.action,
            outcome=outcome,
            attempt=attempt,
            case_id=case_id,
            **said,
        )
        self._log.write(entry)
