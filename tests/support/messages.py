"""What the bus hands over to a service, and what the service puts in its outbox."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

import msgspec
import sqlalchemy as sa

from chassis.bus.inbound import Inbound
from chassis.context import Context
from chassis.data.engine import Database
from chassis.principal import Principal
from contracts import envelope

_ids = count(1)


def an_event(payload: Any, *, subject: str, sequence: int, source: str = "intake") -> Inbound:
    event = envelope.CloudEvent(
        id=envelope.uuid7(),
        source=source,
        type=payload.type,
        subject=subject,
        time=datetime.now(UTC),
        sequence=sequence,
        orderingkey=subject,
        correlationid=f"correlation {next(_ids)}",
        data=envelope.raw(payload),
    )
    return Inbound(envelope.encode(event), "an.inbox.0", payload.type, {})


def a_command(payload: Any, principal: Principal | None) -> Inbound:
    context = Context(principal=principal, correlation_id="a correlation")
    body = msgspec.json.encode({"args": [], "kwargs": {"command": payload}})
    return Inbound(body, "rpc.commands", f"x.commands.{payload.method}", context.to_headers())


def answer_of(body: bytes) -> dict[str, Any]:
    """The result, or the refusal's code as `code`."""
    reply = msgspec.json.decode(body)
    result: dict[str, Any] = reply["result"] or reply["error"]["problem"]
    return result


def sent(database: Database, *, to: str | None = None) -> list[envelope.CloudEvent]:
    """What the outbox holds for everybody, or for one department, in order."""
    query = sa.text("SELECT body FROM outbox WHERE destination = :destination ORDER BY position")
    destination = "events" if to is None else f"department.{to}"
    with database.reading() as connection:
        rows = connection.scalars(query, {"destination": destination}).all()
    return [envelope.decode(bytes(row)) for row in rows]


def data_of(event: envelope.CloudEvent) -> dict[str, Any]:
    data: dict[str, Any] = msgspec.json.decode(event.data)
    return data


def rows(database: Database, statement: str, **parameters: Any) -> list[Any]:
    with database.reading() as connection:
        return list(connection.execute(sa.text(statement), parameters).all())
