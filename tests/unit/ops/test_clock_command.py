"""What can be typed after `./qiaotou clock`."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ops.cell import Cell
from ops.cli import main
from ops.clock import Duration, Moment
from ops.draining import follows
from ops.servers import remember


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("3d", timedelta(days=3)),
        ("90min", timedelta(minutes=90)),
        ("2w", timedelta(weeks=2)),
        ("1d12h", timedelta(days=1, hours=12)),
        ("45s", timedelta(seconds=45)),
    ],
)
def test_a_duration_is_numbers_with_their_units(text: str, time: timedelta) -> None:
    assert Duration().convert(text, None, None) == time


@pytest.mark.parametrize("text", ["", "3", "d", "-3d", "3 d", "1wd", "4wh", "3m", "99999999d", "1.5h"])
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(click.BadParameter, match="no duration"):
        Duration().convert(text, None, None)


def test_a_moment_without_an_offset_is_of_the_districts_own_time() -> None:
    ten = datetime(2012, 6, 18, 2, 0, tzinfo=UTC)
    assert Moment().convert("2012-06-18T10:00", None, None) == ten
    assert Moment().convert("2012-06-18T10:00+08:00", None, None) == ten
    assert Moment().convert("2012-06-18T02:00Z", None, None) == ten
    assert Moment().convert("now", None, None) is None


def test_anything_else_is_no_moment() -> None:
    with pytest.raises(click.BadParameter, match="no time"):
        Moment().convert("tomorrow", None, None)


def test_a_cell_of_which_nobody_said_what_it_is_counts_as_production(tmp_path: Path) -> None:
    cell = Cell(tmp_path / "cell")
    assert cell.mode == "production"
    cell.remember_mode("demo")
    assert Cell(tmp_path / "cell").mode == "demo"


def test_a_production_cell_is_told_so_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("AMQP_URI", "amqp://nobody@127.0.0.1:1/")
    remember(Cell(tmp_path / "cell"))
    ran = CliRunner().invoke(main, ["clock", "--cell", str(tmp_path / "cell"), "advance", "3d"])
    assert ran.exit_code == 1
    assert "This is a production cell" in ran.output


@pytest.mark.parametrize(
    ("service", "type_", "follows_it"),
    [
        ("intake", "registry.place.defined.v1", True),
        ("intake", "dispatch.work_order.signed.v1", True),
        ("intake", "dispatch.work_orders.signed.v1", False),
        ("dispatch", "intake.case.closed.v1", True),
        ("dispatch", "governance.resolution.adopted.v1", False),
        ("registry", "intake.case.closed.v1", False),
    ],
)
def test_a_service_follows_what_its_inbox_is_bound_to(service: str, type_: str, *, follows_it: bool) -> None:
    assert follows(service, type_) is follows_it
