"""A small run as it should be: each loop reported, handled, checked, visited and archived."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid5

import msgspec

from fault.checker import Verdict, check
from fault.final_state import FinalCase, FinalLeaf, FinalOrder, FinalState, Line
from fault.history import CLIENTS, FAULTS, HEARD, RESTORES, Entry, Heard, Outcome, Restored

NAMES = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
BEGIN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LIFE = (
    ("command", "report", "reported"),
    ("command", "classify", "classified"),
    ("fact", "work_order.offered", "classified"),
    ("fact", "work_order.signed", "in_progress"),
    ("fact", "work_order.extended", "in_progress"),
    ("fact", "work_order.completed", "answered"),
    ("command", "pass_check", "checked"),
    ("command", "record_satisfied", "closed"),
    ("command", "archive", "archived"),
)
STEPS = ("sign", "hand_in", "complete", "check", "visit", "archive")
T = TypeVar("T")


def an_id(of: str) -> str:
    return str(uuid5(NAMES, of))


def line(position: int, kind: str, step: str, state: str, **more: object) -> Line:
    given = {"at": BEGIN + timedelta(minutes=position), "cycle": 1, "late": False, "detail": {}} | more
    return msgspec.convert(
        given | {"position": position, "kind": kind, "step": step, "state": state}, Line, strict=False
    )


def lived(*steps: tuple[str, str, str], order_id: str = "", seal: str = "") -> tuple[Line, ...]:
    def detail(step: str) -> dict[str, str]:
        if step.startswith("work_order."):
            return {"order_id": order_id}
        return {"seal": seal} if step == "archive" else {}

    return tuple(line(at, *each, detail=detail(each[1])) for at, each in enumerate(steps, start=1))


@dataclass
class ARun:
    """What clients, departments and the API say; every list may be spoiled."""

    entries: list[Entry] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    cases: list[FinalCase] = field(default_factory=list)
    orders: list[FinalOrder] = field(default_factory=list)
    leaves: list[FinalLeaf] = field(default_factory=list)
    restores: list[Restored] = field(default_factory=list)

    @property
    def state(self) -> FinalState:
        return FinalState(tuple(self.cases), tuple(self.orders), tuple(self.leaves))

    def judged(self, folder: Path) -> Verdict:
        written = ((CLIENTS, self.entries), (HEARD, self.heard), (FAULTS, []), (RESTORES, self.restores))
        for name, lines in written:
            (folder / name).write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in lines))
        return check(folder, self.state)

    def tried(self, op: str, action: str, outcome: Outcome, **more: object) -> None:
        """Log one try: what is sent, and what became of it."""
        given = {"at": float(len(self.entries)), "client": "grid-1", "op": op, "action": action} | more
        sent = Entry(**given | {"outcome": Outcome.INVOKE, "case_id": ""})  # type: ignore[arg-type]
        self.entries.append(sent)
        self.entries.append(Entry(**given | {"outcome": outcome}))  # type: ignore[arg-type]

    def said(self, department: str, event_id: str, **more: object) -> None:
        """Log what a department heard."""
        given = {"at": float(len(self.heard)), "source": "dispatch", "sequence": 1} | more
        self.heard.append(Heard(department=department, event_id=event_id, **given))  # type: ignore[arg-type]


def healthy(loops: int = 2) -> ARun:
    """Return a run without a fault in it; the first try of each report was answered by nobody."""
    run = ARun()
    for number in range(1, loops + 1):
        _loop(run, f"r-{number:04}", number)
    return run


def changed(things: list[T], at: int, /, **changes: object) -> None:
    """Put another value in a thing's place."""
    things[at] = msgspec.structs.replace(things[at], **changes)  # type: ignore[type-var]


def relived(case: FinalCase, change: Callable[[list[Line]], object]) -> FinalCase:
    """Return a case whose life was spoiled and numbered anew, as a faulty system would write it."""
    life = list(case.life)
    change(life)
    life = [
        msgspec.structs.replace(each, position=at, at=BEGIN + timedelta(minutes=at))
        for at, each in enumerate(life, start=1)
    ]
    return msgspec.structs.replace(case, life=tuple(life), version=len(life), state=life[-1].state)


def _loop(run: ARun, op: str, number: int) -> None:
    case_id, order_id, seal = an_id(op), an_id(f"{op} order"), sha256(op.encode()).hexdigest()
    run.tried(op, "report", Outcome.UNKNOWN, status=504)
    run.tried(op, "report", Outcome.OK, attempt=2, status=201, case_id=case_id)
    for step in STEPS:
        run.tried(f"{op}/{step}", step, Outcome.OK, status=200, case_id=case_id)
    about = {"case_id": case_id, "order_id": order_id}
    offered, extended = "department.order.offered.v1", "department.order.changed.v1"
    run.said("CGJ", an_id(f"{op} offered"), subject=order_id, type=offered, **about)
    run.said("CGJ", an_id(f"{op} extended"), subject=order_id, sequence=4, type=extended, **about)
    run.cases.append(
        FinalCase(
            case_id=case_id,
            number=f"140303-20260302-{number:06d}",
            state="archived",
            version=len(LIFE),
            tail=f"路灯不亮, 夜间行走不便。 {op}",
            seal=seal,
            life=lived(*LIFE, order_id=order_id, seal=seal),
        )
    )
    run.orders.append(
        FinalOrder(
            order_id=order_id,
            case_id=case_id,
            cycle=1,
            state="completed",
            department="CGJ",
            signed_at=BEGIN,
            completed_at=BEGIN,
            result_id=an_id(f"{op} result"),
        )
    )
    run.leaves.append(FinalLeaf(index=number - 1, case_id=case_id, seal=seal))
