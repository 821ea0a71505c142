from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from flask import Flask
from werkzeug.test import Client

from chassis.rpc_client import RemoteRefusal
from contracts.commands.people import CodeRequested
from contracts.commands.registry import AccountView
from contracts.vocabulary import Role
from gateway.policy import POLICY, PolicyGapError, compile_policy, routes_of
from gateway.security import Protected
from gateway.sessions import STAFF, Sessions
from tests.unit.gateway.cell import Cell, an_account, code_of
from tests.unit.gateway.fakes import MemorySessions

PROTECTED = {key: access for key, access in POLICY.items() if access.signed_in}
CREDENTIALS = {"login": "worker-c01-g01", "password": "a long password"}
SIGNED_IN = AccountView(
    account_id=uuid4(),
    login="worker-c01-g01",
    display_name="网格员",
    roles=("grid_worker",),
    community="c01",
    grid="c01-g01",
    department=None,
)


KEPT_OUT = ("unauthenticated", "forbidden", "internal")


def outside(role: Role) -> list[tuple[str, str]]:
    """The routes that the policy keeps this role out of."""
    return [
        key
        for key, access in PROTECTED.items()
        if access.roles is not None and role.value not in access.roles
    ]


def inside(role: Role) -> list[tuple[str, str]]:
    """The routes that the policy opens to this role."""
    return [key for key, access in PROTECTED.items() if access.admits(frozenset({role.value}))]


def token_of(cell: Cell, role: Role) -> str:
    return cell.token(role, community="c01", grid="c01-g01", department="CGJ")


def address_of(route: str) -> str:
    values = {"<uuid:": str(uuid4()), "<int(f": "2012"}
    parts = [values.get(part[:6], part) for part in route.split("/")]
    return "/".join(parts).removeprefix("/api/v1")


def test_the_policy_has_exactly_one_row_for_every_route(cell: Cell) -> None:
    assert {(method, route) for method, route, _ in routes_of(cell.app)} == set(POLICY)


def test_a_route_without_a_row_keeps_the_gateway_from_starting(cell: Cell) -> None:
    app = Flask("larger", static_folder=None)
    for rule in cell.app.url_map.iter_rules():
        app.url_map.add(rule.empty())
    assert compile_policy(app)
    app.url_map.add(app.url_rule_class("/api/v1/forgotten", endpoint="forgotten"))
    with pytest.raises(PolicyGapError, match="forgotten"):
        compile_policy(app)


def test_a_row_without_a_route_keeps_the_gateway_from_starting() -> None:
    with pytest.raises(PolicyGapError):
        compile_policy(Flask("empty", static_folder=None))


def test_nobody_gets_in_without_a_session(cell: Cell) -> None:
    for method, route in PROTECTED:
        response = cell.ask(method, address_of(route))
        assert (response.status_code, code_of(response)) == (401, "unauthenticated"), (method, route)
        assert response.headers["WWW-Authenticate"] == "Bearer", (method, route)
    assert cell.rpc.asked == []


@pytest.mark.parametrize("role", Role)
def test_a_role_outside_of_the_policy_is_refused(cell: Cell, role: Role) -> None:
    token = token_of(cell, role)
    for method, route in outside(role):
        response = cell.ask(method, address_of(route), token=token)
        assert (response.status_code, code_of(response)) == (403, "forbidden"), (method, route)
        assert cell.rpc.asked == [], (method, route)


@pytest.mark.parametrize("role", Role)
def test_a_role_of_the_policy_gets_past_the_door(cell: Cell, role: Role) -> None:
    """What lies behind it may still say no: by the body, the object, or because nobody answers."""
    cell.rpc.is_away = True
    for method, route in inside(role):
        response = cell.ask(method, address_of(route), token=token_of(cell, role))
        assert response.status_code < 400 or code_of(response) not in KEPT_OUT, (method, route)


def test_every_role_and_every_route_is_either_admitted_or_refused() -> None:
    """So that no pair of a route and a role stands outside of the two tests above."""
    for role in Role:
        assert {*inside(role), *outside(role)} == set(PROTECTED), role


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic eDp5", "Bearer qt_guessed", "bearer x" * 200]
)
def test_a_header_that_names_no_session_is_no_session(cell: Cell, header: str) -> None:
    assert code_of(cell.get("/me", headers={"Authorization": header})) == "unauthenticated"


def test_signing_in_tells_a_token_once_and_keeps_its_hash(cell: Cell) -> None:
    cell.rpc.tell("registry", "check_password", SIGNED_IN)
    response = cell.post("/sessions", CREDENTIALS, key=None)
    assert response.status_code == 201
    token = response.get_json()["token"]
    assert token.startswith("qt_")
    assert len(token) > 40
    assert cell.rpc.last().said == CREDENTIALS
    (kept,) = cell.session_rows.kept.values()
    assert token.encode() not in msgspec.json.encode(kept)
    me = cell.get("/me", token=token).get_json()
    assert me["account"] == response.get_json()["account"]
    assert me["account"]["grid"] == "c01-g01"
    assert me["kind"] == "staff"


def test_a_browser_keeps_the_session_in_a_cookie_that_scripts_cannot_read(cell: Cell) -> None:
    cell.rpc.tell("registry", "check_password", SIGNED_IN)
    cookie = cell.post("/sessions", CREDENTIALS, key=None).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/api/" in cookie
    assert cell.client.get("/api/v1/me").status_code == 200


def test_a_production_cookie_travels_over_tls_alone(tmp_path: Path) -> None:
    cell = Cell(tmp_path, mode="production")
    cell.rpc.tell("registry", "check_password", SIGNED_IN)
    assert "Secure" in cell.post("/sessions", CREDENTIALS, key=None).headers["Set-Cookie"]


def test_a_production_cell_asks_browsers_to_stay_on_tls() -> None:
    def application(_environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [("Cache-Control", "private")])
        return []

    for over_tls in (True, False):
        response = Client(Protected(application, over_tls=over_tls)).get("/")
        assert ("Strict-Transport-Security" in response.headers) == over_tls
        assert response.headers.getlist("Cache-Control") == ["private"]


def test_a_resident_signs_in_by_a_code_that_was_sent(cell: Cell) -> None:
    asked = CodeRequested(request_id=uuid4(), expires_at=datetime.now(UTC))
    cell.rpc.tell("registry", "request_code", asked)
    response = cell.post("/sessions/codes", {"phone": "12000000000"}, key=None)
    assert (response.status_code, response.get_json()["request_id"]) == (202, str(asked.request_id))
    assert cell.rpc.last().said == {"phone": "12000000000"}
    resident = msgspec.structs.replace(SIGNED_IN, login="", roles=("resident",), grid=None)
    cell.rpc.tell("registry", "sign_in_by_code", resident)
    said = {"request_id": str(asked.request_id), "code": "042137"}
    response = cell.post("/sessions/residents", said, key=None)
    assert response.status_code == 201
    assert cell.rpc.last().said == said
    me = cell.get("/me", token=response.get_json()["token"]).get_json()
    assert (me["account"]["roles"], me["account"]["community"]) == (["resident"], "c01")
    assert "HttpOnly" in response.headers["Set-Cookie"]


@pytest.mark.parametrize("code", ["04213", "0421377", "04213a", "０４２１３７", "042137\n", 42137])
def test_what_is_no_code_is_not_even_asked_for(cell: Cell, code: Any) -> None:
    response = cell.post("/sessions/residents", {"request_id": str(uuid4()), "code": code}, key=None)
    assert code_of(response) == "invalid"
    assert cell.rpc.asked == []


@pytest.mark.parametrize(
    ("path", "method", "body"),
    [
        ("/sessions/codes", "request_code", {"phone": "12000000000"}),
        ("/sessions/residents", "sign_in_by_code", {"request_id": str(uuid4()), "code": "042137"}),
    ],
)
def test_codes_are_asked_for_and_tried_at_a_measured_pace(
    tmp_path: Path, path: str, method: str, body: dict[str, str]
) -> None:
    cell = Cell(tmp_path, login_rate="3 per minute")
    cell.rpc.tell("registry", method, RemoteRefusal("wrong_code"))
    codes = [code_of(cell.post(path, body, key=None)) for _ in range(5)]
    assert codes == ["wrong_code"] * 3 + ["too_many_requests"] * 2


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
    ],
)
def test_a_cookie_does_not_act_for_a_foreign_page(cell: Cell, headers: dict[str, str]) -> None:
    cell.rpc.tell("registry", "check_password", SIGNED_IN)
    cell.post("/sessions", CREDENTIALS, key=None)
    assert code_of(cell.client.delete("/api/v1/sessions/current", headers=headers)) == "forbidden"
    own = {"Sec-Fetch-Site": "same-origin"}
    assert cell.client.delete("/api/v1/sessions/current", headers=own).status_code == 204


def test_a_wrong_password_is_401(cell: Cell) -> None:
    cell.rpc.tell("registry", "check_password", RemoteRefusal("wrong_credentials"))
    response = cell.post("/sessions", CREDENTIALS, key=None)
    assert (response.status_code, code_of(response)) == (401, "wrong_credentials")
    assert "Set-Cookie" not in response.headers


def test_signing_in_too_often_is_slowed_down(tmp_path: Path) -> None:
    cell = Cell(tmp_path, login_rate="3 per minute")
    cell.rpc.tell("registry", "check_password", RemoteRefusal("wrong_credentials"))
    codes = [code_of(cell.post("/sessions", CREDENTIALS, key=None)) for _ in range(5)]
    assert codes == ["wrong_credentials"] * 3 + ["too_many_requests"] * 2
    assert int(cell.post("/sessions", CREDENTIALS, key=None).headers["Retry-After"]) > 0


def test_signing_out_ends_the_session_at_once(cell: Cell) -> None:
    token = cell.worker()
    assert cell.get("/me", token=token).status_code == 200
    assert cell.ask("DELETE", "/sessions/current", token=token).status_code == 204
    assert code_of(cell.get("/me", token=token)) == "unauthenticated"


def test_a_session_is_looked_up_once_in_two_seconds() -> None:
    clock = [100.0]
    rows = MemorySessions()
    sessions = Sessions(rows, lifetime=timedelta(hours=1), monotonic=lambda: clock[0])
    token, session = sessions.open(account=an_account("clerk"), kind=STAFF)
    for _ in range(5):
        assert sessions.find(token) is not None
    assert rows.looked_up[session.token_hash] == 1
    rows.kept.clear()
    clock[0] += 1.9
    assert sessions.find(token) is not None
    clock[0] += 0.2
    assert sessions.find(token) is None


def test_a_session_past_its_end_is_none_even_while_it_is_remembered() -> None:
    rows = MemorySessions()
    sessions = Sessions(rows, lifetime=timedelta(milliseconds=30))
    token, session = sessions.open(account=an_account("clerk"), kind=STAFF)
    assert sessions.find(token) is not None
    while datetime.now(UTC) < session.expires_at:
        pass
    assert sessions.find(token) is None
