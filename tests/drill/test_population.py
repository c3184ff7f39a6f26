"""Invented people are valid on paper, exact in number, and their lists are as bad as the scenario says."""

import re
from collections import Counter
from datetime import date
from uuid import UUID

import pytest
from stdnum.cn import ric

from drill.lists import HEADERS, PushedList, Truth, with_noise
from drill.play.calls import person_key
from drill.population import Resident, check_digit, residents, responders
from drill.scenario import Scenario, load
from drill.territory import Building
from drill.world import World, build


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load("shenzhen-2022")


@pytest.fixture(scope="module")
def world(scenario: Scenario) -> World:
    return build(scenario)


@pytest.fixture(scope="module")
def village(scenario: Scenario, world: World) -> tuple[Resident, ...]:
    return world.residents[scenario.roles["receiving.3"].code]


@pytest.fixture(scope="module")
def houses(scenario: Scenario, world: World) -> tuple[Building, ...]:
    return world.buildings[scenario.roles["receiving.3"].code]


@pytest.fixture(scope="module")
def pushed(scenario: Scenario, world: World) -> PushedList:
    return world.lists["lg-0217/key-persons"]


def test_the_same_seed_gives_the_same_world(scenario: Scenario, world: World) -> None:
    assert build(scenario) == world


def test_the_sweep_territory_holds_what_the_play_says(
    scenario: Scenario, village: tuple[Resident, ...], houses: tuple[Building, ...]
) -> None:
    register = next(r for r in scenario.plays["lg-0217"].registers if not r.loaded)
    assert len(houses) == register.buildings
    assert len({p.building for p in village}) == register.buildings
    assert len(village) == register.persons


@pytest.mark.parametrize("persons", [84, 85, 1000, 9001, 20000])
def test_any_number_of_people_fits_exactly(houses: tuple[Building, ...], persons: int) -> None:
    found = residents("exact", houses, persons)
    assert len(found) == len({p.id for p in found}) == persons
    assert len({p.building for p in found}) == len(houses)


def test_fewer_people_than_buildings_is_refused(houses: tuple[Building, ...]) -> None:
    with pytest.raises(ValueError, match="83 persons"):
        residents("few", houses, 83)


def test_document_numbers_are_valid_and_belong_to_nobody(village: tuple[Resident, ...]) -> None:
    for person in village:
        assert ric.is_valid(person.document)
        assert person.document[2:6] == "0000"
        assert person.document[6:14] == f"{person.born:%Y%m%d}"
        assert int(person.document[16]) % 2 == (person.sex == "male")


def test_the_check_digit_is_that_of_the_standard() -> None:
    assert check_digit("11010519491231002") == "X"
    assert check_digit("44052418800101001") == "4"


def test_no_number_is_given_to_two_people_of_the_world(world: World) -> None:
    owners: dict[str, set[object]] = {}
    for group in (*world.residents.values(), *world.list_people.values()):
        for person in group:
            owners.setdefault(person.document, set()).add(person.id)
    assert max(map(len, owners.values())) == 1


def test_telephones_are_valid_and_shared_only_in_a_household(village: tuple[Resident, ...]) -> None:
    homes: dict[str, set[object]] = {}
    for person in village:
        assert re.fullmatch(r"1[3-9]\d{9}", person.phone)
        homes.setdefault(person.phone, set()).add(person.household)
    assert max(map(len, homes.values())) == 1
    assert len(homes) < len(village)


def test_households_have_one_head_and_one_door(village: tuple[Resident, ...]) -> None:
    homes: dict[object, list[Resident]] = {}
    for person in village:
        homes.setdefault(person.household, []).append(person)
    assert all([m.role for m in members].count("head") == 1 for members in homes.values())
    assert all(len({m.dwelling for m in members}) == 1 for members in homes.values())


def test_nobody_of_a_household_is_taken_for_another(world: World) -> None:
    """One telephone and one name would be one person to whoever reads a list."""
    for group in world.residents.values():
        assert max(Counter((p.household, p.name) for p in group).values()) == 1


def test_a_bare_number_is_one_person_whichever_rows_give_it() -> None:
    """However it is written; a bare name is nobody but its row, and a full row the person it names."""
    person = UUID(int=7)
    bare, full = frozenset({"name_or_phone_only"}), frozenset[str]()
    rows = [
        {"联系电话": "13812341234"},
        {"联系电话": "+86 138-1234-1234"},
        {"联系电话": "13812341235"},
        {"联系电话": ""},
    ]
    keys = [person_key("list", row, Truth(place, person, bare, "", "")) for place, row in enumerate(rows)]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3
    assert keys[3] == "list#3"
    assert person_key("list", rows[0], Truth(0, person, full, "", "")) == str(person)


def test_names_include_rare_double_and_dotted_ones(world: World) -> None:
    names = {p.name for group in world.residents.values() for p in group}
    assert any("·" in name for name in names)
    assert any(name.startswith(("欧阳", "司徒", "上官")) for name in names)
    assert any(ord(character) > 0xFFFF for name in names for character in name)


def test_need_follows_age(village: tuple[Resident, ...]) -> None:
    alone = [p for p in village if "elderly_alone" in p.vulnerabilities]
    assert alone
    assert all(p.born <= date(1953, 1, 1) for p in alone)


def test_rates_of_a_pushed_list_are_those_of_the_scenario(scenario: Scenario, pushed: PushedList) -> None:
    counts = Counter(label for truth in pushed.truth for label in truth.labels)
    rates = scenario.disturbances.lists
    for label, rate in (
        ("duplicate", rates.duplicates),
        ("wrong_number", rates.wrong_number),
        ("moved", rates.moved),
        ("other_area", rates.other_area),
        ("name_or_phone_only", rates.name_or_phone_only),
    ):
        assert counts[label] / len(pushed.rows) == pytest.approx(rate, abs=0.01)


def test_a_list_names_every_person_it_should(world: World, pushed: PushedList) -> None:
    assert {t.person for t in pushed.truth} == {p.id for p in world.list_people["lg-0217/key-persons"]}
    assert all(tuple(row) == HEADERS for row in pushed.rows)


def test_truth_about_faults_holds(world: World, pushed: PushedList) -> None:
    people = {p.id: p for p in world.list_people["lg-0217/key-persons"]}
    for row, truth in zip(pushed.rows, pushed.truth, strict=True):
        person = people[truth.person]
        if "name_or_phone_only" in truth.labels:
            assert sum(bool(row[h]) for h in ("姓名", "联系电话", "证件号码", "现住址")) == 1
        elif "wrong_number" in truth.labels:
            assert re.sub(r"\D", "", row["联系电话"])[-11:] != person.phone == truth.phone
        elif "other_area" in truth.labels:
            assert row["现住址"].replace("幢", "栋") == truth.address != person.address


def test_a_list_without_faults_is_clean(scenario: Scenario, village: tuple[Resident, ...]) -> None:
    clean = with_noise(village[:50], type(scenario.disturbances.lists)(), "clean")
    assert len(clean.rows) == 50
    assert not any(truth.labels for truth in clean.truth)


def test_responders_grow_without_changing_the_first() -> None:
    few, more = responders("s", "water", "agency", 10), responders("s", "water", "agency", 40)
    assert more[:10] == few
    assert len({person.id for person in more}) == 40
    assert all(person.skills and person.profession for person in more)
