"""The picture of what was printed: Chinese has its room, and nothing is fetched from elsewhere."""

import io
import re

import pytest
from rich.console import Console

from ops.demo.snapshot import svg

ONE_CELL = 12.2


def pictured(text: str) -> str:
    console = Console(record=True, file=io.StringIO(), width=40, highlight=False)
    console.print(text)
    return svg(console, title="x")


def length_of(word: str, shown: str) -> float:
    found = re.search(rf'textLength="([\d.]+)"[^>]*>{word}</text>', shown)
    assert found is not None
    return float(found[1])


def test_a_chinese_character_is_as_wide_as_two_letters() -> None:
    shown = pictured("[red]上报[/red][green]ab[/green]")
    assert length_of("ab", shown) == 2 * ONE_CELL
    assert length_of("上报", shown) == 4 * ONE_CELL


def test_what_is_escaped_counts_as_what_it_shows() -> None:
    assert length_of("a&lt;b", pictured("[red]a<b[/red]")) == pytest.approx(3 * ONE_CELL)


def test_no_font_is_fetched() -> None:
    shown = pictured("x")
    assert "@font-face" not in shown
    assert "url(http" not in shown
