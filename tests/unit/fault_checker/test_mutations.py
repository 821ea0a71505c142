"""A healthy run is spoiled by chance: what matters is found, and what does not matter is let be.

A checker that finds nothing may be blind. Here something is dropped, doubled, swapped or renamed in the
histories or in the final state, and it is known beforehand what that must come to.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fault.final_state import Line
from fault.history import Outcome
from tests.support.examples import examples
from tests.unit.fault_checker.runs import ARun, an_id, changed, healthy, relived

Mutation = Callable[[ARun, Callable[[int], int]], str]
# To extend an order a second time is no step twice.
EXTENDED = 4


def _drop_a_case(run: ARun, draw: Callable[[int], int]) -> str:
    del run.cases[draw(len(run.cases))]
    return "false_201"


def _drop_a_case_and_its_seal(run: ARun, draw: Callable[[int], int]) -> str:
    gone = run.cases.pop(draw(len(run.cases)))
    run.leaves = [each for each in run.leaves if each.case_id != gone.case_id]
    return "lost"


def _double_a_case(run: ARun, draw: Callable[[int], int]) -> str:
    twin = run.cases[draw(len(run.cases))]
    run.cases.append(msgspec.structs.replace(twin, case_id=an_id("twin"), number="140303-20260303-000001"))
    return "doubled"


def _swap_two_texts(run: ARun, draw: Callable[[int], int]) -> str:
    one = draw(len(run.cases))
    other = (one + 1) % len(run.cases)
    tails = run.cases[one].tail, run.cases[other].tail
    changed(run.cases, one, tail=tails[1])
    changed(run.cases, other, tail=tails[0])
    return "false_201"


def _rename_a_case(run: ARun, draw: Callable[[int], int]) -> str:
    changed(run.cases, draw(len(run.cases)), case_id=an_id("renamed"))
    return "false_201"


def _cut_a_life_short(run: ARun, draw: Callable[[int], int]) -> str:
    at = draw(len(run.cases))
    kept = 1 + draw(len(run.cases[at].life) - 1)

    def cut(life: list[Line]) -> None:
        del life[kept:]

    run.cases[at] = relived(run.cases[at], cut)
    return "lost"


def _drop_a_line(run: ARun, draw: Callable[[int], int]) -> str:
    at = draw(len(run.cases))
    life = list(run.cases[at].life)
    del life[draw(len(life))]
    changed(run.cases, at, life=tuple(life))
    return "disordered"


def _double_a_line(run: ARun, draw: Callable[[int], int]) -> str:
    at = draw(len(run.cases))
    line = draw(len(run.cases[at].life))
    line += line == EXTENDED
    run.cases[at] = relived(run.cases[at], lambda life: life.insert(line, life[line]))
    return "doubled"


def _swap_two_lines(run: ARun, draw: Callable[[int], int]) -> str:
    at = draw(len(run.cases))
    line = draw(len(run.cases[at].life) - 1)

    def swap(life: list[Line]) -> None:
        life[line], life[line + 1] = life[line + 1], life[line]

    run.cases[at] = relived(run.cases[at], swap)
    return "disordered"


def _drop_an_order(run: ARun, draw: Callable[[int], int]) -> str:
    del run.orders[draw(len(run.orders))]
    return "lost"


def _double_an_order(run: ARun, draw: Callable[[int], int]) -> str:
    twin = run.orders[draw(len(run.orders))]
    run.orders.append(msgspec.structs.replace(twin, order_id=an_id("twin")))
    return "doubled"


def _change_a_seal(run: ARun, draw: Callable[[int], int]) -> str:
    changed(run.leaves, draw(len(run.leaves)), seal="00")
    return "doubled"


def _double_a_leaf(run: ARun, draw: Callable[[int], int]) -> str:
    twin = run.leaves[draw(len(run.leaves))]
    run.leaves.append(msgspec.structs.replace(twin, index=len(run.leaves)))
    return "doubled"


def _answer_with_another_case(run: ARun, draw: Callable[[int], int]) -> str:
    changed(run.entries, _an_answer(run, draw, "report"), case_id=an_id("another"))
    return "false_201"


def _answer_twice_with_two_cases(run: ARun, draw: Callable[[int], int]) -> str:
    at = _an_answer(run, draw, "report")
    run.entries.append(msgspec.structs.replace(run.entries[at], case_id=an_id("another"), attempt=9))
    return "doubled"


def _refuse_what_was_done(run: ARun, draw: Callable[[int], int]) -> str:
    action = ("sign", "hand_in", "complete", "check", "visit", "archive")[draw(6)]
    changed(run.entries, _an_answer(run, draw, action), outcome=Outcome.FAIL, status=409)
    return "false_refusals"


def _swap_what_was_heard(run: ARun, draw: Callable[[int], int]) -> str:
    at = 2 * draw(len(run.heard) // 2)
    run.heard[at], run.heard[at + 1] = run.heard[at + 1], run.heard[at]
    return "disordered"


def _fork_what_was_heard(run: ARun, draw: Callable[[int], int]) -> str:
    at = draw(len(run.heard))
    run.heard.insert(at, msgspec.structs.replace(run.heard[at], event_id=an_id("forged")))
    return "doubled"


def _an_answer(run: ARun, draw: Callable[[int], int], action: str) -> int:
    answers = [
        at for at, each in enumerate(run.entries) if each.action == action and each.outcome is Outcome.OK
    ]
    return answers[draw(len(answers))]


def _forget_a_client(run: ARun, draw: Callable[[int], int]) -> str:
    """An answer was never written down: its outcome is unknown."""
    answers = [at for at, each in enumerate(run.entries) if each.outcome is Outcome.OK]
    del run.entries[answers[draw(len(answers))]]
    return ""


def _write_a_line_twice(run: ARun, draw: Callable[[int], int]) -> str:
    at = draw(len(run.entries))
    run.entries.insert(at, run.entries[at])
    return ""


def _hear_it_again(run: ARun, draw: Callable[[int], int]) -> str:
    if run.heard:
        run.heard.append(run.heard[draw(len(run.heard))])
    return ""


def _never_hear_it(run: ARun, draw: Callable[[int], int]) -> str:
    gone = run.heard[draw(len(run.heard))].event_id if run.heard else ""
    run.heard = [each for each in run.heard if each.event_id != gone]
    return ""


def _read_in_another_order(run: ARun, draw: Callable[[int], int]) -> str:
    run.cases.insert(draw(len(run.cases)), run.cases.pop())
    run.orders.insert(draw(len(run.orders)), run.orders.pop())
    return ""


MATTERS = (
    _drop_a_case,
    _drop_a_case_and_its_seal,
    _double_a_case,
    _swap_two_texts,
    _rename_a_case,
    _cut_a_life_short,
    _drop_a_line,
    _double_a_line,
    _swap_two_lines,
    _drop_an_order,
    _double_an_order,
    _change_a_seal,
    _double_a_leaf,
    _answer_with_another_case,
    _answer_twice_with_two_cases,
    _refuse_what_was_done,
    _swap_what_was_heard,
    _fork_what_was_heard,
)
DOES_NOT = (_forget_a_client, _write_a_line_twice, _hear_it_again, _never_hear_it, _read_in_another_order)
_OFTEN = settings(
    max_examples=examples(200), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


@_OFTEN
@given(st.sampled_from(MATTERS), st.integers(2, 4), st.data())
def test_what_matters_is_found_and_called_what_it_is(
    tmp_path: Path, mutation: Mutation, loops: int, data: st.DataObject
) -> None:
    run = healthy(loops)
    kind = mutation(run, lambda below: data.draw(st.integers(0, below - 1)))
    assert run.judged(tmp_path).counts[kind] > 0


@_OFTEN
@given(st.lists(st.sampled_from(DOES_NOT), min_size=1, max_size=4), st.integers(2, 4), st.data())
def test_what_does_not_matter_is_let_be(
    tmp_path: Path, mutations: list[Mutation], loops: int, data: st.DataObject
) -> None:
    run = healthy(loops)
    for mutation in mutations:
        mutation(run, lambda below: data.draw(st.integers(0, below - 1)))
    verdict = run.judged(tmp_path)
    assert verdict.clean, verdict
