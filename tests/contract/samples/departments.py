"""One fixed instance of every message between a cell and a department."""

from contracts import department
from contracts.vocabulary import Kind, Urgency
from tests.contract.samples.common import AT, CASE, COMMAND, HASH, NUMBER, ORDER, RESULT

TO_DEPARTMENT = (
    department.OrderOffered(
        order_id=ORDER,
        case_id=CASE,
        number=NUMBER,
        cycle=1,
        part=department.Part.LEAD,
        category="0202",
        kind=Kind.COMPONENT,
        urgency=Urgency.NORMAL,
        community="c01",
        grid="c01-g03",
        offered_at=AT,
    ),
    department.ReplyAccepted(in_reply_to=COMMAND, order_id=ORDER, state="signed"),
    department.ReplyRefused(in_reply_to=COMMAND, order_id=None, code="unknown_order"),
)

FROM_DEPARTMENT = (
    department.SignOrder(order_id=ORDER),
    department.CompleteOrder(order_id=ORDER, result_id=RESULT, result_sha256=HASH),
)

MESSAGES = (*TO_DEPARTMENT, *FROM_DEPARTMENT)
