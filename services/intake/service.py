"""Every entrypoint of intake; each is one line of delegation."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.bus.inbound import Inbound
from chassis.context import Context
from chassis.entrypoints import DatabaseDependency, command_batch, event_batch, every, query, when_due
from chassis.processing.commands import CommandProcessor
from chassis.processing.events import EventProcessor
from chassis.signing import SigningKeyDependency
from contracts.commands.case_views import CasePage, CaseView, EvidenceListing, SealView, Supporters, Timeline
from contracts.commands.exports import ExportChunk, ExportView
from contracts.commands.figures import FigureCases, Figures, LogHead, LogLeaves, Ranking
from contracts.commands.intake import PageOrder
from contracts.vocabulary import Evidence
from services.intake import metrics
from services.intake.archive import queries as archive_queries
from services.intake.archive.keeping import append_all_seals
from services.intake.case import handlers, queries, timers
from services.intake.export import handlers as export_handlers
from services.intake.export import queries as export_queries
from services.intake.figures import queries as figure_queries
from services.intake.figures.projection import project_all
from services.intake.reference import handlers as reference_handlers
from services.intake.reference.queries import ReferenceCounts, reference_counts

COMMANDS = CommandProcessor("intake", (*handlers.COMMANDS, *export_handlers.COMMANDS))
EVENTS = EventProcessor("intake", (*reference_handlers.EVENTS, *handlers.EVENTS))
OPEN_CASES = metrics.OpenCases()


class IntakeService:
    """上报 to 归档: the case, and nothing but the case."""

    name = "intake"
    database = DatabaseDependency()
    signing_key = SigningKeyDependency()

    @command_batch
    def execute(self, batch: Sequence[Inbound]) -> list[bytes]:
        """Carry out commands."""
        return COMMANDS.process(self.database, batch)

    @event_batch(linger_s=0.1)
    def receive(self, batch: Sequence[Inbound]) -> None:
        """Take what registry, dispatch and governance say."""
        EVENTS.process(self.database, batch)

    @every(seconds=5.0, eager=True)
    def take_up(self) -> None:
        """Apply what an older build could not read yet."""
        EVENTS.take_up(self.database)

    @query
    def get_case(self, context: Context, *, case_id: UUID, min_version: int | None = None) -> CaseView:
        """Return a case that the caller may see."""
        return queries.get_case(self.database, context.required(), case_id, min_version=min_version)

    @query
    def list_cases(
        self,
        context: Context,
        *,
        state: str | None = None,
        community: str | None = None,
        grid: str | None = None,
        category: str | None = None,
        lead: str | None = None,
        mine: bool = False,
        q: str | None = None,
        order: PageOrder | None = None,
        cursor: str | None = None,
        limit: int = 20,
    ) -> CasePage:
        """Return a page of the cases that the caller may see, newest first unless asked otherwise."""
        return queries.list_cases(
            self.database,
            context.required(),
            state=state,
            community=community,
            grid=grid,
            category=category,
            lead=lead,
            mine=mine,
            q=q,
            order=order,
            cursor=cursor,
            limit=limit,
        )

    @query
    def case_timeline(self, context: Context, *, case_id: UUID) -> Timeline:
        """Return a case's whole life."""
        return queries.case_timeline(self.database, context.required(), case_id)

    @query
    def case_seal(self, context: Context, *, case_id: UUID) -> SealView:
        """Return the proof of an archived case."""
        return queries.case_seal(self.database, context.required(), case_id)

    @query
    def supporters(self, context: Context, *, case_id: UUID) -> Supporters:
        """Return how many others have reported the same."""
        return queries.supporters(self.database, context.required(), case_id)

    @query
    def case_for_department(self, context: Context, *, case_id: UUID) -> CaseView:
        """Return what the lead and the co-handlers need of a case."""
        return queries.case_for_department(self.database, context.required(), case_id)

    @query
    def evidence_of(self, context: Context, *, case_id: UUID, media_id: UUID) -> Evidence:
        """Return a file's reference to those who may see the file."""
        return queries.evidence_of(self.database, context.required(), case_id, media_id)

    @query
    def evidence_listing(self, context: Context, *, case_id: UUID) -> EvidenceListing:
        """Return a case's evidence to those who may see the files."""
        return queries.evidence_listing(self.database, context.required(), case_id)

    @query
    def export_state(self, context: Context, *, export_id: UUID) -> ExportView:
        """Return how far an export of the caller's has come."""
        return export_queries.export_state(self.database, context.required(), export_id)

    @query
    def export_chunk(self, context: Context, *, export_id: UUID, number: int) -> ExportChunk:
        """Return a part of an export's file."""
        return export_queries.export_chunk(self.database, context.required(), export_id, number)

    @query
    def figures(
        self,
        context: Context,
        *,
        scope: str = "district",
        since: date | None = None,
        until: date | None = None,
    ) -> Figures:
        """Return every figure of each group of a scope; asked by anybody, but for grids."""
        return figure_queries.figures(self.database, context.principal, scope=scope, since=since, until=until)

    @query
    def ranking(
        self,
        _context: Context,
        *,
        figure: str = "completion",
        since: date | None = None,
        until: date | None = None,
        minimum_volume: int = figure_queries.MINIMUM_VOLUME,
    ) -> Ranking:
        """Return the communities by one rate; asked by anybody."""
        return figure_queries.ranking(
            self.database, figure=figure, since=since, until=until, minimum_volume=minimum_volume
        )

    @query
    def cases_behind(
        self,
        context: Context,
        *,
        figure: str,
        scope: str = "district",
        group: str = "*",
        since: date | None = None,
        until: date | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> FigureCases:
        """Return a page of the cases behind one figure of one group."""
        return figure_queries.cases_behind(
            self.database,
            context.required(),
            figure=figure,
            scope=scope,
            group=group,
            since=since,
            until=until,
            cursor=cursor,
            limit=limit,
        )

    @query
    def log_head(self, _context: Context) -> LogHead:
        """Return the signed head of the archive's log; asked by anybody."""
        return archive_queries.log_head(self.database, self.signing_key)

    @query
    def log_leaves(self, _context: Context, *, since: int = 0, limit: int = 100) -> LogLeaves:
        """Return a stretch of the archive's log; asked by anybody."""
        return archive_queries.log_leaves(self.database, since=since, limit=limit)

    @query
    def reference_counts(self, _context: Context) -> ReferenceCounts:
        """Return how much of registry's data is mirrored; asked at start, by nobody in particular."""
        return reference_counts(self.database)

    @when_due
    def archive_rested(self) -> None:
        """Archive what was closed fifteen days ago."""
        timers.archive_all_rested(self.database)

    @when_due
    def watch_limits(self) -> None:
        """Remind those who are waited for, and give up what nobody answers."""
        timers.watch_all_limits(self.database)

    @every(seconds=5.0)
    def append_seals(self) -> None:
        """Put new seals into the archive's log and sign its head."""
        append_all_seals(self.database, self.signing_key)

    @every(seconds=1.0)
    def project_figures(self) -> None:
        """Count what has happened since."""
        project_all(self.database)

    @every(seconds=1.0)
    def write_exports(self) -> None:
        """Write what is to be exported, part by part."""
        export_handlers.write_all(self.database)

    @every(seconds=60.0)
    def drop_expired_exports(self) -> None:
        """Take away the exports of more than a day ago."""
        export_handlers.drop_expired(self.database)

    @every(seconds=5.0)
    def show_open_cases(self) -> None:
        """Refresh the gauge of open cases."""
        OPEN_CASES.show(queries.open_by_state(self.database))
