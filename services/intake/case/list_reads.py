"""The SQL of lists and searches.

A list goes along an index from one end and stops when the page is full. A search goes by the keys
of what is sought, through the nearest months first: what people often speak of fills a page there,
and what does not is rare, so that everything else holds few cases of it. Neither statistics nor the
planner's guesses have to be right for it to be fast.

Statements are planned each time, for what is asked: a plan for any community would be wrong for
the largest.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from chassis.data import direct
from contracts.commands.case_views import CaseSummary
from contracts.commands.intake import PageOrder
from services.intake.case import list_terms as terms
from services.intake.case import rows
from services.intake.case.cursor import Cursor
from services.intake.case.lifecycle import SIX_STEPS, State
from services.intake.case.list_terms import Listing
from services.intake.case.tags import Stretch, stretches
from services.intake.case.waiting import Wait, due_of

_SUMMARY = (
    "case_id",
    "number",
    "state",
    "category",
    "urgency",
    "community",
    "grid",
    "lead",
    "cycle",
    "reported_at",
    "updated_at",
    "version",
)
_DUE = ("due_at", "due_provisional")
_WAIT = Wait.__struct_fields__
_LEAST = UUID(int=0)

# Each relation that gives sight has an index of its own: the database would filter the whole list.
_BRANCH = """(
    SELECT {columns} FROM cases AS c {words} WHERE {whose} AND {passing} AND {held}
    ORDER BY c.reported_at {way}, c.case_id {way} LIMIT %(limit)s
)"""
_LIST = """
SELECT {shown} FROM (
    SELECT DISTINCT ON (c.reported_at, c.case_id) {columns} FROM ({branches}) AS c
    ORDER BY c.reported_at {way}, c.case_id {way} LIMIT %(limit)s
) AS c LEFT JOIN case_wait AS wait ON wait.case_id = c.case_id
ORDER BY c.reported_at {way}, c.case_id {way}
"""
# Sorted before it is joined: the database reads no more rows of cases than the page needs.
_SEARCH = """
SELECT {shown} FROM (
    SELECT w.case_id, w.reported_at FROM case_words AS w WHERE ({keyed}) AND {held} AND {beyond}
    ORDER BY w.reported_at {way}, w.case_id {way}
) AS w JOIN cases AS c ON c.case_id = w.case_id LEFT JOIN case_wait AS wait ON wait.case_id = c.case_id
WHERE ({whose}) AND {passing}
ORDER BY w.reported_at {way}, w.case_id {way} LIMIT %(limit)s
"""
_WORDS = "JOIN case_words AS w ON w.case_id = c.case_id"
_ENDS = "SELECT min(reported_at), max(reported_at) FROM cases"


class Line(NamedTuple):
    """One case of a list, with the further columns that were asked for."""

    summary: CaseSummary
    further: tuple[Any, ...]


def lines(
    connection: Connection,
    listing: Listing,
    *,
    behind: Cursor | None,
    limit: int,
    further: tuple[str, ...] = (),
) -> list[Line]:
    """Return at most `limit` cases of a list behind a place in it, in its order."""
    asked = _Asked(connection, listing, behind, further)
    if listing.filters.sought is None:
        return [asked.line(row) for row in asked.along(limit)]
    found: list[tuple[Any, ...]] = []
    for rows_of in asked.ways():
        found += rows_of(limit - len(found))
        if len(found) == limit:
            break
    return [asked.line(row) for row in found]


class _Asked:
    """One list from one place on."""

    def __init__(
        self, connection: Connection, listing: Listing, behind: Cursor | None, further: tuple[str, ...]
    ) -> None:
        self._forth = listing.order is PageOrder.OLDEST
        self._connection = connection
        self._listing = listing
        self._behind = behind
        self._further = further
        self._parts = {"way": "ASC" if self._forth else "DESC"}
        self._given = terms.given(listing)

    def ways(self) -> Iterator[Callable[[int], list[tuple[Any, ...]]]]:
        """Yield how what is sought is found: each way goes on where the one before has ended."""
        if self._listing.narrow:
            yield self.by_keys
            return
        for stretch in self._stretches():
            yield partial(self.by_keys, stretch=stretch)
            if self._listing.short:
                self._behind = Cursor(stretch.ends, _LEAST, self._listing.order)
                yield self.along
                return

    def along(self, limit: int) -> list[tuple[Any, ...]]:
        """Return the nearest cases, going along the list."""
        columns = ", ".join(f"c.{name}" for name in (*_SUMMARY, *_DUE, "attempts", *self._further))
        searching = self._listing.filters.sought is not None
        parts = {
            "columns": columns,
            "words": _WORDS if searching else "",
            "held": terms.held(self._listing) if searching else "true",
            "passing": terms.passing(self._listing, self._behind),
        }
        branches = [
            _BRANCH.format(whose=whose, **parts, **self._parts) for whose in terms.whose(self._listing)
        ]
        listed = {"columns": columns, "branches": " UNION ALL ".join(branches)}
        return self._run(_LIST, listed, {"limit": limit})

    def by_keys(self, limit: int, stretch: Stretch | None = None) -> list[tuple[Any, ...]]:
        """Return the nearest cases of a stretch of the list, or of all of it, going by the keys."""
        parts = {
            "whose": " OR ".join(terms.whose(self._listing)),
            "passing": terms.passing(self._listing, self._behind),
            "keyed": terms.keyed(self._listing, within=stretch is not None),
            "held": terms.held(self._listing),
            "beyond": "true" if self._behind is None else terms.beyond("w", self._listing),
        }
        tags = [] if stretch is None else stretch.tags
        return self._run(_SEARCH, parts, {"stretch": tags, "limit": limit})

    def _stretches(self) -> list[Stretch]:
        ((first, last),) = direct.rows(self._connection, _ENDS, {})
        if first is None:
            return []
        here, end = (first, last) if self._forth else (last, first)
        if self._behind is not None:
            here = self._behind.reported_at
        return stretches(here, end, forth=self._forth)

    def line(self, row: tuple[Any, ...]) -> Line:
        """Read a row of a list."""
        given = dict(zip(_SUMMARY, row, strict=False))
        due_at, provisional, attempts, *rest = row[len(_SUMMARY) :]
        state = State(given["state"])
        wait = None if rest[0] is None else rows.to_wait(rest[: len(_WAIT)])
        due = due_of(state, wait, due_at=due_at, provisional=provisional)
        summary = CaseSummary(**given, step=SIX_STEPS[state], attempts=attempts, **due._asdict())
        return Line(summary, tuple(rest[len(_WAIT) :]))

    def _run(self, statement: str, parts: dict[str, str], given: dict[str, Any]) -> list[tuple[Any, ...]]:
        of_case = [f"c.{name}" for name in (*_SUMMARY, *_DUE)]
        of_wait = [f"wait.{name}" for name in _WAIT]
        further = [f"c.{name}" for name in self._further]
        shown = ", ".join((*of_case, "jsonb_array_length(c.attempts)", *of_wait, *further))
        sql = statement.format(shown=shown, **parts, **self._parts)
        place = terms.place(self._behind)
        return direct.rows(self._connection, sql, {**self._given, **place, **given}, prepare=False)
