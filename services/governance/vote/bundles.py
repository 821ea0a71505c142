"""Signed bundles in PostgreSQL: the only SQL that touches them."""

from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from chassis.data import bulk
from contracts.commands.bundles import Audience, BundleView
from services.governance.vote.bundling import File
from services.governance.vote.models import bundle, bundle_part

_UNSIGNED = sa.text("""
SELECT v.id FROM vote v
WHERE v.counted_at IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM bundle b WHERE b.vote_id = v.id AND b.counted_at = v.counted_at)
ORDER BY v.counted_at, v.id
""")
_DROP = (
    sa.text("DELETE FROM bundle_part WHERE vote_id = :vote_id"),
    sa.text("DELETE FROM bundle WHERE vote_id = :vote_id"),
)
_VIEW = sa.text(
    "SELECT vote_id, audience, digest, ballots_root, key, sha256, size_bytes, parts "
    "FROM bundle WHERE vote_id = :vote_id AND audience = :audience"
)
_PART = sa.text(
    "SELECT content FROM bundle_part WHERE vote_id = :vote_id AND audience = :audience AND number = :number"
)


def unsigned(connection: Connection) -> list[UUID]:
    """Return the votes that wait for the bundle of their newest count, whoever has waited longest first."""
    return list(connection.scalars(_UNSIGNED))


def keep(connection: Connection, files: list[File]) -> None:
    """Write the files of one vote, in place of those of an earlier count."""
    for statement in _DROP:
        connection.execute(statement, {"vote_id": files[0].vote_id})
    bulk.insert(connection, bundle, [_row(each) for each in files])
    for each in files:
        named = {"vote_id": each.vote_id, "audience": each.audience}
        for number, content in enumerate(each.parts):
            bulk.insert(connection, bundle_part, [{**named, "number": number, "content": content}])


def view(connection: Connection, vote_id: UUID, audience: Audience) -> BundleView | None:
    """Return what a bundle is, None where there is none."""
    given = {"vote_id": vote_id, "audience": audience.value}
    row = connection.execute(_VIEW, given).mappings().one_or_none()
    return None if row is None else msgspec.convert(row, BundleView)


def part(connection: Connection, vote_id: UUID, audience: Audience, number: int) -> bytes | None:
    """Return one part of a bundle's file."""
    given = {"vote_id": vote_id, "audience": audience.value, "number": number}
    found = connection.scalar(_PART, given)
    return None if found is None else bytes(found)


def _row(file: File) -> dict[str, object]:
    return {
        "vote_id": file.vote_id,
        "audience": file.audience.value,
        "counted_at": file.counted_at,
        "digest": file.digest,
        "ballots_root": file.ballots_root,
        "key": file.key,
        "sha256": file.sha256,
        "size_bytes": len(file.content),
        "parts": sum(1 for _ in file.parts),
    }
