"""All figures, in the order of the report. Every one is documented in docs/reference/figures.md."""

from __future__ import annotations

from typing import Any

from muster.reports.figures.definition import Figure, Text, UnknownFigure

WHERE = frozenset({"area", "window", "until"})
BY = WHERE | {"organisation"}
GOODS = WHERE | {"from", "to", "item"}


def _figure(
    code: str, measure: str, title: tuple[str, str], definition: tuple[str, str], **more: Any
) -> Figure:
    """A figure with its words; the query has the figure's code unless said otherwise."""
    settings = {"query": code, "accepts": WHERE} | more
    return Figure(code=code, measure=measure, title=Text(*title), definition=Text(*definition), **settings)


FIGURES: tuple[Figure, ...] = (
    _figure(
        "volunteers_recruited", "people", ("招募志愿者", "Volunteers recruited"),
        ("报名的不同志愿者人数，按首次报名渠道分列。",
         "Different volunteers who signed up, by the channel each came through first."),
        query="sign_ups", parts="channel",
    ),
    _figure(
        "teacher_callers", "people", ("参与电话核查的教师", "Teachers who phoned"),
        ("至少记录过一次电话核查的教师人数。",
         "Different responders of the profession teacher with at least one recorded call."),
        query="callers", fixed={"profession": "teacher"},
    ),
    _figure(
        "records_verified", "records", ("已核查信息", "Records verified"),
        ("核查名单中，其本人已联系上并核实的条数；同一人在两份名单上算两条。",
         "Rows of verification lists whose person was reached and verified; a person on two lists is two records."),
        accepts=BY, fixed={"purpose": "verification"},
    ),
    _figure(
        "key_person_records_verified", "records", ("已核查重点人员信息", "Key-person records verified"),
        ("重点人员名单中，其本人已联系上并核实的条数；可按核查人员所属单位统计。",
         "Rows of key-person lists whose person was reached and verified; may be narrowed to the verifiers' "
         "organisation."),
        query="records_verified", accepts=BY, fixed={"purpose": "key_person"},
    ),
    _figure(
        "contacts_verified", "people", ("已核查密切接触者", "Contacts verified"),
        ("被列为接触者或在接触者名单上、并已联系核实的不同人数；可按核查单位统计。",
         "Different persons named as contacts or standing on a contact list who were reached and verified."),
        accepts=BY,
    ),
    _figure(
        "first_batch", "people", ("首批人员", "First batch"),
        ("所选时段内集结或到达的不同人数；无名单的批次按最后一次点名人数。",
         "Different people who mustered or arrived in the window; a batch without names counts its latest "
         "head-count."),
        accepts=BY,
    ),
    _figure(
        "batch_people", "people", ("支援人员", "People sent in batches"),
        ("各批次在已到达的最远环节（集结、出发、到达）点名的不同人数；无名单的批次按该环节最后一次点名人数。",
         "Different people at the furthest stage each batch reached (mustered, departed, arrived); without names, its "
         "latest head-count there."),
        accepts=BY | {"from", "to"}, parts="batch",
    ),
    _figure(
        "agency_staff_deployed", "person_times", ("机关单位下沉人次", "Agency staff deployed"),
        ("机关单位人员上岗的班次数：一人两班算两人次。",
         "Shifts begun by people of agencies: one person on two shifts is two person-times."),
        query="shifts_begun", accepts=BY, fixed={"kind": "agency"},
    ),
    _figure(
        "agencies_contributing", "agencies", ("参与的机关单位", "Agencies contributing"),
        ("有人员上岗的机关单位数。", "Agencies whose people began at least one shift."),
        query="organisations_on_duty", fixed={"kind": "agency"},
    ),
    _figure(
        "tracing_teams", "teams", ("流调小组", "Tracing teams"),
        ("有组员上岗并记录过电话或上门结果的流调小组数；可按单位统计。",
         "Tracing teams with a member who began a shift while in the team and recorded a call or a visit."),
        accepts=BY,
    ),
    _figure(
        "logistics_staff", "people", ("后勤保障人员", "Logistics staff"),
        ("该单位至少上岗一次的不同人数。", "Different people of the organisation who began at least one shift."),
        query="people_on_shifts", accepts=BY, needs=frozenset({"organisation"}), fixed={"kind": None},
    ),
    _figure(
        "logistics_teams", "teams", ("后勤保障小组", "Logistics teams"),
        ("有组员上岗的后勤小组数；可按单位统计。",
         "Logistics teams with a member who began a shift while in the team."),
        query="teams_on_shifts", accepts=BY, fixed={"kind": "logistics"},
    ),
    _figure(
        "responders_served", "people", ("得到后勤服务的人员", "Responders served"),
        ("得到用餐、住宿、会务或交通服务的不同人数；仅致谢不算。",
         "Different responders who got a meal, a bed, a meeting or a ride; thanks alone do not count."),
    ),
    _figure(
        "school_staff_on_duty", "people", ("上岗教职工", "School staff on duty"),
        ("学校人员中至少上岗一次的不同人数。", "Different people of schools who began at least one shift."),
        query="people_on_shifts", accepts=BY, fixed={"kind": "school"},
    ),
    _figure(
        "supplies_issued", "items", ("发放物资", "Supplies issued"),
        ("台账中“发放”的数量，按物资和来源街道统计。",
         "Quantity of the item issued according to the ledger; by sending area."),
        query="goods_moved", accepts=GOODS, needs=frozenset({"item"}), fixed={"kind": "issue", "unit": None},
    ),
    _figure(
        "supplies_delivered", "items", ("送达物资", "Supplies delivered"),
        ("台账中“送达”的数量，按物资和来源街道统计。",
         "Quantity of the item delivered according to the ledger; by sending area."),
        query="goods_moved", accepts=GOODS, needs=frozenset({"item"}), fixed={"kind": "deliver", "unit": None},
    ),
    _figure(
        "vehicles_lent", "items:vehicle", ("借用车辆", "Vehicles lent"),
        ("台账中以“辆”计的物资借出数量，按来源街道统计。",
         "Quantity lent, according to the ledger, of items counted in vehicles; by sending area."),
        query="goods_moved", accepts=GOODS, fixed={"kind": "lend", "unit": "vehicle"},
    ),
    _figure(
        "buildings_swept", "buildings", ("完成扫楼楼栋", "Buildings swept"),
        ("每一户都有上门记录的楼栋数（以当时已知的户为准）；可按上门人员单位统计。",
         "Buildings every door of which, as known at the time, has a visit; may be narrowed to the visitors' "
         "organisation."),
        accepts=BY,
    ),
    _figure(
        "doors_visited", "dwellings", ("上门户数", "Doors visited"),
        ("有上门记录的不同户数，不论结果。", "Different dwellings with a visit, whatever was found."), accepts=BY,
    ),
    _figure(
        "persons_registered", "people", ("登记人数", "Persons registered"),
        ("登记的不同居民人数，同一人多次登记算一人；可按登记人员单位统计。",
         "Different residents registered; several records of one person count once."), accepts=BY,
    ),
    _figure(
        "samples_taken", "samples", ("采样人次", "Samples taken"),
        ("采样记录数，按采样点和上门分列。", "Samples taken, at sites and at doors."), parts="place",
    ),
    _figure(
        "people_sampled", "people", ("采样人数", "People sampled"),
        ("至少采样一次的不同居民人数。", "Different residents sampled at least once."),
    ),
    _figure(
        "tubes_resulted", "tubes", ("已出结果试管", "Tubes with a result"),
        ("实验室已报告结果的试管数，按最新结果分列。",
         "Tubes the laboratory reported, by their newest result."), parts="result",
    ),
    _figure(
        "cases", "people", ("确诊病例", "Confirmed cases"),
        ("已确认且未撤销的病例数。", "Cases confirmed and not withdrawn."),
    ),
    _figure(
        "contacts", "people", ("接触者", "Contacts named"),
        ("被列为接触者的不同人数。", "Different persons named as contacts."),
    ),
    _figure(
        "people_on_duty", "people", ("在岗人员", "People on duty"),
        ("截止前24小时内上岗且尚未下岗的不同人数。",
         "Different people who began a shift in the 24 hours before the end and have not ended it."),
        parts="organisation",
    ),
    _figure(
        "calls_taken", "calls", ("热线接听", "Calls taken"),
        ("热线接听次数，按类别分列。", "Calls taken by the helplines, by kind."), parts="kind",
    ),
    _figure(
        "scans", "scans", ("卡口查验", "Passes scanned"),
        ("卡口查验次数，按结果分列。", "Passes scanned at gates, by verdict."), parts="verdict",
    ),
    _figure(
        "open_items", "items:work", ("未完成任务", "Open work"),
        ("此刻未完成的任务数，按类别分列。", "Work items open now, by kind."), basis="present", parts="kind",
    ),
    _figure(
        "late_items", "items:work", ("逾期任务", "Late work"),
        ("此刻未完成且已过时限的任务数。", "Open work items whose time has passed."), basis="present", parts="kind",
    ),
    _figure(
        "tubes", "tubes", ("试管", "Tubes"),
        ("此刻各状态的试管数。", "Tubes by the state they are in now."), basis="present", parts="state",
    ),
    _figure(
        "people_known", "people", ("在册居民", "Residents known"),
        ("此刻在册的不同居民人数。", "Different residents known now."), basis="present",
    ),
    _figure(
        "requests_open", "requests", ("未办结诉求", "Open requests"),
        ("此刻未办结的居民诉求数，按类别分列。",
         "Requests for help not finished now, by kind."), basis="present", parts="kind",
    ),
    _figure(
        "needs_unmet", "needs", ("未满足物资需求", "Needs unmet"),
        ("此刻未满足的物资需求数，按物资分列。",
         "Needs for goods not met now, by item."), basis="present", parts="item",
    ),
)  # fmt: skip
BY_CODE = {figure.code: figure for figure in FIGURES}


def get(code: str) -> Figure:
    """The figure of a code; refuses an unknown one."""
    if code not in BY_CODE:
        raise UnknownFigure(figure=code)
    return BY_CODE[code]


def ordinary() -> list[Figure]:
    """Those every edition holds: figures that need no parameter."""
    return [figure for figure in FIGURES if not figure.needs]
