"""Commands in batches: pending requests share one transaction, each is staged by itself."""

import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, ClassVar, NamedTuple, Protocol, TypeVar
from uuid import UUID, uuid4

import msgspec
import structlog

from chassis import metrics
from chassis.bus import rpc
from chassis.bus.inbound import Inbound
from chassis.context import Context
from chassis.data.engine import Database
from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.command_log import CommandLog, Done
from chassis.processing.faults import is_contention, is_of_the_house
from chassis.processing.loading import Load, prefetch
from chassis.refusal import Expired, Internal, KeyReused, MalformedRequest, Refusal, Unavailable

log = structlog.get_logger()
_CONTENTION_TRIES = 3


class Command(Protocol):
    """A frozen struct that knows its method and carries its client-made id, where anything is kept of it."""

    method: ClassVar[str]

    @property
    def command_id(self) -> UUID:
        """The id under which it is done once."""


C = TypeVar("C")


class CommandRoute(NamedTuple):
    """How one command is handled, and whether its hash and its reply are kept."""

    message: type[Any]
    handler: Callable[[Any, UnitOfWork], msgspec.Struct]
    loads: Sequence[Load]
    kept: bool = True


def command(
    message: type[C],
    handler: Callable[[C, UnitOfWork], msgspec.Struct],
    *,
    loads: Sequence[Load] = (),
    kept: bool = True,
) -> CommandRoute:
    """Declare that `handler` carries out `message`, and what it will load.

    What is not `kept` has no id: neither a hash of it nor a reply is noted, and its handler alone sees to it
    that it happens once.
    """
    return CommandRoute(message, handler, loads, kept)


class Request(NamedTuple):
    """One command to carry out, for whom, and where it came from; whether anything of it is kept."""

    command_id: UUID
    command: Any
    context: Context
    origin: Any = None
    kept: bool = True


Outcome = bytes | Refusal
Answer = Callable[[Request, Outcome, UnitOfWork], None]


class _ExpiredBeforeCommitError(Exception):
    def __init__(self, positions: set[int]) -> None:
        super().__init__()
        self.positions = positions


class CommandProcessor:
    """Carries out commands, once each, in shared transactions.

    `answer` is called for every outcome inside the transaction, so that an answer that travels
    by the outbox is as certain as the change.
    """

    def __init__(self, service: str, routes: Sequence[CommandRoute], *, answer: Answer | None = None) -> None:
        self.service = service
        self.routes = {route.message: route for route in routes}
        self.by_method = {route.message.method: route for route in routes if hasattr(route.message, "method")}
        self._answer = answer

    def run(self, database: Database, requests: Sequence[Request]) -> list[Outcome]:
        """Return an outcome for each request: the reply's JSON, or why it was refused."""
        outcomes: dict[int, Outcome] = {}
        self._attempt(database, list(enumerate(requests)), outcomes, tries=_CONTENTION_TRIES)
        return [outcomes[position] for position in range(len(requests))]

    def process(self, database: Database, batch: Sequence[Inbound]) -> list[bytes]:
        """Carry out requests as they came by RPC; return a reply's body for each."""
        started = time.perf_counter()
        metrics.BATCH_SIZE.labels(self.service, "command").observe(len(batch))
        read = [self._read(message) for message in batch]
        outcomes = iter(self.run(database, [each for each in read if isinstance(each, Request)]))
        settled = [next(outcomes) if isinstance(each, Request) else each for each in read]
        seconds = time.perf_counter() - started
        for message, outcome in zip(batch, settled, strict=True):
            self._measure(message, outcome, seconds)
        return [
            rpc.encode_result(outcome) if isinstance(outcome, bytes) else rpc.encode_refusal(outcome)
            for outcome in settled
        ]

    def _read(self, message: Inbound) -> Request | Refusal:
        try:
            context = Context.from_headers(message.headers)
            route = self.by_method.get(message.routing_key.rpartition(".")[2])
            arguments = rpc.decode_request(message.body)
            if route is None or arguments.keys() != {"command"}:
                raise MalformedRequest("there is no such command")
            command = rpc.decode_as(arguments["command"], route.message)
            if not route.kept:
                return Request(uuid4(), command, context, message, kept=False)
            return Request(command.command_id, command, context, message)
        except Refusal as refusal:
            return refusal

    def _measure(self, message: Inbound, outcome: Outcome, seconds: float) -> None:
        method = message.routing_key.rpartition(".")[2]
        method = method if method in self.by_method else "unknown"
        label = outcome.code if isinstance(outcome, Refusal) else "ok"
        metrics.RPC_REQUESTS.labels(self.service, method, label).inc()
        metrics.RPC_SECONDS.labels(self.service, method).observe(seconds)

    def _attempt(
        self,
        database: Database,
        batch: list[tuple[int, Request]],
        outcomes: dict[int, Outcome],
        *,
        tries: int,
    ) -> None:
        if not batch:
            return
        try:
            outcomes.update(self._transaction(database, batch))
        except _ExpiredBeforeCommitError as late:
            outcomes.update({position: Expired() for position in late.positions})
            rest = [(position, request) for position, request in batch if position not in late.positions]
            self._attempt(database, rest, outcomes, tries=tries)
        except Exception as error:
            if is_contention(error) and tries > 1:
                self._attempt(database, batch, outcomes, tries=tries - 1)
            elif is_of_the_house(error):
                log.warning("commands.unavailable", error=type(error).__name__, commands=len(batch))
                outcomes.update({position: Unavailable() for position, _ in batch})
            elif len(batch) > 1:
                middle = len(batch) // 2
                self._attempt(database, batch[:middle], outcomes, tries=_CONTENTION_TRIES)
                self._attempt(database, batch[middle:], outcomes, tries=_CONTENTION_TRIES)
            elif tries > 1:
                # Another process may have done the same command meanwhile: the log tells on a fresh look.
                self._attempt(database, batch, outcomes, tries=1)
            else:
                log.exception("command.failed", method=type(batch[0][1].command).__name__)
                outcomes[batch[0][0]] = Internal()

    def _transaction(self, database: Database, batch: list[tuple[int, Request]]) -> dict[int, Outcome]:
        outcomes: dict[int, Outcome] = {}
        ids = [request.command_id for _, request in batch if request.kept]
        with database.transaction(batch[0][1].context, opening=[CommandLog.opening(ids)]) as uow:
            uow.store(CommandLog).opened(ids, uow.opened[0])
            prefetch(uow, ((self.routes[type(each.command)].loads, each.command) for _, each in batch))
            for position, request in batch:
                outcomes[position] = self._one(request, uow)
            uow.flush()
            now = time.time()
            late = {position for position, request in batch if request.context.passed(now)}
            done = {position for position, outcome in outcomes.items() if isinstance(outcome, bytes)}
            if late & done:
                raise _ExpiredBeforeCommitError(late & done)
        return outcomes

    def _one(self, request: Request, uow: UnitOfWork) -> Outcome:
        uow.context = request.context
        uow.cause = request.command_id
        try:
            outcome: Outcome = self._carry_out(request, uow)
        except Refusal as refusal:
            uow.discard()
            outcome = refusal
        if self._answer is not None:
            self._answer(request, outcome, uow)
        uow.keep()
        return outcome

    def _carry_out(self, request: Request, uow: UnitOfWork) -> bytes:
        if request.context.passed(time.time()):
            raise Expired
        route = self.routes[type(request.command)]
        if not request.kept:
            return msgspec.json.encode(route.handler(request.command, uow))
        commands = uow.store(CommandLog)
        mark = _fingerprint(request)
        done = commands.get(request.command_id)
        if done is not None:
            if done.fingerprint != mark:
                raise KeyReused
            return done.reply
        reply = msgspec.json.encode(route.handler(request.command, uow))
        commands.put(request.command_id, Done(type(request.command).__name__, mark, reply))
        return reply


def _fingerprint(request: Request) -> bytes:
    principal = request.context.principal
    who = "" if principal is None else principal.subject
    # A fast hash of a password beside its slow one would undo what the slow one is for.
    secrets = dict.fromkeys(getattr(request.command, "secrets", ()), "")
    command = msgspec.structs.replace(request.command, **secrets) if secrets else request.command
    content = msgspec.json.encode((type(command).__name__, who, command))
    return sha256(content).digest()
