"""What the command line says, in both languages."""

import os

TEXTS: dict[str, dict[str, str]] = {
    "zh": {
        "listening": "{department} 正在接收工单 (Ctrl-C 结束)",
        "offered": "新工单 {number} 第{cycle}轮 [{part}] 类别 {category} 网格 {grid} 编号 {order_id}",
        "signed": "已签收 {number} 编号 {order_id}",
        "completed": "已办结 {number} 编号 {order_id}",
        "accepted": "已受理 编号 {order_id} 现状态 {state}",
        "refused": "被拒绝 编号 {order_id} 原因 {code}",
        "already": "此前已是 {state}, 无需重复 编号 {order_id}",
        "unchanged": "状态仍为 {state}: 可能被拒绝 (原因见 listen), 或尚未处理",
        "order": "{number} [{state}] 第{cycle}轮 类别 {category} 网格 {grid} 编号 {order_id}",
        "lead": "主办",
        "co_handler": "协办",
        "done": "事项已处理完毕, 详见附件 (演示)",
    },
    "en": {
        "listening": "{department} takes orders (Ctrl-C ends)",
        "offered": "offered {number} cycle {cycle} [{part}] category {category} grid {grid} order {order_id}",
        "signed": "signed {number} order {order_id}",
        "completed": "completed {number} order {order_id}",
        "accepted": "accepted order {order_id} now {state}",
        "refused": "refused order {order_id} because {code}",
        "already": "already {state}, nothing to do: order {order_id}",
        "unchanged": "still {state}: it was refused (listen shows why) or is not yet dealt with",
        "order": "{number} [{state}] cycle {cycle} category {category} grid {grid} order {order_id}",
        "lead": "lead",
        "co_handler": "co-handler",
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
