"""A scenario file is read into roles, incidents and a play, and the published figures stay out of it."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from drill import areas
from drill.scenario import SHIPPED, Scenario, ScenarioError, load, published
from drill.timeline import headcounts, shifts, steps
from drill.world import build

Document = dict[str, Any]
Write = Callable[[Document], Path]
FIGURES = {
    "L2",
    "L3",
    "L4",
    "G1",
    "G2a",
    "G2b",
    "G4a",
    "G4b",
    "G5a",
    "G5b",
    "G6",
    "G7",
    "G8",
    "G9a",
    "G9b",
    "G10",
    "G11a",
    "G11b",
    "G13",
    "G14a",
    "G14b",
    "G14c",
    "G16",
    "G17",
}
SERVICES = {"L1", "G3", "G12", "G15", "G5c", "G18", "G19", "G20", "G21", "G22", "G23", "L5", "L6", "L7", "L8"}


@pytest.fixture(scope="module")
def printed() -> Document:
    document: Document = yaml.safe_load((SHIPPED / "shenzhen-2022.yaml").read_text(encoding="utf-8"))
    return document


@pytest.fixture
def reference(printed: Document) -> Document:
    return copy.deepcopy(printed)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(document: Document) -> Path:
        path = tmp_path / "other.yaml"
        path.write_text(
            json.dumps(document, ensure_ascii=False, default=str), encoding="utf-8"
        )  # JSON is YAML
        return path

    return written


@pytest.fixture(scope="module")
def shipped() -> Scenario:
    return load("shenzhen-2022")


def scrambled(figures: list[Document]) -> list[Document]:
    """The figures with every value, batch and date made nonsense."""
    return [
        figure | {"value": figure["value"] * 7 + 3, "batches": [{"people": 1}], "window": ["x"], "until": "y"}
        for figure in figures
    ]


def test_every_published_figure_and_service_is_there_to_compare_with() -> None:
    printed = published("shenzhen-2022")
    assert {figure["ref"] for figure in printed.figures} == FIGURES
    assert {service["ref"] for service in printed.services} == SERVICES
    assert set(printed.sources) == {"L", "G"}


def test_planning_never_reads_a_published_figure(
    reference: Document, write: Write, shipped: Scenario
) -> None:
    reference["figures"] = scrambled(reference["figures"])
    reference["services"] = []
    other = load(write(reference))
    assert other == shipped
    assert build(other) == build(shipped)


def test_a_file_without_a_play_plays_the_shipped_one(
    reference: Document, write: Write, shipped: Scenario
) -> None:
    del reference["play"]
    assert load(write(reference)).plays == shipped.plays


def test_every_date_moves_with_the_opening_of_its_incident(
    reference: Document, write: Write, shipped: Scenario
) -> None:
    del reference["play"]
    reference["incidents"][0]["opened_at"] = "2023-05-04T07:00"
    other = load(write(reference))
    moved = datetime(2023, 5, 4, 7, tzinfo=UTC) - datetime(2022, 2, 17, 19, tzinfo=UTC)
    before, after = shipped.plays["lg-0217"], other.plays["lg-0217"]
    assert after.batches[0].muster_at == before.batches[0].muster_at + moved
    assert after.rotas[0].first == before.rotas[0].first + (date(2023, 5, 4) - date(2022, 2, 17))
    assert other.plays["lh-0215"] == shipped.plays["lh-0215"]


def test_roles_take_the_areas_of_the_file(reference: Document, write: Write, shipped: Scenario) -> None:
    del reference["play"]
    reference["areas"]["sending"][0] = "平湖街道"
    reference["areas"]["receiving"] = {"subdistrict": "布吉街道", "communities": ["甲", "乙", "丙", "丁"]}
    reference["incidents"][0]["first_case"]["community"] = "甲"
    other = load(write(reference))
    play, codes = other.plays["lg-0217"], {area.name: area.code for area in other.areas}
    first = next(batch for batch in play.batches if batch.key == "s1-evening")
    assert (first.from_area, first.to_area) == (codes["平湖街道"], codes["布吉街道"])
    assert next(o for o in play.organisations if o.key == "sending-1").name.zh == "平湖街道办事处"
    assert shipped.roles["receiving"].code not in {batch.to_area for batch in play.batches}


def test_what_lacks_its_area_is_left_out_and_said(reference: Document, write: Write) -> None:
    del reference["play"]
    reference["areas"]["sending"] = reference["areas"]["sending"][:4]
    other = load(write(reference))
    play = other.plays["lg-0217"]
    assert not [b for b in play.batches if b.organisation == "sending-5"]
    assert "gate-3" not in {gate.key for gate in play.gates}
    assert "sending-5" not in play.callouts[0].answered_by
    assert any("sending.5" in note for note in other.left_out)


def test_listed_batches_replace_those_of_their_incident(reference: Document, write: Write) -> None:
    del reference["play"]
    reference["batches"] = [
        {"from": "横岗街道", "people": 7, "muster_at": "2022-02-18T20:00"},
        {"from": "平湖街道", "people": 9, "arrived_at": "2022-02-19T24:00", "vehicles": 2},
    ]
    play = load(write(reference)).plays["lg-0217"]
    assert [(b.people, b.vehicles) for b in play.batches] == [(7, 0), (9, 2)]
    assert play.batches[0].organisation == "sending-1"
    assert play.batches[1].arrive_at == datetime(2022, 2, 19, 16, tzinfo=UTC)
    assert {unfit.batch for unfit in play.unfit} == {"listed-1"}
    assert (
        next(o for o in play.organisations if o.key == play.batches[1].organisation).name.zh
        == "平湖街道办事处"
    )


def test_another_incident_id_plays_what_stands_at_its_place(
    reference: Document, write: Write, shipped: Scenario
) -> None:
    del reference["play"]
    reference["incidents"][0]["id"] = "drill-1"
    assert load(write(reference)).plays["drill-1"].cases == shipped.plays["lg-0217"].cases


def test_an_incident_nobody_wrote_a_play_for_is_said(reference: Document, write: Write) -> None:
    reference["incidents"].append({"id": "third", "area": "龙岗区", "opened_at": "2022-02-18T08:00"})
    other = load(write(reference))
    assert "third" not in other.plays
    assert any(note.startswith("third") for note in other.left_out)


def broken(document: Document, path: str, value: Any) -> Document:
    """A copy with one value changed; `None` takes the key away."""
    copied = copy.deepcopy(document)
    *way, last = path.split("/")
    node: Any = copied
    for step in way:
        node = node[int(step) if isinstance(node, list) else step]
    if value is None:
        del node[last]
    else:
        node[last] = value
    return copied


@pytest.mark.parametrize(
    ("path", "value", "zh", "en"),
    [
        ("areas", None, "缺少“areas”", "“areas” is missing"),
        ("incidents/0/opened_at", "yesterday", "不是时间", "is not a time"),
        ("incidents/0/opened_at", "2022-02-31T08:00", "不是日历上的日子", "not a day of the calendar"),
        ("incidents/0/area", "亚特兰蒂斯", "不在 areas 中", "not among the areas"),
        ("timezone", "Asia/Nowhere", "时区", "time zone"),
        ("areas/district", ["罗湖"], "不是6位区划代码", "not a district code"),
        ("play/incidents/lg-0217/batches/0/people", "many", "应为 int", "expected int"),
        ("play/incidents/lg-0217/batches/0/peple", 3, "不认识“peple”", "“peple” is not known"),
        ("play/incidents/lg-0217/batches/0/muster_at", None, "缺少“muster_at”", "“muster_at” is missing"),
        ("play/incidents/lg-0217/gates/0/organisation", "nobody", "没有定义", "is not defined"),
        ("disturbances/phones/offline_share", "often", "应为 float", "expected float"),
    ],
)
def test_a_broken_file_is_explained_in_both_languages(
    reference: Document, write: Write, path: str, value: Any, zh: str, en: str
) -> None:
    with pytest.raises(ScenarioError) as wrong:
        load(write(broken(reference, path, value)))
    assert zh in wrong.value.zh
    assert en in wrong.value.en
    assert "other.yaml" in wrong.value.zh


@pytest.mark.parametrize("junk", [3, [None]])
@pytest.mark.parametrize(
    "path",
    [
        "incidents",
        "incidents/0/first_case",
        "areas",
        "areas/receiving/subdistrict",
        "structure",
        "disturbances",
        "play",
        "play/incidents",
        "play/incidents/lg-0217/organisations",
        "play/incidents/lg-0217/batches",
        "play/incidents/lg-0217/callouts/0/text",
        "play/incidents/lg-0217/batches/0/to_communities",
    ],
)
def test_junk_in_any_place_is_a_broken_file_and_nothing_worse(
    printed: Document, write: Write, path: str, junk: Any
) -> None:
    with pytest.raises(ScenarioError) as wrong:
        load(write(broken(printed, path, junk)))
    assert "other.yaml" in wrong.value.en


@pytest.mark.parametrize(
    ("content", "en"),
    [(b"name: [", "not valid YAML at line"), (b"", "empty"), (b"\xff\xfe\x00", "cannot read")],
)
def test_a_file_that_is_no_scenario_is_refused(tmp_path: Path, content: bytes, en: str) -> None:
    path = tmp_path / "no.yaml"
    path.write_bytes(content)
    with pytest.raises(ScenarioError) as wrong:
        load(path)
    assert en in wrong.value.en


def test_a_name_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ScenarioError) as wrong:
        load("atlantis-1900")
    assert "atlantis-1900" in wrong.value.en


def test_areas_have_official_codes_and_parents(shipped: Scenario) -> None:
    codes = {area.code for area in shipped.areas}
    assert all(len(code) == 15 for code in codes)
    assert all(area.parent in codes for area in shipped.areas if area.level != "city")
    assert {a.official for a in shipped.roles.values() if a.level == "subdistrict"} >= {
        "坂田街道",
        "桂园街道",
    }
    assert "440307013023001" in codes


def test_a_name_without_a_code_takes_the_nearest_office_and_says_so(shipped: Scenario) -> None:
    assert shipped.roles["receiving.2"].official == "杨美社区杨美居委会"
    assert "三个居委会" in shipped.roles["receiving.2"].note
    near = areas.resolve("四季花", "community", [shipped.roles["receiving"].code])
    assert near.official == "四季花城社区居委会"
    assert "没有官方代码" in near.note


def test_two_names_never_share_an_office(shipped: Scenario) -> None:
    parent = [shipped.roles["receiving"].code]
    first = areas.resolve("甲", "community", parent)
    second = areas.resolve("甲", "community", parent, frozenset({first.code}))
    assert first.code != second.code


def test_an_unknown_subdistrict_gets_a_generated_code_in_its_district() -> None:
    made = areas.resolve("演练街道", "subdistrict", ["440307000000000"])
    assert made.generated
    assert made.code.startswith("4403079")
    assert made == areas.resolve("演练街道", "subdistrict", ["440307000000000"])
    other = areas.resolve("演练街道", "subdistrict", ["440307000000000"], frozenset({made.code}))
    assert other.code != made.code


def test_shifts_begin_when_the_rota_says(shipped: Scenario) -> None:
    play = shipped.plays["lg-0217"]
    rota = next(r for r in play.rotas if r.key == "tracing")
    begun = list(shifts([rota], play.opened_at))
    assert len(begun) == rota.days * len(rota.starts)
    assert begun[1].starts_at == datetime(2022, 2, 18, 12, tzinfo=UTC)
    assert begun[1].first_person == rota.people
    assert all(shift.ends_at - shift.starts_at == timedelta(hours=8) for shift in begun)


def test_nobody_is_needed_twice_at_once_beyond_the_headcount(shipped: Scenario) -> None:
    for play in shipped.plays.values():
        counts = headcounts(play)
        for shift in shifts(play.rotas, play.opened_at):
            assert shift.first_person + shift.people <= counts[shift.organisation]


def test_steps_are_in_order_and_complete(shipped: Scenario) -> None:
    play = shipped.plays["lg-0217"]
    order = steps("lg-0217", play)
    assert [step.at for step in order] == sorted(step.at for step in order)
    assert sum(step.what == "batches.arrive_at" for step in order) == len(play.batches)
    assert {step.key for step in order if step.what == "supplies.need_at"} == {"boots", "sealed-coats"}
