"""The consumer of queues that come and go: how often it looks for those that are not there."""

import itertools
import threading
from collections.abc import Callable

import pytest

from chassis.bus import consumer as consumer_module
from chassis.bus import finding as module
from chassis.bus.finding import LOOK_AGAIN_S, LOOK_AT_LEAST_EVERY_S, FindingConsumer
from tests.unit.chassis.fake_links import Arrival, Clock, ScriptedLink

OLD, NEW = "dispatch.replies", "dispatch.replies.NEU"


class Broker(ScriptedLink):
    """A link to a broker that has `queues`, each from a moment on; when it was asked for which is noted."""

    def __init__(self, clock: Clock, over: Callable[[], None], *, ends_at: float) -> None:
        super().__init__(clock, [Arrival(ends_at, queue=NEW)], over)
        self.queues: dict[str, float] = {NEW: 0.0}
        self.looks: list[tuple[str, float]] = []

    def has(self, queue: str) -> bool:
        at = self._clock.now - 1000.0
        self.looks.append((queue, at))
        return at >= self.queues.get(queue, float("inf"))

    def looks_for(self, queue: str) -> list[float]:
        return [at for name, at in self.looks if name == queue]


def seen(monkeypatch: pytest.MonkeyPatch, *, ends_at: float, **queues: float) -> Broker:
    """Run a consumer of both queues until `ends_at`; `old` and `new` are there from a moment on."""
    clock = Clock()
    stopping = threading.Event()
    broker = Broker(clock, stopping.set, ends_at=ends_at)
    broker.queues |= {OLD if name == "old" else NEW: at for name, at in queues.items()}
    monkeypatch.setattr(consumer_module, "Link", lambda _uri: broker)
    for each in (consumer_module, module):
        monkeypatch.setattr(each, "time", clock)
    consumer = FindingConsumer(
        "amqp://", lambda: [OLD, NEW], lambda _link, _batch: None, service="toy", window=16
    )
    monkeypatch.setattr(consumer, "_stopping", stopping)
    consumer.run()
    return broker


def test_a_queue_that_is_not_there_is_looked_for_less_and_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broker logs an error at each look. Seen failing: with every look two seconds after the last."""
    looks = seen(monkeypatch, ends_at=600.0).looks_for(OLD)
    pauses = [later - earlier for earlier, later in itertools.pairwise(looks)]
    assert pauses[0] == pytest.approx(LOOK_AGAIN_S, abs=1.0)
    assert all(pause <= LOOK_AT_LEAST_EVERY_S + LOOK_AGAIN_S + 1.0 for pause in pauses)
    assert len(looks) < 16


def test_a_queue_that_comes_soon_after_the_first_look_is_found_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = seen(monkeypatch, ends_at=30.0, new=3.0)
    assert 3.0 <= broker.looks_for(NEW)[-1] <= 3.0 + 2 * LOOK_AGAIN_S + 1.0


def test_a_queue_that_comes_at_last_is_found_within_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    found = seen(monkeypatch, ends_at=600.0, old=300.0).looks_for(OLD)[-1]
    assert 300.0 <= found <= 300.0 + LOOK_AT_LEAST_EVERY_S + LOOK_AGAIN_S + 1.0


def test_a_queue_that_is_consumed_is_not_looked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(seen(monkeypatch, ends_at=600.0).looks_for(NEW)) == 1
