"""Meetings, agenda items and resolutions, and their decisions. Pure."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID, uuid5

import msgspec

from contracts.commands.governance import AdoptResolution, ConveneMeeting, DeclineItem
from contracts.events.governance import ResolutionAdopted, ResolutionDeclined
from contracts.events.intake import CaseEscalated
from services.governance.meeting.errors import (
    DueBeforeMeeting,
    TextTooLong,
    TextTooShort,
    TextUnfit,
    UnknownItem,
)
from services.governance.meeting.lifecycle import Emitted, Row, State, Step, Trigger, transition

SHORTEST_TITLE, LONGEST_TITLE = 2, 200
SHORTEST_TEXT, LONGEST_TEXT = 2, 5_000


class Meeting(msgspec.Struct, frozen=True, kw_only=True):
    """One sitting of the conference on a day."""

    id: UUID
    held_on: date
    title: str
    convened_at: datetime
    convened_by: str


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One escalated case before the conference. `emitted` counts the events told of it.

    `conference` counts from 1 how often the case has come before it.
    """

    id: UUID
    case_id: UUID
    number: str
    category: str
    community: str
    cycle: int
    conference: int
    escalated_at: datetime
    state: State
    meeting_id: UUID | None = None
    resolution_id: UUID | None = None
    emitted: int = 0
    version: int = 1


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """What the conference decided of one item. Its text stays in this database."""

    id: UUID
    item_id: UUID
    meeting_id: UUID
    outcome: State
    lead: str | None
    due_on: date | None
    text: str
    recorded_at: datetime
    recorded_by: str


class Recorded(NamedTuple):
    """A decision: the item as it is now, its resolution, and what is told of it."""

    item: Item
    resolution: Resolution
    event: Emitted


def item_id_of(case_id: UUID, conference: int) -> UUID:
    """Return the id of a case's item for its first, second, ... conference: always the same."""
    return uuid5(case_id, f"conference {conference}")


def escalate(event: CaseEscalated, row: Row) -> Item:
    """Return the item that waits for a conference."""
    return Item(
        id=item_id_of(event.case_id, event.conference),
        case_id=event.case_id,
        number=event.number,
        category=event.category,
        community=event.community,
        cycle=event.cycle,
        conference=event.conference,
        escalated_at=event.at,
        state=row.target,
    )


def convene(command: ConveneMeeting, *, by: str, now: datetime) -> Meeting:
    """召集. Raises: TextTooShort, TextTooLong."""
    title = fit_text(command.title, "title", SHORTEST_TITLE, LONGEST_TITLE)
    return Meeting(
        id=command.meeting_id, held_on=command.held_on, title=title, convened_at=now, convened_by=by
    )


def put_on_agenda(item: Item, meeting: Meeting) -> Item:
    """列入议程. Raises: IllegalTransition, AlreadyResolved."""
    row = transition(item.state, Trigger.COMMAND, Step.CONVENE)
    return msgspec.structs.replace(item, state=row.target, meeting_id=meeting.id, version=item.version + 1)


def adopt(item: Item, meeting: Meeting, command: AdoptResolution, *, by: str, now: datetime) -> Recorded:
    """作出决议: a lead department and a date.

    Raises: IllegalTransition, AlreadyResolved, DueBeforeMeeting, TextTooShort, TextTooLong.
    """
    row = transition(item.state, Trigger.COMMAND, Step.ADOPT)
    if command.due_on < meeting.held_on:
        raise DueBeforeMeeting("due before the meeting is held", field="due_on")
    resolution = Resolution(
        id=command.resolution_id,
        item_id=item.id,
        meeting_id=meeting.id,
        outcome=row.target,
        lead=command.lead,
        due_on=command.due_on,
        text=fit_text(command.text, "text", SHORTEST_TEXT, LONGEST_TEXT),
        recorded_at=now,
        recorded_by=by,
    )
    event = ResolutionAdopted(
        resolution_id=resolution.id,
        item_id=item.id,
        meeting_id=meeting.id,
        case_id=item.case_id,
        lead=command.lead,
        due_on=command.due_on,
        at=now,
    )
    return Recorded(_resolved(item, row, resolution), resolution, event)


def decline(item: Item, meeting: Meeting, command: DeclineItem, *, by: str, now: datetime) -> Recorded:
    """决定不再办理, with the reason.

    Raises: IllegalTransition, AlreadyResolved, TextTooShort, TextTooLong.
    """
    row = transition(item.state, Trigger.COMMAND, Step.DECLINE)
    resolution = Resolution(
        id=command.resolution_id,
        item_id=item.id,
        meeting_id=meeting.id,
        outcome=row.target,
        lead=None,
        due_on=None,
        text=fit_text(command.reason, "reason", SHORTEST_TEXT, LONGEST_TEXT),
        recorded_at=now,
        recorded_by=by,
    )
    event = ResolutionDeclined(
        resolution_id=resolution.id, item_id=item.id, meeting_id=meeting.id, case_id=item.case_id, at=now
    )
    return Recorded(_resolved(item, row, resolution), resolution, event)


def on_agenda_of(item: Item | None, meeting: Meeting | None) -> tuple[Item, Meeting]:
    """Return both where the item is this meeting's. Raises: UnknownItem."""
    if item is None or meeting is None or item.meeting_id != meeting.id:
        raise UnknownItem("not on this meeting's agenda")
    return item, meeting


def _resolved(item: Item, row: Row, resolution: Resolution) -> Item:
    return msgspec.structs.replace(
        item,
        state=row.target,
        resolution_id=resolution.id,
        emitted=item.emitted + 1,
        version=item.version + 1,
    )


def fit_text(text: str, field: str, at_least: int, at_most: int) -> str:
    """Return a text without blanks around it. Raises: TextUnfit, TextTooShort, TextTooLong."""
    if "\0" in text:
        raise TextUnfit("holds a null character", field=field)
    text = text.strip()
    if len(text) < at_least:
        raise TextTooShort(field=field, at_least=at_least)
    if len(text) > at_most:
        raise TextTooLong(field=field, at_most=at_most)
    return text
