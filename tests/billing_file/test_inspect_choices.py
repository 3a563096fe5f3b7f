# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A file is inspected as the caller says, instead of in the likeliest way."""

import io

import openpyxl

from billing_file import inspect

TEXT = "Serial;Näme, first\r\nSN-1;Müller, Ä\r\n"


def names(found):
    return [column.name for column in found.columns]


def test_delimiter():
    assert inspect(TEXT.encode(), "a.csv").delimiter == ";"
    found = inspect(TEXT.encode(), "a.csv", delimiter=",")
    assert (found.delimiter, names(found)) == (",", ["Serial;Näme", "first"])
    assert not inspect(TEXT.encode(), "a.csv", delimiter="|").columns


def test_encoding():
    assert names(inspect(TEXT.encode("cp1252"), "a.csv")) == ["Serial", "Näme, first"]
    found = inspect(TEXT.encode("utf-8"), "a.csv", encoding="cp1252")
    assert (found.encoding, names(found)) == ("cp1252", ["Serial", "NÃ¤me, first"])
    found = inspect(TEXT.encode("cp1252"), "a.csv", encoding="utf-8")
    assert not found.columns
    assert [issue.code for issue in found.issues] == ["file_syntax"]


def test_sheet():
    book = openpyxl.Workbook()
    book.active.title = "One"
    book.active.append(["Serial Number", "Model"])
    book.active.append(["SN-1", "C7025"])
    book.copy_worksheet(book.active).title = "Two"
    book["Two"]["B1"] = "Location"
    stream = io.BytesIO()
    book.save(stream)
    assert inspect(stream.getvalue(), "a.xlsx").sheet == "One"
    found = inspect(stream.getvalue(), "a.xlsx", sheet="Two")
    assert (found.sheet, names(found)) == ("Two", ["Serial Number", "Location"])
    assert inspect(stream.getvalue(), "a.xlsx", sheet="Three").sheet == "One"
