"""Departments whose software is rude: none of them may cost another one anything."""

import json
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import amqp

from chassis.bus.connection import BROKER_ERRORS, connect, open_channel
from chassis.bus.inbound import Inbound
from chassis.bus.link import PERSISTENT, Link
from contracts import envelope
from contracts.department import Reconcile, SignOrder
from contracts.envelope import CONTENT_TYPE, ORDERING_KEY_HEADER, Payload
from contracts.naming import EVENTS_EXCHANGE, department_queue
from contracts.topology import REPLIES, department_user
from fault.faults.fault import Facts, Fault
from fault.ground import Ground
from ops.roster import Roster

DEPARTMENT = "department"
# The load needs these.
BUSY = frozenset({"CGJ", "ZJJ", "GAF", "XFD"})
_FLOOD, _HELD = 2000, 3
_ANSWERED_S, _CONFIRM_S = 60.0, 10.0
_PREFETCH = 500
_REFUSED = (amqp.AccessRefused, amqp.PreconditionFailed)


class Software:
    """What one department has running: it says things, and takes what comes when it is told to."""

    def __init__(self, ground: Ground, code: str) -> None:
        self.code = code
        self._link = Link(ground.servers.broker.url(department_user(code)))
        self._taken: list[Inbound] = []

    def say(self, payload: Payload) -> UUID:
        """Publish one message; return its id, which the answer names."""
        message_id, key = envelope.uuid7(), str(uuid4())
        said = envelope.CloudEvent(
            id=message_id,
            source=f"department/{self.code}",
            type=payload.type,
            subject=key,
            time=envelope.utc_now(),
            sequence=1,
            orderingkey=key,
            correlationid="a fault",
            data=envelope.raw(payload),
        )
        self._link.publish(
            envelope.encode(said),
            exchange=REPLIES,
            routing_key=self.code,
            headers={ORDERING_KEY_HEADER: key},
            content_type=CONTENT_TYPE,
            delivery_mode=PERSISTENT,
            message_id=str(message_id),
            user_id=department_user(self.code),
        )
        return message_id

    def listen(self) -> None:
        """Have what waits sent to it."""
        self._link.channel.basic_qos(0, _PREFETCH, a_global=False)
        self._link.consume(department_queue(self.code), self._taken.append)

    def take(self, answers_to: set[UUID], *, acking: bool) -> set[UUID]:
        """Take what comes until all of these are answered, or time is up; return what was answered."""
        answered: set[UUID] = set()
        until = time.monotonic() + _ANSWERED_S
        while answers_to - answered and time.monotonic() < until:
            self._link.drain(0.2)
            self._link.beat()
            answered |= {_in_reply_to(each) for each in self._taken}
            if acking and self._taken:
                self._link.ack(self._taken[-1].delivery_tag, multiple=True)
            self._taken.clear()
        return answered & answers_to

    def purge(self) -> int:
        """Throw away what waits; return how much that was."""
        return int(self._link.channel.queue_purge(department_queue(self.code)) or 0)

    def close(self) -> None:
        """Be gone without a word."""
        self._link.drop()


def _in_reply_to(message: Inbound) -> UUID:
    said = json.loads(message.body)["data"].get("in_reply_to")
    return UUID(said) if said else UUID(int=0)


def idle(ground: Ground) -> str:
    """Return a department that the load does not need, whichever."""
    return ground.random.choice([code for code in Roster(ground.cell).codes() if code not in BUSY])


@dataclass
class NeverAcks:
    """It takes what comes and acknowledges nothing: all of it is offered again to whoever comes next."""

    name: str = "department never acks"
    component: str = DEPARTMENT
    stands_s: float = 5.0
    _rude: Software | None = field(default=None, init=False)
    _held: set[UUID] = field(default_factory=set, init=False)

    def inject(self, ground: Ground) -> None:
        """Take some answers and hold them."""
        self._rude = Software(ground, idle(ground))
        self._rude.listen()
        asked = {self._rude.say(Reconcile()) for _ in range(_HELD)}
        self._held = self._rude.take(asked, acking=False)

    def heal(self, ground: Ground) -> Facts:
        """Let another program of the department take the same again."""
        assert self._rude is not None
        self._rude.close()
        with closing(Software(ground, self._rude.code)) as polite:
            polite.listen()
            again = polite.take(self._held, acking=True)
        return {"held": _HELD, "again": len(again)}


@dataclass
class PurgesItsQueue:
    """It throws away what waits for it: what it asks for again comes again."""

    name: str = "department purges its queue"
    component: str = DEPARTMENT
    stands_s: float = 0.0
    _code: str = field(default="", init=False)
    _purged: int = field(default=0, init=False)

    def inject(self, ground: Ground) -> None:
        """Ask, and throw the answer away."""
        self._code = idle(ground)
        with closing(Software(ground, self._code)) as software:
            software.say(Reconcile())
            ground.wait(lambda: _depth(ground, self._code) > 0, "an answer waits")
            self._purged = software.purge()

    def heal(self, ground: Ground) -> Facts:
        """Ask again, and take the answer."""
        with closing(Software(ground, self._code)) as software:
            software.listen()
            answered = software.take({software.say(Reconcile())}, acking=True)
        return {"asked": 1, "again": len(answered), "purged": self._purged}


@dataclass
class Floods:
    """It says thousands of things at once, about orders that nobody knows: each is answered."""

    name: str = "department floods replies"
    component: str = DEPARTMENT
    stands_s: float = 0.0
    _code: str = field(default="", init=False)
    _said: set[UUID] = field(default_factory=set, init=False)

    def inject(self, ground: Ground) -> None:
        """Say all of it."""
        self._code = idle(ground)
        with closing(Software(ground, self._code)) as software:
            self._said = {software.say(SignOrder(order_id=uuid4())) for _ in range(_FLOOD)}
            # Nothing tells a department that the broker has it all: it stays until it is answered.
            software.listen()
            self._said -= software.take(self._said, acking=True)

    def heal(self, ground: Ground) -> Facts:  # noqa: ARG002 - a fault's signature
        """Say how many were never answered."""
        return {"flooded": _FLOOD, "answered": _FLOOD - len(self._said)}


@dataclass
class SpeaksForAnother:
    """It tries to say and to hear what is another's: the broker refuses each."""

    name: str = "department speaks for another"
    component: str = DEPARTMENT
    stands_s: float = 0.0
    _refused: int = field(default=0, init=False)

    def inject(self, ground: Ground) -> None:
        """Try each by itself: a refusal closes the channel."""
        code = idle(ground)
        url = ground.servers.broker.url(department_user(code))
        self._refused = sum(_is_refused(url, attack) for attack in _attacks(code))

    def heal(self, ground: Ground) -> Facts:  # noqa: ARG002 - a fault's signature
        """Say how much was refused of what was tried."""
        return {"tried": len(_attacks("")), "refused": self._refused}


def department_kinds() -> list[Fault]:
    """Return each kind of rude department once."""
    return [NeverAcks(), PurgesItsQueue(), Floods(), SpeaksForAnother()]


Attack = Callable[[amqp.Channel], object]


def _attacks(code: str) -> tuple[Attack, ...]:
    """Return what is tried: another's key, another's name, an event as if of ours, another's queue."""
    other = min(BUSY)

    def publish(exchange: str, key: str, user: str) -> Attack:
        message = amqp.Message(b"{}", user_id=user, delivery_mode=PERSISTENT)
        return lambda channel: channel.basic_publish_confirm(
            message, exchange=exchange, routing_key=key, confirm_timeout=_CONFIRM_S
        )

    mine, theirs = department_user(code), department_user(other)
    return (
        publish(REPLIES, other, mine),
        publish(REPLIES, code, theirs),
        publish(EVENTS_EXCHANGE, "intake.case.closed.v1", mine),
        lambda channel: channel.basic_consume(department_queue(other)),
    )


def _is_refused(url: str, attack: Attack) -> bool:
    connection = connect(url)
    try:
        attack(open_channel(connection))
    except _REFUSED:
        return True
    except BROKER_ERRORS:
        return False
    finally:
        connection.collect()
    return False


def _depth(ground: Ground, code: str) -> int:
    connection = connect(ground.servers.broker.url("operator"))
    try:
        declared = open_channel(connection).queue_declare(department_queue(code), passive=True)
        return int(declared.message_count)
    finally:
        connection.collect()
