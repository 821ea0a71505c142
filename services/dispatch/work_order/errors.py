"""Why a work order does not do what is asked. Pure."""

from chassis.refusal import Refusal


class WorkOrderRefusal(Refusal):
    """The root of this tree."""


class IllegalTransition(WorkOrderRefusal):
    """This step is not possible in this state; `state` is `-` where there is no order yet."""

    code = "illegal_transition"

    def __init__(self, state: str | None, step: str) -> None:
        super().__init__(f"{step} is not possible in {state or '-'}", state=state or "-", step=step)


class UnknownOrder(WorkOrderRefusal):
    """There is no such order, or it is not this department's."""

    code = "unknown_order"


class NotTheLead(WorkOrderRefusal):
    """A co-handler asks for what the lead alone may do."""

    code = "not_the_lead"


class NotACoHandler(WorkOrderRefusal):
    """The lead asks for what a co-handler alone may do."""

    code = "not_a_co_handler"


class PartNotOpen(WorkOrderRefusal):
    """There is no such part, or it is done or excused; `department` names whose."""

    code = "part_not_open"


class PartsOpen(WorkOrderRefusal):
    """A co-handler has not done its part yet."""

    code = "parts_open"


class Designated(WorkOrderRefusal):
    """Whoever was designated may not return the order."""

    code = "designated"


class ReturnedBefore(WorkOrderRefusal):
    """A department returns a case once."""

    code = "returned_before"


class NotCurrent(WorkOrderRefusal):
    """The case has another order by now."""

    code = "not_current"


class CaseIsMerged(WorkOrderRefusal):
    """The case goes on as another one, so nobody gets an order of it."""

    code = "illegal_transition"


class NeverExtended(WorkOrderRefusal):
    """What is urgent has no extension."""

    code = "never_extended"


class PastDue(WorkOrderRefusal):
    """It had to be asked before the due time."""

    code = "past_due"


class AskedBefore(WorkOrderRefusal):
    """A request is before the dispatcher, or an extension of this order was asked for once."""

    code = "asked_before"


class TooManyDays(WorkOrderRefusal):
    """More days than the original limit has. `at_most` says how many."""

    code = "too_many_days"


class DaysInvalid(WorkOrderRefusal):
    """An extension is of one day at least."""

    code = "invalid"


class NotAsked(WorkOrderRefusal):
    """Nothing of the kind is before the dispatcher."""

    code = "not_asked"


class ReviewTooFar(WorkOrderRefusal):
    """The review lies too far ahead. `at_most` is the last day that is allowed."""

    code = "review_too_far"


class ReviewInvalid(WorkOrderRefusal):
    """The review lies before tomorrow."""

    code = "invalid"


class UnknownStatement(WorkOrderRefusal):
    """This department handed in no such statement, of this kind, for this order."""

    code = "unknown_statement"


class StatementDiffers(WorkOrderRefusal):
    """The hash named is not the one of the statement that was handed in."""

    code = "statement_differs"


class StatementConflict(WorkOrderRefusal):
    """Another statement was handed in under this id."""

    code = "conflict"


class LegalBasisUnfit(WorkOrderRefusal):
    """A return names the legal basis, and not at length; `field` names it."""

    code = "invalid"


class NotTheSandbox(WorkOrderRefusal):
    """Test orders are for the sandbox department alone, and nobody else's business."""

    code = "not_the_sandbox"


class OrderConflict(WorkOrderRefusal):
    """Another order has this id."""

    code = "conflict"


class UnknownCategory(WorkOrderRefusal):
    """No category has this code, or nobody was responsible for it yet."""

    code = "unknown_category"


class UnknownResult(WorkOrderRefusal):
    """This department handed in no such result for this order."""

    code = "unknown_result"


class ResultDiffers(WorkOrderRefusal):
    """The hash named is not the one of the result that was handed in."""

    code = "result_differs"


class ResultConflict(WorkOrderRefusal):
    """Another result was handed in under this id."""

    code = "conflict"


class EvidenceMissing(WorkOrderRefusal):
    """The result lacks the evidence that the order's kind asks for; `missing` names it."""

    code = "evidence_missing"


class TextTooShort(WorkOrderRefusal):
    """A text says too little. `at_least` says how much."""

    code = "text_too_short"


class TextTooLong(WorkOrderRefusal):
    """A text says too much. `at_most` says how much."""

    code = "text_too_long"


class ContactInvalid(WorkOrderRefusal):
    """The contact record is not right; `field` names what."""

    code = "invalid"


class EvidenceInvalid(WorkOrderRefusal):
    """The evidence is not named rightly; `field` names what."""

    code = "invalid"


class TextUnfit(WorkOrderRefusal):
    """A text holds the null character, which PostgreSQL does not keep; `field` names which."""

    code = "invalid"


class UnknownDepartment(WorkOrderRefusal):
    """No department has this code."""

    code = "unknown_department"
