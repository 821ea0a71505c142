"""What becomes of a report before a department has it: 分类, or what comes instead of it. Pure."""

from datetime import datetime

from chassis.principal import Principal
from chassis.refusal import Invalid
from chassis.working_calendar import Calendar
from contracts.commands.intake import (
    AnswerQuestion,
    AskReporter,
    ClassifyCase,
    RefuseCase,
    WithdrawCase,
)
from contracts.events.intake import CancelCause, Classifier
from services.intake.case import wellformed
from services.intake.case.authority import account_of, acting
from services.intake.case.case import (
    Case,
    Decided,
    Mover,
    Stage,
    advance,
    check_version,
    not_yet_in,
    with_documents,
)
from services.intake.case.guards import Facts
from services.intake.case.lifecycle import By, Step, Trigger, roles_of, transition
from services.intake.case.waiting import Wait, answer_due
from services.intake.reference.values import Category


def withdraw(case: Case, asked: WithdrawCase, principal: Principal, *, now: datetime) -> Decided:
    """撤回 by the reporter."""
    by = acting(principal, roles_of(Trigger.COMMAND, Step.WITHDRAW), case.whereabouts)
    check_version(case, asked.expected_version)
    row = transition(case.state, Trigger.COMMAND, Step.WITHDRAW, Facts(by=by, now=now))
    cause = CancelCause.WITHDRAWN
    return advance(
        case,
        row,
        Mover(by, now, account_of(principal)),
        changes={"cancelled_for": cause, "aside_at": now},
        detail={"cause": cause},
        told={"cause": cause},
    )


def ask_reporter(
    case: Case, asked: AskReporter, principal: Principal, calendar: Calendar, *, now: datetime
) -> Decided:
    """请上报人补充: the reporter has two working days to answer."""
    by = acting(principal, roles_of(Trigger.COMMAND, Step.ASK_REPORTER), case.whereabouts)
    check_version(case, asked.expected_version)
    question = wellformed.cleaned(asked.question, "question")
    facts = Facts(by=by, now=now, text=question, anonymous=case.anonymous)
    row = transition(case.state, Trigger.COMMAND, Step.ASK_REPORTER, facts)
    due_at = answer_due(now, calendar).at
    return advance(
        case,
        row,
        Mover(by, now, account_of(principal)),
        changes={"question": question, "answer": None},
        detail={"question": question, "due_at": due_at.isoformat()},
        told={"due_at": due_at},
    )


def answer_question(case: Case, asked: AnswerQuestion, principal: Principal, *, now: datetime) -> Decided:
    """上报人补充: the case waits for its classification again."""
    by = acting(principal, roles_of(Trigger.COMMAND, Step.ANSWER_QUESTION), case.whereabouts)
    check_version(case, asked.expected_version)
    answer = wellformed.cleaned(asked.text, "text")
    evidence = not_yet_in(case, wellformed.checked_evidence(asked.evidence))
    facts = Facts(by=by, now=now, text=answer, evidence=evidence)
    row = transition(case.state, Trigger.COMMAND, Step.ANSWER_QUESTION, facts)
    return advance(
        case,
        row,
        Mover(by, now, account_of(principal)),
        changes={"answer": answer, "documents": with_documents(case, evidence, Stage.REPORT)},
        detail={"answer": answer},
        told={"evidence": evidence},
    )


def give_up(case: Case, wait: Wait, *, now: datetime) -> Decided | None:
    """逾期未补充: cancel what nobody has explained; None where there is still time."""
    facts = Facts(by=By.SYSTEM, now=now, due_at=wait.due_at)
    row = transition(case.state, Trigger.TIMER, Step.GIVE_UP, facts)
    if row is None:
        return None
    cause = CancelCause.NO_ANSWER
    return advance(
        case,
        row,
        Mover(By.SYSTEM, now),
        changes={"cancelled_for": cause, "aside_at": now},
        detail={"cause": cause, "due_at": wait.due_at.isoformat()},
        told={"cause": cause},
    )


def refuse(case: Case, asked: RefuseCase, principal: Principal, *, now: datetime) -> Decided:
    """不予受理, with the reason's code and the lawful channel."""
    by = acting(principal, roles_of(Trigger.COMMAND, Step.REFUSE), case.whereabouts)
    check_version(case, asked.expected_version)
    row = transition(case.state, Trigger.COMMAND, Step.REFUSE, Facts(by=by, now=now))
    return advance(
        case,
        row,
        Mover(by, now, account_of(principal)),
        changes={"refusal": asked.reason, "lawful_channel": asked.channel, "aside_at": now},
        detail={"reason": asked.reason, "channel": asked.channel},
        told={"reason": asked.reason, "channel": asked.channel},
    )


def classify_by_rule(case: Case, category: Category | None, *, now: datetime) -> Decided:
    """分类 by the category that was named: its department takes the lead."""
    facts = Facts(by=By.RULE, now=now, category=category)
    return _classified(case, facts, Mover(By.RULE, now), lead=None, co_handlers=())


def classify(
    case: Case,
    asked: ClassifyCase,
    principal: Principal,
    category: Category | None,
    *,
    unknown_departments: tuple[str, ...] = (),
    now: datetime,
) -> Decided:
    """分类 by the dispatcher, who may designate the lead and name co-handlers."""
    by = acting(principal, roles_of(Trigger.COMMAND, Step.CLASSIFY), case.whereabouts)
    check_version(case, asked.expected_version)
    facts = Facts(by=by, now=now, category=category, unknown_departments=unknown_departments)
    mover = Mover(by, now, account_of(principal))
    return _classified(case, facts, mover, lead=asked.lead, co_handlers=asked.co_handlers)


def _classified(
    case: Case, facts: Facts, mover: Mover, *, lead: str | None, co_handlers: tuple[str, ...]
) -> Decided:
    row = transition(case.state, Trigger.COMMAND, Step.CLASSIFY, facts)
    category = facts.category
    assert category is not None, "the gate lets no classification through without its category"
    chosen = lead or category.department
    if chosen in co_handlers or len(set(co_handlers)) < len(co_handlers):
        raise Invalid(field="co_handlers")
    by_whom = Classifier.RULE if facts.by == By.RULE else Classifier.DISPATCHER
    return advance(
        case,
        row,
        mover,
        changes={
            "category": category.code,
            "kind": category.kind,
            "urgency": category.urgency,
            "lead": chosen,
            "co_handlers": co_handlers,
        },
        detail={"category": category.code, "lead": chosen, "co_handlers": ",".join(co_handlers)},
        told={
            "lead": chosen,
            "co_handlers": co_handlers,
            "designated": lead is not None,
            "by": by_whom,
        },
    )
