from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from chassis.context import Context
from chassis.data.engine import Database
from chassis.principal import Principal
from chassis.refusal import Refusal
from contracts.commands.people import PersonRevealed, Relation, Revealable
from contracts.vocabulary import Role
from services.registry.people import queries, repository
from services.registry.people.keeping import keeping
from services.registry.service import COMMANDS
from tests.support.messages import a_command, answer_of, rows, sent
from tests.unit.registry.neighbours import an_id_number, moving, registering

HOME, NEXT_DOOR, FOREIGN = "c02-g01-s01-d1-h101", "c02-g01-s01-d1-h102", "c02-g01-s01"
PHONE, NUMBER, NAME, ADDRESS = "19912345678", an_id_number(date(1970, 1, 1), 777), "欧阳小花", "桥头街9号"
REASON = "电话回访, 核实漏水情况"


def somebody(role: Role, community: str | None = "c02") -> Principal:
    scope = {} if community is None else {"community": community}
    return Principal(subject=str(uuid4()), roles=frozenset({role}), scope=scope)


CLERK, COMMITTEE = somebody(Role.CLERK), somebody(Role.COMMITTEE)
FOREIGNER, DISPATCHER = somebody(Role.CLERK, "c01"), somebody(Role.DISPATCHER, None)
OUTSIDERS = [somebody(role) for role in Role if role not in (Role.CLERK, Role.COMMITTEE)]


def do(database: Database, *asked: Any, by: Principal | None = CLERK) -> list[dict[str, Any]]:
    return [answer_of(body) for body in COMMANDS.process(database, [a_command(each, by) for each in asked])]


def flower(database: Database, **changes: Any) -> UUID:
    """Put somebody on record whose every detail is known; return who it is."""
    given = {"name": NAME, "phone": PHONE, "id_number": NUMBER, "address": ADDRESS}
    (receipt,) = do(database, registering(HOME, **given | changes))
    return UUID(receipt["person_id"])


def refused(ask: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        ask()
    return refusal.value.code


def reveal(
    database: Database, by: Principal, person_id: UUID, *fields: str, reason: str = REASON
) -> PersonRevealed:
    context = Context(principal=by, correlation_id="t")
    wanted = tuple(Revealable(field) for field in fields)
    return queries.reveal(database, context, person_id=person_id, fields=wanted, reason=reason)


def everything(database: Database) -> bytes:
    """The whole database as text, sealed columns as the bytes that they are."""
    tables = sa.inspect(database.engine).get_table_names()
    said = []
    for table in tables:
        for row in rows(database, f'SELECT * FROM "{table}"'):  # noqa: S608
            said.extend(bytes(each) if isinstance(each, memoryview) else repr(each).encode() for each in row)
    return b"\n".join(said)


def test_a_person_is_shown_behind_masks(estate: Database) -> None:
    person_id = flower(estate, relation=Relation.HEAD)
    view = queries.person(estate, CLERK, person_id)
    assert (view.name, view.id_number, view.phone, view.address) == (
        "欧*",
        f"990303********{NUMBER[-4:]}",
        "199****5678",
        "****",
    )
    assert (view.born_in, view.household, view.relation, view.since) == (1970, HOME, "head", date(2012, 6, 1))
    (listed,) = queries.list_persons(estate, DISPATCHER, place="c02-g01", cursor=None, limit=20).items
    assert listed == view


def test_what_names_a_person_is_readable_nowhere_in_the_database_and_told_to_nobody(estate: Database) -> None:
    person_id = flower(estate)
    told = len(sent(estate))
    reveal(estate, COMMITTEE, person_id, *Revealable)
    kept = everything(estate)
    for secret in (NAME, PHONE, NUMBER, ADDRESS):
        assert secret.encode() not in kept
    assert len(sent(estate)) == told


def test_what_is_revealed_is_put_on_record_with_its_reason(estate: Database) -> None:
    person_id = flower(estate)
    assert reveal(estate, COMMITTEE, person_id, "phone") == PersonRevealed(person_id=person_id, phone=PHONE)
    shown = reveal(estate, CLERK, person_id, *Revealable)
    assert (shown.name, shown.birthday, shown.id_number, shown.address) == (
        NAME,
        date(1970, 1, 1),
        NUMBER,
        ADDRESS,
    )
    second, first = queries.reveals(estate, DISPATCHER, person_id).items
    assert (first.revealed_to, first.fields, first.reason) == (COMMITTEE.subject, ("phone",), REASON)
    assert (second.revealed_to, second.fields) == (CLERK.subject, tuple(sorted(Revealable)))


def test_a_record_of_what_was_revealed_never_changes(estate: Database) -> None:
    reveal(estate, CLERK, flower(estate), "name")
    for statement in ("UPDATE reveal SET reason = 'none'", "DELETE FROM reveal"):
        with pytest.raises(DBAPIError, match="stays on record"), estate.engine.begin() as connection:
            connection.execute(sa.text(statement))


@pytest.mark.parametrize(("reason", "fields"), [("", ("name",)), ("四个字吧", ("name",)), (REASON, ())])
def test_nothing_is_revealed_without_a_reason_or_a_field(
    estate: Database, reason: str, fields: tuple[str, ...]
) -> None:
    person_id = flower(estate)
    assert refused(lambda: reveal(estate, CLERK, person_id, *fields, reason=reason)) == "invalid"
    assert rows(estate, "SELECT 1 FROM reveal") == []


def test_the_persons_of_another_community_do_not_exist(estate: Database) -> None:
    person_id = flower(estate)
    assert refused(lambda: queries.person(estate, FOREIGNER, person_id)) == "not_found"
    assert refused(lambda: queries.reveals(estate, FOREIGNER, person_id)) == "not_found"
    assert refused(lambda: reveal(estate, FOREIGNER, person_id, "name")) == "not_found"
    listing = {"place": "c02", "cursor": None, "limit": 20}
    assert refused(lambda: queries.list_persons(estate, FOREIGNER, **listing)) == "not_found"
    (moved,) = do(estate, moving(person_id, None, date(2020, 1, 1)), by=FOREIGNER)
    (registered,) = do(estate, registering(HOME), by=FOREIGNER)
    assert (moved["code"], registered["code"]) == ("not_found", "unknown_household")
    assert rows(estate, "SELECT 1 FROM reveal") == []


@pytest.mark.parametrize("principal", [*OUTSIDERS, None], ids=lambda by: min(by.roles) if by else "nobody")
def test_who_does_not_keep_persons_changes_and_reveals_nothing(
    estate: Database, principal: Principal | None
) -> None:
    person_id = flower(estate)
    asked = (registering(NEXT_DOOR), moving(person_id, NEXT_DOOR, date(2020, 1, 1)))
    assert [each["code"] for each in do(estate, *asked, by=principal)] == ["forbidden", "forbidden"]
    if principal is not None:
        assert refused(lambda: reveal(estate, principal, person_id, "name")) == "forbidden"
        sees = principal.has(Role.DISPATCHER, Role.INSPECTOR)
        assert sees or refused(lambda: queries.person(estate, principal, person_id)) == "forbidden"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"household": FOREIGN}, "unknown_household"),
        ({"household": "\0"}, "unknown_household"),
        ({"since": date(2012, 5, 31)}, "unknown_household"),
        ({"since": date(2099, 1, 1)}, "unknown_household"),
        ({"id_number": "110105194912310021"}, "invalid"),
        ({"id_number": NUMBER}, "conflict"),
        ({"phone": PHONE}, "conflict"),
        ({"relation": Relation.HEAD}, "household_has_head"),
    ],
)
def test_a_registration_that_is_not_right_is_refused_and_changes_nothing(
    estate: Database, changes: dict[str, Any], code: str
) -> None:
    flower(estate, relation=Relation.HEAD)
    asked = {"household": HOME, "id_number": None, **changes}
    assert do(estate, registering(**asked))[0]["code"] == code
    assert rows(estate, "SELECT count(*) FROM person") == [(1,)]


def test_two_registrations_at_once_of_one_person_are_one(estate: Database) -> None:
    first, second = (registering(home, id_number=NUMBER) for home in (HOME, NEXT_DOOR))
    assert [each.get("code") for each in do(estate, first, second)] == [None, "conflict"]
    assert rows(estate, "SELECT count(*) FROM person") == [(1,)]


def test_persons_are_listed_page_by_page(estate: Database) -> None:
    people = [flower(estate)] + [
        UUID(each["person_id"]) for each in do(estate, registering(NEXT_DOOR), registering(HOME))
    ]
    seen: list[UUID] = []
    cursor: str | None = None
    for _ in people:
        page = queries.list_persons(estate, COMMITTEE, place="c02", cursor=cursor, limit=1)
        seen.extend(each.person_id for each in page.items)
        cursor = page.next_cursor
    assert (cursor, sorted(seen)) == (None, sorted(people))
    bad = {"place": "c02", "cursor": "x", "limit": 1}
    assert refused(lambda: queries.list_persons(estate, COMMITTEE, **bad)) == "malformed_cursor"


def test_everybody_is_sealed_again_under_a_new_key(estate: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    person_id = flower(estate)
    do(estate, registering(NEXT_DOOR))
    monkeypatch.setenv("QIAOTOU_SEALING_KEYS", f"1:{'1' * 64},2:{'2' * 64}")
    keeping.cache_clear()
    with estate.engine.begin() as connection:
        assert repository.reseal(connection, limit=1) == 1
    assert [queries.reseal(estate), queries.reseal(estate)] == [1, 0]
    monkeypatch.setenv("QIAOTOU_SEALING_KEYS", f"2:{'2' * 64}")
    keeping.cache_clear()
    try:
        assert reveal(estate, CLERK, person_id, *Revealable).phone == PHONE
        assert do(estate, registering(HOME, phone=PHONE))[0]["code"] == "conflict"
    finally:
        monkeypatch.undo()
        keeping.cache_clear()
