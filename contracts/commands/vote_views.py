"""What governance shows of votes: lists, one vote with its totals and objections, what somebody may cast."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from contracts.commands.elections import CandidateView, Elected, RunOff
from contracts.commands.rules import DecisionRule, Outcome, Subject
from contracts.commands.votes import About, BallotMode
from contracts.vocabulary import RollKind


class RollView(msgspec.Struct, frozen=True, kw_only=True):
    """A vote's roll: how many, of what area, under which root (hex). `fault` says why it cannot be used."""

    roll_id: UUID
    kind: RollKind
    as_of: date
    count: int | None
    area_hundredths_m2: int | None
    root: str | None
    fault: str | None
    answered_at: datetime | None
    frozen_at: datetime | None


class VoteStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a vote's life, as everybody may know it."""

    at: datetime
    step: str
    state: str


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted: ballots and areas (0.01 m2), by option, and what was set aside.

    `quarantined` entitlements count as absent; `invalid` ballots took part and chose nothing valid.
    """

    roll: int
    roll_area_hundredths_m2: int
    ballots: int
    ballots_area_hundredths_m2: int
    options: dict[str, int]
    options_area_hundredths_m2: dict[str, int]
    invalid: int
    quarantined: int


class VoteItem(msgspec.Struct, frozen=True, kw_only=True):
    """What a certified vote has a department do, and the case that it became."""

    case_id: UUID
    grid: str
    category: str
    text: str


class AnsweredObjection(msgspec.Struct, frozen=True, kw_only=True):
    """An objection as everybody may know it: when, to what, and how it was answered.

    `due_at` is when the rule wants the answer, null where it names no days for it.
    """

    objection_id: UUID
    about: About
    raised_at: datetime
    due_at: datetime | None
    upheld: bool | None
    reason: str | None
    answered_at: datetime | None


class ObjectionView(AnsweredObjection, frozen=True, kw_only=True):
    """An objection with its words, for who made it and for who answers it."""

    text: str
    mine: bool


class Objections(msgspec.Struct, frozen=True, kw_only=True):
    """The objections that the caller may read, oldest first."""

    items: tuple[ObjectionView, ...]


class VoteSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A vote in a list; totals and outcome once they are published."""

    vote_id: UUID
    place: str
    community: str
    subject: Subject
    roll_kind: RollKind
    mode: BallotMode
    title: str
    state: str
    rule: str | None
    drafted_at: datetime
    opens_at: datetime | None
    closes_at: datetime | None
    published_at: datetime | None
    totals: Totals | None
    outcome: Outcome | None


class VoteView(VoteSummary, frozen=True, kw_only=True):
    """A vote as everybody may know it; of an election `elected`, and the `run_off` that it leads to."""

    text: str
    options: tuple[str, ...]
    seats: int
    important: bool
    studied_on: date | None
    topic_id: UUID | None
    repeats: UUID | None
    rule_data: DecisionRule | None
    rule_hash: str | None
    roll: RollView | None
    extended_until: datetime | None
    participated: int
    void_reason: str | None
    run_off_of: UUID | None
    candidates: tuple[CandidateView, ...]
    elected: Elected | None
    run_off: RunOff | None
    items: tuple[VoteItem, ...]
    objections: tuple[AnsweredObjection, ...]
    steps: tuple[VoteStep, ...]
    version: int


class VotePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of votes, newest first."""

    items: tuple[VoteSummary, ...]
    next_cursor: str | None


class EntitlementView(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller may use in a vote; `participated` once it was used, by whichever elector.

    `by_mandate` where it is another elector's, who is away.
    """

    entitlement_id: UUID
    area_hundredths_m2: int
    participated: bool
    by_mandate: bool


class Entitlements(msgspec.Struct, frozen=True, kw_only=True):
    """The caller's entitlements in a vote."""

    vote_id: UUID
    items: tuple[EntitlementView, ...]
