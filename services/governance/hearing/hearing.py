"""A hearing and what belongs to it. Pure."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from contracts.commands.hearings import Answered, Capacity, Side
from contracts.commands.hearings import HearingState as State
from contracts.vocabulary import Evidence

# Local hearing rules: a notice of ten days, a third interested or public, two thirds present.
NOTICE_DAYS, LONGEST_NOTICE_DAYS = 10, 60
SMALLEST_PANEL, LARGEST_PANEL = 3, 500
SHORTEST_SPEECH, LONGEST_SPEECH = 1, 60
MOST_EVIDENCE, MOST_OPINIONS, MOST_ACTIONS, MOST_NOTES = 100, 1_000, 20, 200
REPRESENTING = frozenset({Capacity.INTERESTED, Capacity.PUBLIC})


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who wants to take part, with an account or, at the window, by name.

    `seat` counts from 1, None for who was not drawn. `signed` is False where somebody refused to.
    """

    id: UUID
    hearing_id: UUID
    capacity: Capacity
    side: Side
    account_id: UUID | None
    name: str
    code: str
    registered_at: datetime
    seat: int | None = None
    present: bool = False
    signed: bool | None = None
    signed_at: datetime | None = None
    refusal: str | None = None


class Speech(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody waits for the floor, has it, or has had it."""

    registration_id: UUID
    side: Side
    asked_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None


class Opinion(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody said, and the answer to it."""

    id: UUID
    registration_id: UUID
    side: Side
    text: str
    recorded_at: datetime
    answer: Answered | None = None
    reason: str | None = None


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What has come of the hearing."""

    at: datetime
    text: str


class Hearing(msgspec.Struct, frozen=True, kw_only=True):
    """A hearing on one topic. `sitting` counts from 1 how often it was called together.

    It decides nothing: `led_to` says whether it leads to cases, to an assembly's question, or to nothing.
    """

    id: UUID
    topic_id: UUID
    community: str
    title: str
    state: State
    seats: int
    speech_minutes: int
    notice_days: int
    drafted_by: UUID
    drafted_at: datetime
    sitting: int = 0
    venue: str = ""
    noticed_at: datetime | None = None
    held_at: datetime | None = None
    registration_until: datetime | None = None
    draw_source: str = ""
    public_value: str | None = None
    seed: str | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    minutes: str | None = None
    minutes_sha256: str | None = None
    report: str | None = None
    reason: str | None = None
    led_to: State | None = None
    speeches: tuple[Speech, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    notes: tuple[Note, ...] = ()
    version: int = 1

    @property
    def speech_limit(self) -> timedelta:
        """How long one may speak."""
        return timedelta(minutes=self.speech_minutes)
