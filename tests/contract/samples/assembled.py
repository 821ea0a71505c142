"""One fixed instance of everything that is asked of assemblies and committees, and answered."""

from contracts.commands import assemblies, tasks
from contracts.commands.assemblies import AssemblyState, PlainAssemblyStep, Point
from contracts.commands.rules import Counts, Judged
from tests.contract.samples.civic import ACTION
from tests.contract.samples.common import AT, COMMAND, DAY, HASH, LATER, TOPIC, an_id

ASSEMBLY, POINT, OBJECTION, TASK = an_id(35), an_id(36), an_id(37), an_id(38)

_IT = {"command_id": COMMAND, "assembly_id": ASSEMBLY}
_QUESTION = "是否同意在锅炉房旧址兴办幼儿园?"

COMMANDS = (
    assemblies.ConveneAssembly(
        **_IT,
        rule="CN-2026.residents",
        title="居民会议",
        venue="社区活动室",
        held_at=LATER,
        counts=Counts(n=280),
        agenda=(Point(point_id=POINT, question=_QUESTION, topic_id=TOPIC),),
    ),
    assemblies.ReconveneAssembly(**_IT, held_at=LATER, venue="社区活动室"),
    assemblies.RecordAttendance(**_IT, present=187),
    assemblies.MoveAssembly(**_IT, step=PlainAssemblyStep.ADJOURN, reason="到会人数未过半数"),
    assemblies.CountHands(
        **_IT,
        point_id=POINT,
        yes=161,
        no=20,
        abstain=6,
        text="同意兴办幼儿园",
        owner="居委会",
        due_on=DAY,
    ),
    assemblies.ObjectToAssembly(**_IT, objection_id=OBJECTION, text="到会人数有误"),
    assemblies.AnswerAssemblyObjection(**_IT, objection_id=OBJECTION, answer="已与签到册核对"),
    assemblies.DispatchPoint(**_IT, point_id=POINT, actions=(ACTION,)),
    tasks.ProposeTask(
        command_id=COMMAND,
        task_id=TASK,
        community="c01",
        item="fire_safety_notice",
        text="请协助张贴消防安全须知",
        due_on=DAY,
        funding_fen=50_000,
    ),
)


def _summary() -> dict[str, object]:
    return {
        "assembly_id": ASSEMBLY,
        "community": "c01",
        "title": "居民会议",
        "state": AssemblyState.PUBLISHED,
        "rule": "CN-2026.residents",
        "rule_hash": HASH,
        "sitting": 1,
        "convened_at": AT,
        "held_at": LATER,
        "venue": "社区活动室",
        "present": 187,
        "published_at": LATER,
        "certifiable_from": LATER,
    }


_SUMMARY = assemblies.AssemblySummary(**_summary())
_POINT = assemblies.PointView(
    point_id=POINT,
    question=_QUESTION,
    topic_id=TOPIC,
    yes=161,
    no=20,
    abstain=6,
    passed=True,
    decided_by="2y > p: 322 > 187",
    inequalities=(Judged(inequality="2y > p", left=322, right=187, holds=True),),
    resolution="同意兴办幼儿园",
    owner="居委会",
    due_on=DAY,
)
_OBJECTION = assemblies.AssemblyObjectionView(
    objection_id=OBJECTION, at=LATER, text="到会人数有误", answer="已与签到册核对"
)
_TASK = tasks.TaskView(
    task_id=TASK,
    department="XFD",
    community="c01",
    item="fire_safety_notice",
    text="请协助张贴消防安全须知",
    due_on=DAY,
    funding_fen=50_000,
    proposed_at=AT,
)
_ENTRY = tasks.EntryView(
    code="fire_safety_notice",
    name_zh="协助消防安全宣传",
    name_en="Helping with fire safety education",
    departments=("XFD", "YJJ"),
    basis="",
)

ANSWERS = (
    assemblies.AssemblyReceipt(assembly_id=ASSEMBLY, state=AssemblyState.OPEN, version=3),
    _POINT,
    _OBJECTION,
    _SUMMARY,
    assemblies.AssemblyView(
        **_summary(),
        counts=Counts(n=280),
        agenda=(_POINT,),
        objections=(_OBJECTION,),
        reason=None,
        work=(),
    ),
    assemblies.AssemblyPage(items=(_SUMMARY,), next_cursor="MQ"),
    tasks.TaskReceipt(task_id=TASK),
    _ENTRY,
    tasks.EntryList(items=(_ENTRY,)),
    _TASK,
    tasks.TaskPage(items=(_TASK,), next_cursor="MQ"),
)
