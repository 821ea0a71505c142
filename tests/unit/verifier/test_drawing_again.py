"""The draw of a panel, written twice: what the cell draws, the verifier draws again."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from qiaotou_verifier.cli import main
from qiaotou_verifier.draw import redraw

from contracts.commands.hearings import Capacity
from services.governance.hearing.drawing import draw
from tests.unit.governance.hearings import HEARING, VALUE, somebody_registered


def a_draw(people: int, seats: int, *, interested: int) -> dict[str, Any]:
    registered = [
        somebody_registered(f"p{n}", capacity=Capacity.PUBLIC if n < interested else Capacity.SPECIALIST)
        for n in range(people)
    ]
    drawn = draw(HEARING, registered, seats=seats, value=VALUE)
    return {
        "hearing_id": str(HEARING),
        "seats": seats,
        "registrations": [{"id": str(each.id), "capacity": each.capacity.value} for each in registered],
        "public_value": VALUE,
        "seed": drawn.seed,
        "panel": [str(each) for each in drawn.panel],
    }


@pytest.mark.parametrize(
    ("people", "seats", "interested"),
    [(3, 3, 1), (4, 3, 4), (60, 40, 14), (60, 40, 60), (39, 40, 13), (7, 5, 2)],
)
def test_both_writings_draw_the_same_panel(people: int, seats: int, interested: int) -> None:
    assert redraw(a_draw(people, seats, interested=interested)).holds


@pytest.mark.parametrize(
    "tamper",
    [
        lambda d: d.update(seed="0" * 64),
        lambda d: d["panel"].reverse(),
        lambda d: d["panel"].pop(),
        lambda d: d.update(public_value="another"),
        lambda d: d["registrations"].pop(),
        lambda d: d["registrations"][0].update(id="another"),
        lambda d: d.update(seats=4),
    ],
)
def test_a_draw_that_was_changed_does_not_hold(tamper: Callable[[dict[str, Any]], None]) -> None:
    published = a_draw(30, 10, interested=10)
    tamper(published)
    assert not redraw(published).holds


@pytest.mark.parametrize(
    ("content", "exit_code", "says"),
    [
        (json.dumps(a_draw(9, 6, interested=3)), 0, "agrees"),
        (json.dumps({**a_draw(9, 6, interested=3), "panel": []}), 1, "another panel"),
        (json.dumps({**a_draw(9, 6, interested=3), "public_value": None}), 2, "nothing was drawn"),
        ("{}", 2, "KeyError"),
        ("no json", 2, "JSONDecodeError"),
    ],
)
def test_the_command_says_whether_it_agrees(tmp_path: Path, content: str, exit_code: int, says: str) -> None:
    file = tmp_path / "draw.json"
    file.write_text(content, encoding="utf-8")
    ran = CliRunner().invoke(main, ["draw", str(file)])
    assert (ran.exit_code, says in ran.output) == (exit_code, True)


def test_the_lines_of_the_docs_repeat_a_draw(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "decisions.md").read_text(encoding="utf-8")
    program = page.partition("```python\n")[2].partition("```")[0]
    for panel, says in ((None, "True"), ([], "False")):
        published = a_draw(31, 10, interested=9)
        file = tmp_path / "draw.json"
        file.write_text(json.dumps(published if panel is None else {**published, "panel": panel}))
        ran = subprocess.run(
            [sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=True
        )
        assert ran.stdout.strip() == says
