"""The command log: a command that was done is answered again, never done again."""

from collections.abc import Iterable
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from chassis.data import bulk, direct
from chassis.data.store import Change, Store
from chassis.data.tables import command_log


class Done(NamedTuple):
    """A command that was carried out. `fingerprint` tells another command under the same id."""

    method: str
    fingerprint: bytes
    reply: bytes


_LOAD = "SELECT command_id, method, fingerprint, reply FROM command_log WHERE command_id = ANY(%(ids)s)"


class CommandLog(Store[UUID, Done]):
    """The commands of this batch that were done before, and those done now."""

    flush_order: ClassVar[int] = 60

    @staticmethod
    def opening(ids: Iterable[UUID]) -> direct.Query:
        """Return what the unit of work may open with, for `opened` to take."""
        return (_LOAD, {"ids": list(ids)})

    def opened(self, ids: Iterable[UUID], rows: list[tuple[Any, ...]]) -> None:
        """Take the rows of `opening`: all of `ids` are known now."""
        found = _done(rows)
        self._loaded.update({each: found.get(each) for each in ids})

    def load_many(self, keys: list[UUID]) -> dict[UUID, Done]:
        """Read those that were done."""
        rows = direct.rows(self.connection, _LOAD, {"ids": keys})
        return _done(rows)

    def save_many(self, changes: list[Change[UUID, Done]]) -> None:
        """Note those done now. Two processes at once: the second one's batch fails and is read again."""
        bulk.insert(
            self.connection,
            command_log,
            [{"command_id": change.key, **change.new._asdict()} for change in changes],
        )


def _done(rows: list[tuple[Any, ...]]) -> dict[UUID, Done]:
    return {row[0]: Done(row[1], bytes(row[2]), bytes(row[3])) for row in rows}
