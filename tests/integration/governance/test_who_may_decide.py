"""Every command of topics, hearings, assemblies, tasks and votes, for every role, at home and elsewhere."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import product
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID, uuid4

import msgspec
import pytest

from chassis.data.engine import Database
from chassis.principal import Principal
from contracts.commands import assemblies, elections, hearings, paper, tasks, topics, votes
from contracts.commands.rules import Counts
from contracts.commands.votes import BallotMode
from contracts.vocabulary import Role
from gateway.policy import POLICY
from services.governance.service import COMMANDS
from tests.integration.governance.asking import ask, know_places
from tests.support.messages import a_command, answer_of
from tests.support.voting import now
from tests.unit.governance.a_vote import DAY, VOTE
from tests.unit.governance.a_vote import drafting as drafting_a_vote
from tests.unit.governance.builders import NOW, an_id
from tests.unit.governance.hearings import HEARING, drafting
from tests.unit.governance.neighbours import COMMITTEE, RESIDENT, admitting, raising

OWN, FOREIGN = "c01", "c02"
TOPIC, ASSEMBLY = an_id("topic"), an_id("assembly")
KNOWN = {"topic_id": TOPIC, "hearing_id": HEARING, "assembly_id": ASSEMBLY, "vote_id": VOTE}
_TOPIC, _HEARING = "/topics/<uuid:topic_id>", "/hearings/<uuid:hearing_id>"
_ASSEMBLY, _VOTE = "/assemblies/<uuid:assembly_id>", "/votes/<uuid:vote_id>"
_POINT, _OBJECTION = f"{_ASSEMBLY}/agenda/<uuid:point_id>", "objections/<uuid:objection_id>"
ROUTES: dict[type[Any], str] = {
    topics.RaiseTopic: "/topics",
    topics.SupportTopic: f"{_TOPIC}/support",
    topics.RetractSupport: f"{_TOPIC}/support/retraction",
    topics.WithdrawTopic: f"{_TOPIC}/withdrawal",
    topics.AdmitTopic: f"{_TOPIC}/admission",
    topics.DeclineTopic: f"{_TOPIC}/decline",
    hearings.DraftHearing: "/hearings",
    hearings.NoticeHearing: f"{_HEARING}/notice",
    hearings.MoveHearing: f"{_HEARING}/steps",
    hearings.RegisterForHearing: f"{_HEARING}/registrations",
    hearings.LockSeats: f"{_HEARING}/seats",
    hearings.CheckIn: f"{_HEARING}/check-ins",
    hearings.AskFloor: f"{_HEARING}/floor/requests",
    hearings.GiveFloor: f"{_HEARING}/floor",
    hearings.SubmitEvidence: f"{_HEARING}/evidence",
    hearings.RecordOpinion: f"{_HEARING}/opinions",
    hearings.AnswerOpinion: f"{_HEARING}/opinions/<uuid:opinion_id>/answer",
    hearings.WriteMinutes: f"{_HEARING}/minutes",
    hearings.SignMinutes: f"{_HEARING}/signatures",
    hearings.PublishReport: f"{_HEARING}/report",
    hearings.DispatchHearing: f"{_HEARING}/dispatch",
    hearings.RecordFollowUp: f"{_HEARING}/follow-up",
    assemblies.ConveneAssembly: "/assemblies",
    assemblies.ReconveneAssembly: f"{_ASSEMBLY}/notice",
    assemblies.RecordAttendance: f"{_ASSEMBLY}/attendance",
    assemblies.MoveAssembly: f"{_ASSEMBLY}/steps",
    assemblies.CountHands: f"{_POINT}/hands",
    assemblies.ObjectToAssembly: f"{_ASSEMBLY}/objections",
    assemblies.AnswerAssemblyObjection: f"{_ASSEMBLY}/{_OBJECTION}/answer",
    assemblies.DispatchPoint: f"{_POINT}/dispatch",
    tasks.ProposeTask: "/tasks",
    votes.DraftVote: "/votes",
    votes.RecordStudy: f"{_VOTE}/study",
    votes.BindRule: f"{_VOTE}/rule",
    votes.RequestRoll: f"{_VOTE}/roll",
    votes.FreezeRoll: f"{_VOTE}/roll/freeze",
    votes.GiveNotice: f"{_VOTE}/notice",
    votes.BeginCount: f"{_VOTE}/count",
    votes.FinishCount: f"{_VOTE}/count/end",
    votes.PublishResult: f"{_VOTE}/publication",
    votes.RecountVote: f"{_VOTE}/recount",
    votes.CertifyVote: f"{_VOTE}/certification",
    votes.VoidVote: f"{_VOTE}/voiding",
    votes.ObjectToVote: f"{_VOTE}/objections",
    votes.AnswerObjection: f"{_VOTE}/{_OBJECTION}/answer",
    elections.NameCandidates: f"{_VOTE}/candidates",
    elections.GiveMandate: f"{_VOTE}/mandates",
    paper.HandInPaper: f"{_VOTE}/hand-ins",
    paper.EnterSlip: f"{_VOTE}/slips",
    paper.ResolveSlip: f"{_VOTE}/slips/resolutions",
    votes.CastBallot: f"{_VOTE}/ballots",
}
# Whoever raises or calls together does so at home, wherever that is; a department is of no community.
ANYWHERE = {topics.RaiseTopic, assemblies.ConveneAssembly, tasks.ProposeTask}
EVERYWHERE = {(votes.VoidVote, Role.DISPATCHER)}
REFUSED = {"forbidden", "unknown_place"}
# A ballot is judged by the roll alone, and an objection that is not there has no answer, whoever asks.
BEFORE_THAT = {votes.CastBallot: "vote_not_open", votes.AnswerObjection: "not_found"}
_NAMED = {"place": OWN, "community": OWN, "rule": "CN-2026.residents"}
_SAMPLES: dict[type[Any], Any] = {
    str: "一段足够长的文字, 说明了原因。",
    int: 1,
    bool: True,
    date: NOW.date(),
    datetime: NOW + timedelta(days=30),
    Counts: Counts(n=10),
}


def a_value(name: str, kind: Any) -> Any:
    if kind is UUID:
        return KNOWN.get(name) or uuid4()
    if name in _NAMED:
        return _NAMED[name]
    if get_origin(kind) in (Union, UnionType, Annotated):
        return a_value(name, get_args(kind)[0])
    if get_origin(kind) is tuple:
        return ()
    return next(iter(kind)) if issubclass(kind, StrEnum) else _SAMPLES[kind]


def made(command: type[Any]) -> Any:
    needed = [each for each in msgspec.structs.fields(command) if each.required]
    given = {each.name: a_value(each.name, each.type) for each in needed}
    # What is begun is begun under an id of its own.
    new = {votes.DraftVote: "vote_id", assemblies.ConveneAssembly: "assembly_id"}.get(command)
    return command(**given | ({new: uuid4()} if new else {}))


@pytest.fixture
def begun(database: Database) -> Database:
    """One topic, hearing, assembly and vote of the same community."""
    know_places(database)
    ask(database, raising(), RESIDENT)
    ask(database, admitting(), COMMITTEE)
    ask(database, drafting(), COMMITTEE)
    ask(database, drafting_a_vote(mode=BallotMode.OPEN), COMMITTEE)
    point = assemblies.Point(point_id=an_id("point"), question="是否同意?", topic_id=None)
    convening = msgspec.structs.replace(
        made(assemblies.ConveneAssembly),
        assembly_id=ASSEMBLY,
        held_at=now(database) + 30 * DAY,
        agenda=(point,),
    )
    assert ask(database, convening, COMMITTEE)["state"] == "convened"
    return database


def test_every_command_has_its_route_and_every_route_its_command() -> None:
    rooms = tuple(f"/api/v1/{each}" for each in ("topics", "hearings", "assemblies", "tasks", "votes"))
    routes = {path for method, path in POLICY if method == "POST" and path.startswith(rooms)}
    assert {f"/api/v1{path}" for path in ROUTES.values()} == routes
    own = {each for each in COMMANDS.routes if not each.__module__.endswith(".governance")}
    assert set(ROUTES) == own


@pytest.mark.parametrize("command", ROUTES, ids=lambda each: each.__name__)
def test_a_command_is_for_its_roles_and_their_own_community(begun: Database, command: type[Any]) -> None:
    admitted = POLICY["POST", f"/api/v1{ROUTES[command]}"].roles
    assert admitted is not None
    people = [(role, place, a_person(role, place)) for role, place in product(Role, (OWN, FOREIGN))]
    bodies = COMMANDS.process(begun, [a_command(made(command), by) for _, _, by in people])
    codes = {
        (role, place): answer_of(body).get("code", "ok")
        for (role, place, _), body in zip(people, bodies, strict=True)
    }
    for (role, place), code in codes.items():
        if command in BEFORE_THAT:
            assert code == BEFORE_THAT[command]
        elif role.value not in admitted or not (
            place == OWN or command in ANYWHERE or (command, role) in EVERYWHERE
        ):
            assert code in REFUSED, (role, place)
    assert any(code not in REFUSED for (role, place), code in codes.items() if place == OWN), codes


def a_person(role: Role, place: str) -> Principal:
    """Somebody of this role; the resident at home is who has raised the topic."""
    subject = RESIDENT.subject if (role, place) == (Role.RESIDENT, OWN) else str(uuid4())
    scope = {"department": "CGJ"} if role is Role.DEPARTMENT else {"community": place}
    return Principal(subject=subject, roles=frozenset({role}), scope=scope)
