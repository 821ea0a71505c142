"""Assemblies 居民会议, 居民代表会议: called, counted, published, certified."""

from typing import Any
from uuid import UUID

import msgspec
from flask import Response

from contracts.commands import assemblies as asks
from contracts.commands.assemblies import AssemblyPage, AssemblyReceipt, AssemblyView
from contracts.commands.rules import Counts
from gateway.headers import command_id, made_by
from gateway.house import ask, carry_out, principal
from gateway.open_data import CSV, PAGE, gathered, table
from gateway.routes.steps import WORDS
from gateway.routing import PREFIX, Routes, answer
from gateway.schemas import assemblies as schemas
from gateway.schemas.hearings import DecidedActions, Words
from gateway.schemas.topics import CommunityPage, OfCommunity

routes = Routes("assemblies", "Assemblies of residents and of their representatives.")

_ASSEMBLY = "/assemblies/<uuid:assembly_id>"
_POINT = f"{_ASSEMBLY}/agenda/<uuid:point_id>"
_STEP = ("not_found", "illegal_transition")
_COLUMNS = (
    "assembly_id",
    "community",
    "title",
    "state",
    "rule",
    "rule_hash",
    "sitting",
    "convened_at",
    "held_at",
    "venue",
    "present",
    "published_at",
    "certifiable_from",
)


@routes.get("/assemblies", query=CommunityPage(), answer=AssemblyPage, problems=("malformed_cursor",))
def assemblies(query: dict[str, Any]) -> Response:
    """Return the assemblies, newest first."""
    return answer(ask("governance", "assemblies", result=AssemblyPage, **query))


@routes.get("/assemblies/csv", query=OfCommunity(), binary=(CSV,))
def assemblies_file(query: dict[str, Any]) -> Response:
    """Return the newest 2,000 assemblies, as CSV."""

    def page(cursor: str | None) -> tuple[tuple[msgspec.Struct, ...], str | None]:
        found = ask("governance", "assemblies", result=AssemblyPage, cursor=cursor, limit=PAGE, **query)
        return found.items, found.next_cursor

    return table("assemblies", _COLUMNS, gathered(page))


@routes.get(_ASSEMBLY, answer=AssemblyView, problems=("not_found",))
def assembly(assembly_id: UUID) -> Response:
    """Return an assembly: agenda, numbers, the inequality that decided, objections, and what came of it."""
    return answer(ask("governance", "assembly", result=AssemblyView, assembly_id=assembly_id))


@routes.post(
    "/assemblies",
    body=schemas.NewAssembly(),
    answer=AssemblyReceipt,
    status=201,
    problems=(*_STEP, *WORDS, "conflict", "rule_unfit", "notice_too_short", "hearing_required"),
    headers=("Location",),
    example={
        "rule": "CN-2026.residents",
        "title": "四矿小区居民会议",
        "venue": "社区活动室",
        "held_at": "2026-04-20T09:00:00+08:00",
        "counts": {"n": 280},
        "agenda": [{"question": "是否同意在锅炉房旧址兴办幼儿园?", "topic_id": None}],
    },
)
def convene_assembly(body: dict[str, Any]) -> Response:
    """召集: call an assembly of your community by a rule in force; a listed topic has had its hearing."""
    command = command_id(principal().subject)
    points = [
        asks.Point(point_id=made_by(command, f"point {number}"), **each)
        for number, each in enumerate(body.pop("agenda"), start=1)
    ]
    convening = asks.ConveneAssembly(
        command_id=command,
        assembly_id=made_by(command, "assembly"),
        counts=Counts(**body.pop("counts")),
        agenda=tuple(points),
        **body,
    )
    receipt = carry_out("governance", convening, result=AssemblyReceipt)
    return answer(receipt, status=201, location=f"{PREFIX}/assemblies/{receipt.assembly_id}")


@routes.post(
    f"{_ASSEMBLY}/notice",
    body=schemas.AnotherDay(),
    answer=AssemblyReceipt,
    problems=(*_STEP, *WORDS, "rule_unfit", "notice_too_short"),
    example={"held_at": "2026-05-04T09:00:00+08:00", "venue": "社区活动室"},
)
def reconvene_assembly(body: dict[str, Any], assembly_id: UUID) -> Response:
    """再次召集: call it again after it was adjourned; the notice runs again."""
    return _take(asks.ReconveneAssembly(**_named(assembly_id), **body))


@routes.post(
    f"{_ASSEMBLY}/attendance",
    body=schemas.Attendance(),
    answer=AssemblyReceipt,
    problems=_STEP,
    example={"present": 187},
)
def record_attendance(body: dict[str, Any], assembly_id: UUID) -> Response:
    """登记到会人数: say how many are there."""
    return _take(asks.RecordAttendance(**_named(assembly_id), **body))


@routes.post(
    f"{_ASSEMBLY}/steps",
    body=schemas.PlainAssemblyStepTaken(),
    answer=AssemblyReceipt,
    problems=(*_STEP, *WORDS, "too_early", "quorum_missed", "points_open", "objections_open"),
    example={"step": "adjourn", "reason": "到会人数未过半数, 另行召集。"},
)
def move_assembly(body: dict[str, Any], assembly_id: UUID) -> Response:
    """Take a stage of an assembly; none can be skipped."""
    return _take(asks.MoveAssembly(**_named(assembly_id), **body))


@routes.post(
    f"{_POINT}/hands",
    body=schemas.Hands(),
    answer=AssemblyReceipt,
    problems=(*_STEP, *WORDS, "already_resolved"),
    example={
        "yes": 161,
        "no": 20,
        "abstain": 6,
        "text": "同意在锅炉房旧址兴办幼儿园。",
        "owner": "居委会",
        "due_on": "2026-09-01",
    },
)
def count_hands(body: dict[str, Any], assembly_id: UUID, point_id: UUID) -> Response:
    """举手表决: count the hands of one point, once."""
    return _take(asks.CountHands(**_named(assembly_id), point_id=point_id, **body))


@routes.post(
    f"{_ASSEMBLY}/objections",
    body=Words(),
    answer=AssemblyReceipt,
    problems=(*_STEP, *WORDS, "objection_period_over"),
    example={"text": "到会人数统计有误, 请复核。"},
)
def object_to_assembly(body: dict[str, Any], assembly_id: UUID) -> Response:
    """提出异议: object to a result of your community while it is published.

    What you write is published as it stands, without your name: write nothing that names anybody.
    """
    named = _named(assembly_id)
    return _take(
        asks.ObjectToAssembly(**named, objection_id=made_by(named["command_id"], "objection"), **body)
    )


@routes.post(
    f"{_ASSEMBLY}/objections/<uuid:objection_id>/answer",
    body=schemas.AnswerToObjection(),
    answer=AssemblyReceipt,
    problems=(*_STEP, *WORDS),
    example={"answer": "已与签到册核对, 到会人数无误。"},
)
def answer_assembly_objection(body: dict[str, Any], assembly_id: UUID, objection_id: UUID) -> Response:
    """答复异议: answer an objection; without it nothing is certified."""
    return _take(asks.AnswerAssemblyObjection(**_named(assembly_id), objection_id=objection_id, **body))


@routes.post(
    f"{_POINT}/dispatch",
    body=DecidedActions(),
    answer=AssemblyReceipt,
    problems=(*_STEP, *WORDS, "already_resolved", "not_passed", "unknown_grid", "unknown_category"),
    example={"actions": [{"grid": "c01-g01", "category": "1101", "text": "请教育局三十日内答复办园条件。"}]},
)
def dispatch_point(body: dict[str, Any], assembly_id: UUID, point_id: UUID) -> Response:
    """交办: have departments do what was resolved and certified; each action becomes a case."""
    actions = tuple(asks.Action(**each) for each in body["actions"])
    return _take(asks.DispatchPoint(**_named(assembly_id), point_id=point_id, actions=actions))


def _named(assembly_id: UUID) -> dict[str, Any]:
    return {"command_id": command_id(principal().subject), "assembly_id": assembly_id}


def _take(command: msgspec.Struct) -> Response:
    receipt = carry_out("governance", command, result=AssemblyReceipt)
    return answer(receipt, version=receipt.version)
