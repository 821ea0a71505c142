import csv
import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.principal import Principal
from chassis.refusal import Forbidden, Invalid
from contracts.commands.case_views import CaseSummary
from contracts.commands.exports import Encoding, ExportFilters, ExportState, Language, MakeExport
from contracts.commands.intake import PageOrder
from services.intake.case.cursor import Cursor
from services.intake.export import export as exports
from services.intake.export import table
from services.intake.export.errors import TooManyExports
from tests.unit.intake.builders import (
    ARCHIVIST,
    CLERK,
    DISPATCHER,
    HOTLINE,
    NOW,
    OFFICER,
    RESIDENT,
    WORKER,
    an_id,
    somebody,
)

INSPECTOR = somebody("inspector", "inspector")


def a_line(**fields: Any) -> tuple[CaseSummary, tuple[Any, ...]]:
    given: dict[str, Any] = {
        "case_id": an_id("case"),
        "number": "140303-20260302-000001",
        "state": "archived",
        "step": 6,
        "category": "0202",
        "urgency": "N",
        "community": "c01",
        "grid": "c01-g01",
        "lead": "CGJ",
        "cycle": 2,
        "reported_at": NOW,
        "updated_at": NOW,
        "version": 7,
        "due_at": NOW + timedelta(days=3),
    }
    further = (NOW + timedelta(days=1), "satisfied", 5)
    return CaseSummary(**(given | fields)), further


def asked(**filters: Any) -> MakeExport:
    return MakeExport(command_id=an_id("make"), export_id=an_id("export"), filters=ExportFilters(**filters))


def begun(principal: Principal = DISPATCHER, under_way: int = 0, **filters: Any) -> exports.Export:
    return exports.begun(asked(**filters), principal, under_way, now=NOW)


@pytest.mark.parametrize("principal", [DISPATCHER, INSPECTOR, CLERK])
def test_those_who_work_with_lists_take_them_away_for_a_day(principal: Principal) -> None:
    export = begun(principal)
    assert (export.state, export.expires_at) == (ExportState.QUEUED, NOW + timedelta(hours=24))
    assert export.listing.order is PageOrder.NEWEST


@pytest.mark.parametrize(
    "principal", [RESIDENT, WORKER, HOTLINE, OFFICER, ARCHIVIST, somebody("x", "clerk"), somebody("y")]
)
def test_others_do_not(principal: Principal) -> None:
    with pytest.raises(Forbidden):
        begun(principal)


def test_a_clerk_takes_the_own_community_alone_not_even_own_reports_elsewhere() -> None:
    sight = begun(CLERK).listing.sight
    assert (sight.district, sight.community, sight.reporter_id, sight.grid) == (False, "c01", None, None)
    assert begun(INSPECTOR).listing.sight.district


@pytest.mark.parametrize("filters", [{"state": "lost"}, {"grid": "c01\0"}, {"q": "灯"}, {"lead": ""}])
def test_filters_that_make_no_sense_are_refused_at_once(filters: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        begun(**filters)


def test_three_are_made_at_a_time() -> None:
    assert begun(under_way=2)
    with pytest.raises(TooManyExports):
        begun(under_way=3)


def test_what_was_looked_for_is_forgotten_once_the_file_is_whole() -> None:
    last = Cursor(NOW, an_id("case"), PageOrder.NEWEST)
    grown = exports.grown(begun(q="路灯"), rows=2, size_bytes=99, last=last, now=NOW)
    assert (grown.state, grown.rows, grown.size_bytes, grown.chunks, grown.behind) == (
        "running",
        2,
        99,
        1,
        last,
    )
    assert exports.grown(grown, rows=0, size_bytes=0, last=None, now=NOW).behind == last
    ready = exports.finished(grown, sha256="ab" * 32)
    assert (ready.state, ready.filters, ready.rows) == ("ready", None, 2)
    assert exports.too_large(grown).view().chunks == 0
    assert exports.too_large(grown).filters is None


# The file.


def read(content: bytes, encoding: Encoding) -> list[list[str]]:
    return list(
        csv.reader(io.StringIO(content.decode("utf-8-sig" if encoding is Encoding.UTF_8 else encoding)))
    )


@pytest.mark.parametrize("encoding", Encoding)
def test_a_file_has_a_row_a_case_and_nothing_that_anybody_wrote(encoding: Encoding) -> None:
    content = table.head(Language.EN, encoding) + table.body([a_line()], encoding)
    assert content.startswith(b"\xef\xbb\xbf") == (encoding is Encoding.UTF_8)
    names, row = read(content, encoding)
    assert dict(zip(names, row, strict=True)) == {
        "number": "140303-20260302-000001",
        "state": "archived",
        "step": "6",
        "category": "0202",
        "community": "c01",
        "grid": "c01-g01",
        "lead": "CGJ",
        "urgency": "N",
        "cycle": "2",
        "reported_at": "2026-03-02 09:30:00",
        "due_at": "2026-03-05 09:30:00",
        "closed_at": "2026-03-03 09:30:00",
        "closure": "satisfied",
        "score": "5",
    }
    assert content.count(b"\r\n") == 2


@pytest.mark.parametrize("encoding", Encoding)
def test_the_columns_are_named_in_chinese_unless_asked_otherwise(encoding: Encoding) -> None:
    assert begun().language is Language.ZH
    (names,) = read(table.head(Language.ZH, encoding), encoding)
    assert names[:3] == ["案件编号", "状态", "步骤"]
    assert len(set(names)) == 14


def test_what_is_not_there_is_an_empty_cell() -> None:
    summary, _ = a_line(category=None, lead=None, urgency=None, due_at=None)
    ((*_, closed_at, closure, score),) = read(
        table.body([(summary, (None, None, None))], Encoding.UTF_8), Encoding.UTF_8
    )
    assert (closed_at, closure, score) == ("", "", "")


@given(value=st.text(st.sampled_from("=+-@\t\r\"',\nab1"), min_size=1, max_size=8))
def test_no_cell_is_a_formula_and_every_cell_is_read_back(value: str) -> None:
    ((*_, lead, _urgency, _cycle, _reported, _due, _closed, _closure, _score),) = read(
        table.body([a_line(lead=value)], Encoding.UTF_8), Encoding.UTF_8
    )
    assert lead in (value, f"'{value}")
    assert not lead.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_an_account_is_whose_principal_it_is() -> None:
    assert begun().account_id == UUID(DISPATCHER.subject)
