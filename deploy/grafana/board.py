"""Grafana's dashboards from a few plain values: sections, panels, queries."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
COLUMNS = 24

Json = dict[str, Any]


class Panel(NamedTuple):
    """One picture. `unit` is Grafana's; `red_from` marks the value that asks for attention."""

    title: str
    expression: str
    legend: str = ""
    kind: str = "timeseries"
    unit: str = "short"
    width: int = 8
    description: str = ""
    red_from: float | None = None
    stacked: bool = False


class Section(NamedTuple):
    """A row of the dashboard."""

    title: str
    panels: tuple[Panel, ...]


def stat(
    title: str, expression: str, *, unit: str = "short", red_from: float | None = None, width: int = 4
) -> Panel:
    """Return a panel that shows one number large."""
    return Panel(title, expression, kind="stat", unit=unit, width=width, red_from=red_from)


def dashboard(*, uid: str, title: str, variables: Sequence[Json], sections: Sequence[Section]) -> Json:
    """Return a whole dashboard, with a choice of the data source before its own variables."""
    source = {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "数据源 · Source"}
    return {
        "uid": uid,
        "title": title,
        "tags": ["qiaotou"],
        "timezone": "Asia/Shanghai",
        "editable": False,
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [source, *variables]},
        "panels": list(_placed(sections)),
    }


def choice(name: str, *, label: str, metric: str) -> Json:
    """Return a variable that offers the values which a label of this name has in a metric."""
    return {
        "name": name,
        "type": "query",
        "label": label,
        "datasource": DATASOURCE,
        "query": {"query": f"label_values({metric}, {name})", "refId": name},
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": ["All"], "value": ["$__all"]},
    }


def _placed(sections: Sequence[Section]) -> Iterator[Json]:
    """Lay the panels out from left to right, section below section."""
    number, top = 0, 0
    for section in sections:
        number += 1
        yield _row(section.title, number=number, top=top)
        top, left, height = top + 1, 0, 0
        for panel in section.panels:
            number += 1
            if left + panel.width > COLUMNS:
                top, left, height = top + height, 0, 0
            tall = _height(panel)
            yield _panel(panel, number=number, place={"x": left, "y": top, "w": panel.width, "h": tall})
            left, height = left + panel.width, max(height, tall)
        top += height


def _row(title: str, *, number: int, top: int) -> Json:
    place = {"x": 0, "y": top, "w": COLUMNS, "h": 1}
    return {"id": number, "type": "row", "title": title, "collapsed": False, "gridPos": place, "panels": []}


def _height(panel: Panel) -> int:
    return 4 if panel.kind == "stat" and panel.width < COLUMNS // 3 else 8


def _panel(panel: Panel, *, number: int, place: Json) -> Json:
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": DATASOURCE,
        "gridPos": place,
        "targets": [_target(panel)],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": _options(panel),
    }


def _target(panel: Panel) -> Json:
    return {
        "refId": "A",
        "datasource": DATASOURCE,
        "expr": panel.expression,
        "legendFormat": panel.legend or "__auto",
    }


def _defaults(panel: Panel) -> Json:
    steps: list[Json] = [{"color": "green", "value": None}]
    if panel.red_from is not None:
        steps.append({"color": "red", "value": panel.red_from})
    defaults: Json = {"unit": panel.unit, "min": 0, "thresholds": {"mode": "absolute", "steps": steps}}
    if panel.kind == "timeseries":
        stacking = {"mode": "normal" if panel.stacked else "none", "group": "A"}
        shown = "line" if panel.red_from is not None else "off"
        defaults["custom"] = {
            "fillOpacity": 20 if panel.stacked else 0,
            "showPoints": "never",
            "stacking": stacking,
            "thresholdsStyle": {"mode": shown},
        }
    return defaults


def _options(panel: Panel) -> Json:
    if panel.kind == "stat":
        return {"colorMode": "value", "reduceOptions": {"calcs": ["lastNotNull"], "values": False}}
    return {
        "legend": {"displayMode": "list", "placement": "bottom"},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
