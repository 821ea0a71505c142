"""The subscriber: takes orders one after the other and answers under the department's name."""

import logging
import secrets
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from types import FrameType
from uuid import UUID, uuid4

from qiaotou_department import sender
from qiaotou_department.api import Api
from qiaotou_department.bus import Bus
from qiaotou_department.epochs import Epochs, RestoredHandler
from qiaotou_department.errors import (
    ApiProblem,
    ApiUnavailable,
    LinkLost,
    MalformedMessage,
    NoAnswer,
    NotAllowed,
    Refused,
)
from qiaotou_department.link import Delivery, Link
from qiaotou_department.messages import Answer, Change, Heard, Message, Offer, Restored, offer_of, read
from qiaotou_department.order import Order
from qiaotou_department.settings import Settings

log = logging.getLogger(__name__)

SLICE_S = 0.5  # how soon a wish to stop is noticed
LOOK_AFTER_S = 2.0  # without an answer, look over HTTP whether the step was taken
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0

Handler = Callable[[Order], None]
ChangeHandler = Callable[[Change], None]
Task = Offer | Change  # what a handler is called for, and acknowledged after it


class Department:
    """A department at the bus. Delivery is at least once: a handler may see an order twice."""

    def __init__(
        self, settings: Settings, *, api: Api | None = None, connect: Callable[[Settings], Bus] = Link
    ) -> None:
        self.settings = settings
        self.api = api or Api(settings)
        self._connect = connect
        self._bus: Bus | None = None
        self._handler: Handler | None = None
        self._change_handler: ChangeHandler | None = None
        self._listener: Callable[[Answer], None] | None = None
        self._restored_handler: RestoredHandler | None = None
        self._epochs = Epochs()
        self._serving: int | None = None
        self._held: deque[tuple[Delivery, Task]] = deque()
        self._failed: list[tuple[float, Delivery]] = []
        self._stopping = threading.Event()

    @classmethod
    def from_env(cls) -> "Department":
        """Make one from `QIAOTOU_*`. Raises: BadSettings."""
        return cls(Settings.from_env())

    def on_order(self, handler: Handler) -> Handler:
        """Register what is done with an order; it is acknowledged when the handler has returned."""
        self._handler = handler
        return handler

    def on_change(self, handler: ChangeHandler) -> ChangeHandler:
        """Register what is done when the district centre decides about an order of ours.

        Acknowledged like an order: when the handler has returned. It may come twice.
        """
        self._change_handler = handler
        return handler

    def on_answer(self, listener: Callable[[Answer], None]) -> Callable[[Answer], None]:
        """Register what is done with an answer that no step of ours waits for."""
        self._listener = listener
        return listener

    def on_restored(self, handler: RestoredHandler) -> RestoredHandler:
        """Register what is done when the cell went back to a backup; our open orders follow by themselves."""
        self._restored_handler = handler
        return handler

    def order(self, order_id: UUID) -> Order:
        """Return one of our orders, read over HTTP. Its steps are taken inside a handler, as always.

        Raises: ApiProblem, ApiUnavailable.
        """
        code = self.settings.department
        offer = offer_of(self.api.order(order_id), department=code, correlation_id=str(uuid4()))
        return self._order(offer)

    def stop(self) -> None:
        """End `run` after the order at hand."""
        self._stopping.set()

    def run(self, *, reconcile: bool = False) -> None:
        """Take orders until SIGTERM, SIGINT or `stop`. Comes back after a lost link. Raises: NotAllowed.

        With `reconcile` it first asks for every open order again: those that are signed come too.
        """
        pauses = _pauses()
        first = [sender.reconcile(self.settings.department)] if reconcile else []
        with self._stopped_by_signals():
            while not self._stopping.is_set():
                try:
                    with self._connected() as bus:
                        bus.consume()
                        pauses = _pauses()
                        for message in first:
                            bus.publish(message)
                        first = []
                        self._serve(bus)
                except LinkLost as error:
                    pause_s = next(pauses)
                    log.warning("link lost (%s), again in %.1f s", error, pause_s)
                    self._stopping.wait(pause_s)

    def tell(self, message: Message) -> None:
        """Publish one message without touching the queue, so that nobody's answers are taken."""
        with closing(self._connect(self.settings)) as bus:
            bus.publish(message)

    def reconcile(self) -> int | None:
        """对账: ask for every open order of ours again; they come over the queue, `state` says how far.

        Returns how many follow; outside of a handler None, and the answer goes to whoever listens.
        Raises: Refused, NoAnswer, LinkLost, NotAllowed.
        """
        message = sender.reconcile(self.settings.department)
        if self._serving != threading.get_ident():
            self.tell(message)
            return None
        answer = self.ask(message, reached=lambda: False)
        if answer.code is not None:
            raise Refused(answer.code)
        return answer.open_orders

    def ask(self, message: Message, *, reached: Callable[[], bool]) -> Answer:
        """Publish, then wait for the answer, putting aside the orders that lie before it.

        Raises: NoAnswer, LinkLost, NotAllowed.
        """
        bus = self._bus
        if bus is None or self._serving != threading.get_ident():
            raise LinkLost("steps are taken inside a handler, while the department runs")
        bus.publish(message)
        deadline = time.monotonic() + self.settings.answer_timeout_s
        look_at = time.monotonic() + LOOK_AFTER_S
        while (now := time.monotonic()) < deadline:
            answer = self._next_answer(bus, min(SLICE_S, deadline - now))
            if answer is not None and answer.in_reply_to == message.id:
                return answer
            if answer is not None:
                self._heard(answer)
            if now >= look_at:
                look_at = now + LOOK_AFTER_S
                if _looked(reached):
                    return Answer(in_reply_to=message.id, order_id=None)
        raise NoAnswer(f"{message.type} {message.id}")

    # One message.

    def _serve(self, bus: Bus) -> None:
        while not self._stopping.is_set():
            self._give_back_failed(bus)
            if self._held:
                self._handle(bus, *self._held.popleft())
                continue
            delivery = bus.next(SLICE_S)
            message = None if delivery is None else self._read(bus, delivery)
            if delivery is not None and isinstance(message, Task):
                self._handle(bus, delivery, message)
            elif isinstance(message, Answer):
                self._heard(message)

    def _next_answer(self, bus: Bus, timeout_s: float) -> Answer | None:
        if bus.full:
            # The answer lies behind more orders than our window holds: without a wider one it never comes.
            bus.consume()
        delivery = bus.next(timeout_s)
        message = None if delivery is None else self._read(bus, delivery)
        if delivery is not None and isinstance(message, Task):
            self._held.append((delivery, message))
        return message if isinstance(message, Answer) else None

    def _read(self, bus: Bus, delivery: Delivery) -> Heard | None:
        """Read a message; acknowledge what no handler is called for at once."""
        try:
            message = read(delivery.body)
            restored = self._epochs.hear(message, delivery.body)
        except MalformedMessage as error:
            log.error("a message that cannot be read goes to the dead letters: %s", error)  # noqa: TRY400
            bus.give_back(delivery, requeue=False)
            return None
        if restored is not None:
            self._went_back(bus, restored, was_told=isinstance(message, Restored))
        if not isinstance(message, Task):
            bus.ack(delivery)
        return message

    def _went_back(self, bus: Bus, restored: Restored, *, was_told: bool) -> None:
        if not was_told:
            # The cell's own word got lost, and with it the open orders behind it.
            bus.publish(sender.reconcile(self.settings.department))
        if self._restored_handler is not None:
            self._restored_handler(restored)

    def _heard(self, answer: Answer) -> None:
        if self._listener is not None:
            self._listener(answer)

    def _handle(self, bus: Bus, delivery: Delivery, task: Task) -> None:
        try:
            self._call_for(task)
        except (LinkLost, NotAllowed):
            raise
        except Refused as refusal:
            # The cell has decided, and would decide the same again; the order is offered anew if it stays.
            log.error("order %s: refused %s", task.order_id, refusal.code)  # noqa: TRY400
        except Exception:
            log.exception("order %s: the handler failed", task.order_id)
            self._failed.append((time.monotonic() + min(2.0**delivery.attempts, LONGEST_PAUSE_S), delivery))
            return
        finally:
            bus.resume()
        bus.ack(delivery)

    def _call_for(self, task: Task) -> None:
        if isinstance(task, Change):
            if self._change_handler is not None:
                self._change_handler(task)
        elif self._handler is not None:
            self._handler(self._order(task))

    def _order(self, offer: Offer) -> Order:
        return Order(offer, department=self.settings.department, api=self.api, voice=self)

    def _give_back_failed(self, bus: Bus) -> None:
        """Requeue what failed a while ago: at once it would use up its deliveries in a second."""
        now = time.monotonic()
        due = [delivery for at, delivery in self._failed if at <= now]
        self._failed = [(at, delivery) for at, delivery in self._failed if at > now]
        for delivery in due:
            bus.give_back(delivery, requeue=True)

    # The connection.

    @contextmanager
    def _connected(self) -> Iterator[Bus]:
        with closing(self._connect(self.settings)) as bus:
            self._bus, self._serving = bus, threading.get_ident()
            try:
                yield bus
            finally:
                self._bus = self._serving = None
                self._held.clear()
                self._failed.clear()

    @contextmanager
    def _stopped_by_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def stop(_: int, __: FrameType | None) -> None:
            self.stop()

        before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _looked(reached: Callable[[], bool]) -> bool:
    """Look over HTTP; where that fails too, the answer may still come."""
    try:
        return reached()
    except (ApiProblem, ApiUnavailable) as error:
        log.info("could not look: %s", error)
        return False


def _pauses() -> Iterator[float]:
    """Yield longer and longer pauses, spread so that not everybody comes back at once."""
    longest = SHORTEST_PAUSE_S
    while True:
        yield secrets.SystemRandom().uniform(longest / 2, longest)
        longest = min(longest * 2, LONGEST_PAUSE_S)
