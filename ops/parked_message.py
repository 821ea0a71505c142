"""A message that was put aside: what it holds up, what may be done with it, which ones a person wants."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from chassis.processing.parking import FORK
from contracts.naming import department_queue
from contracts.topology import department_user

PARKED, DEAD = "parked", "dead"
REPLAYED, SKIPPED = "replayed", "skipped"


class Parked(msgspec.Struct, frozen=True, kw_only=True):
    """One message, and how many events of its aggregate wait behind it, the first of them since when.

    `service` is a department's queue for a dead letter; `passed` is the last number of its aggregate
    that the service has taken.
    """

    service: str = ""
    message_key: str
    queue: str
    routing_key: str
    source: str | None
    aggregate: str | None
    sequence: int | None
    ordering_key: str | None
    type: str | None
    reason: str
    headers: dict[str, object]
    body: bytes
    state: str
    parked_at: datetime
    settled_at: datetime | None = None
    settled_by: str | None = None
    waiting: int = 0
    waiting_since: datetime | None = None
    passed: int = 0

    @property
    def key(self) -> str:
        """The name that a person gives it by: two services may have parked the same event."""
        return f"{self.service}/{self.message_key}"

    @property
    def is_open(self) -> bool:
        """Whether nobody has settled it."""
        return self.state in (PARKED, DEAD)

    @property
    def holds(self) -> bool:
        """Whether its aggregate cannot go on without it; a fork and a dead letter hold nothing."""
        return self.state == PARKED and self.sequence is not None and self.sequence > self.passed

    @property
    def held_back(self) -> int:
        """How many events wait behind it."""
        return self.waiting if self.holds else 0

    @property
    def remedy(self) -> str | None:
        """Why it cannot be put back in good faith and what to do then; None where it can."""
        if self.state != DEAD and not self.queue.startswith(f"{self.service}.inbox"):
            return (
                f"it came from {self.queue}: the broker vouches for its sender only when the sender "
                "publishes it. Have the department send it again, then skip this one"
            )
        if self.reason.startswith(FORK):
            return "another event has its number and was taken: look at both, then skip it"
        if not self.ordering_key:
            return "it has no ordering key and came from none of ours: look at it, then skip it"
        return None

    def summary(self) -> dict[str, object]:
        """Return everything but headers and body."""
        left_out = ("body", "headers", "message_key", "passed", "waiting", "waiting_since")
        facts = {name: getattr(self, name) for name in self.__struct_fields__ if name not in left_out}
        held = {"held_back": self.held_back, "held_since": self.waiting_since if self.holds else None}
        return {"key": self.key} | facts | held | {"holds": self.holds, "remedy": self.remedy}


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which messages a person asks for; what is None does not matter."""

    service: str | None = None
    department: str | None = None
    aggregate: str | None = None
    reason: str | None = None
    since: datetime | None = None

    def matches(self, each: Parked) -> bool:
        """Say whether it is one of them. An aggregate is a case or an order that the message names."""
        return (
            self.service in (None, each.service)
            and (self.department is None or _is_of(self.department, each))
            and (self.aggregate is None or _names(self.aggregate, each))
            and (self.reason is None or self.reason.casefold() in each.reason.casefold())
            and (self.since is None or each.parked_at >= self.since)
        )


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """The message that is first in line for an aggregate, and how many stand behind it."""

    first: Parked
    behind: int
    since: datetime | None


def lines(messages: Iterable[Parked]) -> list[Line]:
    """Return each aggregate's first, in the order in which they were put aside.

    What holds nothing up stands for itself.
    """
    found = list(messages)
    holding: dict[tuple[str, str | None, str | None], list[Parked]] = {}
    for each in found:
        if each.holds:
            holding.setdefault(_place(each), []).append(each)
    for held in holding.values():
        held.sort(key=lambda each: each.sequence or 0)
    result = []
    for each in found:
        held = holding.get(_place(each), []) if each.holds else [each]
        if held[0] is each:
            behind = each.held_back + len(held) - 1
            result.append(Line(first=each, behind=behind, since=_since(each, held)))
    return result


def spoken(time: timedelta) -> str:
    """Return `2 d 4 h`, `3 h 20 min`, `41 min`, `12 s`."""
    seconds = max(0, int(time.total_seconds()))
    days, hours, minutes = seconds // 86_400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else f"{seconds} s"


def _since(each: Parked, held: list[Parked]) -> datetime | None:
    times = [other.parked_at for other in held[1:]]
    if each.held_back and each.waiting_since is not None:
        times.append(each.waiting_since)
    return min(times, default=None)


def _place(each: Parked) -> tuple[str, str | None, str | None]:
    return each.service, each.source, each.aggregate


def _is_of(department: str, each: Parked) -> bool:
    return each.service == department_queue(department) or (
        each.headers.get("user-id") == department_user(department)
    )


def _names(aggregate: str, each: Parked) -> bool:
    return aggregate in (each.aggregate, each.ordering_key) or aggregate.encode() in each.body
