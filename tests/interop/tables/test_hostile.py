"""Hostile and broken files are refused with a code, and cost the server no memory."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from muster.interop.tables.read import read_table
from muster.interop.tables.shapes import TableRefused
from tests.interop.tables import makers

GOOD = makers.sheet_xml([["姓名", "电话"], ["张三", "13800000000"]])
MACRO_TYPES = makers.CONTENT_TYPES.replace("sheet.main", "sheet.macroEnabled.main")
ENTITIES = '<!DOCTYPE x [<!ENTITY a "lol">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
) + "]>"  # fmt: skip


def with_entry(name: str, content: str | bytes = b"x") -> bytes:
    return makers.packed({**makers.parts(), name: content})


def locked_entry() -> bytes:
    data = bytearray(makers.packed(makers.parts()))
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 8] |= 1
        at += 4
    return bytes(data)


def lying_bomb() -> bytes:
    """The directory claims 10 bytes; the stream unpacks to 80 MB."""
    data = bytearray(makers.packed({**makers.parts(), "xl/worksheets/sheet1.xml": b" " * 80_000_000}))
    at = data.find(b"PK\x01\x02")
    while b"sheet1.xml" not in data[at : at + 80]:
        at = data.find(b"PK\x01\x02", at + 4)
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    return bytes(data)


def wide_sheet() -> bytes:
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return makers.packed(
        makers.parts(f'<worksheet xmlns="{makers.MAIN}"><sheetData>{cells}</sheetData></worksheet>')
    )


def repeated_string() -> bytes:
    """One string of a megabyte, shown in two thousand cells: two gigabytes of text."""
    strings = f'<sst xmlns="{makers.MAIN}"><si><t>{"长" * 350_000}</t></si></sst>'
    cells = "".join(f'<row><c t="s" r="A{n}"><v>0</v></c></row>' for n in range(1, 2001))
    sheet = f'<worksheet xmlns="{makers.MAIN}"><sheetData>{cells}</sheetData></worksheet>'
    return makers.packed(makers.parts(sheet, strings))


def merge_flood() -> bytes:
    merges = "<mergeCells>" + '<mergeCell ref="A1:A1048576"/>' * 20_000 + "</mergeCells>"
    return makers.packed(makers.parts(makers.sheet_xml([["张三"]] * 2_000, merges)))


HOSTILE: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "bomb": (lambda: with_entry("xl/worksheets/sheet2.xml", b"0" * 410_000_000), {"tables.bomb"}),
    "ratio": (lambda: with_entry("xl/media/a.xml", b"0" * 90_000_000), {"tables.bomb"}),
    "lying": (lying_bomb, {"tables.bomb", "tables.broken"}),
    "long_tag": (lambda: with_entry("xl/a.xml", '<a b="' + "x" * 9_000_000), {"tables.bomb"}),
    "entries": (lambda: makers.packed({f"xl/{n}.xml": b"" for n in range(2_001)}), {"tables.bomb"}),
    "wide": (wide_sheet, {"tables.too_large"}),
    "repeated": (repeated_string, {"tables.too_large"}),
    "merges": (merge_flood, {"tables.bomb"}),
    "slip": (lambda: with_entry("../../etc/cron.d/x"), {"tables.zip_slip"}),
    "slip_absolute": (lambda: with_entry("/etc/passwd"), {"tables.zip_slip"}),
    "slip_windows": (lambda: with_entry("xl\\..\\..\\x.dll"), {"tables.zip_slip"}),
    "slip_drive": (lambda: with_entry("C:/x.dll"), {"tables.zip_slip"}),
    "encrypted_ole": (lambda: makers.compound("EncryptedPackage", b"x" * 5_000), {"tables.encrypted"}),
    "encrypted_zip": (locked_entry, {"tables.encrypted"}),
    "encrypted_ods": (
        lambda: makers.ods([["姓名"]], "<manifest:manifest><manifest:encryption-data/></manifest:manifest>"),
        {"tables.encrypted"},
    ),
    "macro_part": (lambda: with_entry("xl/vbaProject.bin"), {"tables.macro"}),
    "macro_type": (
        lambda: with_entry("[Content_Types].xml", MACRO_TYPES),
        {"tables.macro"},
    ),
    "macro_xls": (lambda: makers.xls([["姓名"], ["张三"]], ["_VBA_PROJECT_CUR"]), {"tables.macro"}),
    "xxe": (
        lambda: makers.packed(
            makers.parts('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + GOOD.replace("张三", "&e;"))
        ),
        {"tables.dtd"},
    ),
    "laughs": (lambda: makers.packed(makers.parts(ENTITIES + GOOD.replace("张三", "&j;"))), {"tables.dtd"}),
    "laughs_strings": (lambda: makers.packed(makers.parts(strings=ENTITIES + "<sst>&j;</sst>")), {"tables.dtd"}),
    "dtd_utf16": (lambda: makers.packed(makers.parts((ENTITIES + GOOD).encode("utf-16"))), {"tables.dtd"}),
    "garbage_zip": (lambda: b"PK\x03\x04" + b"\xa7" * 3_000, {"tables.broken"}),
    "cut_short": (lambda: makers.xlsx([["姓名"], ["张三"]])[:-300], {"tables.broken"}),
    "cut_in_half": (lambda: makers.xlsx([["姓名"], ["张三"]])[:2_000], {"tables.broken"}),
    "no_workbook": (lambda: makers.packed({"word/document.xml": "<a/>"}), {"tables.broken"}),
    "bad_xml": (lambda: makers.packed(makers.parts(GOOD.replace("</row>", "</col>"))), {"tables.broken"}),
    "sheet_cut": (lambda: makers.packed(makers.parts(GOOD[: GOOD.index("张三")])), {"tables.broken"}),
    "ole_stub": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1_000), {"tables.broken"}),
    "html_as_xls": (lambda: b"<html><table><tr><td>\xd5\xc5</td></tr></table>", {"tables.unknown_format"}),
    "pdf_as_csv": (lambda: b"%PDF-1.7\n1 0 obj", {"tables.unknown_format"}),
    "nothing": (lambda: b"", {"tables.empty"}),
    "blanks": (lambda: b"\r\n ,\r\n", {"tables.empty"}),
    "header_only": (lambda: "姓名,电话\r\n".encode(), {"tables.empty"}),
    "commas": (lambda: b"," * 7_000_000, {"tables.too_large"}),
    "open_quote": (lambda: '姓名,电话\n张三,1\n"李四,2\n王五,3\n'.encode(), {"tables.quotes"}),
    "swallowing_quote": (
        lambda: ('姓名,电话\n"李四,2\n' + "王五,3\n" * 60 + '"赵六",4\n').encode(), {"tables.quotes"}
    ),
}  # fmt: skip


def test_there_are_enough_kinds_of_hostile_files() -> None:
    assert len(HOSTILE) >= 15


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_with_its_code(kind: str) -> None:
    make, expected = HOSTILE[kind]
    with pytest.raises(TableRefused) as refused:
        read_table(make(), f"{kind}.xlsx")
    assert refused.value.code in expected


def test_an_unclosed_quote_is_reported_where_it_begins() -> None:
    with pytest.raises(TableRefused) as refused:
        read_table(HOSTILE["open_quote"][0](), "x.csv")
    assert refused.value.details["line"] == 3


def test_the_good_file_behind_the_spoiled_ones_reads() -> None:
    assert read_table(makers.packed(makers.parts()), "x.xlsx").rows == [("张三", "13800000000")]


def test_refusing_all_of_them_costs_the_server_little_memory(tmp_path: Path) -> None:
    """A process of its own reads every hostile workbook; its high-water mark is the server's."""
    for kind, (make, _codes) in HOSTILE.items():
        if kind != "commas":
            (tmp_path / kind).write_bytes(make())
    script = (
        "import json,pathlib,resource,sys\n"
        "from muster.interop.tables.read import read_table\n"
        "from muster.interop.tables.shapes import TableRefused\n"
        "peak=lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss//1024\n"
        "before,refused=peak(),0\n"
        "for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):\n"
        "    try: read_table(path.read_bytes(), path.name)\n"
        "    except TableRefused: refused+=1\n"
        "print(json.dumps([refused, peak()-before]))\n"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], cwd=root, capture_output=True, check=True, text=True
    )
    refused, megabytes = json.loads(done.stdout)
    assert refused == len(HOSTILE) - 1
    assert megabytes <= 100
