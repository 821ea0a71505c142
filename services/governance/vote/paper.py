"""Paper ballots: handed in, entered blindly by two clerks, resolved by a third. Pure.

The envelope principle: by the envelope it is known who takes part, and by the slip what was chosen; a secret
vote's slips are taken out, mixed and only then numbered, so nothing here leads from one to the other.
"""

import re
from datetime import datetime
from uuid import UUID, uuid5

import msgspec

from chassis.principal import Principal
from contracts.commands.paper import EnterSlip, HandInPaper, ResolveSlip, SlipEntry, SlipStage
from contracts.commands.votes import BallotMode
from contracts.events.registry import RollEntry
from contracts.vocabulary import Role
from services.governance.standing import account_of, acting_in
from services.governance.vote.casting import Channel, Participation, refuse_choice, refuse_unless_open
from services.governance.vote.errors import (
    AnotherClerk,
    NotDisputed,
    NotHandedIn,
    NotOnRoll,
    Participated,
    SlipsMissing,
    SlipsNotTaken,
    SlipUnfit,
    TooManySlips,
)
from services.governance.vote.lifecycle import State
from services.governance.vote.vote import Vote

_SHA256 = re.compile(r"[0-9a-f]{64}")
_OVER = frozenset({State.CLOSED, State.COUNTING})
_TAKEN_IN = {BallotMode.SECRET: _OVER, BallotMode.OPEN: _OVER | {State.OPEN, State.EXTENDED}}


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What one clerk has read from a slip."""

    by: UUID
    choice: tuple[str, ...]
    scan_sha256: str

    def agrees_with(self, other: "Entry") -> bool:
        """Return whether both have read the same from the same scan, in whatever order."""
        return (set(self.choice), self.scan_sha256) == (set(other.choice), other.scan_sha256)


class Slip(msgspec.Struct, frozen=True, kw_only=True):
    """A paper: of a secret vote by the number stamped after mixing, of an open one by its entitlement."""

    id: UUID
    vote_id: UUID
    number: int | None
    entitlement_id: UUID | None
    first: Entry
    second: Entry | None = None
    third: Entry | None = None

    @property
    def stage(self) -> SlipStage:
        """How far it has come."""
        if self.second is None:
            return SlipStage.ENTERED_ONCE
        return SlipStage.DISPUTED if self.counted is None else SlipStage.SETTLED

    @property
    def counted(self) -> Entry | None:
        """What counts: both clerks' where they agree, else the third's."""
        if self.second is not None and self.first.agrees_with(self.second):
            return self.first
        return self.third

    @property
    def clerks(self) -> frozenset[UUID]:
        """Who has entered it."""
        return frozenset(each.by for each in (self.first, self.second, self.third) if each is not None)


def slip_id_of(asked: SlipEntry) -> UUID:
    """Return a slip's id: of the same slip always the same."""
    return uuid5(asked.vote_id, f"slip {asked.entitlement_id or asked.number}")


def hand_in(
    vote: Vote,
    entry: RollEntry | None,
    asked: HandInPaper,
    principal: Principal,
    *,
    used: Participation | None,
    now: datetime,
) -> Participation:
    """交票: whoever comes first by any channel has voted.

    Raises: Forbidden, NotOpen, NotOnRoll, Participated.
    """
    acting_in(principal, vote.community, Role.CLERK)
    refuse_unless_open(vote, now)
    if entry is None:
        raise NotOnRoll
    if used is not None:
        raise Participated
    return Participation(vote.id, asked.entitlement_id, Channel(asked.channel.value))


def enter(
    vote: Vote,
    slip: Slip | None,
    asked: EnterSlip,
    principal: Principal,
    *,
    handed_in: int,
    used: Participation | None,
) -> Slip:
    """录票, the first time or, by another clerk, the second time.

    `handed_in` counts the envelopes, `used` is the participation of an open slip's entitlement. Raises:
    Forbidden, SlipsNotTaken, SlipUnfit, UnknownOption, TooManySlips, NotHandedIn, AnotherClerk, NotDisputed.
    """
    entry = _entry(vote, asked, principal)
    _refuse_unknown(asked, handed_in=handed_in, used=used)
    if slip is None:
        return Slip(
            id=slip_id_of(asked),
            vote_id=vote.id,
            number=asked.number,
            entitlement_id=asked.entitlement_id,
            first=entry,
        )
    if slip.second is not None:
        raise NotDisputed("two clerks have entered it", stage=slip.stage.value)
    if entry.by in slip.clerks:
        raise AnotherClerk
    return msgspec.structs.replace(slip, second=entry)


def resolve(vote: Vote, slip: Slip | None, asked: ResolveSlip, principal: Principal) -> Slip:
    """核定, by a third clerk.

    Raises: Forbidden, SlipsNotTaken, SlipUnfit, UnknownOption, NotDisputed, AnotherClerk.
    """
    entry = _entry(vote, asked, principal)
    if slip is None or slip.stage is not SlipStage.DISPUTED:
        raise NotDisputed(stage="-" if slip is None else slip.stage.value)
    if entry.by in slip.clerks:
        raise AnotherClerk
    return msgspec.structs.replace(slip, third=entry)


def refuse_unfinished(*, handed_in: int, settled: int) -> None:
    """Refuse to end a count while an envelope has no settled slip. Raises: SlipsMissing."""
    if settled != handed_in:
        raise SlipsMissing(handed_in=handed_in, settled=settled)


def _entry(vote: Vote, asked: SlipEntry, principal: Principal) -> Entry:
    acting_in(principal, vote.community, Role.CLERK)
    if vote.state not in _TAKEN_IN[vote.mode]:
        raise SlipsNotTaken(state=vote.state.value)
    named = asked.entitlement_id is not None
    if named == (asked.number is not None) or named != (vote.mode is BallotMode.OPEN):
        raise SlipUnfit(field="entitlement_id" if vote.mode is BallotMode.OPEN else "number")
    if not _SHA256.fullmatch(asked.scan_sha256):
        raise SlipUnfit("64 hex digits", field="scan_sha256")
    if asked.choice:
        refuse_choice(vote, asked.choice)
    return Entry(by=account_of(principal), choice=asked.choice, scan_sha256=asked.scan_sha256)


def _refuse_unknown(asked: EnterSlip, *, handed_in: int, used: Participation | None) -> None:
    if asked.number is not None and not 1 <= asked.number <= handed_in:
        raise TooManySlips(field="number", at_most=handed_in)
    if asked.entitlement_id is not None and (used is None or used.channel is Channel.ONLINE):
        raise NotHandedIn
