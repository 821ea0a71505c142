"""Stores and journals: what one unit of work has loaded, changed and will write in bulk.

A batch of messages shares one transaction. Each message is staged by itself: what a refused
one had put is discarded, what an accepted one had put is kept and written at the end.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar, Generic, NamedTuple, TypeVar

from sqlalchemy import Connection

if TYPE_CHECKING:
    from chassis.data.unit_of_work import UnitOfWork

K = TypeVar("K")
A = TypeVar("A")
R = TypeVar("R")


class Change(NamedTuple, Generic[K, A]):
    """One value to write; `old` is None where it is new."""

    key: K
    old: A | None
    new: A


class Staged:
    """A part of the unit of work that stages per message and flushes per batch."""

    flush_order: ClassVar[int] = 0

    def __init__(self, uow: "UnitOfWork") -> None:
        self._uow = uow

    @property
    def connection(self) -> Connection:
        """The unit's connection."""
        return self._uow.connection

    def keep(self) -> None:
        """The current message was accepted."""
        raise AssertionError

    def discard(self) -> None:
        """The current message was refused."""
        raise AssertionError

    def flush(self) -> None:
        """Write everything that was kept."""
        raise AssertionError


class Store(Staged, Generic[K, A]):
    """An identity map of frozen values under their keys."""

    def __init__(self, uow: "UnitOfWork") -> None:
        super().__init__(uow)
        self._loaded: dict[K, A | None] = {}
        self._kept: dict[K, A] = {}
        self._staged: dict[K, A] = {}

    @abstractmethod
    def load_many(self, keys: list[K]) -> dict[K, A]:
        """Read what exists under `keys`; aggregates are locked, in the order of their keys."""

    @abstractmethod
    def save_many(self, changes: list[Change[K, A]]) -> None:
        """Write new and changed values in bulk."""

    def prefetch(self, keys: Iterable[K]) -> None:
        """Load all of `keys` that are not loaded yet, in one statement."""
        missing = sorted({key for key in keys if key not in self._loaded}, key=str)
        if missing:
            found = self.load_many(missing)
            self._loaded.update({key: found.get(key) for key in missing})

    def get(self, key: K) -> A | None:
        """Return the value as the current message sees it, None where there is none."""
        if key in self._staged:
            return self._staged[key]
        if key in self._kept:
            return self._kept[key]
        if key not in self._loaded:
            self.prefetch([key])
        return self._loaded[key]

    def put(self, key: K, value: A) -> None:
        """Let `value` be what stands under `key` from now on."""
        self._staged[key] = value

    def keep(self) -> None:
        """The current message was accepted."""
        self._kept.update(self._staged)
        self._staged.clear()

    def discard(self) -> None:
        """The current message was refused."""
        self._staged.clear()

    def flush(self) -> None:
        """Write everything that was kept."""
        changes = [Change(key, self._loaded.get(key), new) for key, new in self._kept.items()]
        if changes:
            self.save_many(changes)
            self._loaded.update(self._kept)
            self._kept.clear()


class Journal(Staged, Generic[R]):
    """Rows that are only ever added."""

    flush_order: ClassVar[int] = 10

    def __init__(self, uow: "UnitOfWork") -> None:
        super().__init__(uow)
        self._kept: list[R] = []
        self._staged: list[R] = []

    @abstractmethod
    def write_many(self, rows: list[R]) -> None:
        """Write the rows in bulk, in order."""

    def append(self, row: R) -> None:
        """Add one row."""
        self._staged.append(row)

    def keep(self) -> None:
        """The current message was accepted."""
        self._kept.extend(self._staged)
        self._staged.clear()

    def discard(self) -> None:
        """The current message was refused."""
        self._staged.clear()

    def flush(self) -> None:
        """Write everything that was kept."""
        if self._kept:
            rows, self._kept = self._kept, []
            self.write_many(rows)


class AfterCommit(Journal[Callable[[], None]]):
    """Actions that run once the transaction is committed, e.g. counting it."""

    flush_order: ClassVar[int] = 100

    def __init__(self, uow: "UnitOfWork") -> None:
        super().__init__(uow)
        self.ready: list[Callable[[], None]] = []

    def write_many(self, rows: list[Callable[[], None]]) -> None:
        """Hold the actions until the commit."""
        self.ready.extend(rows)
