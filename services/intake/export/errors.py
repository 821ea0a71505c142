"""Why an export is not made or not handed out: one class a cause, each with its public code. Pure."""

from typing import ClassVar

from chassis.refusal import Refusal


class ExportRefusal(Refusal):
    """The root of what an export refuses."""


class TooManyExports(ExportRefusal):
    """As many of the account's exports are under way as may be at a time."""

    code: ClassVar[str] = "too_many_exports"
