"""What every step of an order has in common."""

from typing import Any
from uuid import UUID

import msgspec
from flask import Response

from contracts.commands.dispatch import OrderReceipt
from gateway.headers import command_id, expected_version
from gateway.house import carry_out, principal
from gateway.routing import answer

# Why any step may be refused; one of the lead's; and one of the guidance centre's.
STEP = ("unknown_order", "illegal_transition", "stale_version", "key_reused")
LEADS = (*STEP, "not_the_lead")
CENTRE = (*STEP, "not_the_sandbox")


def named(order_id: UUID) -> dict[str, Any]:
    """Return what every step's command has: its id, its order, the version that was seen."""
    return {
        "command_id": command_id(principal().subject),
        "order_id": order_id,
        "expected_version": expected_version(),
    }


def take(command: msgspec.Struct) -> Response:
    """Have dispatch take a step; answer where the order stands now."""
    receipt = carry_out("dispatch", command, result=OrderReceipt)
    return answer(receipt, version=receipt.version)
