"""Reading assemblies for views: the SQL of the queries. Nothing is locked; nobody's account is in a view."""

from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from contracts.commands.assemblies import (
    AssemblyObjectionView,
    AssemblyPage,
    AssemblySummary,
    AssemblyView,
    PointView,
)
from services.governance.assembly.assembly import AgendaPoint, Assembly
from services.governance.decided_work import reads as work
from services.governance.paging import Cursor, encode

_PAGE = sa.text("""
SELECT * FROM assembly
WHERE (CAST(:community AS text) IS NULL OR community = :community)
  AND (CAST(:at AS timestamptz) IS NULL OR (convened_at, id) < (:at, :id))
ORDER BY convened_at DESC, id DESC LIMIT :limit
""")
_ONE = sa.text("SELECT * FROM assembly WHERE id = :id")
_ALIKE = tuple(name for name in AssemblySummary.__struct_fields__ if name != "assembly_id")
_OF_POINT = tuple(name for name in PointView.__struct_fields__ if name != "point_id")


def page(connection: Connection, *, community: str | None, behind: Cursor | None, limit: int) -> AssemblyPage:
    """Return a page of assemblies, newest first."""
    given = {
        "community": community,
        "at": None if behind is None else behind.at,
        "id": None if behind is None else behind.id,
        "limit": limit + 1,
    }
    found = [msgspec.convert(row, Assembly) for row in connection.execute(_PAGE, given).mappings()]
    last = found[limit - 1] if len(found) > limit else None
    return AssemblyPage(
        items=tuple(AssemblySummary(**_summary(each)) for each in found[:limit]),
        next_cursor=None if last is None else encode(Cursor(last.convened_at, last.id)),
    )


def one(connection: Connection, assembly_id: UUID) -> AssemblyView | None:
    """Return an assembly with what it has led to."""
    row = connection.execute(_ONE, {"id": assembly_id}).mappings().first()
    if row is None:
        return None
    assembly = msgspec.convert(row, Assembly)
    return AssemblyView(
        **_summary(assembly),
        counts=assembly.counts,
        agenda=tuple(map(_point, assembly.agenda)),
        objections=tuple(
            AssemblyObjectionView(objection_id=each.id, at=each.at, text=each.text, answer=each.answer)
            for each in assembly.objections
        ),
        reason=assembly.reason,
        work=work.of(connection, [point.id for point in assembly.agenda]),
    )


def _summary(assembly: Assembly) -> dict[str, Any]:
    return {"assembly_id": assembly.id, **{name: getattr(assembly, name) for name in _ALIKE}}


def _point(point: AgendaPoint) -> PointView:
    return PointView(point_id=point.id, **{name: getattr(point, name) for name in _OF_POINT})
