"""Why a message is not marked or not listed: one class a cause. Pure."""

from chassis.refusal import Forbidden, Invalid, NotFound


class NoSuchMessage(NotFound):
    """There is no such message, or it is somebody else's: which of the two is not told."""


class NotAPerson(Forbidden):
    """Messages are for people; a part of the system has none."""


class UnfitNumber(Invalid):
    """Too few or too many at a time."""
