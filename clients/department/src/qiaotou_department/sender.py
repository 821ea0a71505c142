"""What we say on the bus. The same thing said again has the same id, and the cell does it once.

That cuts both ways: what was refused stays refused when the same message comes again. So an id is
made of all that makes the step another one: its content, and where the order stood when it was taken.
"""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID, uuid4, uuid5

from qiaotou_department.messages import Message
from qiaotou_department.receipts import Receipt

SIGN = "department.order.sign.v1"
RETURN = "department.order.return.v1"
ASK_EXTENSION = "department.order.ask_extension.v1"
ASK_SUSPENSION = "department.order.ask_suspension.v1"
COMPLETE_PART = "department.order.complete_part.v1"
COMPLETE = "department.order.complete.v1"
RECONCILE = "department.orders.reconcile.v1"

Fields = dict[str, str | int | None]


@dataclass(frozen=True, kw_only=True)
class Sender:
    """What every message about one order says of itself."""

    department: str
    order_id: UUID
    case_id: UUID
    correlation_id: str

    def sign(self) -> Message:
        """签收: we take this order on."""
        return self._message(SIGN, step="sign", fields={})

    def return_(self, statement: Receipt, *, suggested: str | None) -> Message:
        """退回: not ours, for the reasons stated; `suggested` is the department that should have it."""
        fields: Fields = {**_statement(statement), "suggested": suggested}
        return self._message(RETURN, step=f"return:{statement.id}:{suggested or ''}", fields=fields)

    def ask_extension(self, statement: Receipt, *, days: int, state: str, attempt: int = 1) -> Message:
        """申请延期, while the order stands in `state`."""
        step = f"extension:{statement.id}:{days}:{state}:{attempt}"
        return self._message(ASK_EXTENSION, step=step, fields={**_statement(statement), "days": days})

    def ask_suspension(
        self, statement: Receipt | None, *, reason: str, until: date, state: str, attempt: int = 1
    ) -> Message:
        """申请挂起 until a day at the latest, while the order stands in `state`."""
        stated = {} if statement is None else _statement(statement)
        fields: Fields = {"reason": reason, "review_on": until.isoformat(), **stated}
        words = "" if statement is None else statement.id
        step = f"suspension:{words}:{reason}:{until.isoformat()}:{state}:{attempt}"
        return self._message(ASK_SUSPENSION, step=step, fields=fields)

    def complete_part(self, result: Receipt, *, version: int) -> Message:
        """协办办结, of the order as it was in `version`."""
        step = f"complete_part:{result.id}:{version}"
        return self._message(COMPLETE_PART, step=step, fields=_result(result))

    def complete(self, result: Receipt, *, version: int) -> Message:
        """办结, of the order as it was in `version`: once a part was done, it is another attempt."""
        return self._message(COMPLETE, step=f"complete:{result.id}:{version}", fields=_result(result))

    def _message(self, kind: str, *, step: str, fields: Fields) -> Message:
        return _message(
            kind,
            identifier=uuid5(self.order_id, step),
            department=self.department,
            subject=str(self.order_id),
            ordering_key=str(self.case_id),
            correlation_id=self.correlation_id,
            data={"order_id": str(self.order_id), **fields},
        )


def reconcile(department: str) -> Message:
    """对账: send us every open order of ours again. Every call is a new question."""
    identifier = uuid4()
    return _message(
        RECONCILE,
        identifier=identifier,
        department=department,
        subject=department,
        ordering_key=department,
        correlation_id=str(identifier),
        data={},
    )


def _statement(statement: Receipt) -> Fields:
    return {"statement_id": str(statement.id), "statement_sha256": statement.sha256}


def _result(result: Receipt) -> Fields:
    return {"result_id": str(result.id), "result_sha256": result.sha256}


def _message(
    kind: str,
    *,
    identifier: UUID,
    department: str,
    subject: str,
    ordering_key: str,
    correlation_id: str,
    data: Fields,
) -> Message:
    event = {
        "specversion": "1.0",
        "id": str(identifier),
        "source": f"department.{department}",
        "type": kind,
        "subject": subject,
        "time": datetime.now(UTC).isoformat(),
        "datacontenttype": "application/json",
        # The cell tells our messages apart by their ids and counts none of them.
        "sequence": 1,
        "orderingkey": ordering_key,
        "correlationid": correlation_id,
        "data": data,
    }
    return Message(id=identifier, type=kind, ordering_key=ordering_key, body=json.dumps(event).encode())
