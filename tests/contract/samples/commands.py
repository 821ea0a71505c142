"""One fixed instance of every command, by the service that owns it."""

from contracts.commands import dispatch, exports, governance, intake, notify, registry, topics
from contracts.vocabulary import LawfulChannel, RefusalReason, Role, SuspensionReason
from tests.contract.samples import assembled, civic, elections, paper, people, votes
from tests.contract.samples.common import (
    AT,
    CASE,
    COMMAND,
    DAY,
    EVIDENCE,
    EXPORT,
    HASH,
    ITEM,
    MASTER,
    MEETING,
    MESSAGE,
    ORDER,
    POINT,
    RESOLUTION,
    RESULT,
    STATEMENT,
    TOPIC,
    WORKER,
)

_DECIDED = {
    "command_id": COMMAND,
    "resolution_id": RESOLUTION,
    "meeting_id": MEETING,
    "item_id": ITEM,
}
_CASE = {"command_id": COMMAND, "case_id": CASE}
_ORDER = {"command_id": COMMAND, "order_id": ORDER}
_STATED = {"statement_id": STATEMENT, "statement_sha256": HASH}
_RESULT = {"result_id": RESULT, "result_sha256": HASH}
_TOPIC = {"command_id": COMMAND, "topic_id": TOPIC}
_REASON = "需要先协调产权单位, 无法按期办结"

COMMANDS = {
    "registry": (
        registry.OpenAccount(
            command_id=COMMAND,
            account_id=WORKER,
            login="worker-c01-g03",
            display_name="网格员",
            password="a-password-of-a-test",
            roles=(Role.GRID_WORKER,),
            community="c01",
            grid="c01-g03",
        ),
        registry.CheckPassword(login="worker-c01-g03", password="a-password-of-a-test"),
        *people.COMMANDS,
    ),
    "intake": (
        exports.MakeExport(
            command_id=COMMAND,
            export_id=EXPORT,
            filters=exports.ExportFilters(
                state="archived", community="c01", grid="c01-g03", category="0202", lead="CGJ", q="路灯"
            ),
            encoding=exports.Encoding.GB18030,
            language=exports.Language.EN,
        ),
        intake.ReportCase(
            command_id=COMMAND,
            case_id=CASE,
            grid="c01-g03",
            text="桥头公交站旁的路灯三天不亮了",
            occurred_at=AT,
            channel=intake.Channel.APP,
            category="0202",
            point=POINT,
            address="公交站东侧",
            evidence=EVIDENCE,
        ),
        intake.SettleOnSpot(
            **_CASE,
            grid="c01-g03",
            category="0101",
            text="楼道口堆放的垃圾已当场清理",
            occurred_at=AT,
            before=EVIDENCE,
            after=EVIDENCE,
            confirmed=True,
            point=POINT,
        ),
        intake.WithdrawCase(**_CASE, expected_version=1),
        intake.AskReporter(**_CASE, question="请说明是哪一盏路灯, 附近有何标志?"),
        intake.AnswerQuestion(**_CASE, text="三号楼东侧第二盏, 旁边是公交站", evidence=EVIDENCE),
        intake.MergeCase(**_CASE, master_id=MASTER),
        intake.RefuseCase(**_CASE, reason=RefusalReason.IN_COURT, channel=LawfulChannel.COURT),
        intake.ClassifyCase(
            command_id=COMMAND,
            case_id=CASE,
            category="0202",
            lead="CGJ",
            co_handlers=("GDS",),
            expected_version=1,
        ),
        intake.PassCheck(
            command_id=COMMAND, case_id=CASE, evidence=EVIDENCE, point=POINT, expected_version=4
        ),
        intake.FailCheck(**_CASE, reason="灯亮但闪烁, 未修好", evidence=EVIDENCE, point=POINT),
        intake.RecordAttempt(**_CASE, channel=intake.Channel.PHONE, at=AT),
        intake.RecordUnreachable(**_CASE),
        intake.ReopenCase(**_CASE, reason="结案三天后路灯又不亮了"),
        intake.RecordSatisfied(
            command_id=COMMAND,
            case_id=CASE,
            resolved=True,
            score=5,
            channel=intake.Channel.PHONE,
            expected_version=5,
        ),
        intake.RecordDissatisfied(
            command_id=COMMAND,
            case_id=CASE,
            reason="灯亮了一晚又灭了, 请再看看",
            channel=intake.Channel.PHONE,
            expected_version=5,
        ),
        intake.ArchiveCase(command_id=COMMAND, case_id=CASE, expected_version=6),
    ),
    "dispatch": (
        dispatch.HandInResult(
            command_id=COMMAND,
            result_id=RESULT,
            order_id=ORDER,
            text="已更换灯泡, 路灯恢复照明",
            contact=dispatch.ContactRecord(at=AT, channel="phone", note="已电话告知"),
            evidence=EVIDENCE,
        ),
        dispatch.HandInStatement(
            **_ORDER,
            statement_id=STATEMENT,
            kind=dispatch.StatementKind.RETURN,
            text=_REASON,
            legal_basis="《城市照明管理规定》第三条",
        ),
        dispatch.SignOrder(**_ORDER, expected_version=1),
        dispatch.ReturnOrder(**_ORDER, **_STATED, suggested="ZJJ"),
        dispatch.AskExtension(**_ORDER, days=2, **_STATED),
        dispatch.AskSuspension(**_ORDER, reason=SuspensionReason.SEASON, review_on=DAY),
        dispatch.CompletePart(**_ORDER, **_RESULT),
        dispatch.CompleteOrder(**_ORDER, **_RESULT),
        dispatch.RedirectOrder(**_ORDER, department="ZJJ"),
        dispatch.RecallOrder(**_ORDER, reason=_REASON),
        dispatch.GrantExtension(**_ORDER),
        dispatch.DenyExtension(**_ORDER, reason=_REASON),
        dispatch.GrantSuspension(**_ORDER, review_on=DAY),
        dispatch.DenySuspension(**_ORDER, reason=_REASON),
        dispatch.ResumeOrder(**_ORDER),
        dispatch.ExcusePart(**_ORDER, department="GDS", reason=_REASON),
        dispatch.MakeSandboxOrder(**_ORDER, category="0202"),
    ),
    "governance": (
        governance.ConveneMeeting(command_id=COMMAND, meeting_id=MEETING, held_on=DAY, title="七月联席会议"),
        governance.TakeAttendance(
            command_id=COMMAND, meeting_id=MEETING, members=15, present=12, departments=("CGJ", "ZJJ")
        ),
        governance.AdoptResolution(**_DECIDED, lead="ZJJ", due_on=DAY, text="由住建局牵头更换线路"),
        governance.DeclineItem(**_DECIDED, reason="不属于政府职责范围"),
        governance.CertifyResolution(
            command_id=COMMAND,
            resolution_id=RESOLUTION,
            meeting_id=MEETING,
            grid="c01-g03",
            category="0202",
            text="在三号楼前增设两盏路灯",
            due_on=DAY,
        ),
        topics.RaiseTopic(
            **_TOPIC,
            subject="public_facility",
            title="小区内兴办幼儿园",
            text="小区适龄儿童较多, 建议兴办一所幼儿园",
            case_id=CASE,
        ),
        topics.SupportTopic(**_TOPIC),
        topics.RetractSupport(**_TOPIC),
        topics.WithdrawTopic(**_TOPIC),
        topics.AdmitTopic(**_TOPIC, reason="属居民自治事项, 予以受理", subject="public_facility"),
        topics.DeclineTopic(**_TOPIC, reason="不属居民自治事项"),
        *civic.COMMANDS,
        *assembled.COMMANDS,
        *votes.COMMANDS,
        *paper.COMMANDS,
        *elections.COMMANDS,
    ),
    "notify": (notify.MarkRead(command_id=COMMAND, message_ids=(MESSAGE,)),),
}
