"""The departments of the demo: each consumes its own queue as its own user, and acts when it is time."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from contracts.department import OrderOffered, ReplyAccepted, ReplyRefused
from ops.errors import Unready
from ops.subscriber import Message, Subscriber

Noticed = Callable[[str, str, Message], None]
_SAY_AGAIN_S = 3.0


class NotAgreedError(Unready):
    """A department was refused something: the plan and the cell do not agree."""


class Said(NamedTuple):
    """What was said and has no answer yet."""

    code: str
    kind: str
    order_id: str
    data: Message


class Departments:
    """Remembers what each was offered, says what it is told to say, and waits for the answers."""

    def __init__(self, amqp_uris: Mapping[str, str], noticed: Noticed) -> None:
        self._noticed = noticed
        self._subscribers = {
            code: Subscriber(code, uri, lambda kind, data, code=code: self._heard(code, kind, data))  # type: ignore[misc]
            for code, uri in amqp_uris.items()
        }
        self._changed = threading.Condition()
        self._orders: dict[tuple[str, str, int], str] = {}
        self._unanswered: dict[str, Said] = {}
        # What came before the caller knew what it had said.
        self._answered: set[str] = set()
        self._refused: list[str] = []

    def start(self) -> None:
        """Begin to consume."""
        for each in self._subscribers.values():
            each.start()

    def stop(self) -> None:
        """Consume no more."""
        for each in self._subscribers.values():
            each.stop()

    def order(self, code: str, case_id: str, cycle: int, *, within_s: float) -> str:
        """Return the order that a department was offered for a case's cycle. Raises: Unready."""
        key = (code, case_id, cycle)
        with self._changed:
            if not self._changed.wait_for(lambda: key in self._orders, within_s):
                raise Unready(f"{code} was not offered the case {case_id} within {within_s:.0f} s.")
            return self._orders[key]

    def say(self, code: str, kind: str, order_id: str, data: Message) -> None:
        """Have a department say something about an order."""
        message_id = self._subscribers[code].say(kind, order_id, data)
        with self._changed:
            if message_id not in self._answered:
                self._unanswered[message_id] = Said(code, kind, order_id, data)

    def wait_for_answers(self, *, within_s: float) -> None:
        """Wait until all that was said is answered; say again what may have been swallowed.

        Raises: NotAgreedError where something was refused, Unready where it is not answered in time.
        """
        until = time.monotonic() + within_s
        while not self._all_answered(_SAY_AGAIN_S):
            if time.monotonic() > until:
                left = {said.kind for said in self._unanswered.values()}
                raise Unready(f"After {within_s:.0f} s nobody has answered {', '.join(sorted(left))}.")
            for said in list(self._unanswered.values()):
                self._subscribers[said.code].say(*said[1:])
        if self._refused:
            raise NotAgreedError(f"Departments were refused: {'; '.join(self._refused[:5])}")

    def _all_answered(self, within_s: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: not self._unanswered, within_s)

    def _heard(self, code: str, kind: str, data: Message) -> None:
        with self._changed:
            if kind == OrderOffered.type:
                self._orders[code, data["case_id"], data["cycle"]] = data["order_id"]
            elif kind in {ReplyAccepted.type, ReplyRefused.type}:
                said = self._unanswered.pop(data["in_reply_to"], None)
                self._answered.add(data["in_reply_to"])
                if kind == ReplyRefused.type:
                    self._refused.append(f"{code} {said.kind if said else ''} {data['code']}")
            self._changed.notify_all()
        self._noticed(code, kind, data)
