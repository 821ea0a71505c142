"""What departments say on the bus is carried out, and answered on their queue."""

import time
from collections.abc import Sequence
from itertools import starmap
from typing import Any
from uuid import UUID

import msgspec
import structlog

from chassis.bus.inbound import Inbound
from chassis.context import Context
from chassis.data.engine import Database
from chassis.data.unit_of_work import UnitOfWork
from chassis.processing import parking
from chassis.processing.commands import CommandProcessor, CommandRoute, Outcome, Request, command
from chassis.processing.loading import Load
from chassis.processing.suspects import Suspects
from chassis.refusal import Internal, MalformedRequest, Refusal, Unavailable
from contracts.commands.dispatch import OrderReceipt
from contracts.department import ReplyAccepted, ReplyRefused
from services.dispatch import metrics
from services.dispatch.work_order.decided import offered
from services.dispatch.work_order.keeping import Samples
from services.dispatch.work_order.records import RefusedReplies, RefusedReply
from services.dispatch.work_order.repository import Orders
from services.dispatch.work_order.routes import DEPARTMENT_STEPS
from services.dispatch.work_order.sandbox import play_the_centre
from services.dispatch.work_order.senders import Asked, Sender, UnsignedSender, message_id_of, read, sender_of
from services.dispatch.work_order.settling import to_department

log = structlog.get_logger()

RECONCILED = "reconciled"


class Reconciled(msgspec.Struct, frozen=True):
    """对账 changes nothing: the answer is made of the open orders each time it is asked."""


class RefusedBeforeError(Refusal):
    """This message was refused when it came first; it is not looked at again."""


def answer(request: Request, outcome: Outcome, uow: UnitOfWork) -> None:
    """Put the answer on the department's queue; a refused message stays refused when it comes again."""
    sender: Sender = request.origin
    asked: Asked = request.command
    # What follows was caused by the department's own message, whose id it knows.
    uow.cause = sender.message_id
    if isinstance(outcome, Refusal):
        refused = uow.store(RefusedReplies)
        known = refused.get(request.command_id) or RefusedReply(outcome.code, uow.now)
        refused.put(request.command_id, known)
        order_id = None if asked.step is None else asked.step.order_id
        answer_refused(sender, known.code, uow, order_id=order_id)
        return
    uow.after_commit(metrics.REPLIES.labels(sender.department, "accepted").inc)
    if asked.step is None:
        _reconcile(sender, uow)
        return
    receipt = msgspec.json.decode(outcome, type=OrderReceipt)
    reply = ReplyAccepted(in_reply_to=sender.message_id, order_id=receipt.order_id, state=receipt.state)
    _send(sender, reply, uow)
    play_the_centre(receipt, uow)


def _reconcile(sender: Sender, uow: UnitOfWork) -> None:
    """对账: say how many orders are open, and offer each as it stands."""
    orders = uow.store(Orders).open_to(sender.department)
    reply = ReplyAccepted(
        in_reply_to=sender.message_id, order_id=None, state=RECONCILED, open_orders=len(orders)
    )
    _send(sender, reply, uow)
    for order in orders:
        to_department(offered(order, sender.department), order, uow)


def answer_refused(sender: Sender, code: str, uow: UnitOfWork, *, order_id: UUID | None) -> None:
    """Tell a department that its message changed nothing."""
    _send(sender, ReplyRefused(in_reply_to=sender.message_id, order_id=order_id, code=code), uow)
    uow.after_commit(metrics.REPLIES.labels(sender.department, code).inc)


def _send(sender: Sender, reply: ReplyAccepted | ReplyRefused, uow: UnitOfWork) -> None:
    uow.outbox.to_department(
        reply,
        department=sender.department,
        subject=str(sender.message_id),
        sequence=1,
        ordering_key=str(sender.message_id),
    )


def _carry_out(asked: Asked, uow: UnitOfWork) -> OrderReceipt | Reconciled:
    if uow.store(RefusedReplies).get(asked.command_id) is not None:
        raise RefusedBeforeError
    uow.cause = asked.message_id
    if asked.step is None:
        return Reconciled()
    handler, _ = DEPARTMENT_STEPS[type(asked.step)]
    return handler(asked.step, uow)


def _of_step(load: Load, steps: frozenset[type[Any]]) -> Load:
    store, key_of = load
    return store, lambda asked: key_of(asked.step) if type(asked.step) in steps else None


def _loads() -> tuple[Load, ...]:
    """Return what the steps load, each for the messages that ask for it."""
    wanted: dict[Load, frozenset[type[Any]]] = {}
    for step, (_, loads) in DEPARTMENT_STEPS.items():
        for load in loads:
            wanted[load] = wanted.get(load, frozenset()) | {step}
    return ((RefusedReplies, lambda asked: asked.command_id), *starmap(_of_step, wanted.items()))


ROUTES: tuple[CommandRoute, ...] = (command(Asked, _carry_out, loads=_loads()),)


class ReplyProcessor:
    """Carries out departments' messages, once each, and answers every one whose sender is known."""

    def __init__(self, service: str) -> None:
        self._commands = CommandProcessor(service, ROUTES, answer=answer)
        self._suspects = Suspects()
        self._samples = Samples()

    def process(self, database: Database, batch: Sequence[Inbound]) -> None:
        """Deal with a batch for good. Raises: Unavailable; the messages then come again."""
        if any(message.redelivered for message in batch):
            for message in batch:
                self._alone(database, message)
        else:
            self._deal_with(database, batch)

    def _alone(self, database: Database, message: Inbound) -> None:
        """Take one message of a batch in which something came again."""
        if not message.redelivered:
            self._deal_with(database, [message])
            return
        self._suspects.take(
            database,
            f"reply:{message.user_id}:{message.fallback_key}",
            work=lambda: self._deal_with(database, [message]),
            park=lambda: _park(database, message, reason=parking.SUSPECTED),
        )

    def _deal_with(self, database: Database, batch: Sequence[Inbound]) -> None:
        asked: list[tuple[Inbound, Request]] = []
        for message in batch:
            try:
                asked.append((message, read(message)))
            except UnsignedSender as refusal:
                self._keep(database, message, reason=refusal.code)
                metrics.REPLIES.labels("unknown", refusal.code).inc()
            except MalformedRequest as refusal:
                self._set_aside(database, message, refusal)
        outcomes = self._commands.run(database, [request for _, request in asked])
        for (message, _), outcome in zip(asked, outcomes, strict=True):
            if isinstance(outcome, Internal):
                self._set_aside(database, message, outcome)
        if any(isinstance(outcome, Unavailable) for outcome in outcomes):
            # What was carried out is answered the same when it comes again.
            raise Unavailable

    def _set_aside(self, database: Database, message: Inbound, refusal: Refusal) -> None:
        """Park a message of a known sender, and tell the sender."""
        self._keep(database, message, reason=refusal.detail or refusal.code)
        sender = Sender(sender_of(message), message_id_of(message))
        context = Context(correlation_id=str(sender.message_id))
        with database.writing(context) as uow:
            answer_refused(sender, refusal.code, uow, order_id=None)

    def _keep(self, database: Database, message: Inbound, *, reason: str) -> None:
        """Park a message, unless it is one of a flood; the routing key is what the broker has checked."""
        if self._samples.take(message.routing_key, len(message.body), now=time.monotonic()):
            _park(database, message, reason=reason)


def _park(database: Database, message: Inbound, *, reason: str) -> None:
    """Keep a message with its sender, under a name of our own: what it claims of itself is not trusted."""
    kept = message._replace(headers={"user-id": message.user_id or ""})
    parking.park(database, kept, reason=reason, ours=False)
