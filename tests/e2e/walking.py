"""A walk along rows of the two tables, and what the public API shows of it.

A case's rows are read off its timeline: what stood before, what moved it, where it came to. An
order's are seen from outside: where it stood, where it stands after a step, and that it has moved.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from qiaotou_department import Contact, Settings
from qiaotou_department.department import Department
from qiaotou_department.steps import Outcome

from ops.clock import SHANGHAI
from tests.e2e.district import Person, a_report, eventually
from tests.support import clock

RESIDENT, DISPATCHER = "resident", "dispatcher"
WORDS = "已到现场处置完毕, 恢复正常使用。"
REASON = "经现场核实, 情况与此前不同, 特此说明。"
TAKEN_S = 20


class Row(NamedTuple):
    """One row of a table, as the domain's own tables write it; `-` is what does not exist yet."""

    source: str
    kind: str
    step: str
    target: str


class Walk(NamedTuple):
    """A walk, and the rows that it takes."""

    go: Callable[["Trail"], None]
    cases: frozenset[Row]
    orders: frozenset[Row]


WALKS: list[Walk] = []


def walks(*, cases: str = "", orders: str = "") -> Callable[[Callable[["Trail"], None]], Any]:
    """Declare the rows that a walk takes, one a line: `source kind step target`."""

    def declare(go: Callable[["Trail"], None]) -> Callable[["Trail"], None]:
        WALKS.append(Walk(go, frozenset(_rows(cases)), frozenset(_rows(orders))))
        return go

    return declare


def _rows(lines: str) -> Iterable[Row]:
    for line in filter(None, map(str.strip, lines.splitlines())):
        yield Row(*line.split())


class Trail:
    """What one walk does and sees."""

    def __init__(self, district: Any) -> None:
        self.district = district
        self.orders: set[Row] = set()
        self._cases: list[str] = []

    def person(self, login: str) -> Person:
        return self.district.person(login)  # type: ignore[no-any-return]

    # Cases.

    def report(self, login: str = RESIDENT, **changes: Any) -> str:
        """Report; `category=None` leaves it to the dispatcher."""
        return self.follow(self._made(login, "/cases", a_report(**changes))["case_id"])

    def follow(self, case_id: str) -> str:
        """Read this case's rows at the end."""
        self._cases.append(case_id)
        return case_id

    def take(self, login: str, case_id: str, step: str, body: Any = None) -> dict[str, Any]:
        """Have somebody take a step of a case."""
        return self._made(login, f"/cases/{case_id}/{step}", body or {})

    def case(self, case_id: str) -> dict[str, Any]:
        answer = self.person(DISPATCHER).get(f"/cases/{case_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def case_when(self, case_id: str, state: str, *, cycle: int | None = None) -> dict[str, Any]:
        return dict(
            eventually(
                lambda: self.case(case_id),
                lambda case: case["state"] == state and cycle in (None, case["cycle"]),
            )
        )

    def until_there(self, case_id: str) -> str:
        """Wait for a case that a fact makes, and follow it."""
        eventually(
            lambda: self.person(DISPATCHER).get(f"/cases/{case_id}").status_code, lambda status: status == 200
        )
        return self.follow(case_id)

    def agenda_item(self, case_id: str) -> str:
        """Wait until a case waits for a conference; return the item's id."""

        def waiting() -> list[str]:
            agenda = self.person(DISPATCHER).get("/conference/agenda").json()
            return [each["item_id"] for each in agenda["waiting"] if each["case_id"] == case_id]

        (item_id,) = eventually(waiting, bool)
        return str(item_id)

    def deadlines(self, case_id: str) -> list[dict[str, Any]]:
        return list(self.person(DISPATCHER).get(f"/cases/{case_id}/deadlines").json()["items"])

    def heard(self, case_id: str, step: str) -> None:
        """Wait until a fact stands in the case's timeline."""
        eventually(lambda: self.timeline(case_id), lambda life: any(each["step"] == step for each in life))

    def timeline(self, case_id: str) -> list[dict[str, Any]]:
        return list(self.person(DISPATCHER).get(f"/cases/{case_id}/timeline").json()["entries"])

    def rows_of_cases(self) -> set[Row]:
        """The rows that the followed cases have taken; each now stands where the last one led."""
        found: set[Row] = set()
        for case_id in self._cases:
            source = "-"
            for entry in self.timeline(case_id):
                if not entry["late"]:
                    found.add(Row(source, entry["kind"], entry["step"], entry["state"]))
                    source = entry["state"]
            assert self.case(case_id)["state"] == source
        return found

    # Orders.

    def offered(self, case_id: str, cause: str) -> str:
        """Wait for the order of the case's present cycle; return its id."""
        cycle = self.case(case_id)["cycle"]
        order = eventually(lambda: self._newest(case_id), lambda newest: newest.get("cycle") == cycle)
        assert order["state"] == "offered"
        self.orders.add(Row("-", "fact", cause, "offered"))
        return str(order["order_id"])

    def order(self, order_id: str) -> dict[str, Any]:
        answer = self.person(DISPATCHER).get(f"/orders/{order_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def moved(self, order_id: str, row: str, act: Callable[[], object]) -> dict[str, Any]:
        """Do something that takes an order along a row, `source kind step target`; return it after."""
        before = self.order(order_id)
        act()
        return self.came_to(before, row)

    def came_to(self, before: dict[str, Any], row: str) -> dict[str, Any]:
        """Wait until an order has gone along a row from where it stood; return it."""
        wanted = Row(*row.split())
        assert before["state"] == wanted.source
        after = eventually(
            lambda: self.order(before["order_id"]),
            lambda order: order["state"] == wanted.target and order["version"] > before["version"],
            TAKEN_S,
        )
        self.orders.add(wanted)
        return dict(after)

    def decide(self, order_id: str, row: str, path: str, body: Any = None) -> dict[str, Any]:
        """Have the dispatcher decide about an order."""
        return self.moved(
            order_id, row, lambda: self._made(DISPATCHER, f"/orders/{order_id}/{path}", body or {})
        )

    def by_hand(
        self, order_id: str, row: str, path: str, body: Any = None, *, by: str = ""
    ) -> dict[str, Any]:
        """Have an officer of the lead, or of the department `by`, take a step over HTTP."""
        login = f"officer-{(by or self.order(order_id)['department']).lower()}"
        return self.moved(
            order_id,
            row,
            lambda: self._made(login, f"/department/orders/{order_id}/{path}", body or {}),
        )

    def on_the_bus(
        self, order_id: str, row: str, step: Callable[..., Outcome], *, by: str = "", **said: Any
    ) -> dict[str, Any]:
        """Have the software of the lead, or of the department `by`, take a step on the bus."""
        code = by or self.order(order_id)["department"]
        department = Department(Settings.from_env(self.district.department(code)))
        return self.moved(
            order_id,
            row,
            lambda: step(department, UUID(order_id), timeout_s=TAKEN_S, **said),
        )

    def redirected(self, order_id: str, source: str, department: str) -> str:
        """改派 an order; return the new one's id. The old one stays as it is."""
        made = self._made(DISPATCHER, f"/orders/{order_id}/redirection", {"department": department})
        assert self.order(order_id)["state"] == source
        new = self.order(made["order_id"])
        assert (new["state"], new["department"]) == ("offered", department)
        self.orders.add(Row(source, "command", "redirect", "offered"))
        return str(made["order_id"])

    def result(self, login: str) -> dict[str, Any]:
        """What an officer says and shows to be done."""
        contact = {"at": self.now(), "channel": "phone", "note": ""}
        return {"text": WORDS, "contact": contact, "evidence": [self.person(login).photo()]}

    def now(self) -> str:
        """The cell's own time, as it was a moment ago."""
        return clock.now(self.district).isoformat()

    def day(self, ahead: int) -> date:
        """A day of the district, so many ahead of the cell's today."""
        return (clock.now(self.district).astimezone(SHANGHAI) + timedelta(days=ahead)).date()

    # The usual way.

    def signed(self, case_id: str, cause: str = "case.classified") -> str:
        """Have the lead sign the order of the present cycle; return its id."""
        order_id = self.offered(case_id, cause)
        self.by_hand(order_id, "offered command sign signed", "signature")
        self.case_when(case_id, "in_progress")
        return order_id

    def answered(self, case_id: str, cause: str = "case.classified") -> None:
        """Have the lead sign and complete the order of the present cycle."""
        order_id = self.signed(case_id, cause)
        officer = f"officer-{self.order(order_id)['department'].lower()}"
        self.by_hand(order_id, "signed command complete completed", "completion", self.result(officer))
        self.case_when(case_id, "answered")

    def checked(self, case_id: str, cause: str = "case.classified") -> None:
        """Go on to where the return visit is due."""
        self.answered(case_id, cause)
        worker = f"worker-{self.case(case_id)['grid']}"
        self.take(worker, case_id, "checks", {"evidence": [self.person(worker).photo()]})

    def _newest(self, case_id: str) -> dict[str, Any]:
        found = self.person(DISPATCHER).get(f"/cases/{case_id}/orders").json()["items"]
        return dict(found[0]) if found else {}

    def _made(self, login: str, path: str, body: Any) -> dict[str, Any]:
        answer = self.person(login).post(path, body)
        assert answer.ok, f"{path}: {answer.text}"
        return dict(answer.json())


def phone() -> Contact:
    return Contact(channel="phone")
