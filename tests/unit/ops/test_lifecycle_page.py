"""The page of the life cycles says what the tables say, and notices when it no longer does."""

from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, NamedTuple

import pytest

from ops import lifecycle
from ops.lifecycle import MACHINES, Machine, chinese_words, diagram, document, rows


class State(StrEnum):
    LIT = "lit"  # 亮
    DARK = "dark"  # 灭: nobody has come yet
    GONE = "gone"  # 拆除  # a second remark


class Step(StrEnum):
    FAIL = "fail"  # 损坏
    MEND = "mend"  # 修复
    REMOVE = "remove"


class By(StrEnum):
    CREW = "crew"  # 班组
    NIGHT = "night"  # 夜


class Darkened:
    type: ClassVar[str] = "works.lamp.darkened.v1"


def always(_: Any) -> bool:
    """There is one row."""
    return True


def by_day(_: Any) -> bool:
    """The sun
    is up. Raises: nothing.
    """
    return True


def has_ladder(_: Any) -> None:
    """Raises: NoLadder."""


class Row(NamedTuple):
    kind: str
    source: State | None
    step: Step
    target: State
    roles: frozenset[By]
    when: Any = always
    guard: tuple[Any, ...] = ()
    evidence: tuple[Any, ...] = ()
    limit: str = ""
    emits: Any = None


CREW, BOTH = frozenset({By.CREW}), frozenset({By.NIGHT, By.CREW})
TABLE = (
    Row("command", None, Step.MEND, State.LIT, CREW),
    Row("timer", State.LIT, Step.FAIL, State.DARK, BOTH, emits=Darkened),
    Row("command", State.LIT, Step.REMOVE, State.DARK, CREW),
    Row("command", State.LIT, Step.REMOVE, State.DARK, BOTH, by_day),
    Row("command", State.DARK, Step.MEND, State.LIT, CREW, by_day, (has_ladder,), (by_day,), "2h|3h"),
    Row("command", State.DARK, Step.REMOVE, State.GONE, CREW),
)


@pytest.fixture
def lamp() -> Machine:
    module = ModuleType("works.lamp.lifecycle")
    module.TABLE = TABLE  # type: ignore[attr-defined]
    return Machine("Lamp 路灯", "Of nobody.", module)


def test_a_diagram_has_each_state_once_and_the_steps_that_join_two_states_on_one_edge(lamp: Machine) -> None:
    assert diagram(lamp).splitlines() == [
        "stateDiagram-v2",
        '    state "lit 亮" as lit',
        '    state "dark 灭" as dark',
        '    state "gone 拆除" as gone',
        "    [*] --> lit : mend 修复",
        "    lit --> dark : fail 损坏 ⏱<br/>remove",
        "    dark --> lit : mend 修复",
        "    dark --> gone : remove",
        "    gone --> [*]",
    ]


def test_a_row_is_told_in_words(lamp: Machine) -> None:
    told = list(rows(lamp))
    assert told[0][:5] == ("—", "command", "mend 修复", "lit 亮", "crew 班组")
    assert told[1][4:] == ("crew 班组, night 夜", "", "", "", "`works.lamp.darkened.v1`")
    assert told[4][5:8] == ("when: The sun is up<br/>Has ladder", "The sun is up", "2h|3h")


def test_a_cell_with_a_bar_does_not_break_its_row(lamp: Machine) -> None:
    (line,) = (line for line in document([lamp]).splitlines() if "2h" in line)
    assert line.replace(r"\|", "").count("|") == 10


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.title.split()[0])
def test_every_row_of_a_table_is_on_the_page(machine: Machine) -> None:
    page = document([machine])
    assert page.count("\n| ") == len(machine.module.TABLE) + 2
    assert all(f"{row.source or '[*]'} --> {row.target} : " in page for row in machine.module.TABLE)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.title.split()[0])
@pytest.mark.parametrize("words", ["State", "Step"])
def test_every_state_and_step_has_its_chinese(machine: Machine, words: str) -> None:
    known = getattr(machine.module, words)
    assert {word.value for word in known} == set(chinese_words(known))


def test_a_stale_page_is_noticed_and_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lifecycle, "REPOSITORY", tmp_path)
    monkeypatch.setattr(lifecycle, "PATH", tmp_path / "lifecycle.md")
    assert lifecycle.main(["--check"]) == 1
    assert lifecycle.main([]) == 0
    assert lifecycle.main(["--check"]) == 0
    with lifecycle.PATH.open("a", encoding="utf-8") as page:
        page.write("An edit by hand.\n")
    assert lifecycle.main(["--check"]) == 1
    assert "python -m ops.lifecycle" in capsys.readouterr().err
