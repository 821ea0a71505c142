"""Take a district's orders from the bus and answer them.

A department writes one function; the kit consumes, signs, uploads, hands in and completes.
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
from qiaotou_department.messages import Answer, Offer
from qiaotou_department.order import Order
from qiaotou_department.results import Contact
from qiaotou_department.settings import Settings

__all__ = [
    "Answer",
    "ApiProblem",
    "ApiUnavailable",
    "Contact",
    "Department",
    "DepartmentError",
    "LinkLost",
    "NoAnswer",
    "NotAllowed",
    "Offer",
    "Order",
    "Refused",
    "Settings",
]
