"""Why something about a person is not done: one class a cause. Pure."""

from chassis.refusal import Conflict, Invalid, Refusal


class UnknownPerson(Refusal):
    """There is no such person, or not for this caller."""

    code = "not_found"


class UnknownHousehold(Refusal):
    """No household of this code exists on that day, or not for this caller."""

    code = "unknown_household"


class UnfitPerson(Invalid):
    """What is said of a person is not right; `fields` name each part with a word."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("", **fields)


class PersonKnown(Conflict):
    """Somebody with this identity number, phone or id is on record."""


class HeadKnown(Refusal):
    """The household has a head; it can have one."""

    code = "household_has_head"


class MovedBefore(Refusal):
    """A move lies after the one before it, or on its day where that led away, and not in the future."""

    code = "move_out_of_order"


class ReasonMissing(Invalid):
    """Who wants to know more than a mask says why, in 5 to 200 characters."""

    def __init__(self) -> None:
        super().__init__("", reason="length")
