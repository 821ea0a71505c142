"""Making an export, and what the timers do: write its parts, take away what has expired."""

import time
from hashlib import sha256

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from chassis.data.clock import cell_now
from chassis.data.engine import Database
from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.commands import command
from chassis.processing.faults import is_contention
from contracts.commands.exports import ExportReceipt, ExportState, MakeExport
from contracts.commands.intake import PageOrder
from services.intake.case import list_reads
from services.intake.case.authority import own_account
from services.intake.case.cursor import Cursor
from services.intake.case.list_reads import Line
from services.intake.export import export as exports
from services.intake.export import repository, table
from services.intake.export.export import MOST_ROWS, Export
from services.intake.export.repository import UnderWay

log = structlog.get_logger()
# A part of so many rows is at most 200 KB, and less than 270 KB in an answer.
ROWS_OF_A_PART = 1_000
# Whoever waits for a list or a command comes first.
_PAUSE_S = 0.02
_EXPIRED_TOGETHER = 20


def make(asked: MakeExport, uow: UnitOfWork) -> ExportReceipt:
    """导出."""
    account = own_account(uow.principal)
    under_way = uow.store(UnderWay).get(account) or ()
    export = exports.begun(asked, uow.principal, len(under_way), now=uow.now)
    uow.store(UnderWay).put(account, (*under_way, export))
    return export.receipt()


def write_all(database: Database) -> None:
    """Write part after part, of each export in its turn, until none is left."""
    while write_part(database):
        time.sleep(_PAUSE_S)


def write_part(database: Database) -> bool:
    """Write one part of the export that has waited longest; return whether there was any.

    What it reads is one snapshot. A process that is killed leaves the parts before; another goes on.
    """
    try:
        written = _write_part(database)
    except DBAPIError as error:
        if not is_contention(error):
            raise
        # Another process has just written a part of the same export: there may be more to do.
        return True
    if written is not None:
        _tell(written)
    return written is not None


def _write_part(database: Database) -> Export | None:
    with database.snapshot() as connection:
        export = repository.take(connection)
        if export is None:
            return None
        lines = list_reads.lines(
            connection, export.listing, behind=export.behind, limit=ROWS_OF_A_PART, further=table.FURTHER
        )
        head = table.head(export.language, export.encoding) if export.chunks == 0 else b""
        content = head + table.body(lines, export.encoding)
        more = exports.grown(
            export, rows=len(lines), size_bytes=len(content), last=_last(lines), now=cell_now(connection)
        )
        repository.keep(connection, more, content)
        whole = len(lines) < ROWS_OF_A_PART
        return _end(connection, more) if whole or more.rows > MOST_ROWS else more


def _last(lines: list[Line]) -> Cursor | None:
    if not lines:
        return None
    return Cursor(lines[-1].summary.reported_at, lines[-1].summary.case_id, PageOrder.NEWEST)


def drop_expired(database: Database) -> None:
    """Take away the exports of more than a day ago, some at a time."""
    left = _EXPIRED_TOGETHER
    while left == _EXPIRED_TOGETHER:
        with database.engine.begin() as connection:
            left = repository.drop_expired(connection, limit=_EXPIRED_TOGETHER)


def _end(connection: Connection, export: Export) -> Export:
    if export.rows > MOST_ROWS:
        ended = exports.too_large(export)
        repository.drop_parts(connection, [export.export_id])
    else:
        whole = sha256()
        for part in repository.parts(connection, export):
            whole.update(part)
        ended = exports.finished(export, sha256=whole.hexdigest())
    repository.keep(connection, ended)
    return ended


def _tell(export: Export) -> None:
    """Leave a trace of what was taken out of the system, by whom; never of what was looked for."""
    if export.state in (ExportState.READY, ExportState.TOO_LARGE):
        log.info(
            "export.finished",
            export_id=str(export.export_id),
            account_id=str(export.account_id),
            state=export.state,
            rows=export.rows,
        )


COMMANDS = (command(MakeExport, make),)
