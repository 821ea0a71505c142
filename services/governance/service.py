"""Governance on the bus: every entrypoint, each one line of delegation."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.bus.inbound import Inbound
from chassis.context import Context
from chassis.entrypoints import DatabaseDependency, command_batch, event_batch, every, query, when_due
from chassis.processing.commands import CommandProcessor
from chassis.processing.events import EventProcessor
from chassis.signing import SigningKeyDependency
from contracts.commands.assemblies import AssemblyPage, AssemblyView, WorkPage
from contracts.commands.bundles import Audience, BundlePart, BundleView
from contracts.commands.elections import Mandates
from contracts.commands.governance import Agenda
from contracts.commands.hearing_views import Draw, HearingPage, HearingView, Registrations
from contracts.commands.paper import Slips
from contracts.commands.rules import Counts, DecisionRules, Verdict
from contracts.commands.tasks import EntryList, TaskPage
from contracts.commands.topics import Subjects, TopicPage, TopicView
from contracts.commands.vote_views import Entitlements, Objections, VotePage, VoteView
from services.governance import metrics
from services.governance.assembly import handlers as assembly
from services.governance.assembly import queries as assemblies
from services.governance.decided_work import handlers as work
from services.governance.decided_work import queries as works
from services.governance.election import handlers as election
from services.governance.election import queries as elections
from services.governance.hearing import handlers as hearing
from services.governance.hearing import people_handlers as hearing_people
from services.governance.hearing import queries as hearings
from services.governance.meeting import handlers as meeting
from services.governance.meeting import queries
from services.governance.reference import handlers as reference
from services.governance.reference.queries import ReferenceCounts, reference_counts
from services.governance.rule import queries as rules
from services.governance.task import handlers as task
from services.governance.task import queries as tasks
from services.governance.topic import handlers as topic
from services.governance.topic import queries as topics
from services.governance.vote import bundle_queries, paper_queries, signing
from services.governance.vote import queries as vote_queries
from services.governance.vote import room as votes
from services.governance.vote import timers as vote_timers

NAME = "governance"
COMMANDS = CommandProcessor(
    NAME,
    (
        *meeting.COMMANDS,
        *topic.COMMANDS,
        *hearing.COMMANDS,
        *hearing_people.COMMANDS,
        *assembly.COMMANDS,
        *task.COMMANDS,
        *votes.COMMANDS,
        *election.COMMANDS,
    ),
)
EVENTS = EventProcessor(NAME, (*meeting.EVENTS, *reference.EVENTS, *work.EVENTS, *votes.EVENTS))


class GovernanceService:
    """议事."""

    name = NAME
    database = DatabaseDependency()
    signing_key = SigningKeyDependency()

    @command_batch
    def execute(self, batch: Sequence[Inbound]) -> list[bytes]:
        """Carry out commands."""
        return COMMANDS.process(self.database, batch)

    @event_batch(linger_s=0.15)
    def receive(self, batch: Sequence[Inbound]) -> None:
        """Take intake's and registry's events."""
        EVENTS.process(self.database, batch)

    @every(seconds=5.0, eager=True)
    def take_up(self) -> None:
        """Apply what an older build could not read yet."""
        EVENTS.take_up(self.database)

    @query
    def agenda(self, context: Context) -> Agenda:
        """Return what waits for a meeting, and the meetings. Raises: Forbidden."""
        return queries.agenda(self.database, context.required())

    @query
    def subjects(self, context: Context) -> Subjects:  # noqa: ARG002 - no secret
        """Return what topics can be about."""
        return topics.subjects()

    @query
    def topics(
        self,
        context: Context,  # noqa: ARG002 - for everybody
        community: str | None = None,
        cursor: str | None = None,
        limit: int = 20,
    ) -> TopicPage:
        """Return the topics that were admitted. Raises: Invalid, MalformedCursor."""
        return topics.published(self.database, community=community, cursor=cursor, limit=limit)

    @query
    def topic(self, context: Context, topic_id: UUID) -> TopicView:  # noqa: ARG002 - for everybody
        """Return one topic that was admitted. Raises: UnknownTopic."""
        return topics.one_published(self.database, topic_id)

    @query
    def topics_of_community(
        self, context: Context, community: str, cursor: str | None = None, limit: int = 20
    ) -> TopicPage:
        """Return every topic of one's own community. Raises: Forbidden, Invalid, MalformedCursor."""
        who = context.required()
        return topics.of_community(self.database, who, community=community, cursor=cursor, limit=limit)

    @query
    def hearings(
        self,
        context: Context,  # noqa: ARG002 - for everybody
        community: str | None = None,
        cursor: str | None = None,
        limit: int = 20,
    ) -> HearingPage:
        """Return the hearings that were noticed. Raises: Invalid, MalformedCursor."""
        return hearings.published(self.database, community=community, cursor=cursor, limit=limit)

    @query
    def hearing_drafts(self, context: Context, cursor: str | None = None, limit: int = 20) -> HearingPage:
        """Return the drafts of one's own community. Raises: Forbidden, Invalid, MalformedCursor."""
        return hearings.drafts(self.database, context.required(), cursor=cursor, limit=limit)

    @query
    def hearing(self, context: Context, hearing_id: UUID) -> HearingView:  # noqa: ARG002 - for everybody
        """Return a hearing that was noticed. Raises: UnknownHearing."""
        return hearings.one(self.database, hearing_id)

    @query
    def hearing_draw(self, context: Context, hearing_id: UUID) -> Draw:  # noqa: ARG002 - for everybody
        """Return everything by which a hearing's draw is repeated. Raises: UnknownHearing."""
        return hearings.draw(self.database, hearing_id)

    @query
    def hearing_registrations(self, context: Context, hearing_id: UUID) -> Registrations:
        """Return one's own registration, or all of them to who runs it. Raises: UnknownHearing, Forbidden."""
        return hearings.registrations(self.database, context.required(), hearing_id)

    @query
    def assemblies(
        self,
        context: Context,  # noqa: ARG002 - for everybody
        community: str | None = None,
        cursor: str | None = None,
        limit: int = 20,
    ) -> AssemblyPage:
        """Return the assemblies. Raises: Invalid, MalformedCursor."""
        return assemblies.assemblies(self.database, community=community, cursor=cursor, limit=limit)

    @query
    def assembly(self, context: Context, assembly_id: UUID) -> AssemblyView:  # noqa: ARG002 - for everybody
        """Return one assembly with what it has led to. Raises: UnknownAssembly."""
        return assemblies.assembly(self.database, assembly_id)

    @query
    def entry_list(self, context: Context) -> EntryList:  # noqa: ARG002 - for everybody
        """Return what may be asked of residents' committees."""
        return tasks.entry_list()

    @query
    def tasks(
        self,
        context: Context,  # noqa: ARG002 - for everybody
        community: str | None = None,
        cursor: str | None = None,
        limit: int = 20,
    ) -> TaskPage:
        """Return what departments have asked of committees. Raises: Invalid, MalformedCursor."""
        return tasks.tasks(self.database, community=community, cursor=cursor, limit=limit)

    @query
    def decided_work(
        self,
        context: Context,  # noqa: ARG002 - for everybody
        community: str | None = None,
        cursor: str | None = None,
        limit: int = 20,
    ) -> WorkPage:
        """Return what decisions have led to. Raises: Invalid, MalformedCursor."""
        return works.decided_work(self.database, community=community, cursor=cursor, limit=limit)

    @query
    def decision_rules(self, context: Context, on: date | None = None) -> DecisionRules:  # noqa: ARG002 - public
        """Return the decision rules in force on a day, today by default."""
        return rules.decision_rules(self.database, on=on)

    @query
    def rule_outcome(self, context: Context, code: str, counts: Counts) -> Verdict:  # noqa: ARG002 - public
        """Return what a rule says of counts. Raises: RuleRefusal."""
        return rules.rule_outcome(code, counts)

    @query
    def list_votes(
        self,
        context: Context,  # noqa: ARG002 - for everybody
        *,
        community: str | None = None,
        state: str | None = None,
        cursor: str | None = None,
        limit: int = 20,
    ) -> VotePage:
        """Return votes, newest first. Raises: Invalid, MalformedCursor."""
        return vote_queries.list_votes(
            self.database, community=community, state=state, cursor=cursor, limit=limit
        )

    @query
    def get_vote(self, context: Context, *, vote_id: UUID) -> VoteView:  # noqa: ARG002 - for everybody
        """Return a vote as everybody may know it. Raises: UnknownVote."""
        return vote_queries.get_vote(self.database, vote_id)

    @query
    def entitlements(self, context: Context, *, vote_id: UUID) -> Entitlements:
        """Return what the caller may use in a vote. Raises: Forbidden, UnknownVote."""
        return vote_queries.entitlements(self.database, context.required(), vote_id)

    @query
    def mandates(self, context: Context, *, vote_id: UUID) -> Mandates:  # noqa: ARG002 - for everybody
        """Return the list of a vote's mandates. Raises: UnknownVote."""
        return elections.mandates(self.database, vote_id)

    @query
    def objections(self, context: Context, *, vote_id: UUID) -> Objections:
        """Return the objections to a vote that the caller may read. Raises: Forbidden, UnknownVote."""
        return vote_queries.objections(self.database, context.required(), vote_id)

    @query
    def slips(self, context: Context, *, vote_id: UUID) -> Slips:
        """Return how far a vote's papers have come. Raises: UnknownVote, Forbidden."""
        return paper_queries.slips_of(self.database, context.required(), vote_id)

    @query
    def vote_bundle(self, context: Context, *, vote_id: UUID, audience: Audience) -> BundleView:
        """Return what a vote's bundle is. Raises: UnknownVote, Forbidden, NotFound."""
        return bundle_queries.bundle(self.database, context, vote_id, audience)

    @query
    def vote_bundle_part(
        self, context: Context, *, vote_id: UUID, audience: Audience, number: int
    ) -> BundlePart:
        """Return a part of a bundle's file. Raises: UnknownVote, Forbidden, NotFound."""
        return bundle_queries.part(self.database, context, vote_id, audience, number=number)

    @query
    def reference_counts(self, context: Context) -> ReferenceCounts:  # noqa: ARG002 - no secret
        """Return how much of registry's data is mirrored."""
        return reference_counts(self.database)

    @every(seconds=5.0)
    def count_open(self) -> None:
        """Show how many items wait for a resolution."""
        metrics.show_open(queries.count_open(self.database))

    @when_due
    def run_votes(self) -> None:
        """Open, extend and close the votes whose time has come."""
        vote_timers.run_all(self.database)

    @every(seconds=1.0)
    def sign_bundles(self) -> None:
        """Sign the bundle of every vote that was counted."""
        signing.sign_all(self.database, self.signing_key)

    @every(seconds=5.0)
    def sweep_ballot_boxes(self) -> None:
        """Leave nothing on the disk of what closed votes have taken out of the box."""
        vote_timers.sweep_boxes(self.database)
