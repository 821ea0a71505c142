"""What counts of one case, entry by entry of its timeline. Pure. docs/publication.md is the definition."""

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

import msgspec

from services.intake.case.case import Entry
from services.intake.case.lifecycle import By, State, Step
from services.intake.reference.values import local_day

_BEGINNINGS = frozenset({Step.REPORT, Step.SETTLE_ON_SPOT, Step.RESOLUTION_CERTIFIED})
_REWORKS = frozenset({Step.FAIL_CHECK, Step.RECORD_DISSATISFIED, Step.REOPEN, Step.RESOLUTION_ADOPTED})
_VISITS = frozenset({Step.RECORD_SATISFIED, Step.RECORD_DISSATISFIED})
_CLOSED = frozenset({State.CLOSED, State.ARCHIVED})
_INVALID = frozenset({State.MERGED, State.CANCELLED})
_SATISFIED_FROM = 4


class Count(StrEnum):
    """The kind of count that a case belongs to: none is ever in two."""

    HEADLINE = "headline"  # 网格员上报
    OTHERS = "others"  # 其他人上报
    DISPUTE = "dispute"  # 矛盾纠纷
    PETITION = "petition"  # 信访
    SPOT = "spot"  # 当场解决


_GROUPS_APART = {"06": Count.DISPUTE, "07": Count.PETITION}


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """One case as the figures see it. `position` is that of the last entry that was counted."""

    case_id: UUID
    day: date
    community: str
    grid: str
    begun_by: Step
    role: By
    position: int = 0
    cycle: int = 0
    state: State = State.REPORTED
    category: str | None = None
    lead: str | None = None
    due_at: datetime | None = None
    classified: bool = False
    offered: bool = False
    answered: bool = False
    answered_in_time: bool = False
    contacted_in_time: bool = False
    reworked: bool = False
    unreachable: bool = False
    visits: int = 0
    resolved: int = 0
    satisfied: int = 0

    @classmethod
    def begun(cls, entry: Entry, *, community: str, grid: str) -> Self:
        """Return the tally that a case's first entry begins, the entry itself not counted yet."""
        return cls(
            case_id=entry.case_id,
            day=local_day(entry.at),
            community=community,
            grid=grid,
            begun_by=entry.step,
            role=entry.role,
        )

    def with_entry(self, entry: Entry) -> Self:
        """Return the tally with the next entry counted. A late one moves the position alone."""
        changes = {} if entry.late else self._counted(entry)
        return msgspec.structs.replace(self, position=entry.position, state=entry.state, **changes)

    def _counted(self, entry: Entry) -> dict[str, object]:
        due_at = self.due_at if entry.cycle == self.cycle else None
        told = entry.detail.get("due_at") if entry.step in _TELL_DUE else None
        due_at = due_at if told is None else datetime.fromisoformat(told)
        changes: dict[str, object] = {
            "cycle": entry.cycle,
            "due_at": due_at,
            "reworked": self.reworked or entry.step in _REWORKS,
            "unreachable": self.unreachable or entry.step is Step.RECORD_UNREACHABLE,
        }
        if entry.step in _BEGINNINGS:
            changes["category"] = entry.detail.get("category")
        elif entry.step is Step.CLASSIFY:
            named = {name: entry.detail[name] for name in ("category", "lead")}
            changes |= named | {"classified": True}
        elif entry.step is Step.ORDER_OFFERED:
            changes |= {"lead": entry.detail["department"], "offered": True}
        elif entry.step is Step.ORDER_COMPLETED:
            changes |= _answer(entry, due_at)
        elif entry.step in _VISITS:
            changes |= self._visit(entry)
        return changes

    def _visit(self, entry: Entry) -> dict[str, object]:
        good = entry.step is Step.RECORD_SATISFIED
        return {
            "visits": self.visits + 1,
            "resolved": self.resolved + (good and entry.detail["resolved"] == "true"),
            "satisfied": self.satisfied + (good and int(entry.detail["score"]) >= _SATISFIED_FROM),
        }

    @property
    def valid(self) -> bool:
        """Whether it belongs to a cohort."""
        return self.state not in _INVALID

    @property
    def closed(self) -> bool:
        """Whether it has been closed."""
        return self.state in _CLOSED

    @property
    def count(self) -> Count:
        """The kind of count that it belongs to."""
        if self.begun_by is Step.SETTLE_ON_SPOT:
            return Count.SPOT
        apart = _GROUPS_APART.get((self.category or "")[:2])
        if apart is not None:
            return apart
        return Count.HEADLINE if self.role is By.GRID_WORKER else Count.OTHERS

    @property
    def runs(self) -> bool:
        """Whether its clock runs towards a due time that it may miss."""
        common = self.valid and self.count in (Count.HEADLINE, Count.OTHERS)
        return common and not self.closed and self.due_at is not None and self.state is not State.SUSPENDED


_TELL_DUE = frozenset({Step.ORDER_OFFERED, Step.ORDER_EXTENDED, Step.ORDER_RESUMED})


def _answer(entry: Entry, due_at: datetime | None) -> dict[str, object]:
    contacted = entry.detail.get("contacted_at")
    return {
        "answered": True,
        "answered_in_time": _in_time(entry.detail["answered_at"], due_at),
        "contacted_in_time": contacted is not None and _in_time(contacted, due_at),
    }


def _in_time(at: str, due_at: datetime | None) -> bool:
    return due_at is None or datetime.fromisoformat(at) <= due_at


# What is added up. The overdue ones are no counter: they become so by time alone.
COUNTERS = (
    "headline",
    "headline_closed",
    "others",
    "classified",
    "fell_due",
    "on_time",
    "answered",
    "reworked",
    "offered",
    "contacted",
    "visits",
    "resolved",
    "satisfied",
    "unreachable",
    "disputes",
    "disputes_closed",
    "petitions",
    "petitions_closed",
    "spot",
)


def counters_of(tally: Tally | None) -> dict[str, int]:
    """Return what a case adds to each counter of its groups; nothing where it is not valid."""
    if tally is None or not tally.valid:
        return {}
    closed = int(tally.closed)
    match tally.count:
        case Count.SPOT:
            return {"spot": 1}
        case Count.DISPUTE:
            return {"disputes": 1, "disputes_closed": closed}
        case Count.PETITION:
            return {"petitions": 1, "petitions_closed": closed}
        case Count.HEADLINE:
            return {"headline": 1, "headline_closed": closed} | _common(tally)
        case Count.OTHERS:
            return {"others": 1} | _common(tally)


def _common(tally: Tally) -> dict[str, int]:
    accepted = tally.closed and tally.answered
    return {
        "classified": int(tally.classified),
        "fell_due": int(accepted),
        "on_time": int(accepted and tally.answered_in_time),
        "answered": int(tally.answered),
        "reworked": int(tally.answered and tally.reworked),
        "offered": int(tally.offered),
        "contacted": int(tally.offered and tally.contacted_in_time),
        "visits": tally.visits,
        "resolved": tally.resolved,
        "satisfied": tally.satisfied,
        "unreachable": int(tally.unreachable),
    }


class Scope(StrEnum):
    """What figures are grouped by."""

    DISTRICT = "district"  # 全区
    COMMUNITY = "community"  # 社区
    GRID = "grid"  # 网格
    DEPARTMENT = "department"  # 部门
    CATEGORY = "category"  # 类别


WHOLE_DISTRICT = "*"


def groups_of(tally: Tally) -> Iterator[tuple[Scope, str]]:
    """Give every group that a case belongs to."""
    yield Scope.DISTRICT, WHOLE_DISTRICT
    yield Scope.COMMUNITY, tally.community
    yield Scope.GRID, tally.grid
    if tally.lead is not None:
        yield Scope.DEPARTMENT, tally.lead
    if tally.category is not None:
        yield Scope.CATEGORY, tally.category
