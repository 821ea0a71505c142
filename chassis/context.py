"""What travels with a request besides its content. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from chassis.principal import Principal
from chassis.refusal import Forbidden, MalformedRequest
from contracts.envelope import UNREADABLE

_PRINCIPAL = "nameko.principal"
_CORRELATION = "nameko.correlation_id"
_DEADLINE = "nameko.deadline"


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, under which correlation id, and until when (epoch seconds) it matters."""

    principal: Principal | None = None
    correlation_id: str
    deadline: float | None = None

    def required(self) -> Principal:
        """Return who is asking. Raises: Forbidden when nobody is."""
        if self.principal is None:
            raise Forbidden("nobody is asking")
        return self.principal

    def passed(self, now: float) -> bool:
        """Return whether the deadline has passed at `now`, in epoch seconds."""
        return self.deadline is not None and now >= self.deadline

    def to_headers(self) -> dict[str, Any]:
        """Return the AMQP headers that carry this context, by nameko's prefix."""
        headers: dict[str, Any] = {_CORRELATION: self.correlation_id}
        if self.principal is not None:
            headers[_PRINCIPAL] = msgspec.json.encode(self.principal).decode()
        if self.deadline is not None:
            # As text: AMQP tables have no float that every client agrees on.
            headers[_DEADLINE] = repr(self.deadline)
        return headers

    @classmethod
    def from_headers(cls, headers: Mapping[str, Any]) -> "Context":
        """Read a context from AMQP headers. Raises: MalformedRequest."""
        try:
            principal = headers.get(_PRINCIPAL)
            deadline = headers.get(_DEADLINE)
            return cls(
                principal=None if principal is None else _principals.decode(principal),
                correlation_id=str(headers.get(_CORRELATION, "")),
                deadline=None if deadline is None else float(deadline),
            )
        except (*UNREADABLE, ValueError, TypeError) as error:
            raise MalformedRequest("the context headers cannot be read") from error


_principals = msgspec.json.Decoder(Principal)
