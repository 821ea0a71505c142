"""The working-day calendar of one cell: loaded by whoever runs it, and what every service counts by."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from chassis.data.clock import cell_now
from chassis.data.engine import Database
from chassis.working_calendar import OFFICE_HOURS, Year
from ops.draining import Urls
from ops.errors import Unready
from services.registry.calendar.loading import load_years
from services.registry.calendar.repository import all_years

OWNER, FOLLOWERS = "registry", ("intake", "dispatch")
_DECEMBER = 12
_VERSIONS = text("SELECT year, version FROM working_year")


class CellCalendar:
    """Reads and loads the years of one cell."""

    def __init__(self, databases: Urls) -> None:
        self._databases = databases

    def load(self, years: Iterable[Year]) -> list[Year]:
        """Publish these years; return those that have changed. Raises: Unready."""
        with self._database(OWNER) as database:
            return load_years(database, years)

    def years(self) -> list[Year]:
        """Return every year that was loaded, the first first. Raises: Unready."""
        with self._database(OWNER) as database, database.reading() as connection:
            return all_years(connection)

    def missing(self) -> list[int]:
        """Return the years that are needed now and not published: this one, from December the next too."""
        with self._database(OWNER) as database, database.reading() as connection:
            settled = {each.year for each in all_years(connection) if not each.provisional}
            now = cell_now(connection).astimezone(OFFICE_HOURS.zone)
        needed = [now.year, now.year + 1] if now.month == _DECEMBER else [now.year]
        return [year for year in needed if year not in settled]

    def behind(self) -> dict[str, list[int]]:
        """Return, for each service that counts by other years than the registry's, which they are."""
        published = {each.year: each.version for each in self.years()}
        found = {}
        for service in FOLLOWERS:
            with self._database(service) as database, database.reading() as connection:
                held = _versions(connection)
            if late := sorted(year for year in published if held.get(year) != published[year]):
                found[service] = late
        return found

    @contextmanager
    def _database(self, service: str) -> Iterator[Database]:
        database = Database(self._databases.url(service), source=service, pool_size=1)
        try:
            yield database
        except OperationalError as error:
            raise Unready("PostgreSQL does not let us in; ./qiaotou up starts the cell.") from error
        finally:
            database.close()


def _versions(connection: Connection) -> dict[int, str]:
    return {row.year: row.version for row in connection.execute(_VERSIONS)}
