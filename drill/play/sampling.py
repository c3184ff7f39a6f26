"""Tubes: at sites and at home, filled, sealed, counted, handed over and reported; three pools turn out positive."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from drill.disturbances import mis_scans, positive_pools
from drill.plan import Site
from drill.play.forces import add_post, add_shift
from drill.play.script import SETUP, How, Json, Scene, chunks, daytime
from drill.population import Resident

POOL = 10
RESULT_AFTER = timedelta(hours=6)
Turn = tuple[datetime, Resident]


@dataclass
class Tube:
    """One tube with the people in it."""

    code: str
    area: str
    phone: str
    people: list[Turn] = field(default_factory=list)


class Kit:
    """The tubes of one round in one area; without a site they are filled at home."""

    def __init__(
        self, scene: Scene, prefix: str, area: str, site: Site | None = None, *, single: bool = False
    ) -> None:
        self.scene, self.prefix, self.area, self.site = scene, prefix, area, site
        self.pool_size = site.pool_size if site else 1 if single else POOL
        self.round = scene.id("round", prefix)
        self.point = scene.id("site", site.key) if site else None
        self.tubes: list[Tube] = []
        self.mis_scan = scene.script.scenario.disturbances.tubes.mis_scan
        self.wrong: frozenset[UUID] = frozenset()

    def open(self, begin: datetime, end: datetime) -> None:
        """Open the round."""
        self.scene.tell(
            self.scene.desk,
            "open_round",
            begin - timedelta(hours=1),
            {
                "id": self.round,
                "area": int(self.area),
                "name": self.site.name.zh if self.site else "上门采样",
                "from_at": begin,
                "to_at": end,
                "purpose": "screening",
            },
            SETUP,
        )

    def expect(self, people: Sequence[Resident]) -> None:
        """Decide whose code will be misread."""
        self.wrong = mis_scans([one.id for one in people], self.mis_scan, self.scene.script.scenario.seed)

    def fill(self, phone: str, people: Sequence[Turn], by: tuple[UUID, UUID]) -> Tube:
        """Seat people in a tube and seal it."""
        tube = Tube(f"{self.prefix}{len(self.tubes) + 1:05d}", self.area, phone, list(people))
        self.tubes.append(tube)
        for seat, (at, resident) in enumerate(people, 1):
            if resident.id in self.wrong:
                self._mis_scan(tube, (at, resident, seat), by)
            self._sample(tube, (at, resident, seat), by)
        sealed: Json = {"code": tube.code, "seats_said": len(people)}
        self.scene.tell(phone, "seal_tube", people[-1][0] + timedelta(minutes=2), sealed, How(by=by[0]))
        return tube

    def _sample(self, tube: Tube, what: tuple[datetime, Resident, int], by: tuple[UUID, UUID]) -> UUID:
        at, resident, seat = what
        body: Json = {
            "code": tube.code,
            "resident": resident.id,
            "round": self.round,
            "pool_size": self.pool_size,
            "seat": seat,
            "site": self.point,
            "with_responder": by[1],
            "place": "site" if self.site else "home",
        }
        if not self.site:
            body["area"] = int(resident.area)
        note: Json = {"person": str(resident.id), "place": body["place"]}
        return self.scene.tell(tube.phone, "take_sample", at, body, How(by=by[0], note=note))

    def _mis_scan(self, tube: Tube, what: tuple[datetime, Resident, int], by: tuple[UUID, UUID]) -> None:
        """Somebody else's code was read: noticed at once, taken back, and done again."""
        at, resident, seat = what
        stranger = next(one for _, one in tube.people[::-1] if one.id != resident.id or len(tube.people) == 1)
        wrong = self._sample(tube, (at - timedelta(seconds=40), stranger, seat), by)
        back: Json = {"kind": "sampling.sampletaken", "target": wrong, "reason": "mis_scan"}
        note: Json = {"target": str(wrong)}
        self.scene.tell(
            tube.phone, "retract_fact", at - timedelta(seconds=20), back, How(by=by[0], note=note)
        )

    def deliver(self, at: datetime, positive: int = 0) -> None:
        """Count, hand over, and report; members of positive pools are sampled again singly."""
        lab = self.scene.account("laboratory")
        hours = timedelta(hours=self.site.result_hours) if self.site else RESULT_AFTER
        seed = self.scene.script.scenario.seed
        found = positive_pools([tube.code for tube in self.tubes], positive, seed)
        for number, tube in enumerate(self.tubes):
            given = at + timedelta(seconds=10 * number)
            self.scene.tell(tube.phone, "hand_over_tube", given, {"code": tube.code, "to": "区检测中心"})
            result = "positive" if tube.code in found else "negative"
            self.scene.tell(lab, "report_result", given + hours, {"code": tube.code, "result": result})
            if result == "positive":
                self._again(tube, given + hours + timedelta(hours=2))

    def _again(self, tube: Tube, at: datetime) -> None:
        lab = self.scene.account("laboratory")
        people = self.scene.people(
            self.site.organisation if self.site else self.scene.play.organisations[0].key
        )
        by = people[0].id, people[-1].id
        for number, (_, resident) in enumerate(tube.people):
            single, moment = f"{tube.code}-{number + 1}", at + timedelta(minutes=5 * number)
            body: Json = {
                "code": single,
                "resident": resident.id,
                "round": self.round,
                "pool_size": 1,
                "seat": 1,
                "place": "home",
                "area": int(self.area),
                "with_responder": by[1],
            }
            note: Json = {"person": str(resident.id), "place": "home"}
            self.scene.tell(tube.phone, "take_sample", moment, body, How(by=by[0], note=note))
            self.scene.tell(
                tube.phone, "seal_tube", moment + timedelta(minutes=1), {"code": single, "seats_said": 1}
            )
            self.scene.tell(
                tube.phone,
                "hand_over_tube",
                moment + timedelta(minutes=40),
                {"code": single, "to": "区检测中心"},
            )
            told: Json = {"code": single, "result": "positive" if number == 0 else "negative"}
            self.scene.tell(lab, "report_result", moment + timedelta(hours=7), told)


def write(scene: Scene) -> None:
    """Every site of the incident."""
    pools = scene.script.scenario.disturbances.tubes.positive_pools
    sites = [(key, site.key) for key, play in scene.script.scenario.plays.items() for site in play.sites]
    for site in scene.play.sites:
        share = pools // len(sites) + (sites.index((scene.key, site.key)) < pools % len(sites))
        _site(scene, site, share)


def _site(scene: Scene, site: Site, positive: int) -> None:
    kit = Kit(scene, site.key.replace("site", "S").replace("-", "").upper(), site.area, site)
    scene.tell(
        scene.desk,
        "add_point",
        site.opens_at - timedelta(hours=2),
        {
            "id": kit.point,
            "area": int(site.area),
            "kind": "site",
            "name": site.name.zh,
        },
        SETUP,
    )
    kit.open(site.opens_at, site.closes_at)
    people = list(scene.world.residents.get(site.area, ()))
    rng = scene.rng("site", site.key)
    rng.shuffle(people)
    people = people[: site.persons]
    kit.expect(people)
    staff = scene.people(site.organisation)
    times = daytime(rng, site.opens_at, site.closes_at - timedelta(minutes=30), len(people), (0, 24))
    turns = list(zip(times, people, strict=True))
    for desk in range(site.desks):
        phone = scene.phone(f"{site.key}-desk-{desk + 1}", "field_team", site.area)
        by = staff[2 * desk % len(staff)].id, staff[(2 * desk + 1) % len(staff)].id
        for pool in chunks(turns[desk :: site.desks], kit.pool_size):
            kit.fill(phone, pool, by)
    _order(scene, site)
    counted = site.closes_at + timedelta(minutes=20)
    body: Json = {"site": kit.point, "codes": [tube.code for tube in kit.tubes]}
    scene.tell(
        scene.phone(f"{site.key}-desk-1", "field_team", site.area),
        "count_tubes",
        counted,
        body,
        How(by=staff[0].id),
    )
    kit.deliver(counted + timedelta(minutes=20), positive)


def _order(scene: Scene, site: Site) -> None:
    """Order keepers of the site, from whoever keeps order here."""
    keeper = next(
        (one.organisation for one in scene.play.rotas if one.post == "order_keeping"), site.organisation
    )
    people = scene.people(keeper)[-site.order_keepers :] if site.order_keepers else ()
    if not people:
        return
    named = (f"order-{site.key}", f"{site.name.zh}秩序岗")
    post = add_post(scene, named, "order_keeping", site.area, len(people))
    shift = scene.id("shift", "order", site.key)
    add_shift(scene, shift, post, (site.opens_at, site.closes_at), len(people))
    phone = scene.phone(f"{site.key}-order", "field_team", site.area)
    kind = scene.organisations[keeper].kind
    for person in people:
        note: Json = {"org": keeper, "kind": kind, "person": str(person.id), "post": "order_keeping"}
        how = How(by=people[0].id, note=note)
        body: Json = {"shift": shift, "responder": person.id}
        scene.tell(phone, "begin_shift", site.opens_at + timedelta(minutes=1), body, how)
        scene.tell(phone, "end_shift", site.closes_at, body, how)
