"""The only SQL that decides or changes a case."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa

from chassis.data import bulk, direct
from chassis.data.store import Change, Journal, Store
from services.intake.case import rows
from services.intake.case.case import Case, Entry
from services.intake.case.merging import Supporters
from services.intake.case.models import cases, numbers, salts, seals, supporters, timeline, waits, words
from services.intake.case.seal import Seal
from services.intake.case.waiting import Wait

_LOCK = sa.text(
    f"SELECT {rows.CASE_COLUMNS} FROM cases WHERE case_id = ANY(:ids) ORDER BY case_id FOR UPDATE"  # noqa: S608
)
_LOCK_RESTED = sa.text(
    f"SELECT {rows.CASE_COLUMNS} FROM cases "  # noqa: S608
    "WHERE closed_at <= :before AND archived_at IS NULL "
    "ORDER BY closed_at LIMIT :limit FOR UPDATE SKIP LOCKED"
)
_LOCK_FREE = sa.text(
    f"SELECT {rows.CASE_COLUMNS} FROM cases WHERE case_id = ANY(:ids) "  # noqa: S608
    "ORDER BY case_id FOR UPDATE SKIP LOCKED"
)
_LIVES = sa.text(
    f"SELECT {rows.ENTRY_COLUMNS} FROM case_timeline WHERE case_id = ANY(:ids) "  # noqa: S608
    "ORDER BY case_id, position"
)
# Locks the day's row and reads it, whether it stood there or not.
_COUNT_ON = sa.text(
    "INSERT INTO case_number (day, last) SELECT day, 0 FROM unnest(CAST(:days AS date[])) AS given(day) "
    "ON CONFLICT (day) DO UPDATE SET last = case_number.last RETURNING day, last"
)
_SUPPORTERS = sa.text(
    "SELECT case_id, account_id, since, from_case FROM case_supporter WHERE case_id = ANY(:ids) "
    "ORDER BY case_id, since, account_id"
)
_WAITS = sa.text(f"SELECT {rows.WAIT_COLUMNS} FROM case_wait WHERE case_id = ANY(:ids)")  # noqa: S608
# As the index has it: a yellow card is next, then a red one, then nothing.
_RUN_OUT = sa.text(
    "SELECT case_id FROM case_wait "
    "WHERE (CASE WHEN card IS NULL THEN yellow_at WHEN card = 'yellow' THEN due_at END) <= :now "
    "ORDER BY (CASE WHEN card IS NULL THEN yellow_at WHEN card = 'yellow' THEN due_at END) LIMIT :limit"
)
_OVER = "DELETE FROM case_wait WHERE case_id = ANY(%(ids)s)"
_FOUND_ANEW = (
    "ON CONFLICT (case_id) DO UPDATE SET keys = EXCLUDED.keys, text = EXCLUDED.text, "
    "address = EXCLUDED.address"
)


class CaseStore(Store[UUID, Case]):
    """The cases of one unit of work, locked."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, Case]:
        """Lock and read cases in the order of their ids."""
        found = self.connection.execute(_LOCK, {"ids": keys})
        return {case.case_id: case for case in map(rows.to_case, found)}

    def save_many(self, changes: list[Change[UUID, Case]]) -> None:
        """Write new cases whole, and of the others what their steps may change."""
        new = [change.new for change in changes if change.old is None]
        moved = [(change.old, change.new) for change in changes if change.old is not None]
        bulk.insert(self.connection, cases, rows.whole(new))
        bulk.update(self.connection, cases, rows.changed(moved), key=("case_id",))
        found_otherwise = [*new, *(new_ for old, new_ in moved if rows.is_found_otherwise(old, new_))]
        bulk.insert(self.connection, words, rows.words(found_otherwise), on_conflict=_FOUND_ANEW)

    def lock_rested(self, *, closed_before: datetime, limit: int) -> list[Case]:
        """Lock and read cases that have rested since `closed_before`; those locked elsewhere are left."""
        found = self.connection.execute(_LOCK_RESTED, {"before": closed_before, "limit": limit})
        return self._held(found)

    def lock_free(self, ids: list[UUID]) -> list[Case]:
        """Lock and read those of the cases that are not locked elsewhere."""
        return self._held(self.connection.execute(_LOCK_FREE, {"ids": ids}))

    def _held(self, found: Iterable[sa.Row[*tuple[Any, ...]]]) -> list[Case]:
        held = [rows.to_case(row) for row in found]
        self._loaded.update({case.case_id: case for case in held})
        return held


class WrittenLives(Store[UUID, tuple[Entry, ...]]):
    """The timelines as they stand in the database; only read."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, tuple[Entry, ...]]:
        """Read whole timelines."""
        lives: dict[UUID, tuple[Entry, ...]] = {}
        for entry in map(rows.to_entry, self.connection.execute(_LIVES, {"ids": keys})):
            lives[entry.case_id] = (*lives.get(entry.case_id, ()), entry)
        return lives

    def save_many(self, changes: list[Change[UUID, tuple[Entry, ...]]]) -> None:
        """The journal writes timelines."""
        raise AssertionError(changes)


class Timeline(Journal[Entry]):
    """The entries that this unit of work adds."""

    def write_many(self, rows_: list[Entry]) -> None:
        """Write the entries."""
        bulk.insert(self.connection, timeline, [rows.entry_row(entry) for entry in rows_])

    def life_of(self, case: Case) -> tuple[Entry, ...]:
        """Return a case's whole timeline, with what this unit has added and not written yet."""
        written = self._uow.store(WrittenLives).get(case.case_id) or ()
        if len(written) == case.version:
            return written
        return (*written, *(each for each in self._unwritten() if each.case_id == case.case_id))

    def _unwritten(self) -> Iterable[Entry]:
        yield from self._kept
        yield from self._staged


class NumberStore(Store[date, int]):
    """How many cases each day has; the day's row is locked from the first look to the commit."""

    flush_order: ClassVar[int] = 5

    def load_many(self, keys: list[date]) -> dict[date, int]:
        """Lock and read, starting a day that has no row."""
        return {row[0]: row[1] for row in self.connection.execute(_COUNT_ON, {"days": keys})}

    def save_many(self, changes: list[Change[date, int]]) -> None:
        """Write how far each day has come."""
        counted = [{"day": change.key, "last": change.new} for change in changes]
        bulk.update(self.connection, numbers, counted, key=("day",))

    def next_on(self, day: date) -> int:
        """Return the next number of a day, from 1. A refused report gives its number back."""
        following = (self.get(day) or 0) + 1
        self.put(day, following)
        return following


class Seals(Journal[Seal]):
    """The seals that this unit of work puts on."""

    def write_many(self, rows_: list[Seal]) -> None:
        """Write seals, and their salts apart."""
        bulk.insert(self.connection, seals, [rows.seal_row(seal) for seal in rows_])
        kept_apart = [{"case_id": seal.case_id, "salt": seal.salt} for seal in rows_]
        bulk.insert(self.connection, salts, kept_apart)


class SupporterStore(Store[UUID, Supporters]):
    """Who supports a case; guarded by the case's own lock, and only ever added to."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, Supporters]:
        """Read supporters, those of longest standing first."""
        found: dict[UUID, Supporters] = {}
        for case_id, *rest in self.connection.execute(_SUPPORTERS, {"ids": keys}):
            found[case_id] = (*found.get(case_id, ()), rows.to_supporter(rest))
        return found

    def save_many(self, changes: list[Change[UUID, Supporters]]) -> None:
        """Write those who have come."""
        come = [
            rows.supporter_row(change.key, each)
            for change in changes
            for each in change.new
            if each not in (change.old or ())
        ]
        bulk.insert(self.connection, supporters, come)


class WaitStore(Store[UUID, Wait | None]):
    """What limits the states that cases are in; guarded by the case's own lock. None: nothing does."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, Wait | None]:
        """Read waits."""
        found = map(rows.to_wait, self.connection.execute(_WAITS, {"ids": keys}))
        return {wait.case_id: wait for wait in found}

    def save_many(self, changes: list[Change[UUID, Wait | None]]) -> None:
        """Write the waits of states that were entered, and forget those that were left."""
        begun = [rows.wait_row(change.new) for change in changes if change.new is not None]
        bulk.insert(self.connection, waits, begun, on_conflict=rows.WAIT_REPLACES)
        over = [change.key for change in changes if change.new is None]
        if over:
            direct.execute(self.connection, _OVER, {"ids": over})

    def run_out(self, *, limit: int) -> list[UUID]:
        """Return cases for which a card or an end is due, the longest overdue first; not locked."""
        found = self.connection.execute(_RUN_OUT, {"now": self._uow.now, "limit": limit})
        return [row[0] for row in found]
