"""What can be asked about deadlines, and who sees which."""

from uuid import UUID

import msgspec
import sqlalchemy as sa

from chassis.data.engine import Database
from chassis.principal import Principal
from contracts.commands.orders import DeadlineView, Ledger
from services.dispatch.work_order import reads
from services.dispatch.work_order.sight import may_see, sees_party

_LEDGER = sa.text(
    "SELECT order_id, cycle, party, due_at, reason, granted_at AS recorded_at, calendar_version, provisional "
    "FROM deadline WHERE case_id = :case_id ORDER BY seq"
)


def deadlines_of_case(database: Database, principal: Principal, *, case_id: UUID) -> Ledger:
    """Return a case's deadlines, oldest first, as far as the caller may see their orders and parties."""
    with database.reading() as connection:
        found = {each.order.id: each for each in reads.of_case(connection, case_id)}
        rows = connection.execute(_LEDGER, {"case_id": case_id}).mappings().all()
    seen = {order_id: each.order for order_id, each in found.items() if may_see(principal, each)}
    items = tuple(
        msgspec.convert(row, DeadlineView)
        for row in rows
        if row["order_id"] in seen and sees_party(principal, seen[row["order_id"]], row["party"])
    )
    return Ledger(case_id=case_id, items=items)
