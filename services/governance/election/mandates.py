"""Voting in another's name 委托投票, by 居委会组织法 (2026) article 19. Pure."""

import re
from collections.abc import Collection
from uuid import UUID

import msgspec

from contracts.commands.rules import DecisionRule
from services.governance.election.errors import (
    HolderUnfit,
    MandateGiven,
    NoMandates,
    NotWritten,
    TooManyMandates,
)

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Mandate(msgspec.Struct, frozen=True, kw_only=True):
    """An elector who is away has another one vote; `sha256` (hex) is of the written mandate's scan.

    The names are published: the list of mandates is public.
    """

    giver: UUID
    holder: UUID
    giver_name: str
    holder_name: str
    sha256: str


def give(
    mandate: Mandate,
    rule: DecisionRule,
    *,
    given: Collection[Mandate],
    electors: Collection[UUID],
    candidates: Collection[UUID],
) -> Mandate:
    """Return a mandate that counts, beside those `given` before.

    `electors` and `candidates` are accounts. Raises: NoMandates, NotWritten, HolderUnfit, MandateGiven,
    TooManyMandates.
    """
    if rule.proxies == 0:
        raise NoMandates(rule=rule.code)
    if not _SHA256.fullmatch(mandate.sha256):
        raise NotWritten(field="sha256")
    if mandate.giver not in electors or mandate.holder not in electors or mandate.holder == mandate.giver:
        raise HolderUnfit("another elector of the roll", field="holder")
    if mandate.holder in candidates:
        raise HolderUnfit("a candidate holds no mandate", field="holder")
    if any(each.giver == mandate.giver for each in given):
        raise MandateGiven(field="giver")
    if sum(each.holder == mandate.holder for each in given) >= rule.proxies:
        raise TooManyMandates(field="holder", at_most=rule.proxies)
    return mandate
