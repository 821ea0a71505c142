"""The unit of work: one transaction, what it loaded, what it will write."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar, cast
from uuid import UUID

from sqlalchemy import Connection

from chassis.context import Context
from chassis.data import direct
from chassis.data.epochs import NOW_AND_EPOCH
from chassis.data.outbox import Outbox
from chassis.data.store import AfterCommit, Staged
from chassis.principal import Principal

S = TypeVar("S", bound=Staged)


class UnitOfWork:
    """One transaction. `context` and `cause` are those of the message being handled.

    `now` is the cell's time at the start; `source` is the name that events are emitted under, in `epoch`.
    `opening` are queries that share the round trip of BEGIN; `opened` holds the rows of each.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        source: str,
        context: Context,
        opening: Sequence[direct.Query] = (),
    ) -> None:
        self.connection = connection
        self.source = source
        self.context = context
        self.cause: UUID | None = None
        first = (NOW_AND_EPOCH, {"source": source})
        ((now, epoch),), *self.opened = direct.rows_of_each(connection, [first, *opening])
        self.now: datetime = now
        self.epoch: int = epoch
        self._parts: dict[type[Staged], Staged] = {}

    @property
    def outbox(self) -> Outbox:
        """The messages that this unit sends."""
        return self.store(Outbox)

    @property
    def principal(self) -> Principal:
        """Who is asking. Raises: Forbidden when nobody is."""
        return self.context.required()

    def store(self, cls: type[S]) -> S:
        """Return this unit's one instance of a store or journal."""
        part = self._parts.get(cls)
        if part is None:
            part = self._parts[cls] = cls(self)
        return cast("S", part)

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run `action` once everything is committed; never if this message is refused."""
        self.store(AfterCommit).append(action)

    def keep(self) -> None:
        """Keep what the current message did."""
        for part in self._parts.values():
            part.keep()

    def discard(self) -> None:
        """Drop what the current message did."""
        for part in self._parts.values():
            part.discard()

    def flush(self, also: Callable[[], None] | None = None) -> None:
        """Write everything that was kept, in the stores' order and in one round trip."""
        with direct.pipeline(self.connection):
            for part in sorted(self._parts.values(), key=lambda each: each.flush_order):
                part.flush()
            if also is not None:
                also()

    def committed(self) -> None:
        """Run what waited for the commit."""
        for action in self.store(AfterCommit).ready:
            action()
