"""The days come one after the other; what fails because something is away is done again, once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ops.cell_clock import Reading
from ops.demo.acts import BY_DEPARTMENT, Act, Deed, PlannedCase
from ops.demo.conductor import Conductor, Watcher, agenda_of
from ops.demo.days import Slot
from ops.demo.departments import NotAgreedError
from ops.demo.plan import half_year
from ops.errors import Unready
from ops.http_client import RefusedError
from services.registry import reference_data

PLAN = half_year(8, 0.05, reference_data.read())
SLOTS = PLAN.slots[:40]  # type: ignore[index]


class Cell:
    """A clock, a doer and departments that play along, and fail when they are told to."""

    def __init__(self) -> None:
        self.moves: list[tuple[datetime, bool]] = []
        self.done: list[tuple[str, int, int]] = []
        self.ready: list[tuple[str, int]] = []
        self.drained = 0
        self.waits = 0
        self.faults: list[tuple[str, Exception]] = []
        self._lock = threading.Lock()

    def fail(self, where: str) -> None:
        with self._lock:
            found = next((fault for fault in self.faults if fault[0] == where), None)
            if found is not None:
                self.faults.remove(found)
                raise found[1]

    @contextmanager
    def kept_open(self, **_: float) -> Iterator["Cell"]:
        self.fail("open")
        yield self

    def drain(self, **_: float) -> None:
        self.drained += 1

    def set(self, at: datetime, *, backwards: bool, **_: float) -> None:
        self.fail("clock")
        self.moves.append((at, backwards))

    def read(self) -> Reading:
        now = self.moves[-1][0] if self.moves else datetime.now(UTC)
        return Reading(now, timedelta(0))

    def get_ready(self, case: PlannedCase, number: int) -> None:
        self.fail("ready")
        self.ready.append((case.key, number))

    def do(self, case: PlannedCase, number: int, slot: Slot) -> None:
        self.fail(f"do {case.key} {number}")
        with self._lock:
            self.done.append((case.key, number, slot.number))

    def wait_for_answers(self, **_: float) -> None:
        self.fail("answers")
        self.waits += 1


def played(cell: Cell, *, patience_s: float = 5.0, seen: list[Any] | None = None) -> Cell:
    told = [] if seen is None else seen
    watcher = Watcher(lambda _: None, lambda _, case, act: told.append((case.key, act.deed)))
    conductor = Conductor(
        PLAN,
        cell,
        cell,
        cell,
        timers_s=0.0,
        patience_s=patience_s,
        watcher=watcher,  # type: ignore[arg-type]
    )
    conductor.play(SLOTS)
    return cell


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.demo.conductor._AGAIN_S", 0.0)


def expected() -> set[tuple[str, int, int]]:
    return {
        (case.key, number, act.slot)
        for case in PLAN.cases
        for number, act in enumerate(case.acts)
        if act.slot < len(SLOTS)
    }


def a_deed() -> tuple[PlannedCase, int, Act]:
    return next(
        (case, number, act)
        for case in PLAN.cases
        for number, act in enumerate(case.acts)
        if 5 < act.slot < len(SLOTS)
    )


def test_every_deed_is_done_in_its_slot_after_the_clock_has_come_to_it() -> None:
    cell = played(Cell())
    assert set(cell.done) == expected()
    assert [slot for _, _, slot in cell.done] == sorted(slot for _, _, slot in cell.done)
    assert [at.replace(second=0, microsecond=0) for at, _ in cell.moves] == [slot.at for slot in SLOTS]
    assert [backwards for _, backwards in cell.moves] == [True] + [False] * (len(SLOTS) - 1)


def test_the_deeds_of_one_case_in_one_slot_are_done_in_their_order() -> None:
    several = [acts for entries in agenda_of(PLAN).values() for _, acts in entries if len(acts) > 1]
    assert several
    assert all(acts == sorted(acts) for acts in several)


def test_departments_are_waited_for_in_every_slot_and_the_cell_at_the_end() -> None:
    cell = played(Cell())
    assert (cell.waits, cell.drained) == (len(SLOTS), 1)


def test_whoever_acts_in_the_next_slot_gets_ready_in_this_one() -> None:
    first, last = SLOTS[0].number, SLOTS[-1].number
    wanted = {(key, number) for key, number, slot in expected() if slot != first}
    ready = played(Cell()).ready
    assert {each for each in ready if each in wanted} == wanted
    after = {(case.key, number) for case, acts in agenda_of(PLAN)[last + 1] for number in acts}
    assert set(ready) - wanted == after


def test_what_fails_while_one_gets_ready_is_done_when_it_is_needed() -> None:
    cell = Cell()
    cell.faults.append(("ready", OSError("gone")))
    assert set(played(cell).done) == expected()
    assert not cell.faults


def test_what_is_said_on_the_bus_comes_first_and_what_is_archived_last() -> None:
    for entries in agenda_of(PLAN).values():
        deeds = [case.acts[acts[0]].deed for case, acts in entries]
        said = [deed in BY_DEPARTMENT for deed in deeds]
        assert said == sorted(said, reverse=True)
        archived = [deed is Deed.ARCHIVE for deed in deeds]
        assert archived == sorted(archived)


@pytest.mark.parametrize(
    "error", [Unready("the broker is away"), ConnectionResetError(), OSError("gone")], ids=repr
)
@pytest.mark.parametrize("where", ["open", "clock", "answers", "do"])
def test_what_was_away_for_a_moment_changes_nothing(error: Exception, where: str) -> None:
    case, number, _ = a_deed()
    cell = Cell()
    cell.faults.append((f"do {case.key} {number}" if where == "do" else where, error))
    seen: list[Any] = []
    played(cell, seen=seen)
    assert set(cell.done) == expected()
    assert len(seen) == len(expected())


def test_a_slot_that_is_begun_again_finds_its_clock_moved() -> None:
    cell = Cell()
    cell.faults.append(("answers", Unready("away")))
    played(cell)
    assert len(cell.moves) == len(SLOTS)


def test_a_clock_that_was_moved_in_some_services_alone_is_set_no_earlier(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cell = Cell()
    attempts: list[datetime] = []
    real = cell.set

    def differing(at: datetime, **given: Any) -> None:
        attempts.append(at)
        if len(attempts) == 1:
            raise Unready("one of them was killed")
        real(at, **given)

    monkeypatch.setattr(cell, "set", differing)
    monkeypatch.setattr(cell, "read", _raiser(Unready("they differ")))
    played(cell)
    assert attempts[1] > attempts[0]


def test_what_stays_away_is_told_in_the_end() -> None:
    cell = Cell()
    cell.faults += [("clock", Unready("away for good"))] * 1000
    with pytest.raises(Unready, match="for good"):
        played(cell, patience_s=0.05)


@pytest.mark.parametrize("error", [NotAgreedError("refused"), RefusedError("/cases", 409, {"code": "x"})])
def test_what_is_refused_is_not_tried_again(error: Exception) -> None:
    case, number, _ = a_deed()
    cell = Cell()
    cell.faults.append((f"do {case.key} {number}", error))
    with pytest.raises(type(error)):
        played(cell)
    assert not cell.faults


def _raiser(error: Exception) -> Callable[[], Any]:
    def fail() -> Any:
        raise error

    return fail
