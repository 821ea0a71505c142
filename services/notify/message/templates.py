"""The message catalogue: every text that notify sends, Chinese first. Pure.

A text has the placeholders `{number}` (the case's number) and `{category}` (its category's
name) and no other: nothing about a person is ever put into one.
"""

from enum import StrEnum
from typing import NamedTuple


class Template(StrEnum):
    """The key of a text, in this catalogue and in a client's own."""

    REPORTED = "case.reported"
    TO_CLASSIFY = "case.to_classify"
    CLASSIFIED = "case.classified"
    STARTED = "case.started"
    STOPPED = "case.stopped"
    SUSPENDED = "case.suspended"
    RESUMED = "case.resumed"
    ANSWERED = "case.answered"
    TO_CHECK = "case.to_check"
    CHECKED = "case.checked"
    TO_VISIT = "case.to_visit"
    REOPENED = "case.reopened"
    REOPENED_IN_GRID = "case.reopened_in_grid"
    ESCALATED = "case.escalated"
    TO_CONFERENCE = "case.to_conference"
    CLOSED = "case.closed"
    CLOSED_IN_GRID = "case.closed_in_grid"
    TO_ARCHIVE = "case.to_archive"
    ARCHIVED = "case.archived"
    ORDER_OFFERED = "order.offered"
    PART_OFFERED = "order.part_offered"
    ORDER_RETURNED = "order.returned"
    ORDER_RECALLED = "order.recalled"
    ASKED = "case.asked"
    REPORTER_ANSWERED = "case.reporter_answered"
    WITHDRAWN = "case.withdrawn"
    NOT_ANSWERED = "case.not_answered"
    MERGED = "case.merged"
    SUPPORTED_MERGED = "case.supported_merged"
    REFUSED = "case.refused"
    DUE_SOON = "case.due_soon"
    OVERDUE = "case.overdue"
    OVERDUE_ELSEWHERE = "case.overdue_elsewhere"
    SETTLED = "case.settled"
    REWORKED = "case.reworked"
    SUPPORTED_REOPENED = "case.supported_reopened"
    SUPPORTED_CLOSED = "case.supported_closed"
    ORDER_OFFERED_AGAIN = "order.offered_again"
    ORDER_NOT_SIGNED = "order.not_signed"
    EXTENSION_ASKED = "order.extension_asked"
    ORDER_EXTENDED = "order.extended"
    EXTENDED = "case.extended"
    EXTENSION_DENIED = "order.extension_denied"
    SUSPENSION_ASKED = "order.suspension_asked"
    ORDER_SUSPENDED = "order.suspended"
    SUSPENSION_DENIED = "order.suspension_denied"
    ORDER_RESUMED = "order.resumed"
    PART_COMPLETED = "order.part_completed"
    PART_EXCUSED = "order.part_excused"
    ORDER_DUE_SOON = "order.due_soon"
    ORDER_OVERDUE = "order.overdue"
    ORDER_OVERDUE_ELSEWHERE = "order.overdue_elsewhere"


class Text(NamedTuple):
    """One message in both languages."""

    zh: str
    en: str


UNCLASSIFIED = Text("待分类", "not yet classified")

CATALOGUE: dict[Template, Text] = {
    Template.REPORTED: Text(
        "您反映的问题已收到, 编号 {number}。", "We have received your report; its number is {number}."
    ),
    Template.TO_CLASSIFY: Text(
        "新上报 {number} 没有类别, 请分类。", "Report {number} came without a category: please classify it."
    ),
    Template.CLASSIFIED: Text(
        "您反映的问题 {number} 已受理, 类别: {category}。", "Your case {number} was accepted as: {category}."
    ),
    Template.STARTED: Text(
        "您反映的问题 {number} 已由责任部门签收, 开始处置。",
        "A department has taken on your case {number} and is working on it.",
    ),
    Template.STOPPED: Text(
        "您反映的问题 {number} 已从原部门收回, 将重新派遣。",
        "Your case {number} was taken back and will be given to a department again.",
    ),
    Template.SUSPENDED: Text(
        "您反映的问题 {number} 暂缓处置, 到期将复查。",
        "Work on your case {number} is suspended and will be looked at again.",
    ),
    Template.RESUMED: Text("您反映的问题 {number} 已恢复处置。", "Work on your case {number} goes on."),
    Template.ANSWERED: Text(
        "您反映的问题 {number} 已有处置结果, 网格员将核查。",
        "The department has answered your case {number}; the grid worker will check the result.",
    ),
    Template.TO_CHECK: Text(
        "案件 {number} ({category}) 已处置, 请到现场核查。",
        "Case {number} ({category}) was answered: please check the result.",
    ),
    Template.CHECKED: Text(
        "您反映的问题 {number} 已核查通过, 请评价, 社区也将回访。",
        "The result of your case {number} was checked: please rate it; the community will also ask you.",
    ),
    Template.TO_VISIT: Text(
        "案件 {number} ({category}) 核查通过, 请回访。",
        "Case {number} ({category}) was checked: the return visit is due.",
    ),
    Template.REOPENED: Text(
        "您反映的问题 {number} 将重新办理。", "Your case {number} is open again and goes round once more."
    ),
    Template.REOPENED_IN_GRID: Text(
        "本网格案件 {number} ({category}) 重新办理。",
        "Case {number} ({category}) of your grid is open again.",
    ),
    Template.ESCALATED: Text(
        "您反映的问题 {number} 已提交社区工作联席会议。",
        "Your case {number} now lies before the joint conference.",
    ),
    Template.TO_CONFERENCE: Text(
        "案件 {number} ({category}) 三次不满意, 已提交联席会议。",
        "Case {number} ({category}) was disputed three times and lies before the joint conference.",
    ),
    Template.CLOSED: Text("您反映的问题 {number} 已结案。", "Your case {number} is closed."),
    Template.CLOSED_IN_GRID: Text(
        "本网格案件 {number} ({category}) 已结案。", "Case {number} ({category}) of your grid is closed."
    ),
    Template.TO_ARCHIVE: Text(
        "案件 {number} ({category}) 已结案, 待归档。",
        "Case {number} ({category}) is closed and can be archived.",
    ),
    Template.ARCHIVED: Text("您反映的问题 {number} 已归档。", "Your case {number} is archived and sealed."),
    Template.ORDER_OFFERED: Text(
        "新工单: 案件 {number} ({category}), 贵部门主办, 请签收。",
        "New order: your department leads on case {number} ({category}); please sign for it.",
    ),
    Template.PART_OFFERED: Text(
        "新工单: 案件 {number} ({category}), 贵部门协办。",
        "New order: your department assists with case {number} ({category}).",
    ),
    Template.ORDER_RETURNED: Text(
        "案件 {number} ({category}) 的工单被退回, 请重新派遣。",
        "The order for case {number} ({category}) was returned: please redirect it.",
    ),
    Template.ORDER_RECALLED: Text(
        "案件 {number} ({category}) 的工单已收回。", "The order for case {number} ({category}) was recalled."
    ),
    Template.ASKED: Text(
        "关于您反映的问题 {number}, 指导中心需要您补充情况, 请尽快答复。",
        "The district centre needs to know more about your case {number}: please answer soon.",
    ),
    Template.REPORTER_ANSWERED: Text(
        "案件 {number} 的上报人已补充情况, 请继续分类。",
        "The reporter of case {number} has answered: please go on with it.",
    ),
    Template.WITHDRAWN: Text(
        "您反映的问题 {number} 已按您的要求撤回。", "Your case {number} was withdrawn as you asked."
    ),
    Template.NOT_ANSWERED: Text(
        "您反映的问题 {number} 逾期未补充情况, 已撤销; 可随时重新上报。",
        "Your case {number} was cancelled because nobody answered in time; you can report it again.",
    ),
    Template.MERGED: Text(
        "您反映的问题 {number} 与另一案件相同, 已并案办理, 您可查看主案进展。",
        "Your case {number} is the same as another one and goes on with it; you can follow that one.",
    ),
    Template.SUPPORTED_MERGED: Text(
        "您附议的案件 {number} 已并入另一案件办理。",
        "Case {number}, which you support, goes on with another one.",
    ),
    Template.REFUSED: Text(
        "您反映的问题 {number} 不予受理, 原因和法定途径请见案件详情。",
        "Your case {number} is not for the district to handle; the case says why and where to turn.",
    ),
    Template.DUE_SOON: Text(
        "案件 {number} ({category}) 等待您处理, 时限将至。",
        "Case {number} ({category}) waits for you and its time is running out.",
    ),
    Template.OVERDUE: Text(
        "案件 {number} ({category}) 等待您处理, 已逾期。",
        "Case {number} ({category}) waits for you and is overdue.",
    ),
    Template.OVERDUE_ELSEWHERE: Text(
        "案件 {number} ({category}) 的当前环节已逾期, 请督办。",
        "A step of case {number} ({category}) is overdue: please see to it.",
    ),
    Template.SETTLED: Text(
        "您当场解决的问题 {number} ({category}) 已登记结案。",
        "What you settled on the spot, {number} ({category}), is on record and closed.",
    ),
    Template.REWORKED: Text(
        "您反映的问题 {number} 核查未通过, 已退回责任部门返工。",
        "The result of your case {number} did not pass the check; the department does it again.",
    ),
    Template.SUPPORTED_REOPENED: Text(
        "您附议的案件 {number} 将重新办理。", "Case {number}, which you support, is open again."
    ),
    Template.SUPPORTED_CLOSED: Text(
        "您附议的案件 {number} 已结案。", "Case {number}, which you support, is closed."
    ),
    Template.ORDER_OFFERED_AGAIN: Text(
        "案件 {number} ({category}) 的工单尚未签收, 已再次派遣, 请签收。",
        "The order for case {number} ({category}) is not signed yet and was sent again; please sign for it.",
    ),
    Template.ORDER_NOT_SIGNED: Text(
        "案件 {number} ({category}) 的工单超时未签收。",
        "The order for case {number} ({category}) was not signed in time.",
    ),
    Template.EXTENSION_ASKED: Text(
        "案件 {number} ({category}) 的主办部门申请延期, 请审批。",
        "The lead department asks for more time on case {number} ({category}): please decide.",
    ),
    Template.ORDER_EXTENDED: Text(
        "案件 {number} ({category}) 的延期申请已批准。",
        "Your department has more time for case {number} ({category}).",
    ),
    Template.EXTENDED: Text(
        "您反映的问题 {number} 的办理时限已延长, 新的期限请见案件详情。",
        "The department was given more time for your case {number}; the case shows until when.",
    ),
    Template.EXTENSION_DENIED: Text(
        "案件 {number} ({category}) 的延期申请未批准。",
        "More time for case {number} ({category}) was not granted.",
    ),
    Template.SUSPENSION_ASKED: Text(
        "案件 {number} ({category}) 的主办部门申请挂起, 请审批。",
        "The lead department asks to suspend case {number} ({category}): please decide.",
    ),
    Template.ORDER_SUSPENDED: Text(
        "案件 {number} ({category}) 的挂起申请已批准, 计时停止。",
        "The order for case {number} ({category}) is suspended; its clock stands.",
    ),
    Template.SUSPENSION_DENIED: Text(
        "案件 {number} ({category}) 的挂起申请未批准。",
        "Suspending case {number} ({category}) was not granted.",
    ),
    Template.ORDER_RESUMED: Text(
        "案件 {number} ({category}) 的工单已恢复计时, 请继续办理。",
        "The order for case {number} ({category}) goes on; its clock runs again.",
    ),
    Template.PART_COMPLETED: Text(
        "案件 {number} ({category}) 的协办部门已办结其事项。",
        "A co-handler has done its part of case {number} ({category}).",
    ),
    Template.PART_EXCUSED: Text(
        "案件 {number} ({category}) 的协办事项已免办。",
        "Your department need not do its part of case {number} ({category}).",
    ),
    Template.ORDER_DUE_SOON: Text(
        "黄牌: 案件 {number} ({category}) 的工单时限将至。",
        "Yellow card: the order for case {number} ({category}) is nearly due.",
    ),
    Template.ORDER_OVERDUE: Text(
        "红牌: 案件 {number} ({category}) 的工单已逾期。",
        "Red card: the order for case {number} ({category}) is overdue.",
    ),
    Template.ORDER_OVERDUE_ELSEWHERE: Text(
        "红牌: 案件 {number} ({category}) 的部门办理已逾期, 请督办。",
        "Red card: a department is overdue on case {number} ({category}); please see to it.",
    ),
}


def render(template: Template, *, number: str, category: Text) -> Text:
    """Return a message's text in both languages."""
    text = CATALOGUE[template]
    return Text(
        text.zh.format(number=number, category=category.zh),
        text.en.format(number=number, category=category.en),
    )
