"""Persons as they are written and read: what names them is sealed in its place."""

from typing import Any
from uuid import UUID

from chassis.sealing import Spot, Vault
from services.registry.people.person import Person

TABLE = "person"
SEALED = ("name", "id_number", "phone", "address")
FOUND = ("id_number", "phone")


def row_of(person: Person, vault: Vault) -> dict[str, Any]:
    """Return a person's row."""
    row: dict[str, Any] = {"person_id": person.person_id, "birthday": person.birthday}
    for column in SEALED:
        text = getattr(person, column)
        row[column] = None if text is None else vault.seal(text, Spot(TABLE, person.person_id, column))
    for column in FOUND:
        text = getattr(person, column)
        row[f"{column}_index"] = None if text is None else vault.index(text, column=column)
    return row


def person_of(row: Any, vault: Vault) -> Person:
    """Return the person of a row. Raises: UnsealableError."""
    return Person(
        person_id=row["person_id"],
        birthday=row["birthday"],
        **{column: opened(row[column], row["person_id"], column, vault) for column in SEALED},
    )


def opened(sealed: bytes | None, person_id: UUID, column: str, vault: Vault) -> Any:
    """Return what one column holds. Raises: UnsealableError."""
    return None if sealed is None else vault.open(bytes(sealed), Spot(TABLE, person_id, column))


def indexes(person: Person, vault: Vault) -> dict[str, bytes]:
    """Return what a person is found by, by column."""
    return {
        column: vault.index(text, column=column)
        for column in FOUND
        if (text := getattr(person, column)) is not None
    }
