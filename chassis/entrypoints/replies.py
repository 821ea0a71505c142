"""The answers to commands and queries, sent where the caller waits."""

from typing import Any

import msgspec

from chassis.bus import rpc
from chassis.bus.inbound import Inbound
from chassis.bus.link import TRANSIENT, Link
from chassis.processing.faults import is_of_the_house
from chassis.refusal import Internal, Refusal, Unavailable


def reply(link: Link, message: Inbound, body: bytes) -> None:
    """Answer where the caller waits. Who gave no address wants no answer."""
    if message.reply_to:
        link.publish(
            body,
            exchange="",
            routing_key=message.reply_to,
            content_type="application/json",
            delivery_mode=TRANSIENT,
            correlation_id=message.correlation_id or "",
        )


def body_of(outcome: Any) -> bytes:
    """Return the body that tells an outcome: a result, or what was raised. Raises: whatever has no JSON."""
    refusal = _refusal_of(outcome)
    return rpc.encode_refusal(refusal) if refusal else rpc.encode_result(msgspec.json.encode(outcome))


def outcome_of(outcome: object) -> str:
    """Return the metric label of an outcome: `ok`, or a refusal's code."""
    refusal = _refusal_of(outcome)
    return refusal.code if refusal else "ok"


def _refusal_of(outcome: object) -> Refusal | None:
    if isinstance(outcome, Exception) and not isinstance(outcome, Refusal):
        return Unavailable() if is_of_the_house(outcome) else Internal()
    return outcome if isinstance(outcome, Refusal) else None
