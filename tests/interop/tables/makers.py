"""Files made on the spot: workbooks written by hand, so that a test can spoil exactly one thing."""

import io
import struct
import zipfile
from collections.abc import Sequence

import xlsxwriter
from stdnum.cn.ric import calc_check_digit

CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="'
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = (
    f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
WORKBOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
    '<sheet name="表" sheetId="1" r:id="r1"/></sheets></workbook>'
)
WORKBOOK_RELS = (
    f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{OFFICE}/worksheet" '
    f'Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{OFFICE}/sharedStrings" '
    'Target="sharedStrings.xml"/></Relationships>'
)


def citizen(serial: int, sequence: int = 123) -> str:
    """A made-up id with a right check digit: area 440399 is assigned to nobody."""
    day = f"{1940 + serial % 75}{serial % 12 + 1:02}{serial % 28 + 1:02}"
    number = f"440399{day}{sequence:03}"
    return number + calc_check_digit(number + "0")


def sheet_xml(rows: Sequence[Sequence[str]], extra: str = "", prolog: str = "") -> str:
    """A worksheet with inline strings."""
    body = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) + "</row>"
        for row in rows
    )
    return f'{prolog}<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData>{extra}</worksheet>'


def parts(sheet: str | bytes = "", strings: str | bytes = "") -> dict[str, str | bytes]:
    """The entries of a small valid xlsx."""
    return {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELS,
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": WORKBOOK_RELS,
        "xl/worksheets/sheet1.xml": sheet or sheet_xml([["姓名", "电话"], ["张三", "13800000000"]]),
        "xl/sharedStrings.xml": strings or f'<sst xmlns="{MAIN}"/>',
    }


def packed(entries: dict[str, str | bytes]) -> bytes:
    """A zip of these entries."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return target.getvalue()


def xlsx(rows: Sequence[Sequence[object]]) -> bytes:
    """A workbook as a spreadsheet program writes it: numbers as numbers."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet("名单")
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return target.getvalue()


def ods(rows: Sequence[Sequence[str]], manifest: str = "") -> bytes:
    """A small OpenDocument sheet."""
    office = "urn:oasis:names:tc:opendocument:xmlns"
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    content = (
        f'<office:document-content xmlns:office="{office}:office:1.0" xmlns:table="{office}:table:1.0" '
        f'xmlns:text="{office}:text:1.0"><office:body><office:spreadsheet><table:table table:name="表">'
        f"{cells}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    listing = manifest or f'<manifest:manifest xmlns:manifest="{office}:manifest:1.0"/>'
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            "META-INF/manifest.xml": listing,
        }
    )


def compound(stream: str, content: bytes, more: Sequence[str] = ()) -> bytes:
    """An OLE compound file with one big stream, and directory entries of other names."""
    content = content.ljust(max(4096, -(-len(content) // 512) * 512), b"\0")
    sectors = len(content) // 512
    fat = [0xFFFFFFFD, 0xFFFFFFFE] + [at + 1 for at in range(2, sectors + 1)] + [0xFFFFFFFE]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<I", 0) + b"\xff" * 432

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = name.encode("utf-16-le")
        known = text.ljust(64, b"\0") + struct.pack(
            "<HBBIII", len(text) + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child
        )
        return known + bytes(36) + struct.pack("<IQ", start, size)

    entries = [entry("Root Entry", 5, 1, 0xFFFFFFFE, 0), entry(stream, 2, 0xFFFFFFFF, 2, len(content))]
    entries += [entry(name, 1, 0xFFFFFFFF, 0, 0) for name in more]
    directory = b"".join(entries).ljust(512, b"\0")
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(512, b"\xff")
    return header + table + directory + content


def xls(rows: Sequence[Sequence[str | float]], more: Sequence[str] = ()) -> bytes:
    """A BIFF8 workbook with labels and numbers."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def bof(kind: int) -> bytes:
        return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 0x07CC, 0, 6))

    cells = b""
    for row, line in enumerate(rows):
        for column, cell in enumerate(line):
            place = struct.pack("<HHH", row, column, 0)
            if isinstance(cell, str):
                text = struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le")
                cells += record(0x204, place + text)
            else:
                cells += record(0x203, place + struct.pack("<d", cell))
    name = struct.pack("<BB", 1, 1) + "表".encode("utf-16-le")
    size = len(bof(5)) + 4 + 6 + len(name) + 4
    book = bof(5) + record(0x85, struct.pack("<IBB", size, 0, 0) + name) + record(0x0A, b"")
    return compound("Workbook", book + bof(0x10) + cells + record(0x0A, b""), more)
