"""Whether every step that was acknowledged is there, and none that was refused. Pure."""

from collections import Counter
from collections.abc import Iterator

from fault.final_state import FinalCase, FinalOrder, Line
from fault.judging.findings import Finding, Kind
from fault.judging.run import Op, Run

# Which lines of a case's life each action of a client leads to.
_SHOWN_AS = {
    "sign": ("work_order.signed",),
    "complete": ("work_order.completed",),
    "return": ("work_order.returned",),
    "check": ("pass_check", "fail_check"),
    "visit": ("record_satisfied", "record_dissatisfied"),
    "archive": ("archive",),
}
_HAND_IN = "hand_in"
ACTIONS = frozenset({*_SHOWN_AS, _HAND_IN})


def judged(run: Run) -> Iterator[Finding]:
    """Yield the acknowledged steps that are lost, and the refused ones that were taken all the same."""
    possible = {(op.action, op.case_id) for op in run.ops if not op.refused}
    for op in run.ops:
        if op.action not in ACTIONS or not op.case_id:
            continue
        shown = _shown(op, run)
        if op.accepted and not shown:
            yield Finding(Kind.LOST, f"{_of(op)} was acknowledged and is not there")
        elif op.refused and shown and (op.action, op.case_id) not in possible:
            yield Finding(Kind.FALSE_REFUSAL, f"{_of(op)} was refused, yet it is there")
        if len(op.answers) > 1:
            yield Finding(Kind.DOUBLED, f"{_of(op)} was acknowledged of {' and '.join(op.answers)}")
    yield from _told_to_each_other(run)


def of_no_case(run: Run) -> int:
    """Return how many acknowledged steps name no case, so that nothing can be said of them."""
    return sum(op.accepted and not op.case_id for op in run.ops if op.action in ACTIONS)


def unasked(run: Run) -> int:
    """Return how many steps of the run's cases no client says to have asked for."""
    asked = {(op.action, op.case_id) for op in run.ops}
    return sum(
        (action, case_id) not in asked
        for case_id in run.op_of
        for action, steps in _SHOWN_AS.items()
        for line in run.cases[case_id].life
        if line.step in steps and line.kind != "timer"
    )


def _shown(op: Op, run: Run) -> bool:
    case = run.cases.get(op.case_id)
    if case is None:
        return False
    if op.action != _HAND_IN:
        return any(line.step in _SHOWN_AS[op.action] for line in case.life if line.kind != "timer")
    orders = run.orders_of.get(case.case_id, [])
    # Before a completion names it, a result stands nowhere.
    return any(order.result_id for order in orders) or not any(order.completed_at for order in orders)


def _told_to_each_other(run: Run) -> Iterator[Finding]:
    """Yield where an order and its case's timeline do not say the same."""
    for case in run.state.cases:
        orders = run.orders_of.get(case.case_id, [])
        yield from _one_at_a_time(case, orders)
        told = {(line.detail.get("order_id", ""), line.step) for line in case.life}
        for order in orders:
            yield from _same(case, order, told)
        there = {order.order_id for order in orders}
        for line in _offers(case):
            if line.detail.get("order_id") not in there:
                yield Finding(Kind.LOST, f"case {case.case_id} was offered as an order that is not there")
    yield from _orders_alone(run)


def _orders_alone(run: Run) -> Iterator[Finding]:
    for order in run.state.orders:
        if order.case_id not in run.cases:
            words = f"order {order.order_id} is of case {order.case_id}, which is not there"
            yield Finding(Kind.LOST, words)
    results = Counter(order.result_id for order in run.state.orders if order.result_id)
    for result_id, times in results.items():
        if times > 1:
            yield Finding(Kind.DOUBLED, f"result {result_id} stands with {times} orders")


def _offers(case: FinalCase) -> Iterator[Line]:
    return (line for line in case.life if line.step == "work_order.offered")


def _one_at_a_time(case: FinalCase, orders: list[FinalOrder]) -> Iterator[Finding]:
    standing = [order.cycle for order in orders if order.state not in ("returned", "recalled")]
    for cycle in dict.fromkeys(standing):
        if standing.count(cycle) > 1:
            words = f"case {case.case_id} has {standing.count(cycle)} orders in cycle {cycle}"
            yield Finding(Kind.DOUBLED, words)


def _same(case: FinalCase, order: FinalOrder, told: set[tuple[str, str]]) -> Iterator[Finding]:
    happened = {
        "work_order.offered": True,
        "work_order.signed": order.signed_at is not None,
        "work_order.completed": order.completed_at is not None,
    }
    for step, done in happened.items():
        if done != ((order.order_id, step) in told):
            knows = "its order" if done else "its timeline"
            yield Finding(Kind.LOST, f"case {case.case_id}: of {step} {knows} alone knows")


def _of(op: Op) -> str:
    return f"{op.action} {op.name} of case {op.case_id}"
