"""The fault matrix names its tests, and each says how it was seen failing."""

import ast
import re
from pathlib import Path
from typing import NamedTuple

import pytest

REPOSITORY = Path(__file__).parents[3]
PAGE = REPOSITORY / "docs" / "faults.md"
FAULTS = {
    "gateway": {"`kill -9` before the commit", "`kill -9` after the commit"},
    "service": {"`kill -9`", "SIGTERM under load"},
    "relay": {"killed between confirm and mark", "two relays"},
    "broker": {"`kill -9`", "stopped for 60 s", "memory alarm", "SIGSTOP"},
    "link": {"black hole", "reset", "half-close", "2 s latency"},
    "PostgreSQL": {"immediate stop", "restart", "pool exhausted", "disk full"},
    "message": {"poison", "kills the process"},
    "department": {"never acks", "purges its queue", "floods replies", "speaks for another"},
    "clock": {"one hour ahead"},
}


class Row(NamedTuple):
    """One row of the matrix; `test` and `page` are empty where no test is named, which is a fault."""

    component: str
    fault: str
    promised: str
    test: str
    page: str
    seen: str


def rows() -> list[Row]:
    """Return the table under the chapter's heading."""
    chapter = PAGE.read_text("utf-8").partition("\n## The fault matrix\n")[2].partition("\n## ")[0]
    lines = [line.strip("| ") for line in chapter.splitlines() if line.startswith("|")][2:]
    return [_row([cell.strip() for cell in line.split(" |")]) for line in lines]


def _row(cells: list[str]) -> Row:
    component, fault, promised, named, *seen = [*cells, "", ""][:5]
    found = re.fullmatch(r"\[`(\w+)`\]\(\.\./([\w/]+\.py)\)", named)
    test, page = found.groups() if found else ("", "")
    return Row(component, fault, promised, test, page, " ".join(seen))


def how_seen_failing(row: Row) -> str:
    """Return what the test's docstring says. Raises: StopIteration where there is no such test."""
    tree = ast.parse((REPOSITORY / row.page).read_text("utf-8"))
    functions = (each for each in tree.body if isinstance(each, ast.FunctionDef))
    test = next(each for each in functions if each.name == row.test)
    return " ".join((ast.get_docstring(test) or "").partition("Seen failing: ")[2].split())


def test_every_fault_has_a_row_and_every_row_is_a_fault() -> None:
    named = {component: {row.fault for row in rows() if row.component == component} for component in FAULTS}
    assert named == FAULTS
    assert {row.component for row in rows()} == FAULTS.keys()


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.test or row.fault)
def test_the_test_of_a_row_is_there_and_says_how_it_was_seen_failing(row: Row) -> None:
    assert row.test.startswith("test_")
    assert how_seen_failing(row) == row.seen
    assert row.seen
