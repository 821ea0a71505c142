"""One's own saved filters."""

from typing import Any

from flask import Response

from chassis.refusal import Invalid, NotFound
from gateway.answers import SavedFilters
from gateway.filters import SavedFilter, TooManyFilters, is_name
from gateway.house import house, principal
from gateway.routing import Routes, answer
from gateway.schemas.saved import Saved

routes = Routes("filters", "One's own saved filters.")

_FILTER = "/me/filters/<name>"


@routes.get("/me/filters", answer=SavedFilters)
def saved_filters() -> Response:
    """Return your saved filters, by name."""
    return answer(SavedFilters(items=house().filters.all(principal().subject)))


@routes.get(_FILTER, answer=SavedFilter, problems=("not_found",))
def saved_filter(name: str) -> Response:
    """Return one of your saved filters."""
    found = house().filters.find(principal().subject, name) if is_name(name) else None
    if found is None:
        raise NotFound
    return answer(found)


@routes.put(
    _FILTER,
    body=Saved(),
    answer=SavedFilter,
    problems=("too_many_filters",),
    example={"list": "cases", "parameters": {"state": "answered", "grid": "c01-g01"}},
)
def save_filter(body: dict[str, Any], name: str) -> Response:
    """Keep a filter under a name of your own, 50 at most; again replaces it."""
    if not is_name(name):
        raise Invalid("up to 40 letters, digits, hyphens and inner spaces", name="malformed")
    kept = SavedFilter(name=name, list=body["list"], parameters=body["parameters"])
    if not house().filters.keep(principal().subject, kept):
        raise TooManyFilters
    return answer(kept)


@routes.delete(_FILTER)
def forget_filter(name: str) -> Response:
    """Forget one of your saved filters, if there is one of that name."""
    if is_name(name):
        house().filters.drop(principal().subject, name)
    return Response(status=204)
