"""The Grafana dashboard 'closed loop', as code.

`python -m deploy.grafana.closed_loop` writes `dashboards/closed-loop.json`; with `--check` it only
says whether that file is current.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.grafana.board import Json, Panel, Section, choice, dashboard, stat

PATH = Path(__file__).parent / "dashboards" / "closed-loop.json"
UID = "qiaotou-closed-loop"
RATE = "$__rate_interval"
COMMUNITY = 'community=~"$community"'
ORDER_QUEUES = 'rabbitmq_detailed_queue_messages{queue=~"department[.][A-Z]+"}'
DEAD_LETTERS = 'rabbitmq_detailed_queue_messages{queue=~"department[.].+[.]dead"}'
INBOXES = 'rabbitmq_detailed_queue_messages{queue=~".+[.]inbox[.].+|dispatch[.]replies[.].+"}'


def taken(step: str) -> str:
    """Return how often a step was taken in the time that is shown."""
    return f'sum(increase(qiaotou_case_steps_total{{step="{step}", {COMMUNITY}}}[$__range]))'


def a_second(counter: str, by: str) -> str:
    """Return a counter's growth a second for each value of `by`."""
    return f"sum by ({by}) (rate({counter}[{RATE}]))"


def quantile(share: float, histogram: str, by: str) -> str:
    """Return the quantile of a histogram for each value of `by`."""
    return f"histogram_quantile({share}, sum by (le, {by}) (rate({histogram}_bucket[{RATE}])))"


LOOP = Section(
    "办件闭环 · The closed loop",
    (
        stat("在办件数 · Open cases", f"sum(qiaotou_cases_open{{{COMMUNITY}}}) or vector(0)"),
        stat("期内上报 · Reported", taken("reported")),
        stat("期内办结 · Closed", taken("closed")),
        stat("期内归档 · Archived", taken("archived")),
        stat("重新办理 · Reopened", f"{taken('reopened')} or vector(0)"),
        stat("待联席会议 · Awaiting the conference", "sum(qiaotou_conference_items_open)"),
        Panel(
            "各状态在办件 · Open cases by state",
            f"sum by (state) (qiaotou_cases_open{{{COMMUNITY}}})",
            "{{state}}",
            width=12,
            stacked=True,
        ),
        Panel(
            "每分钟步骤 · Steps a minute",
            f"60 * sum by (step) (rate(qiaotou_case_steps_total{{{COMMUNITY}}}[{RATE}]))",
            "{{step}}",
            width=12,
            description="Official ratios come from the database; rates are extrapolated.",
        ),
        Panel(
            "各步骤耗时中位数 · Median time before a step",
            quantile(0.5, "qiaotou_case_step_seconds", "step"),
            "{{step}}",
            unit="s",
            width=12,
        ),
        Panel(
            "各社区在办件 · Open cases by community",
            f"sum by (community) (qiaotou_cases_open{{{COMMUNITY}}})",
            "{{community}}",
            width=12,
            stacked=True,
        ),
    ),
)

ORDERS = Section(
    "工单 · Work orders",
    (
        Panel(
            "各状态工单 · Open orders by state",
            "sum by (state) (qiaotou_work_orders_open)",
            "{{state}}",
            stacked=True,
        ),
        Panel(
            "每分钟工单步骤 · Order steps a minute",
            "60 * " + a_second("qiaotou_work_order_steps_total", "step"),
            "{{step}}",
        ),
        Panel(
            "签收与办结耗时 · Time to sign and to complete (p90)",
            quantile(0.9, "qiaotou_work_order_step_seconds", "step"),
            "{{step}}",
            unit="s",
        ),
        Panel(
            "待指导中心处理 · Waiting for the guidance centre",
            "sum by (waits_for) (qiaotou_work_orders_waiting)",
            "{{waits_for}}",
            description="Requests to decide, orders to redirect, orders that nobody has signed in time.",
        ),
        Panel(
            "按期与逾期答复 · Answers in time and late",
            f"sum by (in_time) (increase(qiaotou_work_order_answers_total[{RATE}]))",
            "{{in_time}}",
            description="The published on-time rate comes from the ledger.",
        ),
        Panel(
            "每分钟亮牌 · Cards a minute",
            "60 * " + a_second("qiaotou_work_order_cards_total", "card"),
            "{{card}}",
        ),
        Panel(
            "部门队列 · Department queues",
            f"sum by (queue) ({ORDER_QUEUES}) > 0 or sum({ORDER_QUEUES})",
            "{{queue}}",
            description="Orders and answers that a department has not taken yet.",
        ),
        Panel(
            "部门回复 · Departments' messages by outcome",
            "60 * " + a_second("qiaotou_department_replies_total", "outcome"),
            "{{outcome}}",
        ),
        stat("死信 · Dead letters", f"sum({DEAD_LETTERS})", red_from=1, width=8),
    ),
)

BUS = Section(
    "消息总线 · The bus",
    (
        Panel(
            "未发布 · Unsent in the outbox",
            "max by (database) (qiaotou_outbox_unsent_messages)",
            "{{database}}",
        ),
        Panel(
            "最旧未发布 · Age of the oldest unsent",
            "max by (database) (qiaotou_outbox_oldest_seconds)",
            "{{database}}",
            unit="s",
            red_from=30,
        ),
        Panel(
            "发件箱延迟 p99 · Outbox lag",
            quantile(0.99, "qiaotou_outbox_lag_seconds", "database"),
            "{{database}}",
            unit="s",
            red_from=1,
        ),
        Panel(
            "每秒发布 · Published a second",
            a_second("qiaotou_relay_published_total", "exchange"),
            "{{exchange}}",
            unit="cps",
        ),
        Panel(
            "每秒应用 · Events applied a second",
            a_second("qiaotou_inbox_applied_total", "service"),
            "{{service}}",
            unit="cps",
        ),
        Panel(
            "收件箱延迟 p99 · Inbox lag",
            quantile(0.99, "qiaotou_inbox_lag_seconds", "service"),
            "{{service}}",
            unit="s",
            red_from=5,
        ),
        stat("搁置 · Parked", "sum(qiaotou_inbox_parked_messages)", red_from=1),
        stat("停滞 · Standing still", "sum(qiaotou_inbox_held_aggregates)", red_from=1),
        stat("最久停滞 · Longest", "max(qiaotou_inbox_longest_hold_seconds)", unit="s", red_from=1800),
        stat("等待前序 · Waiting for one before", "sum(qiaotou_inbox_waiting_events)", red_from=1),
        stat("中继 · Relays that lead", "sum(qiaotou_relay_leader)"),
        stat("总线连接 · Connections that stand", "sum(qiaotou_broker_connected)"),
        Panel(
            "收件箱队列 · Inboxes at the broker",
            f"sum by (queue) ({INBOXES})",
            "{{queue}}",
            width=12,
            stacked=True,
        ),
        Panel(
            "每批消息数 · Messages a transaction (mean)",
            f"{a_second('qiaotou_batch_size_messages_sum', 'service, kind')}"
            f" / ({a_second('qiaotou_batch_size_messages_count', 'service, kind')} > 0)",
            "{{service}} {{kind}}",
            width=12,
            description="Batches above one are what makes a loop cheap.",
        ),
    ),
)

REQUESTS = Section(
    "请求 · Requests",
    (
        Panel(
            "每秒请求 · HTTP requests a second",
            a_second("qiaotou_http_requests_total", "status"),
            "{{status}}",
            unit="reqps",
            stacked=True,
        ),
        Panel(
            "响应时间 p95 · HTTP response time",
            quantile(0.95, "qiaotou_http_request_seconds", "route"),
            "{{route}}",
            unit="s",
        ),
        Panel(
            "每秒失败 · Failures a second",
            f'sum(rate(qiaotou_http_requests_total{{status=~"5.."}}[{RATE}])) or vector(0)',
            "HTTP 5xx",
            unit="reqps",
            red_from=0.1,
        ),
        Panel(
            "每秒调用 · RPC a second",
            a_second("qiaotou_rpc_requests_total", "service, outcome"),
            "{{service}} {{outcome}}",
            unit="reqps",
            width=12,
            stacked=True,
        ),
        Panel(
            "调用耗时 p95 · RPC time",
            quantile(0.95, "qiaotou_rpc_request_seconds", "service"),
            "{{service}}",
            unit="s",
            width=12,
        ),
    ),
)

PROCESSES = Section(
    "进程 · Processes",
    (
        Panel("运行 · Up", "min by (process) (up)", "{{process}}", kind="stat"),
        Panel(
            "处理器 · CPU",
            f'sum by (process) (rate(process_cpu_seconds_total{{job="qiaotou"}}[{RATE}]))',
            "{{process}}",
            unit="percentunit",
            stacked=True,
        ),
        Panel(
            "内存 · Memory",
            'sum by (process) (process_resident_memory_bytes{job="qiaotou"})',
            "{{process}}",
            unit="bytes",
            stacked=True,
        ),
    ),
)

SECTIONS = (LOOP, ORDERS, BUS, REQUESTS, PROCESSES)


def expressions() -> list[str]:
    """Return every expression of the dashboard, its variables as they are written."""
    return [panel.expression for section in SECTIONS for panel in section.panels]


def build() -> Json:
    """Return the whole dashboard."""
    community = choice("community", label="社区 · Community", metric="qiaotou_cases_open")
    return dashboard(uid=UID, title="办件闭环 · Closed loop", variables=[community], sections=SECTIONS)


def render() -> str:
    """Return the dashboard as it is written to the file."""
    return json.dumps(build(), indent=1, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Write the file, or with `--check` say whether it is current."""
    if "--check" in arguments:
        return 0 if PATH.exists() and PATH.read_text(encoding="utf-8") == render() else 1
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_text(render(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
