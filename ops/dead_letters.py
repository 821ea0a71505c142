"""The departments' dead letters: looked at where they lie, put back on their queue, or skipped.

A letter that is looked at is taken and not acknowledged: when the channel closes, the broker puts all of
them back as they lay. A second pair of eyes would put its share in front, so an advisory lock in
dispatch's database, whose service speaks with the departments, lets in one at a time; it ends with the
connection, as the taking does. dispatch's database also keeps the record of what was settled.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

import amqp
import psycopg

from chassis.bus.connection import connect, open_channel
from chassis.bus.publisher import Message
from contracts.envelope import ORDERING_KEY_HEADER, CloudEvent, MalformedEvent, decode
from contracts.naming import DEPARTMENTS_EXCHANGE, department_queue
from contracts.topology import department_of_user
from ops import settled
from ops.draining import Urls
from ops.errors import Unready
from ops.mailing import answering, mailing
from ops.parked_message import DEAD, REPLAYED, SKIPPED, Parked

_KEEPER = "dispatch"
_LOCK = 0x51_71_A1
_ALONE_MS, _BACK_S, _PAUSE_S = 10_000, 10.0, 0.02
Pick = Callable[[Parked], bool]


class Letter(NamedTuple):
    """A dead letter in hand, and the broker's number for it on this channel."""

    parked: Parked
    tag: int


class Hand:
    """All that lay on a department's queue of dead letters, not acknowledged."""

    def __init__(self, connection: Any, code: str) -> None:
        self._connection = connection
        self._queue = _queue(code)
        ready = _ready(connection, self._queue)
        self._channel = open_channel(connection)
        taken = (self._channel.basic_get(self._queue) for _ in range(ready))
        self.letters = [Letter(_read(code, each), each.delivery_tag) for each in taken if each is not None]
        self._left = len(self.letters)

    def acknowledge(self, letter: Letter) -> None:
        """Let one go for good."""
        self._channel.basic_ack(letter.tag)
        self._left -= 1

    def give_back(self) -> None:
        """Let the broker put back what was not acknowledged, and see it there.

        It answers the channel's end before the queue has heard of it.
        """
        self._channel.close()
        until = time.monotonic() + _BACK_S
        while _ready(self._connection, self._queue) < self._left and time.monotonic() < until:
            time.sleep(_PAUSE_S)


class DeadLetters:
    """The dead letters of `departments`, given by their codes; those without a queue have none."""

    def __init__(self, *, databases: Urls, broker: Urls, departments: Sequence[str]) -> None:
        self._databases = databases
        self._broker = broker
        self._departments = departments

    def all(self) -> list[Parked]:
        """Return them, each queue's oldest first. Raises: Unready."""
        with self._alone(), self._connected() as connection:
            return [each for code in self._departments for each in _look(connection, code)]

    def counts(self) -> dict[str, int]:
        """Return how many each department has, those that have any. Raises: Unready."""
        with self._connected() as connection:
            found = {code: _ready(connection, _queue(code)) for code in self._departments}
        return {code: number for code, number in found.items() if number}

    def replay(self, code: str, pick: Pick, *, by: str, because: str) -> list[str]:
        """Put those that are picked back on the department's queue; return their keys.

        Whoever dies between the two has sent it twice and lost nothing. Raises: Unready.
        """
        return self._settle(code, pick, action=REPLAYED, by=by, because=because)

    def skip(self, code: str, pick: Pick, *, by: str, because: str) -> list[str]:
        """Remove those that are picked; return their keys. Raises: Unready."""
        return self._settle(code, pick, action=SKIPPED, by=by, because=because)

    def _settle(self, code: str, pick: Pick, *, action: str, by: str, because: str) -> list[str]:
        url = self._broker.url("operator")
        with self._alone() as record, self._connected() as connection, mailing(url) as put:
            hand = Hand(connection, code)
            picked = [letter for letter in hand.letters if pick(letter.parked)]
            for letter in picked:
                each = letter.parked
                if action == REPLAYED and each.remedy:
                    raise Unready(f"{each.key} stays: {each.remedy}.")
                # Written first: nothing is done that is not on record.
                with record.transaction():
                    settled.add(record, each, action=action, by=by, because=because)
                if action == REPLAYED:
                    put(_as_it_was(code, each))
                hand.acknowledge(letter)
            hand.give_back()
        return [letter.parked.key for letter in picked]

    @contextmanager
    def _alone(self) -> Iterator[psycopg.Connection]:
        url = self._databases.url(_KEEPER)
        with psycopg.connect(url, connect_timeout=10, autocommit=True) as connection:
            connection.execute(f"SET lock_timeout = {_ALONE_MS}".encode())
            try:
                connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
            except psycopg.errors.LockNotAvailable as error:
                raise Unready("Somebody else has the dead letters in hand; ask again.") from error
            yield connection

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        with answering():
            connection = connect(self._broker.url("operator"))
            try:
                yield connection
            finally:
                connection.collect()


def code_of(key: str) -> str | None:
    """Return the department of a dead letter's key, None for a key of another kind."""
    return department_of_user(key.partition("/")[0])


def _queue(code: str) -> str:
    return f"{department_queue(code)}.dead"


def _look(connection: Any, code: str) -> list[Parked]:
    hand = Hand(connection, code)
    hand.give_back()
    return [each.parked for each in hand.letters]


def _ready(connection: Any, queue: str) -> int:
    """Return how many lie there, none where there is no such queue, which costs the channel."""
    channel = open_channel(connection)
    try:
        found = int(channel.queue_declare(queue, passive=True).message_count)
    except amqp.NotFound:
        return 0
    channel.close()
    return found


def _as_it_was(code: str, each: Parked) -> Message:
    """Return the message as the relay had published it: what the broker added on its way is left off."""
    return Message(
        each.message_key, DEPARTMENTS_EXCHANGE, code, each.ordering_key or "", each.type or "", each.body
    )


def _read(code: str, message: Any) -> Parked:
    body = bytes(message.body)
    headers = dict(message.properties.get("application_headers") or {})
    death: dict[str, Any] = next(iter(headers.get("x-death") or ()), {})
    event = _event(body)
    ordering_key = headers.get(ORDERING_KEY_HEADER)
    return Parked(
        service=department_queue(code),
        message_key=message.properties.get("message_id") or f"sha256:{sha256(body).hexdigest()}",
        queue=_queue(code),
        routing_key=code,
        source=event.source if event else None,
        aggregate=event.subject if event else None,
        sequence=event.sequence if event else None,
        ordering_key=str(ordering_key) if ordering_key else None,
        type=message.properties.get("type") or (event.type if event else None),
        reason=f"dead letter: {death.get('reason', 'unknown')}",
        headers=headers,
        body=body,
        state=DEAD,
        parked_at=_aware(death.get("time")) or (event.time if event else datetime.now(UTC)),
    )


def _event(body: bytes) -> CloudEvent | None:
    try:
        return decode(body)
    except MalformedEvent:
        return None


def _aware(time_: object) -> datetime | None:
    return time_.replace(tzinfo=UTC) if isinstance(time_, datetime) and time_.tzinfo is None else None
