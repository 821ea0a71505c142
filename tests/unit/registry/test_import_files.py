import io
import zipfile
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import pytest
from openpyxl import Workbook

from contracts.commands.people import ImportKind
from services.registry.importing.columns import HEADINGS, day_of, lines_of
from services.registry.importing.errors import UnfitFile
from services.registry.importing.sheets import MOST_ROWS, Cell, Row, read


def a_workbook(*rows: tuple[Any, ...]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    book.close()
    return stream.getvalue()


HEADING = ("姓名", "电话")


def fault(content: bytes) -> str:
    with pytest.raises(UnfitFile) as refusal:
        lines_of(read(content), ImportKind.PERSONS)
    return str(refusal.value.fields["file"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_as_utf_8_or_gb_18030(encoding: str) -> None:
    text = '姓名,电话\r\n王小花, 13800000001 \r\n,\r\n"欧阳,小花",\r\n'
    assert read(text.encode(encoding)) == [
        Row(1, [Cell("姓名"), Cell("电话")]),
        Row(2, [Cell("王小花"), Cell("13800000001")]),
        Row(4, [Cell("欧阳,小花"), Cell("")]),
    ]


def test_tabs_separate_where_the_heading_has_them() -> None:
    assert read("姓名\t电话\n王,小花\t1\n".encode())[1].cells == [Cell("王,小花"), Cell("1")]


def test_a_workbook_says_which_cells_are_numbers() -> None:
    rows = read(
        a_workbook(
            HEADING,
            ("王小花", 13800000001),
            (datetime(2012, 6, 1), 68.25),  # noqa: DTZ001 - a sheet's times have no zone
            (None, None),
            (date(2012, 6, 1), 3.0),
        )
    )
    assert [row.number for row in rows] == [1, 2, 3, 5]
    assert rows[1].cells == [Cell("王小花"), Cell("13800000001", numeric=True)]
    assert rows[2].cells == [Cell("2012-06-01"), Cell("68.25", numeric=True)]
    assert rows[3].cells == [Cell("2012-06-01"), Cell("3", numeric=True)]


def test_what_is_no_table_is_told_by_a_word() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    assert fault(packed.getvalue()) == "not_a_workbook"
    assert fault(a_workbook(HEADING, ("王", "1"))[:400]) == "not_a_workbook"
    assert fault(b"\xff\xff\xff") == "encoding"
    assert fault("姓名\0\n王\n".encode()) == "not_a_table"
    assert fault('姓名\n"王\n'.encode()) == "not_a_table"
    assert fault(b"") == "no_rows"
    assert fault("姓名,电话\n".encode()) == "no_rows"
    assert fault(b"x" * (5 * 1024 * 1024 + 1)) == "too_large"


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (61 * 1024 * 1024))
    assert len(packed.getvalue()) < 100_000
    assert fault(packed.getvalue()) == "too_large"


def test_ten_thousand_rows_are_taken_and_no_more() -> None:
    text = "姓名\n" + "王\n" * MOST_ROWS
    assert len(read(text.encode())) == MOST_ROWS + 1
    assert fault((text + "王\n").encode()) == "too_many_rows"


def test_empty_rows_are_no_rows_however_many_and_nothing_behind_them_is_left_out() -> None:
    text = "姓名\n" + "\n王\n" * (MOST_ROWS - 1)
    assert len(read(text.encode())) == MOST_ROWS
    assert read((text + "\n李\n").encode())[-1] == Row(2 * MOST_ROWS + 1, [Cell("李")])
    assert fault((text + "李\n" * 2).encode()) == "too_many_rows"
    far = Workbook()
    far.active["A1"], far.active[f"A{MOST_ROWS + 50}"] = "姓名", "王"
    assert read(saved(far))[-1] == Row(MOST_ROWS + 50, [Cell("王")])


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_workbook_whose_bytes_were_damaged_is_none(packing: int) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", packing) as archive:
        # What cannot be packed any smaller.
        archive.writestr("[Content_Types].xml", b"".join(sha256(bytes([n])).digest() for n in range(30)))
    content = bytearray(packed.getvalue())
    begin = 30 + len("[Content_Types].xml")
    content[begin : begin + 20] = b"\xff" * 20
    assert fault(bytes(content)) == "not_a_workbook"


def test_a_workbook_under_a_password_is_none() -> None:
    content = bytearray(a_workbook(HEADING, ("王", "1")))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + flags] |= 1
            at = content.find(mark, at + 1)
    assert fault(bytes(content)) == "not_a_workbook"


def test_nothing_that_stands_in_a_cell_is_printed(recwarn: pytest.WarningsRecorder) -> None:
    book = Workbook()
    book.active.append(("身份证号",))
    book.active["A2"] = 140303199001011234
    # A number of so many digits is no date: the library says so, and quotes it.
    book.active["A2"].number_format = "yyyy-mm-dd"
    assert len(read(saved(book))) == 2
    assert not recwarn


def test_columns_are_known_by_their_headings_in_both_languages() -> None:
    chinese = "户编码,与户主关系,姓名\nh1,户主,王\n"
    english = "household,relation,name\nh1,户主,王\n"
    for text in (chinese, english):
        (line,) = lines_of(read(text.encode()), ImportKind.PERSONS)
        assert (line.number, line.text("household"), line.text("relation")) == (2, "h1", "户主")
        assert line.text("phone") is None
    assert fault("户编码,姓名\nh1,王\n".encode()) == "column_missing"
    assert fault("户编码,与户主关系,姓名,name\nh1,户主,王,王\n".encode()) == "column_twice"
    assert fault("户编码,与户主关系,姓名,党员\nh1,户主,王,是\n".encode()) == "unknown_column"


@pytest.mark.parametrize("kind", list(ImportKind))
def test_no_heading_means_two_columns(kind: ImportKind) -> None:
    headings = [heading for name, chinese in HEADINGS[kind].items() for heading in (name, *chinese)]
    assert len(set(headings)) == len(headings)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2012-06-01", date(2012, 6, 1)),
        ("2012/6/1", date(2012, 6, 1)),
        ("20120601", date(2012, 6, 1)),
        ("2012年6月1日", date(2012, 6, 1)),
        ("2012111", None),
        ("2012-13-01", None),
        ("41061", None),
        ("", None),
    ],
)
def test_a_day_is_read_in_the_ways_that_people_write_it(text: str, day: date | None) -> None:
    assert day_of(text) == day
