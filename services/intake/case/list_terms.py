"""The conditions of a list in SQL: on the case `c`, and on the words `w` that lead to it."""

from collections.abc import Iterator
from typing import Any

import msgspec

from contracts.commands.intake import PageOrder
from services.intake.case.authority import Sight, own_part
from services.intake.case.cursor import Cursor
from services.intake.case.filters import Filters
from services.intake.case.lifecycle import STILL_OPEN, State
from services.intake.case.search import SET_ASIDE, Sought, in_numbers, place_key
from services.intake.case.tags import tag

_FILTERED = ("state", "community", "grid", "category", "lead")
_TAGGED = ("community", "grid", "category", "lead")
# The column, and the key, that says whose a case is, by its name in `Sight`.
_WHOSE = {"community": "community", "grid": "grid", "reporter_id": "reporter_id", "department": "lead"}
_SUPPORTED = "ARRAY(SELECT case_id FROM case_supporter WHERE account_id = %(sight_reporter_id)s)"


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A list: whose cases, which of them, from which end; `places`: whose addresses are searched too."""

    sight: Sight
    places: Sight
    filters: Filters
    order: PageOrder

    @property
    def seen(self) -> Sight:
        """Whose cases are listed: of what is seen only one's own, where that is asked."""
        return own_part(self.sight) if self.filters.mine else self.sight

    @property
    def narrow(self) -> bool:
        """Whether it is the list of a grid or of one reporter, of which even common words find few."""
        seen = self.seen
        wide = seen.district or seen.community is not None or seen.department is not None
        return self.filters.grid is not None or not wide

    @property
    def short(self) -> bool:
        """Whether it is a list of open or of lately closed cases, of which only the nearest are many."""
        return self.filters.state in STILL_OPEN or self.filters.state is State.CLOSED

    @property
    def sought(self) -> Sought:
        """What is looked for, in a search."""
        assert self.filters.sought is not None, "only a search looks for words"
        return self.filters.sought


def whose(listing: Listing) -> list[str]:
    """Return the relations of which any gives sight of a case."""
    sight = listing.seen
    relations = _relations(sight, "sight")
    if not sight.district and sight.reporter_id is not None:
        relations.append(f"c.case_id = ANY({_SUPPORTED})")
    return relations


def passing(listing: Listing, behind: Cursor | None) -> str:
    """Return what a case must be like, and that it lies behind a place in the list."""
    terms = [f"c.{name} = %(filter_{name})s" for name in _filled(listing.filters)]
    if (state := listing.filters.state) is not None:
        terms.append(_index_of(state))
    if behind is not None:
        terms.append(beyond("c", listing))
    return " AND ".join(terms) or "true"


def beyond(table: str, listing: Listing) -> str:
    """Return that something lies behind a place in the list."""
    further = ">" if listing.order is PageOrder.OLDEST else "<"
    return f"({table}.reported_at, {table}.case_id) {further} (%(behind_at)s, %(behind_id)s)"


def held(listing: Listing) -> str:
    """Return that every word stands in the case: in its text, its number, or an address that may be known."""
    known = "true" if listing.places.district else "w.keys && %(places)s"
    terms = []
    for number, word in enumerate(listing.sought.words):
        where = [f"strpos(w.text, %(word_{number})s) > 0"]
        if in_numbers(word):
            where.append(f"strpos(w.number, %(word_{number})s) > 0")
        where.append(f"(strpos(w.address, %(word_{number})s) > 0 AND {known})")
        terms.append(f"({' OR '.join(where)})")
    return " AND ".join(terms)


def keyed(listing: Listing, *, within: bool) -> str:
    """Return which keys lead to the cases: those of their text, or of an address that may be known.

    `within` a stretch of the list, or from end to end.
    """
    always = [
        *(["w.keys && %(stretch)s"] if within else []),
        *(["w.keys @> %(tags)s"] if _tags_of(listing.filters) else []),
    ]
    said = [*always, "w.keys @> %(keys)s"]
    there = [*always, *(f"w.keys && %(key_{number})s" for number in range(len(listing.sought.keys)))]
    if not listing.places.district:
        there.append("w.keys && %(places)s")
    ways = [there, *([*said, *whose] for whose in _beside_known_places(listing))]
    return " OR ".join(f"({' AND '.join(way)})" for way in ways)


def place(behind: Cursor | None) -> dict[str, Any]:
    """Return the parameters of a place in the list."""
    return {} if behind is None else {"behind_at": behind.reported_at, "behind_id": behind.case_id}


def _beside_known_places(listing: Listing) -> Iterator[list[str]]:
    """Yield whose texts are searched beside those of which the place is known."""
    if listing.seen.district:
        if not listing.places.district:
            yield []
        return
    if listing.seen.reporter_id is not None:
        yield [f"w.case_id = ANY({_SUPPORTED})"]
    if not set(_tags(listing.seen)) <= set(_tags(listing.places)):
        yield ["w.keys && %(sight)s"]


def given(listing: Listing) -> dict[str, Any]:
    """Return the parameters of everything else."""
    filters, sight = listing.filters, listing.seen
    parameters: dict[str, Any] = {f"filter_{name}": value for name, value in _filled(filters).items()}
    parameters |= {f"sight_{name}": value for name, value in _named(sight).items()}
    parameters |= {f"place_{name}": value for name, value in _named(listing.places).items()}
    if (sought := filters.sought) is not None:
        parameters |= {f"word_{number}": word for number, word in enumerate(sought.words)}
        parameters |= {f"key_{number}": [key, place_key(key)] for number, key in enumerate(sought.keys)}
        parameters |= {"keys": list(sought.keys), "tags": _tags_of(filters)}
        parameters |= {"sight": _tags(sight), "places": _tags(listing.places)}
    return parameters


def _index_of(state: State) -> str:
    """Return what says nothing new, but lets the index of a state's few cases be used."""
    if state in STILL_OPEN:
        return "c.closed_at IS NULL AND c.aside_at IS NULL"
    if state in SET_ASIDE:
        return "c.aside_at IS NOT NULL"
    return f"c.closed_at IS NOT NULL AND c.archived_at IS {'NULL' if state is State.CLOSED else 'NOT NULL'}"


def _relations(sight: Sight, prefix: str) -> list[str]:
    if sight.district:
        return ["true"]
    return [f"c.{_WHOSE[name]} = %({prefix}_{name})s" for name in _named(sight)] or ["false"]


def _named(sight: Sight) -> dict[str, Any]:
    named = {name: getattr(sight, name) for name in _WHOSE}
    return {name: value for name, value in named.items() if value is not None}


def _tags(sight: Sight) -> list[str]:
    return [tag(_WHOSE[name], value) for name, value in _named(sight).items()]


def _filled(filters: Filters) -> dict[str, Any]:
    filled = {name: getattr(filters, name) for name in _FILTERED}
    return {name: value for name, value in filled.items() if value is not None}


def _tags_of(filters: Filters) -> list[str]:
    filled = _filled(filters)
    tagged = [tag(name, value) for name, value in filled.items() if name in _TAGGED]
    return [*tagged, tag("state", filters.state)] if filters.state in SET_ASIDE else tagged
