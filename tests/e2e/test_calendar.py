"""Every service counts by the same days, from the first report on."""

from typing import Any

import psycopg

VERSIONS = "SELECT year, version FROM {} ORDER BY year"


def years(district: Any, service: str, table: str) -> list[tuple[int, str]]:
    with psycopg.connect(district.database(service)) as connection:
        return [tuple(row) for row in connection.execute(VERSIONS.format(table)).fetchall()]


def test_a_cell_that_is_up_has_the_calendar_in_every_service_that_counts_by_it(district: Any) -> None:
    published = years(district, "registry", "calendar_year")
    assert [year for year, _ in published][:25] == list(range(2004, 2029))
    for service in ("intake", "dispatch"):
        assert years(district, service, "working_year") == published


def test_anybody_who_is_signed_in_reads_how_a_year_is_worked(district: Any) -> None:
    resident = district.person("resident")
    answer = resident.get("/calendar/2012")
    assert answer.status_code == 200, answer.text
    year = answer.json()
    assert (year["working_days"], year["provisional"]) == (249, False)
    assert ("2012-10-01" in year["holidays"], "2012-09-29" in year["working_weekends"]) == (True, True)
    assert resident.get("/calendar/2027").json()["provisional"] is True
    assert resident.get("/calendar/1066").json()["code"] == "not_found"
