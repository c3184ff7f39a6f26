"""Words for the codes a report shows: kinds of facts and names of parts."""

from __future__ import annotations

from muster.reports.figures.definition import Text

KINDS = {
    "cases.caseconfirmed": Text("感染者确认", "cases confirmed"),
    "cases.casewithdrawn": Text("感染者撤销", "cases withdrawn"),
    "cases.contactnamed": Text("密接判定", "contacts named"),
    "cases.followedup": Text("密接随访", "follow-ups"),
    "cases.quarantined": Text("隔离安置", "quarantine placements"),
    "helpline.call": Text("热线来电", "helpline calls"),
    "helpline.requestupdate": Text("诉求办理", "steps on requests"),
    "helpline.support": Text("关爱服务", "support given"),
    "incidents.packchange": Text("防控方案变更", "protocol changes"),
    "incidents.works": Text("现场工程", "works on the spot"),
    "incidents.zonechange": Text("分区调整", "zone changes"),
    "mobilising.calloutanswered": Text("召集回复", "call-outs answered"),
    "mobilising.calloutsent": Text("召集发出", "call-outs sent"),
    "mobilising.handover": Text("交班", "hand-overs"),
    "mobilising.handovertaken": Text("接班", "hand-overs taken"),
    "mobilising.mealserved": Text("后勤服务", "services to responders"),
    "mobilising.rollcall": Text("点名", "roll-calls"),
    "mobilising.shiftbegun": Text("上岗", "shifts begun"),
    "mobilising.shiftended": Text("下岗", "shifts ended"),
    "notices.broadcast": Text("播报告知", "broadcasts"),
    "passes.passrevoked": Text("通行证收回", "passes revoked"),
    "passes.passscanned": Text("卡口查验", "passes scanned"),
    "passes.placecheckin": Text("场所登记", "place check-ins"),
    "people.registration": Text("居民登记", "registrations"),
    "people.sameperson": Text("同人判定", "same-person decisions"),
    "responders.fitnesslimit": Text("适岗申报", "fitness declarations"),
    "responders.signup": Text("志愿报名", "sign-ups"),
    "responders.teammember": Text("编组", "team memberships"),
    "sampling.queuereported": Text("排队上报", "lines reported"),
    "sampling.resultreported": Text("检测结果", "results"),
    "sampling.sampletaken": Text("采样", "samples"),
    "sampling.tubehandedover": Text("试管移交", "tubes handed over"),
    "sampling.tubescounted": Text("试管清点", "tube counts"),
    "sampling.tubesealed": Text("封管", "tubes sealed"),
    "sampling.untestedexplained": Text("未检原因", "reasons for not being tested"),
    "supplies.allocation": Text("物资分配", "allocations"),
    "supplies.donation": Text("捐赠", "donations"),
    "supplies.movement": Text("物资出入库", "movements of goods"),
    "supplies.thanks": Text("致谢", "thanks"),
    "worklists.attempt": Text("核查联系", "attempts"),
    "cases.candidatejudged": Text("同时空人员判定", "judgements of people found"),
    "cases.investigated": Text("流调步骤", "steps of investigations"),
    "cases.investigationnote": Text("流调记录", "notes of investigations"),
    "cases.needstated": Text("隔离人员需求", "needs in quarantine"),
    "cases.transferred": Text("转运", "transfers"),
    "interop.attachment": Text("表单附件", "attachments of forms"),
    "interop.submission": Text("表单提交", "forms handed in"),
    "passes.exceptionmade": Text("卡口例外", "exceptions at gates"),
    "passes.exceptionstep": Text("卡口例外处置", "steps of exceptions"),
    "passes.placeadministered": Text("场所码管理人", "administrators of places"),
    "worklists.breedingsiteseen": Text("孳生地巡查", "looks at breeding sites"),
    "worklists.buildinggiven": Text("楼栋分派", "buildings given to teams"),
    "worklists.closing": Text("任务关闭与重开", "work closed and opened again"),
    "worklists.containersurvey": Text("积水容器调查", "container surveys"),
    "worklists.householdcard": Text("住户卡", "household cards"),
    "worklists.photograph": Text("现场照片", "photographs"),
    "worklists.transfer": Text("任务移交", "transfers"),
    "worklists.visit": Text("上门", "visits"),
}
PARTS = {
    "online_a": Text("线上渠道一", "online channel A"), "online_b": Text("线上渠道二", "online channel B"),
    "branches": Text("党支部", "branches"), "site": Text("采样点", "at sites"), "home": Text("上门", "at doors"),
    "negative": Text("阴性", "negative"), "positive": Text("阳性", "positive"), "invalid": Text("无效", "invalid"),
    "counselling": Text("心理", "counselling"), "care": Text("关爱", "care"), "general": Text("综合", "general"),
    "pass": Text("放行", "passed"), "stop": Text("劝返", "stopped"), "amber": Text("待核", "to be checked"),
    "open": Text("未封管", "open"), "sealed": Text("已封管", "sealed"), "counted": Text("已清点", "counted"),
    "handed_over": Text("已移交", "handed over"), "resulted": Text("已出结果", "with result"),
    "medicine": Text("药品", "medicine"), "food": Text("食品", "food"), "transport": Text("用车", "transport"),
    "family_letter": Text("家书", "family letters"), "other": Text("其他", "other"),
    "verify": Text("核查", "verification"), "investigate": Text("流调", "investigation"),
    "follow_up": Text("随访", "follow-up"), "test": Text("检测", "tests"), "resample": Text("复采", "resampling"),
    "recheck": Text("复查", "rechecks"), "deliver": Text("配送", "deliveries"), "answer": Text("答复", "answers"),
    "visit": Text("上门", "visits"), "transfer": Text("转运", "transfers"),
}  # fmt: skip


def kind(code: str, language: str) -> str:
    """A kind of fact in words."""
    return KINDS[code].say(language) if code in KINDS else code


def part(code: str, language: str) -> str:
    """The name of a part in words; names of organisations and items stand for themselves."""
    return PARTS[code].say(language) if code in PARTS else code
