"""Walks of work orders: returning, recalling, extending, suspending, parts; by hand and on the bus."""

from qiaotou_department import steps

from tests.e2e.walking import DISPATCHER, REASON, WORDS, Trail, phone, walks

LEGAL_BASIS = "部门职责清单第三条"


@walks(
    cases="""
        classified fact work_order.returned classified
        classified fact work_order.recalled classified
        in_progress fact work_order.recalled classified
    """,
    orders="""
        offered command return returned
        returned command redirect offered
        offered command recall recalled
        recalled command redirect offered
        signed command recall recalled
    """,
)
def returned_redirected_and_recalled(trail: Trail) -> None:
    case_id = trail.report()
    first = trail.offered(case_id, "case.classified")
    trail.on_the_bus(
        first,
        "offered command return returned",
        steps.return_,
        reason=REASON,
        legal_basis=LEGAL_BASIS,
        suggested="GDS",
    )
    trail.heard(case_id, "work_order.returned")
    second = trail.redirected(first, "returned", "GDS")
    trail.decide(second, "offered command recall recalled", "recall", {"reason": REASON})
    third = trail.redirected(second, "recalled", "ZJJ")
    trail.by_hand(third, "offered command sign signed", "signature")
    trail.case_when(case_id, "in_progress")
    trail.decide(third, "signed command recall recalled", "recall", {"reason": REASON})
    trail.case_when(case_id, "classified")


@walks(orders="offered command return returned")
def returned_by_hand(trail: Trail) -> None:
    order_id = trail.offered(trail.report(), "case.classified")
    returned = {"text": REASON, "legal_basis": LEGAL_BASIS, "suggested": "GDS"}
    after = trail.by_hand(order_id, "offered command return returned", "return", returned)
    assert (after["ending"]["text"], after["ending"]["suggested"]) == (REASON, "GDS")
    waiting = trail.person(DISPATCHER).get("/orders", waiting="redirect", limit=100).json()["items"]
    assert order_id in [each["order_id"] for each in waiting]


@walks(
    cases="in_progress fact work_order.extended in_progress",
    orders="""
        signed command ask_extension signed
        signed command grant_extension signed
        signed command deny_extension signed
    """,
)
def extended_and_not(trail: Trail) -> None:
    case_id = trail.report()
    order_id = trail.signed(case_id)
    asked = trail.on_the_bus(
        order_id,
        "signed command ask_extension signed",
        steps.ask_extension,
        days=1,
        reason=REASON,
        attempt=1,
    )
    waiting = trail.person(DISPATCHER).get("/orders", waiting="approval", limit=100).json()["items"]
    assert order_id in [each["order_id"] for each in waiting]
    granted = trail.decide(order_id, "signed command grant_extension signed", "extension/grant")
    assert granted["due_at"] > asked["due_at"]
    trail.heard(case_id, "work_order.extended")
    reasons = [each["reason"] for each in trail.deadlines(case_id) if each["party"] == "CGJ"]
    assert reasons == ["initial", "extension"]
    other = trail.signed(trail.report())
    trail.by_hand(other, "signed command ask_extension signed", "extension", {"days": 1, "text": REASON})
    trail.decide(other, "signed command deny_extension signed", "extension/denial", {"reason": REASON})


@walks(
    cases="""
        in_progress fact work_order.suspended suspended
        suspended fact work_order.resumed in_progress
    """,
    orders="""
        signed command ask_suspension signed
        signed command deny_suspension signed
        signed command grant_suspension suspended
        suspended command resume signed
    """,
)
def suspended_and_not(trail: Trail) -> None:
    case_id = trail.report()
    order_id = trail.signed(case_id)
    trail.on_the_bus(
        order_id,
        "signed command ask_suspension signed",
        steps.ask_suspension,
        reason="season",
        until=trail.day(10),
        text=REASON,
        attempt=1,
    )
    trail.decide(order_id, "signed command deny_suspension signed", "suspension/denial", {"reason": REASON})
    asked = {"reason": "third_party", "review_on": str(trail.day(10))}
    trail.by_hand(order_id, "signed command ask_suspension signed", "suspension", asked)
    until = {"review_on": str(trail.day(10))}
    trail.decide(order_id, "signed command grant_suspension suspended", "suspension/grant", until)
    trail.case_when(case_id, "suspended")
    trail.decide(order_id, "suspended command resume signed", "resumption")
    trail.case_when(case_id, "in_progress")


@walks(
    orders="""
        signed command complete_part signed
        signed command excuse_part signed
        signed command complete completed
    """
)
def done_in_parts(trail: Trail) -> None:
    case_id = trail.report(category=None)
    parts = {"category": "0202", "lead": "CGJ", "co_handlers": ["GDS", "ZJJ", "GSS"]}
    trail.take(DISPATCHER, case_id, "classification", parts)
    order_id = trail.signed(case_id)
    said = {"text": WORDS, "photos": [trail.district.photo], "papers": [], "contact": phone()}
    done = "signed command complete_part signed"
    trail.on_the_bus(order_id, done, steps.complete_part, by="GDS", **said)
    trail.by_hand(order_id, done, "parts", trail.result("officer-zjj"), by="ZJJ")
    excused = "signed command excuse_part signed"
    trail.decide(order_id, excused, "parts/GSS/excuse", {"reason": REASON})
    trail.on_the_bus(order_id, "signed command complete completed", steps.complete, **said)
    trail.case_when(case_id, "answered")


@walks(
    orders="""
        signed fact case.merged recalled
        suspended fact case.merged recalled
        returned fact case.merged recalled
    """
)
def merged_while_the_news_was_on_its_way(trail: Trail) -> None:
    """Intake still takes the cases for classified: what their departments did has not reached it."""
    master = trail.report()
    cases = [trail.report() for _ in range(3)]
    signed, suspended, returned = orders = [trail.offered(case_id, "case.classified") for case_id in cases]
    for case_id in cases:
        trail.heard(case_id, "work_order.offered")
    with trail.district.without("relay"):
        for order_id in (signed, suspended):
            trail.by_hand(order_id, "offered command sign signed", "signature")
        asked = {"reason": "budget", "review_on": str(trail.day(10))}
        trail.by_hand(suspended, "signed command ask_suspension signed", "suspension", asked)
        until = {"review_on": str(trail.day(10))}
        trail.decide(suspended, "signed command grant_suspension suspended", "suspension/grant", until)
        stated = {"text": REASON, "legal_basis": LEGAL_BASIS}
        trail.by_hand(returned, "offered command return returned", "return", stated)
        for case_id in cases:
            trail.take(DISPATCHER, case_id, "merge", {"master": master})
        stood = [trail.order(order_id) for order_id in orders]
    for before in stood:
        trail.came_to(before, f"{before['state']} fact case.merged recalled")
