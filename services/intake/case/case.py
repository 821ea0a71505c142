"""The case as a value, and how a step changes it. Pure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, NewType, cast
from uuid import UUID

import msgspec

from chassis.refusal import StaleVersion
from contracts.commands.case_views import Attempt, TimelineEntry
from contracts.commands.intake import CaseReceipt, Channel
from contracts.events.intake import CancelCause, CaseEvent, Closure
from contracts.vocabulary import Evidence, Kind, LawfulChannel, Point, RefusalReason, Urgency
from services.intake.case.authority import Whereabouts
from services.intake.case.lifecycle import By, Row, State, Step, Trigger
from services.intake.case.seal import Seal

CaseId = NewType("CaseId", UUID)


class Stage(StrEnum):
    """When a piece of evidence came to the case."""

    REPORT = "report"  # 上报
    RESULT = "result"  # 办结
    CHECK = "check"  # 核查


class Document(Evidence, frozen=True, kw_only=True):
    """A piece of evidence with the stage and the cycle that it came in."""

    stage: Stage
    cycle: int


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One case.

    `reporter_id` None: anonymous. `version` counts the entries of its timeline, late facts
    included, and is the ETag; `emitted` counts its events. `state_since` is the time of the last
    change of state, `closed_at` that of closing, `aside_at` that of merging, refusing or cancelling.
    `lead`, `order_id`, `handler_id`, `attempts` and `due_at` are the current cycle's, and `due_at` is
    the department's; `conferences` counts how often it came before the joint conference.
    """

    case_id: CaseId
    number: str
    state: State
    community: str
    grid: str
    text: str
    address: str
    point: Point | None
    occurred_at: datetime
    channel: Channel
    reported_by: By
    reporter_id: UUID | None
    reported_at: datetime
    updated_at: datetime
    state_since: datetime
    cycle: int = 1
    escalation: int = 0
    category: str | None = None
    kind: Kind | None = None
    urgency: Urgency | None = None
    lead: str | None = None
    co_handlers: tuple[str, ...] = ()
    order_id: UUID | None = None
    handler_id: UUID | None = None
    documents: tuple[Document, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    due_at: datetime | None = None
    due_provisional: bool = False
    question: str | None = None
    answer: str | None = None
    master_id: UUID | None = None
    refusal: RefusalReason | None = None
    lawful_channel: LawfulChannel | None = None
    cancelled_for: CancelCause | None = None
    conferences: int = 0
    closure: Closure | None = None
    score: int | None = None
    resolved: bool | None = None
    seal: str | None = None
    closed_at: datetime | None = None
    archived_at: datetime | None = None
    aside_at: datetime | None = None
    version: int = 0
    emitted: int = 0

    @property
    def anonymous(self) -> bool:
        """Whether nobody can be asked."""
        return self.reporter_id is None

    @property
    def whereabouts(self) -> Whereabouts:
        """What decides who may act on it and see it."""
        return Whereabouts(grid=self.grid, community=self.community, reporter_id=self.reporter_id)

    def handled_by(self, department: str) -> bool:
        """Return whether a department is the lead 主办 or a co-handler 协办 now."""
        return department == self.lead or department in self.co_handlers

    def receipt(self) -> CaseReceipt:
        """Return the answer to every command on it."""
        return CaseReceipt(
            case_id=self.case_id,
            number=self.number,
            state=self.state,
            cycle=self.cycle,
            version=self.version,
        )


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a case's timeline, from position 1. `actor` is an account, kept for audit alone."""

    case_id: CaseId
    position: int
    at: datetime
    kind: Trigger
    step: Step
    state: State
    cycle: int
    role: By
    actor: UUID | None
    late: bool
    detail: dict[str, str]

    def shown(self) -> TimelineEntry:
        """Return what a reader of the timeline sees of it, and what is sealed."""
        return TimelineEntry(
            position=self.position,
            at=self.at,
            kind=self.kind,
            step=self.step,
            state=self.state,
            cycle=self.cycle,
            role=self.role,
            late=self.late,
            detail=self.detail,
        )


class Decided(NamedTuple):
    """What a decision comes to; `waited_s` is the time spent in the state that was left."""

    case: Case
    events: tuple[CaseEvent, ...]
    entries: tuple[Entry, ...]
    waited_s: float = 0.0
    seal: Seal | None = None


class Mover(NamedTuple):
    """Who moves a case and when. `account` stays out of an anonymous report's entry."""

    by: By
    now: datetime
    account: UUID | None = None

    def after(self, case: "Case") -> "Mover":
        """Return it with a time not before the case's last entry.

        A transaction that has waited for the case began before what the other one has written.
        """
        return self._replace(now=max(self.now, case.updated_at))


Values = Mapping[str, object]


def check_version(case: Case, expected: int | None) -> None:
    """Refuse a caller who has not seen the latest. Raises: StaleVersion."""
    if expected is not None and expected != case.version:
        raise StaleVersion(expected=expected, actual=case.version)


def advance(
    case: Case, row: Row, mover: Mover, *, changes: Values, detail: dict[str, str], told: Values
) -> Decided:
    """Take a step that the gate has let through; `told` is what the event says besides the common."""
    mover = mover.after(case)
    left = case.state is not row.target
    moved = msgspec.structs.replace(
        case,
        **changes,
        state=row.target,
        state_since=mover.now if left else case.state_since,
        updated_at=mover.now,
        version=case.version + 1,
        emitted=case.emitted + (row.emits is not None),
    )
    entry = _entry(moved, mover, kind=row.kind, step=row.step, detail=detail)
    events = () if row.emits is None else (_event(row.emits, moved, mover.now, told),)
    return Decided(moved, events, (entry,), (mover.now - case.state_since).total_seconds())


def note_late(case: Case, mover: Mover, *, kind: Trigger, step: Step, detail: dict[str, str]) -> Decided:
    """Record a fact that no longer counts: a line of the timeline and nothing else."""
    mover = mover.after(case)
    noted = msgspec.structs.replace(case, updated_at=mover.now, version=case.version + 1)
    return Decided(noted, (), (_entry(noted, mover, kind=kind, step=step, detail=detail, late=True),))


def tell(
    case: Case,
    mover: Mover,
    *,
    step: Step,
    emits: type[CaseEvent],
    detail: dict[str, str],
    told: Values,
) -> Decided:
    """Record and tell what time does to a case without moving it."""
    mover = mover.after(case)
    noted = msgspec.structs.replace(
        case, updated_at=mover.now, version=case.version + 1, emitted=case.emitted + 1
    )
    entry = _entry(noted, mover, kind=Trigger.TIMER, step=step, detail=detail)
    return Decided(noted, (_event(emits, noted, mover.now, told),), (entry,))


def followed_by(first: Decided, then: Callable[[Case], Decided]) -> Decided:
    """Return two steps as one decision."""
    second = then(first.case)
    return second._replace(
        events=first.events + second.events,
        entries=first.entries + second.entries,
        waited_s=first.waited_s,
    )


def next_cycle(case: Case) -> dict[str, object]:
    """Return what changes when a case goes round again: nothing of the last cycle counts."""
    return {
        "cycle": case.cycle + 1,
        "order_id": None,
        "handler_id": None,
        "attempts": (),
        "due_at": None,
        "due_provisional": False,
    }


def with_documents(case: Case, evidence: Iterable[Evidence], stage: Stage) -> tuple[Document, ...]:
    """Return a case's documents with more evidence; a file that is there already stays as it was."""
    new = {each.media_id: each for each in not_yet_in(case, evidence)}
    return case.documents + tuple(
        Document(media_id=each.media_id, sha256=each.sha256, kind=each.kind, stage=stage, cycle=case.cycle)
        for each in new.values()
    )


def not_yet_in(case: Case, evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return the files that the case does not have: what it has already shows nothing new."""
    known = {each.media_id for each in case.documents}
    return tuple(each for each in evidence if each.media_id not in known)


def _entry(
    case: Case, mover: Mover, *, kind: Trigger, step: Step, detail: dict[str, str], late: bool = False
) -> Entry:
    return Entry(
        case_id=case.case_id,
        position=case.version,
        at=mover.now,
        kind=kind,
        step=step,
        state=case.state,
        cycle=case.cycle,
        role=mover.by,
        actor=mover.account,
        late=late,
        detail=detail,
    )


def _event(emits: type[CaseEvent], case: Case, at: datetime, told: Values) -> CaseEvent:
    make = cast("Callable[..., CaseEvent]", emits)
    return make(
        case_id=case.case_id,
        number=case.number,
        community=case.community,
        grid=case.grid,
        category=case.category,
        kind=case.kind,
        urgency=case.urgency,
        cycle=case.cycle,
        reporter_id=case.reporter_id,
        at=at,
        **told,
    )
