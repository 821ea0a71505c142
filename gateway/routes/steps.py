"""What every step of a case has in common."""

from typing import Any
from uuid import UUID

import msgspec
from flask import Response

from contracts.commands.intake import CaseReceipt
from contracts.vocabulary import Point
from gateway.headers import command_id, expected_version
from gateway.house import carry_out, principal
from gateway.routing import answer

CASE = "/cases/<uuid:case_id>"
# Why any step may be refused, and why one that is given words.
STEP = ("not_found", "illegal_transition", "stale_version", "key_reused", "foreign_grid")
WORDS = ("text_too_short", "text_too_long")
PHOTO = "0b9f7f0e-6f0e-5b0c-8f3e-0d6a1f0f7c11"


def named(case_id: UUID) -> dict[str, Any]:
    """Return what every step's command has: its id, its case, the version that was seen."""
    return {
        "command_id": command_id(principal().subject),
        "case_id": case_id,
        "expected_version": expected_version(),
    }


def take(command: msgspec.Struct) -> Response:
    """Have intake take a step; answer where the case stands now."""
    receipt = carry_out("intake", command, result=CaseReceipt)
    return answer(receipt, version=receipt.version)


def point(sent: dict[str, float] | None) -> Point | None:
    """Return a position that was sent, None where none was."""
    return None if sent is None else Point(**sent)
