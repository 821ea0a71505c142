"""One step from the command line, beside a running subscriber.

Answers come over the department's one queue and belong to whoever consumes it. So a single step
is published without consuming, and its outcome is read off the order over HTTP.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from qiaotou_department import standing, statements
from qiaotou_department.department import Department
from qiaotou_department.messages import Message
from qiaotou_department.results import Contact, Files, hand_in
from qiaotou_department.sender import Sender
from qiaotou_department.standing import Reached, View

POLL_S = 0.25


@dataclass(frozen=True)
class Outcome:
    """Where the order stands after a step: `taken` by this step, or `already` before it."""

    order: dict[str, Any]
    taken: bool
    already: bool = False


Making = Callable[[Sender, View], Message]


def sign(department: Department, order_id: UUID, *, timeout_s: float) -> Outcome:
    """签收 one order. Raises: ApiProblem, ApiUnavailable, LinkLost, NotAllowed."""
    return _take(
        department,
        order_id,
        lambda sender, _: sender.sign(),
        reached_after=lambda _: standing.signed,
        timeout_s=timeout_s,
    )


def return_(
    department: Department,
    order_id: UUID,
    *,
    reason: str,
    legal_basis: str,
    suggested: str | None,
    timeout_s: float,
) -> Outcome:
    """退回 one order. Raises: ApiProblem, ApiUnavailable, LinkLost, NotAllowed."""

    def make(sender: Sender, _: View) -> Message:
        statement = statements.state(
            department.api, order_id, kind="return", text=reason, legal_basis=legal_basis
        )
        return sender.return_(statement, suggested=suggested)

    return _take(department, order_id, make, reached_after=lambda _: standing.returned, timeout_s=timeout_s)


def ask_extension(
    department: Department, order_id: UUID, *, days: int, reason: str, attempt: int, timeout_s: float
) -> Outcome:
    """申请延期 of one order. Raises: ApiProblem, ApiUnavailable, LinkLost, NotAllowed."""

    def make(sender: Sender, order: View) -> Message:
        statement = statements.state(department.api, order_id, kind="extension", text=reason)
        return sender.ask_extension(statement, days=days, state=order["state"], attempt=attempt)

    def reached_after(order: View) -> Reached:
        return standing.extension_asked(days, due_at=standing.due_of(order))

    return _take(department, order_id, make, reached_after=reached_after, timeout_s=timeout_s)


def ask_suspension(
    department: Department,
    order_id: UUID,
    *,
    reason: str,
    until: date,
    text: str | None,
    attempt: int,
    timeout_s: float,
) -> Outcome:
    """申请挂起 of one order. Raises: ApiProblem, ApiUnavailable, LinkLost, NotAllowed."""

    def make(sender: Sender, order: View) -> Message:
        statement = None
        if text is not None:
            statement = statements.state(department.api, order_id, kind="suspension", text=text)
        return sender.ask_suspension(
            statement, reason=reason, until=until, state=order["state"], attempt=attempt
        )

    reached = standing.suspension_asked(reason, until)
    return _take(department, order_id, make, reached_after=lambda _: reached, timeout_s=timeout_s)


def complete_part(
    department: Department,
    order_id: UUID,
    *,
    text: str,
    photos: Files,
    papers: Files,
    contact: Contact,
    timeout_s: float,
) -> Outcome:
    """协办办结 of our part in one order. Raises: ApiProblem, ApiUnavailable, LinkLost, NotAllowed."""

    def make(sender: Sender, order: View) -> Message:
        result = hand_in(department.api, order_id, text=text, photos=photos, papers=papers, contact=contact)
        return sender.complete_part(result, version=order["version"])

    reached = standing.part_done(department.settings.department)
    return _take(department, order_id, make, reached_after=lambda _: reached, timeout_s=timeout_s)


def complete(
    department: Department,
    order_id: UUID,
    *,
    text: str,
    photos: Files,
    papers: Files,
    contact: Contact,
    timeout_s: float,
) -> Outcome:
    """办结 one order. Raises: ApiProblem, ApiUnavailable, LinkLost, NotAllowed."""

    def make(sender: Sender, order: View) -> Message:
        result = hand_in(department.api, order_id, text=text, photos=photos, papers=papers, contact=contact)
        return sender.complete(result, version=order["version"])

    return _take(department, order_id, make, reached_after=lambda _: standing.completed, timeout_s=timeout_s)


def _take(
    department: Department,
    order_id: UUID,
    make: Making,
    *,
    reached_after: Callable[[View], Reached],
    timeout_s: float,
) -> Outcome:
    """Say what `make` makes of the order as it stands, and look until the step is taken."""
    order = department.api.order(order_id)
    reached = reached_after(order)
    if reached(order):
        return Outcome(order, taken=True, already=True)
    department.tell(make(_sender(department, order), order))
    deadline = time.monotonic() + timeout_s
    while True:
        order = department.api.order(order_id)
        taken = reached(order)
        if taken or time.monotonic() >= deadline:
            return Outcome(order, taken=taken)
        time.sleep(POLL_S)


def _sender(department: Department, order: dict[str, Any]) -> Sender:
    return Sender(
        department=department.settings.department,
        order_id=UUID(order["order_id"]),
        case_id=UUID(order["case_id"]),
        correlation_id=str(uuid4()),
    )
