"""Passwords as argon2id hashes (RFC 9106), at a cost that the environment may set."""

import os
from functools import lru_cache
from secrets import token_urlsafe

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.registry.accounts.account import LONGEST_PASSWORD


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What one hash costs; the defaults are the second choice of RFC 9106, about 50 ms."""

    rounds: int = 3
    memory_kib: int = 65_536
    lanes: int = 4

    @classmethod
    def from_env(cls) -> "Cost":
        """Read `QIAOTOU_ARGON2`, e.g. `3,65536,4`: rounds, memory in KiB, lanes. Raises: ValueError."""
        given = os.environ.get("QIAOTOU_ARGON2")
        if not given:
            return cls()
        rounds, memory_kib, lanes = (int(part) for part in given.split(","))
        return cls(rounds=rounds, memory_kib=memory_kib, lanes=lanes)


class Passwords:
    """Hashes and verifies, in the same time whether an account exists or not."""

    def __init__(self, cost: Cost) -> None:
        self._hasher = PasswordHasher(
            time_cost=cost.rounds, memory_cost=cost.memory_kib, parallelism=cost.lanes
        )
        self._nobodys = self._hasher.hash(token_urlsafe())

    def hash(self, password: str) -> str:
        """Return what is kept of a password."""
        return self._hasher.hash(password)

    def matches(self, kept: str | None, password: str) -> bool:
        """Return whether this is the password; `kept` is None where there is no such account."""
        # Whatever cannot be right is compared with nobody's hash, which takes as long.
        against = kept if kept is not None and len(password) <= LONGEST_PASSWORD else self._nobodys
        try:
            return self._hasher.verify(against, password[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return False


@lru_cache(maxsize=1)
def passwords() -> Passwords:
    """Return this process's one hasher."""
    return Passwords(Cost.from_env())
