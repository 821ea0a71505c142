"""The same step for many cases in one request: each is a command of its own, and refused by itself."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response

from chassis.context import Context
from chassis.rpc_client import NoAnswer, RemoteRefusal, ServiceUnavailable
from contracts.commands import intake
from gateway.answers import BulkDone, BulkOutcome
from gateway.errors import refused
from gateway.headers import command_id, made_by
from gateway.house import TIMEOUT_S, Rpc, context, house, principal
from gateway.routes.triage import COMMANDS, Triage
from gateway.routing import Routes, answer
from gateway.schemas.bulk import Bulk, BulkStep

routes = Routes("bulk", "The same step for many cases.")

_OK = 200
_Outcome = intake.CaseReceipt | RemoteRefusal | ServiceUnavailable | NoAnswer


@routes.post(
    "/cases/bulk",
    body=Bulk(),
    answer=BulkDone,
    example={
        "step": "classify",
        "items": [
            {
                "case_id": "6a0f4c1e-1f57-5a3d-9a67-2f8e1b0c7d42",
                "category": "0202",
                "lead": None,
                "co_handlers": [],
                "expected_version": 1,
            }
        ],
    },
)
def bulk(body: dict[str, Any]) -> Response:
    """Classify, refuse, merge or ask about up to a hundred cases, in no particular order.

    Each is carried out once under this key and its place in the list, or refused by itself: the
    answer is 200, with a status, a receipt or a problem for every case. Where one of them is
    `unavailable` or `unknown_outcome`, send the same request again.
    """
    key = command_id(principal().subject)
    commands = [
        _command(body["step"], item, command=made_by(key, f"item {index}"))
        for index, item in enumerate(body["items"])
    ]
    outcomes = house().crew.each(partial(_carry_out, house().rpc, context()), commands)
    told = (_told(item["case_id"], outcome) for item, outcome in zip(body["items"], outcomes, strict=True))
    return answer(BulkDone(items=tuple(told)))


def _command(step: BulkStep, item: dict[str, Any], *, command: UUID) -> Triage:
    common = {"command_id": command, **{name: item[name] for name in ("case_id", "expected_version")}}
    return COMMANDS[step](item, common)


def _carry_out(rpc: Rpc, asked: Context, command: Triage) -> _Outcome:
    try:
        return rpc.call("intake", command, context=asked, result=intake.CaseReceipt, timeout_s=TIMEOUT_S)
    except (RemoteRefusal, ServiceUnavailable, NoAnswer) as error:
        return error


def _told(case_id: UUID, outcome: _Outcome) -> BulkOutcome:
    if isinstance(outcome, intake.CaseReceipt):
        return BulkOutcome(case_id=case_id, status=_OK, receipt=outcome)
    problem = refused(outcome)
    return BulkOutcome(case_id=case_id, status=problem.status, problem=problem)
