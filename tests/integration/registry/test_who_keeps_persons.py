"""Every route to persons and units, for every role, in its own community and in another."""

from collections.abc import Callable
from datetime import date
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.context import Context
from chassis.data.engine import Database
from chassis.principal import Principal
from chassis.refusal import Refusal
from contracts.commands.people import ImportKind, ImportRows, Revealable
from contracts.vocabulary import Role
from gateway.policy import POLICY
from services.registry.importing import handlers as importing
from services.registry.people import queries
from services.registry.property.queries import list_units
from services.registry.service import COMMANDS
from tests.support.messages import a_command, answer_of, rows
from tests.unit.registry.neighbours import an_id_number, moving, registering

HOME = "c02-g01-s01-d1-h101"
OWN, FOREIGN = "c02", "c01"
DISTRICT = (Role.DISPATCHER, Role.INSPECTOR)
FILE = f"household,relation,name,id_number\n{HOME},其他,李,{an_id_number(date(1970, 1, 1), 990)}\n".encode()

Ask = Callable[[Database, Principal, UUID], Any]


def told(command: Any) -> Ask:
    def ask(database: Database, by: Principal, person_id: UUID) -> dict[str, Any]:
        (body,) = COMMANDS.process(database, [a_command(command(person_id), by)])
        return answer_of(body)

    return ask


def revealed(database: Database, by: Principal, person_id: UUID) -> Any:
    context = Context(principal=by, correlation_id="t")
    asked = {"fields": (Revealable.NAME,), "reason": "电话回访, 核实漏水情况"}
    return queries.reveal(database, context, person_id=person_id, **asked)


def imported(database: Database, by: Principal, person_id: UUID) -> Any:
    """A file that is tried says of another community's household that there is none."""
    context = Context(principal=by, correlation_id="t")
    tried = importing.check_rows(database, context, kind=ImportKind.PERSONS, content=FILE)
    taken = told(lambda _: ImportRows(command_id=uuid4(), kind=ImportKind.PERSONS, content=FILE))
    answer = taken(database, by, person_id)
    assert bool(tried.faults) == ("code" in answer)
    return answer


ROUTES: dict[tuple[str, str], Ask] = {
    ("GET", "/people"): lambda database, by, _: queries.list_persons(
        database, by, place=OWN, cursor=None, limit=20
    ),
    ("GET", "/units"): lambda database, by, _: list_units(database, by, place=OWN, cursor=None, limit=20),
    ("GET", "/people/<uuid:person_id>"): queries.person,
    ("GET", "/people/<uuid:person_id>/reveals"): queries.reveals,
    ("POST", "/people/<uuid:person_id>/reveal"): revealed,
    ("POST", "/people/<uuid:person_id>/residence"): told(lambda who: moving(who, None, date(2020, 1, 1))),
    ("POST", "/people"): told(lambda _: registering(HOME)),
    ("POST", "/people/imports"): imported,
}
EVERYTHING = (
    "SELECT (SELECT count(*) FROM person), (SELECT count(*) FROM reveal), * FROM residence ORDER BY 3, 4"
)
NOT_THERE = {"not_found", "unknown_household", "broken_rows"}


def outcome(ask: Ask, database: Database, by: Principal, person_id: UUID) -> str:
    try:
        answer = ask(database, by, person_id)
    except Refusal as refusal:
        return refusal.code
    return str(answer.get("code", "ok")) if isinstance(answer, dict) else "ok"


def test_every_route_to_persons_and_units_is_walked() -> None:
    walked = {(method, f"/api/v1{path}") for method, path in ROUTES}
    assert walked == {
        (method, path) for method, path in POLICY if path.startswith(("/api/v1/people", "/api/v1/units"))
    }


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_a_route_is_for_its_roles_and_their_own_community(estate: Database, route: tuple[str, str]) -> None:
    keeper = Principal(subject=str(uuid4()), roles=frozenset({Role.CLERK}), scope={"community": OWN})
    admitted = POLICY[route[0], f"/api/v1{route[1]}"].roles
    assert admitted is not None
    for role, community in product(Role, (OWN, FOREIGN)):
        (body,) = COMMANDS.process(estate, [a_command(registering(HOME, name="王小花"), keeper)])
        before = rows(estate, EVERYTHING)
        by = Principal(subject=str(uuid4()), roles=frozenset({role}), scope={"community": community})
        said = outcome(ROUTES[route], estate, by, UUID(answer_of(body)["person_id"]))
        if role.value not in admitted:
            expected = {"forbidden"}
        elif community == OWN or role in DISTRICT:
            expected = {"ok"}
        else:
            expected = NOT_THERE
        assert said in expected, (role, community)
        assert said == "ok" or rows(estate, EVERYTHING) == before
