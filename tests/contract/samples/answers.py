"""One fixed instance of every answer that a service gives over RPC."""

from datetime import date

from contracts.commands import dispatch, exports, governance, intake, notify, orders, registry
from tests.contract.samples.common import (
    AT,
    CASE,
    DAY,
    EVIDENCE,
    EXPORT,
    HASH,
    ITEM,
    LATER,
    MEETING,
    MESSAGE,
    NUMBER,
    ORDER,
    POINT,
    RESOLUTION,
    RESULT,
    STATEMENT,
    WORKER,
)

_SUMMARY = {
    "case_id": CASE,
    "number": NUMBER,
    "state": "archived",
    "step": 6,
    "category": "0202",
    "urgency": "N",
    "community": "c01",
    "grid": "c01-g03",
    "lead": "CGJ",
    "cycle": 1,
    "reported_at": AT,
    "updated_at": LATER,
    "version": 7,
    "due_at": LATER,
    "attempts": 1,
}
_ATTEMPT = intake.Attempt(channel=intake.Channel.PHONE, at=AT)
_PART = orders.PartView(
    department="GDS",
    part="co_handler",
    state="done",
    due_at=LATER,
    card="yellow",
    result_id=RESULT,
    result_text="已恢复供电",
    evidence=EVIDENCE,
)
_ORDER = dispatch.OrderView(
    order_id=ORDER,
    case_id=CASE,
    number=NUMBER,
    cycle=1,
    state="completed",
    department="CGJ",
    co_handlers=("GDS",),
    category="0202",
    kind="C",
    urgency="N",
    community="c01",
    grid="c01-g03",
    offered_at=AT,
    signed_at=AT,
    completed_at=LATER,
    result_id=RESULT,
    result_text="已更换灯泡, 路灯恢复照明",
    evidence=EVIDENCE,
    version=3,
    due_at=LATER,
    card="yellow",
    again=1,
    parts=(_PART,),
    asked=orders.RequestView(kind="extension", asked_at=AT, days=2, text="配件到货较晚, 申请延期两个工作日"),
    denied_text="请先与产权单位协商",
    ending=orders.EndingView(
        at=LATER, text="该路段路灯由供电公司维护", legal_basis="职责清单第三条", suggested="GDS"
    ),
)
_DEADLINE = orders.DeadlineView(
    order_id=ORDER,
    cycle=1,
    party="CGJ",
    due_at=LATER,
    reason="initial",
    recorded_at=AT,
    calendar_version="cn-2012",
)
_RESPONSIBILITY = orders.ResponsibilityView(
    category="0202",
    department="CGJ",
    kind="C",
    urgency="N",
    limit="3wd",
    valid_from=DAY,
    valid_to=None,
)
_ITEM = governance.AgendaItem(
    item_id=ITEM,
    case_id=CASE,
    number=NUMBER,
    category="0202",
    community="c01",
    escalated_at=AT,
    meeting_id=MEETING,
    outcome="adopted",
    resolution_id=RESOLUTION,
    lead="ZJJ",
    due_on=DAY,
    text="由住建局牵头更换线路",
)
_CERTIFIED = governance.CertifiedView(
    resolution_id=RESOLUTION,
    case_id=CASE,
    grid="c01-g03",
    category="0202",
    text="在小区南门外增设一盏路灯",
    recorded_at=AT,
)
_MEETING = governance.MeetingView(
    meeting_id=MEETING, held_on=DAY, title="七月联席会议", items=(_ITEM,), certified=(_CERTIFIED,)
)
_MESSAGE = notify.MessageView(
    message_id=MESSAGE,
    template="case.closed",
    text_zh="您反映的问题已办结",
    text_en="What you reported has been closed",
    case_id=CASE,
    number=NUMBER,
    at=AT,
    read=False,
)

ANSWERS = {
    "registry": (
        registry.AccountView(
            account_id=WORKER,
            login="worker-c01-g03",
            display_name="网格员",
            roles=("grid_worker",),
            community="c01",
            grid="c01-g03",
            department=None,
        ),
        registry.PlaceView(
            code="c01",
            tier="community",
            parent="140303",
            name_zh="桥头社区",
            name_en="Qiaotou",
            fictional=False,
            valid_from=DAY,
            valid_to=None,
        ),
        registry.CategoryView(
            code="0202",
            parent="02",
            name_zh="路灯",
            name_en="Street lamp",
            kind="C",
            department="CGJ",
            urgency="N",
            limit="3wd",
            small=False,
        ),
        registry.DepartmentView(
            code="YJJ", name_zh="应急管理局", name_en="Emergency management", former="AJJ"
        ),
        registry.CalendarView(
            year=2012,
            version="0f1e2d3c4b5a",
            provisional=False,
            holidays=(date(2012, 6, 22),),
            working_weekends=(date(2012, 9, 29),),
            working_days=261,
        ),
    ),
    "intake": (
        exports.ExportReceipt(export_id=EXPORT, state=exports.ExportState.QUEUED),
        exports.ExportView(
            export_id=EXPORT,
            state=exports.ExportState.READY,
            encoding=exports.Encoding.UTF_8,
            rows=2,
            size_bytes=321,
            chunks=1,
            sha256=HASH,
            requested_at=AT,
            expires_at=LATER,
        ),
        exports.ExportChunk(content="案件编号\r\n".encode()),
        intake.CaseReceipt(case_id=CASE, number=NUMBER, state="classified", cycle=1, version=2),
        intake.CaseSummary(**_SUMMARY),
        intake.CaseView(
            **_SUMMARY,
            kind="C",
            text="桥头公交站旁的路灯三天不亮了",
            address="公交站东侧",
            point=POINT,
            occurred_at=AT,
            channel="app",
            anonymous=False,
            mine=True,
            escalation=0,
            co_handlers=("GDS",),
            evidence=EVIDENCE,
            closure="satisfied",
            score=5,
            resolved=True,
            seal=HASH,
            supporters=2,
            tried=(_ATTEMPT,),
        ),
        _ATTEMPT,
        intake.EvidenceListing(
            case_id=CASE,
            items=tuple(
                intake.HeldEvidence(
                    media_id=each.media_id, sha256=each.sha256, kind=each.kind, stage="report", cycle=1
                )
                for each in EVIDENCE
            ),
            exactly=True,
        ),
        intake.CasePage(items=(intake.CaseSummary(**_SUMMARY),), next_cursor="MQ"),
        intake.Timeline(
            case_id=CASE,
            entries=(
                intake.TimelineEntry(
                    position=1,
                    at=AT,
                    kind="command",
                    step="report",
                    state="reported",
                    cycle=1,
                    role="resident",
                    late=False,
                    detail={"channel": "app"},
                ),
            ),
        ),
        intake.Supporters(case_id=CASE, number=2, since=AT),
        intake.SealView(case_id=CASE, number=NUMBER, sealed_at=LATER, commitments=(HASH, HASH), seal=HASH),
    ),
    "dispatch": (
        dispatch.ResultReceipt(result_id=RESULT, order_id=ORDER, sha256=HASH),
        dispatch.StatementReceipt(statement_id=STATEMENT, order_id=ORDER, sha256=HASH),
        dispatch.OrderReceipt(order_id=ORDER, case_id=CASE, number=NUMBER, state="signed", version=2),
        _ORDER,
        dispatch.OrderPage(items=(_ORDER,), next_cursor=None),
        _PART,
        orders.Ledger(case_id=CASE, items=(_DEADLINE,)),
        orders.Responsibilities(items=(_RESPONSIBILITY,)),
    ),
    "governance": (
        governance.MeetingReceipt(meeting_id=MEETING, items=(ITEM,)),
        governance.CertifiedReceipt(resolution_id=RESOLUTION, case_id=CASE),
        governance.ResolutionReceipt(resolution_id=RESOLUTION, item_id=ITEM, outcome="adopted"),
        _CERTIFIED,
        _MEETING,
        governance.Agenda(waiting=(_ITEM,), meetings=(_MEETING,)),
    ),
    "notify": (
        _MESSAGE,
        notify.MessagePage(items=(_MESSAGE,), next_cursor=None, unread=1),
        notify.ReadReceipt(message_ids=(MESSAGE,)),
    ),
}
