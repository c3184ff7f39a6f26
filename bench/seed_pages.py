"""A district full of people, work and facts, made by the server itself and in proportion to its residents.

For 300,000 residents: 100 communities of 10 grids, 9,000 buildings, 120,600 doors, 100,000 open items and 50,000
done ones, lists with 100,000 rows, 1,000,000 facts. Who somebody is is sealed for every resident, as on a real
installation. The same number of residents gives the same district.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
from django.apps import apps
from django.db import connection, models

from bench.seed_people import identities

INCIDENT = UUID("018f0000-0000-7000-8000-00000000dddd")
DISTRICT = 440307000000000
PASSWORD = str(uuid4())
A_COMMUNITY = 3_000  # residents of a community, whatever the size of the district
BUILDINGS = 90  # of a community: every tenth a tower of 80 doors, the others of 6

# What the rows are about, numbered: gone when the seeding is over.
NUMBERED = """
create schema seed;
create function seed.community(n bigint) returns bigint immutable parallel safe language sql
    return {district} + (n / 10 + 1) * 1000000 + (n % 10 + 1) * 1000;
create function seed.key(kind text, n bigint) returns uuid immutable parallel safe language sql
    return md5(kind || n)::uuid;
create table seed.building as select n, seed.key('building', n) as id, n % 10 = 0 as tower,
    seed.community(n / {buildings}) + n % {buildings} / 9 + 1 as area
    from generate_series(0, {communities} * {buildings} - 1) n;
create table seed.door as select row_number() over (order by b.n, floor, unit) - 1 as n, b.id as building, b.area,
    floor, unit, floor * 100 + unit as label, seed.key('door', b.n * 10000 + floor * 100 + unit) as id
    from seed.building b, generate_series(1, case when tower then 20 else 3 end) floor,
    generate_series(1, case when tower then 4 else 2 end) unit;
create unique index on seed.door (n);
create table seed.person as select p.n, seed.numbered(p.n) as id, d.id as door, d.area
    from generate_series(0, {residents} - 1) p(n)
    join seed.door d on d.n = p.n * (select count(*) from seed.door) / {residents};
create unique index on seed.person (n);
analyze seed.building; analyze seed.door; analyze seed.person;
"""
RESIDENT_ID = """
create function seed.numbered(n bigint) returns uuid immutable parallel safe language sql
    return ('018f0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid;
"""
SOME_DAYS = "now() - random() * interval '10 days'"
VERIFIED = "case when random() < 0.7 then 'reached_verified' else 'no_answer' end"


class Seeder:
    """Fills tables from queries; columns nobody names get the model's defaults."""

    def __init__(self, cursor: psycopg.Cursor[Any], residents: int) -> None:
        self.cursor, self.residents = cursor, residents
        self.communities = max(residents // A_COMMUNITY, 1)

    def run(self, sql: str) -> None:
        """One script, with the sizes put in."""
        sizes = {"district": DISTRICT, "buildings": BUILDINGS, "communities": self.communities}
        self.cursor.execute(sql.format(residents=self.residents, **sizes).encode())

    def fill(self, label: str, rows: str, /, **said: str) -> None:
        """`insert into` a model's table from `rows`, an expression for each column."""
        model = apps.get_model(label)
        columns: dict[str, str] = {}
        for field in model._meta.concrete_fields:
            expression = said.pop(field.name, None) or self._usual(field)
            if expression is not None:
                columns[str(field.column)] = expression
        if said:
            raise KeyError(f"{label} has no {sorted(said)}")
        names = ", ".join(f'"{name}"' for name in columns)
        self.run(
            f'insert into "{model._meta.db_table}" ({names}) select {", ".join(columns.values())} from {rows}'  # noqa: S608
        )

    def _usual(self, field: models.Field[Any, Any]) -> str | None:
        fixed = {"incident": f"'{INCIDENT}'", "tx": "1", "recorded_at": "now()", "at": SOME_DAYS}
        if field.name in fixed:
            return fixed[field.name]
        if field.name == "by":
            return "seed.key('responder', (random() * 1999)::int)"
        if field.primary_key:
            return "uuidv7()"
        if field.null or not field.has_default():
            return None
        value = field.get_default()
        if isinstance(field, models.JSONField):
            value = json.dumps(value)
        elif value != []:
            value = field.get_db_prep_save(value, connection)
        text = "{}" if value == [] else str(value)
        return "'" + text.replace("{", "{{").replace("}", "}}") + "'"


def seed(dsn: str, residents: int) -> None:
    """Everything; needs the installation's server and Django set up."""
    _arrange()
    with psycopg.connect(dsn, autocommit=True) as superuser, superuser.cursor() as cursor:
        cursor.execute("set session_replication_role to replica; set synchronous_commit to off")
        cursor.execute("set work_mem to '64MB'; select setseed(0.5)")
        seeder = Seeder(cursor, residents)
        seeder.run("create schema if not exists seed;" + RESIDENT_ID)
        seeder.run(NUMBERED.replace("create schema seed;", ""))
        for part in (_places, _people, _responders, _work, _doors, _samples, _shifts, _goods, _others):
            part(seeder)
        identities(cursor, INCIDENT)
        cursor.execute("drop schema seed cascade")
        cursor.execute("set session_replication_role to origin")
        cursor.execute("vacuum analyze")


def _arrange() -> None:
    """The incident, its keys, and the two users who are compared."""
    from muster.core import accounts
    from muster.core.access import scope, system
    from muster.core.vault import create_keys
    from muster.domain.incidents.models import Incident

    with scope(system(), INCIDENT):
        create_keys(INCIDENT)
        Incident.objects.create(
            id=INCIDENT, area=DISTRICT, code="bench", title_zh="基准", title_en="bench", pack="covid-cn-v8",
            opened_at=datetime.now(UTC),
        )  # fmt: skip
        for name, area in (("restricted", DISTRICT + 1_001_000), ("district", DISTRICT)):
            account = accounts.create_account(username=name, password=PASSWORD)
            accounts.give(
                account=account.pk, role="commander", area=area, incident=None, until=None, by=system()
            )


def _places(to: Seeder) -> None:
    codes = (
        "select {district}::bigint as code, 'district' as level, null::bigint as parent union all"
        " select {district} + s * 1000000, 'subdistrict', {district}"
        " from generate_series(1, ({communities} + 9) / 10) s"
        " union all select seed.community(n), 'community', seed.community(n) / 1000000 * 1000000"
        " from generate_series(0, {communities} - 1) n union all select seed.community(n) + g, 'grid',"
        " seed.community(n) from generate_series(0, {communities} - 1) n, generate_series(1, 10) g"
    )
    to.fill(
        "places.Area", f"({codes}) x", code="code", level="level", parent="parent", name="'area ' || code",
        sort_key="'a'", lat="22.6", lon="114.2", generated="true",
    )  # fmt: skip
    to.fill(
        "places.Building", "seed.building", id="id", area="area", name="'b' || n", compound="'c' || n / 30",
        lat="22.6 + n / 100 * 0.0004", lon="114.2 + n % 100 * 0.0004", units="case when tower then 80 else 6 end",
        floors="case when tower then 20 else 3 end", units_per_floor="case when tower then 4 else 2 end",
        generated="true",
    )  # fmt: skip
    to.fill(
        "places.Dwelling", "seed.door", id="id", area="area", building="building", label="label", floor="floor",
        unit="unit",
    )  # fmt: skip
    to.fill(
        "places.Point", "generate_series(0, {communities} - 1) n", id="seed.key('site', n)", kind="'site'",
        area="seed.community(n)", name="'site ' || n", lat="22.6", lon="114.2",
    )  # fmt: skip


def _people(to: Seeder) -> None:
    to.fill(
        "people.Resident", "seed.person order by n", id="id", area="area", canonical="id", dwelling="door",
        household="door", sex="case when n % 2 = 0 then 'male' else 'female' end", birth_year="1930 + n % 90",
        vulnerabilities="case when n % 20 = 0 then '{{elderly_alone}}' else '{{}}' end::varchar[]", source="'seed'",
        said_at="now()", said_id="id",
    )  # fmt: skip
    to.fill("people.Registration", "seed.person", area="area", resident="id", dwelling="door")
    cases = "seed.person where n % 1000 = 7"
    to.fill("cases.Case", cases, id="seed.key('case', n)", area="area", resident="id", positive_at=SOME_DAYS)
    to.fill(
        "cases.Contact", "seed.person where n % 100 = 5", area="area", case="seed.key('case', n / 1000 * 1000 + 7)",
        resident="id", contact_class="'close'", last_exposure_at=SOME_DAYS, named_at=SOME_DAYS,
        state="case when n % 3 = 0 then 'released' else 'followed' end",
    )  # fmt: skip


def _responders(to: Seeder) -> None:
    to.fill(
        "responders.Organisation", "generate_series(0, 59) n", id="seed.key('organisation', n)", area="{district}",
        name="'organisation ' || n", kind="'agency'",
    )  # fmt: skip
    to.fill(
        "responders.Responder", "generate_series(0, 1999) n", id="seed.key('responder', n)",
        area="seed.community(n % {communities})", organisation="seed.key('organisation', n % 60)", kind="'staff'",
        code="'R' || n",
    )  # fmt: skip
    to.fill(
        "responders.Team", "generate_series(0, {communities} * 2 - 1) n", id="seed.key('team', n)",
        area="seed.community(n / 2)", kind="'grid'", name="'team ' || n",
    )  # fmt: skip


def _work(to: Seeder) -> None:
    """One item for every second resident, two of three open; lists name the two of three to be verified."""
    to.run(
        "create table seed.item as select seed.key('item', p.n) as id, p.n, p.id as person, p.area, d.building,"
        " p.n % 6 < 4 as open, random() as r, case when p.n % 30 < 20 then 'verify'"
        " else (array['follow_up', 'test', 'recheck', 'deliver', 'answer'])[p.n % 5 + 1] end as kind"
        " from (select id, area, door, n / 2 as n from seed.person where n % 2 = 0) p"
        " join seed.door d on d.id = p.door order by random()"
    )
    to.fill(
        "worklists.WorkItem", "seed.item", id="id", area="area", kind="kind", subject_kind="'resident'",
        subject="person", building="building", state="case when open then 'open' else 'done' end",
        due_at="now() + (r * 4 - 1) * interval '1 day'", causes="1", attempts="2", last_outcome=VERIFIED,
        opened_at="now() - interval '2 days'", done_at="case when open then null else now() end",
        assignee="case when r < 0.5 then seed.key('team', n % 40) end",
    )  # fmt: skip
    to.fill(
        "worklists.WorkCause", "seed.item", area="area", item="id", source_kind="'entry'", source="person",
        due_at="now()",
    )  # fmt: skip
    to.fill(
        "worklists.VerificationList", "generate_series(0, 19) n", id="seed.key('list', n)", area="{district}",
        source="'bureau'", purpose="case when n % 4 = 0 then 'key_person' else 'verification' end",
        title="'list ' || n", received_at="now()", deadline_at="now() + n * interval '3 hours'",
    )  # fmt: skip
    to.fill(
        "worklists.ListEntry", "seed.item where kind = 'verify'", area="area", list="seed.key('list', n / 2 % 20)",
        row="n", resident="person", item="id", how="'document'", done="not open",
    )  # fmt: skip
    to.fill(
        "worklists.Attempt", "seed.item, generate_series(1, 2) t where t = 1 or r < 0.6", area="area", item="id",
        subject="person", channel="'phone'", outcome=VERIFIED,
    )  # fmt: skip


def _doors(to: Seeder) -> None:
    """Two doors of three were visited, some twice; the state of doors and buildings follows."""
    to.fill(
        "worklists.Visit", "seed.door, generate_series(1, 2) t where n % 3 < 2 and (t = 1 or n % 3 = 0)",
        area="area", dwelling="id", building="building", persons="2",
        outcome="case when n % 9 = 0 then 'absent' when n % 90 = 1 then 'refused' else 'done' end",
    )  # fmt: skip
    to.fill(
        "worklists.DwellingState", "worklists_visit group by dwelling, building, area", id="dwelling", area="area",
        building="building", outcome="max(outcome)", visits="count(*)", persons="2", last_at="max(at)",
        was_shut="false",
    )  # fmt: skip
    counts = {
        name: f"count(*) filter (where outcome = '{name}')" for name in ("done", "absent", "refused", "empty")
    }
    to.fill(
        "worklists.BuildingState", "worklists_dwellingstate group by building, area", id="building", area="area",
        units="count(*)", persons="sum(persons)", last_at="max(last_at)", **counts,
    )  # fmt: skip


def _samples(to: Seeder) -> None:
    """Two of three residents sampled, ten in a tube."""
    to.fill(
        "sampling.Round", "generate_series(1, 1)", id="seed.key('round', 0)", area="{district}", name="'round 1'",
        from_at="now() - interval '2 days'",
    )  # fmt: skip
    to.fill(
        "sampling.Tube", "seed.person where n % 15 = 0", id="seed.key('tube', n / 15)", area="area / 1000 * 1000",
        code="'T' || n / 15", site="seed.key('site', n * {communities} / {residents})", round="seed.key('round', 0)",
        pool_size="10", state="(array['open', 'sealed', 'handed_over', 'resulted', 'resulted'])[n / 15 % 5 + 1]",
        seats="10", first_at=SOME_DAYS, sealed_at="now()", handed_over_at=f"{SOME_DAYS}",
        result="case when n / 15 % 5 > 2 then case when n / 15 % 500 = 3 then 'positive' else 'negative' end end",
    )  # fmt: skip
    tubed = "seed.person where n % 3 < 2"
    to.fill(
        "sampling.SampleTaken", tubed, area="area / 1000 * 1000", tube="seed.key('tube', n / 15)", resident="id",
        seat="n % 15", site="seed.key('site', n * {communities} / {residents})", round="seed.key('round', 0)",
        pool_size="10",
    )  # fmt: skip
    to.fill(
        "sampling.Coverage", tubed, area="area", round="seed.key('round', 0)", resident="id", known="true",
        samples="1", first_at=SOME_DAYS,
    )  # fmt: skip
    for label, where in (("TubeSealed", "5 > 0"), ("TubeHandedOver", "5 > 1"), ("ResultReported", "5 > 2")):
        more = {"result": "'negative'"} if label == "ResultReported" else {}
        rows = f"seed.person where n % 15 = 0 and n / 15 % {where}"
        to.fill(f"sampling.{label}", rows, area="area", tube="seed.key('tube', n / 15)", **more)
    to.fill(
        "sampling.SiteTable", "generate_series(0, {communities} - 1) n", id="seed.key('site', n)",
        area="seed.community(n)", counted_at="now()", counted="50", in_system="50 + n % 2", difference="n % 2",
    )  # fmt: skip


def _shifts(to: Seeder) -> None:
    """Two posts a community, three shifts a day for ten days, four seats each."""
    posts = "generate_series(0, {communities} * 2 - 1) p"
    to.fill(
        "mobilising.Post", posts, id="seed.key('post', p)", area="seed.community(p / 2)", kind="'gate'",
        name="'post ' || p", seats="4",
    )  # fmt: skip
    shifts = f"{posts}, generate_series(0, 29) s"
    begins = "date_trunc('day', now()) + (s / 3 - 8) * interval '1 day' + s % 3 * interval '8 hours'"
    to.fill(
        "mobilising.Shift", shifts, id="seed.key('shift', p * 100 + s)", area="seed.community(p / 2)",
        post="seed.key('post', p)", from_at=begins, to_at=f"{begins} + interval '8 hours'", seats="4",
        claimed="4 - (p % 20 = 0)::int", begun="4",
    )  # fmt: skip
    seats = f"{shifts}, generate_series(0, 3) q"
    who = "seed.key('responder', (p * 12 + s % 3 * 4 + q) % 2000)"
    has_begun = f"case when {begins} < now() then {begins} end"
    has_ended = f"case when {begins} + interval '8 hours' < now() then {begins} + interval '8 hours' end"
    to.fill(
        "mobilising.Seat", seats, area="seed.community(p / 2)", shift="seed.key('shift', p * 100 + s)",
        responder=who, from_at=begins, to_at=f"{begins} + interval '8 hours'", claimed_at="now()",
        began_at=has_begun, ended_at=has_ended, minutes="480",
    )  # fmt: skip
    for label in ("ShiftBegun", "ShiftEnded"):
        of = {"area": "seed.community(p / 2)", "shift": "seed.key('shift', p * 100 + s)", "responder": who}
        to.fill(f"mobilising.{label}", f"{seats} where s < 24", **of)
    to.fill(
        "mobilising.Batch", "generate_series(0, {communities} * 2 - 1) n", area="seed.community(n / 2)",
        from_area="440305000000000", organisation="seed.key('organisation', n % 60)", planned="40", vehicles="1",
        planned_at="now() + (n % 20 - 15) * interval '4 hours'", arrived="40", departed="40",
        state="(array['planned', 'departed', 'arrived', 'released'])[n % 4 + 1]",
    )  # fmt: skip


def _goods(to: Seeder) -> None:
    """Twenty kinds of goods in a store of each community."""
    to.fill(
        "supplies.Item", "generate_series(0, 19) n", id="seed.key('item', n)", area="{district}", code="'item' || n",
        name_zh="'item ' || n", name_en="'item ' || n", unit="'piece'",
    )  # fmt: skip
    to.fill(
        "supplies.Store", "generate_series(0, {communities} - 1) n", id="seed.key('store', n)",
        area="seed.community(n)", name="'store ' || n", kind="'store'",
    )  # fmt: skip
    stock = "generate_series(0, {communities} - 1) n, generate_series(0, 19) i"
    of = {"area": "seed.community(n)", "store": "seed.key('store', n)", "item": "seed.key('item', i)"}
    to.fill("supplies.Balance", stock, **of, quantity="n * i", overdrawn="n % 50 = 0", last_day="now()::date")
    days = {"day": "now()::date - d", "came": "10", "went": "8"}
    to.fill("supplies.DayClosing", f"{stock}, generate_series(0, 9) d", **of, **days)
    to.fill(
        "supplies.Movement", f"{stock}, generate_series(1, 10) d", area=of["area"], from_area="seed.community(n)",
        item=of["item"], from_store="seed.key('store', (n + 1) % {communities} + 1)", to_store="seed.key('store', n)",
        quantity="10", kind="(array['deliver', 'receive', 'issue'])[d % 3 + 1]",
    )  # fmt: skip
    to.fill(
        "supplies.Need", f"{stock} where i < 3", area=of["area"], item=of["item"], quantity="100",
        store=of["store"], stated_at=SOME_DAYS, stated_by="seed.key('responder', n)",
        state="case when i = 0 then 'open' else 'met' end",
    )  # fmt: skip


def _others(to: Seeder) -> None:
    """Requests, calls, zones, the journal, and every hundredth fact taken back."""
    to.fill(
        "helpline.Line", "generate_series(0, 2) n", id="seed.key('line', n)", area="{district}", kind="'general'",
        name="'line ' || n",
    )  # fmt: skip
    to.fill(
        "helpline.Request", "seed.person where n % 60 = 1", area="area", kind="'medicine'", resident="id",
        dwelling="door", asked_at="now()", asked_of="seed.key('responder', 1)",
        first_promised_at="now() + (n % 50 - 10) * interval '1 hour'",
        promised_at="now() + (n % 50) * interval '1 hour'",
        state="case when n % 180 = 1 then 'open' else 'done' end",
    )  # fmt: skip
    to.fill(
        "helpline.Call", "seed.person where n % 30 = 1", area="area", line="seed.key('line', n % 3)", kind="'supplies'",
    )  # fmt: skip
    zones = "generate_series(0, {communities} / 4) n"
    to.fill(
        "incidents.Zone", zones, id="seed.key('zone', n)", area="seed.community(n * 4)", name="'zone ' || n",
        level="'sealed'", from_at=SOME_DAYS, since="now() - interval '5 days'",
    )  # fmt: skip
    to.fill(
        "incidents.ZoneBuilding", "seed.building where n % 30 = 0", area="area", building="id",
        zone="seed.key('zone', n / {buildings} / 4)",
    )  # fmt: skip
    to.fill(
        "core.Entry", "seed.person where n % 6 = 0", id="n + 100",
        at="now() - ({residents} - n) * interval '2 days' / {residents}",
        actor="seed.key('responder', 1)", area="area", digest="'\\x00'", subjects="'[]'", detail="'{{}}'",
        action="(array['worklists.attempt', 'worklists.visit', 'sampling.sample', 'mobilising.shift'])[n / 6 % 4 + 1]",
    )  # fmt: skip
    to.run("select setval(pg_get_serial_sequence('core_entry', 'id'), {residents} + 100)")
    for table in ("worklists_attempt", "worklists_visit", "sampling_sampletaken", "people_registration"):
        to.fill(
            "core.Retraction", f"{table} where random() < 0.01", area="area", target="id", kind=f"'{table}'"
        )
