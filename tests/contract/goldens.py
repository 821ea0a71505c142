"""The golden files: the bytes of one fixed instance of every message.

`python -m tests.contract.goldens` writes those that are missing; one that is there and differs
is left alone unless `--replace` is given, since a released message is never edited.
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from contracts import envelope
from contracts.envelope import CloudEvent, Payload
from tests.contract.samples.answers import ANSWERS
from tests.contract.samples.commands import COMMANDS
from tests.contract.samples.common import AT, CASE, an_id
from tests.contract.samples.departments import FROM_DEPARTMENT, TO_DEPARTMENT
from tests.contract.samples.events import EVENTS

FOLDER = Path(__file__).parent / "golden"


class Golden(NamedTuple):
    """One golden file: its name and what it must hold; `body` is what the envelope carries, if any."""

    name: str
    message: Any
    body: Any

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.name}.json"

    @property
    def wire(self) -> bytes:
        return msgspec.json.encode(self.message)

    @property
    def text(self) -> bytes:
        """The same on several lines: a file that a person can read and compare."""
        return msgspec.json.format(self.wire, indent=2) + b"\n"


def enveloped(payload: Payload, source: str) -> CloudEvent:
    """Return a message of the bus around a body, with everything fixed."""
    return CloudEvent(
        id=an_id(100),
        source=source,
        type=payload.type,
        subject=str(CASE),
        time=AT,
        sequence=1,
        orderingkey=str(CASE),
        correlationid="01893f5a-1111-7000-8000-000000000000",
        causationid=str(an_id(99)),
        data=envelope.raw(payload),
    )


def on_the_bus() -> list[Golden]:
    """Return what crosses the bus as CloudEvents."""
    told = [(payload, payload.type.partition(".")[0]) for payload in EVENTS]
    to = [(payload, "dispatch") for payload in TO_DEPARTMENT]
    back = [(payload, "department.CGJ") for payload in FROM_DEPARTMENT]
    return [
        Golden(payload.type, enveloped(payload, source), payload) for payload, source in (*told, *to, *back)
    ]


def commands() -> list[Golden]:
    """Return what is asked over RPC."""
    return [
        Golden(f"{service}.{command.method}", command, command)
        for service, asked in COMMANDS.items()
        for command in asked
    ]


def answers() -> list[Golden]:
    """Return what is answered over RPC."""
    return [
        Golden(f"{service}.{_snake(type(answer).__name__)}", answer, answer)
        for service, given in ANSWERS.items()
        for answer in given
    ]


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def everything() -> list[Golden]:
    """Return every golden file there must be."""
    return [*on_the_bus(), *commands(), *answers()]


def write(goldens: Iterable[Golden], *, replace: bool) -> None:
    """Write what is missing, and with `replace` what differs."""
    FOLDER.mkdir(exist_ok=True)
    for golden in goldens:
        if replace or not golden.path.exists():
            golden.path.write_bytes(golden.text)


if __name__ == "__main__":
    write(everything(), replace="--replace" in sys.argv[1:])
