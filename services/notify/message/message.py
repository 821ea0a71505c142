"""A message to one person about one event. Pure."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.principal import Principal
from contracts.events.dispatch import WorkOrderEvent
from contracts.events.intake import CaseEvent
from services.notify.message.circle import NOBODY, Circle
from services.notify.message.errors import NoSuchMessage, NotAPerson
from services.notify.message.rules import Rule, To, Told, meant, relations, rules_of
from services.notify.message.templates import Template
from services.notify.reference.relations import Relation

People = Callable[[Relation], Sequence[UUID]]


class Note(NamedTuple):
    """What one person is told; its text is made when it is read."""

    person: UUID
    template: Template
    case_id: UUID
    number: str
    category: str | None
    at: datetime


class Received(NamedTuple):
    """A message as its reader's; `read_at` None is unread."""

    person: UUID
    read_at: datetime | None


def notes(event: Told, people: People, circle: Circle = NOBODY) -> Iterator[Note]:
    """Give what everybody concerned is told of an event, each text once a person."""
    category = event.category if isinstance(event, WorkOrderEvent) else _category(event)
    for rule in rules_of(event):
        for person in sorted(_people(rule, event, people, circle)):
            yield Note(person, rule.template, event.case_id, event.number, category, event.at)


def read(message: Received | None, reader: UUID, *, now: datetime) -> Received:
    """Return a message as read; the first time counts. Raises: NoSuchMessage."""
    if message is None or message.person != reader:
        raise NoSuchMessage
    return message if message.read_at is not None else message._replace(read_at=now)


def reader_of(principal: Principal) -> UUID:
    """Return the person who is asking. Raises: NotAPerson."""
    try:
        return UUID(principal.subject)
    except ValueError as error:
        raise NotAPerson from error


def _category(event: CaseEvent) -> str | None:
    found: str | None = getattr(event, "category", None)
    return found


def _people(rule: Rule, event: Told, people: People, circle: Circle) -> set[UUID]:
    to = meant(rule.to, event)
    if to is To.REPORTER:
        reporter = event.reporter_id if isinstance(event, CaseEvent) else circle.reporter
        return set() if reporter is None else {reporter}
    if to is To.SUPPORTERS:
        return set(circle.supporters)
    return {person for relation in relations(to, event) for person in people(relation)}
