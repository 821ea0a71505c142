"""A file as a table of text: the first sheet of an Excel workbook (.xlsx), or CSV in UTF-8 or GB 18030."""

import csv
import io
import lzma
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from services.registry.importing.errors import UnfitFile

LARGEST_BYTES = 5 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 10_000, 30
_ZIP = b"PK\x03\x04"
# A workbook is compressed: what it becomes has a limit too.
_LARGEST_UNPACKED = 60 * 1024 * 1024
# A sheet ends here for every spreadsheet; most of its rows may be empty.
_LAST_ROW = 1_048_576
_UNREADABLE = (
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    SyntaxError,
    EOFError,
    OSError,
    # A file under a password among them.
    RuntimeError,
    ArithmeticError,
)


class Cell(NamedTuple):
    """What stands in a cell; `numeric` where the spreadsheet holds a number, which has 15 digits at most."""

    text: str
    numeric: bool = False


class Row(NamedTuple):
    """A row under its number as a spreadsheet counts."""

    number: int
    cells: list[Cell]


def read(content: bytes) -> list[Row]:
    """Return the rows that are not empty; the first is the heading. Raises: UnfitFile."""
    if len(content) > LARGEST_BYTES:
        raise UnfitFile("too_large")
    filled = _workbook(content) if content.startswith(_ZIP) else _filled(_csv(content))
    rows = list(islice(filled, MOST_ROWS + 2))
    if len(rows) > MOST_ROWS + 1:
        raise UnfitFile("too_many_rows")
    if len(rows) <= 1:
        raise UnfitFile("no_rows")
    return rows


def _filled(rows: Iterable[list[Cell]]) -> Iterator[Row]:
    """Number the rows, and leave out the empty ones."""
    for number, found in enumerate(rows, start=1):
        if any(cell.text for cell in found):
            yield Row(number, found)


def _workbook(content: bytes) -> list[Row]:
    # The library's warnings quote what stands in a cell, and would be printed.
    with warnings.catch_warnings(action="ignore"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                if sum(each.file_size for each in packed.infolist()) > _LARGEST_UNPACKED:
                    raise UnfitFile("too_large")
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            rows = book.worksheets[0].iter_rows(max_row=_LAST_ROW, max_col=MOST_COLUMNS, values_only=True)
            found = list(islice(_filled(map(_cells_of, rows)), MOST_ROWS + 2))
            book.close()
        except _UNREADABLE as error:
            raise UnfitFile("not_a_workbook") from error
    return found


def _cells_of(row: tuple[Any, ...]) -> list[Cell]:
    """Return what stands in a row; of a million empty ones as well."""
    return [] if row.count(None) == len(row) else _without_blanks([_cell(value) for value in row])


def _without_blanks(cells: list[Cell]) -> list[Cell]:
    """Return a row without the empty cells behind it."""
    while cells and not cells[-1].text:
        cells.pop()
    return cells


def _cell(value: Any) -> Cell:
    if value is None:
        return Cell("")
    if isinstance(value, datetime):
        return Cell(value.date().isoformat())
    if isinstance(value, date):
        return Cell(value.isoformat())
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Cell(
            str(int(value) if isinstance(value, float) and value.is_integer() else value), numeric=True
        )
    return Cell(str(value).strip())


def _csv(content: bytes) -> Iterator[list[Cell]]:
    text = _decoded(content)
    if "\0" in text:
        raise UnfitFile("not_a_table")
    heading = text.partition("\n")[0]
    delimiter = "\t" if "\t" in heading else ","
    try:
        yield from _cells(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise UnfitFile("not_a_table") from error


def _cells(rows: Iterable[list[str]]) -> Iterator[list[Cell]]:
    for row in rows:
        yield [Cell(text.strip()) for text in row[:MOST_COLUMNS]]


def _decoded(content: bytes) -> str:
    """Return the text of a file. What is not UTF-8 is taken for GB 18030, which spreadsheets write here."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnfitFile("encoding")
