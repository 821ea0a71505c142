"""One function a message, until a vote opens: load, decide, save. No SQL, no broker call."""

from collections.abc import Callable
from typing import Any

from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.commands import CommandRoute, command
from chassis.processing.events import EventRoute, on
from contracts.commands import votes as asks
from contracts.commands.votes import About, ObjectionReceipt, VoteReceipt
from contracts.events.registry import RollAnswered
from services.governance.reference.repository import Grids
from services.governance.roll.repository import Entered, Entries, Rolls
from services.governance.roll.roll import difference, is_expected, receive, request
from services.governance.rule.rules import rule_of, rules_in_force
from services.governance.standing import account_of
from services.governance.topic.repository import Topics
from services.governance.topic.topic import decidable, of_community
from services.governance.vote import reads, results
from services.governance.vote import vote as decisions
from services.governance.vote.errors import ObjectionExists, UnknownObjection, UnknownPlace, VoteExists
from services.governance.vote.keeping import keep, known, roll_if_any
from services.governance.vote.lifecycle import By, Step, Trigger, transition
from services.governance.vote.repository import ObjectionStore, Votes
from services.governance.vote.vote import facts_of, local_day, moved


def draft_vote(asked: asks.DraftVote, uow: UnitOfWork) -> VoteReceipt:
    """草拟.

    Raises: VoteExists, UnknownPlace, UnknownVote, UnknownTopic, and as `vote.draft`.
    """
    if uow.store(Votes).get(asked.vote_id) is not None:
        raise VoteExists
    election = None if asked.run_off_of is None else known(asked.run_off_of, uow)
    before = decisions.Before(
        repeats=None if asked.repeats is None else known(asked.repeats, uow),
        election=election,
        run_off_exists=election is not None and uow.store(Votes).has_run_off(election.id),
    )
    community = _community_of(asked.place, uow)
    if asked.topic_id is not None:
        of_community(uow.store(Topics).get(asked.topic_id), community)
    vote, row = decisions.draft(asked, uow.principal, community=community, before=before, now=uow.now)
    return keep(vote, row, uow, by=uow.principal.subject)


def record_study(asked: asks.RecordStudy, uow: UnitOfWork) -> VoteReceipt:
    """党组织研究."""
    vote, row = decisions.record_study(known(asked.vote_id, uow), asked, uow.principal, now=uow.now)
    return keep(vote, row, uow, by=uow.principal.subject)


def bind_rule(asked: asks.BindRule, uow: UnitOfWork) -> VoteReceipt:
    """确定规则. Raises: UnknownRule, HearingRequired where the topic's hearing has not been held."""
    vote, rule = known(asked.vote_id, uow), rule_of(asked.rule)
    in_force = rule in rules_in_force(local_day(uow.now))
    if vote.topic_id is not None:
        decidable(uow.store(Topics).get(vote.topic_id), vote.community)
    vote, row = decisions.bind_rule(vote, rule, uow.principal, in_force=in_force, now=uow.now)
    return keep(vote, row, uow, by=uow.principal.subject)


def request_roll(asked: asks.RequestRoll, uow: UnitOfWork) -> VoteReceipt:
    """编制名册: registry is asked by an event."""
    vote = known(asked.vote_id, uow)
    vote, row, roll = decisions.request_roll(vote, roll_if_any(vote, uow), asked, uow.principal, now=uow.now)
    uow.store(Rolls).put(roll.id, roll)
    uow.outbox.event(request(roll), subject=str(roll.id), sequence=1, ordering_key=str(roll.id))
    return keep(vote, row, uow, by=uow.principal.subject)


def roll_answered(fact: RollAnswered, uow: UnitOfWork) -> None:
    """名册编成: registry answers, chunk by chunk; after the last one the roll is checked and published."""
    roll = uow.store(Rolls).get(fact.roll_id)
    if roll is None or not is_expected(roll, fact):
        return
    entries = uow.store(Entries)
    for entry in fact.entries:
        entries.append(Entered(roll.id, entry))
    last = fact.chunk == fact.chunks
    roll = receive(roll, fact, entries.all_of(roll.id) if last else (), now=uow.now)
    uow.store(Rolls).put(roll.id, roll)
    vote = uow.store(Votes).get(roll.vote_id)
    # A roll that was asked for anew meanwhile is nobody's any more.
    if vote is None or vote.roll_id != roll.id:
        return
    facts = facts_of(vote, by=By.REGISTRY, now=uow.now, roll=roll)
    row = transition(vote.state, Trigger.FACT, Step.ROLL_ANSWERED, facts)
    if row is not None:
        keep(moved(vote, row).vote, row, uow, by=By.REGISTRY.value)


def freeze_roll(asked: asks.FreezeRoll, uow: UnitOfWork) -> VoteReceipt:
    """锁定名册: what is stored is checked once more."""
    vote = known(asked.vote_id, uow)
    roll = roll_if_any(vote, uow)
    whole = None if roll is None else difference(roll, uow.store(Entries).all_of(roll.id))
    vote, row, roll = decisions.freeze_roll(
        vote,
        roll,
        uow.principal,
        difference=whole,
        objections=uow.store(ObjectionStore).objected(vote.id, About.ROLL),
        now=uow.now,
    )
    uow.store(Rolls).put(roll.id, roll)
    return keep(vote, row, uow, by=uow.principal.subject)


def give_notice(asked: asks.GiveNotice, uow: UnitOfWork) -> VoteReceipt:
    """公告."""
    vote = known(asked.vote_id, uow)
    vote, row = decisions.give_notice(vote, roll_if_any(vote, uow), asked, uow.principal, now=uow.now)
    return keep(vote, row, uow, by=uow.principal.subject)


def object_to(asked: asks.ObjectToVote, uow: UnitOfWork) -> ObjectionReceipt:
    """提出异议. Raises: ObjectionExists."""
    vote = known(asked.vote_id, uow)
    if uow.store(ObjectionStore).get(asked.objection_id) is not None:
        raise ObjectionExists
    elector = bool(reads.entitlements(uow.connection, vote.id, of=account_of(uow.principal)))
    raised = results.object_to(
        vote, roll_if_any(vote, uow), asked, uow.principal, elector=elector, now=uow.now
    )
    return _keep_objection(raised, uow)


def answer_objection(asked: asks.AnswerObjection, uow: UnitOfWork) -> ObjectionReceipt:
    """答复异议. Raises: UnknownObjection."""
    vote = known(asked.vote_id, uow)
    objection = uow.store(ObjectionStore).get(asked.objection_id)
    if objection is None or objection.vote_id != vote.id:
        raise UnknownObjection
    answered = results.answer_objection(vote, objection, asked, uow.principal, now=uow.now)
    return _keep_objection(answered, uow)


def _keep_objection(step: results.WithObjection, uow: UnitOfWork) -> ObjectionReceipt:
    vote, row, objection = step
    uow.store(ObjectionStore).put(objection.id, objection)
    keep(vote, row, uow, by=uow.principal.subject)
    return ObjectionReceipt(
        objection_id=objection.id, vote_id=vote.id, about=objection.about, upheld=objection.upheld
    )


def _community_of(place: str, uow: UnitOfWork) -> str:
    """Return the community that a place is or lies in. Raises: UnknownPlace."""
    if place == uow.principal.scope.get("community"):
        return place
    grid = uow.store(Grids).get(place)
    if grid is None or grid.community is None or not grid.exists(uow.now):
        raise UnknownPlace(place=place)
    return grid.community


_OF_VOTE = (Votes, lambda asked: asked.vote_id)
_OBJECTION = (ObjectionStore, lambda asked: asked.objection_id)
_STEPS: tuple[tuple[type[Any], Callable[[Any, UnitOfWork], Any]], ...] = (
    (asks.RecordStudy, record_study),
    (asks.BindRule, bind_rule),
    (asks.RequestRoll, request_roll),
    (asks.FreezeRoll, freeze_roll),
    (asks.GiveNotice, give_notice),
)

EVENTS: tuple[EventRoute, ...] = (
    on(RollAnswered, roll_answered, loads=((Rolls, lambda fact: fact.roll_id),)),
)

COMMANDS: tuple[CommandRoute, ...] = (
    command(asks.DraftVote, draft_vote, loads=(_OF_VOTE,)),
    *(command(message, handler, loads=(_OF_VOTE,)) for message, handler in _STEPS),
    command(asks.ObjectToVote, object_to, loads=(_OF_VOTE, _OBJECTION)),
    command(asks.AnswerObjection, answer_objection, loads=(_OF_VOTE, _OBJECTION)),
)
