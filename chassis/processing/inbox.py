"""The versioned inbox: contiguous sequences are applied, a gap waits, a fork is parked."""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from chassis.bus.inbound import Inbound
from chassis.data import bulk, direct
from chassis.data.epochs import HEARD, RAISE
from chassis.data.tables import inbox, inbox_waiting
from chassis.data.unit_of_work import UnitOfWork
from contracts.envelope import FIRST_EPOCH, CloudEvent, epoch_of

Line = tuple[str, str]


class Arrived(NamedTuple):
    """An event that was read; `payload` is None where its type has no route here."""

    event: CloudEvent
    payload: Any
    message: Inbound

    @property
    def line(self) -> Line:
        """The (source, aggregate) that it belongs to."""
        return (self.event.source, self.event.subject)


_LINES = "SELECT * FROM unnest(%(sources)s::text[], %(aggregates)s::text[])"
_CURSORS = (
    f"SELECT source, aggregate, sequence FROM inbox_cursor WHERE (source, aggregate) IN ({_LINES}) "  # noqa: S608
    "ORDER BY source, aggregate FOR UPDATE"
)
_WAITING = (
    f"SELECT source, aggregate, sequence, event_id, body FROM inbox_waiting "  # noqa: S608
    f"WHERE (source, aggregate) IN ({_LINES})"
)
_PLACES = "SELECT * FROM unnest(%(sources)s::text[], %(aggregates)s::text[], %(sequences)s::bigint[])"
_APPLIED = (
    "SELECT source, aggregate, sequence, event_id FROM inbox "  # noqa: S608
    f"WHERE (source, aggregate, sequence) IN ({_PLACES})"
)
_ADVANCE = (
    f"INSERT INTO inbox_cursor (source, aggregate, sequence) {_PLACES} "
    "ON CONFLICT (source, aggregate) DO UPDATE SET sequence = EXCLUDED.sequence"
)
_RELEASE = f"DELETE FROM inbox_waiting WHERE (source, aggregate, sequence) IN ({_PLACES})"  # noqa: S608


def opening(arrived: list[Arrived]) -> list[direct.Query]:
    """Return what the unit of work has to open with: how far each line has come, what waits on it."""
    lines = sorted({each.line for each in arrived})
    given = {"sources": [line[0] for line in lines], "aggregates": [line[1] for line in lines]}
    return [(_CURSORS, given), (_WAITING, given), (HEARD, {})]


class Inbox:
    """The inbox as one batch sees it; its unit of work was opened with `opening`."""

    def __init__(self, uow: UnitOfWork, service: str, read: Callable[[Inbound], Arrived]) -> None:
        self._uow = uow
        self._service = service
        self._read = read
        self._cursors: dict[Line, int] = {}
        self._waiting: dict[Line, dict[int, tuple[UUID, bytes]]] = {}
        self._applied: list[Arrived] = []
        self._released: list[tuple[str, str, int]] = []
        self._held: dict[tuple[str, str, int], Arrived] = {}
        self._epochs: dict[str, int] = {}
        self._raised: dict[str, int] = {}
        self.duplicates = 0
        self.forks: list[Arrived] = []
        self.rolled_back: list[Arrived] = []
        self._read_opened()

    def in_order(self, arrived: list[Arrived]) -> list[Arrived]:
        """Return what can be applied now, with what had waited for it; hold back what cannot."""
        duplicates = []
        for each in arrived:
            if not self._is_of_this_life(each):
                self.rolled_back.append(each)
                continue
            expected = self._cursors.get(each.line, 0) + 1
            if each.event.sequence < expected:
                duplicates.append(each)
            elif each.event.sequence == expected:
                self._take(each)
                self._release_waiting(each)
                self._take_waiting(each.line)
            else:
                self._hold(each)
        self._check_duplicates(duplicates)
        return self._applied

    def write(self) -> None:
        """Write what was applied and what waits."""
        connection = self._uow.connection
        rows = [
            {
                "source": each.event.source,
                "aggregate": each.event.subject,
                "sequence": each.event.sequence,
                "event_id": each.event.id,
                "type": each.event.type,
            }
            for each in self._applied
        ]
        bulk.insert(connection, inbox, rows)
        if self._raised:
            sources, epochs = zip(*sorted(self._raised.items()), strict=True)
            direct.execute(connection, RAISE, {"sources": list(sources), "epochs": list(epochs)})
        if self._applied:
            moved = {each.line: self._cursors[each.line] for each in self._applied}
            direct.execute(
                connection, _ADVANCE, _columns([(*line, at) for line, at in sorted(moved.items())])
            )
        if self._released:
            direct.execute(connection, _RELEASE, _columns(self._released))
        bulk.insert(
            connection,
            inbox_waiting,
            [_waiting_row(each) for each in self._held.values()],
            on_conflict="ON CONFLICT DO NOTHING",
        )

    def _read_opened(self) -> None:
        cursors, waiting, heard = self._uow.opened
        self._epochs.update(heard)
        for source, aggregate, sequence in cursors:
            self._cursors[source, aggregate] = sequence
        for source, aggregate, sequence, event_id, body in waiting:
            self._waiting.setdefault((source, aggregate), {})[sequence] = (event_id, bytes(body))

    def _is_of_this_life(self, each: Arrived) -> bool:
        """Say whether its source has not gone back to a time before it since."""
        source, epoch = each.event.source, epoch_of(each.event)
        known = self._epochs.get(source, FIRST_EPOCH)
        if epoch > known:
            self._epochs[source] = self._raised[source] = epoch
        return epoch >= known

    def _take(self, each: Arrived) -> None:
        self._cursors[each.line] = each.event.sequence
        self._applied.append(each)

    def _release_waiting(self, each: Arrived) -> None:
        """What waited may come again itself: when the one before it was skipped by a person."""
        stored = self._waiting.get(each.line, {}).get(each.event.sequence)
        if stored is not None and stored[0] == each.event.id:
            self._released.append((*each.line, each.event.sequence))

    def _take_waiting(self, line: Line) -> None:
        """Apply what has waited for what was just taken, from the table and from this batch."""
        while True:
            sequence = self._cursors[line] + 1
            held = self._held.pop((*line, sequence), None)
            stored = self._waiting.get(line, {}).pop(sequence, None)
            if stored is not None:
                self._released.append((*line, sequence))
                held = held or self._read(Inbound(stored[1], f"{self._service}.inbox", "", {}))
            if held is None:
                return
            self._take(held)

    def _hold(self, each: Arrived) -> None:
        place = (*each.line, each.event.sequence)
        stored = self._waiting.get(each.line, {}).get(each.event.sequence)
        known = stored[0] if stored else self._held[place].event.id if place in self._held else each.event.id
        if known != each.event.id:
            self.forks.append(each)
        elif stored is None:
            self._held[place] = each

    def _check_duplicates(self, duplicates: list[Arrived]) -> None:
        """A repeat is dropped; the same sequence under another id is a fork."""
        if not duplicates:
            return
        self.duplicates += len(duplicates)
        places = [(*each.line, each.event.sequence) for each in duplicates]
        ids = {
            (source, aggregate, sequence): event_id
            for source, aggregate, sequence, event_id in direct.rows(
                self._uow.connection, _APPLIED, _columns(places)
            )
        }
        ids.update({(*each.line, each.event.sequence): each.event.id for each in self._applied})
        self.forks.extend(
            each
            for each, place in zip(duplicates, places, strict=True)
            if ids.get(place, each.event.id) != each.event.id
        )


def _columns(places: list[tuple[str, str, int]]) -> dict[str, list[Any]]:
    return {
        "sources": [place[0] for place in places],
        "aggregates": [place[1] for place in places],
        "sequences": [place[2] for place in places],
    }


def _waiting_row(each: Arrived) -> dict[str, object]:
    return {
        "source": each.event.source,
        "aggregate": each.event.subject,
        "sequence": each.event.sequence,
        "event_id": each.event.id,
        "body": each.message.body,
    }
