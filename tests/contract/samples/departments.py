"""One fixed instance of every message between a cell and a department."""

from contracts import department
from contracts.vocabulary import Kind, SuspensionReason, Urgency
from tests.contract.samples.common import (
    AT,
    CASE,
    COMMAND,
    DAY,
    HASH,
    LATER,
    NUMBER,
    ORDER,
    RESULT,
    STATEMENT,
)

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
        due_at=LATER,
    ),
    department.OrderChanged(
        order_id=ORDER,
        case_id=CASE,
        number=NUMBER,
        change=department.Change.EXTENDED,
        state="signed",
        due_at=LATER,
    ),
    department.ReplyAccepted(in_reply_to=COMMAND, order_id=ORDER, state="signed"),
    department.ReplyRefused(in_reply_to=COMMAND, order_id=None, code="unknown_order"),
    department.CellRestored(epoch=848_000_000, restored_at=LATER, known_until=AT),
)

FROM_DEPARTMENT = (
    department.SignOrder(order_id=ORDER),
    department.ReturnOrder(order_id=ORDER, statement_id=STATEMENT, statement_sha256=HASH, suggested="ZJJ"),
    department.AskExtension(order_id=ORDER, days=2, statement_id=STATEMENT, statement_sha256=HASH),
    department.AskSuspension(order_id=ORDER, reason=SuspensionReason.SEASON, review_on=DAY),
    department.CompletePart(order_id=ORDER, result_id=RESULT, result_sha256=HASH),
    department.Reconcile(),
    department.CompleteOrder(order_id=ORDER, result_id=RESULT, result_sha256=HASH),
)

MESSAGES = (*TO_DEPARTMENT, *FROM_DEPARTMENT)
