"""The mirrored matrix and departments in PostgreSQL."""

from collections import defaultdict
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from chassis.data import bulk
from chassis.data.store import Change, Store
from services.dispatch.responsibility.matrix import Assignment, Matrix
from services.dispatch.responsibility.models import department, responsibility

_MATRIX = sa.text("SELECT * FROM responsibility WHERE category = ANY(:keys) ORDER BY category, valid_from")
_DEPARTMENTS = sa.text("SELECT code, name_zh, name_en FROM department WHERE code = ANY(:keys)")
_ASSIGN = (
    "ON CONFLICT (category, valid_from) DO UPDATE SET department = EXCLUDED.department, "
    'kind = EXCLUDED.kind, urgency = EXCLUDED.urgency, "limit" = EXCLUDED."limit"'
)
_NAME = "ON CONFLICT (code) DO UPDATE SET name_zh = EXCLUDED.name_zh, name_en = EXCLUDED.name_en"


class Responsibilities(Store[str, Matrix]):
    """The matrix, by category."""

    def load_many(self, keys: list[str]) -> dict[str, Matrix]:
        """Read every assignment of the categories."""
        found: dict[str, list[Assignment]] = defaultdict(list)
        for row in self.connection.execute(_MATRIX, {"keys": keys}).mappings():
            found[row["category"]].append(msgspec.convert(row, Assignment))
        return {category: Matrix(assignments=tuple(rows)) for category, rows in found.items()}

    def save_many(self, changes: list[Change[str, Matrix]]) -> None:
        """Write the assignments that are new or changed."""
        rows = [
            msgspec.structs.asdict(each)
            for change in changes
            for each in change.new.assignments
            if change.old is None or each not in change.old.assignments
        ]
        bulk.insert(self.connection, responsibility, rows, on_conflict=_ASSIGN)


class Department(NamedTuple):
    """A department as dispatch knows it."""

    code: str
    name_zh: str
    name_en: str


class Departments(Store[str, Department]):
    """The departments, by code."""

    def load_many(self, keys: list[str]) -> dict[str, Department]:
        """Read the departments that exist."""
        rows = self.connection.execute(_DEPARTMENTS, {"keys": keys})
        return {row[0]: Department(*row) for row in rows}

    def save_many(self, changes: list[Change[str, Department]]) -> None:
        """Write the departments."""
        rows = [change.new._asdict() for change in changes]
        bulk.insert(self.connection, department, rows, on_conflict=_NAME)


def department_exists(connection: Connection, code: str) -> bool:
    """Return whether a department has this code."""
    # A code comes from a caller; PostgreSQL takes no null character even to compare.
    return "\0" not in code and connection.execute(_DEPARTMENTS, {"keys": [code]}).first() is not None
