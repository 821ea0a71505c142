"""Where an order stands, as the cell shows it over HTTP: whether a step has been taken."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

View = Mapping[str, Any]
Reached = Callable[[View], bool]

RECONCILED = "reconciled"  # what the cell answers to a reconcile instead of an order's state


def signed(order: View) -> bool:
    """We have taken it on, whatever came after."""
    return order["state"] in {"signed", "suspended", "completed"}


def returned(order: View) -> bool:
    """It went back to the district centre."""
    return bool(order["state"] == "returned")


def completed(order: View) -> bool:
    """The lead is done with it."""
    return bool(order["state"] == "completed")


def part_done(department: str) -> Reached:
    """Return what says that this co-handler's part is done."""

    def reached(order: View) -> bool:
        parts = order.get("parts", ())
        return any(part["department"] == department and part["state"] == "done" for part in parts)

    return reached


def extension_asked(days: int, *, due_at: datetime | None) -> Reached:
    """Return what says that the dispatcher has just this request before it, or has put off `due_at`."""

    def reached(order: View) -> bool:
        put_off = due_at is not None and due_of(order) not in (None, due_at)
        return put_off or _asked(order) == ("extension", days, None, None)

    return reached


def suspension_asked(reason: str, until: date) -> Reached:
    """Return what says that the dispatcher has just this request before it, or has granted it."""
    wanted = ("suspension", None, reason, until.isoformat())
    return lambda order: order["state"] == "suspended" or _asked(order) == wanted


def due_of(order: View) -> datetime | None:
    """Return when our part is due, None while the clock stands."""
    due_at = order.get("due_at")
    return None if due_at is None else datetime.fromisoformat(due_at)


def _asked(order: View) -> tuple[Any, ...]:
    request = order.get("asked") or {}
    return tuple(request.get(field) for field in ("kind", "days", "reason", "review_on"))
