"""The mirror's only SQL."""

from collections import defaultdict
from typing import NamedTuple
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from chassis.data import bulk
from chassis.data.store import Change, Store
from contracts.vocabulary import Role
from services.notify.reference.models import accounts, addressees, categories
from services.notify.reference.relations import Account, Relation

_ACCOUNTS = sa.text(
    "SELECT account_id, roles, community, grid, department FROM account WHERE account_id = ANY(:ids)"
)
_KEEP_ACCOUNT = (
    "ON CONFLICT (account_id) DO UPDATE SET roles = EXCLUDED.roles, community = EXCLUDED.community, "
    "grid = EXCLUDED.grid, department = EXCLUDED.department"
)
_NO_LONGER = sa.text("DELETE FROM addressee WHERE account_id = ANY(:ids)")
_ADDRESSEES = sa.text(
    "SELECT role, place, account_id FROM addressee WHERE (role, place) IN "
    "(SELECT * FROM unnest(CAST(:roles AS text[]), CAST(:places AS text[]))) ORDER BY account_id"
)
_KEEP_CATEGORY = "ON CONFLICT (code) DO UPDATE SET name_zh = EXCLUDED.name_zh, name_en = EXCLUDED.name_en"
_COUNTS = sa.text("SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM category)")
_CATEGORIES = sa.text("SELECT code, name_zh, name_en FROM category WHERE code = ANY(:codes)")


class AccountStore(Store[UUID, Account]):
    """The mirrored accounts by id."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, Account]:
        """Read accounts."""
        rows = self.connection.execute(_ACCOUNTS, {"ids": keys}).mappings()
        return {row["account_id"]: msgspec.convert(row, Account) for row in rows}

    def save_many(self, changes: list[Change[UUID, Account]]) -> None:
        """Write accounts, and whom each relation leads to."""
        rows = [msgspec.structs.asdict(change.new) for change in changes]
        bulk.insert(self.connection, accounts, rows, on_conflict=_KEEP_ACCOUNT)
        self.connection.execute(_NO_LONGER, {"ids": [change.key for change in changes]})
        found = [
            {"role": relation.role.value, "place": relation.place, "account_id": change.key}
            for change in changes
            for relation in change.new.relations()
        ]
        bulk.insert(self.connection, addressees, found)


class Addressees(Store[Relation, tuple[UUID, ...]]):
    """The accounts that a relation leads to; read here, written with the accounts."""

    def load_many(self, keys: list[Relation]) -> dict[Relation, tuple[UUID, ...]]:
        """Read all relations in one statement."""
        given = {"roles": [key.role.value for key in keys], "places": [key.place for key in keys]}
        found: dict[Relation, list[UUID]] = defaultdict(list)
        for role, place, account_id in self.connection.execute(_ADDRESSEES, given):
            found[Relation(Role(role), place)].append(account_id)
        return {relation: tuple(people) for relation, people in found.items()}

    def save_many(self, changes: list[Change[Relation, tuple[UUID, ...]]]) -> None:
        """Addressees follow from accounts alone."""
        raise AssertionError(changes)


class Category(NamedTuple):
    """A category as a message names it."""

    code: str
    name_zh: str
    name_en: str


class CategoryStore(Store[str, Category]):
    """The mirrored names of categories."""

    def load_many(self, keys: list[str]) -> dict[str, Category]:
        """Read names."""
        return names(self.connection, keys)

    def save_many(self, changes: list[Change[str, Category]]) -> None:
        """Write names."""
        rows = [change.new._asdict() for change in changes]
        bulk.insert(self.connection, categories, rows, on_conflict=_KEEP_CATEGORY)


def names(connection: Connection, codes: list[str]) -> dict[str, Category]:
    """Return the names of categories, by code."""
    return {row[0]: Category(*row) for row in connection.execute(_CATEGORIES, {"codes": codes})}


def counts(connection: Connection) -> tuple[int, int]:
    """Return how many accounts and categories are mirrored."""
    row = connection.execute(_COUNTS).one()
    return int(row[0]), int(row[1])
