"""The only SQL of the gateway. Real time everywhere: sessions do not follow the cell clock."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.data.engine import Database
from gateway.media.upload import Upload
from gateway.models import sessions, uploads
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


class SqlUploads:
    """Uploads in PostgreSQL. A row is never changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, upload: Upload) -> Upload:
        """Keep an upload; return what is kept under its id, which may be an earlier one."""
        keep = insert(uploads).values(**msgspec.structs.asdict(upload)).on_conflict_do_nothing()
        with self._database.engine.begin() as connection:
            connection.execute(keep)
        return self.find([upload.media_id])[upload.media_id]

    def find(self, media_ids: Sequence[UUID]) -> dict[UUID, Upload]:
        """Return those of the uploads that there are."""
        wanted = sa.select(uploads).where(uploads.c.media_id.in_(media_ids))
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
        return {row.media_id: Upload(**row._mapping) for row in rows}  # noqa: SLF001 - public in SQLAlchemy
