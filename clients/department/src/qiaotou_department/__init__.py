"""Take a district's orders from the bus and answer them.

A department writes one function; the kit consumes, says what is decided, uploads, hands in and completes.
"""

from qiaotou_department.department import Department
from qiaotou_department.errors import (
    ApiProblem,
    ApiUnavailable,
    DepartmentError,
    LinkLost,
    NoAnswer,
    NotAllowed,
    Refused,
)
from qiaotou_department.messages import Answer, Change, Offer, Restored
from qiaotou_department.order import Order
from qiaotou_department.results import Contact
from qiaotou_department.settings import Settings

__all__ = [
    "Answer",
    "ApiProblem",
    "ApiUnavailable",
    "Change",
    "Contact",
    "Department",
    "DepartmentError",
    "LinkLost",
    "NoAnswer",
    "NotAllowed",
    "Offer",
    "Order",
    "Refused",
    "Restored",
    "Settings",
]
