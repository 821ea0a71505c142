"""One step from the command line, beside a running subscriber.

Answers come over the department's one queue and belong to whoever consumes it. So a single step
is published without consuming, and its outcome is read off the order over HTTP.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from qiaotou_department.department import Department
from qiaotou_department.messages import Message, Sender
from qiaotou_department.order import COMPLETED, SIGNED
from qiaotou_department.results import Contact, Files, hand_in

POLL_S = 0.25


@dataclass(frozen=True)
class Outcome:
    """Where the order stands after a step: `taken` by this step, or `already` before it."""

    order: dict[str, Any]
    taken: bool
    already: bool = False


def sign(department: Department, order_id: UUID, *, timeout_s: float) -> Outcome:
    """签收 one order. Raises: ApiProblem, ApiUnavailable, LinkLost, NotAllowed."""
    order = department.api.order(order_id)
    if order["state"] in SIGNED:
        return Outcome(order, taken=True, already=True)
    message = _sender(department, order).sign()
    return _take(department, order_id, message=message, reached=SIGNED, timeout_s=timeout_s)


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
    order = department.api.order(order_id)
    if order["state"] in COMPLETED:
        return Outcome(order, taken=True, already=True)
    receipt = hand_in(department.api, order_id, text=text, photos=photos, papers=papers, contact=contact)
    message = _sender(department, order).complete(result_id=receipt.result_id, sha256=receipt.sha256)
    return _take(department, order_id, message=message, reached=COMPLETED, timeout_s=timeout_s)


def _sender(department: Department, order: dict[str, Any]) -> Sender:
    return Sender(
        source=f"department.{department.settings.department}",
        order_id=UUID(order["order_id"]),
        case_id=UUID(order["case_id"]),
        correlation_id=str(uuid4()),
    )


def _take(
    department: Department,
    order_id: UUID,
    *,
    message: Message,
    reached: frozenset[str],
    timeout_s: float,
    sleep: Callable[[float], None] = time.sleep,
) -> Outcome:
    department.tell(message)
    deadline = time.monotonic() + timeout_s
    while True:
        order = department.api.order(order_id)
        taken = order["state"] in reached
        if taken or time.monotonic() >= deadline:
            return Outcome(order, taken=taken)
        sleep(POLL_S)
