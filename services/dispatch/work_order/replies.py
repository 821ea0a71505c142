"""What departments say on the bus: who says it, what is said, and the answer on their queue."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import NamedTuple, TypeVar
from uuid import NAMESPACE_OID, UUID, uuid5

import msgspec
import structlog

from chassis.bus.inbound import Inbound
from chassis.context import Context
from chassis.data.engine import Database
from chassis.data.unit_of_work import UnitOfWork
from chassis.principal import Principal
from chassis.processing import parking
from chassis.processing.commands import CommandProcessor, CommandRoute, Outcome, Request, command
from chassis.processing.suspects import Suspects
from chassis.refusal import Internal, MalformedRequest, Refusal, Unavailable
from contracts.department import CompleteOrder, ReplyAccepted, ReplyRefused, SignOrder
from contracts.envelope import CloudEvent, MalformedEvent, decode, decode_data
from contracts.topology import department_of_user
from contracts.vocabulary import Role
from services.dispatch import metrics
from services.dispatch.work_order.handlers import Standing, complete_order, sign_order
from services.dispatch.work_order.repository import Orders, RefusedReplies, RefusedReply, Results

log = structlog.get_logger()

LONGEST_CORRELATION_ID = 64
A = TypeVar("A", bound="Asked")


class Sender(NamedTuple):
    """The department that the broker vouches for, and the id of its message."""

    department: str
    message_id: UUID


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a department asks for, under the id by which it is done once."""

    command_id: UUID
    message_id: UUID


class Signing(Asked, frozen=True, kw_only=True):
    """签收."""

    message: SignOrder


class Completing(Asked, frozen=True, kw_only=True):
    """办结."""

    message: CompleteOrder


class RefusedBeforeError(Refusal):
    """This message was refused when it came first; it is not looked at again."""


class UnsignedSender(Refusal):
    """The broker vouches for no department, or for another one than the routing key names."""

    code = "unsigned_sender"


class _OnlyId(msgspec.Struct):
    id: UUID


def sender_of(message: Inbound) -> str:
    """Return the code of the department that sent a message. Raises: UnsignedSender."""
    code = department_of_user(message.user_id or "")
    if code is None or code != message.routing_key:
        raise UnsignedSender
    return code


def message_id_of(message: Inbound) -> UUID:
    """Return the id to answer to: the envelope's, else one made of the body."""
    try:
        return msgspec.json.decode(message.body, type=_OnlyId).id
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return uuid5(NAMESPACE_OID, sha256(message.body).hexdigest())


def command_id_of(sender: Sender) -> UUID:
    """Return the id under which a message is done once: two departments never share one."""
    return uuid5(sender.message_id, f"department {sender.department}")


def read(message: Inbound) -> Request:
    """Return what a department asks for. Raises: UnsignedSender, MalformedRequest."""
    department = sender_of(message)
    try:
        event = decode(message.body)
        asked = _asked(event, department)
    except MalformedEvent as error:
        raise MalformedRequest(f"unreadable: {type(error).__name__}") from error
    principal = Principal(
        subject=message.user_id or "",
        roles=frozenset({Role.DEPARTMENT.value}),
        scope={"department": department},
    )
    context = Context(principal=principal, correlation_id=_correlation_id(event))
    return Request(asked.command_id, asked, context, Sender(department, event.id))


def _asked(event: CloudEvent, department: str) -> Signing | Completing:
    command_id = command_id_of(Sender(department, event.id))
    if event.type == SignOrder.type:
        return Signing(command_id=command_id, message_id=event.id, message=decode_data(event.data, SignOrder))
    if event.type == CompleteOrder.type:
        return Completing(
            command_id=command_id, message_id=event.id, message=decode_data(event.data, CompleteOrder)
        )
    raise MalformedRequest("unreadable: no such message")


def _correlation_id(event: CloudEvent) -> str:
    """Return the department's own correlation id where it is fit to be passed on."""
    given = event.correlationid
    fit = 0 < len(given) <= LONGEST_CORRELATION_ID and given.isascii() and given.isprintable()
    return given if fit else str(event.id)


def answer(request: Request, outcome: Outcome, uow: UnitOfWork) -> None:
    """Put the answer on the department's queue; a refused message stays refused when it comes again."""
    sender: Sender = request.origin
    uow.cause = sender.message_id
    if isinstance(outcome, Refusal):
        refused = uow.store(RefusedReplies)
        known = refused.get(request.command_id) or RefusedReply(outcome.code, uow.now)
        refused.put(request.command_id, known)
        answer_refused(sender, known.code, uow, order_id=request.command.message.order_id)
        return
    standing = msgspec.json.decode(outcome, type=Standing)
    reply = ReplyAccepted(in_reply_to=sender.message_id, order_id=standing.order_id, state=standing.state)
    _send(sender, reply, uow)
    uow.after_commit(metrics.REPLIES.labels(sender.department, "accepted").inc)


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


def _unless_refused(handler: Callable[[A, UnitOfWork], Standing]) -> Callable[[A, UnitOfWork], Standing]:
    def handle(asked: A, uow: UnitOfWork) -> Standing:
        if uow.store(RefusedReplies).get(asked.command_id) is not None:
            raise RefusedBeforeError
        # What follows was caused by the department's own message, whose id it knows.
        uow.cause = asked.message_id
        return handler(asked, uow)

    return handle


def _sign(asked: Signing, uow: UnitOfWork) -> Standing:
    return sign_order(asked.message, uow)


def _complete(asked: Completing, uow: UnitOfWork) -> Standing:
    return complete_order(asked.message, uow)


ROUTES: tuple[CommandRoute, ...] = (
    command(
        Signing,
        _unless_refused(_sign),
        loads=(
            (RefusedReplies, lambda asked: asked.command_id),
            (Orders, lambda asked: asked.message.order_id),
        ),
    ),
    command(
        Completing,
        _unless_refused(_complete),
        loads=(
            (RefusedReplies, lambda asked: asked.command_id),
            (Orders, lambda asked: asked.message.order_id),
            (Results, lambda asked: asked.message.result_id),
        ),
    ),
)


class ReplyProcessor:
    """Carries out departments' messages, once each, and answers every one whose sender is known."""

    def __init__(self, service: str) -> None:
        self._commands = CommandProcessor(service, ROUTES, answer=answer)
        self._suspects = Suspects()

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
                _park(database, message, reason=refusal.code)
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
        _park(database, message, reason=refusal.detail or refusal.code)
        sender = Sender(sender_of(message), message_id_of(message))
        context = Context(correlation_id=str(sender.message_id))
        with database.writing(context) as uow:
            answer_refused(sender, refusal.code, uow, order_id=None)


def _park(database: Database, message: Inbound, *, reason: str) -> None:
    """Keep a message with its sender, under a name of our own: what it claims of itself is not trusted."""
    kept = message._replace(headers={"user-id": message.user_id or ""})
    parking.park(database, kept, reason=reason, ours=False)
