"""Why a rule cannot say what is asked of it: one class a cause, each with its public code. Pure."""

from chassis.refusal import Refusal


class RuleRefusal(Refusal):
    """The root of what the rules refuse."""


class UnknownRule(RuleRefusal):
    """No rule has this code."""

    code = "not_found"


class MissingCount(RuleRefusal):
    """The rule compares a count that was not given; `field` names which."""

    code = "invalid"


class ImpossibleCounts(RuleRefusal):
    """A part is larger than its whole; `field` names the part, `whole` the whole."""

    code = "invalid"


class UnusedCount(RuleRefusal):
    """The rule does not compare a count that was given; `field` names which."""

    code = "invalid"
