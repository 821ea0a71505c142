"""What can be asked about the figures."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from chassis.data.clock import cell_now
from chassis.data.engine import Database
from chassis.data.working_years import calendar_of
from chassis.principal import Principal
from chassis.refusal import Forbidden, Invalid, MalformedCursor
from chassis.working_time import working_days_between
from contracts.commands import figures as views
from contracts.vocabulary import Role
from services.intake.figures import reads
from services.intake.figures.formulas import CAPACITY, FORMULAS, OVERDUE, RANKED, Figure, Ratio, ranked, ratio
from services.intake.figures.reads import Period
from services.intake.figures.tally import WHOLE_DISTRICT, Scope
from services.intake.reference.values import local_day

HALF_A_YEAR = timedelta(days=183)
LONGEST = timedelta(days=3660)
MINIMUM_VOLUME = 10
PAGE_MAX = 500
_MAY_LOOK_BEHIND = (Role.DISPATCHER, Role.INSPECTOR, Role.ARCHIVIST, Role.OPERATOR)
_MAY_SEE_GRIDS = (*_MAY_LOOK_BEHIND, Role.CLERK, Role.COMMITTEE)
_LONGEST_CURSOR = 200


class _Cursor(NamedTuple):
    day: date
    case_id: UUID


_cursors = msgspec.json.Decoder(_Cursor)


def figures(
    database: Database,
    principal: Principal | None,
    *,
    scope: str = Scope.DISTRICT,
    since: date | None = None,
    until: date | None = None,
) -> views.Figures:
    """Return every figure of each group of a scope.

    A grid has one worker, so the figures of grids are for those who look after them.
    Raises: Invalid, Forbidden.
    """
    wanted = _scope(scope)
    if wanted is Scope.GRID and (principal is None or not principal.has(*_MAY_SEE_GRIDS)):
        raise Forbidden
    with database.reading() as connection:
        now = cell_now(connection)
        return figures_in(connection, wanted, _period(since, until, today=local_day(now)), now=now)


def figures_in(connection: Connection, scope: Scope, period: Period, *, now: datetime) -> views.Figures:
    """Return every figure of each group of a scope, as this connection sees it at `now`."""
    calendar = calendar_of(connection)
    last = period.until - timedelta(days=1)
    working_days = working_days_between(period.since, last, calendar)
    communities = reads.grids(connection, period)
    counted = reads.sums(connection, scope, period)
    for group, number in reads.overdue(connection, scope, period, now).items():
        counted.setdefault(group, {})[OVERDUE] = number
    for group, grids in _grids_of(scope, counted, communities).items():
        counted.setdefault(group, {})[CAPACITY] = grids * working_days
    groups = tuple(
        views.GroupFigures(group=group, figures=tuple(_shown(each, ratio(each, counts)) for each in Figure))
        for group, counts in sorted(counted.items())
    )
    return views.Figures(
        scope=scope,
        since=period.since,
        until=period.until,
        at=now,
        working_days=working_days,
        provisional=calendar.provisional(period.since, last),
        groups=groups,
    )


def ranking(
    database: Database,
    *,
    figure: str = Figure.COMPLETION,
    since: date | None = None,
    until: date | None = None,
    minimum_volume: int = MINIMUM_VOLUME,
) -> views.Ranking:
    """Return the communities by one rate. Raises: Invalid."""
    wanted = _figure(figure)
    if wanted not in RANKED:
        raise Invalid(field="figure")
    if minimum_volume < 0:
        raise Invalid(field="minimum_volume")
    found = figures(database, None, scope=Scope.COMMUNITY, since=since, until=until)
    return ranking_of(found, wanted, minimum_volume=minimum_volume)


def ranking_of(found: views.Figures, figure: Figure, *, minimum_volume: int) -> views.Ranking:
    """Return the communities by one rate from their figures."""
    rates = {each.group: _ratio_in(each.figures, figure) for each in found.groups}
    return views.Ranking(
        figure=figure,
        since=found.since,
        until=found.until,
        at=found.at,
        minimum_volume=minimum_volume,
        communities=tuple(
            views.RankedCommunity(
                community=each.community,
                rank=each.rank,
                few=each.few,
                numerator=each.ratio.numerator,
                denominator=each.ratio.denominator,
                value=each.ratio.value,
            )
            for each in ranked(rates, minimum_volume=minimum_volume)
        ),
    )


def cases_behind(
    database: Database,
    principal: Principal,
    *,
    figure: str,
    scope: str = Scope.DISTRICT,
    group: str = WHOLE_DISTRICT,
    since: date | None = None,
    until: date | None = None,
    cursor: str | None = None,
    limit: int = 100,
) -> views.FigureCases:
    """Return a page of the cases behind a figure. Raises: Forbidden, Invalid, MalformedCursor."""
    if not principal.has(*_MAY_LOOK_BEHIND):
        raise Forbidden
    if not 1 <= limit <= PAGE_MAX:
        raise Invalid(field="limit")
    wanted, formula = _scope(scope), FORMULAS[_figure(figure)]
    after = None if cursor is None else _decode(cursor)
    with database.reading() as connection:
        now = cell_now(connection)
        period = _period(since, until, today=local_day(now))
        found = reads.behind(
            connection, (wanted, group), formula, period, now=now, after=after, limit=limit + 1
        )
    items = tuple(views.FigureCase(**each._asdict()) for each in found[:limit])
    more = len(found) > limit
    return views.FigureCases(
        scope=wanted,
        group=group,
        figure=figure,
        numerator_of=formula.numerator,
        denominator_of=formula.denominator,
        items=items,
        next_cursor=_encode(items[-1]) if more else None,
    )


def _grids_of(scope: Scope, counted: Iterable[str], communities: dict[str, str]) -> dict[str, int]:
    """Return how many grids each group of a scope has; those of a department are the district's."""
    if scope is Scope.GRID:
        return dict.fromkeys(communities, 1)
    if scope is Scope.COMMUNITY:
        held = list(communities.values())
        return {community: held.count(community) for community in held}
    groups = {WHOLE_DISTRICT} if scope is Scope.DISTRICT else set(counted)
    return dict.fromkeys(groups, len(communities))


def _shown(figure: Figure, found: Ratio) -> views.FigureView:
    numerator, denominator = found
    return views.FigureView(figure=figure, numerator=numerator, denominator=denominator, value=found.value)


def _ratio_in(shown: tuple[views.FigureView, ...], figure: Figure) -> Ratio:
    found = next(each for each in shown if each.figure == figure)
    return Ratio(found.numerator, found.denominator)


def _scope(name: str) -> Scope:
    try:
        return Scope(name)
    except ValueError as error:
        raise Invalid(field="scope") from error


def _figure(name: str) -> Figure:
    try:
        return Figure(name)
    except ValueError as error:
        raise Invalid(field="figure") from error


def _period(since: date | None, until: date | None, *, today: date) -> Period:
    end = until or today + timedelta(days=1)
    begin = since or end - HALF_A_YEAR
    if not timedelta() < end - begin <= LONGEST:
        raise Invalid(field="until")
    return Period(begin, end)


def _encode(last: views.FigureCase) -> str:
    content = msgspec.json.encode(_Cursor(last.day, last.case_id))
    return urlsafe_b64encode(content).decode().rstrip("=")


def _decode(text: str) -> _Cursor:
    if len(text) > _LONGEST_CURSOR:
        raise MalformedCursor
    try:
        return _cursors.decode(urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
    except (Error, msgspec.MsgspecError, ValueError) as error:
        raise MalformedCursor from error
