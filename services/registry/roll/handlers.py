"""Answering a roll: read, sum, tell in chunks."""

from uuid import uuid4

from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.events import EventRoute, on
from contracts.events.governance import RollRequested
from contracts.events.registry import RollEntry
from contracts.vocabulary import RollKind
from services.registry import metrics
from services.registry.roll import repository
from services.registry.roll.repository import RollStore
from services.registry.roll.roll import adults, chunked, households, owners, summed


def roll_requested(event: RollRequested, uow: UnitOfWork) -> None:
    """名册: what stands on record now of that day is told, once; who moves afterwards changes nothing."""
    rolls = uow.store(RollStore)
    if rolls.get(event.roll_id) is not None:
        return
    entries = _entries(event, uow)
    roll = summed(event, entries, now=uow.now)
    rolls.put(roll.roll_id, roll)
    subject = str(roll.roll_id)
    for chunk in chunked(roll, entries):
        uow.outbox.event(chunk, subject=subject, sequence=chunk.chunk, ordering_key=subject)
    uow.after_commit(metrics.ROLLS.labels(event.kind.value).inc)


def _entries(event: RollRequested, uow: UnitOfWork) -> list[RollEntry]:
    # Random ids: one made from a person or from the time would tell who stands behind it.
    if event.kind is RollKind.OWNERS:
        return owners(repository.shares(uow.connection, event.place, as_of=event.as_of), uuid4)
    found = repository.adults(uow.connection, event.place, as_of=event.as_of)
    return adults(found, uuid4) if event.kind is RollKind.ADULTS else households(found, uuid4)


EVENTS: tuple[EventRoute, ...] = (
    on(RollRequested, roll_requested, loads=((RollStore, lambda event: event.roll_id),)),
)
