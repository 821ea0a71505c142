"""What can be asked about the organisation: public names and codes, so anybody may."""

from datetime import date

import msgspec

from chassis.data.engine import Database
from chassis.refusal import Invalid, NotFound
from contracts.commands.people import CommunityView
from contracts.commands.registry import CategoryView, DepartmentView, PlaceView
from contracts.events.registry import Tier
from services.registry.organisation import repository
from services.registry.organisation.place import is_code


def places(
    database: Database, *, on: date | None, parent: str | None, tier: Tier | None
) -> tuple[PlaceView, ...]:
    """Return the units that exist on a day, today by default. Raises: Invalid."""
    if parent is not None and not is_code(parent):
        raise Invalid("that is no code", field="parent")
    with database.reading() as connection:
        found = repository.places_on(connection, on, parent=parent, tier=tier)
    return tuple(msgspec.convert(each, PlaceView, from_attributes=True) for each in found)


def categories(database: Database) -> tuple[CategoryView, ...]:
    """Return the categories of both levels."""
    with database.reading() as connection:
        found = repository.all_categories(connection)
    return tuple(msgspec.convert(each, CategoryView, from_attributes=True) for each in found)


def departments(database: Database) -> tuple[DepartmentView, ...]:
    """Return the departments."""
    with database.reading() as connection:
        found = repository.all_departments(connection)
    return tuple(msgspec.convert(each, DepartmentView, from_attributes=True) for each in found)


def community(database: Database, code: str) -> CommunityView:
    """Return a community's bodies and resident groups. Raises: NotFound."""
    if not is_code(code):
        raise NotFound
    with database.reading() as connection:
        found = repository.community(connection, code)
    if not found.bodies:
        raise NotFound
    return found
