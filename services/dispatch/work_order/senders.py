"""What departments say on the bus: who says it, and what an officer would ask in its place. Pure."""

from hashlib import sha256
from typing import Any, NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid5

import msgspec

from chassis.bus.inbound import Inbound
from chassis.context import Context
from chassis.principal import Principal
from chassis.processing.commands import Request
from chassis.refusal import MalformedRequest, Refusal
from contracts import department as said
from contracts.commands import dispatch as commands
from contracts.envelope import UNREADABLE, CloudEvent, MalformedEvent, decode, decode_data
from contracts.topology import department_of_user
from contracts.vocabulary import Role

LONGEST_CORRELATION_ID = 64
Step = (
    commands.SignOrder
    | commands.ReturnOrder
    | commands.AskExtension
    | commands.AskSuspension
    | commands.CompletePart
    | commands.CompleteOrder
)
_STEPS: dict[str, tuple[type[Any], type[Step]]] = {
    said.SignOrder.type: (said.SignOrder, commands.SignOrder),
    said.ReturnOrder.type: (said.ReturnOrder, commands.ReturnOrder),
    said.AskExtension.type: (said.AskExtension, commands.AskExtension),
    said.AskSuspension.type: (said.AskSuspension, commands.AskSuspension),
    said.CompletePart.type: (said.CompletePart, commands.CompletePart),
    said.CompleteOrder.type: (said.CompleteOrder, commands.CompleteOrder),
}


class Sender(NamedTuple):
    """The department that the broker vouches for, and the id of its message."""

    department: str
    message_id: UUID


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a department asks for, under the id by which it is done once.

    `step` is what its officer would ask over RPC; None is a `reconcile`.
    """

    command_id: UUID
    message_id: UUID
    type: str
    step: Step | None


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
    except UNREADABLE:
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


def _asked(event: CloudEvent, department: str) -> Asked:
    command_id = command_id_of(Sender(department, event.id))
    return Asked(
        command_id=command_id,
        message_id=event.id,
        type=event.type,
        step=_step(event, command_id),
    )


def _step(event: CloudEvent, command_id: UUID) -> Step | None:
    if event.type == said.Reconcile.type:
        decode_data(event.data, said.Reconcile)
        return None
    if event.type not in _STEPS:
        raise MalformedRequest("unreadable: no such message")
    message, step = _STEPS[event.type]
    fields = msgspec.structs.asdict(decode_data(event.data, message))
    return step(command_id=command_id, **fields)


def _correlation_id(event: CloudEvent) -> str:
    """Return the department's own correlation id where it is fit to be passed on."""
    given = event.correlationid
    fit = 0 < len(given) <= LONGEST_CORRELATION_ID and given.isascii() and given.isprintable()
    return given if fit else str(event.id)
