"""One fixed instance of everything that is asked and answered about votes."""

from uuid import UUID

from contracts.commands import vote_views, votes
from contracts.commands.rules import (
    Comparison,
    DecisionRule,
    Electorate,
    Inequality,
    Judged,
    Outcome,
    Subject,
    Term,
)
from contracts.vocabulary import RollKind
from tests.contract.samples.common import AT, CASE, COMMAND, DAY, HASH, LATER, TOPIC, an_id

VOTE = an_id(50)
BALLOT = UUID("c3b1f0de-2f4a-4a57-8f0e-7d9b5a1e6c42")
ENTITLEMENT = UUID("5a0c8f2e-6d0b-4f52-9d35-1c7a9e6b2f10")
OBJECTION = an_id(51)

_OF = {"command_id": COMMAND, "vote_id": VOTE}
_TEXT = "是否同意利用闲置的锅炉房旧址兴办一所幼儿园?"
_REASON = "经核对确有遗漏, 重新编制名册。"
_RULE = DecisionRule(
    code="CN-2026.residents",
    set="CN-2026",
    name_zh="居民会议",
    name_en="residents' meeting",
    effective_from=DAY,
    subject=Subject.QUESTION,
    electorates=(Electorate.HOUSEHOLDS,),
    notice_days=10,
    roll_days=0,
    objection_days=0,
    ruling_days=0,
    publication_days=15,
    proxies=0,
    demand=(),
    valid_if=(Inequality(left=Term(2, "p"), op=Comparison.MORE, right=Term(1, "n")),),
    passes_if=(Inequality(left=Term(2, "y"), op=Comparison.MORE, right=Term(1, "p")),),
    sources=("城市居民委员会组织法 (2026) 第二十六条",),
)
_OUTCOME = Outcome(
    valid=True,
    passed=True,
    decided_by="2y > p: 560 > 374",
    inequalities=(Judged(inequality="2y > p", left=560, right=374, holds=True),),
)
_TOTALS = vote_views.Totals(
    roll=560,
    roll_area_hundredths_m2=0,
    ballots=374,
    ballots_area_hundredths_m2=0,
    options={"yes": 280, "no": 90, "abstain": 4},
    options_area_hundredths_m2={"yes": 0, "no": 0, "abstain": 0},
    invalid=0,
    quarantined=1,
)
_ROLL = vote_views.RollView(
    roll_id=an_id(52),
    kind=RollKind.HOUSEHOLDS,
    as_of=DAY,
    count=560,
    area_hundredths_m2=0,
    root=HASH,
    fault=None,
    answered_at=AT,
    frozen_at=LATER,
)
_STEP = vote_views.VoteStep(at=AT, step="draft", state="draft")
_ITEM = vote_views.VoteItem(case_id=CASE, grid="c01-g03", category="0204", text="兴办幼儿园, 请立项")
_ANSWERED = {
    "objection_id": OBJECTION,
    "about": votes.About.ROLL,
    "raised_at": AT,
    "due_at": LATER,
    "upheld": True,
    "reason": _REASON,
    "answered_at": LATER,
}
_OBJECTION = vote_views.ObjectionView(**_ANSWERED, text="名册中缺少两户居民。", mine=True)
_SUMMARY = {
    "vote_id": VOTE,
    "place": "c01",
    "community": "c01",
    "subject": Subject.QUESTION,
    "roll_kind": RollKind.HOUSEHOLDS,
    "mode": votes.BallotMode.SECRET,
    "title": "小区内兴办幼儿园",
    "state": "certified",
    "rule": "CN-2026.residents",
    "drafted_at": AT,
    "opens_at": AT,
    "closes_at": LATER,
    "published_at": LATER,
    "totals": _TOTALS,
    "outcome": _OUTCOME,
}
_VIEW = vote_views.VoteView(
    **_SUMMARY,
    text=_TEXT,
    options=("yes", "no", "abstain"),
    seats=1,
    important=True,
    studied_on=DAY,
    topic_id=TOPIC,
    repeats=None,
    rule_data=_RULE,
    rule_hash=HASH,
    roll=_ROLL,
    extended_until=None,
    participated=375,
    void_reason=None,
    run_off_of=None,
    candidates=(),
    elected=None,
    run_off=None,
    items=(_ITEM,),
    objections=(vote_views.AnsweredObjection(**_ANSWERED),),
    steps=(_STEP,),
    version=12,
)
_ENTITLEMENT = vote_views.EntitlementView(
    entitlement_id=ENTITLEMENT, area_hundredths_m2=0, participated=False, by_mandate=False
)

COMMANDS = (
    votes.DraftVote(
        **_OF,
        place="c01",
        subject=Subject.QUESTION,
        roll_kind=RollKind.HOUSEHOLDS,
        mode=votes.BallotMode.SECRET,
        title="小区内兴办幼儿园",
        text=_TEXT,
        important=True,
        topic_id=TOPIC,
    ),
    votes.RecordStudy(**_OF, studied_on=DAY, text="经社区党委研究, 同意提交居民表决。"),
    votes.BindRule(**_OF, rule="CN-2026.residents"),
    votes.RequestRoll(**_OF, as_of=DAY),
    votes.FreezeRoll(**_OF),
    votes.GiveNotice(**_OF, opens_at=AT, closes_at=LATER, extended_until=None),
    votes.BeginCount(**_OF),
    votes.FinishCount(**_OF),
    votes.PublishResult(**_OF),
    votes.RecountVote(**_OF),
    votes.CertifyVote(
        **_OF, items=(votes.WorkItem(grid="c01-g03", category="0204", text="兴办幼儿园, 请立项"),)
    ),
    votes.VoidVote(**_OF, reason="公告的议题表述有误"),
    votes.ObjectToVote(**_OF, objection_id=OBJECTION, text="名册中缺少两户居民。"),
    votes.AnswerObjection(**_OF, objection_id=OBJECTION, upheld=True, reason=_REASON),
    votes.CastBallot(vote_id=VOTE, entitlement_id=ENTITLEMENT, ballot_id=BALLOT, choice=("yes",), nonce=HASH),
)

ANSWERS = (
    votes.VoteReceipt(vote_id=VOTE, state="noticed", version=6),
    votes.CertifiedVote(vote_id=VOTE, state="certified", version=12, cases=(CASE,)),
    votes.ObjectionReceipt(objection_id=OBJECTION, vote_id=VOTE, about=votes.About.ROLL, upheld=None),
    votes.BallotReceipt(vote_id=VOTE, entitlement_id=ENTITLEMENT, standing=votes.Standing.COUNTED),
    _VIEW,
    vote_views.VotePage(items=(vote_views.VoteSummary(**_SUMMARY),), next_cursor="MQ"),
    vote_views.Entitlements(vote_id=VOTE, items=(_ENTITLEMENT,)),
    vote_views.Objections(items=(_OBJECTION,)),
)
