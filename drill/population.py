"""Invented residents and responders: households in dwellings, valid numbers that belong to nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from uuid import UUID

from drill.names import family_name, person_name
from drill.territory import Building, derived, doors

# A document number begins with a county; these are provinces, so the check digit holds and nobody has the number.
PLACES = ("110000", "310000", "360000", "420000", "430000", "440000", "450000", "510000")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
PREFIXES = ("131", "133", "135", "136", "138", "139", "150", "158", "159", "180", "186", "188")
HOUSEHOLDS = ((1, 0.36), (2, 0.27), (3, 0.20), (4, 0.11), (5, 0.04), (6, 0.02))
LANGUAGES = ("普通话", "粤语", "客家话", "潮汕话", "英语")
PROFESSIONS = {
    "agency": ("official", "engineer", "clerk"),
    "school": ("teacher",),
    "hospital": ("doctor", "nurse"),
    "firm": ("guard", "driver", "clerk"),
    "subdistrict": ("official", "grid_worker"),
    "community": ("grid_worker", "community_worker"),
    "branch": ("retired", "clerk"),
    "volunteers": ("student", "clerk", "driver", "retired"),
}
SKILLS = {
    "doctor": "sampling",
    "nurse": "sampling",
    "driver": "driving",
    "teacher": "calling",
    "engineer": "building",
    "grid_worker": "sweeping",
    "community_worker": "registering",
}


@dataclass(frozen=True)
class Resident:
    """One invented resident; the phone may be that of another member of the household."""

    id: UUID
    household: UUID
    role: str
    name: str
    sex: str
    born: date
    document: str
    phone: str
    area: str
    building: UUID
    dwelling: UUID
    address: str
    vulnerabilities: tuple[str, ...] = ()


@dataclass(frozen=True)
class Responder:
    """One invented responder."""

    id: UUID
    organisation: str
    number: int
    name: str
    sex: str
    phone: str
    profession: str
    skills: tuple[str, ...]
    languages: tuple[str, ...]


@dataclass
class Numbers:
    """Telephone and document numbers, none given out twice."""

    rng: Random
    used: set[str] = field(default_factory=set)
    today: date = date(2022, 2, 17)  # the day ages are counted from

    def phone(self) -> str:
        """A mobile number of eleven digits."""
        while True:
            number = f"{self.rng.choice(PREFIXES)}{self.rng.randrange(10**8):08d}"
            if number not in self.used:
                self.used.add(number)
                return number

    def document(self, sex: str, born: date) -> str:
        """An 18-digit number whose birth date, sex and check digit are right."""
        while True:
            order = self.rng.randrange(1, 500) * 2 - (sex == "male")
            body = f"{self.rng.choice(PLACES)}{born:%Y%m%d}{order:03d}"
            if body not in self.used:
                self.used.add(body)
                return body + check_digit(body)


def check_digit(body: str) -> str:
    """The last character of a document number, by GB 11643."""
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def residents(
    scenario: str,
    houses: Sequence[Building],
    persons: int,
    used: set[str] | None = None,
    today: date = Numbers.today,
) -> tuple[Resident, ...]:
    """Exactly `persons` residents, somebody in every building; numbers in `used` are not given out again."""
    rng = Random(f"residents/{scenario}/{houses[0].community}/{len(houses)}/{persons}")
    numbers = Numbers(rng, set() if used is None else used, today)
    found: list[Resident] = []
    for (house, door, label), size in _households(rng, houses, persons):
        found += _household(rng, numbers, (scenario, house, door, label), size)
    return tuple(found)


Door = tuple[Building, UUID, str]


def _households(rng: Random, houses: Sequence[Building], persons: int) -> list[tuple[Door, int]]:
    """Which door has how many people: a first household in each building, then doors at random, then crowding."""
    if persons < len(houses):
        raise ValueError(f"{persons} persons cannot live in {len(houses)} buildings")
    walk = [(house, dwelling.id, dwelling.label) for house, dwelling in doors(houses)]
    first = {door[0].id: door for door in reversed(walk)}
    rest = [door for door in walk if first[door[0].id] is not door]
    rng.shuffle(rest)
    sizes, shares = zip(*HOUSEHOLDS, strict=True)
    chosen = [(door, 1) for door in first.values()]
    left = persons - len(chosen)
    for door in rest:
        if not left:
            break
        size = min(left, rng.choices(sizes, shares)[0])
        chosen.append((door, size))
        left -= size
    extra, over = divmod(left, len(chosen))
    crowded = [(door, size + extra + (n < over)) for n, (door, size) in enumerate(chosen)]
    order = {door[1]: position for position, door in enumerate(walk)}
    return sorted(crowded, key=lambda pair: order[pair[0][1]])


def _household(rng: Random, numbers: Numbers, where: tuple[str, *Door], size: int) -> list[Resident]:
    """One household: a couple or a lone head, children, a grandparent, or people who share a rented room."""
    scenario, house, door, label = where
    household = derived("drill", scenario, door, "household")
    surname, shared = family_name(rng), size > 1 and rng.random() < 0.25
    head_age = rng.randint(20, 58) if size > 1 else rng.choice((rng.randint(19, 45), rng.randint(19, 88)))
    head_sex = rng.choice(("male", "female"))
    head_phone = numbers.phone()
    members: list[Resident] = []
    for number in range(size):
        role, sex, age = _member(rng, number, (head_sex, head_age), shared)
        born = numbers.today - timedelta(days=age * 365 + age // 4 + rng.randrange(365))
        inherits = role in ("head", "child") or (role == "parent" and sex == head_sex)
        own_phone = role in ("spouse", "tenant") or (role == "parent" and rng.random() < 0.6)
        document = numbers.document(sex, born)
        members.append(
            Resident(
                id=derived("drill", scenario, door, document),
                household=household,
                role=role,
                name=_name(rng, sex, surname if inherits else "", members, document),
                sex=sex,
                born=born,
                document=document,
                phone=numbers.phone() if own_phone else head_phone,
                area=house.area,
                building=house.id,
                dwelling=door,
                address=f"{house.address}{label}",
                vulnerabilities=_vulnerabilities(rng, sex, age, size),
            )
        )
    return members


def _name(rng: Random, sex: str, surname: str, members: list[Resident], document: str) -> str:
    """A name nobody else of the household bears: with one telephone a list could not tell them apart."""
    name, again = person_name(rng, sex, surname), Random(document)
    while any(one.name == name for one in members):
        name = person_name(again, sex, surname)
    return name


def _member(rng: Random, number: int, head: tuple[str, int], shared: bool) -> tuple[str, str, int]:
    """Role, sex and age of the next member of a household."""
    sex, age = head
    if number == 0:
        return "head", sex, age
    if shared:
        return "tenant", rng.choice(("male", "female")), rng.randint(18, 45)
    if number == 1:
        return "spouse", "female" if sex == "male" else "male", max(20, age + rng.randint(-6, 6))
    if number == 4 or (number == 2 and rng.random() < 0.2):
        return "parent", rng.choice(("male", "female")), min(97, age + rng.randint(22, 34))
    return "child", rng.choice(("male", "female")), max(0, age - rng.randint(20, 36))


def _vulnerabilities(rng: Random, sex: str, age: int, size: int) -> tuple[str, ...]:
    """Classes of need, by age and chance."""
    chances = (
        ("elderly_alone", 1.0 if age >= 70 and size == 1 else 0.0),
        ("pregnant", 0.03 if sex == "female" and 22 <= age <= 40 else 0.0),
        ("dialysis", 0.003),
        ("chemotherapy", 0.002),
        ("disabled", 0.05 if age >= 75 else 0.006),
        ("chronic_disease", 0.3 if age >= 60 else 0.02),
        ("infant", 1.0 if age < 1 else 0.0),
    )
    return tuple(name for name, chance in chances if rng.random() < chance)


def responders(
    scenario: str, organisation: str, kind: str, count: int, used: set[str] | None = None
) -> tuple[Responder, ...]:
    """The first `count` responders of an organisation; asking for more later gives the same ones first."""
    rng = Random(f"responders/{scenario}/{organisation}")
    numbers = Numbers(rng, set() if used is None else used)
    found = []
    for number in range(count):
        sex = rng.choice(("male", "female"))
        profession = rng.choice(PROFESSIONS[kind])
        skills = {
            SKILLS.get(profession, "order_keeping"),
            rng.choice(("registering", "calling", "order_keeping")),
        }
        spoken = {"普通话", rng.choice(LANGUAGES)}
        found.append(
            Responder(
                id=derived("drill", scenario, "responder", organisation, number),
                organisation=organisation,
                number=number,
                name=person_name(rng, sex),
                sex=sex,
                phone=numbers.phone(),
                profession=profession,
                skills=tuple(sorted(skills)),
                languages=tuple(sorted(spoken)),
            )
        )
    return tuple(found)
