"""What can be asked about votes, and who sees what of them."""

from uuid import UUID

import sqlalchemy as sa

from chassis.data.engine import Database
from chassis.principal import Principal
from contracts.commands.elections import Candidate, CandidateView
from contracts.commands.vote_views import Entitlements, Objections, VoteItem, VotePage, VoteView
from contracts.vocabulary import Role
from services.governance.decided_work import reads as works
from services.governance.paging import checked, decode
from services.governance.standing import account_of
from services.governance.vote import reads
from services.governance.vote.errors import UnknownVote
from services.governance.vote.lifecycle import State
from services.governance.vote.vote import Vote

_SAME = (
    "place",
    "community",
    "subject",
    "roll_kind",
    "mode",
    "title",
    "text",
    "options",
    "seats",
    "important",
    "studied_on",
    "topic_id",
    "repeats",
    "run_off_of",
    "rule_hash",
    "drafted_at",
    "opens_at",
    "closes_at",
    "extended_until",
    "published_at",
    "void_reason",
    "version",
)
_ANSWERS_OBJECTIONS = (Role.COMMITTEE,)
_READS_OBJECTIONS = (Role.DISPATCHER, Role.INSPECTOR)


def list_votes(
    database: Database,
    *,
    community: str | None = None,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> VotePage:
    """Return a page of votes, newest first; asked by anybody. Raises: Invalid, MalformedCursor."""
    behind, most = decode(cursor), checked(limit)
    with database.reading() as connection:
        return reads.page(connection, community=community, state=state, behind=behind, limit=most)


def get_vote(database: Database, vote_id: UUID) -> VoteView:
    """Return a vote as everybody may know it. Raises: UnknownVote."""
    with database.reading() as connection:
        return _view(connection, _known(connection, vote_id))


def entitlements(database: Database, principal: Principal, vote_id: UUID) -> Entitlements:
    """Return the caller's own entitlements in a vote. Raises: Forbidden, UnknownVote."""
    account = account_of(principal)
    with database.reading() as connection:
        _known(connection, vote_id)
        return Entitlements(vote_id=vote_id, items=reads.entitlements(connection, vote_id, of=account))


def objections(database: Database, principal: Principal, vote_id: UUID) -> Objections:
    """Return the objections to a vote that the caller may read. Raises: Forbidden, UnknownVote."""
    account = account_of(principal)
    with database.reading() as connection:
        vote = _known(connection, vote_id)
        at_home = principal.scope.get("community") == vote.community
        everything = principal.has(*_READS_OBJECTIONS) or (at_home and principal.has(*_ANSWERS_OBJECTIONS))
        items = reads.objections(connection, vote_id, of=account, all_of_them=everything)
    return Objections(items=tuple(items))


def _known(connection: sa.Connection, vote_id: UUID) -> Vote:
    vote = reads.vote(connection, vote_id)
    if vote is None:
        raise UnknownVote
    return vote


def _view(connection: sa.Connection, vote: Vote) -> VoteView:
    # What was counted is told once it is published, and never of a vote that is void before that.
    shown = vote.published_at is not None or vote.state is State.FAILED_QUORUM
    items = works.of(connection, [vote.id])
    return VoteView(
        vote_id=vote.id,
        state=vote.state.value,
        rule=None if vote.rule is None else vote.rule.code,
        rule_data=vote.rule,
        roll=None if vote.roll_id is None else reads.roll(connection, vote.roll_id),
        participated=reads.participated(connection, vote.id),
        totals=vote.totals if shown else None,
        outcome=vote.outcome if shown else None,
        candidates=tuple(_candidate(each) for each in vote.candidates),
        elected=vote.elected if shown else None,
        run_off=vote.run_off if shown else None,
        items=tuple(
            VoteItem(case_id=each.case_id, grid=each.grid, category=each.category, text=each.text)
            for each in items
        ),
        objections=reads.answered_objections(connection, vote.id),
        steps=reads.steps(connection, vote.id),
        **{name: getattr(vote, name) for name in _SAME},
    )


def _candidate(candidate: Candidate) -> CandidateView:
    return CandidateView(
        code=candidate.code,
        name=candidate.name,
        nominated_by=candidate.nominated_by,
        nominators=len(set(candidate.nominators)),
    )
