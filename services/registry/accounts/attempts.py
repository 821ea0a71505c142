"""Sign-ins that failed, counted by login on real time, over all processes."""

from datetime import timedelta
from hashlib import sha256
from math import ceil

from sqlalchemy import Connection

from services.registry.accounts import repository
from services.registry.accounts.errors import TooManyRequests

LIMIT = 10
WINDOW = timedelta(minutes=15)


def hash_of(login: str) -> bytes:
    """Return the name that a login's failures are counted under."""
    return sha256(login.encode(errors="surrogatepass")).digest()


def refuse_when_exhausted(connection: Connection, login: str) -> None:
    """Refuse a login that was tried in vain too often. Raises: TooManyRequests."""
    failed = repository.failures(connection, hash_of(login), window=WINDOW)
    if failed.number >= LIMIT:
        raise TooManyRequests("too many attempts", retry_after_s=max(1, ceil(failed.oldest_counts_for_s)))


def note(connection: Connection, login: str, *, right: bool) -> None:
    """Note how an attempt ended; a success forgets the failures before it. Raises: TooManyRequests.

    It refuses also what was right, where others have used up the attempts meanwhile: parallel
    guesses cannot pass the limit together.
    """
    login_hash = hash_of(login)
    repository.lock_failures(connection, login_hash)
    refuse_when_exhausted(connection, login)
    if right:
        repository.forget_failures(connection, login_hash)
    else:
        repository.add_failure(connection, login_hash)
