"""Who is suspected of having killed a process, and who is not."""

from typing import Any, cast

import pytest

from chassis.data.engine import Database
from chassis.processing import parking
from chassis.processing.suspects import Suspects

KEY = "0195b0a6-0000-7000-8000-000000000001"
DATABASE = cast("Database", None)


class Notes:
    """The table of attempts, which may be away when a note is to be taken back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.attempts: dict[str, int] = {}
        self.is_away = False
        monkeypatch.setattr(parking, "note_attempt", self.note)
        monkeypatch.setattr(parking, "forget_attempt", self.forget)

    def note(self, _database: Database, key: str, *, survived: bool) -> int:
        self.attempts[key] = 1 if survived else self.attempts.get(key, 0) + 1
        return self.attempts[key]

    def forget(self, _database: Database, key: str) -> None:
        if self.is_away:
            raise ConnectionError
        self.attempts.pop(key, None)


def take(suspects: Suspects, done: list[str]) -> None:
    what: dict[str, Any] = {"work": lambda: done.append("work"), "park": lambda: done.append("park")}
    suspects.take(DATABASE, KEY, **what)


def test_what_a_process_has_died_on_is_parked(monkeypatch: pytest.MonkeyPatch) -> None:
    notes, done = Notes(monkeypatch), list[str]()
    notes.attempts[KEY] = 1
    take(Suspects(), done)
    assert done == ["park"]


def test_a_database_that_goes_away_after_the_work_makes_no_suspect(monkeypatch: pytest.MonkeyPatch) -> None:
    notes, suspects, done = Notes(monkeypatch), Suspects(), list[str]()
    notes.is_away = True
    with pytest.raises(ConnectionError):
        take(suspects, done)
    notes.is_away = False
    take(suspects, done)
    assert done == ["work", "work"]
    assert notes.attempts == {}
