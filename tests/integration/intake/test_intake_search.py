import importlib
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from chassis.context import Context
from chassis.principal import Principal, the_system
from chassis.refusal import Invalid
from contracts.commands.intake import CaseReceipt, Channel, ClassifyCase, PageOrder
from contracts.vocabulary import Kind, Urgency
from services.intake.case import queries, search
from services.intake.case.authority import knows_the_place, sight_of
from services.intake.case.case import Case, CaseId
from services.intake.case.lifecycle import SIX_STEPS, By, State
from services.intake.case.repository import CaseStore
from tests.integration.intake.district import (
    ARCHIVIST,
    CLERK,
    DISPATCHER,
    NEIGHBOUR,
    OFFICER,
    RESIDENT,
    WORKER,
    a_check,
    a_merging,
    a_report,
    answered,
    receipt,
    reported,
    somebody,
)
from tests.integration.intake.running import Intake

INSPECTOR = somebody("inspector")
COMMITTEE = somebody("committee", community="c01")
HOTLINE = somebody("hotline")
BOTH = somebody("inspector", "clerk", community="c01")
EVERYBODY = (DISPATCHER, INSPECTOR, CLERK, COMMITTEE, WORKER, RESIDENT, NEIGHBOUR, HOTLINE, OFFICER, BOTH)
NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def found(intake: Intake, principal: Principal, q: str, **filters: Any) -> list[UUID]:
    """Read a search to its end, page by page."""
    read: list[UUID] = []
    cursor = None
    while True:
        page = queries.list_cases(intake.database, principal, q=q, cursor=cursor, **filters)
        read += [item.case_id for item in page.items]
        if (cursor := page.next_cursor) is None:
            return read


def keep(intake: Intake, *cases: Case) -> None:
    """Write cases as they stand, whatever their life was."""
    with intake.database.writing(Context(principal=the_system(), correlation_id="t")) as uow:
        for case in cases:
            uow.store(CaseStore).put(case.case_id, case)


def test_a_case_is_found_by_what_its_text_and_number_say(intake: Intake) -> None:
    lamp = reported(intake, text="街口的路灯不亮了，晚上很黑，请来看看。")
    gate = reported(intake, text="３号楼的ＬＥＤ大门灯坏了两天，请来看看。")
    for typed, expected in {
        "路灯": [lamp],
        "不亮": [lamp],
        "路灯不亮了": [lamp],
        "灯坏": [gate],
        "led": [gate],
        "3号楼": [gate],
        "来看": [gate, lamp],
        "来看 路灯": [lamp],
        "路灯，晚上": [lamp],
        "晚上 灯坏": [],
        "大门路灯": [],
        "月亮": [],
        lamp.number: [lamp],
        lamp.number[-6:]: [lamp],
        lamp.number[7:15]: [gate, lamp],
    }.items():
        assert found(intake, DISPATCHER, typed) == [case.case_id for case in expected], typed


def test_a_longer_word_stands_in_one_piece(intake: Intake) -> None:
    scattered = "路灯旁边的灯坏，坏了的门也请来看看。"
    reported(intake, text=scattered)
    whole = reported(intake, text="门口路灯坏了，请来看看。")
    assert set(search.sought("路灯坏了").keys) <= {search.plain(scattered)[i : i + 2] for i in range(20)}
    assert found(intake, DISPATCHER, "路灯坏了") == [whole.case_id]


@pytest.mark.parametrize("typed", ["灯", " 灯。", "，。！", "", "灯" * 41, "\0"])
def test_what_is_no_search_is_refused(intake: Intake, typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        queries.list_cases(intake.database, DISPATCHER, q=typed)
    assert refused.value.fields["field"] == "q"


def test_an_address_is_found_by_those_alone_who_may_know_it(intake: Intake) -> None:
    case = reported(intake, RESIDENT, address="赛鱼路 15 号")
    for principal in EVERYBODY:
        known = principal in (DISPATCHER, CLERK, WORKER, RESIDENT, BOTH)
        for typed in ("赛鱼", "赛鱼路", "赛鱼路 路灯"):
            assert found(intake, principal, typed) == ([case.case_id] if known else []), typed
    other = reported(intake, NEIGHBOUR, address="赛鱼路 16 号", grid="c02-g01")
    assert found(intake, BOTH, "赛鱼") == [case.case_id]
    assert found(intake, DISPATCHER, "赛鱼") == [other.case_id, case.case_id]


def test_a_case_is_searched_by_those_alone_who_see_it(intake: Intake) -> None:
    case = reported(intake, RESIDENT)
    for principal in (*EVERYBODY, ARCHIVIST, Principal(subject="system")):
        seen = principal not in (NEIGHBOUR, HOTLINE, Principal(subject="system"))
        assert found(intake, principal, "路灯") == ([case.case_id] if seen else [])


def test_whose_report_was_merged_finds_the_case_that_goes_on(intake: Intake) -> None:
    master = reported(intake, RESIDENT, text="街口的路灯不亮了，请来看看。", category=None)
    own = reported(intake, NEIGHBOUR, text="街口的灯泡坏了两天，请来看看。", category=None)
    assert found(intake, NEIGHBOUR, "路灯") == []
    intake.ask((a_merging(own, master), DISPATCHER))
    assert found(intake, NEIGHBOUR, "路灯") == [master.case_id]
    assert found(intake, NEIGHBOUR, "来看", mine=True) == [own.case_id, master.case_id]
    assert found(intake, NEIGHBOUR, "来看", state="merged") == [own.case_id]
    assert found(intake, DISPATCHER, "灯泡", state="merged") == [own.case_id]


def test_what_a_case_is_found_by_follows_its_classification(intake: Intake) -> None:
    case = reported(intake, category=None)
    assert found(intake, DISPATCHER, "路灯", category="0301") == []
    asked = ClassifyCase(command_id=uuid4(), case_id=case.case_id, category="0301", lead="ZJJ")
    intake.ask((asked, DISPATCHER))
    assert found(intake, DISPATCHER, "路灯", category="0301", lead="ZJJ") == [case.case_id]


def test_a_refused_report_leaves_no_words_and_a_step_does_not_touch_them(intake: Intake) -> None:
    intake.ask((a_report(grid="nowhere"), RESIDENT))
    assert intake.rows("SELECT case_id FROM case_words") == []
    case = answered(intake)
    written = intake.rows("SELECT xmin, ctid::text FROM case_words")
    intake.ask((a_check(case), WORKER))
    assert intake.rows("SELECT xmin, ctid::text FROM case_words") == written


def test_the_migration_writes_the_words_of_the_cases_that_are_there(intake: Intake) -> None:
    chance = random.Random(1)
    keep(intake, *random_cases(chance, 30))
    written = "SELECT * FROM case_words ORDER BY case_id"
    before = intake.rows(written)
    migration = importlib.import_module("services.intake.migrations.versions.0005_case_words")
    with intake.database.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM case_words"))
        migration.write_words(connection)
    assert intake.rows(written) == before


# A search against the same thing done by looking at every case.

PLACES = (("c01", "c01-g01"), ("c01", "c01-g02"), ("c02", "c02-g01"))
SAID = ("路灯", "垃圾", "不亮", "坏了", "路灯坏了", "3号楼", "井盖", "，", "灯，坏", "led", "桥头")
TYPED = (
    "路灯",
    "坏了",
    "路灯坏了",
    "垃圾 路灯",
    "3号楼",
    "桥头",
    "赛鱼路",
    "led",
    "号楼",
    "灯坏",
    "15号",
    "井盖",
)


def random_cases(chance: random.Random, number: int) -> Iterator[Case]:
    reporters = [UUID(each.subject) for each in (RESIDENT, NEIGHBOUR, WORKER, HOTLINE)]
    for order in range(number):
        # Many in the latest months, some in every year before.
        at = NOW - timedelta(days=chance.choice((3, 40, 400, 3000)) * chance.random())
        community, grid = chance.choice(PLACES)
        state = chance.choice(list(State))
        shut = state in (State.CLOSED, State.ARCHIVED)
        yield Case(
            case_id=CaseId(UUID(int=chance.getrandbits(128), version=4)),
            number=f"140303-{at:%Y%m%d}-{order:06d}",
            state=state,
            community=community,
            grid=grid,
            text="".join(chance.choices(SAID, k=5)),
            address=chance.choice(("赛鱼路15号", "桥头街8号", "")),
            point=None,
            occurred_at=at,
            channel=Channel.APP,
            reported_by=By.RESIDENT,
            reporter_id=chance.choice((*reporters, None)),
            reported_at=at,
            updated_at=at,
            state_since=at,
            category=chance.choice(("0202", "0301", None)),
            kind=Kind.COMPONENT,
            urgency=Urgency.NORMAL,
            lead=chance.choice(("CGJ", "ZJJ", None)),
            closed_at=at if shut else None,
            archived_at=at if state is State.ARCHIVED else None,
            seal="ab" * 32 if state is State.ARCHIVED else None,
            aside_at=at if not shut and not 1 <= SIX_STEPS[state] < 5 else None,
            version=1,
            emitted=1,
        )


def in_sight(case: Case, principal: Principal) -> bool:
    sight = sight_of(principal)
    led = sight.department is not None and sight.department == case.lead
    return led or sight.sees(case.whereabouts)


def holds(case: Case, principal: Principal, typed: str) -> bool:
    place_known = knows_the_place(principal, case.whereabouts)

    def stands(word: str) -> bool:
        in_number = word.isdigit() and len(word) > 2 and word in case.number
        in_address = place_known and word in search.plain(case.address)
        return word in search.plain(case.text) or in_number or in_address

    return all(map(stands, search.plain(typed).split()))


def some_filters(chance: random.Random) -> dict[str, Any]:
    offered = {
        "state": [str(state) for state in State],
        "community": ["c01", "c02"],
        "grid": ["c01-g01", "c02-g01"],
        "category": ["0202", "0301"],
        "lead": ["CGJ", "ZJJ"],
        "mine": [True],
        "order": list(PageOrder),
        "limit": [2, 7, 100],
    }
    return {name: chance.choice(values) for name, values in offered.items() if chance.random() < 0.3}


def passes(case: Case, principal: Principal, filters: dict[str, Any]) -> bool:
    own = "mine" not in filters or str(case.reporter_id) == principal.subject
    named = {name: value for name, value in filters.items() if name not in ("order", "limit", "mine")}
    return own and all(getattr(case, name) == value for name, value in named.items())


def expected(cases: list[Case], principal: Principal, typed: str, filters: dict[str, Any]) -> list[UUID]:
    chosen = [
        case
        for case in cases
        if in_sight(case, principal) and passes(case, principal, filters) and holds(case, principal, typed)
    ]
    chosen.sort(key=lambda case: (case.reported_at, case.case_id))
    return [case.case_id for case in (chosen if filters.get("order") is PageOrder.OLDEST else chosen[::-1])]


@pytest.mark.parametrize("seed", range(3))
def test_a_search_finds_what_looking_at_every_case_finds(intake: Intake, seed: int) -> None:
    chance = random.Random(seed)
    cases = list(random_cases(chance, 150))
    keep(intake, *cases)
    some = 0
    for _ in range(150):
        principal, typed, filters = chance.choice(EVERYBODY), chance.choice(TYPED), some_filters(chance)
        chosen = expected(cases, principal, typed, filters)
        assert found(intake, principal, typed, **filters) == chosen, (principal, typed, filters)
        some += bool(chosen)
    assert some > 40


def test_a_list_shows_what_looking_at_every_case_shows(intake: Intake) -> None:
    chance = random.Random(9)
    cases = list(random_cases(chance, 120))
    keep(intake, *cases)
    for _ in range(100):
        principal, filters = chance.choice(EVERYBODY), some_filters(chance)
        page = queries.list_cases(intake.database, principal, **filters)
        shown = [item.case_id for item in page.items]
        assert shown == expected(cases, principal, "", filters)[: filters.get("limit", 20)]


def test_nothing_is_found_where_there_is_nothing(intake: Intake) -> None:
    assert found(intake, DISPATCHER, "路灯") == []
    case: CaseReceipt = receipt(intake.ask((a_report(), RESIDENT))[0])
    assert found(intake, DISPATCHER, "路灯") == [case.case_id]
