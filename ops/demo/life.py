"""One case as it is being planned: where it stands, and what was done to it by then. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from chassis import working_time
from chassis.working_time import Limit
from ops.demo.acts import Act, Count, Deed, End, PlannedCase
from ops.demo.days import DAY, Slots
from ops.demo.grounds import Spot
from ops.demo.matters import Matter

RESIDENT, HOTLINE = "resident", "hotline"
DISPATCHER, ARCHIVIST, INSPECTOR = "dispatcher", "archivist", "inspector"
# Nothing is planned this near to a due time: what the figures say must not hang on a second.
_MARGIN = timedelta(minutes=30)
_LATE_CHOICES = 6


class Report(NamedTuple):
    """Who reports what, and where. `named` says that the category is named with it."""

    key: str
    matter: Matter
    community: str
    grid: str
    spot: Spot
    reporter: str
    counts_as: Count
    named: bool = True
    anonymous: bool = False

    @property
    def worker(self) -> str:
        """The grid worker's login."""
        return f"worker-{self.grid}"

    @property
    def clerk(self) -> str:
        """The clerk's login."""
        return f"clerk-{self.community}"

    @property
    def by_worker(self) -> bool:
        """Whether the grid worker has found it."""
        return self.reporter == self.worker

    @property
    def channel(self) -> str:
        """The way in which it is reported."""
        return {RESIDENT: "web", HOTLINE: "hotline", self.clerk: "counter"}.get(self.reporter, "app")


class Life:
    """A case as it is being planned; `slot` is when the last thing was done."""

    def __init__(self, about: Report, start: int, slots: Slots, rng: Random) -> None:
        self.about = about
        self.slot = start
        self.slots = slots
        self.rng = rng
        self.lead = about.matter.department
        self.cycle = 1
        self.escalation = 0
        self._due: datetime | None = None
        self._acts: list[Act] = []

    @property
    def matter(self) -> Matter:
        """What it is about."""
        return self.about.matter

    @property
    def today(self) -> date:
        """The day that it is."""
        return self.slots[min(self.slot, len(self.slots) - 1)].day

    @property
    def now(self) -> str:
        """The time that it is, as the API takes it; never in the future of when it is said."""
        return self.slots[min(self.slot, len(self.slots) - 1)].at.isoformat()

    @property
    def fits(self) -> bool:
        """Whether all of it lies within the time that there is."""
        return all(act.slot < len(self.slots) for act in self._acts)

    def planned(self, course: str, end: End) -> PlannedCase:
        """Return the case; what lies behind the time that there is does not happen."""
        return PlannedCase(
            key=self.about.key,
            community=self.about.community,
            grid=self.about.grid,
            category=self.matter.code,
            course=course,
            counts_as=self.about.counts_as,
            end=end if self.fits else End.OPEN,
            acts=tuple(act for act in self._acts if act.slot < len(self.slots)),
        )

    def do(
        self,
        deed: Deed,
        by: str,
        *,
        said: dict[str, Any] | None = None,
        shown: Sequence[str] = (),
        before: Sequence[str] = (),
        case: str | None = None,
    ) -> None:
        """Have somebody do something, now."""
        self._acts.append(
            Act(
                slot=self.slot,
                deed=deed,
                by=by,
                cycle=self.cycle,
                lead=self.lead,
                said=said or {},
                shown=tuple(shown),
                before=tuple(before),
                case=case,
            )
        )

    def wait(self, fewest: int = 1, most: int = 1) -> None:
        """Let so many slots pass."""
        self.slot = self.slots.after(self.slot, self.rng.randint(fewest, most))

    def wait_for_office(self, fewest: int = 1, most: int = 1) -> None:
        """Let so many slots pass at which offices work."""
        self.slot = self.slots.office_after(self.slot, self.rng.randint(fewest, most))

    def wait_until(self, day: date) -> None:
        """Let the days pass until the first slot of this one."""
        after = self.slots.within(day, day + DAY)
        self.slot = after[0] if after else len(self.slots)

    def one_of(self, texts: Sequence[str]) -> str:
        """Choose a text."""
        return self.rng.choice(texts)

    def go_round(self, limit: Limit) -> None:
        """Begin the next cycle, with the time that it allows."""
        self.cycle += 1
        self.offered(limit)

    def offered(self, limit: Limit | None = None) -> None:
        """Count the time of an order that is made now."""
        if self.slot < len(self.slots):
            at = self.slots[self.slot].at
            self._due = working_time.due(at, limit or self.matter.limit, self.slots.calendar).at

    def due_on(self, day: date) -> None:
        """Let the order be due on a day that somebody has named."""
        self._due = self.slots.calendar.moment(day.toordinal(), self.slots.calendar.hours.closing)

    def put_off(self, days: int) -> None:
        """Put the due time off."""
        if self._due is not None:
            self._due = working_time.extended(self._due, days, self.matter.limit, self.slots.calendar).at

    def wait_for_work(self, *, late: bool) -> None:
        """Let the work be done somewhere within the time that is allowed, or soon after it."""
        due = self._due
        if due is None or self.slot >= len(self.slots):
            return
        # One that lies just on the margin is of neither side.
        first, last = self.slots.first_from(due - _MARGIN), self.slots.first_from(due + _MARGIN)
        fitting = [
            each
            for each in (range(max(last, self.slot), len(self.slots)) if late else range(self.slot, first))
            if self.matter.urgent or self.slots[each].works
        ]
        fitting = fitting[:_LATE_CHOICES] if late else fitting
        # What is worked at for days is not done as soon as it is signed.
        fitting = fitting[1:] or fitting
        self.slot = self.rng.choice(fitting) if fitting else len(self.slots)
