"""The SQL of the figures' queries: nothing here locks or writes."""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.intake.figures.formulas import OVERDUE, Formula
from services.intake.figures.tally import COUNTERS, WHOLE_DISTRICT, Scope

_NAMES = ", ".join(COUNTERS)
_LESS = ", ".join(f"-{name}" for name in COUNTERS)
# Whole months, the days beside them, and less the days that a month has too many.
_SUMS = sa.text(
    f"SELECT grp, {', '.join(f'sum({name})' for name in COUNTERS)} FROM ("  # noqa: S608
    f"SELECT grp, {_NAMES} FROM figure_month WHERE scope = :scope AND month >= :first AND month < :last "
    f"UNION ALL SELECT grp, {_NAMES} FROM figure_sum WHERE scope = :scope AND day >= :since AND day < :first "
    f"UNION ALL SELECT grp, {_NAMES} FROM figure_sum WHERE scope = :scope AND day >= :last AND day < :until "
    f"UNION ALL SELECT grp, {_LESS} FROM figure_sum WHERE scope = :scope AND day >= :first AND day < :since "
    f"UNION ALL SELECT grp, {_LESS} FROM figure_sum WHERE scope = :scope AND day >= :until AND day < :last"
    ") AS summed GROUP BY grp"
)
_GRIDS = sa.text(
    "SELECT code, parent FROM places WHERE tier = 'grid' AND valid_from < :until "
    "AND (valid_to IS NULL OR valid_to > :since) ORDER BY code"
)
_SHORTEST_MONTH, _INTO_THE_NEXT = timedelta(days=28), timedelta(days=31)
_COLUMN = {
    Scope.DISTRICT: f"'{WHOLE_DISTRICT}'",
    Scope.COMMUNITY: "community",
    Scope.GRID: "grid",
    Scope.DEPARTMENT: "department",
    Scope.CATEGORY: "category",
}


class Period(NamedTuple):
    """Days of reporting, from the first up to, not including, the last."""

    since: date
    until: date

    @property
    def months(self) -> tuple[date, date]:
        """The months to add up, by the first day of the first and of the one after the last.

        They begin and end as near to the period as months can: what they miss of it is added by days, what
        they have too much is taken away, and neither is more than half a month. A short period is days alone:
        `until` twice.
        """
        if self.until - self.since < _SHORTEST_MONTH:
            return (self.until, self.until)
        first, last = _nearest(self.since), _nearest(self.until)
        return (first, last) if first < last else (self.until, self.until)


def _nearest(day: date) -> date:
    """Return the first day of a month that is nearest to a day, the earlier one of two."""
    before = day.replace(day=1)
    after = (before + _INTO_THE_NEXT).replace(day=1)
    return before if day - before <= after - day else after


class Behind(NamedTuple):
    """A case behind a figure."""

    case_id: UUID
    number: str
    day: date
    numerator: int
    denominator: int


def sums(connection: Connection, scope: Scope, period: Period) -> dict[str, dict[str, int]]:
    """Return the counters of each group that has any."""
    first, last = period.months
    given = {"scope": scope.value, "first": first, "last": last, **period._asdict()}
    found = connection.execute(_SUMS, given)
    # A group whose cases have all gone elsewhere is none any more.
    return {row[0]: dict(zip(COUNTERS, map(int, row[1:]), strict=True)) for row in found if any(row[1:])}


def overdue(connection: Connection, scope: Scope, period: Period, now: datetime) -> dict[str, int]:
    """Return how many open cases of each group are past their due time."""
    found = connection.execute(
        sa.text(
            f"SELECT {_COLUMN[scope]} AS grp, count(*) FROM figure_case "  # noqa: S608
            "WHERE runs AND due_at < :now AND day >= :since AND day < :until GROUP BY 1"
        ),
        {"now": now, **period._asdict()},
    )
    return {row[0]: int(row[1]) for row in found if row[0] is not None}


def grids(connection: Connection, period: Period) -> dict[str, str]:
    """Return the community of every grid that existed in the period."""
    return {row[0]: row[1] for row in connection.execute(_GRIDS, period._asdict())}


def behind(
    connection: Connection,
    place: tuple[Scope, str],
    formula: Formula,
    period: Period,
    *,
    now: datetime,
    after: tuple[date, UUID] | None,
    limit: int,
) -> list[Behind]:
    """Return the cases that count in a figure of one group, by day and id."""
    scope, group = place
    above, below = _counted(formula.numerator), _counted(formula.denominator)
    further = "" if after is None else "AND (f.day, f.case_id) > (:after_day, :after_id) "
    where = "" if scope is Scope.DISTRICT else f"AND f.{_COLUMN[scope]} = :group "
    statement = sa.text(
        f"SELECT f.case_id, c.number, f.day, {above}, {below} FROM figure_case f "  # noqa: S608
        "JOIN cases c ON c.case_id = f.case_id WHERE f.day >= :since AND f.day < :until "
        f"{where}{further}AND ({above} > 0 OR {below} > 0) ORDER BY f.day, f.case_id LIMIT :limit"
    )
    given = {"group": group, "now": now, "limit": limit, **period._asdict()}
    if after is not None:
        given |= {"after_day": after[0], "after_id": after[1]}
    used = {name: value for name, value in given.items() if f":{name}" in statement.text}
    return [Behind(*row) for row in connection.execute(statement, used)]


def _counted(names: tuple[str, ...]) -> str:
    terms = ["(f.runs AND f.due_at < :now)::int" if name == OVERDUE else f"f.{name}" for name in names]
    return f"({' + '.join(term for term in terms if term != 'f.capacity') or '0'})"
