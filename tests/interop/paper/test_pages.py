"""What is printed fits its paper: so many pages as sheets, no text lost, codes large enough to be read."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from muster.core.ids import derive_id, short_code
from muster.interop.paper import making, words
from muster.interop.paper.rows import MOST_SHEETS, ROWS, Form, Sheet
from muster.interop.paper.setting import pages, qr

PLACE = derive_id("test", "longest place")
NAME = "南坑社区埔厦路文体广场核酸采样点（A 区东侧，原篮球场）"
ADDRESS = "广东省深圳市龙岗区坂田街道南坑社区埔厦路 128 号文体广场东门入口左侧 50 米"
INCIDENT: Any = SimpleNamespace(
    title_zh="龙岗区 2·17 新冠肺炎疫情应急处置（南坑、象角塘、第五园片区）",
    title_en="Longgang 17 February COVID-19 outbreak response, three communities",
)
PICTURES = Path(__file__).parents[3] / "docs" / "images" / "screens"
LEAST_DOT = 0.33  # millimetres a dot of a code must have for a telephone


def count(made: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", made))


def text_of(made: bytes, folder: Path) -> str:
    """The words on the pages without white space; empty where nothing here can read a PDF."""
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext here: the pages were counted")
    (folder / "x.pdf").write_bytes(made)
    done = subprocess.run(["pdftotext", str(folder / "x.pdf"), "-"], capture_output=True, check=True)
    return re.sub(r"\s", "", done.stdout.decode())


def picture(made: bytes, language: str, folder: Path) -> None:
    """The first sheet for the guide, when asked for by MUSTER_PICTURES=1."""
    if os.environ.get("MUSTER_PICTURES") == "1":
        (folder / "x.pdf").write_bytes(made)
        target = PICTURES / f"paper-sheet-{language}"
        first = ["pdftoppm", "-png", "-r", "90", "-f", "1", "-singlefile"]
        subprocess.run([*first, str(folder / "x.pdf"), str(target)], check=True)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_pack_has_as_many_pages_as_sheets_and_every_row_and_word(
    language: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    doors = [making.Door(derive_id("door", n), f"地下车库值班室 {n}") for n in range(24)]
    monkeypatch.setattr(making, "place_of", lambda _form, _place: (NAME, ADDRESS))
    monkeypatch.setattr(making, "doors_of", lambda _place: doors)
    whole = b""
    for form, sheets in ((Form.SITE, 2), (Form.GATE, 2), (Form.BUILDING, 3)):
        made = making.pack_pdf(form, PLACE, 2211222153, 2, INCIDENT, language)
        assert made is not None
        assert count(made) == sheets, form
        whole = made if form == Form.BUILDING else whole
        if form == Form.SITE:
            picture(made, language, tmp_path)
        said = words.sheet(form, language)
        text = text_of(made, tmp_path)
        titles = [column["title"] for column in said.columns]
        for word in (NAME, ADDRESS, said.words["title"], said.words["how"]):
            assert text.count(re.sub(r"\s", "", word)) == sheets, word
        assert all(re.sub(r"\s", "", word) in text for word in titles)
        sheet = Sheet(form, PLACE, 2211222153, 2)
        keys = [doors[n - 1].id for n in range(11, 21)] if form == Form.BUILDING else list(range(11, 21))
        assert all(sheet.code(key)[:4] in text for key in keys)
    assert all(door.label.replace(" ", "") in text_of(whole, tmp_path) for door in doors)


def test_passes_posters_and_lists_stay_on_their_pages(tmp_path: Path) -> None:
    titles = {"incident_zh": INCIDENT.title_zh, "incident_en": INCIDENT.title_en}
    one = {
        "code": "7KQ2 M4XY", "qr": qr("M" * 250), "kind_zh": "居民", "kind_en": "Resident", "tail": "12X",
        "holder": "Muhammad Abdul Rahman Alhussein A***", "from": "2022-02-18 08:00", "to": "2022-02-25 23:59",
        "area": "广东省深圳市龙岗区坂田街道南坑社区第十二网格",
    }  # fmt: skip
    passes = pages("pass.typ", titles | {"title": "Passes", "passes": [one] * 3})
    assert count(passes) == 3
    assert text_of(passes, tmp_path).count("Emergenciespassfirst.") == 3
    place = {
        "name": NAME,
        "address": ADDRESS,
        "code": "7KQ2M4",
        "administrator": "南坑-0031",
        "qr": qr("MUSP:X"),
    }
    poster = pages("place.typ", titles | place)
    assert count(poster) == 1
    assert "南坑-0031" in text_of(poster, tmp_path)
    common = {"at": "2022-02-18 20:00", "incident": INCIDENT.title_zh}
    rows = [
        {
            "code": f"{n:04d} KX42",
            "kind": "Resident",
            "who": "Muhammad A***",
            "tail": "12X",
            "to": "02-25 23:59",
        }
        for n in range(300)
    ]
    for language in ("zh", "en"):
        said = {"words": words.of(words.PASS_LIST, language), "rows": rows, "left": 7} | common
        text = text_of(pages("passlist.typ", said), tmp_path)
        assert all(f"{n:04d}KX42" in text for n in range(300))
        wall = {"words": words.of(words.CONTACTS, language), "lines": [], "zones": [], "places": []} | common
        bare = pages("contacts.typ", wall)
        assert count(bare) == 1
        assert all(
            re.sub(r"\s", "", wall["words"][f"step_{n}"]) in text_of(bare, tmp_path) for n in range(1, 6)
        )


def test_codes_are_large_enough_for_a_telephone() -> None:
    sheet = Sheet(Form.BUILDING, PLACE, 2211222153, MOST_SHEETS)
    for text, error, width in (
        (sheet.row_text(MOST_SHEETS * ROWS), "l", 11.4),
        (sheet.header, "m", 24.0),
        (f"MUSP:{PLACE}".upper(), "q", 120.0),
    ):
        found = re.search(r'viewBox="0 0 (\d+) ', qr(text, error=error))
        assert found
        assert width / int(found.group(1)) >= LEAST_DOT, (text, found.group(1))
    assert len(short_code(PLACE, 9)) == 9
