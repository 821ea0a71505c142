"""What is counted of a step once it is committed."""

from datetime import datetime

from services.dispatch import metrics
from services.dispatch.deadline import cards
from services.dispatch.work_order.decided import Decided
from services.dispatch.work_order.lifecycle import Step
from services.dispatch.work_order.work_order import WorkOrder


def count(decided: Decided, step: str, now: datetime) -> None:
    """Count a step, how long it took, and whether an answer came by its due time."""
    order, detail = decided.order, decided.detail
    metrics.STEPS.labels(step, order.lead).inc()
    match step:
        case Step.SIGN:
            metrics.signed_after(now - order.offered_at)
        case Step.COMPLETE:
            metrics.completed_after(now - (order.signed_at or order.offered_at))
            _count_answer(order, order.lead, now)
        case Step.COMPLETE_PART:
            _count_answer(order, detail["party"], now)
        case cards.CARD_SHOWN:
            metrics.CARDS.labels(detail["card"]).inc()


def _count_answer(order: WorkOrder, department: str, now: datetime) -> None:
    party = order.party(department)
    metrics.answered(department, in_time=party is not None and now <= party.term.due_at)
