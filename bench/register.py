"""A made-up Chinese register and a list of people to be found in it; who is who is known.

    python -m bench.register --seed 7 --size 5000 --out DIR [--rate homophone=.1 …] [--keep name,birth,phone,address]

Writes left.csv (the register), right.csv (the list), truth.csv (left_id, right_id) and spec.yaml for
`muster link`. Both are drawn from one population of households: members, twins and namesakes of somebody in the
register are strangers in the list, and the other way round. RATES says how often a thing happens to a row.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench import register_words as words
from bench.register_places import NOWHERE, Home, spelled

# Shares of the population on either side, then what happens to a row; those marked * only in the list.
RATES = {
    "left": 0.8, "right": 0.5, "twice": 0.01,
    "homophone": 0.05, "look_alike": 0.02, "pinyin": 0.01, "two_names": 0.01, "missing_name": 0.002,
    "shared_phone": 0.45, "agent_phone": 0.03, "new_phone": 0.08, "missing_phone": 0.1, "phone_typo": 0.02,
    "moved": 0.05, "variant": 0.7, "missing_address": 0.03,
    "missing_id": 0.12, "id_typo": 0.03, "old_id": 0.03, "parent_id": 0.005,
    "missing_birth": 0.05, "birth_typo": 0.015, "birth_swapped": 0.01,
    "twins": 0.015, "namesake": 0.01, "register_noise": 0.25,
}  # fmt: skip
LEFT = ("resident_no", "name", "sex", "birth", "document", "phone", "address")
RIGHT = ("row_no", "xm", "xb", "csrq", "zjhm", "lxdh", "zz")
KINDS = {
    "name": "name",
    "sex": "text",
    "birth": "date",
    "document": "id",
    "phone": "phone",
    "address": "address",
}
AGENTS = 30
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Person:
    """A row as it should be; `birth` is YYYYMMDD."""

    name: str
    sex: str
    birth: str
    document: str
    phone: str
    home: Home
    household: int
    other_name: str
    parent: str


class World:
    """The population of one seed: households in compounds."""

    def __init__(self, size: int, seed: int, rates: dict[str, float]) -> None:
        self.random, self.rates, self.size = random.Random(seed), rates, size
        self.sounds = _sounds()
        self.compounds = [self.compound() for _ in range(max(8, size // 120))]
        self.agents: list[str] = []
        self.numbers: dict[str, int] = defaultdict(int)
        self.people: list[Person] = []
        household = 0
        while len(self.people) < size:
            self.people += self.household(household)
            household += 1
        self.people = self.namesakes(self.people[:size])

    def chance(self, rate: str) -> bool:
        """Whether it happens this time."""
        return self.random.random() < self.rates[rate]

    def compound(self) -> Home:
        """A compound; about every sixth is written as the houses of a road."""
        district = self.random.choice(sorted(words.DISTRICTS))
        name = "".join(self.random.sample(words.FIRST, 2)) + self.random.choice(words.SECOND)
        return Home(
            district, self.random.choice(words.DISTRICTS[district]), self.random.choice(words.ROADS),
            self.random.randint(1, 400), name if self.random.random() > 0.17 else "", 0, 0, 0, 0,
        )  # fmt: skip

    def home(self) -> Home:
        """A door in a compound."""
        rand = self.random
        place = rand.choice(self.compounds)
        return replace(
            place,
            building=rand.randint(1, 18), unit=rand.randint(1, 4), floor=rand.randint(1, 28), room=rand.randint(1, 6),
        )  # fmt: skip

    def phone(self) -> str:
        """A mobile number."""
        return self.random.choice(("13", "15", "17", "18", "19")) + f"{self.random.randrange(10**9):09}"

    def given(self, sex: str) -> str:
        """One or two characters."""
        letters = words.MALE if sex == "男" else words.FEMALE
        return "".join(self.random.choices(letters, k=1 if self.random.random() < 0.15 else 2))

    def document(self, birth: str, sex: str, after: str = "") -> str:
        """An identity number with a right check digit; of twins the next one in the sequence."""
        area = after[:6] or self.random.choice(words.COUNTIES)
        order = int(after[14:17]) // 2 + 1 if after else self.random.randint(1, 480)
        body = f"{area}{birth}{order * 2 % 998 + (sex == '男'):03}"
        return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]

    def household(self, serial: int) -> list[Person]:
        """One to five people behind a door: a couple, children with the father's surname, a grandparent."""
        rand = self.random
        home, shared = self.home(), self.phone()
        if self.chance("agent_phone"):
            if not self.agents or rand.random() < 2.5 / AGENTS:
                self.agents.append(self.phone())
            shared = self.agents[-1]
        surname, wife = (rand.choices(list(words.SURNAMES), list(words.SURNAMES.values()))[0] for _ in "ab")
        parent_year = rand.randint(1945, 1995)
        people: list[Person] = []
        count = rand.choices((1, 2, 3, 4, 5), (22, 26, 27, 17, 8))[0]
        for place in range(count):
            sex = ("男", "女")[place] if place < 2 else rand.choice("男女")
            year = parent_year + (rand.randint(-4, 4) if place < 2 else rand.randint(22, 34))
            year = year if place < 4 else parent_year - rand.randint(22, 30)
            people.append(self.member(serial, place, surname if place != 1 else wife, sex, min(year, 2021)))
            if place == 2 and count > 3 and rand.random() < self.rates["twins"] * 8:
                people.append(self.twin(people[-1], people[-1].name))
        first = people[0].document
        return [
            replace(
                one, home=home, parent=first if one is not people[0] else "",
                phone=shared if i == 0 or shared in self.agents or self.chance("shared_phone") else self.phone(),
            )
            for i, one in enumerate(people)
        ]  # fmt: skip

    def member(self, serial: int, place: int, surname: str, sex: str, year: int) -> Person:
        """One member, with the other name some are known by."""
        rand = self.random
        birth = f"{year}{rand.randint(1, 12):02}{rand.randint(1, 28):02}"
        name = surname + self.given(sex)
        if rand.random() < 0.01:
            name = rand.choice(words.LONG_NAMES)
        other = rand.choices(list(words.SURNAMES), list(words.SURNAMES.values()))[0] + name[len(surname) :]
        if sex == "男" or rand.random() < 0.5:
            other = surname + self.given(sex)
        return Person(name, sex, birth, self.document(birth, sex), "", NOWHERE, serial, other, "")

    def twin(self, other: Person, name: str) -> Person:
        """A sister or brother of the same day, whose name shares a character."""
        sex = other.sex if self.random.random() < 0.7 else self.random.choice("男女")
        fresh = name[:-1] + self.given(sex)[-1]
        return replace(other, name=fresh, sex=sex, document=self.document(other.birth, sex, other.document))

    def namesakes(self, people: list[Person]) -> list[Person]:
        """Some take the name of somebody in the same compound."""
        near: dict[str, list[Person]] = defaultdict(list)
        for one in people:
            near[f"{one.home.compound}{one.home.road}{one.sex}"].append(one)
        return [
            replace(one, name=self.random.choice(near[f"{one.home.compound}{one.home.road}{one.sex}"]).name)
            if self.chance("namesake")
            else one
            for one in people
        ]


def _sounds() -> dict[str, list[str]]:
    """Characters of the alphabet that sound alike, tones aside."""
    from pypinyin import lazy_pinyin

    letters = sorted({*words.MALE, *words.FEMALE, *"".join(words.SURNAMES), *"伦纶仑怀淮槐宜仪颐晋劲锦珊杉"})
    groups: dict[str, list[str]] = defaultdict(list)
    for letter in letters:
        groups[lazy_pinyin(letter)[0]].append(letter)
    return {letter: [x for x in group if x != letter] for group in groups.values() for letter in group}


class Clerk:
    """Writes a person down, with the mistakes and habits of a list; `share` scales how often."""

    def __init__(self, world: World, seed: int, share: float) -> None:
        self.world, self.random, self.share = world, random.Random(seed), share
        self.moved: dict[int, Home] = {}

    def chance(self, rate: str) -> bool:
        """Whether it happens to this row."""
        return self.random.random() < self.world.rates[rate] * self.share

    def row(self, one: Person) -> list[str]:
        """Name, sex, birth, document, phone, address."""
        return [
            self.name(one), self.sex(one), self.birth(one.birth), self.document(one), self.phone(one.phone),
            self.address(one),
        ]  # fmt: skip

    def name(self, one: Person) -> str:
        """As it is; by ear; by eye; in Latin letters; another name; none."""
        if self.chance("missing_name"):
            return ""
        name = one.other_name if self.chance("two_names") else one.name
        if self.chance("homophone"):
            name = self.changed(name, self.world.sounds)
        if self.chance("look_alike"):
            name = self.changed(name, {key: [value] for key, value in words.LOOK_ALIKE.items()})
        if "·" in name:
            return name.replace("·", self.random.choice(("·", "•", ".", "", "·")))
        if self.chance("pinyin"):
            from pypinyin import lazy_pinyin

            parts = [part.capitalize() for part in lazy_pinyin(name)]
            return (
                f"{parts[0]} {''.join(parts[1:])}" if self.random.random() < 0.5 else " ".join(parts).upper()
            )
        if self.random.random() < 0.03 * self.share:
            return " ".join(name) if self.random.random() < 0.5 else name + " "
        return name

    def changed(self, text: str, other: dict[str, list[str]]) -> str:
        """One character replaced by one it is taken for, where there is one."""
        places = [i for i, letter in enumerate(text) if other.get(letter)]
        if not places:
            return text
        at = self.random.choice(places)
        return text[:at] + self.random.choice(other[text[at]]) + text[at + 1 :]

    def sex(self, one: Person) -> str:
        """Now and then nothing, or a slip."""
        slip = self.random.random()
        return (
            ""
            if slip < 0.04 * self.share
            else one.sex
            if slip > 0.05 * self.share
            else "男女"[one.sex == "男"]
        )

    def birth(self, birth: str) -> str:
        """One of the ways a day is written."""
        if self.chance("missing_birth"):
            return ""
        year, month, day = birth[:4], birth[4:6], birth[6:]
        if self.chance("birth_typo"):
            digits = self.typo(birth[2:])
            year, month, day = birth[:2] + digits[:2], digits[2:4], digits[4:]
        if self.chance("birth_swapped"):
            month, day = day, month
        forms = (f"{year}-{month}-{day}", f"{year}/{int(month)}/{int(day)}", f"{year}年{int(month)}月{int(day)}日",
                 f"{year}{month}{day}", f"{year}.{month}.{day}")  # fmt: skip
        return forms[0] if self.random.random() > 0.5 * self.share else self.random.choice(forms)

    def typo(self, digits: str) -> str:
        """One digit wrong, or two neighbours swapped."""
        at = self.random.randrange(len(digits) - 1)
        if self.random.random() < 0.4:
            return digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
        return digits[:at] + str((int(digits[at]) + self.random.randint(1, 9)) % 10) + digits[at + 1 :]

    def document(self, one: Person) -> str:
        """18 digits; 15 as before 1999; a slip; a parent's; none."""
        if self.chance("missing_id"):
            return ""
        number = one.parent if one.parent and self.chance("parent_id") else one.document
        if number[6:10] < "1999" and self.chance("old_id"):
            return number[:6] + number[8:17]
        if self.chance("id_typo"):
            return self.typo(number[:17]) + number[17]
        return number.lower() if self.random.random() < 0.3 * self.share else number

    def phone(self, phone: str) -> str:
        """As dialled, with +86, in groups; another one; none."""
        if self.chance("missing_phone"):
            return ""
        phone = self.world.phone() if self.chance("new_phone") else phone
        phone = self.typo(phone) if self.chance("phone_typo") else phone
        forms = (phone, f"+86{phone}", f"0086{phone}", f"{phone[:3]}-{phone[3:7]}-{phone[7:]}",
                 f"{phone[:3]} {phone[3:7]} {phone[7:]}", f"+86 {phone}")  # fmt: skip
        return phone if self.random.random() > 0.3 * self.share else self.random.choice(forms)

    def address(self, one: Person) -> str:
        """The address this list knows for the household, in one of many spellings."""
        if self.chance("missing_address"):
            return ""
        if one.household not in self.moved:
            self.moved[one.household] = self.world.home() if self.chance("moved") else one.home
        home = self.moved[one.household]
        if not self.chance("variant"):
            return spelled(home, self.random, plain=True)
        return spelled(home, self.random, plain=False)


def make(size: int, seed: int, rates: dict[str, float] | None = None) -> tuple[list[list[str]], ...]:
    """Rows of the register, rows of the list, and the true pairs; ids come first in a row."""
    world = World(size, seed, RATES | (rates or {}))
    rand, share = random.Random(seed + 1), world.rates["register_noise"]
    known = [i for i in range(size) if rand.random() < world.rates["left"]]
    asked = [i for i in range(size) if rand.random() < world.rates["right"]]
    asked += [i for i in asked if rand.random() < world.rates["twice"]]
    rand.shuffle(asked)
    register, writer = Clerk(world, seed + 2, share), Clerk(world, seed + 3, 1.0)
    names = {person: f"R{person * 7919 % 1_000_003:07}" for person in known}
    left = [[names[i], *register.row(world.people[i])] for i in known]
    right = [[str(at + 1), *writer.row(world.people[i])] for at, i in enumerate(asked)]
    truth = [[names[i], str(at + 1)] for at, i in enumerate(asked) if i in names]
    return sorted(left), right, truth


def spec(keep: Sequence[str]) -> str:
    """A spec for `muster link` that names these columns."""
    lines = [
        f"  {own}: {{kind: {KINDS[own]}, right: {other}}}"
        for own, other in zip(LEFT[1:], RIGHT[1:], strict=True)
    ]
    kept = [line for line in lines if line.split(":")[0].strip() in keep]
    return "\n".join([f"id: {{left: {LEFT[0]}, right: {RIGHT[0]}}}", "columns:", *kept, ""])


def write(place: Path, made: tuple[list[list[str]], ...], keep: Sequence[str] = LEFT[1:]) -> None:
    """left.csv, right.csv, truth.csv and spec.yaml."""
    place.mkdir(parents=True, exist_ok=True)
    shown = [0, *(i for i, name in enumerate(LEFT) if name in keep)]
    heads = ([LEFT[i] for i in shown], [RIGHT[i] for i in shown], ["left_id", "right_id"])
    for name, head, rows in zip(("left", "right", "truth"), heads, made, strict=True):
        with (place / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(head)
            writer.writerows(rows if name == "truth" else [[line[i] for i in shown] for line in rows])
    (place / "spec.yaml").write_text(spec(keep), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Write one register and its list."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--size", type=int, default=5000, help="people in the population")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--keep", default=",".join(LEFT[1:]), help="columns to write, of: " + ",".join(LEFT[1:])
    )
    parser.add_argument("--rate", action="append", default=[], metavar="NAME=SHARE", help=", ".join(RATES))
    given = parser.parse_args(arguments)
    rates = {name: float(share) for name, _, share in (word.partition("=") for word in given.rate)}
    keep = given.keep.split(",")
    if unknown := (set(rates) - set(RATES)) | (set(keep) - set(LEFT[1:])):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    write(given.out, make(given.size, given.seed, rates), keep)


if __name__ == "__main__":
    main()
