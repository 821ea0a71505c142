"""The mirrored departments in PostgreSQL."""

from typing import NamedTuple

import sqlalchemy as sa

from chassis.data import bulk
from chassis.data.store import Change, Store
from services.governance.reference.models import department

_DEPARTMENTS = sa.text("SELECT code, name_zh, name_en FROM department WHERE code = ANY(:keys)")
_COUNT = sa.text("SELECT count(*) FROM department")
_NAME = "ON CONFLICT (code) DO UPDATE SET name_zh = EXCLUDED.name_zh, name_en = EXCLUDED.name_en"


class Department(NamedTuple):
    """A department as governance knows it."""

    code: str
    name_zh: str
    name_en: str


class Departments(Store[str, Department]):
    """The departments, by code."""

    def load_many(self, keys: list[str]) -> dict[str, Department]:
        """Read the departments that exist."""
        # A code comes from a caller; PostgreSQL takes no null character even to compare.
        rows = self.connection.execute(_DEPARTMENTS, {"keys": [key for key in keys if "\0" not in key]})
        return {row[0]: Department(*row) for row in rows}

    def save_many(self, changes: list[Change[str, Department]]) -> None:
        """Write the departments."""
        rows = [change.new._asdict() for change in changes]
        bulk.insert(self.connection, department, rows, on_conflict=_NAME)


def count(connection: sa.Connection) -> int:
    """Return how many departments are mirrored."""
    return int(connection.scalar(_COUNT) or 0)
