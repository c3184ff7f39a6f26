"""Pushed lists as they arrive: duplicates, wrong numbers, people who moved, people of elsewhere; truth kept aside."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from uuid import UUID

from drill.areas import Area, short
from drill.population import Numbers, Resident, residents
from drill.shape import Lists
from drill.territory import Building

HEADERS = ("姓名", "性别", "证件号码", "联系电话", "现住址", "人员类别", "下发批次")
SEX = {"male": "男", "female": "女"}
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
FAULTS = ("wrong_number", "moved", "other_area")


@dataclass(frozen=True)
class Truth:
    """What the drill knows about one row: who it is, what is wrong with it, and where the person really is."""

    row: int
    person: UUID
    labels: frozenset[str]
    address: str
    phone: str


@dataclass(frozen=True)
class PushedList:
    """Rows as text under Chinese headers, and the truth about each, in the same order."""

    rows: tuple[dict[str, str], ...]
    truth: tuple[Truth, ...]


@dataclass(frozen=True)
class Crowd:
    """Where the people of a list come from: residents already known, and buildings for people nobody knows yet."""

    known: Sequence[Resident]
    houses: Sequence[Building]
    share: float
    used: set[str]
    today: date = Numbers.today


def people(scenario: str, key: str, count: int, crowd: Crowd) -> tuple[Resident, ...]:
    """`count` different people for a list: a share of known residents, the rest new at the same addresses."""
    rng = Random(f"list/{scenario}/{key}")
    taken = rng.sample(list(crowd.known), min(round(count * crowd.share), len(crowd.known)))
    fresh = count - len(taken)
    new = residents(f"{scenario}/{key}", crowd.houses, max(fresh, len(crowd.houses)), crowd.used, crowd.today)
    both = [*taken, *rng.sample(new, fresh)]
    rng.shuffle(both)
    return tuple(both)


def with_noise(
    persons: Sequence[Resident], rates: Lists, seed: str, kind: str = "密接", elsewhere: Sequence[Area] = ()
) -> PushedList:
    """The rows somebody would push for these people. Duplicates are a share of the rows, faults of the people."""
    rng = Random(f"noise/{seed}")
    numbers = Numbers(rng, {p.phone for p in persons})
    faults = _faults(rng, persons, rates)
    homes = {p.id: _elsewhere(rng, persons, faults.get(p.id, ""), elsewhere) for p in persons}
    extra = round(len(persons) * rates.duplicates / (1 - rates.duplicates)) if rates.duplicates < 1 else 0
    drawn = [(p, False) for p in persons] + [(p, True) for p in rng.choices(list(persons), k=extra)]
    rng.shuffle(drawn)
    bare = set(rng.sample(range(len(drawn)), round(len(drawn) * rates.name_or_phone_only)))
    rows, truth = [], []
    wrong = {p.id: numbers.phone() for p in persons if faults.get(p.id) == "wrong_number"}
    for number, (person, repeated) in enumerate(drawn):
        fault = faults.get(person.id, "")
        shown = replace(
            person,
            phone=wrong.get(person.id, person.phone),
            address=homes[person.id] if fault == "other_area" else person.address,
        )
        row = _written(rng, shown, (kind, f"{seed}-{number // 500 + 1}"), repeated)
        rows.append(_bared(rng, row) if number in bare else row)
        labels = {
            label
            for label, holds in (
                ("duplicate", repeated),
                (fault, bool(fault)),
                ("name_or_phone_only", number in bare),
            )
            if holds
        }
        truth.append(
            Truth(number, person.id, frozenset(labels), homes[person.id] or person.address, person.phone)
        )
    return PushedList(tuple(rows), tuple(truth))


def _faults(rng: Random, persons: Sequence[Resident], rates: Lists) -> dict[UUID, str]:
    """At most one fault a person, as many of each as its share says."""
    order = [p.id for p in persons]
    rng.shuffle(order)
    faults: dict[UUID, str] = {}
    start = 0
    for fault in FAULTS:
        end = start + round(len(order) * getattr(rates, fault))
        faults |= dict.fromkeys(order[start:end], fault)
        start = end
    return faults


def _elsewhere(rng: Random, persons: Sequence[Resident], fault: str, areas: Sequence[Area]) -> str:
    """Where somebody who moved, or who never lived here, is to be found."""
    if fault == "other_area" and areas:
        area = rng.choice(areas)
        place = f"{short(area.name)}社区" if area.level == "community" else area.name
        return f"{place}{rng.randint(1, 60)}栋{rng.randint(1, 12)}{rng.randint(1, 6):02d}"
    return rng.choice(persons).address if fault == "moved" else ""


def _written(rng: Random, person: Resident, source: tuple[str, str], repeated: bool) -> dict[str, str]:
    """A row as one of several offices writes it; a repeated one is written differently."""
    name, document, phone, address = person.name, person.document, person.phone, person.address
    if repeated or rng.random() < 0.1:
        style = rng.randrange(4)
        name = f"{name[0]} {name[1:]}" if style == 0 and "·" not in name else name.replace("·", "•")
        document = document.lower() if style != 1 else document.translate(FULL_WIDTH)
        phone = f"+86 {phone[:3]}-{phone[3:7]}-{phone[7:]}" if style == 2 else phone
        address = address.replace("栋", "幢") if style == 3 else address
    values = (name, SEX[person.sex], document, phone, address, *source)
    return dict(zip(HEADERS, values, strict=True))


def _bared(rng: Random, row: dict[str, str]) -> dict[str, str]:
    """The row with nothing but a name, or nothing but a telephone number."""
    kept = rng.choice(("姓名", "联系电话"))
    return {
        header: value if header in (kept, "人员类别", "下发批次") else "" for header, value in row.items()
    }
