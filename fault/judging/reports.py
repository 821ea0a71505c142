"""Whether every accepted report is one case, the one that was answered, and came to an end. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from fault.final_state import FinalCase
from fault.judging.findings import Finding, Kind
from fault.judging.life import TERMINAL
from fault.judging.run import Op, Run

_NUMBER = re.compile(r"\d{6}-(?P<day>\d{8})-(?P<sequence>\d{6,})")


def judged(run: Run) -> Iterator[Finding]:
    """Yield what is wrong with the reports and what became of them."""
    for op in run.reports.values():
        if op.accepted:
            yield from _accepted(op, run)
        elif op.refused:
            for case in run.cases_of.get(op.name, ()):
                yield Finding(
                    Kind.FALSE_REFUSAL, f"report {op.name} was refused, yet it is case {case.case_id}"
                )
        yield from _once(op, run.cases_of.get(op.name, []))
    yield from _numbers_twice(run)


def missing_numbers(run: Run) -> int:
    """Return how many case numbers are left out, from 1 to the last of each day."""
    days: defaultdict[str, set[int]] = defaultdict(set)
    for case in run.state.cases:
        match = _NUMBER.fullmatch(case.number)
        if match:
            days[match["day"]].add(int(match["sequence"]))
    return sum(max(found) - len(found) for found in days.values())


def _accepted(op: Op, run: Run) -> Iterator[Finding]:
    yield from _kept(op, run)
    if len(op.answers) > 1:
        yield Finding(Kind.DOUBLED, f"report {op.name} was answered with {' and '.join(op.answers)}")
    ends = [case.state for case in run.cases_of.get(op.name, ()) if case.state in TERMINAL]
    if not ends:
        states = " and ".join(case.state for case in run.cases_of.get(op.name, ())) or "nowhere"
        yield Finding(Kind.LOST, f"report {op.name} was accepted and came to no end: it stands {states}")


def _kept(op: Op, run: Run) -> Iterator[Finding]:
    """Yield where an acceptance says what is not so."""
    if not op.answers:
        yield Finding(Kind.FALSE_201, f"report {op.name} was accepted without naming a case")
    for case_id in op.answers:
        case = run.cases.get(case_id)
        if case is None:
            yield Finding(
                Kind.FALSE_201, f"report {op.name} was answered with case {case_id}, which is not there"
            )
        elif run.op_of.get(case_id) != op.name:
            whose = run.op_of.get(case_id, "nobody here")
            yield Finding(
                Kind.FALSE_201, f"report {op.name} was answered with case {case_id}, which is {whose}'s"
            )
        elif not case.listed:
            yield Finding(Kind.LOST, f"report {op.name}: case {case_id} is there, and no list has it")


def _once(op: Op, cases: list[FinalCase]) -> Iterator[Finding]:
    if len(cases) > 1:
        names = " and ".join(case.case_id for case in cases)
        yield Finding(Kind.DOUBLED, f"report {op.name} has become {len(cases)} cases: {names}")


def _numbers_twice(run: Run) -> Iterator[Finding]:
    for number, times in Counter(case.number for case in run.state.cases).items():
        if times > 1:
            yield Finding(Kind.DOUBLED, f"{times} cases have the number {number}")
