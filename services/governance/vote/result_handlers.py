"""One function a message, from the end of a vote on: load, decide, save. No SQL, no broker call."""

from uuid import UUID

from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.commands import CommandRoute, command
from contracts.commands import votes as asks
from contracts.commands.assemblies import Action
from contracts.commands.votes import About, BallotMode, CertifiedVote, VoteReceipt
from contracts.vocabulary import Role
from services.governance.decided_work.handlers import commission_all
from services.governance.decided_work.work import Origin, Source
from services.governance.reference.repository import Categories, Grids
from services.governance.standing import account_of
from services.governance.topic.handlers import save
from services.governance.topic.lifecycle import Step as TopicStep
from services.governance.topic.repository import Topics
from services.governance.topic.topic import decide, of_community
from services.governance.vote import counting, paper, results, slips
from services.governance.vote.ballots import OpenBallots, Shuffled, ballots_of
from services.governance.vote.keeping import keep, known, roll_if_any
from services.governance.vote.repository import ObjectionStore, Votes


def begin_count(asked: asks.BeginCount, uow: UnitOfWork) -> VoteReceipt:
    """开始计票."""
    vote, row = counting.begin_count(known(asked.vote_id, uow), uow.principal, now=uow.now)
    return keep(vote, row, uow, by=uow.principal.subject)


def finish_count(asked: asks.FinishCount, uow: UnitOfWork) -> VoteReceipt:
    """完成计票. What came on paper since the end is shuffled among the rest. Raises: SlipsMissing."""
    vote = known(asked.vote_id, uow)
    roll = roll_if_any(vote, uow)
    vote, row = counting.finish_count(
        vote,
        roll,
        uow.principal,
        ballots_of(uow.connection, vote),
        quarantined=uow.store(OpenBallots).quarantined(vote.id),
        now=uow.now,
    )
    paper.refuse_unfinished(**slips.progress(uow.connection, vote.id)._asdict())
    if vote.mode is BallotMode.SECRET:
        uow.store(Shuffled).append(vote.id)
    return keep(vote, row, uow, by=uow.principal.subject)


def publish_result(asked: asks.PublishResult, uow: UnitOfWork) -> VoteReceipt:
    """公示结果."""
    vote, row = results.publish_result(known(asked.vote_id, uow), uow.principal, now=uow.now)
    return keep(vote, row, uow, by=uow.principal.subject)


def recount(asked: asks.RecountVote, uow: UnitOfWork) -> VoteReceipt:
    """重新计票."""
    vote = known(asked.vote_id, uow)
    ballots = ballots_of(uow.connection, vote)
    vote, row = counting.recount(vote, roll_if_any(vote, uow), uow.principal, ballots, now=uow.now)
    return keep(vote, row, uow, by=uow.principal.subject)


def certify_vote(asked: asks.CertifyVote, uow: UnitOfWork) -> CertifiedVote:
    """确认结果: what was decided becomes cases. Raises: UnknownGrid, UnknownCategory, a text's length."""
    vote = known(asked.vote_id, uow)
    objections = uow.store(ObjectionStore).objected(vote.id, About.RESULT)
    vote, row = results.certify(vote, asked, uow.principal, objections=objections, now=uow.now)
    if vote.topic_id is not None:
        _decide_topic(vote.topic_id, vote.community, uow)
    source = Source(Origin.VOTE, vote.id, vote.community, account_of(uow.principal), uow.now)
    actions = [Action(grid=each.grid, category=each.category, text=each.text) for each in asked.items]
    items = commission_all(actions, source, uow)
    receipt = keep(vote, row, uow, by=uow.principal.subject)
    return CertifiedVote(
        vote_id=vote.id,
        state=receipt.state,
        version=receipt.version,
        cases=tuple(item.case_id for item in items),
    )


def _decide_topic(topic_id: UUID, community: str, uow: UnitOfWork) -> None:
    """What residents wanted decided is decided now, whichever way. Raises: IllegalTransition."""
    topic = of_community(uow.store(Topics).get(topic_id), community)
    save(decide(topic), uow, step=TopicStep.DECIDE, role=Role.COMMITTEE)


def void_vote(asked: asks.VoidVote, uow: UnitOfWork) -> VoteReceipt:
    """宣告无效. Whatever was cast lapses, and stays as secret as if it had been counted."""
    vote, row = results.void(known(asked.vote_id, uow), asked, uow.principal, now=uow.now)
    if vote.mode is BallotMode.SECRET:
        uow.store(Shuffled).append(vote.id)
    return keep(vote, row, uow, by=uow.principal.subject)


_OF_VOTE = (Votes, lambda asked: asked.vote_id)

COMMANDS: tuple[CommandRoute, ...] = (
    command(asks.BeginCount, begin_count, loads=(_OF_VOTE,)),
    command(asks.FinishCount, finish_count, loads=(_OF_VOTE,)),
    command(asks.PublishResult, publish_result, loads=(_OF_VOTE,)),
    command(asks.RecountVote, recount, loads=(_OF_VOTE,)),
    command(
        asks.CertifyVote,
        certify_vote,
        loads=(
            _OF_VOTE,
            (Grids, lambda asked: [each.grid for each in asked.items]),
            (Categories, lambda asked: [each.category for each in asked.items]),
        ),
    ),
    command(asks.VoidVote, void_vote, loads=(_OF_VOTE,)),
)
