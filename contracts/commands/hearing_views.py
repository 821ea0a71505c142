"""Hearings as they are shown: to everybody without names, and to those who run them."""

from datetime import datetime
from uuid import UUID

import msgspec

from contracts.commands.assemblies import WorkView
from contracts.commands.hearings import Answered, Capacity, HearingState, Side
from contracts.vocabulary import Evidence


class SpeechView(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on seat `seat` has the floor, has had it, or waits for it; no name."""

    seat: int
    side: Side
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class OpinionView(msgspec.Struct, frozen=True, kw_only=True):
    """What was said from seat `seat`, and what became of it."""

    opinion_id: UUID
    seat: int
    side: Side
    text: str
    answer: Answered | None
    reason: str | None


class FollowUpNote(msgspec.Struct, frozen=True, kw_only=True):
    """What has come of it, by the committee's word."""

    at: datetime
    text: str


class HearingSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the list of hearings. `present` counts seats that are taken in the last sitting."""

    hearing_id: UUID
    topic_id: UUID
    community: str
    title: str
    state: HearingState
    sitting: int
    seats: int
    registered: int
    present: int
    noticed_at: datetime | None
    held_at: datetime | None
    venue: str
    registration_until: datetime | None


class HearingView(HearingSummary, frozen=True, kw_only=True):
    """A hearing as it is published. Minutes and report are there once they are signed and published."""

    speech_minutes: int
    draw_source: str
    panel: int
    signed: int
    refused_to_sign: int
    speeches: tuple[SpeechView, ...]
    opinions: tuple[OpinionView, ...]
    evidence: tuple[Evidence, ...]
    minutes: str | None
    minutes_sha256: str | None
    report: str | None
    reason: str | None
    led_to: HearingState | None
    follow_up: tuple[FollowUpNote, ...]
    work: tuple[WorkView, ...]


class HearingPage(msgspec.Struct, frozen=True, kw_only=True):
    """Hearings, newest first."""

    items: tuple[HearingSummary, ...]
    next_cursor: str | None


class DrawnRegistration(msgspec.Struct, frozen=True, kw_only=True):
    """One that the draw is among: an opaque id and as what somebody takes part."""

    id: UUID
    capacity: Capacity


class Draw(msgspec.Struct, frozen=True, kw_only=True):
    """Everything by which anybody repeats the draw; `seed` and `panel` once it was drawn.

    `seed` is hex, `panel` the registrations in the order of their seats.
    """

    hearing_id: UUID
    sitting: int
    seats: int
    registration_until: datetime
    draw_source: str
    registrations: tuple[DrawnRegistration, ...]
    public_value: str | None
    seed: str | None
    panel: tuple[UUID, ...]


class RegistrationView(msgspec.Struct, frozen=True, kw_only=True):
    """A registration as its own person, or who runs the hearing, sees it.

    `code` is for its own person alone, `name` for who runs the hearing.
    """

    registration_id: UUID
    capacity: Capacity
    side: Side
    seat: int | None
    present: bool
    signed: bool | None
    name: str | None
    code: str | None


class Registrations(msgspec.Struct, frozen=True, kw_only=True):
    """The registrations of one hearing that the caller may see."""

    hearing_id: UUID
    items: tuple[RegistrationView, ...]
