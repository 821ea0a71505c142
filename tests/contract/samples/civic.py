"""One fixed instance of everything that is asked of hearings, and answered."""

from contracts.commands import hearing_views, hearings
from contracts.commands.assemblies import Action
from contracts.commands.hearings import Answered, Capacity, HearingState, PlainStep, Side
from tests.contract.samples.common import AT, COMMAND, DAY, EVIDENCE, HASH, LATER, TOPIC, an_id

HEARING, REGISTRATION, OPINION = an_id(32), an_id(33), an_id(34)

_IT = {"command_id": COMMAND, "hearing_id": HEARING}
ACTION = Action(grid="c01-g03", category="1101", text="请教育局三十日内答复办园条件", due_on=DAY)

COMMANDS = (
    hearings.DraftHearing(**_IT, topic_id=TOPIC, title="兴办幼儿园听证会", seats=40),
    hearings.NoticeHearing(
        **_IT,
        held_at=LATER,
        venue="社区活动室",
        registration_until=AT,
        draw_source="七月十一日公布的双色球开奖号码",
    ),
    hearings.MoveHearing(**_IT, step=PlainStep.ADJOURN, reason="到会代表不足三分之二"),
    hearings.RegisterForHearing(
        **_IT,
        registration_id=REGISTRATION,
        capacity=Capacity.INTERESTED,
        side=Side.FOR,
        name="一位来窗口报名的居民",
    ),
    hearings.LockSeats(**_IT, public_value="03 08 17 21 25 32 + 05"),
    hearings.CheckIn(**_IT, code="K7QX2MRA"),
    hearings.AskFloor(**_IT, registration_id=REGISTRATION),
    hearings.GiveFloor(**_IT, registration_id=REGISTRATION),
    hearings.SubmitEvidence(**_IT, evidence=EVIDENCE),
    hearings.RecordOpinion(
        **_IT, opinion_id=OPINION, registration_id=REGISTRATION, text="赞成兴办, 但须保证居民通行"
    ),
    hearings.WriteMinutes(**_IT, text="听证会笔录"),
    hearings.SignMinutes(**_IT, registration_id=REGISTRATION, signs=False, reason="笔录不全"),
    hearings.AnswerOpinion(**_IT, opinion_id=OPINION, answer=Answered.PARTLY, reason="接送时段另行安排"),
    hearings.PublishReport(**_IT, text="听证会报告"),
    hearings.DispatchHearing(**_IT, actions=(ACTION,)),
    hearings.RecordFollowUp(**_IT, text="教育局已批复"),
)


def _summary() -> dict[str, object]:
    return {
        "hearing_id": HEARING,
        "topic_id": TOPIC,
        "community": "c01",
        "title": "兴办幼儿园听证会",
        "state": HearingState.FOLLOW_UP,
        "sitting": 1,
        "seats": 40,
        "registered": 52,
        "present": 38,
        "noticed_at": AT,
        "held_at": LATER,
        "venue": "社区活动室",
        "registration_until": AT,
    }


_SUMMARY = hearing_views.HearingSummary(**_summary())
_SPEECH = hearing_views.SpeechView(seat=1, side=Side.FOR, asked_at=AT, started_at=AT, ended_at=LATER)
_OPINION = hearing_views.OpinionView(
    opinion_id=OPINION,
    seat=1,
    side=Side.FOR,
    text="赞成兴办, 但须保证居民通行",
    answer=Answered.PARTLY,
    reason="接送时段另行安排",
)
_NOTE = hearing_views.FollowUpNote(at=LATER, text="教育局已批复")
_DRAWN = hearing_views.DrawnRegistration(id=REGISTRATION, capacity=Capacity.INTERESTED)
_REGISTRATION = hearing_views.RegistrationView(
    registration_id=REGISTRATION,
    capacity=Capacity.INTERESTED,
    side=Side.FOR,
    seat=1,
    present=True,
    signed=True,
    name=None,
    code="K7QX2MRA",
)

ANSWERS = (
    hearings.HearingReceipt(hearing_id=HEARING, state=HearingState.OPEN, version=60),
    hearings.RegistrationReceipt(hearing_id=HEARING, registration_id=REGISTRATION, code="K7QX2MRA"),
    _SPEECH,
    _OPINION,
    _NOTE,
    _SUMMARY,
    hearing_views.HearingView(
        **_summary(),
        speech_minutes=5,
        draw_source="七月十一日公布的双色球开奖号码",
        panel=40,
        signed=37,
        refused_to_sign=1,
        speeches=(_SPEECH,),
        opinions=(_OPINION,),
        evidence=EVIDENCE,
        minutes="听证会笔录",
        minutes_sha256=HASH,
        report="听证会报告",
        reason=None,
        led_to=HearingState.DISPATCHED,
        follow_up=(_NOTE,),
        work=(),
    ),
    hearing_views.HearingPage(items=(_SUMMARY,), next_cursor="MQ"),
    _DRAWN,
    hearing_views.Draw(
        hearing_id=HEARING,
        sitting=1,
        seats=40,
        registration_until=AT,
        draw_source="七月十一日公布的双色球开奖号码",
        registrations=(_DRAWN,),
        public_value="03 08 17 21 25 32 + 05",
        seed=HASH,
        panel=(REGISTRATION,),
    ),
    _REGISTRATION,
    hearing_views.Registrations(hearing_id=HEARING, items=(_REGISTRATION,)),
)
