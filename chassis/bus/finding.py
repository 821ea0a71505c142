"""A consumer of queues that come and go while it runs."""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from chassis.bus.consumer import LINGER_S, Consumer
from chassis.bus.inbound import Inbound
from chassis.bus.link import Link

LOOK_AGAIN_S, LOOK_AT_LEAST_EVERY_S = 2.0, 60.0


class _Absence(NamedTuple):
    """When a queue that is not there is looked for again (monotonic seconds), and how long after that."""

    until: float
    pause_s: float


_NEVER_LOOKED_FOR = _Absence(0.0, LOOK_AGAIN_S)


class FindingConsumer(Consumer):
    """Consumes those of the queues that `find` names which are there, and looks again every two seconds.

    One that was not there is looked for twice as long after each time, at least once a minute: the broker
    logs an error at each look, and what only an older cell has never comes.

    The broker hands out at most `window` messages of each at a time: however much lies on one, the
    others have their turn behind that many. A queue that is taken away costs the connection, and
    the next one does without it.
    """

    def __init__(
        self,
        uri: str,
        find: Callable[[], Sequence[str]],
        handle: Callable[[Link, list[Inbound]], None],
        *,
        service: str,
        window: int,
        linger_s: float = LINGER_S,
    ) -> None:
        super().__init__(uri, (), handle, service=service, linger_s=linger_s, prefetch=window)
        self._find = find
        self._looked_at = 0.0
        self._absent: dict[str, _Absence] = {}

    def _begin(self, link: Link) -> None:
        link.channel.basic_qos(0, self._prefetch, a_global=False)
        self._absent.clear()
        self._look(link)

    def _turn(self, link: Link) -> None:
        super()._turn(link)
        if time.monotonic() - self._looked_at > LOOK_AGAIN_S:
            self._look(link)

    def _look(self, link: Link) -> None:
        for queue in self._find():
            if queue not in self._tags:
                self._look_for(link, queue)
        self._looked_at = time.monotonic()
        link.resume()

    def _look_for(self, link: Link, queue: str) -> None:
        now = time.monotonic()
        absence = self._absent.get(queue, _NEVER_LOOKED_FOR)
        if now < absence.until:
            return
        if link.has(queue):
            self._consume(link, queue)
        else:
            pause_s = absence.pause_s
            self._absent[queue] = _Absence(now + pause_s, min(pause_s * 2, LOOK_AT_LEAST_EVERY_S))
