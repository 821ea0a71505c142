"""Desks: what waits for whom, oldest first. Each is one list of a service, asked for its keeper."""

from typing import Any

from flask import Response

from chassis.refusal import Forbidden
from contracts.commands.case_views import CasePage
from contracts.commands.intake import PageOrder
from contracts.commands.orders import OrderPage
from gateway.answers import Approvals
from gateway.house import ask, principal
from gateway.routing import Routes, answer
from gateway.schemas.lists import Page, PlacePage, Waiting

routes = Routes("desks", "What waits for whom.")

_PAGE = ("malformed_cursor",)


@routes.get("/desks/triage", query=PlacePage(), answer=CasePage, problems=_PAGE)
def triage(query: dict[str, Any]) -> Response:
    """Return the reports that wait to be classified, oldest first, with when each is due."""
    return answer(_cases("reported", **query))


@routes.get("/desks/checks", query=Page(), answer=CasePage, problems=_PAGE)
def checks(query: dict[str, Any]) -> Response:
    """Return the answered cases of your own grid that wait for your check, oldest first."""
    return answer(_cases("answered", grid=_own("grid"), **query))


@routes.get("/desks/visits", query=Page(), answer=CasePage, problems=_PAGE)
def visits(query: dict[str, Any]) -> Response:
    """Return the checked cases of your community that wait for a return visit, with the attempts made."""
    return answer(_cases("checked", community=_own("community"), **query))


@routes.get("/desks/approvals", answer=Approvals)
def approvals() -> Response:
    """Return the first orders that wait for your word, oldest first.

    `asked` are those with an extension or a suspension asked for, `redirect` those returned or
    recalled without a new order. Further pages: `GET /orders?waiting=approval&order=oldest`, or
    `waiting=redirect`, with the cursor.
    """
    return answer(Approvals(asked=_orders(Waiting.APPROVAL), redirect=_orders(Waiting.REDIRECT)))


def _cases(state: str, **wanted: object) -> CasePage:
    return ask("intake", "list_cases", result=CasePage, state=state, order=PageOrder.OLDEST, **wanted)


def _orders(waiting: Waiting) -> OrderPage:
    return ask("dispatch", "list_orders", result=OrderPage, waiting=waiting, order=PageOrder.OLDEST)


def _own(place: str) -> str:
    """Return the place that is the caller's. Raises: Forbidden where the account has none."""
    code = principal().scope.get(place)
    if code is None:
        raise Forbidden(f"your account has no {place}")
    return code
