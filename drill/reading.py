"""Reading a scenario document: roles first, then incidents, then the play in their terms."""

import re
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec.structs import replace

from drill import areas as official
from drill.areas import Area
from drill.plan import Batch, Organisation, Part, Play, Text
from drill.shape import DAY, MOMENT, Disturbances, Incident, Scenario, ScenarioError, Structure, moment

ROLE = re.compile(r"@([a-z_]+(?:\.\d+)?)")
Node = Any  # a node of a YAML document: typed by `msgspec.convert` before it leaves this module
T = TypeVar("T")
# Which fields of a part name a part of another section.
NAMED = {"organisations": ("organisation", "verified_by"), "batches": ("batch", "need_batch")}


class RoleError(ScenarioError):
    """The play names an area role that the scenario does not have."""

    def __init__(self, role: str) -> None:
        super().__init__(f"areas 中没有 {role}", f"areas has no {role}")


class Reader:
    """One reading of one document: roles first, then incidents, then the play in their terms."""

    def __init__(self, document: dict[str, Node], shipped_play: Node) -> None:
        self.document = document
        self.shipped_play = shipped_play
        self.left_out: list[str] = []
        self.gone: defaultdict[str, set[str]] = defaultdict(set)
        self.zone = self._zone()
        self.roles = self._roles()
        self.roles_of_play = self.roles

    def scenario(self) -> Scenario:
        """The whole scenario."""
        incidents = self._incidents()
        plays = self._plays(incidents)
        structure = self._typed("structure", Structure) if self.document.get("structure") else None
        disturbances = self._typed("disturbances", Disturbances) if "disturbances" in self.document else None
        return Scenario(
            name=str(self._need(self.document, "name")),
            title=self._typed("title", Text),
            protocol=str(self._need(self.document, "protocol")),
            timezone=self.zone.key,
            seed=msgspec.convert(self._play_section().get("seed", 1), int),
            roles=self.roles,
            areas=self._tree(incidents),
            incidents=incidents,
            structure=structure,
            disturbances=disturbances or Disturbances(),
            plays=plays,
            left_out=tuple(self.left_out),
        )

    def _zone(self) -> ZoneInfo:
        name = str(self.document.get("timezone", "Asia/Shanghai"))
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as wrong:
            raise ScenarioError(f"没有“{name}”这个时区", f"there is no time zone “{name}”") from wrong

    def _need(self, node: Node, key: str) -> Node:
        """A value that must be there."""
        if not isinstance(node, dict) or node.get(key) in (None, "", []):
            raise ScenarioError(f"缺少“{key}”", f"“{key}” is missing")
        return node[key]

    def _typed(self, key: str, kind: type[T]) -> T:
        """A section of the document as its type."""
        return msgspec.convert(self._need(self.document, key), kind, strict=False)

    def _mapping(self, node: Node, where: str) -> dict[str, Node]:
        """A node that must be a mapping."""
        if not isinstance(node, dict):
            raise ScenarioError(f"“{where}”应为键值结构", f"“{where}” must be a mapping")
        return node

    def _roles(self) -> dict[str, Area]:
        """Every area by its role: `district.1`, `sending.2`, `receiving`, `receiving.3`, `luohu.1` …"""
        section = self._mapping(self._need(self.document, "areas"), "areas")
        codes = [str(code) for code in _listed(self._need(section, "district"))]
        for code in codes:
            if not re.fullmatch(r"\d{6}", code):
                raise ScenarioError(
                    f"“{code}”不是6位区划代码", f"“{code}” is not a district code of 6 digits"
                )
        districts = [official.district(code) for code in codes]
        roles = {f"district.{n}": area for n, area in enumerate(districts, 1)}
        within = [area.code for area in districts]
        taken: set[str] = set()

        def resolve(name: Node, level: str, parents: list[str]) -> Area:
            """Resolve a name to an area that no other name has taken."""
            if not isinstance(name, str) or not name.strip():
                raise ScenarioError(f"“{name}”不是辖区名称", f"“{name}” is not the name of an area")
            area = official.resolve(name, level, parents, frozenset(taken))
            taken.add(area.code)
            return area

        for key, node in section.items():
            if isinstance(node, dict):
                roles[key] = resolve(self._need(node, "subdistrict"), "subdistrict", within)
                names = _listed(node.get("communities") or node.get("community") or [])
                roles |= {
                    f"{key}.{n}": resolve(name, "community", [roles[key].code])
                    for n, name in enumerate(names, 1)
                }
        for key, node in section.items():
            if isinstance(node, list) and key != "district":
                for n, name in enumerate(node, 1):
                    same = [a for a in roles.values() if a.name == str(name)]
                    roles[f"{key}.{n}"] = same[0] if same else resolve(name, "subdistrict", within)
        return roles

    def _named(self, name: Node) -> Area:
        """An area of the scenario by the name the file gives it, or a district by its official name."""
        for area in (*self.roles.values(), *official.official().values()):
            if str(name) in (area.name, area.official):
                return area
        raise ScenarioError(f"“{name}”不在 areas 中", f"“{name}” is not among the areas")

    def _incidents(self) -> tuple[Incident, ...]:
        """The incidents with their areas and times."""
        found = []
        for node in _listed(self._need(self.document, "incidents")):
            node = self._mapping(node, "incidents")
            case = self._mapping(node.get("first_case") or {}, "first_case")
            found.append(
                Incident(
                    str(self._need(node, "id")),
                    self._named(self._need(node, "area")),
                    moment(self._need(node, "opened_at"), self.zone),
                    self._named(case["community"]) if case.get("community") else None,
                    moment(case["at"], self.zone) if case.get("at") else None,
                )
            )
        return tuple(found)

    def _tree(self, incidents: tuple[Incident, ...]) -> tuple[Area, ...]:
        """Every area the system needs, parents first: official ones of the districts, resolved ones, grids."""
        everything = dict(official.official())
        for area in (*(i.area for i in incidents), *self.roles.values()):
            everything[area.code] = area
            for parent in official.ancestors(area.code):
                everything.setdefault(parent.code, parent)
        for area in list(self.roles.values()):
            if area.level == "community":
                everything |= {grid.code: grid for grid in official.grids(area)}
        return tuple(everything[code] for code in sorted(everything))

    def _play_section(self) -> dict[str, Node]:
        """The file's own play, or the shipped one."""
        return self._mapping(self.document.get("play") or self.shipped_play, "play")

    def _plays(self, incidents: tuple[Incident, ...]) -> dict[str, Play]:
        """The play of each incident: the one written for its id, else the one at its place in the file."""
        written = self._mapping(self._need(self._play_section(), "incidents"), "play.incidents")
        spare = [key for key in written if key not in {i.id for i in incidents}]
        plays = {}
        for incident in incidents:
            key = incident.id if incident.id in written else (spare.pop(0) if spare else "")
            if not key:
                self.left_out.append(f"{incident.id}: 没有可演练的内容 / nothing to play")
                continue
            plays[incident.id] = self._play(incident, self._mapping(written[key], f"play.incidents.{key}"))
        self.left_out += [f"play.incidents.{key}: 没有对应的事件 / no such incident" for key in spare]
        return plays

    def _play(self, incident: Incident, written: dict[str, Node]) -> Play:
        """One incident's play in its own areas, counted from its own opening."""
        base = moment(self._need(written, "opened_at"), self.zone)
        opened = incident.opened_at.astimezone(self.zone)
        self.roles_of_play = self.roles | {"incident": incident.area}
        # Instants keep their distance to the opening; whole days keep their calendar distance to its day.
        shift = opened - base, opened.date() - base.date()
        play = msgspec.convert(self._placed(written, shift, f"play.{incident.id}"), Play, strict=False)
        listed = [b for b in _listed(self.document.get("batches") or []) if self._of(b, incident)]
        if listed:
            play = self._with_batches(play, [self._mapping(b, "batches") for b in listed])
        play = self._pruned(incident.id, play)
        self._check(incident.id, play)
        return play

    def _with_batches(self, play: Play, listed: list[dict[str, Node]]) -> Play:
        """The listed batches in place of the written ones; what hung on a written one hangs on the first."""
        offices = {o.area: o for o in play.organisations if o.kind == "subdistrict" and o.area}
        batches = []
        for number, wish in enumerate(listed, 1):
            sender = self._named(self._need(wish, "from"))
            if sender.code not in offices:
                name = Text(zh=f"{sender.name}办事处", en=f"{sender.name} office")
                offices[sender.code] = Organisation(
                    key=f"office-{sender.code}", name=name, kind="subdistrict", area=sender.code
                )
            batches.append(self._batch(wish, number, offices[sender.code]))
        first = batches[0].key
        return replace(
            play,
            batches=tuple(batches),
            organisations=tuple({o.key: o for o in (*play.organisations, *offices.values())}.values()),
            supplies=tuple(replace(s, need_batch=first if s.need_batch else "") for s in play.supplies),
            unfit=tuple(replace(u, batch=first) for u in play.unfit),
        )

    def _pruned(self, incident: str, play: Play) -> Play:
        """An organisation or batch left out for want of its area takes along the parts that name it."""
        gone = {section: self.gone[f"play.{incident}.{section}"] for section in NAMED}
        kept: dict[str, tuple[Part, ...]] = {}
        for section in play.__struct_fields__:
            parts = getattr(play, section)
            if isinstance(parts, tuple):
                lost = [p for p in parts if any(named in gone[where] for where, _, named in _naming(p))]
                kept[section] = tuple(p for p in parts if p not in lost)
                self.left_out += [f"play.{incident}.{section}: {getattr(p, 'key', section)}" for p in lost]
        absent = gone["organisations"]
        kept["callouts"] = tuple(
            replace(c, answered_by=tuple(o for o in c.answered_by if o not in absent))
            for c in play.callouts
            if c in kept["callouts"]
        )
        return replace(play, **kept)

    def _of(self, batch: Node, incident: Incident) -> bool:
        """Whether a listed batch belongs to an incident; one that names none belongs to the first."""
        named = batch.get("incident") if isinstance(batch, dict) else None
        first = _listed(self.document["incidents"])[0].get("id")
        return str(named or first) == incident.id

    def _batch(self, node: dict[str, Node], number: int, sender: Organisation) -> Batch:
        """A listed batch with the times it leaves out: half an hour to leave, an hour on the road."""
        receiver = self._named(node["to"]).code if node.get("to") else self._role("receiving").code
        if node.get("muster_at"):
            muster = moment(node["muster_at"], self.zone)
        else:
            muster = moment(self._need(node, "arrived_at"), self.zone) - timedelta(hours=2)
        arrive = moment(node.get("arrived_at") or muster + timedelta(minutes=90), self.zone)
        release = moment(node.get("released_at") or arrive + timedelta(days=3), self.zone)
        return msgspec.convert(
            {
                "key": str(node.get("key", f"listed-{number}")),
                "organisation": sender.key,
                "from_area": sender.area,
                "to_area": receiver,
                "people": self._need(node, "people"),
                "vehicles": node.get("vehicles", 0),
                "task": {"zh": "支援社区防控", "en": "neighbourhood response"},
                "muster_at": muster,
                "depart_at": muster + timedelta(minutes=30),
                "arrive_at": arrive,
                "release_at": release,
                "announced_date": node.get("printed_date"),
            },
            Batch,
            strict=False,
        )

    def _placed(self, node: Node, shift: tuple[timedelta, timedelta], where: str) -> Node:
        """The node with roles as codes and dates moved; parts of a list without their area are left out."""
        if isinstance(node, dict):
            return {key: self._placed(value, shift, f"{where}.{key}") for key, value in node.items()}
        if isinstance(node, list):
            kept = []
            for number, part in enumerate(node):
                try:
                    kept.append(self._placed(part, shift, f"{where}[{number}]"))
                except RoleError as missing:
                    self.left_out.append(f"{where}[{number}]: {missing}")
                    self.gone[where].add(str(part.get("key")) if isinstance(part, dict) else "")
            return kept
        if isinstance(node, datetime) or (isinstance(node, str) and MOMENT.fullmatch(node)):
            return moment(node, self.zone) + shift[0]
        if isinstance(node, date) or (isinstance(node, str) and DAY.fullmatch(node)):
            return moment(f"{node}T00:00", self.zone).date() + shift[1]
        return self._text(node) if isinstance(node, str) else node

    def _text(self, text: str) -> str:
        """A whole `@role` becomes the area's code; `{@role}` inside a text becomes its name."""
        whole = ROLE.fullmatch(text)
        if whole:
            return self._role(whole[1]).code
        return re.sub(r"\{" + ROLE.pattern + r"\}", lambda m: self._role(m[1]).name, text)

    def _role(self, role: str) -> Area:
        """The area that has a role."""
        if role not in self.roles_of_play:
            raise RoleError(role)
        return self.roles_of_play[role]

    def _check(self, incident: str, play: Play) -> None:
        """Parts may only name organisations and batches that the play has."""
        known = {section: {part.key for part in getattr(play, section)} for section in NAMED}
        for section in play.__struct_fields__:
            parts = getattr(play, section)
            for part in parts if isinstance(parts, tuple) else ():
                for where, field, named in _naming(part):
                    if named not in known[where]:
                        raise ScenarioError(
                            f"play.{incident}.{section} 里的 {field} “{named}” 没有定义",
                            f"{field} “{named}” in play.{incident}.{section} is not defined",
                        )


def _naming(part: Part) -> list[tuple[str, str, str]]:
    """Section, field and key of everything a part names."""
    fields = [(section, field) for section, names in NAMED.items() for field in names]
    return [(section, field, getattr(part, field)) for section, field in fields if getattr(part, field, "")]


def _listed(node: Node) -> list[Node]:
    """A list, or one thing as a list."""
    return node if isinstance(node, list) else [node]
