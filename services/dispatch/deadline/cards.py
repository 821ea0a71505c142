"""黄牌, 红牌: a party's due time is near, or has passed. No state changes. Pure."""

from datetime import datetime

import msgspec

from contracts.events.dispatch import WorkOrderCardShown
from contracts.vocabulary import Card
from services.dispatch.deadline.deadline import next_card
from services.dispatch.work_order.decided import Decided, event
from services.dispatch.work_order.work_order import WorkOrder

# No step of the table: no state changes.
CARD_SHOWN = "card_shown"  # 亮牌


def show_card(order: WorkOrder, department: str, *, now: datetime) -> Decided | None:
    """Show the next card of a department's part; None where it is not the time, or the clock stands.

    Where the due time has passed unseen it is red at once: a warning would come too late.
    """
    party = order.party(department)
    if party is None or not party.is_open or not order.is_running:
        return None
    following = next_card(party.term)
    if following is None or now <= following[1]:
        return None
    card = Card.RED if now > party.term.due_at else following[0]
    term = msgspec.structs.replace(party.term, card=card)
    parties = tuple(
        msgspec.structs.replace(each, term=term) if each is party else each for each in order.parties
    )
    shown = msgspec.structs.replace(
        order, parties=parties, emitted=order.emitted + (not order.sandbox), version=order.version + 1
    )
    told = event(WorkOrderCardShown, shown, at=now, party=department, card=card, due_at=term.due_at)
    return Decided(shown, told, detail={"party": department, "card": card.value})
