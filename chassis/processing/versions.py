"""Versions of one message: an earlier one is lifted to the one that a handler knows. Pure."""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from contracts.envelope import MalformedEvent, decode_data


class UnknownVersion(MalformedEvent):
    """A version that we do not know of a type that we do: passing over it would lose what it says."""


class Unliftable(MalformedEvent):
    """An earlier version that says something which the later one cannot."""


class Version(NamedTuple):
    """One version of a message, and the steps by which it becomes the one that a handler takes."""

    payload: type[Any]
    lifts: tuple[Callable[[Any], Any], ...] = ()

    def read(self, data: msgspec.Raw) -> Any:
        """Return the body as the handler takes it. Raises: MalformedEvent."""
        body = decode_data(data, self.payload)
        try:
            for lift in self.lifts:
                body = lift(body)
        except Exception as error:
            raise Unliftable(self.payload.type) from error
        return body


def versions_of(payload: type[Any]) -> list[Version]:
    """Return every version that can be read as `payload`, the newest first."""
    found = [Version(payload)]
    while (earlier := getattr(found[-1].payload, "earlier", None)) is not None:
        newer = found[-1]
        found.append(Version(earlier, (newer.payload.lift, *newer.lifts)))
    return found


def family(type_: str) -> str:
    """Return a type without its version: `x.y.happened` of `x.y.happened.v2`."""
    name, mark, _ = type_.rpartition(".v")
    return name if mark else type_
