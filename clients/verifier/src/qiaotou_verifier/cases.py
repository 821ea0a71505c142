"""Cases as their published entries tell them: the second writing of the cell's own rules."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

Object = dict[str, Any]

BEGINNINGS = ("report", "settle_on_spot", "resolution.certified")
CLOSED = ("closed", "archived")
INVALID = ("merged", "cancelled")
REWORKS = ("fail_check", "record_dissatisfied", "reopen", "resolution.adopted")
VISITS = ("record_satisfied", "record_dissatisfied")
SATISFIED_FROM = 4
DISPUTES, PETITIONS = "06", "07"


@dataclass(kw_only=True)
class Case:
    """What counts of one case at the cut-off."""

    case_id: str
    number: str
    begun_by: str
    role: str
    reported_at: datetime
    community: str
    grid: str
    category: str | None
    state: str = ""
    cycle: int = 0
    lead: str | None = None
    classified: bool = False
    offered: bool = False
    due_at: datetime | None = None
    answered: bool = False
    answered_in_time: bool = False
    contacted_in_time: bool = False
    reworked: bool = False
    unreachable: bool = False
    visits: int = 0
    resolved: int = 0
    satisfied: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def valid(self) -> bool:
        """Whether it belongs to a cohort."""
        return self.state not in INVALID

    @property
    def closed(self) -> bool:
        """Whether it has been closed."""
        return self.state in CLOSED

    @property
    def count(self) -> str:
        """The kind of count that it belongs to."""
        group = (self.category or "")[:2]
        if self.begun_by == "settle_on_spot":
            return "spot"
        if group in (DISPUTES, PETITIONS):
            return "dispute" if group == DISPUTES else "petition"
        return "headline" if self.role == "grid_worker" else "others"

    def fell_due(self, cut_off: datetime) -> bool:
        """Whether its answer was accepted, or its due time has passed while the clock ran."""
        if self.closed:
            return self.answered
        return self.due_at is not None and self.due_at < cut_off and self.state != "suspended"

    @property
    def on_time(self) -> bool:
        """Whether the accepted answer came by the due time."""
        return self.closed and self.answered and self.answered_in_time

    def take(self, entry: Object) -> None:
        """Let one more entry of its life count."""
        self.state = entry["state"]
        if entry["late"]:
            return
        if entry["cycle"] != self.cycle:
            self.cycle, self.due_at = entry["cycle"], None
        step, facts = entry["step"], entry["facts"]
        self.category = facts.get("category", self.category)
        self.lead = facts.get("lead", self.lead)
        if "due_at" in facts:
            self.due_at = moment_or_none(facts["due_at"])
        self.classified |= step == "classify"
        self.offered |= step == "work_order.offered"
        self.reworked |= step in REWORKS
        self.unreachable |= step == "record_unreachable"
        if step == "work_order.completed":
            self._answered(moment(facts["answered_at"]), moment_or_none(facts["contacted_at"]))
        if step in VISITS:
            self._visited(step, facts)

    def _answered(self, at: datetime, contacted_at: datetime | None) -> None:
        self.answered = True
        self.answered_in_time = self._in_time(at)
        self.contacted_in_time = self._in_time(contacted_at)

    def _in_time(self, at: datetime | None) -> bool:
        return at is not None and (self.due_at is None or at <= self.due_at)

    def _visited(self, step: str, facts: Object) -> None:
        self.visits += 1
        if step == "record_satisfied":
            self.resolved += facts["resolved"] is True
            self.satisfied += facts["score"] >= SATISFIED_FROM


def moment(text: str) -> datetime:
    """Return a published time. Raises: ValueError."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone: {text}")
    return at


def moment_or_none(text: str | None) -> datetime | None:
    """Return a published time that may be missing."""
    return None if text is None else moment(text)


def read_cases(entries: Iterable[Object]) -> Iterator[Case]:
    """Give every case of the entries, which are ordered by number and position.

    What is out of order, missing or contradicts itself is noted in `faults`.
    """
    seen: set[str] = set()
    before = ""
    for (number, case_id), group in groupby(entries, key=itemgetter("number", "case_id")):
        life = list(group)
        case = _case(life)
        if case_id in seen or number <= before:
            case.faults.append("its entries do not stand where they belong")
        seen.add(case_id)
        before = number
        yield case


def _case(life: list[Object]) -> Case:
    first = life[0]
    facts = first["facts"]
    case = Case(
        case_id=first["case_id"],
        number=first["number"],
        begun_by=first["step"],
        role=first["role"],
        reported_at=moment(first["at"]),
        community=facts.get("community", ""),
        grid=facts.get("grid", ""),
        category=facts.get("category"),
    )
    if first["step"] not in BEGINNINGS:
        case.faults.append("it does not begin with a report")
    if [entry["position"] for entry in life] != list(range(1, len(life) + 1)):
        case.faults.append("its positions do not count from 1 without a gap")
    times = [moment(entry["at"]) for entry in life]
    if times != sorted(times):
        case.faults.append("its times run backwards")
    for entry in life:
        case.take(entry)
    return case
