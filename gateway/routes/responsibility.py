"""The responsibility matrix 责任清单: which department a category is the task of, and since when."""

from typing import Any

from flask import Response

from contracts.commands.orders import Responsibilities
from gateway.house import ask
from gateway.parsing import code_in_path
from gateway.routing import Routes, answer
from gateway.schemas.lists import ResponsibilityFilter

routes = Routes("responsibility", "Which department a category is the task of.")


@routes.get("/responsibility", query=ResponsibilityFilter(), answer=Responsibilities)
def matrix(query: dict[str, Any]) -> Response:
    """Return who is responsible on a day, today by default, for one category or for all."""
    return answer(ask("dispatch", "responsibility", result=Responsibilities, **query))


@routes.get("/responsibility/<category>", answer=Responsibilities, problems=("not_found",))
def history(category: str) -> Response:
    """Return every department that a category has been the task of, oldest first."""
    asked = {"category": code_in_path(category)}
    return answer(ask("dispatch", "responsibility_history", result=Responsibilities, **asked))
