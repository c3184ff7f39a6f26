"""Editions: frozen, reproducible, and honest about what came late or was taken back."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner
from django.db import Error
from django.test import Client

from muster.core import journal
from muster.core.access import Actor, scope, system
from muster.core.ids import new_id
from muster.core.told import Done, Told
from muster.core.vault import create_keys
from muster.domain.incidents.models import Incident
from muster.domain.responders.models import SignUp
from muster.project.commands_sitrep import sitrep
from muster.reports import actions, changes, queries, writing
from muster.reports.figures.asking import Wanted
from muster.reports.models import Edition
from muster.reports.rendering import coverage, labels, pdf, workbook
from muster.reports.rendering.sheet import LABELS, RELATION, STATUS, sheet
from tests.cast import COMMUNITY, DISTRICT, INCIDENT, NOW, account_for, person
from tests.reports.play import facts, retract

HOUR = timedelta(hours=1)
WORDS = {"code": "lg-0217", "zh": "龙岗 0217 𠮷", "en": "Longgang 0217"}
ASKED = Wanted(figure="volunteers_recruited", ref="L2", params={"until": "2022-02-18T20:30"})


@pytest.fixture
def opened(fresh_db: str) -> Actor:
    """A committed incident and its commander."""
    commander = person("commander", "commander", DISTRICT)
    with scope(system(), INCIDENT):
        create_keys(None)
        create_keys(INCIDENT)
        Incident.objects.create(
            id=INCIDENT, area=DISTRICT, code="lg-0217", title_zh=WORDS["zh"], title_en=WORDS["en"], pack="covid-cn-v8",
            opened_at=NOW - 24 * HOUR,
        )  # fmt: skip
    return commander


def sign_up(by: Actor, at: datetime, people: int = 1) -> list[UUID]:
    """Volunteers, committed, with the journal's line."""
    with scope(by, INCIDENT):
        made = facts(SignUp, at, [{"responder": new_id(), "channel": "online_a"} for _ in range(people)])
        journal.write(action="responders.sign_up", by=by, incident=INCIDENT, area=COMMUNITY, subjects=made)
    return made


def publish(
    by: Actor, now: datetime, *, area: int = DISTRICT, title: str = "", identity: UUID | None = None
) -> Done:
    body = actions.PublishSitrep(id=identity or new_id(), area=area, title=title, wanted=[ASKED])
    with scope(by, INCIDENT):
        return actions.publish_sitreps(
            told=[Told(new_id(), now, by.by, body)], by=by, incident=INCIDENT, now=now
        )


def volunteers(by: Actor, number: int) -> tuple[int | None, int | None]:
    """Frozen, and counted again."""
    with scope(by, INCIDENT):
        held = queries.edition(number, DISTRICT)
        assert held is not None
        (frozen,) = [v.value for v in queries.figures(held) if v.figure == ASKED.figure and not v.ref]
        (again,) = queries.recount(held, [Wanted(figure=ASKED.figure)])
        return frozen, again.value


def test_an_edition_can_be_counted_again_whatever_came_later(opened: Actor) -> None:
    early = sign_up(opened, NOW, 3)
    publish(opened, NOW + HOUR)
    sign_up(opened, NOW - HOUR, 2)  # two telephones that had no network
    sign_up(opened, NOW + 2 * HOUR)
    with scope(opened, INCIDENT):
        retract(early[0], "responders.signup", NOW + 2 * HOUR, opened)
        journal.write(action="core.retract", by=opened, incident=INCIDENT, area=COMMUNITY, subjects=early[:1])
    publish(opened, NOW + 3 * HOUR)
    assert volunteers(opened, 1) == (3, 3)
    assert volunteers(opened, 2) == (5, 5)
    with scope(opened, INCIDENT):
        first, second = (queries.edition(n, DISTRICT) for n in (1, 2))
        assert first is not None and second is not None  # noqa: PT018
        assert first.changes["since"] is None
        changed = second.changes
        assert changed["since"] == 1
        assert changed["late"] == [{"kind": "responders.signup", "count": 2}]
        assert changed["new"] == [{"kind": "responders.signup", "count": 3}]
        assert changed["corrected"] == [{"kind": "responders.signup", "count": 1}]
        assert {"ref": "", "figure": "volunteers_recruited", "before": 3, "after": 5} in changed["figures"]
        assert len(changed["late_examples"]) == 2
        assert "其中迟到2条" in second.text_zh
        assert "2 late" in second.text_en
        assert first.journal_head != second.journal_head
    with scope(system()):
        assert journal.verify() == []


def test_an_edition_cannot_be_changed_and_a_repeat_publishes_nothing(opened: Actor) -> None:
    sign_up(opened, NOW)
    identity = new_id()
    publish(opened, NOW, identity=identity)
    publish(opened, NOW, identity=identity)
    with scope(opened, INCIDENT):
        assert Edition.objects.count() == 1
    with pytest.raises(Error), scope(opened, INCIDENT):
        Edition.objects.update(title="x")


def test_only_a_commander_publishes_and_an_outsider_sees_nothing(
    opened: Actor, grid_worker: Actor, outsider: Actor
) -> None:
    sign_up(opened, NOW)
    done = publish(grid_worker, NOW)
    assert [refusal.code for refusal in done.refused.values()] == ["access.not_allowed"]
    publish(opened, NOW)
    with scope(outsider, INCIDENT):
        assert queries.edition(1, DISTRICT) is None
        assert Edition.objects.count() == 0


def test_a_report_of_a_part_counts_that_part_only(opened: Actor) -> None:
    sign_up(opened, NOW, 2)
    other = DISTRICT + 1_000_000
    publish(opened, NOW + HOUR, area=other)
    publish(opened, NOW + HOUR, area=COMMUNITY)
    with scope(opened, INCIDENT):
        counted = {
            held.area: next(v.value for v in queries.figures(held) if v.figure == ASKED.figure)
            for held in queries.editions()
        }
        assert counted == {other: 0, COMMUNITY: 2}
        assert {held.number for held in queries.editions()} == {1}


def written(opened: Actor, form: str, language: str = "zh") -> bytes:
    claims = [
        {"ref": "L2", "figure": "volunteers_recruited", "value": 3, "relation": "exact"},
        {"ref": "G10", "figure": "batch_people", "value": 300, "relation": "conflict"},
    ]
    return writing.write(
        "lg-0217", None, None, form=form, language=language, published=json.dumps(claims).encode()
    )


def test_every_format_says_the_same(opened: Actor, tmp_path: Path) -> None:
    sign_up(opened, NOW, 3)
    publish(opened, NOW + HOUR, title='=HYPERLINK("x") 𠮷')
    content = json.loads(written(opened, "json"))
    head = content["journal_head"]
    assert [one["status"] for one in content["reconciliation"]] == ["agrees", "missing"]
    for language, words in (
        ("zh", ("招募志愿者", "首期报告", "一致")),
        ("en", ("Volunteers recruited", "First edition", "agrees")),
    ):
        text = written(opened, "text", language).decode()
        page = pages(written(opened, "pdf", language), tmp_path)
        cells = strings(written(opened, "xlsx", language))
        for word in (*words, head):
            assert word in text
            assert word in page
            assert word in cells


def strings(book: bytes) -> str:
    """All text cells of a workbook; there is no formula in it."""
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        sheets = [
            parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/worksheets/sheet")
        ]
        assert len(sheets) == 4
        assert not any("<f>" in one or "<f " in one or "<hyperlink" in one for one in sheets)
        return parts.read("xl/sharedStrings.xml").decode()


def pages(made: bytes, folder: Path) -> str:
    """The text of a PDF whose only fonts are the packaged Chinese ones, embedded."""
    assert set(re.findall(rb"/FontName /\w+\+(\w+)", made)) <= {b"NotoSansCJKsc"}
    assert b"FontFile" in made
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext here: the embedded font was checked")
    (folder / "x.pdf").write_bytes(made)
    done = subprocess.run(
        ["pdftotext", "-layout", str(folder / "x.pdf"), "-"], capture_output=True, check=True
    )
    return done.stdout.decode()


def test_no_text_becomes_a_formula(opened: Actor) -> None:
    sign_up(opened, NOW)
    for number, payload in enumerate(
        ["=1+1", "\t=1+1", "\r\n=1", "＝1", "@SUM(A1)", "+1", "-1", "\u00a0=1", "{=1}"], 1
    ):
        publish(opened, NOW + number * HOUR, title=payload)
        with scope(opened, INCIDENT):
            held = queries.edition(number, DISTRICT)
            assert held is not None
            assert payload.strip()[-1] in strings_of(workbook.render(sheet(held, WORDS, "zh")))


def strings_of(book: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert re.search(r"<f[ >]", parts.read(name).decode()) is None
        return parts.read("xl/sharedStrings.xml").decode()


def test_a_page_that_cannot_be_set_right_is_refused(
    opened: Actor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sign_up(opened, NOW)
    publish(opened, NOW)
    monkeypatch.setattr(pdf, "fonts", lambda: tmp_path)
    with scope(opened, INCIDENT):
        held = queries.edition(1, DISTRICT)
        assert held is not None
        monkeypatch.setattr(coverage, "showable", lambda text, font: text)
        with pytest.raises(pdf.NotPrintable, match="unknown font family"):
            pdf.render(sheet(held, WORDS, "zh"))


def test_what_the_font_cannot_show_is_marked() -> None:
    font = pdf.fonts() / pdf.FONT
    assert coverage.showable('集结 𠮷 ✓ × – · {"a": 1}\n', font) == '集结 𠮷 ✓ × – · {"a": 1}\n'
    assert coverage.showable("好😀", font) == "好〓"
    template = pdf.TEMPLATE.read_text(encoding="utf-8")
    words = "".join(text.zh + text.en for text in (*LABELS.values(), *STATUS.values(), *RELATION.values()))
    assert coverage.UNSHOWN not in coverage.showable(template + words, font)


def test_every_kind_of_fact_has_words() -> None:
    assert set(changes.kinds()) == set(labels.KINDS)


def test_the_command_line_writes_an_edition_or_says_what_is_missing(opened: Actor, tmp_path: Path) -> None:
    runner = CliRunner()
    nothing = runner.invoke(sitrep, ["--incident", "lg-0217"])
    assert nothing.exit_code != 0
    sign_up(opened, NOW, 2)
    publish(opened, NOW)
    told = runner.invoke(sitrep, ["--incident", "lg-0217", "--format", "json"])
    assert json.loads(told.output)["number"] == 1
    out = tmp_path / "sitrep.pdf"
    assert (
        runner.invoke(sitrep, ["--incident", "lg-0217", "--format", "pdf", "--out", str(out)]).exit_code == 0
    )
    assert out.read_bytes().startswith(b"%PDF")
    assert runner.invoke(sitrep, ["--incident", "lg-0217", "--edition", "7"]).exit_code != 0


def test_machines_read_figures_services_and_editions(
    opened: Actor, outsider: Actor, grid_worker: Actor
) -> None:
    with scope(system()):
        for actor in (opened, outsider, grid_worker):
            account_for(actor)
    sign_up(opened, NOW, 2)
    publish(opened, NOW + HOUR)
    client = Client()
    assert client.get("/i/lg-0217/services.json").status_code == 401
    assert client.login(username="commander", password="night-shift-2022")
    body = [
        {"ref": "L2", "figure": "volunteers_recruited", "params": {}},
        {"ref": "G4", "figure": "tracing_teams", "params": {"organisation": "nobody"}},
    ]
    told = client.post("/i/lg-0217/figures.json", body, content_type="application/json").json()
    assert [(one["ref"], one["value"]) for one in told["figures"]] == [("L2", 2), ("G4", None)]
    assert told["figures"][0]["parts"] == [{"what": "online_a", "value": 2}]
    assert "没有单位" in told["figures"][1]["note"]["zh"]
    then = client.post(
        "/i/lg-0217/figures.json", {"queries": body, "edition": 1}, content_type="application/json"
    ).json()
    assert then["as_of"] is not None
    rows = client.get("/i/lg-0217/figures/volunteers_recruited/rows.json").json()
    assert (rows["value"], len(rows["rows"]), rows["next"]) == (2, 2, None)
    services = client.get("/i/lg-0217/services.json").json()
    assert {"ref": "G19", "status": "missing"} in services["services"]
    assert client.get("/i/lg-0217/editions/1.json").json()["number"] == 1
    assert client.get("/i/lg-0217/editions/2.json").status_code == 404
    assert len(client.get("/i/lg-0217/editions.json").json()["editions"]) == 1
    bad = client.post("/i/lg-0217/figures.json", [{"figure": "happiness"}], content_type="application/json")
    assert (bad.status_code, bad.json()["code"]) == (404, "reports.unknown_figure")
    assert client.post("/i/lg-0217/figures.json", "[{", content_type="application/json").status_code == 422
    client.login(username="grid_worker", password="night-shift-2022")
    assert client.get("/i/lg-0217/services.json").status_code == 403
    client.login(username="outsider", password="night-shift-2022")
    told = client.post("/i/lg-0217/figures.json", body[:1], content_type="application/json").json()
    assert told["figures"][0]["value"] == 0
    assert client.get("/i/lg-0217/editions/1.json").status_code == 404
