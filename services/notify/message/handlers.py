"""Load, decide, save: an event becomes messages; a reader marks theirs."""

from functools import partial
from uuid import UUID

from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.commands import command
from chassis.processing.events import on
from contracts.commands.notify import MarkRead, ReadReceipt
from contracts.events.intake import CaseEvent, CaseMerged
from services.notify import metrics
from services.notify.message.circle import NOBODY, Circle, begins
from services.notify.message.errors import UnfitNumber
from services.notify.message.message import notes, read, reader_of
from services.notify.message.repository import Circles, NewMessage, Outgoing, ReceivedStore
from services.notify.message.rules import RULES, Told, asks_for_circle, needed
from services.notify.reference.relations import Relation
from services.notify.reference.repository import Addressees

MOST_AT_ONCE = 100


def tell(event: Told, uow: UnitOfWork) -> None:
    """Tell everybody whom an event concerns."""
    event_id = uow.cause
    assert event_id is not None, "an event is its own cause"
    addressees = uow.store(Addressees)

    def people(relation: Relation) -> tuple[UUID, ...]:
        return addressees.get(relation) or ()

    outgoing = uow.store(Outgoing)
    told = [NewMessage(event_id, note) for note in notes(event, people, _circle(event, uow))]
    for message in told:
        outgoing.append(message)
    uow.after_commit(partial(metrics.count, [message.note.template for message in told]))


def _circle(event: Told, uow: UnitOfWork) -> Circle:
    """Return who stands behind the event's case, and remember what the event says of that."""
    circles = uow.store(Circles)
    begun = begins(event) if isinstance(event, CaseEvent) else None
    if begun is not None:
        circles.put(event.case_id, begun)
        return begun
    if not asks_for_circle(event):
        return NOBODY
    own = circles.get(event.case_id) or NOBODY
    if isinstance(event, CaseMerged):
        master = circles.get(event.master_id) or NOBODY
        circles.put(event.master_id, master.joined_by(own))
    return own


def _circles(event: Told) -> list[UUID]:
    if isinstance(event, CaseMerged):
        return [event.case_id, event.master_id]
    return [event.case_id] if asks_for_circle(event) else []


def mark_read(asked: MarkRead, uow: UnitOfWork) -> ReadReceipt:
    """Note that the caller has read messages of theirs."""
    if not 1 <= len(asked.message_ids) <= MOST_AT_ONCE:
        raise UnfitNumber(f"from 1 to {MOST_AT_ONCE}", field="message_ids")
    reader = reader_of(uow.principal)
    received = uow.store(ReceivedStore)
    for message_id in asked.message_ids:
        received.put(message_id, read(received.get(message_id), reader, now=uow.now))
    return ReadReceipt(message_ids=asked.message_ids)


COMMANDS = (
    command(
        MarkRead, mark_read, loads=((ReceivedStore, lambda asked: list(asked.message_ids[:MOST_AT_ONCE])),)
    ),
)
EVENTS = tuple(on(event, tell, loads=((Addressees, needed), (Circles, _circles))) for event in RULES)
