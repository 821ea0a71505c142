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
    """The result says too little. `at_least` says how much."""

    code = "text_too_short"


class TextTooLong(WorkOrderRefusal):
    """The result says too much. `at_most` says how much."""

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
