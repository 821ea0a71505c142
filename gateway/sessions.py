"""Sessions: opaque tokens, of which the database knows the hash alone.

A session that was found is believed for two seconds without asking the database again; so long
a session revoked in one worker process may still be taken by another.
"""

import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Protocol

import msgspec

from chassis.principal import Principal
from gateway.answers import Account

PREFIX = "qt_"
BELIEVED_S = 2.0
_REMEMBERED = 20_000
_LONGEST_TOKEN = 100
STAFF, DEPARTMENT = "staff", "department"


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Who may speak under a token, and until when."""

    token_hash: bytes
    kind: str
    account_id: str
    roles: tuple[str, ...]
    scope: dict[str, str]
    display_name: str
    created_at: datetime
    expires_at: datetime

    def account(self) -> Account:
        """Return the account as its owner is told it."""
        return Account(
            account_id=self.account_id,
            display_name=self.display_name,
            roles=self.roles,
            community=self.scope.get("community"),
            grid=self.scope.get("grid"),
            department=self.scope.get("department"),
        )


class Caller(msgspec.Struct, frozen=True):
    """A session in use, with the principal that travels to the services."""

    session: Session
    principal: Principal


class SessionRepository(Protocol):
    """Where sessions are kept."""

    def add(self, session: Session) -> None:
        """Keep a session."""

    def find(self, token_hash: bytes) -> Session | None:
        """Return a session that is neither revoked nor past its end."""

    def revoke(self, token_hash: bytes) -> None:
        """End a session."""


class _Believed(msgspec.Struct, frozen=True):
    caller: Caller
    until: float


class Sessions:
    """Opens, finds and ends sessions."""

    def __init__(
        self,
        repository: SessionRepository,
        *,
        lifetime: timedelta,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._repository = repository
        self._lifetime = lifetime
        self._monotonic = monotonic
        self._believed: dict[bytes, _Believed] = {}
        self._lock = threading.Lock()

    def open(self, *, account: Account, kind: str, lifetime: timedelta | None = None) -> tuple[str, Session]:
        """Open a session and return its token, which is not kept."""
        token = PREFIX + secrets.token_urlsafe(32)
        now = datetime.now(UTC)
        places = {
            "community": account.community,
            "grid": account.grid,
            "department": account.department,
        }
        session = Session(
            token_hash=_hash(token),
            kind=kind,
            account_id=account.account_id,
            roles=account.roles,
            scope={place: code for place, code in places.items() if code is not None},
            display_name=account.display_name,
            created_at=now,
            expires_at=now + (lifetime or self._lifetime),
        )
        self._repository.add(session)
        return token, session

    def find(self, token: str) -> Caller | None:
        """Return who speaks under a token, None where nobody does (any more)."""
        if not token.startswith(PREFIX) or len(token) > _LONGEST_TOKEN:
            return None
        token_hash = _hash(token)
        believed = self._believed.get(token_hash)
        if believed is None or believed.until < self._monotonic():
            session = self._repository.find(token_hash)
            if session is None:
                self._believed.pop(token_hash, None)
                return None
            believed = self._believe(session)
        caller = believed.caller
        return caller if caller.session.expires_at > datetime.now(UTC) else None

    def revoke(self, session: Session) -> None:
        """End a session, in this process at once."""
        self._repository.revoke(session.token_hash)
        self._believed.pop(session.token_hash, None)

    def _believe(self, session: Session) -> _Believed:
        principal = Principal(subject=session.account_id, roles=frozenset(session.roles), scope=session.scope)
        believed = _Believed(Caller(session, principal), self._monotonic() + BELIEVED_S)
        with self._lock:
            if len(self._believed) >= _REMEMBERED:
                self._believed.clear()
            self._believed[session.token_hash] = believed
        return believed


def _hash(token: str) -> bytes:
    # The token has 256 random bits: a plain hash is enough, a slow one would only slow us.
    return sha256(token.encode()).digest()
