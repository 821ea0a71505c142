"""Reading decided work for views: the SQL of the queries. Nothing is locked."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from contracts.commands.assemblies import WorkPage, WorkView
from services.governance.decided_work.work import WorkItem
from services.governance.paging import Cursor, encode

_PAGE = sa.text("""
SELECT * FROM work_item
WHERE (CAST(:community AS text) IS NULL OR community = :community)
  AND (CAST(:at AS timestamptz) IS NULL OR (certified_at, case_id) < (:at, :id))
ORDER BY certified_at DESC, case_id DESC LIMIT :limit
""")
_OF = sa.text("SELECT * FROM work_item WHERE origin_id = ANY(:origins) ORDER BY certified_at, case_id")


def page(connection: Connection, *, community: str | None, behind: Cursor | None, limit: int) -> WorkPage:
    """Return a page of decided work, newest first."""
    given = {
        "community": community,
        "at": None if behind is None else behind.at,
        "id": None if behind is None else behind.id,
        "limit": limit + 1,
    }
    found = [msgspec.convert(row, WorkItem) for row in connection.execute(_PAGE, given).mappings()]
    last = found[limit - 1] if len(found) > limit else None
    return WorkPage(
        items=tuple(view_of(item) for item in found[:limit]),
        next_cursor=None if last is None else encode(Cursor(last.certified_at, last.case_id)),
    )


def of(connection: Connection, origins: Sequence[UUID]) -> tuple[WorkView, ...]:
    """Return what some decisions have led to, oldest first."""
    rows = connection.execute(_OF, {"origins": list(origins)}).mappings()
    return tuple(view_of(msgspec.convert(row, WorkItem)) for row in rows)


def view_of(item: WorkItem) -> WorkView:
    """Return a work item without the account that answers for it."""
    fields = {name: getattr(item, name) for name in WorkView.__struct_fields__ if name != "origin"}
    return WorkView(origin=item.origin.value, **fields)
