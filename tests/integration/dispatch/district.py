"""What the tests of dispatch's store let happen: facts, departments' messages, commands."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from chassis.bus.inbound import Inbound
from chassis.data.clock import cell_now, offset, set_offset
from chassis.data.engine import Database
from chassis.principal import Principal
from contracts.commands.dispatch import HandInStatement
from contracts.department import CompleteOrder, CompletePart, SignOrder
from contracts.events.intake import CaseEvent
from contracts.events.registry import CategoryDefined, DepartmentDefined
from contracts.vocabulary import Kind, Urgency
from services.dispatch.service import COMMANDS, EVENTS, REPLIES
from services.dispatch.work_order.work_order import order_id_of
from tests.support.messages import a_command, an_event, answer_of, data_of, rows, sent
from tests.unit.dispatch.builders import (
    LEAD,
    an_id,
    an_order,
    handing_in,
    officer,
    said,
    somebody,
    stating,
)

ORDER = order_id_of(an_id("case"), 1)
DISPATCHER = somebody("dispatcher", "dispatcher")


def hear(database: Database, *events: CaseEvent) -> None:
    """Let intake say these, each the next of its case."""
    last = dict(rows(database, "SELECT aggregate, sequence FROM inbox_cursor"))
    batch = []
    for event in events:
        subject = str(event.case_id)
        last[subject] = last.get(subject, 0) + 1
        batch.append(an_event(event, subject=subject, sequence=last[subject]))
    EVENTS.process(database, batch)


def define(database: Database, *events: CategoryDefined | DepartmentDefined) -> None:
    for event in events:
        subject = f"{type(event).__name__}:{event.code}"
        known = rows(database, "SELECT sequence FROM inbox_cursor WHERE aggregate = :it", it=subject)
        following = known[0][0] + 1 if known else 1
        EVENTS.process(database, [an_event(event, subject=subject, sequence=following, source="registry")])


def a_category(department: str, valid_from: date) -> CategoryDefined:
    return CategoryDefined(
        code="0202",
        parent="02",
        name_zh="路灯故障",
        name_en="street lamp",
        kind=Kind.COMPONENT,
        department=department,
        urgency=Urgency.NORMAL,
        limit="3wd",
        small=False,
        valid_from=valid_from,
    )


def ask(database: Database, command: Any, principal: Principal | None = DISPATCHER) -> dict[str, Any]:
    """Ask over RPC; return the receipt, or the refusal's code as `code`."""
    (body,) = COMMANDS.process(database, [a_command(command, principal)])
    return answer_of(body)


def hand_in(
    database: Database, order_id: UUID = ORDER, *, department: str = LEAD, **changes: Any
) -> dict[str, Any]:
    command = msgspec.structs.replace(handing_in(an_order(), **changes), order_id=order_id)
    return ask(database, command, officer(department))


def state(database: Database, order_id: UUID = ORDER, **changes: Any) -> dict[str, Any]:
    """Hand in a statement."""
    command: HandInStatement = msgspec.structs.replace(stating(an_order(), **changes), order_id=order_id)
    receipt = ask(database, command, officer())
    return {"statement_id": UUID(receipt["statement_id"]), "statement_sha256": receipt["sha256"]}


def sign(database: Database, order_id: UUID = ORDER, *, department: str = LEAD) -> None:
    reply(database, said(SignOrder(order_id=order_id), department=department))


def complete(database: Database, order_id: UUID = ORDER) -> None:
    given = {"result_id": an_id(f"result {order_id}"), "command_id": an_id(f"handing in {order_id}")}
    reply(database, said(completing(hand_in(database, order_id, **given), order_id)))


def do_part(database: Database, department: str, order_id: UUID = ORDER) -> None:
    name = f"{department} {order_id}"
    given = {"result_id": an_id(f"of {name}"), "command_id": an_id(f"handing in of {name}")}
    receipt = hand_in(database, order_id, department=department, **given)
    named = {"result_id": UUID(receipt["result_id"]), "result_sha256": receipt["sha256"]}
    reply(database, said(CompletePart(order_id=order_id, **named), department=department))


def let_pass(database: Database, time: timedelta) -> datetime:
    """Move the cell's clock on; return what it shows."""
    with database.engine.begin() as connection:
        set_offset(connection, offset(connection) + time, mode="test")
        return cell_now(connection)


def told(database: Database, *, to: str = LEAD) -> list[tuple[str, dict[str, Any]]]:
    """What a department found on its queue besides answers: the last words of its type, and its data."""
    found = [(event.type.split(".")[2], data_of(event)) for event in sent(database, to=to)]
    return [(kind, data) for kind, data in found if kind in {"offered", "changed"}]


def events_of(database: Database) -> list[str]:
    """The work order's events that everybody is told of, in order."""
    return [event.type.split(".")[2] for event in sent(database)]


def reply(database: Database, *messages: Inbound) -> None:
    REPLIES.process(database, messages)


def completing(receipt: dict[str, Any], order_id: UUID = ORDER) -> CompleteOrder:
    return CompleteOrder(
        order_id=order_id, result_id=UUID(receipt["result_id"]), result_sha256=receipt["sha256"]
    )


def answers(database: Database, department: str = LEAD) -> list[tuple[str, str | None]]:
    """(accepted, state) or (refused, code), in order."""
    kinds = {"department.reply.accepted.v1": "state", "department.reply.refused.v1": "code"}
    return [
        (event.type.split(".")[2], data_of(event)[kinds[event.type]])
        for event in sent(database, to=department)
        if event.type in kinds
    ]


def parked(database: Database) -> list[str]:
    return [row[0] for row in rows(database, "SELECT reason FROM inbox_parked ORDER BY position")]


def state_of(database: Database, order_id: UUID = ORDER) -> str:
    return str(rows(database, "SELECT state FROM work_order WHERE id = :id", id=order_id)[0][0])
