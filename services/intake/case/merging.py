"""并案: one case goes on as another, and whoever reported it supports that one. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from chassis.principal import Principal
from contracts.commands.intake import MergeCase
from services.intake.case.authority import account_of, acting
from services.intake.case.case import Case, Decided, Mover, advance, check_version
from services.intake.case.guards import Facts
from services.intake.case.lifecycle import STILL_OPEN, Step, Trigger, roles_of, transition


class Supporter(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whose own case `from_case` was merged, and who reads the master since then."""

    account_id: UUID
    since: datetime
    from_case: UUID


Supporters = tuple[Supporter, ...]


class Merging(NamedTuple):
    """The merged case, and all supporters of its master."""

    decided: Decided
    supporters: Supporters


class Side(NamedTuple):
    """One of the two cases, with those who support it already."""

    case: Case
    supporters: Supporters


def merge(
    merged: Side, master: Side | None, asked: MergeCase, principal: Principal, *, now: datetime
) -> Merging:
    """并案 by the dispatcher; supporters of the merged case come along."""
    case = merged.case
    by = acting(principal, roles_of(Trigger.COMMAND, Step.MERGE), case.whereabouts)
    check_version(case, asked.expected_version)
    facts = Facts(
        by=by,
        now=now,
        same_case=asked.master_id == case.case_id,
        master_open=master is not None and master.case.state in STILL_OPEN,
    )
    row = transition(case.state, Trigger.COMMAND, Step.MERGE, facts)
    assert master is not None, "the gate lets no case go on as one that is not there"
    decided = advance(
        case,
        row,
        Mover(by, now, account_of(principal)),
        changes={"master_id": asked.master_id, "aside_at": now},
        detail={"master_id": str(asked.master_id), "master": master.case.number},
        told={"master_id": asked.master_id},
    )
    return Merging(decided, _with(master, _coming(merged, now), now=now))


def _coming(merged: Side, now: datetime) -> Supporters:
    reporter_id = merged.case.reporter_id
    if reporter_id is None:
        return merged.supporters
    own = Supporter(account_id=reporter_id, since=now, from_case=merged.case.case_id)
    return (own, *merged.supporters)


def _with(master: Side, coming: Iterable[Supporter], *, now: datetime) -> Supporters:
    """Return all supporters, each account once; whoever reported the master needs not support it."""
    known = {each.account_id: each for each in master.supporters}
    for each in coming:
        if each.account_id != master.case.reporter_id:
            known.setdefault(each.account_id, msgspec.structs.replace(each, since=now))
    return tuple(known.values())
