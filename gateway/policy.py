"""THE table of who may ask for what. The owning service judges again, by the object itself.

Every route has exactly one row; the gateway does not start otherwise.
"""

from collections.abc import Iterator
from typing import NamedTuple

from flask import Flask

from contracts.vocabulary import Role


class Access(NamedTuple):
    """Who may use a route: everybody, whoever is signed in, or certain roles."""

    signed_in: bool
    roles: frozenset[str] | None = None

    def admits(self, roles: frozenset[str]) -> bool:
        """Return whether somebody signed in with these roles may use the route."""
        return self.roles is None or not self.roles.isdisjoint(roles)


def _only(*roles: Role) -> Access:
    return Access(signed_in=True, roles=frozenset(str(role) for role in roles))


PUBLIC = Access(signed_in=False)
ANYBODY = Access(signed_in=True)

_REPORTERS = _only(Role.RESIDENT, Role.GRID_WORKER, Role.CLERK, Role.HOTLINE)
_READERS = _only(*(role for role in Role if role is not Role.DEPARTMENT))
_VISITORS = _only(Role.CLERK, Role.RESIDENT, Role.GRID_WORKER, Role.HOTLINE)
_UPLOADERS = _only(Role.RESIDENT, Role.GRID_WORKER, Role.CLERK, Role.HOTLINE, Role.DEPARTMENT)
_DISTRICT = _only(Role.DISPATCHER, Role.ARCHIVIST, Role.INSPECTOR, Role.OPERATOR)

_API = "/api/v1"
_CASE = f"{_API}/cases/<uuid:case_id>"
_ORDER = f"{_API}/department/orders/<uuid:order_id>"
_ITEM = f"{_API}/conference/meetings/<uuid:meeting_id>/items/<uuid:item_id>"

POLICY: dict[tuple[str, str], Access] = {
    ("GET", f"{_API}/healthz"): PUBLIC,
    ("GET", f"{_API}/openapi.json"): PUBLIC,
    ("POST", f"{_API}/sessions"): PUBLIC,
    ("DELETE", f"{_API}/sessions/current"): ANYBODY,
    ("GET", f"{_API}/me"): ANYBODY,
    # Files. The uploader reads its own; others read by the case or the order.
    ("POST", f"{_API}/media"): _UPLOADERS,
    ("GET", f"{_API}/media/<uuid:media_id>"): _UPLOADERS,
    # Cases. A reporter reads and visits its own, staff those of their place: intake decides.
    ("POST", f"{_API}/cases"): _REPORTERS,
    ("GET", f"{_API}/cases"): ANYBODY,
    ("GET", _CASE): _READERS,
    ("GET", f"{_CASE}/timeline"): _READERS,
    ("GET", f"{_CASE}/seal"): _READERS,
    ("GET", f"{_CASE}/orders"): _READERS,
    ("GET", f"{_CASE}/media/<uuid:media_id>"): _READERS,
    ("POST", f"{_CASE}/classification"): _only(Role.DISPATCHER),
    ("POST", f"{_CASE}/checks"): _only(Role.GRID_WORKER),
    ("POST", f"{_CASE}/visits/satisfied"): _VISITORS,
    ("POST", f"{_CASE}/visits/dissatisfied"): _VISITORS,
    ("POST", f"{_CASE}/archive"): _only(Role.ARCHIVIST),
    # Departments.
    ("GET", f"{_API}/department/orders"): _only(Role.DEPARTMENT),
    ("GET", _ORDER): _only(Role.DEPARTMENT),
    ("GET", f"{_ORDER}/media/<uuid:media_id>"): _only(Role.DEPARTMENT),
    ("POST", f"{_ORDER}/results"): _only(Role.DEPARTMENT),
    # The joint conference.
    ("GET", f"{_API}/conference/agenda"): _DISTRICT,
    ("POST", f"{_API}/conference/meetings"): _only(Role.DISPATCHER),
    ("POST", f"{_ITEM}/adopt"): _only(Role.DISPATCHER),
    ("POST", f"{_ITEM}/decline"): _only(Role.DISPATCHER),
    # One's own messages, and what everybody who works here may know.
    ("GET", f"{_API}/messages"): ANYBODY,
    ("POST", f"{_API}/messages/<uuid:message_id>/read"): ANYBODY,
    ("GET", f"{_API}/reference/places"): ANYBODY,
    ("GET", f"{_API}/reference/categories"): ANYBODY,
    ("GET", f"{_API}/reference/departments"): ANYBODY,
    ("GET", f"{_API}/calendar/<int(fixed_digits=4):year>"): ANYBODY,
}


class PolicyGapError(RuntimeError):
    """A route without a row, or a row without a route."""


def routes_of(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Yield method, route and endpoint of everything that the application answers."""
    for rule in app.url_map.iter_rules():
        # A rule without methods takes all of them: no row can cover that.
        for method in sorted((rule.methods or {"any"}) - {"HEAD"}):
            yield method, rule.rule, rule.endpoint


def compile_policy(app: Flask) -> dict[str, Access]:
    """Return the table by endpoint. Raises: PolicyGapError where it and the routes differ."""
    routes = list(routes_of(app))
    uncovered = {(method, route) for method, route, _ in routes} ^ set(POLICY)
    if uncovered:
        raise PolicyGapError(f"routes and policy differ: {sorted(uncovered)}")
    return {endpoint: POLICY[method, route] for method, route, endpoint in routes}
