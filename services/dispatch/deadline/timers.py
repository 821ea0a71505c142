"""What falls due of an order, made of the order itself: no timer outlives its reason. Pure."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from contracts.vocabulary import Card
from services.dispatch.deadline.deadline import next_card
from services.dispatch.work_order.lifecycle import State
from services.dispatch.work_order.work_order import WorkOrder


class TimerKind(StrEnum):
    """What happens when it is time."""

    OFFER_AGAIN = "offer_again"  # 催签
    YELLOW = "yellow"  # 黄牌
    RED = "red"  # 红牌
    RESUME = "resume"  # 到期恢复


_OF_CARD = {Card.YELLOW: TimerKind.YELLOW, Card.RED: TimerKind.RED}


class Timer(NamedTuple):
    """Something falls due for a party of an order."""

    at: datetime
    kind: TimerKind
    party: str


def timers_of(order: WorkOrder) -> tuple[Timer, ...]:
    """Return what falls due of an order as it stands, the next first.

    Offering again while it is not signed, the next card of each open part while the clocks run, the
    review while they stand.
    """
    timers = []
    if order.state is State.OFFERED and order.again_at is not None:
        timers.append(Timer(order.again_at, TimerKind.OFFER_AGAIN, order.lead))
    if order.state is State.SUSPENDED and order.review_at is not None:
        timers.append(Timer(order.review_at, TimerKind.RESUME, order.lead))
    for party in order.parties if order.is_running else ():
        card = next_card(party.term) if party.is_open else None
        if card is not None:
            timers.append(Timer(card[1], _OF_CARD[card[0]], party.department))
    return tuple(sorted(timers))
