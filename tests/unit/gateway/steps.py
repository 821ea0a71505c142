"""A step as a client takes it, and one that is not right."""

from typing import Any, NamedTuple


class Taken(NamedTuple):
    """Who posts what where, which message it becomes, and what that says."""

    path: str
    role: str
    body: dict[str, Any]
    message: Any
    said: dict[str, Any]


class Bad(NamedTuple):
    """Who posts what where, which field is named, and why."""

    path: str
    role: str
    body: dict[str, Any]
    field: str
    reason: str


def named(each: Taken | Bad) -> str:
    """The name of a test's case."""
    return f"{each.path} {each.field} {each.reason}" if isinstance(each, Bad) else each.path
