"""Who is asking: checked before anything else of a request is read."""

from urllib.parse import urlsplit

from flask import Request, g, request

from chassis.refusal import Forbidden
from gateway.access import Access
from gateway.house import house
from gateway.refusals import Unauthenticated
from gateway.sessions import Caller

COOKIE = "qiaotou_session"
_SCHEME = "bearer "
_SAFE = frozenset({"GET", "HEAD"})


def admit(access: Access) -> None:
    """Let the caller through to a route, or not. Raises: Unauthenticated, Forbidden."""
    if not access.signed_in:
        return
    found = _caller(request)
    if found is None:
        raise Unauthenticated
    g.caller = found
    if not access.admits(found.principal.roles):
        raise Forbidden


def _caller(asked: Request) -> Caller | None:
    header = asked.headers.get("Authorization")
    if header is not None:
        # A header that is there decides, so that nobody acts by a cookie they forgot.
        return house().sessions.find(header[len(_SCHEME) :].strip()) if _is_bearer(header) else None
    token = asked.cookies.get(COOKIE)
    if token is None:
        return None
    if asked.method not in _SAFE and not _from_our_page(asked):
        raise Forbidden("a browser's session is used from its own pages alone")
    return house().sessions.find(token)


def _is_bearer(header: str) -> bool:
    return header[: len(_SCHEME)].lower() == _SCHEME


def _from_our_page(asked: Request) -> bool:
    """The cookie is SameSite=Strict; this also refuses a sibling host of the same site."""
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = asked.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == asked.host
