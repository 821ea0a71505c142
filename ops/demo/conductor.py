"""The conductor: lets the days come, one after the other, and whoever has something to do then do it."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from http.client import HTTPException
from itertools import groupby
from typing import NamedTuple
from zlib import crc32

from sqlalchemy.exc import SQLAlchemyError

from chassis.bus.connection import BROKER_ERRORS
from ops.cell_clock import CellClock
from ops.demo.acts import BY_DEPARTMENT, Act, Deed, PlannedCase
from ops.demo.days import Slot
from ops.demo.deeds import Doer
from ops.demo.departments import Departments, NotAgreedError
from ops.demo.plan import Plan
from ops.errors import Unready

THREADS = 32
# Every command and every reply of a department has its answer by then: none is held back unseen.
_PAUSE_S = 0.03
_AWAY: tuple[type[Exception], ...] = (Unready, SQLAlchemyError, HTTPException, *BROKER_ERRORS)
_AGAIN_S = 1.0
# Slots lie hours apart; no slot is begun again this long after it came.
_A_MOMENT = timedelta(minutes=30)
_LOOP = tuple(Deed)


class Watcher(NamedTuple):
    """Who is told of each slot as it begins, and in whatever thread of each deed as it is done."""

    begun: Callable[[Slot], None]
    done: Callable[[Slot, PlannedCase, Act], None]


class Conductor:
    """Plays a plan in a running cell.

    The services look every `timers_s` for what has fallen due: after each move of the clock they get
    the time to look twice. What fails because something is away is done again, for `patience_s`: every
    deed has its own key, and is done once however often it is asked for. A slot lasts `least_s`, and
    what is done in it is spread over that time.
    """

    def __init__(
        self,
        plan: Plan,
        clock: CellClock,
        doer: Doer,
        departments: Departments,
        *,
        timers_s: float,
        patience_s: float,
        watcher: Watcher,
        least_s: float = 0.0,
    ) -> None:
        self._clock = clock
        self._doer = doer
        self._departments = departments
        self._spread_s = 0.8 * least_s
        self._least_s = max(least_s, 2 * timers_s)
        self._patience_s = patience_s
        self._watcher = watcher
        self._told: set[tuple[str, int]] = set()
        self._agenda = agenda_of(plan)

    def play(self, slots: Iterable[Slot]) -> None:
        """Live through the slots, then wait until all is quiet. Raises: Unready, RefusedError."""
        left = list(reversed(list(slots)))
        attempt = Attempt(left[-1])
        with ThreadPoolExecutor(THREADS, thread_name_prefix="demo") as crew:
            while left:
                try:
                    with self._clock.kept_open(pause_s=_PAUSE_S) as traffic:
                        while left:
                            attempt = attempt.again(left[-1])
                            self._live(attempt, crew)
                            left.pop()
                        traffic.drain(within_s=self._patience_s)
                except NotAgreedError:
                    raise
                except _AWAY:
                    if attempt.lasts_s > self._patience_s:
                        raise
                    time.sleep(_AGAIN_S)

    def _live(self, attempt: "Attempt", crew: ThreadPoolExecutor) -> None:
        slot = attempt.slot
        self._come_to(attempt)
        moved = time.monotonic()
        self._watcher.begun(slot)
        doing = [crew.submit(self._do, slot, case, acts) for case, acts in self._agenda[slot.number]]
        # All of them, before it is said that one has failed: it may be begun again.
        wait(doing)
        for each in doing:
            each.result()
        for case, acts in self._agenda[slot.number + 1]:
            # While what was done here is under way. What fails now is done, and fails, when it is needed.
            crew.submit(self._get_ready, case, acts)
        self._departments.wait_for_answers(within_s=self._patience_s)
        time.sleep(max(0.0, self._least_s - (time.monotonic() - moved)))

    def _come_to(self, attempt: "Attempt") -> None:
        """Move the clock once nothing is under way; what is tried again may have come already."""
        if attempt.number > 1 and self._has_come(attempt.slot):
            return
        # Later by what it has taken, so that it turns back no clock that was moved before it failed.
        at = attempt.slot.at + timedelta(seconds=attempt.lasts_s)
        self._clock.set(at, backwards=attempt.slot.number == 0, within_s=self._patience_s)

    def _has_come(self, slot: Slot) -> bool:
        try:
            reading = self._clock.read()
        except Unready:
            return False
        return timedelta(0) <= reading.now - slot.at < _A_MOMENT

    def _get_ready(self, case: PlannedCase, acts: list[int]) -> None:
        for number in acts:
            self._doer.get_ready(case, number)

    def _do(self, slot: Slot, case: PlannedCase, acts: list[int]) -> None:
        time.sleep(self._spread_s * (crc32(f"{case.key} {slot.number}".encode()) % 100) / 100)
        for number in acts:
            self._doer.do(case, number, slot)
            if (case.key, number) not in self._told:
                self._told.add((case.key, number))
                self._watcher.done(slot, case, case.acts[number])


class Attempt:
    """One try of a slot; `number` counts them."""

    def __init__(self, slot: Slot, number: int = 0, began: float | None = None) -> None:
        self.slot = slot
        self.number = number
        self._began = time.monotonic() if began is None else began

    @property
    def lasts_s(self) -> float:
        """Seconds since the first try."""
        return time.monotonic() - self._began

    def again(self, slot: Slot) -> "Attempt":
        """Return the next try, or the first one of another slot."""
        return Attempt(slot, self.number + 1, self._began) if slot is self.slot else Attempt(slot, 1)


def agenda_of(plan: Plan) -> dict[int, list[tuple[PlannedCase, list[int]]]]:
    """Return by slot what is to be done then: each case with the numbers of its acts.

    Those first of which most comes, so that it comes while the others are done: what is said on the
    bus, and the rest in the order of the loop.
    """
    agenda: dict[int, list[tuple[PlannedCase, list[int]]]] = defaultdict(list)
    for case in plan.cases:
        for slot, acts in groupby(range(len(case.acts)), key=lambda number: case.acts[number].slot):
            agenda[slot].append((case, list(acts)))
    for entries in agenda.values():
        entries.sort(key=lambda entry: _turn_of(entry[0].acts[entry[1][0]].deed))
    return agenda


def _turn_of(deed: Deed) -> tuple[bool, int]:
    return deed not in BY_DEPARTMENT, _LOOP.index(deed)
