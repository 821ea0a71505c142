"""What intake shows of cases: lists, one case, its evidence, its life, its seal."""

from datetime import datetime
from uuid import UUID

import msgspec

from contracts.commands.intake import Channel
from contracts.vocabulary import Evidence, Point


class CaseSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a list.

    `due_at` is when what the case waits for is due, `provisional` where a year of it has no
    published calendar: the lead's answer while it is handled, else what `waits_for` has to do, with
    the last `card` shown. `attempts` counts the visits of this cycle that reached nobody.
    """

    case_id: UUID
    number: str
    state: str
    step: int
    category: str | None
    urgency: str | None
    community: str
    grid: str
    lead: str | None
    cycle: int
    reported_at: datetime
    updated_at: datetime
    version: int
    due_at: datetime | None = None
    provisional: bool = False
    waits_for: str | None = None
    card: str | None = None
    attempts: int = 0


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """未接通: one call or visit that was not answered."""

    channel: Channel
    at: datetime


class CaseView(CaseSummary, frozen=True, kw_only=True):
    """One case as one who may see it sees it.

    `address` and `point` are None where the caller may not know the place exactly; `mine` says
    that the caller reported it. `question` is the last that the reporter was asked and `answer` what
    was said to it, None where that is not the caller's business. `master_id` is where it was merged,
    `supporters` counts who was merged into this one; `refusal` and `lawful_channel` say why it was
    refused and where to turn instead, `cancelled_for` why it was cancelled. `tried` are the attempts
    one by one; a closed case may be reopened until `reopen_until`.
    """

    kind: str | None
    text: str
    address: str | None
    point: Point | None
    occurred_at: datetime
    channel: str
    anonymous: bool
    mine: bool
    escalation: int
    co_handlers: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    closure: str | None = None
    score: int | None = None
    resolved: bool | None = None
    seal: str | None = None
    question: str | None = None
    answer: str | None = None
    master_id: UUID | None = None
    refusal: str | None = None
    lawful_channel: str | None = None
    cancelled_for: str | None = None
    supporters: int = 0
    tried: tuple[Attempt, ...] = ()
    reopen_until: datetime | None = None


class HeldEvidence(Evidence, frozen=True, kw_only=True):
    """A piece of a case's evidence with the stage (`report`, `result`, `check`) and cycle it came in."""

    stage: str
    cycle: int


class EvidenceListing(msgspec.Struct, frozen=True, kw_only=True):
    """A case's evidence in the order in which it came.

    `exactly` says whether the caller may know where a photo was taken.
    """

    case_id: UUID
    items: tuple[HeldEvidence, ...]
    exactly: bool


class CasePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of cases in the order asked for; `next_cursor` None on the last page."""

    items: tuple[CaseSummary, ...]
    next_cursor: str | None


class TimelineEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a case's life. `late` marks a fact that came when it no longer counted."""

    position: int
    at: datetime
    kind: str
    step: str
    state: str
    cycle: int
    role: str
    late: bool
    detail: dict[str, str]


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """A case's whole life, oldest first."""

    case_id: UUID
    entries: tuple[TimelineEntry, ...]


class Supporters(msgspec.Struct, frozen=True, kw_only=True):
    """How many others have reported the same, and since when: never who."""

    case_id: UUID
    number: int
    since: datetime | None


class SealView(msgspec.Struct, frozen=True, kw_only=True):
    """The proof of an archived case: the commitments (hex) in order and the hash over them."""

    case_id: UUID
    number: str
    sealed_at: datetime
    commitments: tuple[str, ...]
    seal: str
