"""All that could not be handled in a cell: messages that services parked, and departments' dead letters."""

from collections.abc import Sequence

from ops.cell import Cell
from ops.dead_letters import DeadLetters, code_of
from ops.draining import Urls
from ops.errors import Unready
from ops.parked_message import Parked, Wanted
from ops.parking_lot import ParkingLot
from ops.roster import Roster
from ops.servers import Servers
from ops.settled import Settled


class Unhandled:
    """Lists and settles both, by the same keys."""

    def __init__(self, *, databases: Urls, broker: Urls, departments: Sequence[str]) -> None:
        self._lot = ParkingLot(databases=databases, broker=broker)
        self._dead = DeadLetters(databases=databases, broker=broker, departments=departments)

    def all(self, wanted: Wanted, *, settled: bool = False) -> list[Parked]:
        """Return those that are wanted, the oldest first. Raises: Unready."""
        found = [*self._lot.all(settled=settled), *self._dead.all()]
        return sorted(filter(wanted.matches, found), key=lambda each: each.parked_at)

    def get(self, key: str) -> Parked:
        """Return one. Raises: Unready for a key that nobody has."""
        if code_of(key) is None:
            return self._lot.get(key)
        for each in self._dead.all():
            if each.key == key:
                return each
        raise Unready(f"There is no dead letter {key}; ./qiaotou parked list says what there is.")

    def replay(self, keys: Sequence[str], *, by: str, because: str) -> list[str]:
        """Put messages back, as they came; return their keys. Raises: Unready at the first that stays."""
        done = []
        for key in keys:
            if code_of(key) is None:
                self._lot.replay(key, by=by, because=because)
                done.append(key)
        return done + self._letters(keys, by=by, because=because)

    def skip(self, key: str, *, by: str, because: str) -> bool:
        """Leave one out; return whether something had waited for it and goes on now. Raises: Unready."""
        code = code_of(key)
        if code is None:
            return self._lot.skip(key, by=by, because=because)
        if not self._dead.skip(code, lambda each: each.key == key, by=by, because=because):
            raise Unready(f"There is no dead letter {key}; ./qiaotou parked list says what there is.")
        return False

    def parked(self) -> int:
        """Return how many messages are parked. Raises: Unready."""
        return len(self._lot.all())

    def dead(self) -> dict[str, int]:
        """Return how many dead letters each department has, those that have any. Raises: Unready."""
        return self._dead.counts()

    def history(self) -> list[Settled]:
        """Return who has settled what, the oldest first."""
        return self._lot.history()

    def _letters(self, keys: Sequence[str], *, by: str, because: str) -> list[str]:
        done: list[str] = []
        for code in dict.fromkeys(code for key in keys if (code := code_of(key))):
            done += self._dead.replay(code, lambda each: each.key in keys, by=by, because=because)
        if missing := {key for key in keys if code_of(key)} - set(done):
            raise Unready(f"There is no dead letter {', '.join(sorted(missing))}.")
        return done


def unhandled_of(cell: Cell) -> Unhandled:
    """Return it for a cell, with the departments that it has and those whose queues may be left."""
    servers, roster = Servers(cell), Roster(cell)
    departments = (*roster.codes(), *roster.amendments().removed)
    return Unhandled(databases=servers.databases, broker=servers.broker, departments=departments)
