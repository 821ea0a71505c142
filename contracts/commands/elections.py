"""What governance can be asked to do about an election 选举, and who has its seats.

An election is a vote; here is what a vote on a question has not: candidates, seats.
"""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import msgspec

from contracts.commands.rules import Outcome, Subject

ELECTING = frozenset({Subject.ELECTION, Subject.RUN_OFF})


class NominatedBy(StrEnum):
    """Who has put a candidate forward."""

    PARTY = "party"  # 社区党组织
    ELECTORS = "electors"  # 十名以上选民联合


class Candidate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who stands 候选人: `code` is what a ballot chooses, `account` who it is, `name` is published.

    `nominators` are the accounts of the electors who put them forward together.
    """

    code: str
    name: str
    account: UUID
    nominated_by: NominatedBy
    nominators: tuple[UUID, ...] = ()


class NameCandidates(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Publish who stands; `running` are the accounts of who runs the election.

    A run-off names nobody: those stand whom the election before has left, and who are on the roll.
    """

    method: ClassVar[str] = "name_candidates"
    command_id: UUID
    vote_id: UUID
    candidates: tuple[Candidate, ...] = ()
    running: tuple[UUID, ...] = ()


class GiveMandate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Record that an elector who is away has another one vote 委托投票; the names are published.

    `sha256` (hex) is of the written mandate's scan.
    """

    method: ClassVar[str] = "give_mandate"
    command_id: UUID
    vote_id: UUID
    giver: UUID
    holder: UUID
    giver_name: str
    holder_name: str
    sha256: str


COMMANDS = (NameCandidates, GiveMandate)


class CandidateView(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate as everybody may know it; `nominators` counts the electors who put them forward."""

    code: str
    name: str
    nominated_by: NominatedBy
    nominators: int


class MandateView(msgspec.Struct, frozen=True, kw_only=True):
    """A mandate as everybody may know it: the names of who is away and of who votes for them."""

    giver: str
    holder: str


class Mandates(msgspec.Struct, frozen=True, kw_only=True):
    """The mandates of a vote, by their holders."""

    vote_id: UUID
    items: tuple[MandateView, ...]


class Elected(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of an election, candidates by their codes; `decided_by` says whether enough took part.

    `elected` has most ballots first; `tied` share the last seats with as many ballots and go to a run-off
    再次投票; `vacant` counts the seats that nobody has, those of the tied among them.
    """

    valid: bool
    decided_by: str
    elected: tuple[str, ...]
    tied: tuple[str, ...]
    vacant: int
    candidates: dict[str, Outcome]


class RunOff(msgspec.Struct, frozen=True, kw_only=True):
    """Who is voted on again 另行选举, by which rule, for how many seats; candidates most ballots first."""

    rule: str
    candidates: tuple[str, ...]
    seats: int
