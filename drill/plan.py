"""The `play` section of a scenario, typed: what the drill does, in plain numbers and times. No published figure."""

from datetime import date, datetime
from typing import Literal

import msgspec


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every part of the play: unknown keys are refused, so a misspelt one is found."""


class Text(Part, frozen=True, kw_only=True):
    """A text in both languages."""

    zh: str
    en: str


class Organisation(Part, frozen=True, kw_only=True):
    """Who sends people, goods or lists; `area` when it is the office of an area."""

    key: str
    name: Text
    kind: Literal["agency", "school", "firm", "community", "subdistrict", "branch", "hospital", "volunteers"]
    area: str = ""


class Callout(Part, frozen=True, kw_only=True):
    """A call-out and the people who sign up through it; a letter is answered by organisations instead.

    Those who sign up join `organisation`.
    """

    key: str
    channel: Literal["online_a", "online_b", "branches", "letter"]
    text: Text
    sent_at: datetime
    closes_at: datetime
    organisation: str = ""
    people: int = 0
    answered_by: tuple[str, ...] = ()


class Batch(Part, frozen=True, kw_only=True):
    """People sent together; `announced_date` is the date their letter prints, when it differs."""

    key: str
    organisation: str
    from_area: str = ""
    to_area: str
    to_communities: tuple[str, ...] = ()
    people: int
    vehicles: int = 0
    vehicle_kind: str = "bus"
    task: Text
    muster_at: datetime
    depart_at: datetime
    arrive_at: datetime
    release_at: datetime
    absent: int = 0
    announced_date: date | None = None


class Rota(Part, frozen=True, kw_only=True):
    """`people` begin a shift of `hours` at each of `starts` on `days` days from `first`, another group per start."""

    key: str
    organisation: str
    post: str
    area: str
    people: int
    starts: tuple[str, ...]
    hours: int
    first: date
    days: int
    teams: int = 1


class Case(Part, frozen=True, kw_only=True):
    """A confirmed case and how many contacts its investigation names."""

    key: str
    area: str
    reported_at: datetime
    contacts: int
    asymptomatic: bool = False


class Verification(Part, frozen=True, kw_only=True):
    """A pushed list: `people` different persons, answered by `callers` of an organisation."""

    key: str
    kind: Literal["key_person", "contact", "check"]
    area: str
    people: int
    registered_share: float
    issued_at: datetime
    due_at: datetime
    verified_by: str
    callers: int
    calls_from: datetime
    calls_to: datetime
    second_caller_agrees: int = 0
    visits_after_refusal: int = 0


class Register(Part, frozen=True, kw_only=True):
    """Residents known before the incident; `loaded` false means the drill knows them but the system does not."""

    area: str
    buildings: int
    persons: int
    urban_village: bool = False
    loaded: bool = True


class Sweep(Part, frozen=True, kw_only=True):
    """A territory to go through door by door, in pairs; buildings are made on the spot when there is no base data."""

    key: str
    organisation: str
    area: str
    pairs: int
    computers: int
    made_on_the_spot: bool
    paper_share: float
    starts_at: datetime
    ends_at: datetime


class Site(Part, frozen=True, kw_only=True):
    """A sampling site of one round; positive pools come from the disturbances."""

    key: str
    name: Text
    area: str
    desks: int
    persons: int
    pool_size: int
    opens_at: datetime
    closes_at: datetime
    result_hours: int
    organisation: str
    order_keepers: int


class HomeVisits(Part, frozen=True, kw_only=True):
    """Households visited by pairs to register and sample (or only to register and ask)."""

    key: str
    area: str
    households: int
    sampled: bool
    pairs: int
    starts_at: datetime
    ends_at: datetime


class Zone(Part, frozen=True, kw_only=True):
    """A zone designated after a case: so many buildings of an area."""

    key: str
    kind: Literal["sealed", "controlled", "precaution"]
    area: str
    buildings: int
    notice: Text
    starts_at: datetime
    ends_at: datetime | None = None


class Gate(Part, frozen=True, kw_only=True):
    """A gate: staff at each shift start, and passes scanned per shift."""

    key: str
    name: Text
    area: str
    organisation: str
    people: int
    starts: tuple[str, ...]
    hours: int
    first: date
    days: int
    scans: int
    refused_scans: int = 0


class Place(Part, frozen=True, kw_only=True):
    """A place with a code at its door and how many people check in."""

    key: str
    name: Text
    area: str
    check_ins: int
    starts_at: datetime
    ends_at: datetime


class Stock(Part, frozen=True, kw_only=True):
    """What a store holds at the beginning."""

    area: str
    item: str
    unit: str
    quantity: int
    at: datetime


class Supply(Part, frozen=True, kw_only=True):
    """Goods that move; with `need_at` a need was reported first and this meets it."""

    key: str
    kind: Literal["issue", "deliver"]
    item: str
    unit: str
    quantity: int
    organisation: str
    from_area: str
    to_area: str
    need_at: datetime | None = None
    need_batch: str = ""
    sent_at: datetime
    received_at: datetime
    into_zone: str = ""
    story: Text


class Donation(Part, frozen=True, kw_only=True):
    """A gift in kind, and how it is acknowledged."""

    key: str
    donor: Text
    donor_kind: Literal["firm", "landlord", "child", "resident"]
    item: str
    unit: str
    quantity: int
    to_area: str
    at: datetime
    thanks: Text


class ServingTeam(Part, frozen=True, kw_only=True):
    """One logistics team and what it looks after."""

    task: Literal["meals", "lodging", "meetings", "transport"]
    people: int


class Serving(Part, frozen=True, kw_only=True):
    """Logistics for responders: who serves, how many are served, at which meals and on which nights."""

    organisation: str
    area: str
    teams: tuple[ServingTeam, ...]
    responders: int
    meals: tuple[str, ...]
    first: date
    days: int
    beds: int


class Meeting(Part, frozen=True, kw_only=True):
    """A meeting served for a command post."""

    at: datetime
    area: str
    people: int
    minutes: int


class Line(Part, frozen=True, kw_only=True):
    """A helpline and the calls it takes between two times, spread over day and night when round the clock."""

    key: str
    kind: Literal["counselling", "care", "general"]
    name: Text
    area: str
    seats: int
    round_the_clock: bool
    calls: int
    starts_at: datetime
    ends_at: datetime


class Requests(Part, frozen=True, kw_only=True):
    """Requests of one kind from residents, each promised within `hours`; all but `still_open` are kept."""

    kind: Literal["medicine", "food", "transport", "counselling", "family_letter", "other"]
    area: str
    count: int
    hours: int
    still_open: int = 0
    starts_at: datetime
    ends_at: datetime


class Support(Part, frozen=True, kw_only=True):
    """Letters to families or counselling videos, and how many people each reaches."""

    kind: Literal["family_letter", "counselling_video"]
    area: str
    count: int
    audience: int
    starts_at: datetime
    ends_at: datetime


class Work(Part, frozen=True, kw_only=True):
    """Something built, put up or cleaned."""

    key: str
    kind: Literal["command_post", "canopy", "disinfection", "enclosure"]
    area: str
    quantity: int
    unit: str
    organisation: str
    at: datetime


class Broadcast(Part, frozen=True, kw_only=True):
    """A message to residents, repeated `times`."""

    key: str
    channel: Literal["chat", "loudspeaker"]
    area: str
    text: Text
    times: int
    first_at: datetime
    every_minutes: int


class Unfit(Part, frozen=True, kw_only=True):
    """Members of a batch who are not fit for a post and are proposed for it all the same."""

    batch: str
    post: str
    people: int
    at: datetime


class StructureTeam(Part, frozen=True, kw_only=True):
    """People of one strike team of the structure."""

    team: Literal["vanguard", "youth", "grid"]
    people: int


class Play(Part, frozen=True, kw_only=True):
    """Everything one incident plays. `opened_at` is the moment all its times are counted from."""

    opened_at: datetime
    organisations: tuple[Organisation, ...] = ()
    structure_at: datetime | None = None
    structure_teams: tuple[StructureTeam, ...] = ()
    callouts: tuple[Callout, ...] = ()
    batches: tuple[Batch, ...] = ()
    rotas: tuple[Rota, ...] = ()
    cases: tuple[Case, ...] = ()
    lists: tuple[Verification, ...] = ()
    registers: tuple[Register, ...] = ()
    sweeps: tuple[Sweep, ...] = ()
    sites: tuple[Site, ...] = ()
    home_visits: tuple[HomeVisits, ...] = ()
    zones: tuple[Zone, ...] = ()
    gates: tuple[Gate, ...] = ()
    places: tuple[Place, ...] = ()
    stock: tuple[Stock, ...] = ()
    supplies: tuple[Supply, ...] = ()
    donations: tuple[Donation, ...] = ()
    serving: tuple[Serving, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    lines: tuple[Line, ...] = ()
    requests: tuple[Requests, ...] = ()
    supports: tuple[Support, ...] = ()
    works: tuple[Work, ...] = ()
    broadcasts: tuple[Broadcast, ...] = ()
    unfit: tuple[Unfit, ...] = ()
