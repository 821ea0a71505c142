"""Work items and the mirrored cases in PostgreSQL: the only SQL that changes them."""

from typing import NamedTuple
from uuid import UUID

import msgspec
import sqlalchemy as sa

from chassis.data import bulk
from chassis.data.store import Change, Store
from services.governance.decided_work.models import reported_case, work_item
from services.governance.decided_work.work import WorkItem
from services.governance.meeting.repository import columns

_CHANGING = ("number", "case_state", "moved_at")
_ITEMS = sa.text("SELECT * FROM work_item WHERE case_id = ANY(:keys) ORDER BY case_id FOR UPDATE")
_OF_ORIGIN = sa.text("SELECT * FROM work_item WHERE origin_id = :origin ORDER BY case_id")
_CASES = sa.text("SELECT case_id, community, reporter_id FROM reported_case WHERE case_id = ANY(:keys)")


class WorkItems(Store[UUID, WorkItem]):
    """The work items of one unit of work by their case, locked."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, WorkItem]:
        """Read and lock the items that exist."""
        rows = self.connection.execute(_ITEMS, {"keys": keys}).mappings()
        return {row["case_id"]: msgspec.convert(row, WorkItem) for row in rows}

    def of(self, origin_id: UUID) -> list[WorkItem]:
        """Return what one decision has led to, as it was before this unit of work."""
        rows = self.connection.execute(_OF_ORIGIN, {"origin": origin_id}).mappings()
        return [msgspec.convert(row, WorkItem) for row in rows]

    def save_many(self, changes: list[Change[UUID, WorkItem]]) -> None:
        """Write new items, and how far their cases have come."""
        made = [columns(change.new) for change in changes if change.old is None]
        moved = [columns(change.new) for change in changes if change.old is not None]
        bulk.insert(self.connection, work_item, made)
        rows = [{"case_id": row["case_id"], **{name: row[name] for name in _CHANGING}} for row in moved]
        bulk.update(self.connection, work_item, rows, key=("case_id",))


class ReportedCase(NamedTuple):
    """A case as a topic can be promoted from it; `reporter_id` None where it is anonymous."""

    case_id: UUID
    community: str
    reporter_id: UUID | None


class ReportedCases(Store[UUID, ReportedCase]):
    """The cases that intake has told of."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, ReportedCase]:
        """Read the cases that are known."""
        rows = self.connection.execute(_CASES, {"keys": keys})
        return {row[0]: ReportedCase(*row) for row in rows}

    def save_many(self, changes: list[Change[UUID, ReportedCase]]) -> None:
        """Write the cases."""
        rows = [change.new._asdict() for change in changes]
        bulk.insert(self.connection, reported_case, rows, on_conflict="ON CONFLICT (case_id) DO NOTHING")
