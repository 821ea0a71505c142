"""Stores and journals: many messages share a transaction, each is staged by itself."""

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from chassis.data.store import AfterCommit, Change, Journal, Staged, Store
from chassis.data.unit_of_work import UnitOfWork


class Shelf(Store[str, int]):
    """A store over a dictionary that notes what it is asked."""

    def __init__(self, uow: Any) -> None:
        super().__init__(uow)
        self.table: dict[str, int] = {"a": 1, "b": 2}
        self.loads: list[list[str]] = []
        self.saves: list[list[Change[str, int]]] = []

    def load_many(self, keys: list[str]) -> dict[str, int]:
        self.loads.append(keys)
        return {key: self.table[key] for key in keys if key in self.table}

    def save_many(self, changes: list[Change[str, int]]) -> None:
        self.saves.append(changes)


class Diary(Journal[str]):
    """A journal that keeps what it is told to write."""

    def __init__(self, uow: Any) -> None:
        super().__init__(uow)
        self.written: list[list[str]] = []

    def write_many(self, rows: list[str]) -> None:
        self.written.append(rows)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(None)


def test_prefetching_loads_each_key_once_sorted_and_in_one_go(shelf: Shelf) -> None:
    shelf.prefetch(["b", "a", "b", "c"])
    shelf.prefetch(["a", "c"])
    assert shelf.loads == [["a", "b", "c"]]
    assert (shelf.get("a"), shelf.get("b"), shelf.get("c")) == (1, 2, None)
    assert len(shelf.loads) == 1


def test_what_was_not_prefetched_is_loaded_when_asked_for(shelf: Shelf) -> None:
    assert shelf.get("b") == 2
    assert shelf.loads == [["b"]]


def test_a_message_sees_what_it_has_put_itself(shelf: Shelf) -> None:
    shelf.put("a", 10)
    assert shelf.get("a") == 10


def test_what_a_refused_message_had_put_is_gone_for_the_next_one(shelf: Shelf) -> None:
    shelf.put("a", 10)
    shelf.discard()
    assert shelf.get("a") == 1
    shelf.flush()
    assert shelf.saves == []


def test_a_refused_message_takes_back_its_own_alone(shelf: Shelf) -> None:
    shelf.get("a")
    shelf.put("a", 10)
    shelf.keep()
    shelf.put("a", 11)
    shelf.put("c", 3)
    shelf.discard()
    assert (shelf.get("a"), shelf.get("c")) == (10, None)
    shelf.flush()
    assert shelf.saves == [[Change("a", 1, 10)]]


def test_many_messages_are_written_as_one_change_a_key(shelf: Shelf) -> None:
    for value in (10, 11, 12):
        shelf.get("a")
        shelf.put("a", value)
        shelf.keep()
    shelf.get("c")
    shelf.put("c", 5)
    shelf.keep()
    shelf.flush()
    assert shelf.saves == [[Change("a", 1, 12), Change("c", None, 5)]]


def test_what_was_written_is_the_old_value_of_the_next_change(shelf: Shelf) -> None:
    shelf.get("c")
    shelf.put("c", 5)
    shelf.keep()
    shelf.flush()
    shelf.flush()
    shelf.put("c", 6)
    shelf.keep()
    shelf.flush()
    assert shelf.saves == [[Change("c", None, 5)], [Change("c", 5, 6)]]


def test_a_journal_writes_what_was_kept_in_order_and_once() -> None:
    diary = Diary(None)
    diary.append("one")
    diary.keep()
    diary.append("refused")
    diary.discard()
    diary.append("two")
    diary.keep()
    diary.append("not decided")
    diary.flush()
    diary.flush()
    assert diary.written == [["one", "two"]]


class Spy(Staged):
    order: ClassVar[list[str]] = []

    def keep(self) -> None:
        self.order.append(f"keep {type(self).__name__}")

    def discard(self) -> None:
        self.order.append(f"discard {type(self).__name__}")

    def flush(self) -> None:
        self.order.append(f"flush {type(self).__name__}")


class Late(Spy):
    flush_order: ClassVar[int] = 90


class Early(Spy):
    flush_order: ClassVar[int] = -5


@pytest.fixture
def uow(monkeypatch: pytest.MonkeyPatch) -> UnitOfWork:
    monkeypatch.setattr("chassis.data.direct.rows_of_each", lambda _connection, _queries: [[(None, 1)]])
    Spy.order.clear()
    driver = SimpleNamespace(pipeline=nullcontext)
    connection: Any = SimpleNamespace(connection=SimpleNamespace(driver_connection=driver))
    return UnitOfWork(connection, source="toy", context=None)  # type: ignore[arg-type]


def test_a_unit_of_work_has_one_store_of_a_kind(uow: UnitOfWork) -> None:
    assert uow.store(Shelf) is uow.store(Shelf)


def test_a_unit_of_work_flushes_in_the_stores_order(uow: UnitOfWork) -> None:
    uow.store(Late)
    uow.store(Early)
    uow.keep()
    uow.flush()
    uow.discard()
    assert Spy.order == [
        "keep Late", "keep Early", "flush Early", "flush Late", "discard Late", "discard Early",
    ]  # fmt: skip


def test_after_commit_runs_for_kept_messages_alone_and_not_before(uow: UnitOfWork) -> None:
    ran: list[str] = []
    uow.after_commit(lambda: ran.append("kept"))
    uow.keep()
    uow.after_commit(lambda: ran.append("refused"))
    uow.discard()
    uow.flush()
    assert ran == []
    assert uow.store(AfterCommit).ready
    uow.committed()
    assert ran == ["kept"]
