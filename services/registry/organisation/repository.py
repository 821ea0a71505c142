"""The organisation in PostgreSQL: read and locked by code, written by upsert."""

from datetime import date
from typing import ClassVar, Generic, NamedTuple, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from chassis.data import bulk
from chassis.data.store import Change, Journal, Store
from contracts.commands.people import BodyView, CommunityView, GroupView
from contracts.events.registry import Tier
from services.registry.organisation.category import Category
from services.registry.organisation.community import Body, Group
from services.registry.organisation.department import Department
from services.registry.organisation.models import (
    bodies,
    categories,
    departments,
    grouped_households,
    groups,
    places,
)
from services.registry.organisation.place import Place

_TODAY = sa.literal_column("(cell_now() AT TIME ZONE 'Asia/Shanghai')::date", sa.Date)
_ALONE = sa.text("SELECT pg_advisory_xact_lock(20120601)")
_DAY = "(cell_now() AT TIME ZONE 'Asia/Shanghai')::date"
_STANDS = f"valid_from <= {_DAY} AND (valid_to IS NULL OR {_DAY} < valid_to)"
_BODIES = sa.text(f"""
SELECT code, kind, name_zh, name_en, valid_from FROM community_body
WHERE community = :community AND {_STANDS} ORDER BY kind
""")  # noqa: S608 - nothing that is given is written into it
_GROUPS = sa.text(f"""
SELECT code, name_zh, name_en,
       (SELECT count(*) FROM grouped_household WHERE group_code = code) AS households
FROM resident_group WHERE community = :community AND {_STANDS} ORDER BY code
""")  # noqa: S608

V = TypeVar("V", Place, Department, Category)


class Known(NamedTuple, Generic[V]):
    """A value as it was last defined, and how many events have told of it."""

    value: V
    emitted: int


class DefinitionStore(Store[str, Known[V]], Generic[V]):
    """Values under their codes, in one table whose columns are their fields."""

    table: ClassVar[sa.Table]
    kind: type[V]

    def load_many(self, keys: list[str]) -> dict[str, Known[V]]:
        """Read and lock what is defined."""
        rows = self.connection.execute(
            sa.select(self.table)
            .where(self.table.c.code == sa.any_(sa.cast(keys, sa.ARRAY(sa.Text))))
            .order_by(self.table.c.code)
            .with_for_update()
        )
        return {
            row["code"]: Known(msgspec.convert(row, self.kind), row["emitted"]) for row in rows.mappings()
        }

    def save_many(self, changes: list[Change[str, Known[V]]]) -> None:
        """Write what was defined."""
        rows = [
            {**msgspec.structs.asdict(change.new.value), "emitted": change.new.emitted} for change in changes
        ]
        sets = ", ".join(f'"{name}" = EXCLUDED."{name}"' for name in rows[0] if name != "code")
        bulk.insert(self.connection, self.table, rows, on_conflict=f"ON CONFLICT (code) DO UPDATE SET {sets}")


class PlaceStore(DefinitionStore[Place]):
    """The district's tree by code."""

    table = places
    kind = Place


class DepartmentStore(DefinitionStore[Department]):
    """The departments by code."""

    table = departments
    kind = Department


class CategoryStore(DefinitionStore[Category]):
    """The categories of both levels by code; written after the departments that they name."""

    flush_order: ClassVar[int] = 1
    table = categories
    kind = Category


class Communities(Journal[Body | Group]):
    """Bodies and groups that communities begin with; what is on record already stays as it is."""

    def write_many(self, rows: list[Body | Group]) -> None:
        """Write them, after the places that they are of."""
        found = [msgspec.structs.asdict(each) for each in rows if isinstance(each, Group)]
        grouped = [
            {"household": household, "group_code": each["code"]}
            for each in found
            for household in each.pop("households")
        ]
        for table, given in (
            (bodies, [msgspec.structs.asdict(each) for each in rows if isinstance(each, Body)]),
            (groups, found),
            (grouped_households, grouped),
        ):
            bulk.insert(self.connection, table, given, on_conflict="ON CONFLICT DO NOTHING")


def define_alone(connection: Connection) -> None:
    """Let one process at a time define things, until the transaction ends."""
    connection.execute(_ALONE)


def places_on(
    connection: Connection, day: date | None, *, parent: str | None, tier: Tier | None
) -> list[Place]:
    """Return the places that exist on `day`, None being the cell's today, in the order of their codes."""
    at = sa.func.coalesce(sa.cast(day, sa.Date), _TODAY)
    wanted = sa.select(places).where(
        places.c.valid_from <= at, sa.or_(places.c.valid_to.is_(None), at < places.c.valid_to)
    )
    if parent is not None:
        wanted = wanted.where(places.c.parent == parent)
    if tier is not None:
        wanted = wanted.where(places.c.tier == tier.value)
    rows = connection.execute(wanted.order_by(places.c.code)).mappings()
    return [msgspec.convert(row, Place) for row in rows]


def all_categories(connection: Connection) -> list[Category]:
    """Return the categories of both levels, in the order of their codes."""
    rows = connection.execute(sa.select(categories).order_by(categories.c.code)).mappings()
    return [msgspec.convert(row, Category) for row in rows]


def community(connection: Connection, code: str) -> CommunityView:
    """Return how a community is organised on the cell's day; empty where there is no such community."""
    given = {"community": code}
    return CommunityView(
        code=code,
        bodies=tuple(msgspec.convert(row, BodyView) for row in connection.execute(_BODIES, given).mappings()),
        groups=tuple(
            msgspec.convert(row, GroupView) for row in connection.execute(_GROUPS, given).mappings()
        ),
    )


def all_departments(connection: Connection) -> list[Department]:
    """Return the departments, in the order of their codes."""
    rows = connection.execute(sa.select(departments).order_by(departments.c.code)).mappings()
    return [msgspec.convert(row, Department) for row in rows]
