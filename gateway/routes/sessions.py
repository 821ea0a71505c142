"""Signing in, who is signed in, signing out."""

from typing import Any

from flask import Response, request

from contracts.commands.registry import AccountView
from gateway import limits
from gateway.answers import Account, Me, SessionOpened
from gateway.auth import COOKIE
from gateway.house import ask, caller, house
from gateway.routing import Routes, answer
from gateway.schemas.accounts import Credentials
from gateway.sessions import STAFF

routes = Routes("sessions", "Signing in and out.")


@routes.post(
    "/sessions",
    body=Credentials(),
    answer=SessionOpened,
    status=201,
    keyed=False,
    problems=("wrong_credentials", "too_many_requests"),
    headers=("Set-Cookie",),
    example={"login": "worker-c01-g01", "password": "a long password"},
)
@limits.guarded
def open_session(credentials: dict[str, Any]) -> Response:
    """Sign in with login and password.

    The token is told once. Programs send it as `Authorization: Bearer`; browsers keep the cookie.
    """
    found = ask("registry", "check_password", result=AccountView, **credentials)
    account = Account(
        account_id=str(found.account_id),
        display_name=found.display_name,
        roles=found.roles,
        community=found.community,
        grid=found.grid,
        department=found.department,
    )
    token, session = house().sessions.open(account=account, kind=STAFF)
    response = answer(SessionOpened(token=token, expires_at=session.expires_at, account=account), status=201)
    response.set_cookie(
        COOKIE,
        token,
        expires=session.expires_at,
        path="/api/",
        secure=house().settings.secure_cookies,
        httponly=True,
        samesite="Strict",
    )
    return response


@routes.get("/me", answer=Me)
def who_am_i() -> Response:
    """Return who is signed in, with roles and place."""
    session = caller().session
    return answer(Me(kind=session.kind, expires_at=session.expires_at, account=session.account()))


@routes.delete("/sessions/current")
def end_session() -> Response:
    """Sign out. Another worker process may take the token for two more seconds."""
    house().sessions.revoke(caller().session)
    response = Response(status=204)
    if COOKIE in request.cookies:
        response.delete_cookie(COOKIE, path="/api/", httponly=True, samesite="Strict")
    return response
