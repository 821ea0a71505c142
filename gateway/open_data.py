"""Lists that everybody may take away as CSV: the newest, without anybody's name."""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from flask import Response

CSV = "text/csv"
MOST_ROWS = 2_000
PAGE = 100
# A cell that begins so is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# By this mark a spreadsheet knows UTF-8.
_MARK = "\ufeff"

Rows = Sequence[msgspec.Struct]
NextPage = Callable[[str | None], tuple[Rows, str | None]]


def gathered(page: NextPage) -> list[msgspec.Struct]:
    """Return up to 2,000 things of a list, page by page from its beginning."""
    found: list[msgspec.Struct] = []
    cursor: str | None = None
    while len(found) < MOST_ROWS:
        items, cursor = page(cursor)
        found.extend(items)
        if cursor is None:
            break
    return found[:MOST_ROWS]


def table(name: str, columns: Sequence[str], rows: Sequence[msgspec.Struct | dict[str, Any]]) -> Response:
    """Return rows as a CSV file in UTF-8 with these columns, named as in the JSON."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        plain: dict[str, Any] = msgspec.to_builtins(row)
        writer.writerow([_cell(plain[column]) for column in columns])
    response = Response(
        (_MARK + stream.getvalue()).encode(), content_type=f"{CSV}; charset=utf-8; header=present"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
