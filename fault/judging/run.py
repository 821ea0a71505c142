"""A run put in order: what clients wanted and were told, what departments heard, what there is. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import msgspec

from fault.final_state import FinalCase, FinalOrder, FinalState
from fault.history import Entry, Heard, Outcome, Restored

REPORT = "report"
_SERVER_ERROR = 500


class Op(NamedTuple):
    """One intention with every try of it: what was sent, and what was answered."""

    action: str
    name: str
    entries: tuple[Entry, ...]

    @property
    def accepted(self) -> bool:
        """Whether any try was answered that it was done."""
        return any(each.outcome is Outcome.OK for each in self.entries)

    @property
    def refused(self) -> bool:
        """Whether every try was answered, and each by a clear refusal: nothing was done.

        A 503 promises no more than that asking again will tell, so it is none.
        """
        outcomes = [each for each in self.entries if each.outcome is not Outcome.INVOKE]
        answered = {each.attempt for each in outcomes}
        return bool(outcomes) and all(
            each.outcome is Outcome.FAIL and each.status < _SERVER_ERROR
            if each.outcome is not Outcome.INVOKE
            else each.attempt in answered
            for each in self.entries
        )

    @property
    def answers(self) -> tuple[str, ...]:
        """The cases that were named by an acceptance, each once, in order."""
        named = (each.case_id for each in self.entries if each.outcome is Outcome.OK and each.case_id)
        return tuple(dict.fromkeys(named))

    @property
    def case_id(self) -> str:
        """The case that it is about, empty where no entry says so."""
        return next((each.case_id for each in self.entries if each.case_id), "")


@dataclass(frozen=True)
class Run:
    """Everything that is judged, found by what one looks for."""

    entries: tuple[Entry, ...]
    heard: tuple[Heard, ...]
    state: FinalState
    restores: tuple[Restored, ...] = ()

    def may_be_forgotten(self, said: Entry | Heard) -> bool:
        """Whether a cell that was restored may know nothing of what was answered or heard here."""
        is_sent = isinstance(said, Entry) and said.outcome is Outcome.INVOKE
        return not is_sent and any(each.may_have_forgotten(said.at) for each in self.restores)

    @cached_property
    def ops(self) -> tuple[Op, ...]:
        """Every intention, in the order in which they came up."""
        tries: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
        for entry in self.entries:
            tries[entry.action, entry.op].append(self._believed(entry))
        return tuple(Op(action, name, tuple(found)) for (action, name), found in tries.items())

    def _believed(self, entry: Entry) -> Entry:
        """Return an answer as it counts: what may have been forgotten was done, or was not."""
        if not self.may_be_forgotten(entry):
            return entry
        return msgspec.structs.replace(entry, outcome=Outcome.UNKNOWN)

    @cached_property
    def reports(self) -> dict[str, Op]:
        """The reports by op."""
        return {op.name: op for op in self.ops if op.action == REPORT}

    @cached_property
    def cases(self) -> dict[str, FinalCase]:
        """The cases by id."""
        return {case.case_id: case for case in self.state.cases}

    @cached_property
    def op_of(self) -> dict[str, str]:
        """The op at the end of each case's text, by case id; cases of others are not in it."""
        return _found_by_tail(self.state.cases, self.reports)

    @cached_property
    def cases_of(self) -> dict[str, list[FinalCase]]:
        """The cases of each op."""
        cases: defaultdict[str, list[FinalCase]] = defaultdict(list)
        for case_id, op in self.op_of.items():
            cases[op].append(self.cases[case_id])
        return dict(cases)

    @cached_property
    def orders_of(self) -> dict[str, list[FinalOrder]]:
        """The work orders of each case."""
        orders: defaultdict[str, list[FinalOrder]] = defaultdict(list)
        for order in self.state.orders:
            orders[order.case_id].append(order)
        return dict(orders)


def _found_by_tail(cases: Iterable[FinalCase], ops: Iterable[str]) -> dict[str, str]:
    known = frozenset(op for op in ops if op)
    # Of two ops of which one ends with the other, the longer one is meant.
    lengths = sorted({len(op) for op in known}, reverse=True)
    found = {}
    for case in cases:
        ends = (case.tail[-length:] for length in lengths)
        op = next((each for each in ends if each in known), None)
        if op is not None:
            found[case.case_id] = op
    return found
