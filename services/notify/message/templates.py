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
}


def render(template: Template, *, number: str, category: Text) -> Text:
    """Return a message's text in both languages."""
    text = CATALOGUE[template]
    return Text(
        text.zh.format(number=number, category=category.zh),
        text.en.format(number=number, category=category.en),
    )
