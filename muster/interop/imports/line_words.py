"""Line lists as other systems write them: which header is which field, and what their codes mean. Pure."""

from __future__ import annotations

CASES, CONTACTS, RELATIONS, FOLLOW_UPS = "cases", "contacts", "relations", "follow_ups"
LINES = (CASES, CONTACTS, RELATIONS, FOLLOW_UPS)

PERSON = {
    "name": "姓名 名字 name firstName first_name person_firstName person_first_name given_name",
    "last_name": "姓 lastName last_name person_lastName person_last_name surname family_name",
    "document": "证件号 证件号码 身份证号 身份证号码 document national_id person_nationalHealthId",
    "phone": "电话 手机 手机号 联系电话 telephone phone person_phone mobile",
    "address": "地址 住址 现住址 详细地址 address person_address_street",
    "sex": "性别 sex gender person_sex",
    "birth_date": "出生日期 birth_date birthdate person_birthdate date_of_birth dob",
}
CASE_WORDS = {
    "key": "病例编号 编号 uuid id case_uuid case_id caze_uuid",
    **PERSON,
    "classification": "病例分类 分类 classification caseClassification case_classification case_status",
    "onset": "发病日期 发病时间 date_of_onset onset_date onset symptoms_onsetDate dt_onset",
    "positive": "阳性日期 确诊日期 报告日期 date_of_reporting reportDate report_date confirm_date dt_report",
    "area": "area",
    "investigation": "investigation",
    "withdrawn": "withdrawn",
}
CONTACT_WORDS = {
    "key": "密接编号 编号 uuid id contact_uuid contact_id",
    **PERSON,
    "case": "病例编号 关联病例 caze_uuid case_uuid case_id case source_uuid",
    "last": "最后接触日期 最后暴露时间 date_of_last_contact lastContactDate last_contact_date last_exposure",
    "class": "类别 密接类别 contactClassification contact_classification contact_class class",
    "context": "接触场合 暴露方式 context_of_exposure context",
    "via": "via",
    "area": "area",
    "state": "state",
    "stays": "stays",
    "release": "release",
}
RELATION_WORDS = {
    "case": "病例编号 来源编号 source_uuid source source_id case_id from",
    "contact": "密接编号 对象编号 target_uuid target target_id contact_id to",
    "last": "最后接触日期 最后暴露时间 date_of_last_contact lastContactDate last_exposure date",
    "context": "接触场合 暴露方式 context_of_exposure context exposure",
    "class": "类别 密接类别 contact_class class",
    "via": "via",
}
FOLLOW_UP_WORDS = {
    "contact": "密接编号 contact_uuid contact person_uuid contact_id",
    "date": "随访日期 日期 date_of_followup followup_date visitDateTime visit_date date",
    "status": "随访结果 结果 状态 followup_status status visitStatus visit_status",
    "channel": "channel",
}
STATUS = {
    "seenok": "seen_ok", "seennotok": "seen_not_ok", "missed": "missed", "notperformed": "", "notattempted": "",
    "cooperative": "seen_ok", "uncooperative": "missed", "unavailable": "missed",
    "正常": "seen_ok", "无异常": "seen_ok", "健康": "seen_ok", "有症状": "seen_not_ok", "异常": "seen_not_ok",
    "未联系上": "missed", "失访": "missed", "未进行": "",
}  # fmt: skip
NO_CASE = ("nota", "discard", "nocase", "排除", "suspect", "疑似")
# how sure another system is of a contact, in its column of the class: of which class they are is not said
UNCLASSED = frozenset(("confirmed", "unconfirmed"))
CONTEXTS = (
    ("house", "household"), ("同住", "household"), ("家", "household"), ("hospital", "care"), ("health", "care"),
    ("诊疗", "care"), ("护理", "care"), ("work", "same_room"), ("school", "same_room"), ("办公", "same_room"),
    ("教室", "same_room"), ("meal", "shared_space"), ("餐", "shared_space"), ("vehicle", "same_vehicle"),
    ("车", "same_vehicle"),
)  # fmt: skip


def exposure_of(text: str) -> str:
    """The code of the setting a text names, if it names one we know."""
    plain = text.casefold()
    return next((code for word, code in CONTEXTS if word in plain), "")
