"""Who is given a vote's bundle: the public once the result is published, of open ballots its electors."""

from uuid import UUID

from sqlalchemy import Connection

from chassis.context import Context
from chassis.data.engine import Database
from chassis.principal import Principal
from chassis.refusal import Forbidden, NotFound
from contracts.commands.bundles import Audience, BundlePart, BundleView
from contracts.vocabulary import Role
from services.governance.standing import account_of
from services.governance.vote import bundles, reads
from services.governance.vote.errors import UnknownVote
from services.governance.vote.lifecycle import State
from services.governance.vote.vote import Vote

_EVERYWHERE = (Role.DISPATCHER, Role.INSPECTOR)


def bundle(database: Database, context: Context, vote_id: UUID, audience: Audience) -> BundleView:
    """Return what a vote's bundle is. Raises: UnknownVote, Forbidden, NotFound until it is published."""
    with database.reading() as connection:
        return _shown(connection, context, vote_id, audience)


def part(
    database: Database, context: Context, vote_id: UUID, audience: Audience, *, number: int
) -> BundlePart:
    """Return a part of a bundle's file. Raises: UnknownVote, Forbidden, NotFound."""
    with database.reading() as connection:
        _shown(connection, context, vote_id, audience)
        content = bundles.part(connection, vote_id, audience, number)
    if content is None:
        raise NotFound
    return BundlePart(content=content)


def _shown(connection: Connection, context: Context, vote_id: UUID, audience: Audience) -> BundleView:
    vote = reads.vote(connection, vote_id)
    if vote is None:
        raise UnknownVote
    if audience is Audience.ELECTORS and not _may_see(connection, context.required(), vote):
        raise Forbidden("an open vote's ballots are for its electors")
    published = vote.published_at is not None or vote.state is State.FAILED_QUORUM
    found = bundles.view(connection, vote_id, audience) if published else None
    if found is None:
        raise NotFound("there is no bundle yet")
    return found


def _may_see(connection: Connection, principal: Principal, vote: Vote) -> bool:
    account = account_of(principal)
    at_home = principal.scope.get("community") == vote.community and principal.has(Role.COMMITTEE)
    if at_home or principal.has(*_EVERYWHERE):
        return True
    return bool(reads.entitlements(connection, vote.id, of=account))
