"""Services of the reference case: what must have been recorded for each, and the screen that shows it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection

from muster.reports.figures.counting import SEEN
from muster.reports.figures.definition import LATEST, Text

ENOUGH = 10_000  # counting stops here: the question is whether there is enough


class Service(msgspec.Struct, frozen=True):
    """One thing that must be running: a table (a fact kind, or the state derived from it), what of it, how much."""

    ref: str
    code: str
    title: Text
    table: str
    screen: str
    where: str = "true"
    least: int = 1
    is_fact: bool = True


class Played(msgspec.Struct, frozen=True):
    """Whether a service was played."""

    ref: str
    code: str
    title: Text
    kinds: list[str]
    least: int
    found: int
    screen: str
    status: str


def _all(ref: str, table: str, screen: str, *rows: tuple[str, str, str, str]) -> list[Service]:
    """Services of one reference over one table: (code, zh, en, condition)."""
    return [Service(ref, code, Text(zh, en), table, screen, where) for code, zh, en, where in rows]


def _post(kind: str) -> str:
    return (
        "exists (select from mobilising_shift s join mobilising_post p on p.id = s.post_id"
        f" where s.id = f.shift and p.kind = '{kind}')"
    )


def _sealed(item: str) -> str:
    return (
        "exists (select from supplies_store s where s.id = f.to_store and s.kind = 'sealed_area')"  # noqa: S608
        f" and exists (select from supplies_item i where i.id = f.item and i.code = '{item}')"
    )


HOUR = "extract(hour from f.at at time zone %(zone)s)"
# A sheet typed in later: by another person than the one who signed in, an hour or more after it happened.
PAPER = (
    "f.recorded_at > f.at + interval '1 hour' and exists (select from core_receipt c join core_account a"
    " on a.id = c.account where c.id = f.id and a.id <> f.by and a.responder is distinct from f.by)"
)
# A door that was made after the first people were on duty.
MADE = (
    "exists (select from places_dwelling d where d.id = f.dwelling and d.tx > least("
    "(select min(r.tx) from mobilising_rollcall r where r.incident = f.incident),"
    " (select min(b.tx) from mobilising_shiftbegun b where b.incident = f.incident)))"
)
ON_THE_SPOT = "f.device is not null"  # told by a telephone, not loaded with a register
REFUSED = "f.outcome = 'refused'"
AGAIN = (
    "exists (select from worklists_attempt e where e.item = f.item and e.outcome = 'refused' and e.by <> f.by"
    " and (e.at, e.id) < (f.at, f.id)) and f.channel = "
)
GOODS = (
    ("winter_coat", "防寒大衣", "winter coats"), ("protective_suit", "防护服", "protective suits"),
    ("rubber_boot", "雨靴", "rubber boots"), ("fence", "围挡", "fencing"), ("glove", "手套", "gloves"),
    ("raincoat", "雨衣", "raincoats"),
)  # fmt: skip
SERVICES: tuple[Service, ...] = (
    Service("L1", "structure", Text("按模板建立1+3+N架构", "1+3+N structure set up from the template"),
            "responders_structure", "responders/", "f.template = '1+3+N'", is_fact=False),
    Service("L1", "structure_teams", Text("三支队伍已建立", "its three strike teams stand"),
            "responders_team", "responders/", "f.structure_id is not null and f.kind in ('vanguard', 'youth', 'grid')",
            3, is_fact=False),
    *_all("G3", "mobilising_calloutsent", "batches/", ("callout_sent", "召集书已发出", "call-out letter sent", "true")),
    *_all("G3", "mobilising_calloutanswered", "batches/",
          ("callout_answered", "召集书已回复", "call-out letter answered", "true")),
    *_all("G5c", "mobilising_mealserved", "shifts/",
          ("meetings", "会务服务", "meeting service", "f.kind = 'meeting'"),
          ("meals", "用餐服务", "meals", "f.kind = 'meal'"),
          ("lodging", "住宿服务", "lodging", "f.kind = 'lodging'")),
    Service("G12", "printed_date", Text("不合理的日期已标记", "the implausible printed date is flagged"),
            "mobilising_batch", "batches/", "f.suggested_date is not null", is_fact=False),
    *_all("G15", "worklists_visit", "buildings/",
          ("made_on_the_spot", "楼栋和户在工作开始后现场建立",
           "buildings and doors made on the spot, after work began", MADE)),
    *_all("G15", "people_registration", "people/",
          ("paper_registrations", "纸质登记表事后补录", "paper registrations typed in later", PAPER)),
    *(one for code, zh, en in GOODS for one in _all("G18", "supplies_movement", "stock/",
      (f"sealed_{code}", f"{zh}送入封控区", f"{en} into the sealed area", _sealed(code)))),
    Service("G19", "counselling_line", Text("24小时心理热线", "counselling hotline round the clock"),
            "helpline_call", "requests/", "exists (select from helpline_line l where l.id = f.line and"
            " l.kind = 'counselling' and l.round_the_clock)"),
    Service("G19", "care_line", Text("封控区关爱热线", "care hotline of the sealed area"),
            "helpline_call", "requests/",
            "exists (select from helpline_line l where l.id = f.line and l.kind = 'care')"),
    *_all("G19", "helpline_support", "requests/",
          ("family_letters", "家书", "family letters", "f.kind = 'family_letter'"),
          ("counselling_videos", "心理辅导视频", "counselling videos", "f.kind = 'counselling_video'")),
    *_all("G20", "incidents_zonechange", "zones/",
          ("zone_after_case", "确诊后划定区域", "zone designated after a confirmed case",
           "not f.released and exists (select from cases_caseconfirmed c where c.incident = f.incident"
           " and c.at <= f.at)")),
    *_all("G20", "passes_passscanned", "sites/", ("gates", "卡口查验", "gates", "true")),
    *_all("G20", "worklists_visit", "buildings/", ("household_visits", "上门走访", "household visits", "true")),
    *_all("G20", "people_registration", "people/",
          ("information_checks", "上门信息核查", "information checks at the door", ON_THE_SPOT)),
    *_all("G20", "notices_broadcast", "zones/",
          ("chat_pushes", "微信推送", "chat pushes", "f.channel = 'chat'"),
          ("loudspeakers", "广播喊话", "loudspeakers", "f.channel = 'loudspeaker'")),
    *_all("G21", "incidents_works", "zones/",
          ("command_post", "临时指挥部", "temporary command post", "f.kind = 'command_post'"),
          ("canopies", "采样点雨棚", "canopies", "f.kind = 'canopy'"),
          ("disinfection", "消杀", "disinfection", "f.kind = 'disinfection'"),
          ("enclosure", "围合", "enclosure", "f.kind = 'enclosure'")),
    *_all("G22", "responders_fitnesslimit", "responders/",
          ("limits_declared", "适岗限制申报", "limits of fitness declared", "cardinality(f.limits) > 0")),
    Service("G22", "unfit_refused",
            Text("不适岗人员被拒绝上岗，不显示原因", "unfit people refused a post, no reason shown"),
            "core_parked", "shifts/", "f.code = 'mobilising.not_fit'", is_fact=False),
    *_all("G23", "supplies_donation", "stock/", ("donors", "捐赠登记", "donations recorded", "true")),
    *_all("G23", "supplies_thanks", "stock/", ("thanks", "致谢登记", "thanks recorded, donors acknowledged", "true")),
    *_all("L5", "people_registration", "people/", ("home_registration", "上门登记", "home registration", "true")),
    *_all("L5", "sampling_sampletaken", "sites/",
          ("home_sampling", "两人一组上门采样", "home sampling in pairs",
           "f.place = 'home' and f.with_responder is not null and f.with_responder <> f.by")),
    *_all("L6", "sampling_sampletaken", "sites/",
          ("site_registration", "采样点扫码登记", "scan registration at a site", "f.place = 'site'")),
    *_all("L6", "mobilising_shiftbegun", "shifts/",
          ("order_keeping", "秩序维护", "order keeping", _post("order_keeping")),
          ("gate_by_day", "卡口日间值守", "gate duty by day", f"{_post('gate')} and {HOUR} between 6 and 17"),
          ("gate_by_night", "卡口夜间值守", "gate duty by night", f"{_post('gate')} and {HOUR} not between 6 and 17")),
    *_all("L6", "passes_passscanned", "sites/", ("pass_check", "通行证查验", "pass check", "true")),
    *_all("L6", "passes_placecheckin", "sites/", ("place_check_in", "场所码登记", "place check-in", "true")),
    *_all("L7", "supplies_donation", "stock/",
          ("donations", "企业捐赠物资", "donations in kind", "f.donor_kind = 'firm' or exists (select from"
           " responders_organisation o where o.id = f.organisation and o.kind = 'firm')")),
    *_all("L7", "mobilising_shiftbegun", "shifts/",
          ("firm_teams", "企业志愿队值守卡口", "firm volunteer teams at gates",
           _post("gate") + " and exists (select from responders_responder r join responders_organisation o"
           " on o.id = r.organisation_id where r.id = f.responder and o.kind = 'firm')")),
    *_all("L8", "worklists_attempt", "work/",
          ("refusals", "拒绝配合已记录", "refusals recorded", REFUSED),
          ("other_caller", "换人再次致电", "followed up by another caller", AGAIN + "'phone'"),
          ("then_visit", "随后上门", "then a visit", AGAIN + "'door'")),
)  # fmt: skip


def evaluate(incident: UUID, *, refs: set[str] | None = None) -> list[Played]:
    """What was played in this scope; unknown refs give nothing."""
    played = []
    values: dict[str, Any] = {
        "incident": incident,
        "as_of": LATEST,
        "zone": settings.TIME_ZONE,
        "enough": ENOUGH,
    }
    for service in SERVICES:
        if refs is not None and service.ref not in refs:
            continue
        source = SEEN.format(table=service.table) if service.is_fact else service.table
        sql = (
            f"select count(*) from (select from {source} f where f.incident = %(incident)s and ({service.where})"  # noqa: S608
            " limit %(enough)s) x"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            found = cursor.fetchone()[0]
        status = "played" if found >= service.least else "missing"
        kinds = [service.table.replace("_", ".", 1)]
        played.append(
            Played(
                service.ref, service.code, service.title, kinds, service.least, found, service.screen, status
            )
        )
    return played


def by_ref(played: list[Played]) -> dict[str, str]:
    """One word for each reference: played when all its services are."""
    words: dict[str, str] = {}
    for one in played:
        words[one.ref] = "missing" if "missing" in (one.status, words.get(one.ref)) else "played"
    return words
