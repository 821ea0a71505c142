"""Accounts, credentials and failed sign-ins in PostgreSQL."""

from collections.abc import Collection
from datetime import timedelta
from typing import ClassVar, NamedTuple
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from chassis.data import bulk
from chassis.data.store import Change, Store
from contracts.vocabulary import Role
from services.registry.accounts.account import Account
from services.registry.accounts.models import accounts, credentials

_LOAD = sa.text(
    "SELECT account_id, display_name, roles, community, grid, department, emitted FROM account "
    "WHERE account_id = ANY(:ids) ORDER BY account_id FOR UPDATE"
)
_CREDENTIALS = sa.text(
    "SELECT login, account_id, password_hash FROM credential WHERE login = ANY(:logins) "
    "ORDER BY login FOR UPDATE"
)
_WHO = (
    "SELECT coalesce(login, '') AS login, coalesce(password_hash, '') AS password_hash, "
    "account_id, display_name, roles, community, grid, department FROM account "
)
_BY_LOGIN = sa.text(_WHO + "JOIN credential USING (account_id) WHERE login = :login")
# Who signs in by a code has no credential.
_BY_ID = sa.text(_WHO + "LEFT JOIN credential USING (account_id) WHERE account_id = :account_id")
_LOCK = sa.text("SELECT pg_advisory_xact_lock(:key)")
_FAILURES = sa.text(
    "SELECT count(*), coalesce(extract(epoch FROM min(at) + :window - clock_timestamp()), 0) "
    "FROM failed_sign_in WHERE login_hash = :login_hash AND at > clock_timestamp() - :window"
)
_ADD_FAILURE = sa.text("INSERT INTO failed_sign_in (login_hash) VALUES (:login_hash)")
_FORGET_FAILURES = sa.text("DELETE FROM failed_sign_in WHERE login_hash = :login_hash")
_FORGET_OLD = sa.text("DELETE FROM failed_sign_in WHERE at <= clock_timestamp() - :window")
_END_SIGN_INS = sa.text(
    "DELETE FROM credential USING account WHERE credential.account_id = account.account_id "
    "AND account.department = ANY(:departments)"
)
_LATEST = ("display_name", "roles", "community", "grid", "department", "emitted")
_UPSERT = (
    f"ON CONFLICT (account_id) DO UPDATE SET {', '.join(f'{name} = EXCLUDED.{name}' for name in _LATEST)}"
)


class KnownAccount(NamedTuple):
    """An account as it was last defined, and how many events have told of it."""

    account: Account
    emitted: int


class AccountStore(Store[UUID, KnownAccount]):
    """Accounts by id; written after the places and departments that they name."""

    flush_order: ClassVar[int] = 2

    def load_many(self, keys: list[UUID]) -> dict[UUID, KnownAccount]:
        """Read and lock accounts."""
        rows = self.connection.execute(_LOAD, {"ids": keys}).mappings()
        return {row["account_id"]: KnownAccount(_account(row), row["emitted"]) for row in rows}

    def save_many(self, changes: list[Change[UUID, KnownAccount]]) -> None:
        """Write accounts."""
        rows = [
            {**msgspec.structs.asdict(change.new.account), "emitted": change.new.emitted}
            for change in changes
        ]
        bulk.insert(self.connection, accounts, rows, on_conflict=_UPSERT)


class Credential(NamedTuple):
    """What signs somebody in."""

    account_id: UUID
    password_hash: str


class CredentialStore(Store[str, Credential]):
    """Credentials by login; written after the accounts. None is ever replaced here."""

    flush_order: ClassVar[int] = 3

    def load_many(self, keys: list[str]) -> dict[str, Credential]:
        """Read and lock credentials."""
        rows = self.connection.execute(_CREDENTIALS, {"logins": keys})
        return {row[0]: Credential(row[1], row[2]) for row in rows}

    def save_many(self, changes: list[Change[str, Credential]]) -> None:
        """Write new credentials."""
        rows = [{"login": change.key, **change.new._asdict()} for change in changes]
        bulk.insert(self.connection, credentials, rows)


class Holder(NamedTuple):
    """An account with what it signs in by."""

    login: str
    password_hash: str
    account: Account


def holder_of(connection: Connection, login: str) -> Holder | None:
    """Return who signs in by `login`."""
    return _holder(connection, _BY_LOGIN, login=login)


def holder(connection: Connection, account_id: UUID) -> Holder | None:
    """Return an account by its id."""
    return _holder(connection, _BY_ID, account_id=account_id)


def _holder(connection: Connection, wanted: sa.TextClause, **given: object) -> Holder | None:
    row = connection.execute(wanted, given).mappings().one_or_none()
    return None if row is None else Holder(row["login"], row["password_hash"], _account(row))


class Failures(NamedTuple):
    """How often a login was tried in vain, and for how long the oldest of them still counts."""

    number: int
    oldest_counts_for_s: float


def lock_failures(connection: Connection, login_hash: bytes) -> None:
    """Let attempts at one login be noted one at a time, until the transaction ends."""
    connection.execute(_LOCK, {"key": int.from_bytes(login_hash[:8], signed=True)})


def failures(connection: Connection, login_hash: bytes, *, window: timedelta) -> Failures:
    """Return the failures of the last `window`."""
    row = connection.execute(_FAILURES, {"login_hash": login_hash, "window": window}).one()
    return Failures(int(row[0]), float(row[1]))


def add_failure(connection: Connection, login_hash: bytes) -> None:
    """Note a failure."""
    connection.execute(_ADD_FAILURE, {"login_hash": login_hash})


def forget_failures(connection: Connection, login_hash: bytes) -> None:
    """Drop the failures of one login."""
    connection.execute(_FORGET_FAILURES, {"login_hash": login_hash})


def forget_old_failures(connection: Connection, *, window: timedelta) -> None:
    """Drop the failures that no longer count."""
    connection.execute(_FORGET_OLD, {"window": window})


def end_sign_ins(connection: Connection, *, departments: Collection[str]) -> None:
    """Let nobody of these departments sign in any more; their accounts stay, because cases name them."""
    connection.execute(_END_SIGN_INS, {"departments": list(departments)})


def _account(row: sa.RowMapping) -> Account:
    return Account(
        account_id=row["account_id"],
        display_name=row["display_name"],
        roles=tuple(Role(role) for role in row["roles"]),
        community=row["community"],
        grid=row["grid"],
        department=row["department"],
    )
