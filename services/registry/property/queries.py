"""What is told of units and of who owns them: organisations by name, persons behind masks."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from chassis.data.engine import Database
from chassis.principal import Principal
from chassis.refusal import Invalid, MalformedCursor, NotFound
from contracts.commands.people import OwnerView, UnitPage, UnitView
from services.registry.organisation.place import is_code
from services.registry.people import masking
from services.registry.people.authority import sees
from services.registry.people.keeping import keeping
from services.registry.people.reads import community_of_place
from services.registry.people.sealed import opened
from services.registry.property import reads

MOST_UNITS = 100


def list_units(
    database: Database, principal: Principal, *, place: str, cursor: str | None, limit: int
) -> UnitPage:
    """Return the units of a place with their owners.

    Raises: Forbidden, NotFound, Invalid, MalformedCursor.
    """
    if not 1 <= limit <= MOST_UNITS:
        raise Invalid(f"1 to {MOST_UNITS}", field="limit")
    if cursor is not None and not is_code(cursor):
        raise MalformedCursor
    with database.reading() as connection:
        community = community_of_place(connection, place)
        if not sees(principal, community) or community is None:
            raise NotFound
        rows = reads.page(connection, place, after=cursor or "", limit=limit + 1)
        owners = reads.owners(connection, [row["unit_id"] for row in rows])
    owned: dict[UUID, list[OwnerView]] = defaultdict(list)
    for row in owners:
        owned[row["unit_id"]].append(_owner(row))
    items = tuple(UnitView(**row, owners=tuple(owned[row["unit_id"]])) for row in rows[:limit])
    return UnitPage(items=items, next_cursor=items[-1].code if len(rows) > limit else None)


def _owner(row: Any) -> OwnerView:
    organisation = row["organisation"]
    name = organisation or masking.name(opened(row["person"], row["owner_id"], "name", keeping().vault))
    return OwnerView(
        owner_id=row["owner_id"], name=name, organisation=organisation is not None, since=row["valid_from"]
    )
