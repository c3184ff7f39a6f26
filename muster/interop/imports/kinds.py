"""What can be imported: fields, rights, and the words of headers that only some kinds have. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from muster.interop.imports.beginning_words import AREA_WORDS, AREAS, RESPONDER_WORDS, RESPONDERS
from muster.interop.imports.line_words import (
    CASE_WORDS,
    CASES,
    CONTACT_WORDS,
    CONTACTS,
    FOLLOW_UP_WORDS,
    FOLLOW_UPS,
    RELATION_WORDS,
    RELATIONS,
)
from muster.interop.tables import columns

RESIDENTS, LISTS, BATCHES, BUILDINGS = "residents", "lists", "batches", "buildings"
RESULTS = "results"
OF_PEOPLE = (RESIDENTS, LISTS)
PURPOSES = ("verification", "key_person", "contact")
PERSON = ("name", "document", "phone", "address")
ADDRESS_PARTS = ("district", "subdistrict", "community", "compound", "building", "unit", "room")

# Headers of batches and buildings; those of people stand in tables.columns.
BATCH_WORDS = {
    "organisation": "派出单位 支援单位 来源单位 单位 单位名称 派出 派员单位 sender organisation organization from",
    "people": "人数 支援人数 计划人数 派出人数 人员数 people headcount persons number_of_people count planned",
    "date": "日期 出发日期 到达日期 支援日期 到岗日期 时间 出发时间 date day departure arrival arrival_date",
    "destination": "支援街道 受援街道 目的地 前往街道 去向 街道 接收街道 destination to receiving subdistrict",
    "task": "任务 工作内容 工作任务 支援内容 用途 task work purpose",
    "vehicles": "车辆 车辆数 大巴 大巴数 车数 vehicles buses coaches",
    "total": "合计 总人数 总计 累计人数 total sum",
}
BUILDING_WORDS = {
    "name": "楼栋名称 建筑名称 楼宇名称 楼栋 名称 楼名 栋号 楼号 name building building_name",
    "compound": "小区 小区名称 城中村 花园 compound estate",
    "number": "编号 楼栋编号 楼栋号 number building_number building_no",
    "address": "地址 详细地址 楼栋地址 位置 address",
    "floors": "层数 楼层数 总层数 楼层 floors storeys levels",
    "units_per_floor": "每层户数 每层套数 每层单元数 units_per_floor flats_per_floor",
    "units": "总户数 户数 套数 房间数 units flats dwellings",
    "community": "社区 所属社区 居委会 community",
    "lat": "纬度 lat latitude",
    "lon": "经度 lon lng longitude",
}
RESULT_WORDS = {
    "tube": "管号 试管编号 试管号 样本编号 样本号 采样管编号 条码 条形码 tube tube_code sample sample_code barcode",
    "result": "结果 检测结果 核酸结果 检验结果 result finding outcome",
    "reported_at": "检测时间 报告时间 出结果时间 结果时间 检验时间 时间 reported_at tested_at result_time time date",
}


class Kind(msgspec.Struct, frozen=True):
    """One kind of file: the right it needs, its fields, and groups of which each needs one field mapped."""

    code: str
    right: str
    fields: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]
    words: dict[str, str] = {}
    undoable: bool = True


_PERSON_FIELDS = (*PERSON, "sex", "birth_date", "vulnerability", "note", *ADDRESS_PARTS)
KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(RESIDENTS, "people.import", _PERSON_FIELDS, (("name", "document", "phone"),)),
        Kind(LISTS, "worklists.list", _PERSON_FIELDS, (("name", "document", "phone"),)),
        Kind(RESULTS, "sampling.result", tuple(RESULT_WORDS), (("tube",), ("result",)), RESULT_WORDS),
        Kind(CASES, "people.import", tuple(CASE_WORDS), (("key",), ("positive", "onset")), CASE_WORDS),
        Kind(CONTACTS, "people.import", tuple(CONTACT_WORDS), (("key",),), CONTACT_WORDS),
        Kind(RELATIONS, "cases.trace", tuple(RELATION_WORDS), (("case",), ("contact",), ("last",)), RELATION_WORDS),
        Kind(
            FOLLOW_UPS, "cases.follow", tuple(FOLLOW_UP_WORDS), (("contact",), ("date",), ("status",)), FOLLOW_UP_WORDS
        ),
        Kind(
            BATCHES, "mobilising.batch", tuple(BATCH_WORDS), (("organisation",), ("people",), ("date",)),
            BATCH_WORDS, undoable=False,
        ),
        Kind(
            BUILDINGS, "places.survey", tuple(BUILDING_WORDS), (("name", "number"),), BUILDING_WORDS, undoable=False
        ),
        Kind(AREAS, "incidents.open", tuple(AREA_WORDS), (("code",), ("name",)), AREA_WORDS, undoable=False),
        Kind(
            RESPONDERS, "responders.enrol", tuple(RESPONDER_WORDS), (("name",), ("organisation",)),
            RESPONDER_WORDS, undoable=False,
        ),
    )
}  # fmt: skip


def propose(kind: Kind, header: Sequence[str]) -> dict[str, int]:
    """The column of every field of this kind that the header names; the earlier column wins."""
    if not kind.words:
        found = columns.propose_mapping(header).fields
        return {field: at for field, at in found.items() if field in kind.fields}
    keys = [columns.header_key(text) for text in header]
    proposed: dict[str, int] = {}
    for field, words in kind.words.items():
        for word in map(columns.header_key, words.split()):
            if word in keys and keys.index(word) not in proposed.values():
                proposed[field] = keys.index(word)
                break
    return proposed


def missing(kind: Kind, mapping: dict[str, int]) -> tuple[str, ...]:
    """Fields of which one at least must be mapped and none is."""
    return next((group for group in kind.needs if not set(group) & mapping.keys()), ())
