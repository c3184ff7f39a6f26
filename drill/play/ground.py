"""The ground an incident stands on: areas, organisations, people who respond, buildings and residents on file."""

from datetime import datetime, timedelta
from uuid import UUID

from drill.plan import Organisation, Register
from drill.play.script import COMMANDER, SETUP, How, Json, Scene, chunks
from drill.population import Resident, Responder
from drill.territory import Building, centre

KINDS = {
    "agency": "staff",
    "school": "staff",
    "hospital": "staff",
    "community": "staff",
    "firm": "staff",
    "subdistrict": "secondee",
    "branch": "volunteer",
    "volunteers": "volunteer",
}
LOADED_BY = "register"


def write(scene: Scene, is_first: bool) -> None:
    """Everything that is there before the first person sets out."""
    opened = scene.play.opened_at
    about, title = scene.about, scene.script.scenario.title
    scene.tell(
        COMMANDER,
        "open_incident",
        opened,
        {
            "id": scene.incident,
            "code": scene.key,
            "area": int(about.area.code),
            "title_zh": f"{about.area.name} {title.zh}",
            "title_en": title.en,
            "pack": scene.script.scenario.protocol,
            "opened_at": opened,
        },
        SETUP,
    )
    if is_first:
        _areas(scene, opened)
    _organisations(scene, opened + timedelta(minutes=1))
    for register in scene.play.registers:
        if register.loaded:
            _register(scene, register, opened + timedelta(minutes=3))


def _areas(scene: Scene, at: datetime) -> None:
    for part in chunks(scene.script.scenario.areas, 150):
        listed = []
        for area in part:
            lat, lon = centre(area)
            listed.append(
                {
                    "code": int(area.code),
                    "name": area.name,
                    "level": area.level,
                    "lat": lat,
                    "lon": lon,
                    "parent": int(area.parent) if area.parent else None,
                    "generated": area.generated,
                    "note": area.note,
                }
            )
        scene.tell(COMMANDER, "add_areas", at, {"areas": listed}, SETUP)


def home(scene: Scene, organisation: Organisation) -> int:
    """The area of an organisation's office; one that names none is the incident's."""
    return int(organisation.area or scene.about.area.code)


def _organisations(scene: Scene, at: datetime) -> None:
    listed = [
        {
            "id": scene.organisation(one.key),
            "area": home(scene, one),
            "name": one.name.zh,
            "kind": one.kind,
            "name_en": one.name.en,
        }
        for one in scene.play.organisations
    ]
    scene.tell(COMMANDER, "add_organisations", at, {"organisations": listed}, SETUP)
    for one in scene.play.organisations:
        signing_up = sum(c.people for c in scene.play.callouts if c.organisation == one.key)
        for part in chunks(scene.people(one.key)[signing_up:], 200):
            bodies = [responder(scene, person, one) for person in part]
            scene.tell(
                COMMANDER, "enrol_responders", at + timedelta(minutes=1), {"responders": bodies}, SETUP
            )


def responder(scene: Scene, person: Responder, organisation: Organisation) -> Json:
    """A responder as enrolled."""
    return {
        "id": person.id,
        "area": home(scene, organisation),
        "organisation": scene.organisation(organisation.key),
        "kind": KINDS[organisation.kind],
        "profession": person.profession,
        "skills": list(person.skills),
        "name": person.name,
    }


def building(house: Building, source: str) -> Json:
    """A building as surveyed."""
    return {
        "id": house.id,
        "area": int(house.area),
        "name": house.name,
        "address": house.address,
        "compound": house.compound,
        "number": house.number,
        "kind": house.kind,
        "floors": house.floors,
        "units_per_floor": house.units_per_floor,
        "lat": house.lat,
        "lon": house.lon,
        "outline": house.outline,
        "labels": [door.label for door in house.dwellings],
        "generated": house.generated,
        "source": source,
    }


def person(resident: Resident, dwelling: UUID | None, area: str = "") -> Json:
    """A resident as registered."""
    return {
        "id": resident.id,
        "dwelling": dwelling,
        "area": int(area or resident.area),
        "name": resident.name,
        "document": resident.document,
        "phone": resident.phone,
        "address": resident.address,
        "sex": resident.sex,
        "birth_date": resident.born,
        "vulnerabilities": list(resident.vulnerabilities),
        "household": resident.household,
    }


def _register(scene: Scene, register: Register, at: datetime) -> None:
    for house in scene.world.buildings[register.area]:
        scene.tell(scene.desk, "add_building", at, building(house, LOADED_BY), SETUP)
    for resident in scene.world.residents[register.area]:
        how = How(setup=True, note={"org": None, "person": str(resident.id)})
        scene.tell_of(
            scene.desk, "register_person", at + timedelta(minutes=2), person(resident, resident.dwelling), how
        )
