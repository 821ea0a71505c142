"""The batched consumer: what is gathered, when it is handed over, what is acknowledged."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from amqp.exceptions import ConnectionForced

from chassis.bus import consumer as module
from chassis.bus.consumer import LINGER_S, MAX_BATCH, Acks, Consumer
from chassis.bus.inbound import Inbound
from tests.unit.chassis.fake_links import Arrival, Clock, ScriptedLink

QUEUES = ("toy.inbox.0", "toy.inbox.1")


class Stage:
    """A consumer whose link follows a script, one script a connection."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        *scripts: list[Arrival | Exception],
        linger_s: float = LINGER_S,
    ) -> None:
        self.clock = Clock()
        self.batches: list[list[int]] = []
        self.handed_over_at: list[float] = []
        self.links: list[ScriptedLink] = []
        self.connected: list[bool] = []
        self.pauses: list[float] = []
        self._scripts = list(scripts)
        self.consumer = Consumer("amqp://", QUEUES, self.handle, service="toy", linger_s=linger_s)
        self.during: Callable[[list[Inbound]], None] = lambda _batch: None
        monkeypatch.setattr(module, "Link", self._link)
        monkeypatch.setattr(module, "time", self.clock)
        monkeypatch.setattr(self.consumer, "_stopping", Stopping(self.pauses))

    def _link(self, _uri: str) -> ScriptedLink:
        script = self._scripts.pop(0)
        if script and isinstance(script[0], OSError) and script[0].errno == REFUSED:
            raise script[0]
        link = ScriptedLink(self.clock, script, self._ended)
        self.links.append(link)
        return link

    def _ended(self) -> None:
        self.consumer._stopping.set()

    def handle(self, _link: Any, batch: list[Inbound]) -> None:
        self.batches.append([message.delivery_tag for message in batch])
        self.handed_over_at.append(round(self.clock.now - 1000.0, 4))
        self.connected.append(self.consumer.connected.is_set())
        self.during(batch)

    def run(self) -> "Stage":
        self.consumer.run()
        return self


REFUSED = 111


class Stopping(threading.Event):
    """The stop signal, which notes how long it was waited for instead of waiting."""

    def __init__(self, pauses: list[float]) -> None:
        super().__init__()
        self._pauses = pauses

    def wait(self, timeout: float | None = None) -> bool:
        if not self.is_set():
            self._pauses.append(timeout or 0.0)
        return self.is_set()


def failing(stage: Stage, *errors: Exception) -> None:
    """Let the handler raise these, one at a call, and succeed after them."""
    left = list(errors)

    def during(_batch: list[Inbound]) -> None:
        if left:
            raise left.pop(0)

    stage.during = during


def test_everything_on_the_socket_is_one_batch_with_one_acknowledgement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage(monkeypatch, [Arrival(0.2, 3)]).run()
    assert stage.batches == [[1, 2, 3]]
    assert stage.links[0].acks == [(3, True)]


def test_a_lonely_message_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch, [Arrival(0.2), Arrival(0.21)]).run()
    assert stage.batches == [[1], [2]]
    assert stage.handed_over_at == [0.2, 0.21]


def test_under_load_a_batch_waits_a_little_for_company(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch, [Arrival(0.2, 4), Arrival(0.21), Arrival(0.22)]).run()
    assert stage.batches == [[1, 2, 3, 4, 5, 6]]
    assert stage.handed_over_at == [pytest.approx(0.2 + LINGER_S)]


def test_who_may_wait_long_for_company_waits_no_longer_once_nobody_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crowd = [Arrival(0.2, 4), *(Arrival(at / 1000) for at in range(210, 360, 10))]
    stage = Stage(monkeypatch, crowd, linger_s=0.1).run()
    assert [len(batch) for batch in stage.batches] == [14, 5]
    assert stage.handed_over_at == [pytest.approx(0.3), pytest.approx(0.35 + LINGER_S)]


def test_four_messages_in_a_long_time_are_no_load(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch, [Arrival(at / 10) for at in range(2, 8)]).run()
    assert stage.batches == [[1], [2], [3], [4], [5], [6]]
    assert stage.handed_over_at == [0.2, 0.3, 0.4, 0.5, 0.6, 0.7]


def test_a_batch_has_an_upper_size_and_the_rest_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch, [Arrival(0.2, 2 * MAX_BATCH + 50)]).run()
    assert [len(batch) for batch in stage.batches] == [MAX_BATCH, MAX_BATCH, 50]
    assert stage.links[0].acks == [(200, True), (400, True), (450, True)]


def test_what_the_handler_raises_keeps_the_batch_and_hands_it_over_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage(monkeypatch, [Arrival(0.2, 3), Arrival(5.0)])
    failing(stage, RuntimeError(), ValueError())
    stage.run()
    assert stage.batches == [[1, 2, 3], [1, 2, 3], [1, 2, 3], [4]]
    assert stage.links[0].acks == [(3, True), (4, True)]
    assert stage.handed_over_at[1] - stage.handed_over_at[0] == pytest.approx(0.2)
    assert stage.handed_over_at[2] - stage.handed_over_at[1] == pytest.approx(0.4)


def test_what_arrives_while_a_batch_is_kept_comes_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch, [Arrival(0.2), Arrival(0.3, 2)])
    failing(stage, RuntimeError())
    stage.run()
    assert stage.batches == [[1], [1], [2, 3]]


def test_a_connection_lost_while_a_batch_is_kept_lets_it_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch, [Arrival(0.2, 2), ConnectionResetError()], [Arrival(0.9, 2)])
    failing(stage, RuntimeError())
    stage.run()
    assert stage.batches == [[1, 2], [1, 2]]
    assert stage.links[0].acks == []
    assert stage.links[1].acks == [(2, True)]


@pytest.mark.parametrize(
    "error",
    [ConnectionResetError(), ConnectionForced(), BrokenPipeError(), EOFError(), TimeoutError()],
    ids=lambda error: type(error).__name__,
)
def test_a_lost_connection_is_made_again(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    stage = Stage(monkeypatch, [Arrival(0.1), error], [Arrival(0.9)]).run()
    assert stage.batches == [[1], [1]]
    assert stage.links[0].did[-1] == "drop"
    assert stage.pauses == [0.2]


def test_a_broker_that_stays_away_is_asked_less_and_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    refused: list[Arrival | Exception] = [ConnectionRefusedError(REFUSED, "refused")]
    stage = Stage(monkeypatch, *[refused] * 7, [Arrival(0.1)]).run()
    assert stage.pauses == pytest.approx([0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0])


def test_it_says_when_it_is_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch, [Arrival(0.1)])
    assert not stage.consumer.connected.is_set()
    stage.run()
    assert stage.connected == [True]
    assert not stage.consumer.connected.is_set()


def test_the_prefetch_is_shared_by_the_queues_and_set_for_each_consumer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage(monkeypatch, [Arrival(0.1)]).run()
    assert stage.links[0].prefetch == [(0, 200, False)]


def test_stopping_takes_nothing_new_but_finishes_what_is_on_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch, [Arrival(0.2), Arrival(0.45, 2)])
    stage.during = lambda _batch: stage.consumer._stopping.set()
    stage.run()
    assert stage.batches == [[1], [2, 3]]
    did = [each for each in stage.links[0].did if each != "resume"]
    assert did == [
        "ack 1", "cancel tag of toy.inbox.0", "cancel tag of toy.inbox.1", "ack 3", "close", "drop",
    ]  # fmt: skip


def test_the_time_in_which_the_handler_was_at_work_is_no_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch, [Arrival(0.2), Arrival(0.4), Arrival(0.9)])

    def during(_batch: list[Inbound]) -> None:
        stage.consumer._stopping.set()
        stage.clock.now += 0.4

    stage.during = during
    stage.run()
    assert stage.batches == [[1], [2], [3]]
    assert stage.links[0].did[-2:] == ["close", "drop"]


def test_a_broker_that_takes_long_to_cancel_is_listened_to_until_it_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage(monkeypatch, [Arrival(0.2), Arrival(1.2)])

    def during(_batch: list[Inbound]) -> None:
        stage.links[0].cancelling_takes_s = 2.0
        stage.consumer._stopping.set()

    stage.during = during
    stage.run()
    assert stage.batches == [[1], [2]]
    assert stage.links[0].acks == [(1, True), (2, True)]


def test_stopping_with_work_that_cannot_be_done_leaves_it_to_the_broker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage(monkeypatch, [Arrival(0.2)])

    def during(_batch: list[Inbound]) -> None:
        stage.consumer._stopping.set()
        raise RuntimeError

    stage.during = during
    stage.run()
    assert stage.links[0].acks == []
    assert stage.links[0].did[-1] == "drop"


def test_stop_returns_when_everything_is_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch, [Arrival(0.2)])
    running = threading.Thread(target=stage.run)
    running.start()
    stage.consumer.stop(timeout_s=5)
    running.join(timeout=5)
    assert not running.is_alive()


def test_where_the_handler_acknowledges_the_consumer_waits_for_it_to_be_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage(monkeypatch, [Arrival(0.2), Arrival(2.0)])
    stage.consumer._acks = Acks.HANDLER

    def during(batch: list[Inbound]) -> None:
        # The first message's work lasts until the second one comes.
        stage.consumer.in_flight = 1 if batch[0].delivery_tag == 1 else 0
        stage.consumer._stopping.set()

    stage.during = during
    stage.run()
    assert stage.batches == [[1], [2]]
    assert stage.links[0].acks == []


def test_heartbeats_are_sent_until_the_session_is_over() -> None:
    link = ScriptedLink(Clock(), [], lambda: None)
    over = Stopping([])
    waits = iter([False, False, False, True])
    over.wait = lambda _timeout=None: next(waits)  # type: ignore[method-assign, assignment]
    module._keep_alive(link, over)  # type: ignore[arg-type]
    assert link.beats == 3


def test_heartbeats_end_quietly_where_the_link_is_gone() -> None:
    link = ScriptedLink(Clock(), [], lambda: None)

    def gone() -> None:
        raise ConnectionResetError

    link.beat = gone  # type: ignore[method-assign]
    over = Stopping([])
    module._keep_alive(link, over)  # type: ignore[arg-type]
