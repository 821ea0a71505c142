"""The lives of orders, and the departments' messages that were refused, in PostgreSQL."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from chassis.data import bulk
from chassis.data.store import Change, Journal, Store
from services.dispatch.work_order.models import refused_reply, work_order_timeline

_REFUSED = sa.text("SELECT command_id, code, refused_at FROM refused_reply WHERE command_id = ANY(:keys)")


class Entry(NamedTuple):
    """One line of an order's life; `late` marks a fact that changed nothing."""

    order_id: UUID
    at: datetime
    kind: str
    step: str
    state: str
    by: str
    late: bool
    detail: dict[str, str]


class Timeline(Journal[Entry]):
    """The lives of orders."""

    def write_many(self, rows: list[Entry]) -> None:
        """Add the lines."""
        bulk.insert(self.connection, work_order_timeline, [row._asdict() for row in rows])


class RefusedReply(NamedTuple):
    """How a department's message was refused."""

    code: str
    refused_at: datetime


class RefusedReplies(Store[UUID, RefusedReply]):
    """The departments' messages that were refused."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, RefusedReply]:
        """Read those that were refused before."""
        rows = self.connection.execute(_REFUSED, {"keys": keys})
        return {row[0]: RefusedReply(row[1], row[2]) for row in rows}

    def save_many(self, changes: list[Change[UUID, RefusedReply]]) -> None:
        """Note those refused now."""
        rows = [
            {"command_id": change.key, **change.new._asdict()} for change in changes if change.old is None
        ]
        bulk.insert(self.connection, refused_reply, rows)
