"""Which column holds what: Chinese and English headers in any order, and where the header row stands."""

import re
import unicodedata
from collections.abc import Sequence

import msgspec

# Words of one field, most usual first; compared after `header_key`.
SYNONYMS: dict[str, str] = {
    "name": "姓名 名字 居民姓名 人员姓名 被核查人 被核查人姓名 核查对象 对象姓名 中文姓名 本人姓名 name full_name"
    " resident person person_name resident_name",
    "document": "身份证号 身份证号码 身份证 证件号码 证件号 证件 公民身份号码 身份证件号码 有效证件号码 身份证/护照"
    " document document_number document_no id_number id_no id_card identity_number national_id passport",
    "document_kind": "证件类型 证件种类 证件类别 document_type document_kind id_type",
    "phone": "联系电话 手机 手机号 手机号码 电话 电话号码 联系方式 联系手机 本人电话 联系号码 移动电话 电话/手机"
    " phone mobile tel telephone phone_number mobile_number cell contact_number mobile_phone",
    "sex": "性别 sex gender",
    "birth_date": "出生日期 出生年月日 生日 出生年月 出生时间 birth_date birthdate date_of_birth dob birthday born",
    "age": "年龄 岁数 age",
    "address": "现住址 住址 地址 现居住地址 居住地址 详细地址 现住地址 家庭住址 家庭地址 居住地 现居地 现居住地"
    " 住所 居住详细地址 常住地址 所在地址 在深住址 住宅地址 address home_address current_address street_address",
    "district": "区 区县 所属区 行政区 所在区 辖区 district",
    "subdistrict": "街道 所属街道 街道办 镇街 街镇 乡镇街道 所在街道 subdistrict sub_district street_office",
    "community": "社区 所属社区 居委会 社区名称 村居 所在社区 居住社区 村社区 community neighbourhood",
    "grid": "网格 网格号 网格编号 所属网格 网格编码 所在网格 grid grid_code grid_number",
    "grid_worker": "网格员 网格员姓名 包保人 责任人 包保责任人 grid_worker",
    "compound": "小区 小区名称 楼盘 花园 小区/城中村 城中村 所在小区 小区名 自然村 compound estate residence",
    "road": "道路 路名 街路巷 街巷 road street lane",
    "building": "楼栋 栋 栋号 楼栋号 楼号 楼幢 幢号 座 楼座 几栋 building building_no building_number block",
    "building_code": "楼栋编码 建筑编码 楼栋代码 房屋编码 建筑物编码 统一楼栋编码 building_code house_code",
    "unit": "单元 单元号 梯号 unit unit_no entrance",
    "floor": "楼层 层 层数 所在楼层 floor level storey",
    "room": "房号 房间号 室 室号 门牌 门牌号 房间 户号 房屋号 套间号 room room_no flat apartment door door_number",
    "household": "户 户编号 家庭编号 户籍编号 户口编号 住户编号 家庭户号 household household_id family_id",
    "relation": "与户主关系 户主关系 关系 家庭关系 relation relationship relation_to_head",
    "vulnerability": "特殊人群 特殊人群类别 特殊人群类型 重点人群 人群类别 特殊情况 困难类别 特殊群体 特殊需求"
    " vulnerability vulnerable vulnerable_group special_group special_needs",
    "note": "备注 说明 备注说明 情况说明 其他 附注 备注信息 note notes remark remarks comment comments",
    "date": "日期 时间 推送日期 下发日期 暴露日期 接触日期 登记日期 到访日期 到访时间 末次接触日期 推送时间 登记时间"
    " date day list_date exposure_date push_date visited_at",
    "list_source": "来源 名单来源 数据来源 推送来源 线索来源 推送单位 下发单位 信息来源 source list_source origin",
    "category": "类别 人员类别 类型 人员类型 管控类别 风险类别 名单类别 核查类别 密接类别 管控措施"
    " category type class kind contact_class person_type",
    "organisation": "单位 工作单位 单位名称 所在单位 就职单位 公司 organisation organization employer workplace"
    " company",
    "nationality": "国籍 国籍/地区 国籍地区 nationality country",
    "ethnicity": "民族 ethnicity",
    "registered_address": "户籍地址 户籍地 户口所在地 户籍所在地 户籍住址 registered_address hukou",
    "result": "核查结果 核查情况 结果 核实情况 反馈 反馈情况 联系情况 result outcome feedback",
    "emergency_phone": "紧急联系电话 紧急联系人电话 监护人电话 家属电话 emergency_phone emergency_contact_phone",
    "emergency_name": "紧急联系人 紧急联系人姓名 监护人 监护人姓名 emergency_contact emergency_name",
    "serial": "序号 编号 序 行号 no number serial id seq #",
}
# Headers with these words speak of somebody else, or of the one who filled in the list.
OTHER_PERSON = re.compile(
    r"紧急|监护|家属|户主|网格|登记人|填表|填报|核查人|采集|审核|包保|负责|上报|流调|来电|房东|业主|联系人"
)
SUFFIX_WORDS = (
    ("身份证号码", "document"), ("身份证号", "document"), ("证件号码", "document"), ("手机号码", "phone"),
    ("手机号", "phone"), ("联系电话", "phone"), ("电话", "phone"), ("姓名", "name"), ("住址", "address"),
    ("地址", "address"), ("性别", "sex"), ("出生日期", "birth_date"), ("日期", "date"), ("备注", "note"),
    ("类别", "category"), ("来源", "list_source"), ("楼栋", "building"), ("房号", "room"),
)  # fmt: skip
HEADER_ROWS = 30
_BRACKETS = re.compile(r"[(\[{【〔<《].*?[)\]}】〕>》]")
_NOISE = re.compile(r"[\W_]+")
_DATA = re.compile(r"\d{6,}|^\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,2}")


class Mapping(msgspec.Struct, frozen=True):
    """A proposal a person may change: field code to column index, and the columns left over."""

    fields: dict[str, int]
    unmapped: tuple[int, ...]


def header_key(text: str) -> str:
    """A header without width, case, spaces, stars and punctuation."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).casefold())


_EXACT = {
    header_key(word): field for field, words in SYNONYMS.items() for word in words.split() if word != "#"
}


def field_of(header: str) -> tuple[str | None, int]:
    """The field a header names and how surely (3 the word itself, 2 without its remark, 1 by its end)."""
    plain = unicodedata.normalize("NFKC", header)
    key = header_key(plain)
    if key in _EXACT:
        return _EXACT[key], 3
    bare = header_key(_BRACKETS.sub("", plain))
    if bare in _EXACT:
        return _EXACT[bare], 2
    if bare and len(bare) <= 16 and not OTHER_PERSON.search(bare):
        for word, field in SUFFIX_WORDS:
            if bare.endswith(word):
                return field, 1
    return None, 0


def propose_mapping(header: Sequence[str]) -> Mapping:
    """The best column for every known field; the surer header wins, then the earlier one."""
    claims = [(sure, -at, field) for at, (field, sure) in enumerate(map(field_of, header)) if field]
    fields: dict[str, int] = {}
    for _sure, negative, field in sorted(claims, key=lambda claim: claim[:2], reverse=True):
        fields.setdefault(field, -negative)
    taken = set(fields.values())
    unmapped = tuple(at for at, text in enumerate(header) if at not in taken and text.strip())
    return Mapping(dict(sorted(fields.items(), key=lambda item: item[1])), unmapped)


def find_header(rows: Sequence[Sequence[str]]) -> int | None:
    """The index of the header row under any title rows, or None when the sheet starts with data."""
    best, best_score = None, 0
    for at, row in enumerate(rows[:HEADER_ROWS]):
        if best_score >= 2 and best is not None and at > best + 1:
            break  # only the very next row may be the lower half of a two-row header
        if _looks_like_data(row):
            if best is not None:
                break
            continue  # a title row may hold a date
        score = len({field for field, sure in map(field_of, row) if sure})
        if score > best_score or (score >= 2 and score == best_score and list(row) != list(rows[at - 1])):
            best, best_score = at, score
    if best is not None:
        return best
    return _unknown_header(rows)


def _unknown_header(rows: Sequence[Sequence[str]]) -> int | None:
    """No known word: the first row as wide as what follows, unless it looks like data."""
    width = max((_filled(row) for row in rows[: HEADER_ROWS * 2]), default=0)
    for at, row in enumerate(rows[:HEADER_ROWS]):
        if _looks_like_data(row):
            return None
        if _filled(row) * 2 > width and len(rows) > at + 1:
            return at
    return None


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell.strip())


def _looks_like_data(row: Sequence[str]) -> bool:
    """A row with a long number or a day in a cell of its own is no header."""
    return _filled(row) > 1 and any(_DATA.search(cell) and len(cell) < 30 for cell in row)
