"""What departments ask of residents' committees 准入清单."""

from typing import Any

from flask import Response

from contracts.commands.tasks import EntryList, ProposeTask, TaskPage, TaskReceipt
from gateway.headers import command_id, made_by
from gateway.house import ask, carry_out, principal
from gateway.routes.steps import WORDS
from gateway.routing import Routes, answer
from gateway.schemas.assemblies import NewTask
from gateway.schemas.topics import CommunityPage

routes = Routes("tasks", "What departments ask of residents' committees.")


@routes.get("/tasks/entry-list", answer=EntryList)
def entry_list() -> Response:
    """Return what may be asked of a residents' committee, and by which departments."""
    return answer(ask("governance", "entry_list", result=EntryList))


@routes.get("/tasks", query=CommunityPage(), answer=TaskPage, problems=("malformed_cursor",))
def tasks(query: dict[str, Any]) -> Response:
    """Return what departments have asked of committees, newest first."""
    return answer(ask("governance", "tasks", result=TaskPage, **query))


@routes.post(
    "/tasks",
    body=NewTask(),
    answer=TaskReceipt,
    status=201,
    problems=(*WORDS, "not_on_entry_list", "not_found", "conflict"),
    example={
        "community": "c01",
        "item": "fire_safety_notice",
        "text": "请协助在楼道张贴消防安全须知。",
        "due_on": "2026-04-30",
        "funding_fen": 50000,
    },
)
def propose_task(body: dict[str, Any]) -> Response:
    """Ask a residents' committee for help; what is not on the entry list is refused."""
    command = command_id(principal().subject)
    proposing = ProposeTask(command_id=command, task_id=made_by(command, "task"), **body)
    return answer(carry_out("governance", proposing, result=TaskReceipt), status=201)
