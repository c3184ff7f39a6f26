"""Areas and rosters, with which a place begins: which header is which field, and the words of their cells. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from muster.domain.responders.rules import OrganisationKind, ResponderKind
from muster.interop.tables.columns import header_key

AREAS, RESPONDERS = "areas", "responders"

AREA_WORDS = {
    "code": "区划代码 行政区划代码 统计用区划代码 辖区代码 社区代码 区划编码 代码 编码 area_code code",
    "name": "名称 区划名称 行政区划名称 社区名称 街道名称 辖区名称 网格名称 区域名称 name area_name area",
    "level": "级别 层级 区划级别 行政级别 level",
    "parent": "上级代码 上级区划代码 父级代码 parent_code parent",
    "lat": "纬度 lat latitude",
    "lon": "经度 lon lng longitude",
}
RESPONDER_WORDS = {
    "name": "姓名 名字 人员姓名 name full_name",
    "organisation": "单位 单位名称 所在单位 工作单位 所属单位 派出单位 组织 organisation organization employer",
    "kind": "类别 人员类别 身份 人员类型 类型 kind category type",
    "profession": "职业 工种 专业 profession occupation job",
    "skills": "技能 特长 专长 技能特长 skills skill",
    "community": "社区 所属社区 所在社区 居委会 街道 所属街道 辖区 所属辖区 community home home_area area",
    "phone": "手机 手机号 手机号码 联系电话 电话 联系方式 phone mobile telephone tel",
}

_LEVELS = {
    "province": "省 省级 自治区 直辖市 province",
    "city": "市 市级 地级 地级市 city prefecture",
    "district": "区 县 区县 区级 县级 县级市 district county",
    "subdistrict": "街道 镇 乡 镇街 街镇 乡镇 街道级 乡级 subdistrict town township",
    "community": "社区 村 村居 居委会 村委会 社区级 村级 community village",
    "grid": "网格 网格级 grid",
}
_PROFESSIONS = {
    "teacher": "教师 老师 teacher", "nurse": "护士 nurse", "doctor": "医生 医师 大夫 doctor physician",
    "driver": "司机 驾驶员 driver", "student": "学生 student", "police": "民警 警察 police police_officer",
    "counsellor": "心理咨询师 counsellor counselor", "official": "机关干部 公务员 official civil_servant",
    "engineer": "工程师 engineer", "clerk": "职员 文员 clerk", "guard": "保安 guard",
    "grid_worker": "网格员 grid_worker", "community_worker": "社区工作者 社工 community_worker",
    "retired": "退休人员 退休 retired",
}  # fmt: skip
_SKILLS = {
    "sampling": "采样 核酸采样 sampling taking_samples", "driving": "驾驶 开车 driving",
    "calling": "电话核查 电话联络 打电话 calling", "building": "搭建 building",
    "sweeping": "扫楼 sweeping sweeping_buildings", "registering": "登记 信息登记 registering registration",
    "order_keeping": "维持秩序 秩序维护 order_keeping keeping_order order", "nurse": "护士 护理 nurse nursing",
}  # fmt: skip


def _by_word(words: Mapping[str, str]) -> dict[str, str]:
    return {header_key(word): code for code, listed in words.items() for word in (code, *listed.split())}


LEVEL, PROFESSION, SKILL = map(_by_word, (_LEVELS, _PROFESSIONS, _SKILLS))

# Words inside what is written, the first that is found counts: 下沉干部 is seconded though 干部 is staff.
_KINDS = (
    (ResponderKind.VOLUNTEER, "志愿 义工 volunteer"),
    (ResponderKind.SECONDEE, "借调 抽调 下沉 派驻 挂职 支援 secondee seconded"),
    (ResponderKind.STAFF, "职员 员工 职工 在编 在职 正式 干部 工作人员 staff employee"),
)
_ORGANISATIONS = (
    (OrganisationKind.VOLUNTEERS, "志愿 义工 volunteer"),
    (OrganisationKind.BRANCH, "支部 branch"),
    (OrganisationKind.HOSPITAL, "医院 卫生院 卫生服务 健康服务 社康 hospital clinic"),
    (OrganisationKind.SCHOOL, "学校 大学 学院 中学 小学 幼儿园 school university college"),
    (OrganisationKind.FIRM, "公司 集团 企业 银行 物业 company ltd bank"),
    (OrganisationKind.COMMUNITY, "社区 居委会 村委会 community village"),
    (OrganisationKind.SUBDISTRICT, "街道 镇政府 乡政府 subdistrict sub-district"),
)


def kind_of(written: str) -> ResponderKind | None:
    """On what ground somebody responds, as a cell says; staff when it says nothing."""
    text = written.strip().casefold()
    if not text:
        return ResponderKind.STAFF
    return next((kind for kind, words in _KINDS if any(word in text for word in words.split())), None)


def organisation_kind(name: str) -> OrganisationKind:
    """What an organisation is, guessed by its name."""
    text = name.casefold()
    found = (kind for kind, words in _ORGANISATIONS if any(word in text for word in words.split()))
    return next(found, OrganisationKind.AGENCY)
