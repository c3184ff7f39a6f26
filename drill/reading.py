"""Reading a scenario document: roles first, then incidents, then the play in their terms."""

import re
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from drill import areas as official
from drill.areas import Area
from drill.plan import Play, Text
from drill.shape import DAY, MOMENT, Disturbances, Incident, Scenario, ScenarioError, Structure, moment

ROLE = re.compile(r"@([a-z_]+(?:\.\d+)?)")
Node = Any  # a node of a YAML document: typed by `msgspec.convert` before it leaves this module
T = TypeVar("T")
# Which fields of a part name a part of another section.
NAMING = {"organisations": ("organisation", "verified_by"), "batches": ("batch", "need_batch")}


class RoleError(Exception):
    """The play names an area role that the scenario does not have."""


class Reader:
    """One reading of one document: roles first, then incidents, then the play in their terms."""

    def __init__(self, document: dict[str, Node], shipped_play: Node) -> None:
        self.document = document
        self.shipped_play = shipped_play
        self.left_out: list[str] = []
        self.zone = self._zone()
        self.roles = self._roles()

    def scenario(self) -> Scenario:
        """The whole scenario."""
        incidents = self._incidents()
        plays = self._plays(incidents)
        structure = self._typed("structure", Structure) if self.document.get("structure") else None
        disturbances = self._typed("disturbances", Disturbances) if "disturbances" in self.document else None
        return Scenario(
            name=str(self._need(self.document, "name")), title=self._typed("title", Text),
            protocol=str(self._need(self.document, "protocol")), timezone=self.zone.key,
            seed=int(self._play_section().get("seed", 1)), roles=self.roles, areas=self._tree(incidents),
            incidents=incidents, structure=structure, disturbances=disturbances or Disturbances(), plays=plays,
            left_out=tuple(self.left_out))

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
        districts = [official.district(str(code)) for code in _listed(self._need(section, "district"))]
        roles = {f"district.{n}": area for n, area in enumerate(districts, 1)}
        taken: set[str] = set()

        def resolve(name: Node, level: str, within: list[str]) -> Area:
            """Resolve a name to an area that no other name has taken."""
            area = official.resolve(str(name), level, within, frozenset(taken))
            taken.add(area.code)
            return area

        for key, node in section.items():
            if isinstance(node, dict):
                roles[key] = resolve(self._need(node, "subdistrict"), "subdistrict", [d.code for d in districts])
                names = _listed(node.get("communities") or node.get("community") or [])
                roles |= {f"{key}.{n}": resolve(name, "community", [roles[key].code])
                          for n, name in enumerate(names, 1)}
        for key, node in section.items():
            if isinstance(node, list) and key != "district":
                for n, name in enumerate(node, 1):
                    same = [a for a in roles.values() if a.name == str(name)]
                    roles[f"{key}.{n}"] = same[0] if same else resolve(name, "subdistrict",
                                                                       [d.code for d in districts])
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
            case = node.get("first_case") or {}
            found.append(Incident(
                str(self._need(node, "id")), self._named(self._need(node, "area")),
                moment(self._need(node, "opened_at"), self.zone),
                self._named(case["community"]) if case.get("community") else None,
                moment(case["at"], self.zone) if case.get("at") else None))
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
        # Instants keep their distance to the opening; whole days keep their calendar distance to its day.
        shift = opened - base, opened.date() - base.date()
        node = self._placed(written, shift, f"play.{incident.id}")
        listed = [b for b in _listed(self.document.get("batches") or []) if self._of(b, incident)]
        if listed:
            self._take_batches(node, [self._mapping(b, "batches") for b in listed])
        self._prune(incident.id, written, node)
        play = msgspec.convert(node, Play, strict=False)
        self._check(incident.id, play)
        return play

    def _take_batches(self, node: dict[str, Node], listed: list[dict[str, Node]]) -> None:
        """The listed batches in place of the written ones; what hung on a written one hangs on the first."""
        node["batches"] = [self._batch(batch, number) for number, batch in enumerate(listed, 1)]
        first = node["batches"][0]["key"]
        for part in (*node.get("supplies", []), *node.get("unfit", [])):
            part |= {field: first for field in ("need_batch", "batch") if part.get(field)}
        organisations = node.setdefault("organisations", [])
        offices = {o["area"]: o["key"] for o in organisations if o["kind"] == "subdistrict" and o.get("area")}
        for batch, wish in zip(node["batches"], listed, strict=True):
            area = self._named(wish["from"])
            if area.code not in offices:
                offices[area.code] = f"office-{area.code}"
                organisations.append({"key": offices[area.code], "kind": "subdistrict", "area": area.code,
                                      "name": {"zh": f"{area.name}办事处", "en": f"{area.name} office"}})
            batch["organisation"] = offices[area.code]

    def _prune(self, incident: str, written: dict[str, Node], node: dict[str, Node]) -> None:
        """An organisation or batch left out for want of its area takes along the parts that name it."""
        for section, fields in NAMING.items():
            gone = ({part["key"] for part in written.get(section, [])}
                    - {part["key"] for part in node.get(section, [])})
            for name, parts in node.items():
                if not gone or not isinstance(parts, list):
                    continue
                lost = [p for p in parts if isinstance(p, dict) and any(p.get(f) in gone for f in fields)]
                node[name] = [p for p in parts if p not in lost]
                self.left_out += [f"play.{incident}.{name}: {p.get('key', name)}" for p in lost]
            for callout in node.get("callouts", []):
                callout["answered_by"] = [o for o in callout.get("answered_by", []) if o not in gone]

    def _of(self, batch: Node, incident: Incident) -> bool:
        """Whether a listed batch belongs to an incident; one that names none belongs to the first."""
        named = batch.get("incident") if isinstance(batch, dict) else None
        first = _listed(self.document["incidents"])[0].get("id")
        return str(named or first) == incident.id

    def _batch(self, node: dict[str, Node], number: int) -> dict[str, Node]:
        """A listed batch with the times it leaves out: half an hour to leave, an hour on the road."""
        sender = self._named(self._need(node, "from"))
        receiver = self._named(node["to"]) if node.get("to") else self.roles.get("receiving", sender)
        if node.get("muster_at"):
            muster = moment(node["muster_at"], self.zone)
        else:
            muster = moment(self._need(node, "arrived_at"), self.zone) - timedelta(hours=2)
        arrive = moment(node.get("arrived_at") or muster + timedelta(minutes=90), self.zone)
        release = moment(node.get("released_at") or arrive + timedelta(days=3), self.zone)
        return {
            "key": str(node.get("key", f"listed-{number}")), "organisation": "",
            "from_area": sender.code, "to_area": receiver.code, "people": self._need(node, "people"),
            "vehicles": node.get("vehicles", 0), "task": {"zh": "支援社区防控", "en": "neighbourhood response"},
            "muster_at": muster, "depart_at": muster + timedelta(minutes=30), "arrive_at": arrive,
            "release_at": release, "announced_date": node.get("printed_date")}

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
                    self.left_out.append(f"{where}[{number}]: areas 中没有 {missing} / areas has no {missing}")
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
        if role not in self.roles:
            raise RoleError(role)
        return self.roles[role]

    def _check(self, incident: str, play: Play) -> None:
        """Parts may only name organisations and batches the play has; what was left out takes its parts along."""
        organisations = {o.key for o in play.organisations}
        batches = {b.key for b in play.batches}
        for section in play.__struct_fields__:
            parts = getattr(play, section)
            for part in parts if isinstance(parts, tuple) else ():
                for field, known in (("organisation", organisations), ("verified_by", organisations),
                                     ("need_batch", batches), ("batch", batches)):
                    named = getattr(part, field, "")
                    if named and named not in known:
                        raise ScenarioError(f"play.{incident}.{section} 里的 {field} “{named}” 没有定义",
                                             f"{field} “{named}” in play.{incident}.{section} is not defined")


def _listed(node: Node) -> list[Node]:
    """A list, or one thing as a list."""
    return node if isinstance(node, list) else [node]
