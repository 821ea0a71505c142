"""Walks of cases: reporting, sorting, checking, visiting, closing, the conference."""

from tests.e2e.district import CLERK, WORKER
from tests.e2e.walking import DISPATCHER, REASON, RESIDENT, Trail, walks

UNSATISFIED = {"reason": REASON, "channel": "phone"}
SATISFIED = {"resolved": True, "score": 5, "channel": "phone"}


@walks(
    cases="""
        - command report reported
        reported command ask_reporter awaiting_reporter
        awaiting_reporter command answer_question reported
        reported command withdraw cancelled
        awaiting_reporter command withdraw cancelled
    """
)
def asked_answered_and_taken_back(trail: Trail) -> None:
    case_id = trail.report(category=None)
    trail.take(DISPATCHER, case_id, "question", {"question": REASON})
    trail.take(RESIDENT, case_id, "answer", {"text": REASON})
    trail.take(RESIDENT, case_id, "withdrawal")
    case_id = trail.report(category=None)
    trail.take(DISPATCHER, case_id, "question", {"question": REASON})
    trail.take(RESIDENT, case_id, "withdrawal")


@walks(
    cases="""
        reported command classify classified
        reported command merge merged
        classified command merge merged
        reported command refuse refused
    """,
    orders="offered fact case.merged recalled",
)
def classified_merged_and_refused(trail: Trail) -> None:
    master = trail.report(category=None)
    trail.take(DISPATCHER, master, "classification", {"category": "0202"})
    trail.take(DISPATCHER, trail.report("hotline", category=None), "merge", {"master": master})
    classified = trail.report()
    order_id = trail.offered(classified, "case.classified")
    trail.moved(
        order_id,
        "offered fact case.merged recalled",
        lambda: trail.take(DISPATCHER, classified, "merge", {"master": master}),
    )
    assert trail.person(DISPATCHER).get(f"/cases/{master}/supporters").json()["number"] == 1
    refusal = {"reason": "other_district", "channel": "hotline_12345"}
    trail.take(DISPATCHER, trail.report(category=None), "refusal", refusal)


@walks(cases="- command settle_on_spot closed")
def settled_on_the_spot(trail: Trail) -> None:
    worker = trail.person(WORKER)
    settled = {
        "grid": "c01-g01",
        "category": "0101",
        "text": "单元门口堆放的杂物已和住户一起清走。",
        "occurred_at": trail.now(),
        "before": [worker.photo()],
        "after": [worker.photo()],
        "confirmed": True,
    }
    answer = worker.post("/cases/on-the-spot", settled)
    assert answer.status_code == 201, answer.text
    trail.follow(answer.json()["case_id"])


@walks(
    cases="""
        classified fact work_order.offered classified
        classified fact work_order.signed in_progress
        in_progress fact work_order.completed answered
        answered command pass_check checked
        checked command record_attempt checked
        checked command record_satisfied closed
        closed command archive archived
    """,
    orders="""
        - fact case.classified offered
        offered command sign signed
        signed command complete completed
    """,
)
def once_round(trail: Trail) -> None:
    case_id = trail.report()
    trail.checked(case_id)
    trail.take(CLERK, case_id, "visits/attempts", {"channel": "phone", "at": trail.now()})
    trail.take(RESIDENT, case_id, "visits/satisfied", SATISFIED)
    trail.take("archivist", case_id, "archive")


@walks(cases="answered command pass_check closed")
def reported_by_nobody(trail: Trail) -> None:
    case_id = trail.report(anonymous=True)
    trail.answered(case_id)
    trail.take(WORKER, case_id, "checks", {"evidence": [trail.person(WORKER).photo()]})


@walks(
    cases="answered command fail_check classified",
    orders="- fact case.reworked offered",
)
def not_done_at_all(trail: Trail) -> None:
    case_id = trail.report()
    trail.answered(case_id)
    photo = trail.person(WORKER).photo()
    trail.take(WORKER, case_id, "checks/failed", {"reason": REASON, "evidence": [photo]})
    trail.offered(case_id, "case.reworked")


@walks(
    cases="""
        checked command record_dissatisfied classified
        closed command reopen classified
        checked command record_dissatisfied awaiting_conference
        awaiting_conference fact resolution.adopted classified
        awaiting_conference fact resolution.declined closed
        closed command reopen awaiting_conference
    """,
    orders="- fact case.reopened offered",
)
def before_the_conference_and_again(trail: Trail) -> None:
    case_id = trail.report()
    trail.checked(case_id)
    trail.take(CLERK, case_id, "visits/dissatisfied", UNSATISFIED)
    trail.checked(case_id, "case.reopened")
    trail.take(RESIDENT, case_id, "visits/satisfied", SATISFIED)
    trail.take("inspector", case_id, "reopening", {"reason": REASON})
    trail.checked(case_id, "case.reopened")
    trail.take(RESIDENT, case_id, "visits/dissatisfied", UNSATISFIED)
    _decide(trail, case_id, "adopt", {"lead": "ZJJ", "due_on": str(trail.day(30)), "text": REASON})
    trail.case_when(case_id, "classified")
    trail.checked(case_id, "case.reopened")
    trail.take(CLERK, case_id, "visits/dissatisfied", UNSATISFIED)
    _decide(trail, case_id, "decline", {"reason": REASON})
    trail.case_when(case_id, "closed")
    trail.take(RESIDENT, case_id, "reopening", {"reason": REASON})


@walks(cases="- fact resolution.certified reported")
def made_by_a_resolution(trail: Trail) -> None:
    dispatcher = trail.person(DISPATCHER)
    meeting = dispatcher.post("/conference/meetings", {"held_on": trail.now()[:10], "title": "联席会议"})
    assert meeting.status_code == 201, meeting.text
    certified = dispatcher.post(
        f"/conference/meetings/{meeting.json()['meeting_id']}/resolutions",
        {"grid": "c01-g01", "category": "0202", "text": REASON},
    )
    assert certified.status_code == 201, certified.text
    case_id = certified.json()["case_id"]
    trail.until_there(case_id)


def _decide(trail: Trail, case_id: str, decision: str, body: dict[str, str]) -> None:
    """Convene a meeting and have it decide about a case that waits for one."""
    dispatcher = trail.person(DISPATCHER)
    item_id = trail.agenda_item(case_id)
    meeting = dispatcher.post("/conference/meetings", {"held_on": trail.now()[:10], "title": "联席会议"})
    assert meeting.status_code == 201, meeting.text
    item = f"/conference/meetings/{meeting.json()['meeting_id']}/items/{item_id}"
    decided = dispatcher.post(f"{item}/{decision}", body)
    assert decided.status_code == 201, decided.text
