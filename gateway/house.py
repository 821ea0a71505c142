"""What the routes work with, made once a process."""

import time
from typing import Protocol, TypeVar, cast

import msgspec
from flask import Flask, current_app, g

from chassis.context import Context
from chassis.data.engine import Database
from chassis.principal import Principal
from gateway.crew import Crew
from gateway.filters import Filters
from gateway.health import Health
from gateway.media.links import Links
from gateway.media.storage import Storage
from gateway.media.transfer import Transfers
from gateway.media.upload import Uploads
from gateway.places import Places
from gateway.request_log import RequestLog
from gateway.sessions import Caller, Sessions
from gateway.settings import GatewaySettings

T = TypeVar("T")
TIMEOUT_S = 5.0
_NAME = "qiaotou"


class Rpc(Protocol):
    """How services are reached; `chassis.rpc_client.RpcClient` is one."""

    def call(
        self,
        service: str,
        command: msgspec.Struct,
        *,
        context: Context,
        result: type[T],
        timeout_s: float = TIMEOUT_S,
    ) -> T:
        """Carry out a command."""

    def query(
        self,
        service: str,
        method: str,
        *,
        context: Context,
        result: type[T],
        timeout_s: float = TIMEOUT_S,
        **arguments: object,
    ) -> T:
        """Ask a query."""

    def connected(self) -> bool:
        """Return whether the broker is reached."""

    def close(self) -> None:
        """Give up the connection."""


class House(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a request may need."""

    settings: GatewaySettings
    rpc: Rpc
    database: Database
    sessions: Sessions
    uploads: Uploads
    transfers: Transfers
    storage: Storage
    links: Links
    places: Places
    filters: Filters
    health: Health
    crew: Crew
    log: RequestLog


def install(app: Flask, rooms: House) -> None:
    """Give an application what its routes work with."""
    app.extensions[_NAME] = rooms


def house_of(app: Flask) -> House:
    """Return an application's rooms."""
    return cast("House", app.extensions[_NAME])


def close(app: Flask) -> None:
    """Give up every connection: this process ends."""
    rooms = house_of(app)
    rooms.crew.close()
    rooms.rpc.close()
    rooms.database.close()


def house() -> House:
    """Return the process's rooms."""
    return house_of(current_app)


def caller() -> Caller:
    """Return who is asking; the guard has seen to it that somebody is."""
    return cast("Caller", g.caller)


def principal() -> Principal:
    """Return the principal that is asking."""
    return caller().principal


def carry_out(service: str, command: msgspec.Struct, *, result: type[T], timeout_s: float = TIMEOUT_S) -> T:
    """Have a service carry out a command in the caller's name, within five seconds unless said."""
    asked = context(timeout_s)
    return house().rpc.call(service, command, context=asked, result=result, timeout_s=timeout_s)


def ask(service: str, method: str, *, result: type[T], **arguments: object) -> T:
    """Ask a service in the caller's name; arguments that are None are not sent."""
    said = {name: value for name, value in arguments.items() if value is not None}
    return house().rpc.query(service, method, context=context(), result=result, timeout_s=TIMEOUT_S, **said)


def context(timeout_s: float = TIMEOUT_S) -> Context:
    """Return the context of what is asked now: who, under which request id, until when."""
    somebody: Caller | None = g.get("caller")
    return Context(
        principal=None if somebody is None else somebody.principal,
        correlation_id=g.request_id,
        deadline=time.time() + timeout_s,
    )
