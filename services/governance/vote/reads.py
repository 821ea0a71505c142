"""Reading votes for views: the SQL of the queries. Nothing is locked."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from contracts.commands.vote_views import (
    AnsweredObjection,
    EntitlementView,
    ObjectionView,
    RollView,
    VotePage,
    VoteStep,
    VoteSummary,
)
from services.governance.paging import Cursor, encode
from services.governance.vote.vote import Vote

_VOTE = sa.text("SELECT * FROM vote WHERE id = :vote_id")
_PAGE = sa.text("""
SELECT id AS vote_id, place, community, subject, roll_kind, mode, title, state, rule ->> 'code' AS rule,
       drafted_at, opens_at, closes_at, published_at,
       CASE WHEN published_at IS NOT NULL OR state = 'failed_quorum' THEN totals END AS totals,
       CASE WHEN published_at IS NOT NULL OR state = 'failed_quorum' THEN outcome END AS outcome
FROM vote
WHERE (CAST(:community AS text) IS NULL OR community = :community)
  AND (CAST(:state AS text) IS NULL OR state = :state)
  AND (CAST(:at AS timestamptz) IS NULL OR (drafted_at, id) < (:at, :id))
ORDER BY drafted_at DESC, id DESC LIMIT :limit
""")
_ROLL = sa.text(
    "SELECT id AS roll_id, kind, as_of, count, area_hundredths_m2, root, fault, answered_at, frozen_at "
    "FROM roll WHERE id = :roll_id"
)
_STEPS = sa.text("SELECT at, step, state FROM vote_timeline WHERE vote_id = :vote_id ORDER BY position")
_PARTICIPATED = sa.text("SELECT count(*) FROM participation WHERE vote_id = :vote_id")
_OBJECTIONS = sa.text("""
SELECT o.id AS objection_id, o.about, o.text, o.raised_at, o.raised_by, o.upheld, o.reason, o.answered_at,
       CASE WHEN o.about = 'roll' AND d.days > 0 THEN o.raised_at + d.days * interval '1 day' END AS due_at
FROM objection o JOIN vote v ON v.id = o.vote_id
CROSS JOIN LATERAL (SELECT CAST(v.rule ->> 'ruling_days' AS integer) AS days) AS d
WHERE o.vote_id = :vote_id ORDER BY o.raised_at, o.id
""")
_ENTITLEMENTS = sa.text("""
SELECT e.entitlement_id, e.area_hundredths_m2, p.vote_id IS NOT NULL AS participated,
       NOT e.electors @> ARRAY[CAST(:account AS uuid)] AS by_mandate
FROM vote v
JOIN roll_entry e ON e.roll_id = v.roll_id AND e.electors && (ARRAY[CAST(:account AS uuid)]
    || ARRAY(SELECT giver FROM mandate WHERE vote_id = :vote_id AND holder = :account))
LEFT JOIN participation p ON p.vote_id = v.id AND p.entitlement_id = e.entitlement_id
WHERE v.id = :vote_id ORDER BY e.entitlement_id
""")


def vote(connection: Connection, vote_id: UUID) -> Vote | None:
    """Return a vote as it is kept."""
    row = connection.execute(_VOTE, {"vote_id": vote_id}).mappings().one_or_none()
    return None if row is None else msgspec.convert(row, Vote)


def page(
    connection: Connection, *, community: str | None, state: str | None, behind: Cursor | None, limit: int
) -> VotePage:
    """Return a page of votes, newest first."""
    given = {
        "community": community,
        "state": state,
        "at": None if behind is None else behind.at,
        "id": None if behind is None else behind.id,
        "limit": limit + 1,
    }
    found = [msgspec.convert(row, VoteSummary) for row in connection.execute(_PAGE, given).mappings()]
    last = found[limit - 1] if len(found) > limit else None
    return VotePage(
        items=tuple(found[:limit]),
        next_cursor=None if last is None else encode(Cursor(last.drafted_at, last.vote_id)),
    )


def roll(connection: Connection, roll_id: UUID) -> RollView | None:
    """Return a roll without its entries."""
    row = connection.execute(_ROLL, {"roll_id": roll_id}).mappings().one_or_none()
    return None if row is None else msgspec.convert(row, RollView)


def steps(connection: Connection, vote_id: UUID) -> tuple[VoteStep, ...]:
    """Return a vote's life, without who took each step."""
    return _all(connection, _STEPS, VoteStep, vote_id=vote_id)


def participated(connection: Connection, vote_id: UUID) -> int:
    """Return how many entitlements were used."""
    return int(connection.scalar(_PARTICIPATED, {"vote_id": vote_id}) or 0)


def answered_objections(connection: Connection, vote_id: UUID) -> tuple[AnsweredObjection, ...]:
    """Return the objections without their words and without whose they are."""
    return _all(connection, _OBJECTIONS, AnsweredObjection, vote_id=vote_id)


def objections(connection: Connection, vote_id: UUID, *, of: UUID, all_of_them: bool) -> list[ObjectionView]:
    """Return one's own objections, or all of them, oldest first."""
    rows = connection.execute(_OBJECTIONS, {"vote_id": vote_id}).mappings()
    return [
        msgspec.convert({**row, "mine": row["raised_by"] == of}, ObjectionView)
        for row in rows
        if all_of_them or row["raised_by"] == of
    ]


def entitlements(connection: Connection, vote_id: UUID, *, of: UUID) -> tuple[EntitlementView, ...]:
    """Return what an account may use in a vote."""
    return _all(connection, _ENTITLEMENTS, EntitlementView, vote_id=vote_id, account=of)


def _all(connection: Connection, query: sa.TextClause, view: type[Any], **given: object) -> tuple[Any, ...]:
    rows: Sequence[Any] = connection.execute(query, given).mappings().all()
    return tuple(msgspec.convert(row, view) for row in rows)
