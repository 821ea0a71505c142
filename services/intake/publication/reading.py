"""What a publication reads, all of it in one snapshot: the only SQL of this room."""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from services.intake.archive.log import stamp
from services.intake.case import rows
from services.intake.figures.reads import Period
from services.intake.publication.lines import Line, Origin, entry_line
from services.intake.reference.values import SHANGHAI

_REPORTED = "c.reported_at >= :begin AND c.reported_at < :end"
_ENTRY_COLUMNS = ", ".join(f"t.{name}" for name in rows.ENTRY_COLUMNS.split(", "))
_LIVES = sa.text(
    f"SELECT c.number, c.community, c.grid, c.reporter_id IS NULL, {_ENTRY_COLUMNS} "  # noqa: S608
    f"FROM cases c JOIN case_timeline t ON t.case_id = c.case_id WHERE {_REPORTED} "
    "ORDER BY c.number, t.position"
)
_BEHIND = sa.text(
    f"SELECT count(*) FROM cases c LEFT JOIN figure_case f ON f.case_id = c.case_id WHERE {_REPORTED} "  # noqa: S608
    "AND CAST(f.tally ->> 'position' AS integer) IS DISTINCT FROM c.version"
)
_SEALS = sa.text(
    f"SELECT c.case_id, c.number, s.sealed_at, s.commitments, s.seal FROM cases c "  # noqa: S608
    f"JOIN case_seal s ON s.case_id = c.case_id WHERE {_REPORTED} AND s.log_index IS NOT NULL "
    "ORDER BY s.log_index"
)
_LOG = sa.text("SELECT log_index, case_id, seal FROM case_seal WHERE log_index < :size ORDER BY log_index")
_CATEGORIES = sa.text("SELECT code, kind FROM categories ORDER BY code")


def _ends(period: Period) -> dict[str, datetime]:
    def midnight(of: object) -> datetime:
        return datetime.fromisoformat(f"{of}T00:00:00").replace(tzinfo=SHANGHAI)

    return {"begin": midnight(period.since), "end": midnight(period.until)}


def not_counted(connection: Connection, period: Period) -> int:
    """Return how many cases of the period the figures have not caught up with."""
    return int(connection.scalar(_BEHIND, _ends(period)) or 0)


def events(connection: Connection, period: Period) -> Iterator[Line]:
    """Give every entry of the period's cases, by number and position."""
    for number, community, grid, anonymous, *entry in connection.execute(_LIVES, _ends(period)):
        origin = Origin(number=number, community=community, grid=grid, anonymous=anonymous)
        yield entry_line(rows.to_entry(entry), origin)


def seals(connection: Connection, period: Period) -> Iterator[Line]:
    """Give the seals of the period's cases, in the order of the log."""
    for case_id, number, sealed_at, commitments, seal in connection.execute(_SEALS, _ends(period)):
        yield {
            "case_id": str(case_id),
            "number": number,
            "sealed_at": stamp(sealed_at),
            "commitments": list(commitments),
            "seal": seal,
        }


def log(connection: Connection, size: int) -> Iterator[Line]:
    """Give the first `size` leaves of the log."""
    for index, case_id, seal in connection.execute(_LOG, {"size": size}):
        yield {"index": index, "case_id": str(case_id), "seal": seal}


def categories(connection: Connection) -> Iterator[Line]:
    """Give every category with the group that it is counted in."""
    for code, kind in connection.execute(_CATEGORIES):
        yield {"code": code, "kind": kind, "group": code[:2]}
