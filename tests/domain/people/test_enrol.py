"""Enrolling from files: who a row is, and that a second run changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import pytest

from muster.core.access import Actor, scope
from muster.domain.people import actions as people
from muster.domain.people import queries
from muster.domain.people.models import Identity, Registration, Resident
from muster.domain.people.rules import Match, Row
from tests.cast import COMMUNITY, ELSEWHERE, GRID
from tests.domain.people.homes import BUILDING, build, door, persons, register, tell

DOCUMENT = "440307199001011234"
WANG = Row(name="王伟", document=DOCUMENT, phone="13812341234", dwelling=door("101"), key="1")
ORIGIN = people.Origin("roll", UUID(int=7), COMMUNITY)


@pytest.fixture
def built(incident: UUID, now: datetime) -> UUID:
    return build(incident, now)


def enrol(rows: Sequence[Row], by: Actor, incident: UUID, now: datetime) -> list[Match]:
    with scope(by, incident):
        return people.enrol_many(rows=rows, origin=ORIGIN, by=by, incident=incident, now=now)


def test_a_second_run_changes_nothing(built: UUID, desk: Actor, incident: UUID, now: datetime) -> None:
    rows = [WANG, Row(name="李芳", phone="13900000001", key="2"), Row(name="陈静", dwelling=door("201"), key="3"),
            Row(name="赵", key="4"), Row(name="赵", key="5")]  # fmt: skip
    first = enrol(rows, desk, incident, now)
    assert [match.outcome for match in first] == ["new"] * 5
    with scope(desk, incident):
        before = list(Identity.objects.order_by("resident").values())
    again = enrol(rows, desk, incident, now)
    assert [match.how for match in again] == ["document", "phone", "place", "again", "again"]
    assert [match.resident for match in again] == [match.resident for match in first]
    with scope(desk, incident):
        assert list(Identity.objects.order_by("resident").values()) == before
        assert Resident.objects.get(pk=str(first[0].resident)).area == GRID


@pytest.mark.parametrize(
    ("row", "outcome", "how"),
    [
        (Row(name="王 伟", document="４４０３０７１９９００１０１１２３４"), "matched", "document"),
        (Row(document=DOCUMENT), "matched", "document"),
        (Row(name="王小明", document=DOCUMENT), "ambiguous", "document"),
        (Row(name="王伟", phone="+86 138-1234-1234"), "matched", "phone"),
        (Row(name="李芳", phone="13812341234"), "new", ""),
        (Row(phone="13812341234"), "new", "phone"),
        (Row(name="王伟"), "new", ""),
        (Row(name="王伟", building=BUILDING), "matched", "place"),
        (Row(name="王伟", dwelling=door("101")), "matched", "place"),
        (Row(name="王伟", dwelling=door("202")), "new", "sound"),
        (Row(name="汪玮", phone="13812341234"), "new", "sound"),
        (Row(name="汪玮", phone="13812341234", building=BUILDING), "matched", "sound"),
        (Row(name="汪玮", building=BUILDING), "new", "sound"),
        (Row(name="汪玮", document=DOCUMENT), "matched", "document"),
        (Row(name="王伟", dwelling=door("101"), document="440307199001015555"), "new", ""),
        (Row(name="王伟", phone="13812341234", document="440307199001015555"), "new", "phone"),
        (Row(name="王伟", dwelling=UUID(int=7)), "refused", "doorless"),
        (Row(name="王伟", sex="男"), "refused", "codes"),
        (Row(name="王伟", birth_year=0), "refused", "codes"),
        (Row(name=" "), "refused", "empty"),
        (Row(name="王伟", area=ELSEWHERE), "refused", "right"),
    ],
    ids=str,
)  # fmt: skip
def test_who_a_row_is(
    built: UUID, desk: Actor, incident: UUID, now: datetime, row: Row, outcome: str, how: str
) -> None:
    (wang,) = enrol([WANG], desk, incident, now)
    (match,) = enrol([row], desk, incident, now)
    assert (match.outcome, match.how) == (outcome, how)
    assert (match.resident == wang.resident) == (outcome == "matched")
    assert len(persons(incident)) == 1 + (outcome == "new")
    if outcome != "refused":
        with scope(desk, incident):
            assert queries.match(incident, [row])[0].resident == match.resident or outcome == "new"


def test_twins_in_one_file(built: UUID, desk: Actor, incident: UUID, now: datetime) -> None:
    """The same person twice is one; two children at one door and telephone are two."""
    rows = [WANG, WANG, Row(name="王伟", phone="+8613812341234"),
            Row(name="王大宝", phone="13812341234", dwelling=door("101")),
            Row(name="王小宝", phone="13812341234", dwelling=door("101"))]  # fmt: skip
    matches = enrol(rows, desk, incident, now)
    assert [match.outcome for match in matches] == ["new", "matched", "matched", "new", "new"]
    assert len({match.resident for match in matches}) == 3


def test_two_of_one_name_in_a_building_are_for_a_person(
    built: UUID, desk: Actor, incident: UUID, now: datetime
) -> None:
    two = enrol(
        [Row(name="王伟", dwelling=door("101")), Row(name="王伟", dwelling=door("202"))], desk, incident, now
    )
    (match,) = enrol([Row(name="王伟", building=BUILDING)], desk, incident, now)
    assert match.outcome == "ambiguous"
    assert set(match.candidates) == {one.resident for one in two}


def test_a_match_names_the_person_not_the_record(
    built: UUID, desk: Actor, incident: UUID, now: datetime
) -> None:
    low = people.RegisterPerson(id=UUID(int=5), dwelling=door("202"), name="王伟", document=DOCUMENT)
    enrol([WANG], desk, incident, now)
    register([tell(low, now, desk)], desk, incident, now)
    assert enrol([WANG], desk, incident, now)[0].resident == low.id


def test_undoing_an_import_keeps_who_is_in_use_and_a_new_run_brings_the_rest_back(
    built: UUID, desk: Actor, incident: UUID, now: datetime
) -> None:
    rows = [WANG, Row(name="李芳", phone="13900000001", key="2")]
    wang, li = (match.resident for match in enrol(rows, desk, incident, now))
    assert wang
    assert li
    register(
        [tell(people.RegisterPerson(id=wang, dwelling=door("101"), name="王伟"), now, desk)],
        desk,
        incident,
        now,
    )
    with scope(desk, incident):
        assert people.withdraw_many(batch=ORIGIN.batch, by=desk, incident=incident, now=now) == {li}
        assert [one.id for one in queries.residents_page(queries.Asked(), incident)] == [wang]
        assert queries.match(incident, rows[1:])[0].outcome == "new"
    back = enrol(rows, desk, incident, now)
    assert [(match.outcome, match.resident) for match in back] == [("matched", wang), ("new", li)]
    with scope(desk, incident):
        assert len(queries.residents_page(queries.Asked(), incident)) == 2


def test_an_import_registers_nobody_and_its_ids_give_no_number_away(
    built: UUID, desk: Actor, incident: UUID, now: datetime
) -> None:
    from muster.core.ids import derive_id

    (match,) = enrol([WANG], desk, incident, now)
    with scope(desk, incident):
        assert not Registration.objects.exists()
    assert match.resident != derive_id(incident, "resident", COMMUNITY // 1000, "document", DOCUMENT, "王伟")


def test_pages_follow_one_another_and_search_finds_whole_words(
    built: UUID, desk: Actor, incident: UUID, now: datetime
) -> None:
    rows = [
        Row(name=f"张{chr(0x4E00 + i)}", phone=f"139000000{i:02d}", dwelling=door("101"), key=str(i))
        for i in range(7)
    ]
    enrol([*rows, WANG], desk, incident, now)
    with scope(desk, incident):
        listed: list[UUID] = []
        after = None
        while page := queries.residents_page(queries.Asked(area=COMMUNITY), incident, after, size=3):
            listed += [one.id for one in page]
            after = (page[-1].area, page[-1].id)
        assert len(listed) == len(set(listed)) == 8
        for words in ("王伟", DOCUMENT, "138 1234 1234"):
            assert len(queries.residents_page(queries.Asked(words=words), incident)) == 1
        assert queries.residents_page(queries.Asked(words="王"), incident) == []
        assert queries.residents_page(queries.Asked(area=ELSEWHERE), incident) == []
        assert len(queries.residents_page(queries.Asked(building=BUILDING), incident)) == 8
