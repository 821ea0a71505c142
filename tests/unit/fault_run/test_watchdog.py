"""What stands still on purpose is not blamed for it; whatever else is slow is."""

import math
import time
from types import SimpleNamespace
from typing import Any, cast

import pytest

from fault import watchdog
from fault.ground import Ground
from fault.watchdog import Watchdog


@pytest.fixture
def frozen_until(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    monkeypatch.setattr(watchdog, "EVERY_S", 0.01)
    return {}


def longest_of(frozen_until: dict[str, float], during: Any) -> float:
    """Return the longest that is noted of one process that answers after 0.2 s."""
    ground: Any = SimpleNamespace(cell=None, frozen_until=frozen_until)
    dog = Watchdog(cast("Ground", ground), "token")
    asked = []

    def ask(_name: str) -> None:
        asked.append(1)
        during()
        time.sleep(0.2)
        dog._over.set()

    dog._ask = ask  # type: ignore[method-assign]
    dog._watch("notify")
    assert asked
    return dog.longest.seconds


def test_a_slow_answer_is_noted(frozen_until: dict[str, float]) -> None:
    assert longest_of(frozen_until, lambda: None) >= 0.2


def test_what_stood_still_when_it_was_asked_is_not_blamed(frozen_until: dict[str, float]) -> None:
    frozen_until["notify"] = math.inf
    assert longest_of(frozen_until, lambda: None) == 0.0


def test_what_stood_still_and_goes_on_before_it_answers_is_not_blamed(frozen_until: dict[str, float]) -> None:
    def goes_on() -> None:
        frozen_until["notify"] = time.monotonic()

    frozen_until["notify"] = math.inf
    assert longest_of(frozen_until, goes_on) == 0.0


def test_another_process_that_stands_still_is_no_excuse(frozen_until: dict[str, float]) -> None:
    frozen_until["intake"] = math.inf
    assert longest_of(frozen_until, lambda: None) >= 0.2


def test_what_stood_still_before_is_no_excuse(frozen_until: dict[str, float]) -> None:
    frozen_until["notify"] = time.monotonic() - 1.0
    assert longest_of(frozen_until, lambda: None) >= 0.2
