"""Signing in, who is signed in, signing out."""

from typing import Any

from flask import Response, request

from contracts.commands.people import CodeRequested
from contracts.commands.registry import AccountView
from gateway import limits
from gateway.answers import Account, Me, SessionOpened
from gateway.auth import COOKIE
from gateway.house import ask, caller, house
from gateway.routing import Routes, answer
from gateway.schemas.accounts import CodeRequest, CodeSignIn, Credentials
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
    return _opened(ask("registry", "check_password", result=AccountView, **credentials))


@routes.post(
    "/sessions/codes",
    body=CodeRequest(),
    answer=CodeRequested,
    status=202,
    keyed=False,
    problems=("too_many_requests",),
    example={"phone": "12000000000"},
)
@limits.guarded
def request_code(body: dict[str, Any]) -> Response:
    """Have a one-time code sent to a resident's phone: good for ten minutes, five tries; ten a day.

    The answer is the same whether the phone is known or not.
    """
    return answer(ask("registry", "request_code", result=CodeRequested, **body), status=202)


@routes.post(
    "/sessions/residents",
    body=CodeSignIn(),
    answer=SessionOpened,
    status=201,
    keyed=False,
    problems=("wrong_code", "too_many_requests"),
    headers=("Set-Cookie",),
    example={"request_id": "0b9f7f0e-6f0e-4b0c-8f3e-0d6a1f0f7c11", "code": "042137"},
)
@limits.guarded
def open_residents_session(body: dict[str, Any]) -> Response:
    """Sign a resident in by the code that was sent. The account is opened when they first come."""
    return _opened(ask("registry", "sign_in_by_code", result=AccountView, **body))


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


def _opened(found: AccountView) -> Response:
    """Open a session for who has signed in."""
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
