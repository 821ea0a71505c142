"""An assembly and what belongs to it. Pure."""

from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from contracts.commands.assemblies import AssemblyState as State
from contracts.commands.rules import Counts, Electorate, Judged

# Who can meet in a room and raise hands; owners and elections have votes of their own.
MEETING = frozenset(
    {Electorate.ADULTS, Electorate.HOUSEHOLDS, Electorate.DELEGATES, Electorate.REPRESENTATIVES}
)
MOST_POINTS, MOST_OBJECTIONS, MOST_ACTIONS = 20, 500, 20


class AgendaPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the agenda; what is None is not decided yet."""

    id: UUID
    question: str
    topic_id: UUID | None
    yes: int | None = None
    no: int | None = None
    abstain: int | None = None
    passed: bool | None = None
    decided_by: str | None = None
    inequalities: tuple[Judged, ...] = ()
    resolution: str | None = None
    owner: str | None = None
    due_on: date | None = None
    dispatched: bool = False


class Objection(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody has against the result. Whose it is stays in this database."""

    id: UUID
    by: UUID
    at: datetime
    text: str
    answer: str | None = None


class Assembly(msgspec.Struct, frozen=True, kw_only=True):
    """One assembly, by a rule whose hash it is bound to from the notice on.

    `counts` are those of the rule before anybody comes; `present` is counted at the door.
    """

    id: UUID
    community: str
    title: str
    state: State
    rule: str
    rule_hash: str
    publication_days: int
    notice_days: int
    counts: Counts
    convened_by: UUID
    convened_at: datetime
    sitting: int
    held_at: datetime
    venue: str
    present: int | None = None
    agenda: tuple[AgendaPoint, ...] = ()
    objections: tuple[Objection, ...] = ()
    published_at: datetime | None = None
    reason: str | None = None
    version: int = 1

    @property
    def certifiable_from(self) -> datetime | None:
        """When the result has been published long enough."""
        if self.published_at is None:
            return None
        return self.published_at + timedelta(days=self.publication_days)

    @property
    def counted(self) -> Counts:
        """The counts with those who are there."""
        return msgspec.structs.replace(self.counts, p=self.present)
