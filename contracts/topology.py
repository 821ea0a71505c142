"""Every exchange, queue, binding and broker user of a cell, in one place."""

from itertools import chain

import msgspec

from contracts.naming import DEPARTMENTS_EXCHANGE as DEPARTMENTS
from contracts.naming import EVENTS_EXCHANGE as EVENTS
from contracts.naming import (
    PARTITIONS,
    command_queue,
    department_queue,
    inbox_exchange,
    inbox_queue,
    query_queue,
    reply_queue,
)
from contracts.naming import RPC_EXCHANGE as RPC

REPLIES = "qiaotou.replies"
DEAD_DEPARTMENTS = "qiaotou.departments.dead"

DEPARTMENT_DELIVERY_LIMIT = 20

# What one department may hold of the broker, so that none holds all of it. A kit needs one connection with
# one channel; one that comes back over a dead link stands there twice until the broker notices.
DEPARTMENT_CONNECTIONS, DEPARTMENT_CHANNELS = 16, 64
# What a department has said and dispatch has not taken yet: the broker refuses what is more.
REPLIES_HELD, REPLIES_HELD_BYTES = 20_000, 64 * 2**20
# For everybody. An import file of 5 MiB, in base64, is the longest that is said on the bus.
CHANNELS_PER_CONNECTION = 64
LARGEST_MESSAGE_BYTES = 8 * 2**20

# Which streams each service follows. Whole streams: an unknown type only advances the cursor.
STREAMS: dict[str, tuple[str, ...]] = {
    "registry": ("governance.roll.#",),
    "intake": ("registry.#", "dispatch.work_order.#", "governance.resolution.#"),
    "dispatch": ("registry.#", "intake.case.#"),
    "governance": ("registry.#", "intake.case.#"),
    "notify": ("registry.#", "intake.case.#", "dispatch.work_order.#"),
}

# Services that answer RPC: a queue for commands (batched) and one for queries.
RPC_SERVICES = ("registry", "intake", "dispatch", "governance", "notify")


def department_user(code: str) -> str:
    """Return the broker user of one department; it is also what `user_id` must say."""
    return f"department.{code}"


def department_of_user(user: str) -> str | None:
    """Return the department code that a broker user stands for, None for other users."""
    prefix, _, code = user.partition(".")
    return code if prefix == "department" and code else None


class Exchange(msgspec.Struct, frozen=True):
    """A durable exchange."""

    name: str
    type: str
    arguments: dict[str, str | int] = {}


class Queue(msgspec.Struct, frozen=True):
    """A durable queue."""

    name: str
    arguments: dict[str, str | int] = {}


class Binding(msgspec.Struct, frozen=True):
    """A binding from an exchange to a queue, or to another exchange."""

    source: str
    destination: str
    routing_key: str
    to_exchange: bool = False


class User(msgspec.Struct, frozen=True):
    """A broker user's rights, as regular expressions; `topics` are (exchange, write pattern).

    `limits` are RabbitMQ's own: how much of each a user may have at a time.
    """

    name: str
    configure: str
    write: str
    read: str
    topics: tuple[tuple[str, str], ...] = ()
    limits: dict[str, int] = {}


def exchanges() -> list[Exchange]:
    """Return every exchange of a cell."""
    hashed = {"hash-header": "ordering-key"}
    return [
        Exchange(EVENTS, "topic"),
        Exchange(DEPARTMENTS, "topic"),
        Exchange(REPLIES, "topic"),
        Exchange(DEAD_DEPARTMENTS, "topic"),
        Exchange(RPC, "topic"),
        *(Exchange(inbox_exchange(service), "x-consistent-hash", dict(hashed)) for service in STREAMS),
    ]


def _quorum(**arguments: str | int) -> dict[str, str | int]:
    return {"x-queue-type": "quorum", **{k.replace("_", "-"): v for k, v in arguments.items()}}


def department_queues(code: str) -> list[Queue]:
    """Return a department's queue and the one its dead letters go to."""
    limits = _quorum(
        x_delivery_limit=DEPARTMENT_DELIVERY_LIMIT,
        x_dead_letter_exchange=DEAD_DEPARTMENTS,
        x_dead_letter_routing_key=code,
    )
    return [Queue(department_queue(code), limits), Queue(f"{department_queue(code)}.dead", _quorum())]


def department_bindings(code: str) -> list[Binding]:
    """Return the bindings of a department's queue and of its dead letters."""
    return [
        Binding(DEPARTMENTS, department_queue(code), code),
        Binding(DEAD_DEPARTMENTS, f"{department_queue(code)}.dead", code),
    ]


def reply_queues(departments: tuple[str, ...]) -> list[Queue]:
    """Return a queue for what each department says: one that says too much waits behind itself alone."""
    bounds = _quorum(
        x_max_length=REPLIES_HELD, x_max_length_bytes=REPLIES_HELD_BYTES, x_overflow="reject-publish"
    )
    return [Queue(reply_queue(code), bounds) for code in departments]


def queues(departments: tuple[str, ...]) -> list[Queue]:
    """Return every queue of a cell. Inboxes have no delivery limit: poison is parked in the database."""
    inboxes = [
        Queue(inbox_queue(service, i), _quorum(x_single_active_consumer=True))
        for service in STREAMS
        for i in range(PARTITIONS)
    ]
    rpc = [Queue(name(service)) for service in RPC_SERVICES for name in (command_queue, query_queue)]
    return [*inboxes, *rpc, *chain(*map(department_queues, departments)), *reply_queues(departments)]


def bindings(departments: tuple[str, ...]) -> list[Binding]:
    """Return every binding of a cell."""
    streams = [
        Binding(EVENTS, inbox_exchange(service), pattern, to_exchange=True)
        for service, patterns in STREAMS.items()
        for pattern in patterns
    ]
    partitions = [
        Binding(inbox_exchange(service), inbox_queue(service, i), "1")
        for service in STREAMS
        for i in range(PARTITIONS)
    ]
    rpc = [
        binding
        for service in RPC_SERVICES
        for binding in (
            Binding(RPC, command_queue(service), f"{service}.commands.*"),
            Binding(RPC, query_queue(service), f"{service}.*"),
        )
    ]
    replies = [Binding(REPLIES, reply_queue(code), code) for code in departments]
    return [*streams, *partitions, *rpc, *replies, *chain(*map(department_bindings, departments))]


def department_user_rights(code: str) -> User:
    """Return a department's rights: read its own queue, reply under its own key, nothing else.

    User and topic permission belong together: a user without a topic row may speak for anyone.
    """
    queue = department_queue(code).replace(".", r"\.")
    return User(
        department_user(code),
        configure="^$",
        write=r"^qiaotou\.replies$",
        read=f"^{queue}$",
        topics=((REPLIES, f"^{code}$"), (EVENTS, "^$"), (DEPARTMENTS, "^$"), (RPC, "^$")),
        limits={"max-connections": DEPARTMENT_CONNECTIONS, "max-channels": DEPARTMENT_CHANNELS},
    )


def process_users() -> list[User]:
    """Return a user for every process role; none may declare anything but the operator."""
    replies = {"dispatch": r"|dispatch\.replies(\.[A-Z]+)?"}
    services = [
        User(
            service,
            configure="^$",
            write=r"^amq\.default$",
            read=rf"^({service}\.inbox\.\d+|rpc-{service}(\.commands)?{replies.get(service, '')})$",
        )
        for service in RPC_SERVICES
    ]
    return [
        *services,
        User("relay", configure="^$", write=r"^qiaotou\.(events|departments)$", read="^$"),
        User("gateway", configure="^$", write="^nameko-rpc$", read="^$"),
        User("operator", configure=".*", write=".*", read=".*"),
    ]
