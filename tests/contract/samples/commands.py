"""One fixed instance of every command, by the service that owns it."""

from contracts.commands import dispatch, governance, intake, notify, registry
from contracts.vocabulary import Role
from tests.contract.samples.common import (
    AT,
    CASE,
    COMMAND,
    DAY,
    EVIDENCE,
    ITEM,
    MEETING,
    MESSAGE,
    ORDER,
    POINT,
    RESOLUTION,
    RESULT,
    WORKER,
)

_DECIDED = {
    "command_id": COMMAND,
    "resolution_id": RESOLUTION,
    "meeting_id": MEETING,
    "item_id": ITEM,
}

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
    ),
    "intake": (
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
    ),
    "governance": (
        governance.ConveneMeeting(command_id=COMMAND, meeting_id=MEETING, held_on=DAY, title="七月联席会议"),
        governance.AdoptResolution(**_DECIDED, lead="ZJJ", due_on=DAY, text="由住建局牵头更换线路"),
        governance.DeclineItem(**_DECIDED, reason="不属于政府职责范围"),
    ),
    "notify": (notify.MarkRead(command_id=COMMAND, message_ids=(MESSAGE,)),),
}
