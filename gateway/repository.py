"""The only SQL of the gateway. Real time everywhere: sessions do not follow the cell clock."""

from collections.abc import Callable, Sequence
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.data.engine import Database
from chassis.refusal import NotFound
from gateway.filters import MOST, SavedFilter
from gateway.media.taken import Taken
from gateway.media.transfer import Transfer
from gateway.media.upload import Upload
from gateway.models import saved_filters, sessions, transfers, uploads
from gateway.sessions import Session

_FIND_SESSION = sa.text(
    "SELECT token_hash, kind, account_id, roles, scope, display_name, created_at, expires_at"
    " FROM sessions WHERE token_hash = :token_hash AND revoked_at IS NULL AND expires_at > clock_timestamp()"
)
_REVOKE = sa.text(
    "UPDATE sessions SET revoked_at = clock_timestamp() WHERE token_hash = :token_hash AND revoked_at IS NULL"
)
_REVOKE_ALL = sa.text(
    "UPDATE sessions SET revoked_at = clock_timestamp() WHERE account_id = :account_id AND kind = :kind"
    " AND revoked_at IS NULL AND expires_at > clock_timestamp()"
)
_LOCK_ACCOUNT = sa.text("SELECT pg_advisory_xact_lock(hashtext(:account_id))")
_FILTER_NAMES = sa.text("SELECT name FROM saved_filters WHERE account_id = :account_id")
_FILTER_KEY = "saved_filters_pkey"
_REVOKE_AT = sa.text(
    "UPDATE sessions SET revoked_at = clock_timestamp() WHERE scope ->> 'department' = :department"
    " AND revoked_at IS NULL"
)
_IN_TIME = transfers.c.expires_at > sa.func.clock_timestamp()
_LOCK_TRANSFER = sa.text(
    "SELECT offset_bytes FROM transfers WHERE transfer_id = :transfer_id AND refused IS NULL"
    " AND expires_at > clock_timestamp() FOR UPDATE"
)
_MOVE_OFFSET = sa.text("UPDATE transfers SET offset_bytes = :until WHERE transfer_id = :transfer_id")
_COUNT_OPEN = sa.text(
    "SELECT count(*) FROM transfers WHERE owner = :owner AND offset_bytes < length_bytes"
    " AND refused IS NULL AND expires_at > clock_timestamp()"
)
_DROP_ONE_EXPIRED = sa.text(
    "DELETE FROM transfers WHERE transfer_id = :transfer_id AND expires_at <= clock_timestamp()"
)
_DROP_EXPIRED = sa.text("DELETE FROM transfers WHERE expires_at <= clock_timestamp() RETURNING path")


class SqlSessions:
    """Sessions in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, session: Session) -> None:
        """Keep a session."""
        with self._database.engine.begin() as connection:
            connection.execute(sa.insert(sessions).values(**msgspec.structs.asdict(session)))

    def find(self, token_hash: bytes) -> Session | None:
        """Return a session that is neither revoked nor past its end."""
        with self._database.reading() as connection:
            row = connection.execute(_FIND_SESSION, {"token_hash": token_hash}).one_or_none()
        if row is None:
            return None
        found = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
        return Session(**{**found, "token_hash": bytes(found["token_hash"]), "roles": tuple(found["roles"])})

    def revoke(self, token_hash: bytes) -> None:
        """End a session."""
        with self._database.engine.begin() as connection:
            connection.execute(_REVOKE, {"token_hash": token_hash})

    def revoke_all(self, account_id: str, *, kind: str) -> int:
        """End every session of an account; return how many there were."""
        with self._database.engine.begin() as connection:
            return connection.execute(_REVOKE_ALL, {"account_id": account_id, "kind": kind}).rowcount

    def revoke_at(self, department: str) -> int:
        """End every session at a department, its software's and its people's; return how many there were."""
        with self._database.engine.begin() as connection:
            return connection.execute(_REVOKE_AT, {"department": department}).rowcount


# Where and when it was taken is asked for by itself alone.
_UPLOAD = [uploads.c[name] for name in Upload.__struct_fields__]
_TAKEN = [uploads.c[name] for name in Taken.__struct_fields__]


class SqlUploads:
    """Uploads in PostgreSQL. A row is never changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, upload: Upload, taken: Taken) -> Upload:
        """Keep an upload; return what is kept under its id, which may be an earlier one."""
        row = msgspec.structs.asdict(upload) | msgspec.structs.asdict(taken)
        keep = insert(uploads).values(**row).on_conflict_do_nothing()
        with self._database.engine.begin() as connection:
            connection.execute(keep)
        return self.find([upload.media_id])[upload.media_id]

    def find(self, media_ids: Sequence[UUID]) -> dict[UUID, Upload]:
        """Return those of the uploads that there are."""
        wanted = sa.select(*_UPLOAD).where(uploads.c.media_id.in_(media_ids))
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
        return {row.media_id: Upload(**row._mapping) for row in rows}  # noqa: SLF001 - public in SQLAlchemy

    def taken(self, media_id: UUID) -> Taken:
        """Return where and when an upload was taken; nothing where it does not say or is not there."""
        wanted = sa.select(*_TAKEN).where(uploads.c.media_id == media_id)
        with self._database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        return Taken() if row is None else Taken(**row._mapping)  # noqa: SLF001 - public in SQLAlchemy


class SqlFilters:
    """Saved filters in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, account_id: str) -> tuple[SavedFilter, ...]:
        """Return an account's filters, by name."""
        return self._read(saved_filters.c.account_id == account_id)

    def find(self, account_id: str, name: str) -> SavedFilter | None:
        """Return one filter."""
        mine = saved_filters.c.account_id == account_id
        return next(iter(self._read(mine & (saved_filters.c.name == name))), None)

    def keep(self, account_id: str, kept: SavedFilter) -> bool:
        """Keep a filter in place of one of that name; return False where there would be too many."""
        row = {"account_id": account_id, **msgspec.structs.asdict(kept)}
        new = {"list": kept.list, "parameters": kept.parameters}
        keep = insert(saved_filters).values(row).on_conflict_do_update(constraint=_FILTER_KEY, set_=new)
        with self._database.engine.begin() as connection:
            # One account at a time: two requests would each find room for the last one.
            connection.execute(_LOCK_ACCOUNT, {"account_id": account_id})
            names = set(connection.execute(_FILTER_NAMES, {"account_id": account_id}).scalars())
            if len(names | {kept.name}) > MOST:
                return False
            connection.execute(keep)
        return True

    def drop(self, account_id: str, name: str) -> None:
        """Forget a filter, if there is one."""
        mine = saved_filters.c.account_id == account_id
        with self._database.engine.begin() as connection:
            connection.execute(sa.delete(saved_filters).where(mine, saved_filters.c.name == name))

    def _read(self, wanted: sa.ColumnElement[bool]) -> tuple[SavedFilter, ...]:
        names = saved_filters.c.name, saved_filters.c.list, saved_filters.c.parameters
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(*names).where(wanted).order_by(saved_filters.c.name)).all()
        return tuple(SavedFilter(**row._mapping) for row in rows)  # noqa: SLF001 - public in SQLAlchemy


class SqlTransfers:
    """Transfers in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, transfer: Transfer) -> Transfer:
        """Keep a transfer; return what is kept under its id, which may be an earlier one."""
        keep = insert(transfers).values(**msgspec.structs.asdict(transfer)).on_conflict_do_nothing()
        with self._database.engine.begin() as connection:
            # One of that id that nobody has finished in time makes room; its file is swept.
            connection.execute(_DROP_ONE_EXPIRED, {"transfer_id": transfer.transfer_id})
            connection.execute(keep)
        found = self.find(transfer.transfer_id)
        if found is None:
            raise NotFound
        return found

    def find(self, transfer_id: UUID) -> Transfer | None:
        """Return a transfer that is not past its end."""
        wanted = sa.select(transfers).where(transfers.c.transfer_id == transfer_id, _IN_TIME)
        with self._database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else Transfer(**row._mapping)  # noqa: SLF001 - public in SQLAlchemy

    def extend(self, transfer_id: UUID, *, at: int, length: int, write: Callable[[], None]) -> bool:
        """Write and move the offset while nobody else does; return whether it stood there.

        Raises: NotFound where there is none that could go on.
        """
        where = {"transfer_id": transfer_id}
        with self._database.engine.begin() as connection:
            stands = connection.execute(_LOCK_TRANSFER, where).scalar_one_or_none()
            if stands is None:
                raise NotFound
            if stands != at:
                return False
            # The bytes first: an offset that is committed never speaks of bytes that are not there.
            write()
            connection.execute(_MOVE_OFFSET, where | {"until": at + length})
        return True

    def refuse(self, transfer_id: UUID, code: str) -> None:
        """Note why the whole is refused."""
        refusing = sa.update(transfers).where(transfers.c.transfer_id == transfer_id).values(refused=code)
        with self._database.engine.begin() as connection:
            connection.execute(refusing)

    def drop(self, transfer_id: UUID) -> None:
        """Forget a transfer."""
        with self._database.engine.begin() as connection:
            connection.execute(sa.delete(transfers).where(transfers.c.transfer_id == transfer_id))

    def count_open(self, owner: str) -> int:
        """Return how many of somebody's transfers have not all their bytes yet."""
        with self._database.reading() as connection:
            return int(connection.execute(_COUNT_OPEN, {"owner": owner}).scalar_one())

    def drop_expired(self) -> list[str]:
        """Forget what is past its end; return the paths."""
        with self._database.engine.begin() as connection:
            return list(connection.execute(_DROP_EXPIRED).scalars())
