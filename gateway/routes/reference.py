"""Places, categories, departments: what codes mean. And which days are worked."""

from typing import Any

from flask import Response

from contracts.commands.people import CommunityView
from contracts.commands.registry import CalendarView, CategoryView, DepartmentView, PlaceView
from gateway.answers import Categories, Departments, Places
from gateway.house import ask
from gateway.parsing import code_in_path
from gateway.routing import Routes, answer
from gateway.schemas.lists import PlaceFilter

routes = Routes("reference", "What codes mean.")


@routes.get("/reference/places", query=PlaceFilter(), answer=Places)
def places(query: dict[str, Any]) -> Response:
    """Return the units that exist on a day, today by default: communities, grids, buildings."""
    return answer(Places(items=ask("registry", "places", result=tuple[PlaceView, ...], **query)))


@routes.get("/reference/categories", answer=Categories)
def categories() -> Response:
    """Return the categories of both levels."""
    return answer(Categories(items=ask("registry", "categories", result=tuple[CategoryView, ...])))


@routes.get("/reference/departments", answer=Departments)
def departments() -> Response:
    """Return the departments."""
    return answer(Departments(items=ask("registry", "departments", result=tuple[DepartmentView, ...])))


@routes.get("/reference/communities/<code>", answer=CommunityView, problems=("not_found",))
def community(code: str) -> Response:
    """Return a community's Party committee, residents' committee and service centre, and its groups."""
    return answer(ask("registry", "community", result=CommunityView, code=code_in_path(code)))


@routes.get("/calendar/<int(fixed_digits=4):year>", answer=CalendarView, problems=("not_found",))
def calendar(year: int) -> Response:
    """Return how a year is worked: what differs from Monday to Friday. Provisional until it is published."""
    return answer(ask("registry", "calendar_year", result=CalendarView, year=year))
