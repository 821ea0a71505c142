"""Whether a ballot is taken, and what becomes of it. Pure."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

import msgspec

from chassis.principal import Principal
from contracts.commands.votes import BallotMode, CastBallot, Standing
from contracts.events.registry import RollEntry
from services.governance.standing import account_of
from services.governance.vote.ballot import Ballot
from services.governance.vote.errors import BallotUnfit, NotOnRoll, NotOpen, Participated, UnknownOption
from services.governance.vote.lifecycle import CASTING
from services.governance.vote.vote import Vote

_NONCE = re.compile(r"[0-9a-f]{64}")
_RANDOM = 4


class Channel(StrEnum):
    """How somebody took part."""

    ONLINE = "online"  # 线上
    PAPER = "paper"  # 纸质
    COUNTER = "counter"  # 窗口


class Participation(NamedTuple):
    """An entitlement was used. Neither when nor by which elector is kept."""

    vote_id: UUID
    entitlement_id: UUID
    channel: Channel


class OpenBallot(msgspec.Struct, frozen=True, kw_only=True):
    """A named ballot 记名票; `conflicting` is the one by which co-owners contradict each other."""

    ballot: Ballot
    vote_id: UUID
    cast_by: UUID
    cast_at: datetime
    conflicting: bool = False


class Cast(NamedTuple):
    """What is kept of a ballot: that of a secret vote knows no entitlement."""

    standing: Standing
    participation: Participation | None
    secret: Ballot | None = None
    named: OpenBallot | None = None


def cast(
    vote: Vote,
    entry: RollEntry | None,
    asked: CastBallot,
    principal: Principal,
    *,
    used: Participation | None,
    before: Sequence[OpenBallot],
    givers: Collection[UUID] = (),
    now: datetime,
) -> Cast:
    """投票, by an elector of the entitlement, between opening and end by the database's clock.

    Or by who holds a mandate of one of its electors: `givers` are those who have given the caller one.

    `used` is the entitlement's participation, `before` its open ballots. Raises: Forbidden, NotOpen,
    NotOnRoll, BallotUnfit, UnknownOption, Participated.
    """
    account = account_of(principal)
    refuse_unless_open(vote, now)
    if entry is None or not {account, *givers} & set(entry.electors):
        raise NotOnRoll
    refuse_unfit(vote, asked)
    participation = Participation(vote.id, asked.entitlement_id, Channel.ONLINE)
    if vote.mode is BallotMode.SECRET:
        if used is not None:
            raise Participated
        ballot = Ballot(id=asked.ballot_id, choice=asked.choice, nonce=asked.nonce)
        return Cast(Standing.COUNTED, participation, secret=ballot)
    return _named(vote, entry, asked, account, used=used, before=before, now=now)


def refuse_unless_open(vote: Vote, now: datetime) -> None:
    """Refuse a ballot before opening and after the end, however late the timer is. Raises: NotOpen."""
    opens_at, closes_at = vote.opens_at, vote.closes_at
    if opens_at is None or closes_at is None:
        raise NotOpen("no time was announced yet")
    if vote.state not in CASTING or not opens_at <= now < closes_at:
        raise NotOpen(opens_at=opens_at.isoformat(), closes_at=closes_at.isoformat())


def refuse_unfit(vote: Vote, asked: CastBallot) -> None:
    """Refuse what could not be counted. Raises: BallotUnfit, UnknownOption."""
    if asked.ballot_id.version != _RANDOM:
        raise BallotUnfit("a random UUID, version 4", field="ballot_id")
    if not _NONCE.fullmatch(asked.nonce):
        raise BallotUnfit("32 random bytes, as 64 hex digits", field="nonce")
    refuse_choice(vote, asked.choice)


def refuse_choice(vote: Vote, choice: tuple[str, ...]) -> None:
    """Refuse what is no choice of this vote. Raises: UnknownOption."""
    if not 1 <= len(choice) <= vote.seats or len(set(choice)) != len(choice):
        raise UnknownOption(f"1 to {vote.seats}, each once", field="choice")
    if not set(choice) <= set(vote.options):
        raise UnknownOption(f"one of {', '.join(vote.options)}", field="choice")


def _named(
    vote: Vote,
    entry: RollEntry,
    asked: CastBallot,
    account: UUID,
    *,
    used: Participation | None,
    before: Sequence[OpenBallot],
    now: datetime,
) -> Cast:
    """Take an open ballot; a second one counts only against the first, when a co-owner says otherwise."""
    first = before[0] if before else None
    conflicting = first is not None
    if used is not None and not (
        len(before) == 1
        and used.channel is Channel.ONLINE
        and before[0].cast_by != account
        # Whoever holds a mandate is no co-owner: what was cast first stands.
        and {before[0].cast_by, account} <= set(entry.electors)
        and set(before[0].ballot.choice) != set(asked.choice)
    ):
        raise Participated
    named = OpenBallot(
        ballot=Ballot(
            id=asked.ballot_id,
            choice=asked.choice,
            nonce=asked.nonce,
            entitlement_id=entry.entitlement_id,
            area_hundredths_m2=entry.area_hundredths_m2,
        ),
        vote_id=vote.id,
        cast_by=account,
        cast_at=now,
        conflicting=conflicting,
    )
    if conflicting:
        return Cast(Standing.QUARANTINED, None, named=named)
    return Cast(Standing.COUNTED, Participation(vote.id, entry.entitlement_id, Channel.ONLINE), named=named)
