"""One fixed instance of every answer that a service gives over RPC."""

from datetime import date

from contracts.commands import (
    assemblies,
    dispatch,
    exports,
    governance,
    intake,
    notify,
    orders,
    registry,
    rules,
    topics,
)
from tests.contract.samples import bundles, civic, people, votes
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
    TOPIC,
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
_TOPIC = topics.TopicView(
    topic_id=TOPIC,
    community="c01",
    subject="public_facility",
    title="小区内兴办幼儿园",
    text="小区适龄儿童较多, 建议兴办一所幼儿园",
    state=topics.TopicState.ADMITTED,
    raised_by="resident",
    raised_at=AT,
    supporters=40,
    hearing_required=True,
    may_be_decided=False,
    hearing_id=None,
    case_id=CASE,
    reason="属居民自治事项, 予以受理",
)
_SUBJECT = topics.SubjectView(
    code="public_facility",
    name_zh="公共设施的新建与改建",
    name_en="Building or altering a public facility",
    hearing=True,
)
_WORK = assemblies.WorkView(
    case_id=CASE,
    resolution_id=RESOLUTION,
    origin="hearing",
    origin_id=MEETING,
    community="c01",
    grid="c01-g03",
    category="1101",
    text="请教育局三十日内答复办园条件",
    due_on=DAY,
    certified_at=AT,
    number=NUMBER,
    case_state="in_progress",
    moved_at=LATER,
    done=False,
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

_RULE = rules.DecisionRule(
    code="CN-2026.residents",
    set="CN-2026",
    name_zh="居民会议",
    name_en="residents' meeting",
    effective_from=DAY,
    subject=rules.Subject.QUESTION,
    electorates=(rules.Electorate.ADULTS,),
    notice_days=10,
    roll_days=0,
    objection_days=0,
    ruling_days=0,
    publication_days=15,
    proxies=0,
    demand=(
        rules.Inequality(left=rules.Term(10, "a"), op=rules.Comparison.AT_LEAST, right=rules.Term(1, "N")),
    ),
    valid_if=(rules.Inequality(left=rules.Term(2, "p"), op=rules.Comparison.MORE, right=rules.Term(1, "n")),),
    passes_if=(
        rules.Inequality(left=rules.Term(2, "y"), op=rules.Comparison.MORE, right=rules.Term(1, "p")),
    ),
    sources=("城市居民委员会组织法 (2026) 第二十七条",),
)
_ASKED = rules.Judged(inequality="10a >= N", left=20, right=18, holds=True)
_PRESENT = rules.Judged(inequality="2p > n", left=374, right=280, holds=True)

ANSWERS = {
    "registry": (
        *people.ANSWERS,
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
        topics.TopicReceipt(
            topic_id=TOPIC,
            state=topics.TopicState.ADMITTED,
            supporters=40,
            hearing_required=True,
            version=42,
        ),
        _TOPIC,
        topics.TopicPage(items=(_TOPIC,), next_cursor="MQ"),
        _SUBJECT,
        topics.Subjects(items=(_SUBJECT,)),
        _WORK,
        assemblies.WorkPage(items=(_WORK,), next_cursor="MQ"),
        rules.DecisionRules(on=DAY, items=(rules.RuleView(rule=_RULE, rule_hash=HASH),)),
        rules.Verdict(
            rule=_RULE.code,
            demand=rules.Demand(met=True, decided_by="10a >= N: 20 > 18", inequalities=(_ASKED,)),
            outcome=rules.Outcome(
                valid=True, passed=None, decided_by="2p > n: 374 > 280", inequalities=(_PRESENT,)
            ),
        ),
        *civic.ANSWERS,
        *votes.ANSWERS,
        *bundles.ANSWERS,
    ),
    "notify": (
        _MESSAGE,
        notify.MessagePage(items=(_MESSAGE,), next_cursor=None, unread=1),
        notify.ReadReceipt(message_ids=(MESSAGE,)),
    ),
}
