"""A statement: why we return an order or need more time. Its words go over HTTP, never on the bus."""

from typing import Protocol
from uuid import UUID

from qiaotou_department.receipts import Receipt, canonical, key


class StatementDesk(Protocol):
    """What stating needs of the API."""

    def hand_in_statement(self, order_id: UUID, statement: dict[str, object], *, key: UUID) -> Receipt:
        """Store a statement."""


def state(
    api: StatementDesk, order_id: UUID, *, kind: str, text: str, legal_basis: str | None = None
) -> Receipt:
    """Hand in a statement (`kind` is return, extension or suspension). The same words are stored once."""
    statement: dict[str, object] = {"kind": kind, "text": text}
    if legal_basis is not None:
        statement["legal_basis"] = legal_basis
    return api.hand_in_statement(order_id, statement, key=key(order_id, "statement", canonical(statement)))
