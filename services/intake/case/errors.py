"""Why a case is left as it is: one class a cause, each with its public code. Pure."""

from chassis.refusal import Refusal


class CaseRefusal(Refusal):
    """The root of what a case refuses."""


class IllegalTransition(CaseRefusal):
    """This step is not possible in this state; `state` is `-` where there is no case yet."""

    code = "illegal_transition"

    def __init__(self, state: str | None, step: str) -> None:
        super().__init__(f"{step} is not possible in {state or '-'}", state=state or "-", step=step)


class UnknownGrid(CaseRefusal):
    """No grid of this code exists on this day."""

    code = "unknown_grid"


class ForeignGrid(CaseRefusal):
    """The caller's role would allow it, but at another place."""

    code = "foreign_grid"


class UnknownCategory(CaseRefusal):
    """No second-level category of this code is in force."""

    code = "unknown_category"


class UnknownDepartment(CaseRefusal):
    """No department has this code."""

    code = "unknown_department"


class OccurredInFuture(CaseRefusal):
    """What is reported would happen later than now."""

    code = "occurred_in_future"


class TextTooShort(CaseRefusal):
    """Fewer characters than somebody else needs to understand it."""

    code = "text_too_short"


class TextTooLong(CaseRefusal):
    """More characters than anybody will read."""

    code = "text_too_long"


class EvidenceMissing(CaseRefusal):
    """A photo, a position or a document that this step needs is not there; `missing` names it."""

    code = "evidence_missing"


class TooFarAway(CaseRefusal):
    """The grid worker does not stand where the case is."""

    code = "too_far_away"


class HandlerMayNotCheck(CaseRefusal):
    """Whoever handled a case may not check it."""

    code = "handler_may_not_check"


class NotSmall(CaseRefusal):
    """A matter of this category is not settled on the spot."""

    code = "not_small"


class NotConfirmed(CaseRefusal):
    """The resident has not said that it is settled."""

    code = "not_confirmed"


class ReporterUnknown(CaseRefusal):
    """The report was anonymous: nobody can be asked."""

    code = "reporter_unknown"


class SameCase(CaseRefusal):
    """A case cannot go on as itself."""

    code = "same_case"


class MasterNotOpen(CaseRefusal):
    """The case that this one would go on as is closed, set aside or not there."""

    code = "master_not_open"


class TooFewAttempts(CaseRefusal):
    """The reporter was not tried often enough to be called unreachable."""

    code = "too_few_attempts"


class TooLateToReopen(CaseRefusal):
    """It was closed too long ago."""

    code = "too_late_to_reopen"


class UnknownCaseError(LookupError):
    """A fact speaks of a case that was never reported: not a refusal, but a fault to look at."""


class UnknownPlaceError(LookupError):
    """A fact names a grid or a category that is not mirrored: a fault to look at, and to try again."""
