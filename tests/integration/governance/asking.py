"""How the tests speak to governance over its own entrypoints."""

from datetime import date
from typing import Any

from chassis.data.engine import Database
from chassis.principal import Principal
from contracts.events.intake import CaseEvent
from contracts.events.registry import CategoryDefined, PlaceDefined, Tier
from contracts.vocabulary import Kind, Urgency
from services.governance.service import COMMANDS, EVENTS
from tests.support.messages import a_command, an_event, answer_of


def ask(database: Database, command: Any, principal: Principal | None) -> dict[str, Any]:
    """The receipt, or the refusal with its `code`."""
    (body,) = COMMANDS.process(database, [a_command(command, principal)])
    return answer_of(body)


def tell(database: Database, event: CaseEvent, *, sequence: int) -> None:
    """Intake tells something of a case."""
    EVENTS.process(database, [an_event(event, subject=str(event.case_id), sequence=sequence)])


def know_places(database: Database) -> None:
    """A district of two communities with a grid each, and two categories."""
    given: dict[str, Any] = {"name_zh": "", "name_en": "", "fictional": True, "valid_from": date(2012, 1, 1)}
    grids = [
        PlaceDefined(code=f"{community}-g01", tier=Tier.GRID, parent=community, **given)
        for community in ("c01", "c02")
    ]
    categories = [
        CategoryDefined(
            code=code,
            parent=code[:2],
            name_zh="",
            name_en="",
            kind=Kind.SERVICE,
            department=department,
            urgency=Urgency.COMPLEX,
            limit="30d",
            small=False,
            valid_from=date(2012, 1, 1),
        )
        for code, department in (("1101", "JYJ"), ("0306", "ZJJ"))
    ]
    told = [
        an_event(event, subject=f"{type(event).__name__}:{event.code}", sequence=1, source="registry")
        for event in (*grids, *categories)
    ]
    EVENTS.process(database, told)
