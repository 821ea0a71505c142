"""What the command line says, in both languages."""

import os

TEXTS: dict[str, dict[str, str]] = {
    "zh": {
        "listening": "{department} 正在接收工单 (Ctrl-C 结束)",
        "offered": (
            "新工单 {number} 第{cycle}轮 [{part}] 类别 {category} 网格 {grid} 限 {due_at} 编号 {order_id}"
        ),
        "offered_again": "再次派遣 {number} 第{cycle}轮 [{part}] 现状态 {state} 限 {due_at} 编号 {order_id}",
        "changed": "{number} {change} 现状态 {state} 限 {due_at} 编号 {order_id}",
        "signed": "已签收 {number} 编号 {order_id}",
        "returned": "已退回 {number} 编号 {order_id}",
        "extension_asked": "已申请延期 {number} 编号 {order_id}",
        "suspension_asked": "已申请挂起 {number} 编号 {order_id}",
        "part_completed": "协办已办结 {number} 编号 {order_id}",
        "completed": "已办结 {number} 编号 {order_id}",
        "made": "演练工单 {number} [{state}] 编号 {order_id}",
        "reconciling": "已请求对账: 未办结的工单将重新送达, 见 listen",
        "accepted": "已受理 编号 {order_id} 现状态 {state}",
        "reconciled": "对账: 共 {open_orders} 件未办结工单随后送达",
        "restored": "街区数据已恢复到备份时点 {known_until}, 未办结工单随后送达",
        "refused": "被拒绝 编号 {order_id} 原因 {code}",
        "already": "此前已办, 无需重复 现状态 {state} 编号 {order_id}",
        "unchanged": "状态仍为 {state}: 可能被拒绝 (原因见 listen), 或尚未处理",
        "order": "{number} [{state}] 第{cycle}轮 类别 {category} 网格 {grid} 限 {due_at} 编号 {order_id}",
        "lead": "主办",
        "co_handler": "协办",
        "change_recalled": "已收回",
        "change_extended": "准予延期",
        "change_extension_denied": "不予延期",
        "change_suspended": "准予挂起",
        "change_suspension_denied": "不予挂起",
        "change_resumed": "已恢复",
        "change_part_excused": "协办免办",
        "no_due": "未定",
        "done": "事项已处理完毕, 详见附件 (演示)",
    },
    "en": {
        "listening": "{department} takes orders (Ctrl-C ends)",
        "offered": (
            "offered {number} cycle {cycle} [{part}] category {category} grid {grid} due {due_at} "
            "order {order_id}"
        ),
        "offered_again": (
            "offered again {number} cycle {cycle} [{part}] now {state} due {due_at} order {order_id}"
        ),
        "changed": "{number} {change}, now {state} due {due_at} order {order_id}",
        "signed": "signed {number} order {order_id}",
        "returned": "returned {number} order {order_id}",
        "extension_asked": "extension asked for {number} order {order_id}",
        "suspension_asked": "suspension asked for {number} order {order_id}",
        "part_completed": "our part completed {number} order {order_id}",
        "completed": "completed {number} order {order_id}",
        "made": "test order {number} [{state}] order {order_id}",
        "reconciling": "asked for every open order again; they come to whoever listens",
        "accepted": "accepted order {order_id} now {state}",
        "reconciled": "reconciled: {open_orders} open orders follow",
        "restored": "the cell went back to a backup of {known_until}; every open order follows",
        "refused": "refused order {order_id} because {code}",
        "already": "nothing to do, that was done before: now {state} order {order_id}",
        "unchanged": "still {state}: it was refused (listen shows why) or is not yet dealt with",
        "order": (
            "{number} [{state}] cycle {cycle} category {category} grid {grid} due {due_at} order {order_id}"
        ),
        "lead": "lead",
        "co_handler": "co-handler",
        "change_recalled": "recalled",
        "change_extended": "extension granted",
        "change_extension_denied": "extension denied",
        "change_suspended": "suspension granted",
        "change_suspension_denied": "suspension denied",
        "change_resumed": "resumed",
        "change_part_excused": "our part excused",
        "no_due": "not set",
        "done": "The matter has been dealt with; see the photo (a demonstration).",
    },
}


def language() -> str:
    """Return the language that the environment asks for, English where it does not say."""
    asked = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "zh" if asked.startswith("zh") else "en"


def say(lang: str, key: str, **facts: object) -> str:
    """Return one line."""
    return TEXTS[lang][key].format(**facts)
