import csv
import hashlib
import io
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from structlog.testing import capture_logs

from chassis.principal import Principal
from chassis.refusal import NotFound
from contracts.commands.exports import (
    Encoding,
    ExportFilters,
    ExportReceipt,
    ExportView,
    Language,
    MakeExport,
)
from services.intake.export import export as exports
from services.intake.export import handlers, queries, repository
from tests.integration.intake.district import (
    CLERK,
    DISPATCHER,
    NEIGHBOUR,
    RESIDENT,
    closed,
    code_of,
    move_clock,
    reported,
    somebody,
)
from tests.integration.intake.running import Intake

ROOT = Path(__file__).parents[3]
INSPECTOR = somebody("inspector")
SLOW = """
import sys
from chassis.data.engine import Database
from services.intake.export import handlers
handlers.ROWS_OF_A_PART, handlers._PAUSE_S = 2, 0.3
handlers.write_all(Database(sys.argv[1], source="intake"))
"""


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "ROWS_OF_A_PART", 2)
    monkeypatch.setattr(handlers, "_PAUSE_S", 0.0)


def ask(intake: Intake, principal: Principal = DISPATCHER, **filters: Any) -> UUID:
    export_id = uuid4()
    asked = MakeExport(
        command_id=uuid4(), export_id=export_id, filters=ExportFilters(**filters), language=Language.EN
    )
    (outcome,) = intake.ask((asked, principal))
    assert isinstance(outcome, bytes), outcome
    return export_id


def state(intake: Intake, export_id: UUID, principal: Principal = DISPATCHER) -> ExportView:
    return queries.export_state(intake.database, principal, export_id)


def file(intake: Intake, export_id: UUID, principal: Principal = DISPATCHER) -> list[str]:
    """Return the numbers of the cases in a file that is whole and hashed."""
    view = state(intake, export_id, principal)
    content = b"".join(
        queries.export_chunk(intake.database, principal, export_id, number).content
        for number in range(view.chunks)
    )
    assert (view.state, len(content)) == ("ready", view.size_bytes)
    assert hashlib.sha256(content).hexdigest() == view.sha256
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == view.rows
    return [row["number"] for row in rows]


def exported(intake: Intake, principal: Principal, **filters: Any) -> list[str]:
    export_id = ask(intake, principal, **filters)
    handlers.write_all(intake.database)
    return file(intake, export_id, principal)


@pytest.mark.usefixtures("small_parts")
def test_a_list_is_written_part_by_part_newest_first(intake: Intake) -> None:
    cases = [reported(intake) for _ in range(5)]
    export_id = ask(intake)
    assert state(intake, export_id).state == "queued"
    assert handlers.write_part(intake.database)
    assert (state(intake, export_id).state, state(intake, export_id).rows) == ("running", 2)
    # What is reported meanwhile is newer than what was written: it is not in this file.
    reported(intake)
    handlers.write_all(intake.database)
    assert file(intake, export_id) == [case.number for case in reversed(cases)]
    assert state(intake, export_id).chunks == 3
    assert not handlers.write_part(intake.database)


def test_a_file_of_no_cases_names_its_columns(intake: Intake) -> None:
    assert exported(intake, DISPATCHER, state="archived") == []


def test_an_export_holds_what_its_maker_may_see_and_asks_for(intake: Intake) -> None:
    here = reported(intake, NEIGHBOUR, text="旧桥边的路灯又暗了，请来看看。", address="赛鱼路15号")
    there = reported(intake, RESIDENT, grid="c02-g01", category="0301", address="赛鱼路15号")
    done = closed(intake)
    assert exported(intake, INSPECTOR) == [done.number, there.number, here.number]
    assert exported(intake, CLERK) == [done.number, here.number]
    assert exported(intake, CLERK, community="c02") == []
    assert exported(intake, INSPECTOR, category="0301", lead="CGJ") == [there.number]
    assert exported(intake, INSPECTOR, state="closed") == [done.number]
    assert exported(intake, DISPATCHER, q="旧桥边的路灯，来看") == [here.number]
    assert exported(intake, DISPATCHER, q="赛鱼路") == [there.number, here.number]
    assert exported(intake, CLERK, q="赛鱼路") == [here.number]
    assert exported(intake, INSPECTOR, q="赛鱼路") == []


@pytest.mark.usefixtures("small_parts")
def test_a_search_is_exported_to_its_end(intake: Intake) -> None:
    lamps = [reported(intake, text=f"第{number}盏路灯不亮了，请来看看。") for number in range(7)]
    reported(intake, text="门口的垃圾没有人清理，请来看看。")
    assert exported(intake, INSPECTOR, q="路灯") == [case.number for case in reversed(lamps)]


@pytest.mark.usefixtures("small_parts")
def test_a_killed_process_leaves_its_parts_and_another_goes_on(intake: Intake) -> None:
    cases = [reported(intake) for _ in range(9)]
    export_id = ask(intake)
    url = intake.database.engine.url.render_as_string(hide_password=False)
    writing = subprocess.Popen([sys.executable, "-W", "ignore", "-c", SLOW, url], cwd=ROOT)
    until = time.monotonic() + 60
    while state(intake, export_id).chunks < 2:
        assert time.monotonic() < until
        time.sleep(0.02)
    writing.kill()
    writing.wait(10)
    left = state(intake, export_id)
    assert (left.state, left.rows) == ("running", 2 * left.chunks)
    assert left.chunks < 5
    handlers.write_all(intake.database)
    assert file(intake, export_id) == [case.number for case in reversed(cases)]


@pytest.mark.usefixtures("small_parts")
def test_a_part_that_fails_half_way_is_written_again(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [reported(intake) for _ in range(5)]
    export_id = ask(intake)
    handlers.write_part(intake.database)
    with monkeypatch.context() as broken:
        broken.setattr(handlers.exports, "grown", lambda *_a, **_k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            handlers.write_part(intake.database)
    handlers.write_all(intake.database)
    assert file(intake, export_id) == [case.number for case in reversed(cases)]


@pytest.mark.usefixtures("small_parts")
def test_exports_are_written_in_turn_so_that_a_long_one_holds_up_no_short_one(intake: Intake) -> None:
    for _ in range(8):
        reported(intake)
    reported(intake, category="0301")
    long, short = ask(intake), ask(intake, category="0301")
    for _ in range(2):
        handlers.write_part(intake.database)
    assert (state(intake, long).state, state(intake, short).state) == ("running", "ready")


def test_a_fourth_at_a_time_is_refused_and_one_more_is_taken_when_one_is_finished(intake: Intake) -> None:
    asked = [MakeExport(command_id=uuid4(), export_id=uuid4(), filters=ExportFilters()) for _ in range(5)]
    outcomes = intake.ask(*((each, DISPATCHER) for each in asked[:4]), (asked[4], INSPECTOR))
    assert [isinstance(each, bytes) for each in outcomes] == [True, True, True, False, True]
    assert code_of(outcomes[3]) == "too_many_exports"
    handlers.write_all(intake.database)
    assert isinstance(intake.ask((asked[3], DISPATCHER))[0], bytes)


def test_an_export_asked_for_twice_is_made_once(intake: Intake) -> None:
    asked = MakeExport(command_id=uuid4(), export_id=uuid4(), filters=ExportFilters())
    assert intake.ask((asked, DISPATCHER)) == intake.ask((asked, DISPATCHER))
    assert len(intake.rows("SELECT 1 FROM case_export")) == 1


def test_what_a_filter_says_is_checked_when_it_is_asked(intake: Intake) -> None:
    asked = MakeExport(command_id=uuid4(), export_id=uuid4(), filters=ExportFilters(q="灯"))
    assert code_of(intake.ask((asked, DISPATCHER))[0]) == "invalid"
    assert code_of(intake.ask((asked, RESIDENT))[0]) == "forbidden"
    assert intake.rows("SELECT 1 FROM case_export") == []


def test_an_export_is_its_makers_alone(intake: Intake) -> None:
    export_id = ask(intake)
    handlers.write_all(intake.database)
    for ask_for in (
        lambda: state(intake, export_id, INSPECTOR),
        lambda: queries.export_chunk(intake.database, INSPECTOR, export_id, 0),
        lambda: queries.export_chunk(intake.database, DISPATCHER, export_id, 1),
        lambda: state(intake, uuid4()),
    ):
        with pytest.raises(NotFound):
            ask_for()


def test_a_file_is_gone_after_a_day(intake: Intake) -> None:
    reported(intake)
    export_id, later = ask(intake), ask(intake, INSPECTOR)
    handlers.write_all(intake.database)
    move_clock(intake, timedelta(hours=23, minutes=59))
    handlers.drop_expired(intake.database)
    assert file(intake, export_id)
    move_clock(intake, timedelta(hours=24, seconds=1))
    for principal, gone in ((DISPATCHER, export_id), (INSPECTOR, later)):
        with pytest.raises(NotFound):
            state(intake, gone, principal)
    handlers.drop_expired(intake.database)
    assert intake.rows("SELECT 1 FROM case_export UNION ALL SELECT 1 FROM case_export_chunk") == []


@pytest.mark.usefixtures("small_parts")
def test_more_rows_than_anybody_can_use_are_no_file(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "MOST_ROWS", 5)
    for _ in range(5):
        reported(intake)
    assert len(exported(intake, DISPATCHER)) == 5
    reported(intake)
    export_id = ask(intake)
    handlers.write_all(intake.database)
    view = state(intake, export_id)
    assert (view.state, view.chunks, view.size_bytes, view.sha256) == ("too_large", 0, 0, None)
    assert intake.rows("SELECT 1 FROM case_export_chunk WHERE export_id = :id", id=export_id) == []


def test_who_took_how_much_is_logged_and_what_was_looked_for_is_kept_nowhere(intake: Intake) -> None:
    reported(intake)
    ask(intake, q="王大爷")
    assert intake.rows("SELECT filters ->> 'q' FROM case_export") == [("王大爷",)]
    with capture_logs() as logged:
        handlers.write_all(intake.database)
    (line,) = logged
    assert (line["event"], line["rows"], line["account_id"]) == ("export.finished", 0, DISPATCHER.subject)
    assert "王大爷" not in repr(logged)
    assert intake.rows("SELECT filters FROM case_export") == [(None,)]
    assert "王大爷" not in "".join(row[0] for row in intake.rows("SELECT command_log::text FROM command_log"))


def test_gb18030_is_written_without_a_mark(intake: Intake) -> None:
    asked = MakeExport(
        command_id=uuid4(), export_id=uuid4(), filters=ExportFilters(), encoding=Encoding.GB18030
    )
    intake.ask((asked, DISPATCHER))
    handlers.write_all(intake.database)
    content = queries.export_chunk(intake.database, DISPATCHER, asked.export_id, 0).content
    assert content.decode("gb18030").startswith("案件编号,状态")


def test_two_processes_never_write_the_same_part(intake: Intake) -> None:
    reported(intake)
    ask(intake)
    with intake.database.snapshot() as elsewhere:
        assert repository.take(elsewhere) is not None
        assert not handlers.write_part(intake.database)
    assert handlers.write_part(intake.database)


def test_a_part_that_another_process_has_just_written_is_no_fault(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported(intake)
    export_id = ask(intake)
    take = repository.take

    def take_late(connection: Any) -> exports.Export | None:
        monkeypatch.setattr(repository, "take", take)
        connection.exec_driver_sql("SELECT 1")
        assert handlers.write_part(intake.database)
        with intake.database.engine.begin() as other:
            other.exec_driver_sql("UPDATE case_export SET state = 'running', sha256 = NULL")
        return take(connection)

    monkeypatch.setattr(repository, "take", take_late)
    assert handlers.write_part(intake.database)
    assert state(intake, export_id).chunks == 1


def test_the_answer_says_under_which_id_it_is_asked_for(intake: Intake) -> None:
    asked = MakeExport(command_id=uuid4(), export_id=uuid4(), filters=ExportFilters())
    (outcome,) = intake.ask((asked, DISPATCHER))
    assert isinstance(outcome, bytes)
    assert msgspec.json.decode(outcome, type=ExportReceipt).export_id == asked.export_id
