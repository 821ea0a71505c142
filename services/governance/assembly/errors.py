"""Why an assembly does not do what is asked: one class a cause, each with its public code. Pure."""

from chassis.refusal import Refusal


class AssemblyRefusal(Refusal):
    """The root of what an assembly refuses."""


class IllegalTransition(AssemblyRefusal):
    """This step is not possible in this state; `state` is `-` where there is no assembly yet."""

    code = "illegal_transition"

    def __init__(self, state: str | None, step: str) -> None:
        super().__init__(f"{step} is not possible in {state or '-'}", state=state or "-", step=step)


class AssemblyExists(AssemblyRefusal):
    """An assembly was called under this id."""

    code = "conflict"


class UnknownAssembly(AssemblyRefusal):
    """No assembly was called under this id."""

    code = "not_found"


class UnknownPoint(AssemblyRefusal):
    """There is no such point on the agenda, or no such objection."""

    code = "not_found"


class RuleUnfit(AssemblyRefusal):
    """The rule is not in force on the day, or is not one of residents who meet and raise hands."""

    code = "rule_unfit"


class TermUnfit(AssemblyRefusal):
    """A number of the assembly is not one that can be; `field` names which."""

    code = "invalid"


class NoticeTooShort(AssemblyRefusal):
    """Between the notice and the assembly lie too few days."""

    code = "notice_too_short"


class TooEarly(AssemblyRefusal):
    """It was announced for later, or its result is not published long enough."""

    code = "too_early"


class TooLate(AssemblyRefusal):
    """The days in which one can object have passed."""

    code = "objection_period_over"


class QuorumMissed(AssemblyRefusal):
    """Too few are there: nothing is decided. `decided_by` names the inequality with both sides."""

    code = "quorum_missed"


class CountedBefore(AssemblyRefusal):
    """The hands of this point were counted, or its work was dispatched."""

    code = "already_resolved"


class PointsOpen(AssemblyRefusal):
    """The hands of some points are not counted yet."""

    code = "points_open"


class ObjectionsOpen(AssemblyRefusal):
    """Some objections are not answered yet."""

    code = "objections_open"


class NotPassed(AssemblyRefusal):
    """What did not pass makes no work."""

    code = "not_passed"
