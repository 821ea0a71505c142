"""How far a vote's papers have come, for those who count them and those who watch."""

from uuid import UUID

from chassis.data.engine import Database
from chassis.principal import Principal
from chassis.refusal import Forbidden
from contracts.commands.paper import Entered, Slips, SlipStage, SlipView
from contracts.vocabulary import Role
from services.governance.standing import account_of
from services.governance.vote import reads, slips
from services.governance.vote.errors import UnknownVote
from services.governance.vote.paper import Slip

_AT_HOME, _EVERYWHERE = (Role.CLERK, Role.COMMITTEE), (Role.DISPATCHER, Role.INSPECTOR)


def slips_of(database: Database, principal: Principal, vote_id: UUID) -> Slips:
    """Return the slips that were begun; what was entered is shown where two clerks differ, and only then.

    Raises: UnknownVote, Forbidden.
    """
    account = account_of(principal)
    with database.reading() as connection:
        vote = reads.vote(connection, vote_id)
        if vote is None:
            raise UnknownVote
        at_home = principal.scope.get("community") == vote.community and principal.has(*_AT_HOME)
        if not at_home and not principal.has(*_EVERYWHERE):
            raise Forbidden("the papers are for those who count them")
        progress = slips.progress(connection, vote_id)
        items = tuple(_view(each, account) for each in slips.of_vote(connection, vote_id))
    return Slips(vote_id=vote_id, handed_in=progress.handed_in, settled=progress.settled, items=items)


def _view(slip: Slip, account: UUID) -> SlipView:
    disputed = slip.stage is SlipStage.DISPUTED
    entries = (slip.first, slip.second) if disputed else ()
    return SlipView(
        vote_id=slip.vote_id,
        number=slip.number,
        entitlement_id=slip.entitlement_id,
        stage=slip.stage,
        mine=account in slip.clerks,
        entries=tuple(
            Entered(choice=each.choice, scan_sha256=each.scan_sha256) for each in entries if each is not None
        ),
    )
