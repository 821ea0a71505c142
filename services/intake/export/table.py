"""The rows of an export's file: no free text, no reporter, no address. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from contracts.commands.case_views import CaseSummary
from contracts.commands.exports import Encoding, Language
from services.intake.reference.values import SHANGHAI

# What stands beside a line of a list.
FURTHER = ("closed_at", "closure", "score")
_COLUMNS = {
    "number": "案件编号",
    "state": "状态",
    "step": "步骤",
    "category": "类别",
    "community": "社区",
    "grid": "网格",
    "lead": "主办部门",
    "urgency": "紧急程度",
    "cycle": "办理轮次",
    "reported_at": "上报时间",
    "due_at": "到期时间",
    "closed_at": "结案时间",
    "closure": "结案方式",
    "score": "评分",
}
_MARK = "\ufeff"
# A cell that begins so is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def head(language: Language, encoding: Encoding) -> bytes:
    """Return how a file begins: the mark of UTF-8, and the names of the columns."""
    names = _COLUMNS.values() if language is Language.ZH else _COLUMNS
    mark = _MARK if encoding is Encoding.UTF_8 else ""
    return mark.encode(encoding) + _written([list(names)], encoding)


def body(lines: Iterable[tuple[CaseSummary, Sequence[Any]]], encoding: Encoding) -> bytes:
    """Return the rows of cases, each with the `FURTHER` values."""
    return _written([_row(summary, further) for summary, further in lines], encoding)


def _row(summary: CaseSummary, further: Sequence[Any]) -> list[str]:
    values = dict(zip(FURTHER, further, strict=True))
    return [_cell(values[name] if name in values else getattr(summary, name)) for name in _COLUMNS]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _written(rows: Iterable[list[str]], encoding: Encoding) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerows(rows)
    return stream.getvalue().encode(encoding)
