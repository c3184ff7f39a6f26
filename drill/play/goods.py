"""Goods and services: stores, needs, vehicles lent, gifts and thanks; meals, beds and meetings."""

from datetime import datetime, timedelta
from uuid import UUID

from drill.areas import prefix
from drill.plan import Donation, Serving, Supply
from drill.play.script import COMMANDER, SETUP, How, Json, Scene, spread
from drill.territory import derived

NAMES = {
    "protective_suit": ("防护服", "protective suit"),
    "glove": ("手套", "glove"),
    "raincoat": ("雨衣", "raincoat"),
    "winter_coat": ("防寒大衣", "winter coat"),
    "fence": ("围挡", "fence"),
    "rubber_boot": ("雨靴", "rubber boot"),
    "heat_pack": ("暖宝宝", "heat pack"),
    "water_barrier": ("水马", "water barrier"),
    "hot_soup": ("热汤", "hot soup"),
    "microwave": ("微波炉", "microwave"),
    "hand_warmer": ("暖手宝", "hand warmer"),
    "food_parcel": ("生活物资包", "food parcel"),
    "thank_you_card": ("感谢卡", "thank-you card"),
    "mask": ("口罩", "mask"),
    "minibus": ("中巴车", "minibus"),
}
LENT = "minibus"
LENDING = frozenset({"minibus", "van", "car", "truck"})


def write(scene: Scene) -> None:
    """Everything that is carried, given or served."""
    _items(scene)
    for stock in scene.play.stock:
        body: Json = {
            "item": item(scene, stock.item),
            "quantity": stock.quantity,
            "kind": "receive",
            "to_store": store(scene, stock.area),
        }
        scene.tell(supply(scene, stock.area), "move_stock", max(stock.at, scene.play.opened_at), body, SETUP)
    for goods in scene.play.supplies:
        _supply(scene, goods)
    _vehicles(scene)
    for gift in scene.play.donations:
        _donation(scene, gift)
    for serving in scene.play.serving:
        _serving(scene, serving)
    _meetings(scene)


def supply(scene: Scene, area: str = "") -> str:
    """The desk of the stores: the incident's, or that of an area outside it."""
    inside = not area or area.startswith(prefix(scene.about.area.code))
    return scene.account("supply", "" if inside else area)


def item(scene: Scene, code: str) -> UUID:
    """A kind of goods: its id follows from its code everywhere."""
    return derived("item", code)


def store(scene: Scene, area: str, kind: str = "store") -> UUID:
    """The store of an area, made when it is first spoken of."""
    identity = scene.id("store", kind, area)
    if identity not in scene.script.ids:
        scene.script.ids.add(identity)
        name = f"{scene.script.areas[area].name}{'封控区物资点' if kind == 'sealed_area' else '物资仓库'}"
        scene.tell(
            supply(scene, area),
            "add_store",
            scene.play.opened_at + timedelta(minutes=4),
            {
                "id": identity,
                "area": int(area),
                "name": name,
                "kind": kind,
            },
            SETUP,
        )
    return identity


def _items(scene: Scene) -> None:
    units = {one.item: one.unit for one in scene.play.stock}
    units |= {one.item: one.unit for one in scene.play.supplies} | {
        one.item: one.unit for one in scene.play.donations
    }
    lent = {one.vehicle_kind for one in scene.play.batches if one.vehicle_kind in LENDING}
    units |= dict.fromkeys(lent, "vehicle")
    listed = []
    for code, unit in units.items():
        identity = item(scene, code)
        if identity not in scene.script.ids:
            scene.script.ids.add(identity)
            zh, en = NAMES.get(code, (code, code.replace("_", " ")))
            listed.append({"id": identity, "code": code, "name_zh": zh, "name_en": en, "unit": unit})
    if listed:
        body: Json = {"area": int(scene.about.area.code), "items": listed}
        scene.tell(COMMANDER, "add_items", scene.play.opened_at + timedelta(minutes=3), body, SETUP)


def _supply(scene: Scene, goods: Supply) -> None:
    """A need, where one was said; then the goods go, and arrive."""
    to = store(scene, goods.to_area, "sealed_area" if goods.into_zone else "store")
    need = scene.id("need", goods.key) if goods.need_at else None
    batch = scene.id("batch", goods.need_batch) if goods.need_batch else None
    if goods.need_at:
        scene.tell(
            supply(scene, goods.to_area),
            "state_need",
            goods.need_at,
            {
                "id": need,
                "area": int(goods.to_area),
                "item": item(scene, goods.item),
                "quantity": goods.quantity,
                "store": to,
                "batch": batch,
                "urgency": "urgent",
                "needed_by": goods.need_at + timedelta(hours=12),
            },
            SETUP,
        )
        _promise(scene, goods, goods.need_at + timedelta(minutes=20))
    body: Json = {
        "item": item(scene, goods.item),
        "quantity": goods.quantity,
        "kind": goods.kind,
        "from_store": store(scene, goods.from_area),
        "to_store": to,
        "need": need,
        "from_area": int(goods.from_area),
    }
    note: Json = {"item": goods.item, "n": goods.quantity, "kind": goods.kind, "from": goods.from_area}
    phone = scene.phone(f"goods-{goods.organisation}")
    carrier = scene.people(goods.organisation)[0].id
    scene.tell(phone, "move_stock", goods.received_at, body, How(by=carrier, note=note))


def _promise(scene: Scene, goods: Supply, at: datetime) -> None:
    """The sender offers, and the offer is promised to the need."""
    offer = scene.id("offer", goods.key)
    scene.tell(
        supply(scene, goods.from_area),
        "make_offer",
        at,
        {
            "id": offer,
            "area": int(goods.from_area),
            "item": item(scene, goods.item),
            "quantity": goods.quantity,
            "organisation": scene.organisation(goods.organisation),
        },
        SETUP,
    )
    # Who promises must see both ends.
    both = {supply(scene, goods.from_area), supply(scene, goods.to_area)}
    scene.tell(
        both.pop() if len(both) == 1 else COMMANDER,
        "allocate",
        at + timedelta(minutes=5),
        {
            "id": scene.id("allocation", goods.key),
            "offer": offer,
            "need": scene.id("need", goods.key),
            "quantity": goods.quantity,
        },
        SETUP,
    )


def _vehicles(scene: Scene) -> None:
    """Batches that bring vehicles of a lending kind lend them to who receives them."""
    for batch in scene.play.batches:
        if batch.vehicle_kind in LENDING and batch.vehicles:
            kept = store(scene, batch.to_area)
            area = int(batch.from_area) if batch.from_area else None
            body: Json = {
                "item": item(scene, batch.vehicle_kind),
                "quantity": batch.vehicles,
                "kind": "lend",
                "to_store": kept,
                "batch": scene.id("batch", batch.key),
                "from_area": area,
            }
            note: Json = {
                "item": batch.vehicle_kind,
                "n": batch.vehicles,
                "kind": "lend",
                "from": batch.from_area,
                "unit": "vehicle",
            }
            phone = scene.phone(f"goods-{batch.organisation}")
            by = scene.people(batch.organisation)[0].id
            scene.tell(
                phone, "move_stock", batch.arrive_at + timedelta(minutes=10), body, How(by=by, note=note)
            )


def _donation(scene: Scene, gift: Donation) -> None:
    firms = [one for one in scene.play.organisations if one.kind == "firm" and one.name.zh == gift.donor.zh]
    body: Json = {
        "item": item(scene, gift.item),
        "quantity": gift.quantity,
        "to_store": store(scene, gift.to_area),
        "organisation": scene.organisation(firms[0].key) if firms else None,
        "donor": "" if firms else gift.donor.zh,
        "donor_kind": gift.donor_kind,
    }
    given = scene.tell(supply(scene, gift.to_area), "record_donation", gift.at, body)
    thanked: Json = {"kind": "letter", "donation": given}
    scene.tell(supply(scene), "record_thanks", gift.at + timedelta(hours=3), thanked)


def _serving(scene: Scene, serving: Serving) -> None:
    """Meals at their hours and beds at night for those who came, by the teams that look after them."""
    guests = [person.id for key in scene.organisations for person in scene.people(key)][: serving.responders]
    staff = scene.people(serving.organisation)
    rng = scene.rng("serving", serving.organisation)
    for day in range(serving.days):
        for number, hour in enumerate(serving.meals):
            opens = datetime.fromisoformat(f"{serving.first}T{hour}").replace(
                tzinfo=scene.play.opened_at.tzinfo
            )
            opens += timedelta(days=day)
            times = spread(rng, opens, opens + timedelta(minutes=75), len(guests))
            for place, (at, guest) in enumerate(zip(times, guests, strict=True)):
                _serve(scene, serving, (f"meals-{place % 4 + 1}", "meal", at, guest), staff[number].id)
        night = datetime.fromisoformat(f"{serving.first}T21:30").replace(tzinfo=scene.play.opened_at.tzinfo)
        night += timedelta(days=day)
        for at, guest in zip(
            spread(rng, night, night + timedelta(hours=1), serving.beds), guests, strict=False
        ):
            _serve(scene, serving, ("lodging", "lodging", at, guest), staff[-1].id)


def _serve(scene: Scene, serving: Serving, what: tuple[str, str, datetime, UUID], by: UUID) -> None:
    team, kind, at, guest = what
    body: Json = {"responder": guest, "kind": kind, "area": int(serving.area)}
    note: Json = {"person": str(guest), "kind": kind}
    scene.tell(scene.phone(f"logistics-{team}"), "serve", at, body, How(by=by, note=note))


def _meetings(scene: Scene) -> None:
    people = [person.id for key in scene.organisations for person in scene.people(key)[:1]]
    for meeting in scene.play.meetings:
        for number in range(min(meeting.people, len(people))):
            body: Json = {"responder": people[number], "kind": "meeting", "area": int(meeting.area)}
            note: Json = {"person": str(people[number]), "kind": "meeting"}
            scene.tell(
                scene.phone("logistics-meetings"),
                "serve",
                meeting.at + timedelta(seconds=number),
                body,
                How(note=note),
            )
