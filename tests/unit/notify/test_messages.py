from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.principal import Principal, the_system
from chassis.refusal import MalformedCursor
from contracts.commands.notify import MarkRead
from contracts.errors import CODES
from contracts.events import intake
from contracts.events.registry import AccountOpened
from contracts.vocabulary import Role
from services.notify.message import cursor as cursors
from services.notify.message import errors
from services.notify.message.cursor import Cursor
from services.notify.message.errors import NoSuchMessage, NotAPerson
from services.notify.message.message import Received, read, reader_of
from services.notify.message.queries import view
from services.notify.message.repository import Line
from services.notify.message.templates import CATALOGUE, Template, Text, render
from services.notify.reference.relations import Account, Relation
from services.notify.reference.repository import Category
from tests.unit.notify.builders import AT, CASE, CLERK, NUMBER, REPORTER, an_event, told

LAMP = Text("路灯故障", "street lamp")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def a_line(template: Template = Template.TO_CHECK, category: str | None = "0202") -> Line:
    return Line(CASE, template, CASE, NUMBER, category, AT, None, 1)


@pytest.mark.parametrize("template", list(Template))
def test_a_text_names_the_case_in_both_languages_and_puts_in_nothing_about_a_person(
    template: Template,
) -> None:
    text = CATALOGUE[template]
    assert "number" in fields(text.zh)
    assert fields(text.zh) == fields(text.en) <= {"number", "category"}


@pytest.mark.parametrize("template", list(Template))
def test_a_text_is_written_in_its_language(template: Template) -> None:
    text = CATALOGUE[template]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in text.zh)
    assert text.en.isascii()


def test_no_two_texts_are_alike() -> None:
    assert len(set(CATALOGUE)) == len({text.zh for text in CATALOGUE.values()}) == len(Template)


@pytest.mark.parametrize("template", list(Template))
def test_a_rendered_text_has_no_placeholder_left(template: Template) -> None:
    text = render(template, number=NUMBER, category=LAMP)
    assert NUMBER in text.zh
    assert NUMBER in text.en
    assert "{" not in text.zh + text.en


def test_a_name_with_braces_in_it_is_shown_as_it_is() -> None:
    assert "{number}" in render(Template.TO_CHECK, number=NUMBER, category=Text("{number}", "x")).zh


def test_a_message_names_its_category_as_registry_does() -> None:
    shown = view(a_line(), Category("0202", *LAMP))
    assert "路灯故障" in shown.text_zh
    assert "street lamp" in shown.text_en
    assert (shown.template, shown.number, shown.read) == ("case.to_check", NUMBER, False)


def test_a_category_whose_name_is_not_known_goes_by_its_code() -> None:
    assert "0202" in view(a_line(), None).text_zh


def test_a_case_without_a_category_is_called_so() -> None:
    shown = view(a_line(category=None), None)
    assert "待分类" in shown.text_zh
    assert "not yet classified" in shown.text_en


def test_a_note_carries_the_case_and_the_time_of_the_step() -> None:
    (note,) = told(an_event(intake.CaseStarted))
    assert (note.case_id, note.number, note.category, note.at) == (CASE, NUMBER, "0202", AT)


def test_a_message_is_read_by_its_reader_once() -> None:
    first = read(Received(REPORTER, None), REPORTER, now=AT)
    assert first.read_at == AT
    assert read(first, REPORTER, now=AT.replace(year=2013)) == first


@pytest.mark.parametrize("message", [None, Received(CLERK, None)], ids=["unknown", "another's"])
def test_what_is_not_ones_own_is_as_if_it_were_not_there(message: Received | None) -> None:
    with pytest.raises(NoSuchMessage):
        read(message, REPORTER, now=AT)


def test_only_a_person_has_messages() -> None:
    assert reader_of(Principal(subject=str(REPORTER))) == REPORTER
    with pytest.raises(NotAPerson):
        reader_of(the_system())


@given(at=st.datetimes(timezones=st.just(UTC)), position=st.integers(0, 2**63 - 1))
def test_a_cursor_that_we_gave_is_read_back(at: datetime, position: int) -> None:
    given_back = cursors.decode(cursors.encode(Cursor(at, position)))
    assert given_back == (at, position)


@given(st.text())
def test_a_cursor_that_we_did_not_give_is_malformed_and_nothing_worse(text: str) -> None:
    with pytest.raises(MalformedCursor):
        cursors.decode(text)


@pytest.mark.parametrize(
    "content",
    ['["2012-06-18T01:02:03",1]', f'["2012-06-18T01:02:03Z",{2**63}]', '["2012-06-18T01:02:03Z",-1]'],
    ids=["no zone", "too large", "negative"],
)
def test_a_cursor_that_a_database_could_not_compare_is_malformed(content: str) -> None:
    with pytest.raises(MalformedCursor):
        cursors.decode(urlsafe_b64encode(content.encode()).decode().rstrip("="))


@pytest.mark.parametrize(
    ("roles", "relations"),
    [
        ((Role.RESIDENT,), set()),
        ((Role.OPERATOR, Role.INSPECTOR, Role.HOTLINE, Role.COMMITTEE), set()),
        ((Role.GRID_WORKER,), {Relation(Role.GRID_WORKER, "c01-g01")}),
        ((Role.CLERK,), {Relation(Role.CLERK, "c01")}),
        ((Role.DEPARTMENT,), {Relation(Role.DEPARTMENT, "CGJ")}),
        ((Role.DISPATCHER, Role.ARCHIVIST), {Relation(Role.DISPATCHER), Relation(Role.ARCHIVIST)}),
    ],
)
def test_an_account_is_found_by_its_roles_and_its_place(
    roles: tuple[Role, ...], relations: set[Relation]
) -> None:
    account = Account(account_id=CLERK, roles=roles, community="c01", grid="c01-g01", department="CGJ")
    assert account.relations() == relations


def test_a_role_without_its_place_leads_to_nobody() -> None:
    opened = AccountOpened(account_id=CLERK, roles=(Role.CLERK, Role.GRID_WORKER, Role.DEPARTMENT))
    account = Account(
        account_id=opened.account_id, roles=opened.roles, community=None, grid=None, department=None
    )
    assert account.relations() == frozenset()


def test_every_refusal_has_a_public_code() -> None:
    found = [errors.NoSuchMessage, errors.NotAPerson, errors.UnfitNumber]
    assert {each.code for each in found} <= CODES.keys()


def test_marking_is_a_command_of_its_own() -> None:
    assert MarkRead.method == "mark_read"
