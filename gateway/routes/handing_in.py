"""Results and statements: what departments say in words, which the bus then names by id and hash."""

from typing import Any
from uuid import UUID

from flask import Response

from contracts.commands import dispatch
from gateway.headers import command_id, made_by
from gateway.house import carry_out, principal
from gateway.routes import evidence
from gateway.routes.steps import PHOTO, WORDS
from gateway.routing import Routes, answer
from gateway.schemas import department as schemas

routes = Routes("handing-in", "A department's results and statements.")

ORDER = "/department/orders/<uuid:order_id>"
RESULT = {
    "text": "已更换灯泡和镇流器, 路灯恢复正常。",
    "contact": {"at": "2026-03-03T10:15:00+08:00", "channel": "phone", "note": ""},
    "evidence": [PHOTO],
}
_HANDED_IN = ("unknown_order", "illegal_transition", *WORDS, "key_reused", "conflict")


@routes.post(
    f"{ORDER}/results",
    body=schemas.Result(),
    answer=dispatch.ResultReceipt,
    status=201,
    problems=(*_HANDED_IN, "not_the_lead", "unknown_media"),
    example=RESULT,
)
def hand_in(body: dict[str, Any], order_id: UUID) -> Response:
    """Hand in a result. No state changes: a completion names it by its id and hash."""
    return answer(result_of(body, order_id, command=command_id(principal().subject)), status=201)


@routes.post(
    f"{ORDER}/statements",
    body=schemas.Statement(),
    answer=dispatch.StatementReceipt,
    status=201,
    problems=(*_HANDED_IN, "not_the_lead"),
    example={
        "kind": "return",
        "text": "该路段路灯由供电公司维护, 不属我局职责。",
        "legal_basis": "部门职责清单第三条",
    },
)
def hand_in_statement(body: dict[str, Any], order_id: UUID) -> Response:
    """Hand in a reason. No state changes: a return or a request names it by its id and hash."""
    command = command_id(principal().subject)
    receipt = statement_of(body, order_id, command=command, kind=body["kind"])
    return answer(receipt, status=201)


def result_of(body: dict[str, Any], order_id: UUID, *, command: UUID) -> dispatch.ResultReceipt:
    """Have dispatch keep a result, once a command id."""
    return carry_out(
        "dispatch",
        dispatch.HandInResult(
            command_id=command,
            result_id=made_by(command, "result"),
            order_id=order_id,
            text=body["text"],
            contact=dispatch.ContactRecord(**body["contact"]),
            evidence=evidence.own(body["evidence"]),
        ),
        result=dispatch.ResultReceipt,
    )


def statement_of(
    body: dict[str, Any], order_id: UUID, *, command: UUID, kind: dispatch.StatementKind
) -> dispatch.StatementReceipt:
    """Have dispatch keep a statement, once a command id."""
    return carry_out(
        "dispatch",
        dispatch.HandInStatement(
            command_id=command,
            statement_id=made_by(command, "statement"),
            order_id=order_id,
            kind=kind,
            text=body["text"],
            legal_basis=body.get("legal_basis", ""),
        ),
        result=dispatch.StatementReceipt,
    )
