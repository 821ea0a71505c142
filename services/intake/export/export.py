"""An export as a value, and how it grows. Pure."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from chassis.principal import Principal
from chassis.refusal import Forbidden
from contracts.commands.exports import (
    Encoding,
    ExportFilters,
    ExportReceipt,
    ExportState,
    ExportView,
    Language,
    MakeExport,
)
from contracts.commands.intake import PageOrder
from contracts.vocabulary import Role
from services.intake.case.authority import COMMUNITY, Sight, own_account, places_known_to
from services.intake.case.cursor import Cursor
from services.intake.case.filters import Filters, asked_for
from services.intake.case.list_terms import Listing
from services.intake.export.errors import TooManyExports

AT_A_TIME = 3
KEPT_FOR = timedelta(hours=24)
MOST_ROWS = 500_000
_OF_DISTRICT = (Role.DISPATCHER, Role.INSPECTOR)


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """One export. `behind` is the last case written; `filters` are forgotten once it is finished.

    `size_bytes` and `chunks` are those of the file as far as it is written, `sha256` (hex) of the whole.
    """

    export_id: UUID
    principal: Principal
    filters: ExportFilters | None
    encoding: Encoding
    language: Language
    state: ExportState
    requested_at: datetime
    expires_at: datetime
    worked_at: datetime
    rows: int = 0
    size_bytes: int = 0
    chunks: int = 0
    sha256: str | None = None
    behind: Cursor | None = None

    @property
    def account_id(self) -> UUID:
        """Whose it is."""
        return own_account(self.principal)

    @property
    def listing(self) -> Listing:
        """The list that is written: as the caller saw it when asking."""
        assert self.filters is not None, "a finished export is not written on"
        return Listing(
            sight=_exported_to(self.principal),
            places=places_known_to(self.principal),
            filters=_filters(self.filters, self.principal),
            order=PageOrder.NEWEST,
        )

    def receipt(self) -> ExportReceipt:
        """Return the answer to the command."""
        return ExportReceipt(export_id=self.export_id, state=self.state)

    def view(self) -> ExportView:
        """Return how far it has come."""
        return ExportView(
            export_id=self.export_id,
            state=self.state,
            encoding=self.encoding,
            rows=self.rows,
            size_bytes=self.size_bytes,
            chunks=self.chunks,
            sha256=self.sha256,
            requested_at=self.requested_at,
            expires_at=self.expires_at,
        )


def begun(asked: MakeExport, principal: Principal, under_way: int, *, now: datetime) -> Export:
    """Return a new export.

    Raises: Forbidden for others than dispatcher, inspector and clerk; Invalid for filters that make
    no sense; TooManyExports where three of the account's are `under_way`.
    """
    _exported_to(principal)
    _filters(asked.filters, principal)
    if under_way >= AT_A_TIME:
        raise TooManyExports(at_a_time=AT_A_TIME)
    return Export(
        export_id=asked.export_id,
        principal=principal,
        filters=asked.filters,
        encoding=asked.encoding,
        language=asked.language,
        state=ExportState.QUEUED,
        requested_at=now,
        expires_at=now + KEPT_FOR,
        worked_at=now,
    )


def grown(export: Export, *, rows: int, size_bytes: int, last: Cursor | None, now: datetime) -> Export:
    """Return an export with one more part of so many rows and bytes."""
    return msgspec.structs.replace(
        export,
        state=ExportState.RUNNING,
        rows=export.rows + rows,
        size_bytes=export.size_bytes + size_bytes,
        chunks=export.chunks + 1,
        behind=last or export.behind,
        worked_at=now,
    )


def finished(export: Export, *, sha256: str) -> Export:
    """Return an export whose file is whole. What was looked for may name somebody, and is forgotten."""
    return msgspec.structs.replace(export, state=ExportState.READY, sha256=sha256, filters=None)


def too_large(export: Export) -> Export:
    """Return an export that has no file: of so many rows nobody makes a use."""
    return msgspec.structs.replace(
        export, state=ExportState.TOO_LARGE, size_bytes=0, chunks=0, filters=None, behind=None
    )


def _exported_to(principal: Principal) -> Sight:
    """Return whose cases somebody may take away: the district's, or those of the own community.

    Raises: Forbidden.
    """
    sight = Sight(
        district=principal.has(*_OF_DISTRICT),
        community=principal.scope.get(COMMUNITY) if principal.has(Role.CLERK) else None,
        grid=None,
        reporter_id=None,
        department=None,
    )
    if not sight.district and sight.community is None:
        raise Forbidden("exports are for dispatchers, inspectors and clerks")
    return sight


def _filters(asked: ExportFilters, principal: Principal) -> Filters:
    return asked_for(principal, **msgspec.structs.asdict(asked))
