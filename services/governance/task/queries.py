"""What everybody may ask about tasks and the entry list."""

import msgspec
import sqlalchemy as sa

from chassis.data.engine import Database
from contracts.commands.tasks import EntryList, EntryView, TaskPage, TaskView
from services.governance import paging
from services.governance.paging import Cursor, encode
from services.governance.task.task import ENTRY_LIST

_PAGE = sa.text("""
SELECT id AS task_id, department, community, item, text, due_on, funding_fen, proposed_at
FROM committee_task
WHERE (CAST(:community AS text) IS NULL OR community = :community)
  AND (CAST(:at AS timestamptz) IS NULL OR (proposed_at, id) < (:at, :id))
ORDER BY proposed_at DESC, id DESC LIMIT :limit
""")


def entry_list() -> EntryList:
    """Return what may be asked of residents' committees, and by whom."""
    return EntryList(
        items=tuple(
            EntryView(
                code=each.code,
                name_zh=each.name_zh,
                name_en=each.name_en,
                departments=tuple(sorted(each.departments)),
                basis=each.basis,
            )
            for each in ENTRY_LIST.values()
        )
    )


def tasks(
    database: Database, *, community: str | None = None, cursor: str | None = None, limit: int = 20
) -> TaskPage:
    """Return what departments have asked of committees, newest first. Raises: Invalid, MalformedCursor."""
    behind, most = paging.decode(cursor), paging.checked(limit)
    given = {
        "community": community,
        "at": None if behind is None else behind.at,
        "id": None if behind is None else behind.id,
        "limit": most + 1,
    }
    with database.reading() as connection:
        found = [msgspec.convert(row, TaskView) for row in connection.execute(_PAGE, given).mappings()]
    last = found[most - 1] if len(found) > most else None
    return TaskPage(
        items=tuple(found[:most]),
        next_cursor=None if last is None else encode(Cursor(last.proposed_at, last.task_id)),
    )
