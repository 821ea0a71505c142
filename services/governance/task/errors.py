"""Why a department's task is not taken: one class a cause, each with its public code. Pure."""

from chassis.refusal import Refusal


class TaskRefusal(Refusal):
    """The root of what is refused of a task."""


class NotOnEntryList(TaskRefusal):
    """The list has no such item, or not for this department."""

    code = "not_on_entry_list"


class TaskExists(TaskRefusal):
    """A task was proposed under this id."""

    code = "conflict"


class UnknownCommunity(TaskRefusal):
    """No community of this code has a grid."""

    code = "not_found"


class TermUnfit(TaskRefusal):
    """A number or a date is not one that can be; `field` names which."""

    code = "invalid"
