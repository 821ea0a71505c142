import json
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from chassis.context import Context
from chassis.data.engine import Database
from chassis.principal import Principal
from chassis.refusal import Refusal
from contracts.commands.people import Relation
from contracts.commands.registry import AccountView
from contracts.vocabulary import Role
from services.registry.accounts import queries as accounts
from services.registry.codes import queries
from services.registry.codes.sink import sink
from services.registry.demo_people import person_id_of
from services.registry.service import COMMANDS
from tests.support.messages import a_command, data_of, rows, sent
from tests.unit.registry.neighbours import moving, registering

NOBODY = Context(correlation_id="t")
CLERK = Principal(subject=str(uuid4()), roles=frozenset({Role.CLERK}), scope={"community": "c02"})
HOME, NEXT_DOOR = "c02-g01-s01-d1-h101", "c02-g01-s01-d1-h102"
PHONES = {HOME: "12000000000", NEXT_DOOR: "12000000001"}
PHONE, UNKNOWN = PHONES[HOME], "12099999999"
HEAD = person_id_of(HOME, Relation.HEAD)


@pytest.fixture
def codes_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("QIAOTOU_CODES_FILE", str(tmp_path / "codes.jsonl"))
    sink.cache_clear()
    yield tmp_path / "codes.jsonl"
    monkeypatch.undo()
    sink.cache_clear()


@pytest.fixture
def district(estate: Database, codes_file: Path) -> Database:
    """Give a registry in which two people live, and a place where codes go."""
    for home in (HOME, NEXT_DOOR):
        asked = registering(home, person_id=person_id_of(home, Relation.HEAD), phone=PHONES[home])
        COMMANDS.process(estate, [a_command(asked, CLERK)])
    return estate


def sent_codes(path: Path) -> dict[UUID, str]:
    if not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return {UUID(line["request_id"]): line["code"] for line in lines}


def ask(database: Database, phone: str = PHONE) -> UUID:
    return queries.request_code(database, NOBODY, phone=phone).request_id


def sign_in(database: Database, request_id: UUID, code: str) -> AccountView | str:
    """Who signed in, or the refusal's code."""
    try:
        return queries.sign_in(database, NOBODY, request_id=request_id, code=code)
    except Refusal as refusal:
        return refusal.code


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_a_resident_signs_in_by_the_code_that_was_sent_and_has_an_account_from_then_on(
    district: Database, codes_file: Path
) -> None:
    told = len(sent(district))
    asked = ask(district)
    view = sign_in(district, asked, sent_codes(codes_file)[asked])
    assert isinstance(view, AccountView)
    assert (view.account_id, view.display_name, view.roles, view.community) == (
        HEAD,
        "王*",
        ("resident",),
        "c02",
    )
    (event,) = sent(district)[told:]
    assert (event.type, event.subject) == ("registry.account.opened.v1", str(HEAD))
    assert data_of(event)["community"] == "c02"
    own = accounts.account(district, Principal(subject=str(HEAD)), HEAD)
    assert own == view


def test_who_comes_again_is_told_once_and_again_where_they_live_elsewhere(
    district: Database, codes_file: Path
) -> None:
    told = len(sent(district))
    for _ in range(2):
        asked = ask(district)
        assert isinstance(sign_in(district, asked, sent_codes(codes_file)[asked]), AccountView)
    assert len(sent(district)) == told + 1


def test_a_code_is_good_once(district: Database, codes_file: Path) -> None:
    asked = ask(district)
    code = sent_codes(codes_file)[asked]
    assert isinstance(sign_in(district, asked, code), AccountView)
    assert sign_in(district, asked, code) == "wrong_code"


def test_an_unknown_phone_is_answered_alike_and_no_code_is_sent(district: Database, codes_file: Path) -> None:
    known = queries.request_code(district, NOBODY, phone=PHONE)
    unknown = queries.request_code(district, NOBODY, phone=UNKNOWN)
    assert type(known) is type(unknown)
    assert list(sent_codes(codes_file)) == [known.request_id]
    assert sign_in(district, unknown.request_id, "000000") == "wrong_code"
    assert sign_in(district, uuid4(), "000000") == "wrong_code"


def test_after_five_wrong_tries_the_right_code_is_wrong_too(district: Database, codes_file: Path) -> None:
    asked = ask(district)
    code = sent_codes(codes_file)[asked]
    assert [sign_in(district, asked, another(code)) for _ in range(4)] == ["wrong_code"] * 4
    other = ask(district)
    assert isinstance(sign_in(district, other, sent_codes(codes_file)[other]), AccountView)
    assert [sign_in(district, asked, another(code)), sign_in(district, asked, code)] == ["wrong_code"] * 2


def test_guesses_at_once_do_not_pass_the_limit_together(district: Database) -> None:
    asked = ask(district)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: sign_in(district, asked, f"{number:06d}"), range(24)))
    assert rows(district, "SELECT tries FROM login_code") == [(5,)]


def test_a_code_is_good_for_ten_minutes(district: Database, codes_file: Path) -> None:
    asked = ask(district)
    with district.engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE login_code SET requested_at = requested_at - interval '10 minutes'")
        )
    assert sign_in(district, asked, sent_codes(codes_file)[asked]) == "wrong_code"


@pytest.mark.parametrize("phone", [PHONE, UNKNOWN])
def test_a_phone_asks_for_ten_codes_a_day_whether_it_is_known_or_not(district: Database, phone: str) -> None:
    for _ in range(10):
        ask(district, phone)
    with pytest.raises(Refusal) as refusal:
        ask(district, phone)
    assert refusal.value.code == "too_many_requests"
    assert 86_000 < int(str(refusal.value.fields["retry_after_s"])) <= 86_400
    ask(district, PHONES[NEXT_DOOR])
    with district.engine.begin() as connection:
        connection.execute(sa.text("UPDATE login_code SET requested_at = requested_at - interval '1 day'"))
    queries.forget_old_codes(district)
    assert rows(district, "SELECT 1 FROM login_code") == []
    ask(district, phone)


def test_who_has_left_is_sent_no_code_unless_they_own_something_here(
    district: Database, codes_file: Path
) -> None:
    own = "INSERT INTO ownership SELECT unit_id, :id, :id, NULL, '2012-06-01' FROM property_unit"
    unit = "INSERT INTO property_unit VALUES (gen_random_uuid(), 'u', :place, 'dwelling', 1, '2012-06-01')"
    with district.engine.begin() as connection:
        connection.execute(sa.text(unit), {"place": HOME})
        connection.execute(sa.text(own), {"id": HEAD})
    COMMANDS.process(district, [a_command(moving(HEAD, None, date(2020, 1, 1)), CLERK)])
    asked = ask(district)
    assert isinstance(sign_in(district, asked, sent_codes(codes_file)[asked]), AccountView)
    with district.engine.begin() as connection:
        connection.execute(sa.text("UPDATE ownership SET valid_to = '2020-01-01'"))
    assert ask(district) not in sent_codes(codes_file)


def test_neither_code_nor_phone_stands_in_the_database_nor_the_phone_in_the_file(
    district: Database, codes_file: Path
) -> None:
    asked = ask(district)
    code = sent_codes(codes_file)[asked]
    kept = repr(rows(district, "SELECT * FROM login_code"))
    assert code not in kept
    assert PHONE not in kept + codes_file.read_text()
    assert stat.S_IMODE(codes_file.stat().st_mode) == 0o600


def test_a_production_cell_sends_no_code_into_a_file(
    district: Database, codes_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QIAOTOU_MODE", "production")
    sink.cache_clear()
    with pytest.raises(Refusal) as refusal:
        ask(district)
    assert refusal.value.code == "unavailable"
    assert not codes_file.exists()
    assert rows(district, "SELECT 1 FROM login_code") == []


@pytest.mark.parametrize("phone", ["", "1", "+8613800000001", "138 0000 0001", "13800000001\n"])
def test_what_is_no_phone_is_told_so(district: Database, phone: str) -> None:
    with pytest.raises(Refusal) as refusal:
        ask(district, phone)
    assert refusal.value.code == "invalid"
