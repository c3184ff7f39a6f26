"""What the codes of rows mean, in Chinese and English; those of reading stand in tables.texts."""

from __future__ import annotations

from muster.interop.tables.texts import TEXTS as READING

OWN: dict[str, tuple[str, str]] = {
    "imports.nobody": ("姓名、证件、电话都没有。", "Neither name, document nor telephone."),
    "imports.other_area": (
        "地址写的是其他辖区，不在本次导入的范围内。",
        "The address names an area outside the one of this import.",
    ),
    "imports.ambiguous": (
        "可能是已登记的人，需要人工判断。",
        "May be somebody we know: a person must decide.",
    ),
    "imports.similar": (
        "有一位相似的已登记居民，请到“人员比对”判断；本行先按新增处理。",
        "Somebody similar is known: compare them under “Compare people”. The row counts as a new person until then.",
    ),
    "imports.forwarded": (
        "不属本辖区，核查任务转往所写辖区，并在此保留可见。",
        "Not ours: the work goes on to the area it names, and stays visible here.",
    ),
    "imports.skipped": ("人工决定不导入。", "A person decided to leave this row out."),
    "imports.implausible_date": (
        "日期离本次疫情太远，可能是笔误；请核对建议的日期。",
        "The day lies too far from this incident and may be a slip: check the day suggested.",
    ),
    "imports.unknown_group": (
        "不是可识别的特殊人群，未记录。",
        "No group of needs we know; it was not recorded.",
    ),
    "imports.unknown_area": (
        "没有这个辖区，或名称对应多个辖区。",
        "There is no such area, or several of this name.",
    ),
    "imports.unknown_organisation": (
        "没有登记这个单位，或有同名单位。请先登记单位。",
        "This organisation is not known, or several have the name. Add it first.",
    ),
    "imports.unknown_tube": (
        "系统中没有这个管号，或不在可见范围内。请核对管号；采样手机尚未上传时可稍后重新导入。",
        "No tube with this code is known here. Check it; if the telephone of the site has not sent yet, import "
        "again later.",
    ),
    "imports.unknown_result": (
        "结果不是阴性、阳性或无效。",
        "The result is neither negative, positive nor invalid.",
    ),
    "imports.not_confirmed": (
        "疑似或已排除，不作为感染者导入。",
        "Suspected or ruled out: it is not taken in as a case.",
    ),
    "imports.unknown_case": (
        "台账中没有这个感染者编号。请先导入感染者表。",
        "No case of this number came in. Take the file of cases in first.",
    ),
    "imports.unknown_contact": (
        "台账中没有这个密接编号，或尚未与感染者关联。请先导入密接表和接触关系表。",
        "No contact of this number came in, or none is tied to a case. Take contacts and relationships in first.",
    ),
    "imports.unknown_class": (
        "现行方案没有这个密接类别。",
        "The protocol in force has no such class of contacts.",
    ),
    "imports.unknown_status": (
        "随访结果无法识别。",
        "The result of the follow-up is not one we know.",
    ),
    "imports.not_performed": (
        "当天没有进行随访，无内容可记录。",
        "Nobody was asked on this day: there is nothing to record.",
    ),
    "imports.masked": (
        "已脱敏的内容不会写入，也不会覆盖原有内容。",
        "Masked words are not taken in and replace nothing.",
    ),
    "imports.on_card": (
        "姓名、电话、证件与登记不一致；台账不修改登记信息，请在登记中更正。",
        "Name, telephone or document differ from the registration. A line list changes none of them: correct the "
        "registration.",
    ),
    "imports.derived": (
        "由系统根据记录得出，不能通过台账修改。",
        "This follows from what was recorded; a line list does not change it.",
    ),
    "imports.fixed": (
        "确诊时间和所属感染者不能通过台账修改；如有误请撤销后重新确认。",
        "The hour of the result and the case of a contact stay as they are: withdraw and confirm or name anew.",
    ),
    "imports.withdrawn": (
        "该感染者或密接已撤销，不导入。",
        "This case or contact was withdrawn: nothing is taken in.",
    ),
    "imports.changed": ("所列内容已按表格更新。", "What is named was changed as the sheet says."),
    "imports.partly": (
        "部分内容已更新；标“未导入”的没有导入。",
        "Some of it was changed; what is marked “not” was not taken in.",
    ),
    "imports.unknown_context": (
        "现行方案没有这个暴露方式。",
        "The protocol in force has no such exposure.",
    ),
    "imports.future": ("时间晚于现在。", "This instant has not come yet."),
    "imports.number": ("不是可接受的数字。", "This is no number that can be right."),
    "imports.blank": ("不能为空。", "This must not be blank."),
    "imports.nameless": ("楼栋没有名称和编号。", "The building has neither name nor number."),
    "people.doorless": ("门牌不在可见范围内。", "The door is not visible here."),
    "people.codes": ("性别、出生年份或人群代码不合理。", "Sex, year of birth or group cannot be right."),
    "people.right": ("您在这个辖区没有导入权限。", "You may not import in this area."),
    "people.empty": ("姓名、证件、电话都没有。", "Neither name, document nor telephone."),
    "people.elsewhere": ("这个人已迁到您看不到的辖区。", "This person has moved to an area you cannot see."),
    "access.not_allowed": ("您在这个辖区没有权限。", "You have no right in this area."),
    "input.unreadable": ("内容不合要求。", "The content cannot be taken."),
    "sync.not_visible_yet": ("所指的对象不可见。", "What it is about is not visible here."),
    "imports.code_digits": (
        "区划代码应为 2、4、6、9、12 或 15 位数字；其他位数说明代码不完整。",
        "The code of an area has 2, 4, 6, 9, 12 or 15 digits; with another number of digits it is not whole.",
    ),
    "imports.unknown_level": (
        "级别应为：省、市、区县、街道（乡镇）、社区（村）、网格。",
        "The level is one of: province, city, district, subdistrict, community, grid.",
    ),
    "imports.level_differs": (
        "代码的位数与所写级别不符：省 2 位，市 4 位，区县 6 位，街道 9 位，社区 12 位，网格 15 位。",
        "The digits of the code do not fit the level: province 2, city 4, district 6, subdistrict 9, community 12, "
        "grid 15.",
    ),
    "imports.not_above": (
        "上级代码不包含这个辖区。",
        "The code given as the area above does not hold this area.",
    ),
    "imports.area_outside": (
        "所写辖区不在本次导入的辖区范围内。",
        "The area named lies outside the area of this import.",
    ),
    "imports.code_twice": (
        "同一代码在文件中已出现，内容不同；以前一行为准。",
        "An earlier row of this file has the same code and says something else; the earlier one counts.",
    ),
    "imports.area_changed": (
        "已有这个辖区，按表格更新。",
        "This area is known; it is brought up to date as the table says.",
    ),
    "imports.unknown_ground": (
        "类别应为：职员、志愿者、借调（下沉、支援）。",
        "The category is one of: staff, volunteer, secondee.",
    ),
    "imports.unknown_skill": (
        "技能不在清单内。可写：采样、驾驶、电话核查、搭建、扫楼、登记、维持秩序、护理。",
        "A skill is not one we know: sampling, driving, calling, building, sweeping, registering, order keeping, "
        "nursing.",
    ),
    "imports.several_organisations": (
        "有多个同名单位，无法确定是哪一个。",
        "Several organisations have this name: it is not clear which one is meant.",
    ),
    "imports.broken": (
        "处理中断，没有导入任何内容；文件已保存，可以再试。如再次失败请联系管理员。",
        "The work was interrupted and nothing was taken in; the file is kept, try again. If it fails twice, call the "
        "administrator.",
    ),
}
HOW: dict[str, tuple[str, str]] = {
    "new": ("新增", "new"),
    "document": ("证件号相同", "same document"),
    "phone": ("电话和姓名相同", "same telephone and name"),
    "sound": ("电话、住址相同，姓名同音", "same telephone and building, the name sounds the same"),
    "unsure": ("待比对，先单独处理", "to be compared, on its own until then"),
    "place": ("住址和姓名相同", "same address and name"),
    "own": ("本系统导出的台账", "our own line list"),
    "again": ("此前已导入", "imported before"),
    "elsewhere": ("此前已导入，现已迁出", "imported before, moved since"),
    "decided": ("人工判断", "decided by a person"),
}


def reason(code: str, language: str) -> str:
    """What a code means; a code nobody put into words stands for itself."""
    return _said(OWN.get(code) or READING.get(code), code, language)


def how(code: str, language: str) -> str:
    """How a person was recognised."""
    return _said(HOW.get(code), code, language)


def _said(pair: tuple[str, str] | None, code: str, language: str) -> str:
    return code if pair is None else pair[language.startswith("en")]
