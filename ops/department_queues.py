"""A department's queue and its dead letters, seen and removed by the operator."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import amqp

from chassis.bus.connection import BROKER_ERRORS, connect
from contracts.naming import SHARED_REPLIES_QUEUE, department_queue
from contracts.topology import REPLIES, Binding, department_bindings, department_queues
from ops.errors import Unready

_GONE_S, _PAUSE_S = 5.0, 0.1


class Held(NamedTuple):
    """What a queue holds ready, and how many consume it."""

    messages: int
    consumers: int


class DepartmentQueues:
    """Looks at queues over one connection; `url` is the operator's."""

    def __init__(self, url: str) -> None:
        self._url = url

    def look(self, codes: list[str]) -> dict[str, Held | None]:
        """Return what each department's queue holds, None where there is none. Raises: Unready."""
        with _connected(self._url) as connection:
            return {code: _look(connection, department_queue(code)) for code in codes}

    def remove(self, code: str, *, drop: bool = False) -> int:
        """Remove a department's queues, full ones only to `drop` them; return how many messages stay.

        Raises: Unready.
        """
        with _connected(self._url) as connection, ExitStack() as undo:
            channel = connection.channel()
            # First, so that none comes between looking and removing: the relay keeps what has no queue.
            for each in department_bindings(code):
                channel.queue_unbind(*_ends(each))
                undo.callback(channel.queue_bind, *_ends(each))
            held = sum(_left(connection, queue.name) for queue in department_queues(code))
            if held and not drop:
                return held
            undo.pop_all()
            for queue in department_queues(code):
                channel.queue_delete(queue.name)
        return 0


def retire_shared_replies(url: str) -> None:
    """Let nothing more come to the one queue that all departments' words once had; dispatch empties it.

    `url` is the operator's. Raises: Unready.
    """
    with _connected(url) as connection:
        if (held := _look(connection, SHARED_REPLIES_QUEUE)) is None:
            return
        channel = connection.channel()
        channel.queue_unbind(SHARED_REPLIES_QUEUE, REPLIES, "#")
        if not held.messages and not held.consumers:
            channel.queue_delete(SHARED_REPLIES_QUEUE)


@contextmanager
def _connected(url: str) -> Iterator[Any]:
    try:
        connection = connect(url)
        try:
            yield connection
        finally:
            connection.collect()
    except BROKER_ERRORS as error:
        raise Unready(f"The broker does not answer: {error or type(error).__name__}.") from error


def _ends(binding: Binding) -> tuple[str, str, str]:
    return binding.destination, binding.source, binding.routing_key


def _look(connection: Any, queue: str) -> Held | None:
    # A queue that is not there costs the channel.
    channel = connection.channel()
    try:
        found = channel.queue_declare(queue, passive=True)
    except amqp.NotFound:
        return None
    channel.close()
    return Held(found.message_count, found.consumer_count)


def _left(connection: Any, queue: str) -> int:
    """Return what a queue holds once its consumers have given back what they had. Raises: Unready."""
    until = time.monotonic() + _GONE_S
    while (held := _look(connection, queue)) and held.consumers:
        if time.monotonic() > until:
            raise Unready(f"Somebody still consumes {queue}; it stays as it is.")
        time.sleep(_PAUSE_S)
    return held.messages if held else 0
