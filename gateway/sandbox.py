"""The case behind a sandbox order 演练工单: an example, so that a developer sees the full shape. Pure."""

from contracts.commands.case_views import CaseView
from contracts.commands.intake import Channel
from contracts.commands.orders import OrderView
from contracts.vocabulary import Point

_TEXT = "演练工单: 此案件为示例, 供部门系统联调使用, 无须处置。"
_ADDRESS = "示例路1号"
# The middle of the district, where nobody lives.
_POINT = Point(longitude_deg=113.58, latitude_deg=37.87)
_IN_PROGRESS = 3


def example_case(order: OrderView) -> CaseView:
    """Return a case as a department would see it behind this order; it is kept nowhere."""
    return CaseView(
        case_id=order.case_id,
        number=order.number,
        state="in_progress",
        step=_IN_PROGRESS,
        category=order.category,
        community=order.community,
        grid=order.grid,
        lead=order.department,
        cycle=order.cycle,
        reported_at=order.offered_at,
        updated_at=order.offered_at,
        version=1,
        due_at=order.due_at,
        provisional=order.provisional,
        kind=order.kind,
        urgency=order.urgency,
        text=_TEXT,
        address=_ADDRESS,
        point=_POINT,
        occurred_at=order.offered_at,
        channel=Channel.APP,
        anonymous=False,
        mine=False,
        escalation=0,
        co_handlers=order.co_handlers,
        evidence=(),
    )
