"""Assemblies in PostgreSQL: the only SQL that changes them."""

from uuid import UUID

import msgspec
import sqlalchemy as sa

from chassis.data import bulk
from chassis.data.store import Change, Store
from services.governance.assembly.assembly import Assembly
from services.governance.assembly.models import assembly
from services.governance.meeting.repository import columns

_ASSEMBLIES = sa.text("SELECT * FROM assembly WHERE id = ANY(:keys) ORDER BY id FOR UPDATE")


class Assemblies(Store[UUID, Assembly]):
    """The assemblies of one unit of work, locked."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, Assembly]:
        """Read and lock the assemblies that exist."""
        rows = self.connection.execute(_ASSEMBLIES, {"keys": keys}).mappings()
        return {row["id"]: msgspec.convert(row, Assembly) for row in rows}

    def save_many(self, changes: list[Change[UUID, Assembly]]) -> None:
        """Write new assemblies, and known ones as they are now."""
        made = [columns(change.new) for change in changes if change.old is None]
        known = [columns(change.new) for change in changes if change.old is not None]
        bulk.insert(self.connection, assembly, made)
        bulk.update(self.connection, assembly, known, key=("id",))
