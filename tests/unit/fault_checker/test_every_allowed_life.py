"""The checker's own table of a life says what the published page says; no allowed life is blamed."""

import re
from itertools import count
from pathlib import Path
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from fault.final_state import FinalCase, FinalState
from fault.judging import life
from fault.judging.life import LEADS
from fault.judging.run import Run
from tests.support.examples import examples
from tests.unit.fault_checker.runs import line

PAGE = Path(__file__).parents[3] / "docs" / "lifecycle.md"
LONGEST = 40
# To the conference a case goes in the cycle that it is in.
ROUND_AGAIN = ("fail_check", "record_dissatisfied", "reopen", "resolution.adopted")


class Row(NamedTuple):
    source: str
    kind: str
    step: str
    target: str


def published() -> tuple[Row, ...]:
    """Return the rows of the case's table on the page that is generated from the services' own."""
    chapter = PAGE.read_text(encoding="utf-8").partition("## Case ")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\S+)[^|]*\| (command|fact|timer) \| (\S+)[^|]*\| (\w+)", chapter, re.MULTILINE)
    return tuple(Row("" if source == "—" else source, *rest) for source, *rest in rows)


def test_the_table_written_a_second_time_is_the_published_one() -> None:
    ours = {
        (state, step): set(to.split(" or ")) for state, steps in LEADS.items() for step, to in steps.items()
    }
    theirs: dict[tuple[str, str], set[str]] = {}
    for row in published():
        theirs.setdefault((row.source, row.step), set()).add(row.target)
    assert len(theirs) > 30
    assert ours == theirs


@settings(max_examples=examples(200))
@given(st.data())
def test_no_allowed_life_is_blamed(data: st.DataObject) -> None:
    rows = published()
    state, cycle, order, orders, lines = "", 1, "", count(1), []
    for position in range(1, data.draw(st.integers(2, LONGEST)) + 1):
        allowed = [row for row in rows if row.source == state and _may_come(row, order)]
        if not allowed:
            break
        row = data.draw(st.sampled_from(allowed))
        cycle += row.step in ROUND_AGAIN and row.target == "classified"
        if row.step == "work_order.offered":
            order = str(next(orders))
        detail = {"order_id": order} if row.step.startswith("work_order.") else {}
        lines.append(line(position, row.kind, row.step, row.target, cycle=cycle, detail=detail))
        state, order = row.target, "" if row.target == "classified" and "offered" not in row.step else order
    case = FinalCase(
        case_id="a", number="1", state=state, version=len(lines), tail="", seal=None, life=tuple(lines)
    )
    assert list(life.judged(Run((), (), FinalState((case,))))) == []


def _may_come(row: Row, order: str) -> bool:
    """One order stands at a time, and what is said of an order needs one."""
    if row.step == "work_order.offered":
        return not order
    return bool(order) or not row.step.startswith("work_order.")
