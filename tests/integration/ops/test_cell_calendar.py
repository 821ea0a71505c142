"""The calendar of a whole cell: loaded, shown, and whether it has arrived where it is counted by."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from chassis.data.clock import set_offset
from chassis.data.engine import Database
from chassis.processing.events import EventProcessor
from chassis.working_calendar import Year
from contracts.events.registry import CalendarPublished
from ops import doctor
from ops.calendar import load, show
from ops.cell_calendar import CellCalendar
from ops.errors import Unready
from services.dispatch.responsibility.handlers import EVENTS as DISPATCH
from services.intake.reference.handlers import EVENTS as INTAKE
from services.registry.calendar.published import known_years
from tests.support.messages import an_event

NOTICE = "date,works,note\n2027-02-05,no,春节\n2027-02-06,no,春节\n2027-02-20,yes,调休\n"
FOLLOWERS = {"intake": INTAKE, "dispatch": DISPATCH}


class District:
    """A database for registry and for each that mirrors it; the relay is played by the test."""

    def __init__(self, urls: dict[str, str]) -> None:
        self._urls = urls
        self.calendar = CellCalendar(self)

    def url(self, service: str) -> str:
        return self._urls[service]

    def qiaotou(self, command: object, *arguments: str) -> Result:
        return CliRunner().invoke(command, arguments, obj=self.calendar, catch_exceptions=False)

    def tell(self, service: str, *years: Year) -> None:
        """Let a service hear of these years for the first time."""
        database = Database(self.url(service), source=service, pool_size=1)
        told = [
            an_event(
                CalendarPublished(version=each.version, **msgspec.structs.asdict(each)),
                subject=f"calendar:{each.year}",
                sequence=1,
                source="registry",
            )
            for each in years
        ]
        EventProcessor(service, FOLLOWERS[service]).process(database, told)
        database.close()

    def move_clock(self, to: datetime) -> None:
        engine = sa.create_engine(self.url("registry").replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:
            set_offset(connection, to - datetime.now(UTC), mode="test")
        engine.dispose()


@pytest.fixture
def district(database: Callable[[str], str]) -> Iterator[District]:
    return District({service: database(service) for service in ("registry", *FOLLOWERS)})


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    path = tmp_path / "2027.csv"
    path.write_text(NOTICE, encoding="utf-8")
    return path


def test_all_years_of_the_package_are_loaded_once(district: District) -> None:
    first = district.qiaotou(load).output.splitlines()
    assert len(first) == 26
    assert first[8].startswith("2012  published    249 working days, 18 weekdays off, 6 weekend days worked")
    assert first[-1] == "What is due by now stays due."
    assert district.qiaotou(load).output == "Nothing has changed.\n"


def test_one_year_is_loaded(district: District) -> None:
    district.qiaotou(load, "--year", "2012")
    assert [each.year for each in district.calendar.years()] == [2012]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_settles_its_year(district: District, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "2027.csv"
    path.write_text(NOTICE, encoding=encoding)
    assert "2027  published" in district.qiaotou(load, "--file", str(path)).output
    (year,) = district.calendar.years()
    assert year == Year(year=2027, holidays=(date(2027, 2, 5),), working_weekends=(date(2027, 2, 20),))


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--year", "2030"), "2030 is not in the installed chinesecalendar"),
        (("--file", "{notice}", "--year", "2028"), "is of 2027, not of 2028"),
    ],
)
def test_what_cannot_be_loaded_is_refused_in_one_sentence(
    district: District, notice: Path, arguments: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(Unready, match=reason):
        district.qiaotou(load, *(each.format(notice=notice) for each in arguments))
    assert district.calendar.years() == []


def test_a_year_is_shown_month_by_month(district: District) -> None:
    district.qiaotou(load)
    shown = district.qiaotou(show, "2012").output
    (october,) = (line for line in shown.splitlines() if "Oct" in line)
    assert "○○○○○··■■■■■··" in october
    (september,) = (line for line in shown.splitlines() if "Sep" in line)
    assert "■■■■■▣·" in september
    assert "2099  provisional" in district.qiaotou(show, "2099").output


def test_years_are_shown_as_json(district: District) -> None:
    district.qiaotou(load)
    shown = json.loads(district.qiaotou(show, "--json").output)
    assert [each["year"] for each in shown] == list(range(2004, 2029))
    assert shown[8]["working_days"] == 249
    assert "2012-10-01" in shown[8]["holidays"]


def test_a_cell_that_is_away_is_named_in_one_sentence() -> None:
    nowhere = District(dict.fromkeys(("registry", *FOLLOWERS), "postgresql://nobody@127.0.0.1:1/none"))
    with pytest.raises(Unready, match=r"\./qiaotou up"):
        nowhere.qiaotou(load)


def test_the_doctor_says_which_years_are_published_and_whether_they_have_arrived(district: District) -> None:
    district.move_clock(datetime(2026, 11, 30, 15, 59, tzinfo=UTC))
    years = known_years()
    district.calendar.load(years)
    district.tell("intake", *years)
    district.tell("dispatch", *years[:-3])
    finding = doctor.working_days(district.calendar)
    assert (finding.verdict, finding.text) == (
        doctor.WARN,
        "2004-2026 published, 2027-2028 provisional; on its way still: dispatch 2026-2028",
    )
    district.tell("dispatch", *years[-3:])
    finding = doctor.working_days(district.calendar)
    assert (finding.verdict, finding.text) == (doctor.GOOD, "2004-2026 published, 2027-2028 provisional")


@pytest.mark.parametrize(
    ("now", "needed"),
    [(datetime(2026, 11, 30, 16, tzinfo=UTC), "2027"), (datetime(2028, 6, 1, tzinfo=UTC), "2028")],
)
def test_the_doctor_misses_a_year_that_is_needed_and_not_published(
    district: District, now: datetime, needed: str
) -> None:
    district.move_clock(now)
    district.calendar.load(known_years())
    finding = doctor.working_days(district.calendar)
    assert finding.verdict == doctor.WARN
    assert f"{needed} is needed now" in finding.text
    assert "./qiaotou calendar load" in finding.text
