"""The steps of a life, in the order of the loop. Each is done at the slot that it moves on to. Pure."""

from datetime import date, timedelta
from typing import Any

from contracts.vocabulary import LawfulChannel, RefusalReason, SuspensionReason
from ops.demo import words
from ops.demo.acts import Deed
from ops.demo.life import ARCHIVIST, DISPATCHER, Life

_SCORES, _SCORE_WEIGHTS = (5, 4, 3, 2), (64, 28, 6, 2)
_RESOLVED_FROM = 3
_SEEN_MINUTES_BEFORE = (5, 180)
_REFUSALS = (
    (RefusalReason.IN_COURT, LawfulChannel.COURT),
    (RefusalReason.OTHER_DISTRICT, LawfulChannel.HOTLINE_12345),
    (RefusalReason.NOT_PUBLIC, LawfulChannel.LEGAL_AID),
    (RefusalReason.IN_ARBITRATION, LawfulChannel.ARBITRATION),
)

# 上报, 分类


def report(life: Life) -> None:
    """上报, with a photo where a grid worker shows what can be seen."""
    about, matter = life.about, life.matter
    named = {"category": matter.code} if about.named else {}
    said = _seen(life) | named | {"channel": about.channel, "anonymous": about.anonymous}
    shown = (f"{matter.picture}-before",) if matter.visible and about.by_worker else ()
    life.do(Deed.REPORT, about.reporter, said=said, shown=shown)
    life.offered()


def settle_on_spot(life: Life) -> None:
    """当场解决: the grid worker reports and settles a small matter at once."""
    picture = life.matter.picture
    said = _seen(life) | {"category": life.matter.code, "confirmed": True}
    before, after = (f"{picture}-before",), (f"{picture}-after1",)
    life.do(Deed.SPOT, life.about.worker, said=said, before=before, shown=after)


def classify(life: Life, *co_handlers: str) -> None:
    """分类 by the dispatcher, of what came without a category."""
    life.wait()
    said = {"category": life.matter.code, "lead": None, "co_handlers": list(co_handlers)}
    life.do(Deed.CLASSIFY, DISPATCHER, said=said)
    life.offered()


def ask(life: Life) -> None:
    """The dispatcher asks the reporter."""
    life.wait()
    life.do(Deed.ASK, DISPATCHER, said={"question": life.one_of(words.QUESTION)})


def answer(life: Life) -> None:
    """The reporter answers."""
    life.wait()
    life.do(Deed.ANSWER, life.about.reporter, said={"text": life.one_of(words.ANSWER), "evidence": []})


def withdraw(life: Life) -> None:
    """撤回 by the reporter."""
    life.wait()
    life.do(Deed.WITHDRAW, life.about.reporter)


def refuse(life: Life) -> None:
    """不予受理 by the dispatcher."""
    life.wait()
    reason, channel = life.rng.choice(_REFUSALS)
    life.do(Deed.REFUSE, DISPATCHER, said={"reason": reason.value, "channel": channel.value})


def merge(life: Life, master: str) -> None:
    """并案 by the dispatcher, into the case of this key."""
    life.wait()
    life.do(Deed.MERGE, DISPATCHER, case=master)


# 处置


def sign(life: Life) -> None:
    """签收: what is urgent at once, else at the next slot at which offices work."""
    if not life.matter.urgent:
        life.wait_for_office()
    life.do(Deed.SIGN, life.lead)


def return_(life: Life, suggested: str) -> None:
    """退回 in place of signing."""
    life.wait_for_office()
    said = {"text": life.one_of(words.RETURNED), "legal_basis": words.LEGAL_BASIS, "suggested": suggested}
    life.do(Deed.RETURN, life.lead, said=said)


def recall(life: Life) -> None:
    """收回 by the dispatcher."""
    life.wait_for_office()
    life.do(Deed.RECALL, DISPATCHER, said={"reason": life.one_of(words.RECALLED)})


def redirect(life: Life, department: str) -> None:
    """改派: another department gets an order of its own, with the whole limit."""
    life.wait_for_office()
    life.do(Deed.REDIRECT, DISPATCHER, said={"department": department})
    life.lead = department
    life.offered()


def ask_extension(life: Life, days: int) -> None:
    """申请延期."""
    life.wait_for_office()
    life.do(Deed.ASK_EXTENSION, life.lead, said={"days": days, "text": life.one_of(words.EXTENSION)})


def grant_extension(life: Life, days: int) -> None:
    """准予延期."""
    life.wait_for_office()
    life.do(Deed.GRANT_EXTENSION, DISPATCHER)
    life.put_off(days)


def deny_extension(life: Life) -> None:
    """不予延期."""
    life.wait_for_office()
    life.do(Deed.DENY_EXTENSION, DISPATCHER, said={"reason": life.one_of(words.EXTENSION_DENIED)})


def ask_suspension(life: Life, reason: SuspensionReason, until: date) -> None:
    """申请挂起."""
    life.wait_for_office()
    said = {"reason": reason.value, "review_on": until.isoformat()}
    life.do(Deed.ASK_SUSPENSION, life.lead, said=said)


def grant_suspension(life: Life, until: date) -> None:
    """准予挂起."""
    life.wait_for_office()
    life.do(Deed.GRANT_SUSPENSION, DISPATCHER, said={"review_on": until.isoformat()})


def deny_suspension(life: Life) -> None:
    """不予挂起."""
    life.wait_for_office()
    life.do(Deed.DENY_SUSPENSION, DISPATCHER, said={"reason": life.one_of(words.SUSPENSION_DENIED)})


def resume(life: Life) -> None:
    """恢复 by the dispatcher."""
    life.do(Deed.RESUME, DISPATCHER)


def complete_part(life: Life, department: str) -> None:
    """协办办结."""
    life.wait_for_office()
    life.do(Deed.COMPLETE_PART, department, said=_result(life, words.PART_DONE), shown=_proof(life))


def excuse_part(life: Life, department: str) -> None:
    """协办免办 by the dispatcher."""
    life.wait_for_office()
    said = {"department": department, "reason": life.one_of(words.EXCUSED)}
    life.do(Deed.EXCUSE_PART, DISPATCHER, said=said)


def complete(life: Life) -> None:
    """办结, now."""
    life.do(
        Deed.COMPLETE,
        life.lead,
        said=_result(life, f"{life.matter.result}，已向反映人说明。"),
        shown=_proof(life),
    )


# 反馈, 结案, 归档


def pass_check(life: Life) -> None:
    """核查通过: the grid worker goes and looks, on a holiday as on other days."""
    life.wait(1, 2)
    shown = (f"{life.matter.picture}-after{life.cycle}",) if life.matter.visible else ()
    life.do(Deed.PASS_CHECK, life.about.worker, said=_standing_there(life), shown=shown)


def fail_check(life: Life) -> None:
    """核查不通过: the department has half of its limit to do it again."""
    life.wait(1, 2)
    said = _standing_there(life) | {"reason": life.one_of(words.CHECK_FAILED)}
    shown = (f"{life.matter.picture}-still{life.cycle}",)
    life.do(Deed.FAIL_CHECK, life.about.worker, said=said, shown=shown)
    life.go_round(life.matter.limit.half())


def attempt(life: Life) -> None:
    """未接通."""
    life.do(Deed.ATTEMPT, life.about.clerk, said={"channel": "phone", "at": life.now})


def unreachable(life: Life) -> None:
    """三次未联系上."""
    life.do(Deed.UNREACHABLE, life.about.clerk)


def satisfied(life: Life) -> None:
    """回访满意."""
    life.wait_for_office(1, 4)
    score = life.rng.choices(_SCORES, _SCORE_WEIGHTS)[0]
    said = {"resolved": score >= _RESOLVED_FROM, "score": score, "channel": "phone"}
    life.do(Deed.SATISFIED, life.about.clerk, said=said)


def dissatisfied(life: Life) -> None:
    """回访不满意: once more round; the third time the conference is asked."""
    life.wait_for_office(1, 4)
    said = {"reason": life.one_of(words.DISSATISFIED), "channel": "phone"}
    life.do(Deed.DISSATISFIED, life.about.clerk, said=said)
    life.escalation += 1
    if life.escalation <= 2:  # noqa: PLR2004 - the third one is the conference's
        life.go_round(life.matter.limit)


def adopt(life: Life, due_on: date) -> None:
    """联席会议决议: the conference names who leads, and a date."""
    life.wait_for_office(3, 10)
    said = {"lead": life.lead, "due_on": due_on.isoformat(), "text": words.ADOPTED}
    life.do(Deed.ADOPT, DISPATCHER, said=said)
    life.go_round(life.matter.limit)
    life.due_on(due_on)


def decline(life: Life) -> None:
    """联席会议不再办理."""
    life.wait_for_office(3, 10)
    life.do(Deed.DECLINE, DISPATCHER, said={"reason": words.DECLINED})


def reopen(life: Life, by: str) -> None:
    """重办 within fifteen days of closing."""
    life.wait(2, 10)
    life.do(Deed.REOPEN, by, said={"reason": life.one_of(words.REOPENED)})
    life.escalation += 1
    life.go_round(life.matter.limit)


def archive(life: Life) -> None:
    """归档 by the archivist."""
    life.do(Deed.ARCHIVE, ARCHIVIST)


def _seen(life: Life) -> dict[str, Any]:
    about = life.about
    at = life.slots[life.slot].at - timedelta(minutes=life.rng.randint(*_SEEN_MINUTES_BEFORE))
    said = {
        "grid": about.grid,
        "text": f"{about.spot.building}: {life.one_of(life.matter.reports)}。",
        "occurred_at": at.isoformat(),
        "address": about.spot.address,
    }
    return said | ({"point": about.spot.point} if life.matter.visible and about.by_worker else {})


def _standing_there(life: Life) -> dict[str, Any]:
    return {"point": life.about.spot.nearby(life.rng)} if life.matter.visible else {}


def _result(life: Life, text: str) -> dict[str, Any]:
    contact = {"at": life.now, "channel": "phone", "note": words.TALKED}
    return {"text": text, "contact": contact}


def _proof(life: Life) -> tuple[str, ...]:
    return (f"{life.matter.picture}-done",) if life.matter.visible else ("signed-paper",)
