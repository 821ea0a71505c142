"""Tasks in PostgreSQL: the only SQL that changes them."""

from uuid import UUID

import msgspec
import sqlalchemy as sa

from chassis.data import bulk
from chassis.data.store import Change, Store
from services.governance.meeting.repository import columns
from services.governance.task.models import committee_task
from services.governance.task.task import Task

_TASKS = sa.text("SELECT * FROM committee_task WHERE id = ANY(:keys)")
_KNOWN = sa.text("SELECT EXISTS (SELECT FROM grid WHERE community = :community)")


class Tasks(Store[UUID, Task]):
    """The tasks; they never change."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, Task]:
        """Read the tasks that exist."""
        rows = self.connection.execute(_TASKS, {"keys": keys}).mappings()
        return {row["id"]: msgspec.convert(row, Task) for row in rows}

    def has_community(self, community: str) -> bool:
        """Return whether a community has a grid that is known."""
        return "\0" not in community and bool(self.connection.scalar(_KNOWN, {"community": community}))

    def save_many(self, changes: list[Change[UUID, Task]]) -> None:
        """Write new tasks."""
        bulk.insert(self.connection, committee_task, [columns(change.new) for change in changes])
