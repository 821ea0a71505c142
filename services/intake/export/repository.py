"""The only SQL of exports."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from chassis.data import bulk
from chassis.data.store import Change, Store
from chassis.principal import Principal
from contracts.commands.exports import Encoding, ExportFilters, ExportState, Language
from contracts.commands.intake import PageOrder
from services.intake.case.cursor import Cursor
from services.intake.export.export import Export
from services.intake.export.models import chunks, exports

_COLUMNS = (
    "export_id, principal::text, filters::text, encoding, language, state, requested_at, expires_at, "
    "worked_at, rows, size_bytes, chunks, sha256, behind_at, behind_id"
)
_UNDER_WAY = "state IN ('queued', 'running')"
# Two processes that are asked by one account count one after the other.
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtext('export ' || :account_id))")
_OF_ACCOUNT = sa.text(f"SELECT {_COLUMNS} FROM case_export WHERE account_id = :account_id AND {_UNDER_WAY}")  # noqa: S608
_NEXT = sa.text(
    f"SELECT {_COLUMNS} FROM case_export WHERE {_UNDER_WAY} "  # noqa: S608
    "ORDER BY worked_at LIMIT 1 FOR UPDATE SKIP LOCKED"
)
_ONE = sa.text(
    f"SELECT {_COLUMNS} FROM case_export "  # noqa: S608
    "WHERE export_id = :export_id AND account_id = :account_id AND expires_at > cell_now()"
)
_CHUNK = sa.text("SELECT content FROM case_export_chunk WHERE export_id = :export_id AND number = :number")
_DROP_CHUNKS = sa.text("DELETE FROM case_export_chunk WHERE export_id = ANY(:ids)")
_DROP_EXPIRED = sa.text(
    "DELETE FROM case_export WHERE export_id IN (SELECT export_id FROM case_export "
    "WHERE expires_at <= cell_now() ORDER BY expires_at LIMIT :limit FOR UPDATE SKIP LOCKED) "
    "RETURNING export_id"
)

_principals = msgspec.json.Decoder(Principal)
_filters = msgspec.json.Decoder(ExportFilters | None)


class UnderWay(Store[UUID, tuple[Export, ...]]):
    """The exports of an account that are not finished."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, tuple[Export, ...]]:
        """Read an account's exports, so that nobody else adds one meanwhile."""
        return {key: self._of(key) for key in keys}

    def save_many(self, changes: list[Change[UUID, tuple[Export, ...]]]) -> None:
        """Write new exports."""
        new = [_row(each) for change in changes for each in change.new if each not in (change.old or ())]
        bulk.insert(self.connection, exports, new)

    def _of(self, account_id: UUID) -> tuple[Export, ...]:
        given = {"account_id": str(account_id)}
        self.connection.execute(_LOCK, given)
        return tuple(map(_export, self.connection.execute(_OF_ACCOUNT, given)))


def take(connection: Connection) -> Export | None:
    """Lock and return the export that has waited longest for its next part; None where there is none."""
    row = connection.execute(_NEXT).one_or_none()
    return None if row is None else _export(row)


def keep(connection: Connection, export: Export, content: bytes | None = None) -> None:
    """Write how far an export has come, and its newest part."""
    bulk.update(connection, exports, [_row(export)], key=("export_id",))
    if content is not None:
        part = {"export_id": export.export_id, "number": export.chunks - 1, "content": content}
        bulk.insert(connection, chunks, [part])


def parts(connection: Connection, export: Export) -> Iterator[bytes]:
    """Give the parts of a file in order, one at a time."""
    for number in range(export.chunks):
        yield part(connection, export.export_id, number) or b""


def part(connection: Connection, export_id: UUID, number: int) -> bytes | None:
    """Return one part of a file."""
    found = connection.scalar(_CHUNK, {"export_id": export_id, "number": number})
    return None if found is None else bytes(found)


def drop_parts(connection: Connection, ids: list[UUID]) -> None:
    """Delete the parts of exports."""
    connection.execute(_DROP_CHUNKS, {"ids": ids})


def drop_expired(connection: Connection, *, limit: int) -> int:
    """Delete some of the exports whose time is over; return how many."""
    ids = list(connection.scalars(_DROP_EXPIRED, {"limit": limit}))
    drop_parts(connection, ids)
    return len(ids)


def export_of(connection: Connection, export_id: UUID, account_id: UUID) -> Export | None:
    """Return an account's export, None where it has none of this id."""
    row = connection.execute(_ONE, {"export_id": export_id, "account_id": account_id}).one_or_none()
    return None if row is None else _export(row)


def _row(export: Export) -> dict[str, Any]:
    row = {name: getattr(export, name) for name in export.__struct_fields__ if name != "behind"}
    behind_at, behind_id = (None, None) if export.behind is None else export.behind[:2]
    return row | {"account_id": export.account_id, "behind_at": behind_at, "behind_id": behind_id}


def _export(row: sa.Row[Any]) -> Export:
    given = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    at, last = given.pop("behind_at"), given.pop("behind_id")
    return Export(
        **given
        | {
            "principal": _principals.decode(given["principal"]),
            "filters": _filters.decode(given["filters"] or "null"),
            "encoding": Encoding(given["encoding"]),
            "language": Language(given["language"]),
            "state": ExportState(given["state"]),
            "behind": None if at is None else Cursor(at, last, PageOrder.NEWEST),
        }
    )
