"""Leading a vote of one community through its life, as its committee and its residents do."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from chassis.data.clock import cell_now, offset, set_offset
from chassis.data.engine import Database
from chassis.principal import Principal
from contracts.commands import votes as asks
from contracts.commands.vote_views import VoteView
from contracts.events.registry import CategoryDefined, PlaceDefined, RollEntry, Tier
from contracts.vocabulary import Kind, Urgency
from services.governance.service import COMMANDS, EVENTS
from services.governance.vote import queries, timers
from tests.support.messages import a_command, an_event, answer_of
from tests.unit.governance.a_vote import (
    COMMITTEE,
    DAY,
    VOTE,
    a_ballot,
    answers,
    drafting,
    elector,
    entries,
)

RESIDENTS = "CN-2026.residents"
NEIGHBOUR = elector(0)


def pass_time(database: Database, by: timedelta) -> None:
    with database.engine.begin() as connection:
        set_offset(connection, offset(connection) + by, mode="test")


def now(database: Database) -> datetime:
    with database.reading() as connection:
        return cell_now(connection)


def ask(database: Database, *commands: Any, by: Principal | None = COMMITTEE) -> list[dict[str, Any]]:
    bodies = COMMANDS.process(database, [a_command(command, by) for command in commands])
    return [answer_of(body) for body in bodies]


def step(database: Database, message: Any, *, by: Principal = COMMITTEE, **said: Any) -> dict[str, Any]:
    return ask(database, message(command_id=uuid4(), vote_id=VOTE, **said), by=by)[0]


def cast(database: Database, number: int, choice: str = "yes", **changes: Any) -> dict[str, Any]:
    by = changes.pop("by", elector(number))
    return ask(database, a_ballot(number, choice, **changes), by=by)[0]


def view(database: Database) -> VoteView:
    return queries.get_vote(database, VOTE)


def hear_roll(database: Database, roll: tuple[RollEntry, ...], **changes: Any) -> None:
    told = answers(roll, **changes)
    EVENTS.process(
        database,
        [an_event(each, subject=str(each.roll_id), sequence=each.chunk, source="registry") for each in told],
    )


def bind(database: Database, *, rule: str = RESIDENTS, **changes: Any) -> None:
    ask(database, drafting(**changes))
    step(database, asks.BindRule, rule=rule)
    step(database, asks.RequestRoll, as_of=date(2026, 3, 1))


def freeze(database: Database, *, count: int = 12, area: int = 0, electors: int = 1, **changes: Any) -> None:
    bind(database, **changes)
    hear_roll(database, entries(count, area=area, electors=electors))
    step(database, asks.FreezeRoll)


def notice(database: Database, *, days: int = 10, extended: bool = False) -> dict[str, Any]:
    opens_at = now(database) + days * DAY + timedelta(minutes=1)
    return step(
        database,
        asks.GiveNotice,
        opens_at=opens_at,
        closes_at=opens_at + 2 * DAY,
        extended_until=opens_at + 4 * DAY if extended else None,
    )


def open_vote(database: Database, *, days: int = 10, extended: bool = False, **changes: Any) -> None:
    freeze(database, **changes)
    notice(database, days=days, extended=extended)
    pass_time(database, days * DAY + timedelta(minutes=2))
    timers.run_all(database)


def count(database: Database) -> dict[str, Any]:
    pass_time(database, 2 * DAY)
    timers.run_all(database)
    step(database, asks.BeginCount)
    return step(database, asks.FinishCount)


def hear_places(database: Database) -> None:
    place = PlaceDefined(
        code="c01-g01",
        tier=Tier.GRID,
        parent="c01",
        name_zh="",
        name_en="",
        fictional=True,
        valid_from=date(2012, 1, 1),
    )
    category = CategoryDefined(
        code="0202",
        parent="02",
        name_zh="",
        name_en="",
        kind=Kind.COMPONENT,
        department="CGJ",
        urgency=Urgency.NORMAL,
        limit="3wd",
        small=False,
        valid_from=date(2012, 1, 1),
    )
    for told in (place, category):
        EVENTS.process(
            database,
            [an_event(told, subject=f"{type(told).__name__}:{told.code}", sequence=1, source="registry")],
        )
