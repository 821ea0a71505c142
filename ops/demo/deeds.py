"""Doing what the plan says: each deed as its doer does it in daily use, over HTTP or as a department."""

from typing import Any

from contracts.commands.dispatch import StatementKind
from contracts.department import (
    AskExtension,
    AskSuspension,
    CompleteOrder,
    CompletePart,
    ReturnOrder,
    SignOrder,
)
from ops.demo.acts import Act, Deed, PlannedCase
from ops.demo.conference import Conference
from ops.demo.days import Slot
from ops.demo.departments import Departments
from ops.demo.people import API, People

# What a case is told, below its own address.
_TO_CASE = {
    Deed.WITHDRAW: "withdrawal",
    Deed.ASK: "question",
    Deed.ANSWER: "answer",
    Deed.CLASSIFY: "classification",
    Deed.REFUSE: "refusal",
    Deed.PASS_CHECK: "checks",
    Deed.FAIL_CHECK: "checks/failed",
    Deed.ATTEMPT: "visits/attempts",
    Deed.UNREACHABLE: "visits/unreachable",
    Deed.SATISFIED: "visits/satisfied",
    Deed.DISSATISFIED: "visits/dissatisfied",
    Deed.REOPEN: "reopening",
    Deed.ARCHIVE: "archive",
}
# What the dispatcher decides about an order, below its address.
_TO_ORDER = {
    Deed.RECALL: "recall",
    Deed.REDIRECT: "redirection",
    Deed.GRANT_EXTENSION: "extension/grant",
    Deed.DENY_EXTENSION: "extension/denial",
    Deed.GRANT_SUSPENSION: "suspension/grant",
    Deed.DENY_SUSPENSION: "suspension/denial",
    Deed.RESUME: "resumption",
}
_SHOWING = frozenset({Deed.REPORT, Deed.PASS_CHECK, Deed.FAIL_CHECK})
_STATED = {
    Deed.RETURN: (ReturnOrder.type, StatementKind.RETURN, ("suggested",)),
    Deed.ASK_EXTENSION: (AskExtension.type, StatementKind.EXTENSION, ("days",)),
}
_RESULTS = {Deed.COMPLETE: CompleteOrder.type, Deed.COMPLETE_PART: CompletePart.type}
JSON = dict[str, Any]


class Doer:
    """Does deeds. The ids of cases are those that the API has answered."""

    def __init__(self, people: People, departments: Departments, *, run: str, patience_s: float) -> None:
        self._people = people
        self._departments = departments
        self._run = run
        self._patience_s = patience_s
        self._case_ids: dict[str, str] = {}
        self._conference = Conference(people, run=run)

    def get_ready(self, case: PlannedCase, number: int) -> None:
        """Sign its doer in, and upload what is to be shown with it, ahead of the act itself."""
        act = case.acts[number]
        self._people.token(act.by)
        self._shown(act.by, (*act.before, *act.shown))

    def do(self, case: PlannedCase, number: int, slot: Slot) -> None:
        """Do one act of a case. Doing it again does nothing more. Raises: RefusedError, OSError, Unready."""
        act = case.acts[number]
        key = f"{self._run}:{case.key}:{number}"
        match act.deed:
            case Deed.REPORT:
                receipt = self._post("/cases", self._body(act), act.by, key)
                self._case_ids[case.key] = receipt["case_id"]
            case Deed.SPOT:
                self._case_ids[case.key] = self._settle(act, key)
            case Deed.MERGE:
                master = self._case_ids[str(act.case)]
                self._post(f"{self._path(case)}/merge", {"master": master}, act.by, key)
            case Deed.ADOPT | Deed.DECLINE:
                item = self._conference.item(self._case_ids[case.key], act.cycle, slot)
                self._post(f"{item}/{act.deed.value}", act.said, act.by, key)
            case deed if deed in _TO_CASE:
                self._post(f"{self._path(case)}/{_TO_CASE[deed]}", self._body(act), act.by, key)
            case _:
                self._with_an_order(case, act, key)

    def _with_an_order(self, case: PlannedCase, act: Act, key: str) -> None:
        order = self._departments.order(
            act.lead, self._case_ids[case.key], act.cycle, within_s=self._patience_s
        )
        match act.deed:
            case Deed.EXCUSE_PART:
                said = {"reason": act.said["reason"]}
                self._post(f"/orders/{order}/parts/{act.said['department']}/excuse", said, act.by, key)
            case deed if deed in _TO_ORDER:
                self._post(f"/orders/{order}/{_TO_ORDER[deed]}", act.said, act.by, key)
            case Deed.SIGN:
                self._say(act, SignOrder.type, order, {})
            case Deed.ASK_SUSPENSION:
                self._say(act, AskSuspension.type, order, act.said)
            case deed if deed in _STATED:
                self._state(act, order, key)
            case _:
                self._hand_in(act, order, key)

    def _state(self, act: Act, order: str, key: str) -> None:
        message, kind, fields = _STATED[act.deed]
        said = {name: value for name, value in act.said.items() if name not in fields}
        path = f"/department/orders/{order}/statements"
        receipt = self._post(path, {"kind": kind.value} | said, act.by, key)
        named = {"statement_id": receipt["statement_id"], "statement_sha256": receipt["sha256"]}
        self._say(act, message, order, named | {name: act.said[name] for name in fields})

    def _hand_in(self, act: Act, order: str, key: str) -> None:
        path = f"/department/orders/{order}/results"
        receipt = self._post(path, act.said | {"evidence": self._shown(act.by, act.shown)}, act.by, key)
        named = {"result_id": receipt["result_id"], "result_sha256": receipt["sha256"]}
        self._say(act, _RESULTS[act.deed], order, named)

    def _settle(self, act: Act, key: str) -> str:
        shown = {
            name: self._shown(act.by, which) for name, which in (("before", act.before), ("after", act.shown))
        }
        return str(self._post("/cases/on-the-spot", act.said | shown, act.by, key)["case_id"])

    def _say(self, act: Act, kind: str, order: str, data: JSON) -> None:
        self._departments.say(act.by, kind, order, {"order_id": order} | data)

    def _body(self, act: Act) -> JSON:
        return act.said | ({"evidence": self._shown(act.by, act.shown)} if act.deed in _SHOWING else {})

    def _shown(self, who: str, names: tuple[str, ...]) -> list[str]:
        return [self._people.picture(who, name) for name in names]

    def _path(self, case: PlannedCase) -> str:
        return f"/cases/{self._case_ids[case.key]}"

    def _post(self, path: str, body: JSON, who: str, key: str) -> JSON:
        return self._people.client.post(f"{API}{path}", body, token=self._people.token(who), key=key)
