"""Walks that take days: the cell clock is moved once for all of them."""

from datetime import timedelta

from tests.e2e.district import CLERK
from tests.e2e.walking import DISPATCHER, REASON, RESIDENT, Trail, walks
from tests.support import clock


@walks(
    cases="""
        awaiting_reporter timer give_up cancelled
        checked command record_unreachable closed
        closed timer archive archived
    """,
    orders="""
        offered timer offer_again offered
        suspended timer resume signed
    """,
)
def sixteen_days(trail: Trail) -> None:
    unanswered = trail.report(category=None)
    trail.take(DISPATCHER, unanswered, "question", {"question": REASON})
    closed = trail.report()
    trail.checked(closed)
    trail.take(RESIDENT, closed, "visits/satisfied", {"resolved": True, "score": 4, "channel": "phone"})
    away = trail.report()
    trail.checked(away)
    _call(trail, away)
    suspended = trail.signed(trail.report())
    asked = {"reason": "season", "review_on": str(trail.day(10))}
    trail.by_hand(suspended, "signed command ask_suspension signed", "suspension", asked)
    until = {"review_on": str(trail.day(10))}
    trail.decide(suspended, "signed command grant_suspension suspended", "suspension/grant", until)
    unsigned = trail.offered(trail.report(), "case.classified")
    stood = {order_id: trail.order(order_id) for order_id in (suspended, unsigned)}

    clock.advance(trail.district, timedelta(days=16))
    trail.case_when(unanswered, "cancelled")
    trail.case_when(closed, "archived")
    for _ in range(2):
        _call(trail, away)
    trail.take(CLERK, away, "visits/unreachable")
    trail.came_to(stood[suspended], "suspended timer resume signed")
    again = trail.came_to(stood[unsigned], "offered timer offer_again offered")
    assert again["again"] >= 1


def _call(trail: Trail, case_id: str) -> None:
    trail.take(CLERK, case_id, "visits/attempts", {"channel": "phone", "at": trail.now()})
