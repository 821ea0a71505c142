"""Whether each department heard everything in order, and nothing that contradicts itself. Pure."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from fault.history import Heard
from fault.judging.findings import Finding, Kind
from fault.judging.run import Run

# What is said to one department alone: the versions of an order that do not concern it are left out.
_TO_ONE = "department."
_REPLY = "department.reply."
_ORDER = "department.order."
_OFFERED = "department.order.offered."
_RECONCILE = "reconcile"


class _Line(NamedTuple):
    """What one department hears of one subject from one source."""

    department: str
    source: str
    subject: str


def judged(run: Run) -> Iterator[Finding]:
    """Yield what is wrong with what the departments took from their queues."""
    reconciling = {entry.client for entry in run.entries if entry.action == _RECONCILE}
    lines: defaultdict[_Line, dict[str, Heard]] = defaultdict(dict)
    lasting: defaultdict[_Line, dict[str, Heard]] = defaultdict(dict)
    owners: dict[str, Heard] = {}
    for each in run.heard:
        first = owners.setdefault(each.event_id, each)
        if _content(first) != _content(each):
            yield Finding(Kind.DOUBLED, f"event {each.event_id} was heard with two contents")
        elif first.department != each.department and each.type.startswith(_TO_ONE):
            both = f"{first.department} and {each.department}"
            yield Finding(Kind.DOUBLED, f"event {each.event_id} to one department was heard by {both}")
        # What comes twice under one id is absorbed: only its first hearing counts.
        line = _Line(each.department, each.source, each.subject)
        lines[line].setdefault(each.event_id, each)
        if not run.may_be_forgotten(each):
            lasting[line].setdefault(each.event_id, each)
    yield from _of_nothing(run)
    yield from _epochs(run)
    for line, events in lines.items():
        yield from _without_a_gap(line, list(events.values()))
    for line, events in lasting.items():
        yield from _in_order(line, list(events.values()))
        # Whoever hears of a restore is told all orders again, as if it had asked.
        reconciled = bool(run.restores) or any(client.endswith(line.department) for client in reconciling)
        yield from _forked(line, list(events.values()), reconciled=reconciled)


def _of_nothing(run: Run) -> Iterator[Finding]:
    """Yield the orders that a department alone knows; what the timeline knows is judged there."""
    there = {order.order_id for order in run.state.orders}
    there |= {line.detail.get("order_id", "") for case in run.state.cases for line in case.life}
    told = {
        each.order_id: each.case_id
        for each in run.heard
        if each.type.startswith(_ORDER) and each.case_id in run.op_of and not run.may_be_forgotten(each)
    }
    for order_id in told.keys() - there:
        words = f"a department was told of order {order_id}, which is not there"
        yield Finding(Kind.LOST, f"case {told[order_id]}: {words}")


def _epochs(run: Run) -> Iterator[Finding]:
    """Yield what was heard of an epoch that was over: it could not be told from what was rolled back."""
    latest: dict[tuple[str, str], int] = {}
    for each in run.heard:
        known = latest.setdefault((each.department, each.source), each.epoch)
        if each.epoch < known:
            words = f"heard event {each.event_id} of epoch {each.epoch} after epoch {known}"
            yield Finding(Kind.DISORDERED, f"{each.department}, from {each.source}, {words}")
        latest[each.department, each.source] = max(known, each.epoch)


def _content(heard: Heard) -> tuple[object, ...]:
    return heard.source, heard.subject, heard.sequence, heard.type, heard.case_id, heard.order_id


def _in_order(line: _Line, events: list[Heard]) -> Iterator[Finding]:
    highest = 0
    for event in events:
        if event.sequence < highest:
            yield _disordered(line, f"heard {event.sequence} after {highest}")
        highest = max(highest, event.sequence)


def _without_a_gap(line: _Line, events: list[Heard]) -> Iterator[Finding]:
    to_all = {event.sequence for event in events if not event.type.startswith(_TO_ONE)}
    missing = sorted(set(range(1, max(to_all, default=0))) - to_all)
    if missing:
        yield _disordered(line, f"never heard {', '.join(map(str, missing))}")


def _forked(line: _Line, events: list[Heard], *, reconciled: bool) -> Iterator[Finding]:
    told: dict[int, Heard] = {}
    for event in events:
        before = told.setdefault(event.sequence, event)
        if before is event or _told_again(before, event, reconciled=reconciled):
            continue
        types = " and ".join(dict.fromkeys((before.type, event.type)))
        yield Finding(Kind.DOUBLED, f"{_of(line)} heard {event.sequence} under two ids: {types}")


def _told_again(before: Heard, event: Heard, *, reconciled: bool) -> bool:
    """Whether it is no fork: what is said again is answered again, and who reconciles is offered again."""
    if before.type == event.type and event.type.startswith(_REPLY):
        return True
    same = (before.case_id, before.order_id) == (event.case_id, event.order_id)
    return reconciled and same and any(each.type.startswith(_OFFERED) for each in (before, event))


def _disordered(line: _Line, what: str) -> Finding:
    return Finding(Kind.DISORDERED, f"{_of(line)} {what}")


def _of(line: _Line) -> str:
    return f"{line.department}, of {line.subject} from {line.source},"
