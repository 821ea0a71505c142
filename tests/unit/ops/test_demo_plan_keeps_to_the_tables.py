"""Every act of the plan is played against the two transition tables, as the design prescribes them."""

import csv
from collections import defaultdict
from datetime import date
from pathlib import Path

import msgspec
import pytest

from ops.demo.acts import Act, Deed, End, PlannedCase
from ops.demo.plan import Plan
from tests.unit.ops.plans import SEEDS, planned

UNIT = Path(__file__).parents[1]
Table = dict[tuple[str, str], list[str]]


def _table(path: Path) -> Table:
    found: Table = defaultdict(list)
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["source"], row["step"]].append(row["target"])
    return found


CASES = _table(UNIT / "intake" / "data" / "case.csv")
ORDERS = _table(UNIT / "dispatch" / "data" / "work_order.csv")
OPEN = {"reported", "awaiting_reporter", "classified", "in_progress", "suspended", "answered", "checked"}
ENDS = {
    End.CLOSED: {"closed", "archived"},
    End.OPEN: OPEN | {"awaiting_conference"},
    End.ASIDE: {"merged", "refused", "cancelled"},
}
# What each deed is called in the two tables, and what intake then hears.
OF_CASE = {
    Deed.SPOT: "settle_on_spot",
    Deed.WITHDRAW: "withdraw",
    Deed.ASK: "ask_reporter",
    Deed.ANSWER: "answer_question",
    Deed.CLASSIFY: "classify",
    Deed.REFUSE: "refuse",
    Deed.MERGE: "merge",
    Deed.PASS_CHECK: "pass_check",
    Deed.FAIL_CHECK: "fail_check",
    Deed.ATTEMPT: "record_attempt",
    Deed.UNREACHABLE: "record_unreachable",
    Deed.SATISFIED: "record_satisfied",
    Deed.DISSATISFIED: "record_dissatisfied",
    Deed.ADOPT: "resolution.adopted",
    Deed.DECLINE: "resolution.declined",
    Deed.REOPEN: "reopen",
    Deed.ARCHIVE: "archive",
}
OF_ORDER = {
    Deed.SIGN: ("sign", "signed"),
    Deed.RETURN: ("return", "returned"),
    Deed.RECALL: ("recall", "recalled"),
    Deed.REDIRECT: ("redirect", "offered"),
    Deed.ASK_EXTENSION: ("ask_extension", None),
    Deed.GRANT_EXTENSION: ("grant_extension", "extended"),
    Deed.DENY_EXTENSION: ("deny_extension", None),
    Deed.ASK_SUSPENSION: ("ask_suspension", None),
    Deed.GRANT_SUSPENSION: ("grant_suspension", "suspended"),
    Deed.DENY_SUSPENSION: ("deny_suspension", None),
    Deed.RESUME: ("resume", "resumed"),
    Deed.COMPLETE_PART: ("complete_part", None),
    Deed.EXCUSE_PART: ("excuse_part", None),
    Deed.COMPLETE: ("complete", "completed"),
}


class Walk:
    """One case and its order, walked along the tables."""

    def __init__(self, case: PlannedCase, plan: Plan) -> None:
        self.case, self.plan = case, plan
        self.state, self.order = "-", "-"
        self.anonymous = False
        self.escalation = 0
        self.review_on: date | None = None

    def walk(self) -> str:
        for act in self.case.acts:
            self._time_passes(act.slot)
            self._take(act)
        self._time_passes(len(self.plan.slots))
        return self.state

    def _take(self, act: Act) -> None:
        if act.deed is Deed.REPORT:
            self.anonymous = act.said["anonymous"]
            self._case("report")
            if "category" in act.said:
                self._case("classify")
                self._offer()
        elif act.deed in OF_CASE:
            self._case(OF_CASE[act.deed])
            self._count(act)
        else:
            step, heard = OF_ORDER[act.deed]
            self.order = self._next(ORDERS, self.order, step)
            if act.deed is Deed.GRANT_SUSPENSION:
                self.review_on = date.fromisoformat(act.said["review_on"])
                assert (self.review_on - self.plan.slots[act.slot].day).days <= 30
            if heard is not None:
                self._case(f"work_order.{heard}")

    def _count(self, act: Act) -> None:
        self.escalation += act.deed in {Deed.DISSATISFIED, Deed.REOPEN}
        if self.state == "classified":
            self._offer()

    def _offer(self) -> None:
        self.order = "offered"
        self._case("work_order.offered")

    def _time_passes(self, slot: int) -> None:
        over = slot >= len(self.plan.slots)
        day = date(2012, 12, 1) if over else self.plan.slots[slot].day
        if self.order == "suspended" and self.review_on is not None and self.review_on <= day:
            self.order = self._next(ORDERS, "suspended", "resume")
            self._case("work_order.resumed")
        if over and self.case.course == "given up":
            self._case("give_up")

    def _case(self, step: str) -> None:
        self.state = self._next(CASES, self.state, step)

    def _next(self, table: Table, state: str, step: str) -> str:
        targets = sorted(set(table[state, step]))
        assert targets, f"{self.case.key} ({self.case.course}): no {step} from {state}"
        if step == "pass_check":
            return "closed" if self.anonymous else "checked"
        if step in {"record_dissatisfied", "reopen"}:
            return "awaiting_conference" if self.escalation >= 2 else "classified"
        assert len(targets) == 1
        return targets[0]


@pytest.mark.whole
@pytest.mark.parametrize(("seed", "scale"), [*((seed, 1.0) for seed in SEEDS), (7, 0.3), (7, 0.05)])
def test_every_act_is_a_step_of_the_tables_and_leads_to_the_planned_end(seed: int, scale: float) -> None:
    plan = planned(seed, scale)
    for case in plan.cases:
        assert Walk(case, plan).walk() in ENDS[case.end], case.key


def test_the_walk_refuses_what_the_tables_do_not_have() -> None:
    plan = planned(7, 0.05)
    case = next(each for each in plan.cases if each.course == "straight")
    unsigned = [act for act in case.acts if act.deed is not Deed.SIGN]
    with pytest.raises(AssertionError, match="no complete from offered"):
        Walk(msgspec.structs.replace(case, acts=tuple(unsigned)), plan).walk()
