"""Columns by their headings in both languages, and what stands in their cells. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

from contracts.commands.people import ImportKind, Relation, RowFault, UnitUse
from services.registry.importing.errors import UnfitFile
from services.registry.importing.sheets import Cell, Row

T = TypeVar("T")

HEADINGS: dict[ImportKind, dict[str, tuple[str, ...]]] = {
    ImportKind.PERSONS: {
        "household": ("户编码", "住户编码"),
        "relation": ("与户主关系",),
        "name": ("姓名",),
        "id_number": ("身份证号", "身份证号码", "公民身份号码"),
        "birthday": ("出生日期",),
        "phone": ("电话", "手机号", "联系电话"),
        "address": ("地址", "户籍地址"),
        "since": ("入住日期",),
    },
    ImportKind.UNITS: {
        "code": ("房屋编码", "房屋编号"),
        "place": ("位置编码",),
        "use": ("用途",),
        "area_m2": ("建筑面积", "面积"),
        "owner_name": ("产权人", "产权人姓名"),
        "owner_id_number": ("产权人身份证号",),
        "owner_organisation": ("产权单位",),
        "since": ("取得日期",),
    },
}
NEEDED: dict[ImportKind, tuple[str, ...]] = {
    ImportKind.PERSONS: ("household", "relation", "name"),
    ImportKind.UNITS: ("code", "area_m2"),
}
RELATIONS: dict[str, Relation] = {
    "户主": Relation.HEAD,
    "配偶": Relation.SPOUSE,
    "子女": Relation.CHILD,
    "父母": Relation.PARENT,
    "祖父母": Relation.GRANDPARENT,
    "孙子女": Relation.GRANDCHILD,
    "兄弟姐妹": Relation.SIBLING,
    "其他": Relation.OTHER,
} | {each.value: each for each in Relation}
USES: dict[str, UnitUse] = {
    "住宅": UnitUse.DWELLING,
    "商业": UnitUse.COMMERCIAL,
    "车位": UnitUse.PARKING,
} | {each.value: each for each in UnitUse}
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d{2})(\d{2})", re.ASCII)
_POWER = re.compile(r"\d(\.\d+)?E\+\d+", re.ASCII | re.IGNORECASE)


class Line(NamedTuple):
    """A row by the names of its columns; what is empty is not there."""

    number: int
    cells: Mapping[str, Cell]

    def text(self, column: str) -> str | None:
        """Return what stands in a column."""
        cell = self.cells.get(column)
        return None if cell is None else cell.text


class Faults:
    """What is wrong with the rows of a file."""

    def __init__(self) -> None:
        self.found: list[RowFault] = []
        self._rows = set[int]()

    def add(self, row: int, column: str, code: str) -> None:
        """Note a fault."""
        self.found.append(RowFault(row=row, column=column, code=code))
        self._rows.add(row)

    def of(self, row: int) -> bool:
        """Return whether a row has any."""
        return row in self._rows

    def required(self, line: Line, column: str) -> str:
        """Return what stands in a column that may not be empty."""
        text = line.text(column)
        if text is None:
            self.add(line.number, column, "required")
        return text or ""

    def read(self, line: Line, column: str, read: Callable[[str], T | None], code: str) -> T | None:
        """Return what a column says, None where it is empty or says nothing that can be read."""
        text = line.text(column)
        value = None if text is None else read(text)
        if text is not None and value is None:
            self.add(line.number, column, code)
        return value

    def id_number(self, line: Line, column: str) -> str | None:
        """Return an identity number; a number cell has lost digits, and so has one with an exponent."""
        cell = line.cells.get(column)
        if cell is not None and (cell.numeric or _POWER.fullmatch(cell.text)):
            self.add(line.number, column, "numeric_cell")
            return None
        return None if cell is None else cell.text.upper()

    def ordered(self) -> tuple[RowFault, ...]:
        """Return them by rows."""
        return tuple(sorted(self.found, key=lambda each: (each.row, each.column)))


def lines_of(rows: Sequence[Row], kind: ImportKind) -> list[Line]:
    """Return the rows below the heading, by column. Raises: UnfitFile."""
    names = [_name(cell.text, kind) for cell in rows[0].cells]
    known = [name for name in names if name is not None]
    if len(set(known)) != len(known):
        raise UnfitFile("column_twice")
    if not set(NEEDED[kind]) <= set(known):
        raise UnfitFile("column_missing")
    return [Line(row.number, _cells(names, row.cells)) for row in rows[1:]]


def day_of(text: str) -> date | None:
    """Return a day: `2012-06-01`, `2012/6/1`, `20120601`, `2012年6月1日`."""
    found = _DAY.fullmatch(text)
    try:
        parts = [] if found is None else [int(part) for part in found.groups() if part is not None]
        return date(*parts) if parts else None
    except ValueError:
        return None


def _name(heading: str, kind: ImportKind) -> str | None:
    if not heading:
        return None
    for name, chinese in HEADINGS[kind].items():
        if heading in (name, *chinese):
            return name
    raise UnfitFile("unknown_column")


def _cells(names: Sequence[str | None], cells: Sequence[Cell]) -> dict[str, Cell]:
    return {name: cell for name, cell in zip(names, cells, strict=False) if name is not None and cell.text}
