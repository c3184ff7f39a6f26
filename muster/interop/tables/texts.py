"""What every code of this package means, in Chinese and English; `{…}` are the details of the refusal."""

TEXTS: dict[str, tuple[str, str]] = {
    "tables.bomb": (
        "文件解压后异常巨大，已拒绝。请另存为新的 xlsx 文件。",
        "The file unpacks to an absurd size. Save the list as a new xlsx file.",
    ),
    "tables.broken": (
        "文件已损坏或不完整，无法打开。请重新导出。",
        "The file is damaged or incomplete. Export it again.",
    ),
    "tables.cut_at_limit": (
        "表格恰好在第 {rows} 行结束，这是电子表格的行数上限，后面的行可能已丢失。请核对原始名单后再确认。",
        "The sheet ends exactly at row {rows}, a limit of spreadsheet programs: rows after it may be lost."
        " Check the original list before you accept.",
    ),
    "tables.dtd": (
        "文件内含不允许的定义，已拒绝。请另存为新的 xlsx 文件。",
        "The file holds definitions that no list needs. Save it as a new xlsx file.",
    ),
    "tables.empty": ("文件中没有数据行。", "The file holds no rows of data."),
    "tables.encoding": (
        "第 {position} 个字节处文字编码已损坏。请另存为 UTF-8 编码的 CSV 或 xlsx。",
        "The text is damaged at byte {position}. Save it as CSV in UTF-8 or as xlsx.",
    ),
    "tables.encoding_unsure": (
        "文字编码可能识别有误（按 {encoding} 读取）。请在预览中核对姓名后再确认。",
        "The encoding may be wrong (read as {encoding}). Check the names in the preview before you accept.",
    ),
    "tables.encrypted": (
        "文件设有密码。请取消密码后再上传。",
        "The file has a password. Remove it before uploading.",
    ),
    "tables.error_cells": (
        "有 {cells} 个单元格是公式错误（如 #N/A），按空白读取。",
        "{cells} cells hold a formula error such as #N/A and were read as blank.",
    ),
    "tables.macro": (
        "文件含有宏，已拒绝。请另存为不含宏的 xlsx。",
        "The file holds macros. Save it as xlsx without macros.",
    ),
    "tables.merged_filled": (
        "有 {cells} 个单元格由合并单元格补齐。",
        "{cells} cells took the value of the merged cell they belong to.",
    ),
    "tables.no_header": ("没有找到表头，请手工指定各列。", "No header row was found: name the columns."),
    "tables.no_sheet": ("文件中没有这个工作表。", "The file has no such sheet."),
    "tables.nul": (
        "文件在第 {position} 处含有空字符，不是文本名单。",
        "The file holds a NUL character at position {position}: it is no text list.",
    ),
    "tables.other_sheets": (
        "文件还有其他工作表未读取：{sheets}。",
        "Other sheets of the file were not read: {sheets}.",
    ),
    "tables.quotes": (
        "从第 {line} 行开始的引号没有正确配对。请检查该行的双引号。",
        "The quotation marks from line {line} on do not match. Check that line.",
    ),
    "tables.title_rows": (
        "表头上方有 {rows} 行标题，已略过。",
        "{rows} title rows above the header were left out.",
    ),
    "tables.too_large": (
        "文件太大，请按社区或日期拆分后上传。",
        "The file is too large. Split it by community or by date.",
    ),
    "tables.too_slow": (
        "文件打开超时，已停止。请另存为 CSV 后上传。",
        "Opening the file took too long. Save it as CSV.",
    ),
    "tables.unknown_format": (
        "不是可识别的表格文件。请另存为 xlsx 或 CSV。",
        "This is no spreadsheet we can read. Save it as xlsx or CSV.",
    ),
    "tables.zip_slip": ("文件内含不安全的路径，已拒绝。", "The file holds unsafe paths."),
    "row.too_many_cells": (
        "该行的单元格比表头多，内容可能错位。",
        "The row has more cells than the header: its values may have slipped sideways.",
    ),
    "text.bidi": ("含有改变文字方向的隐藏字符。", "Holds hidden characters that reverse the text."),
    "text.control": ("含有控制字符或换行。", "Holds control characters or a line break."),
    "text.nul": ("含有空字符。", "Holds a NUL character."),
    "text.replacement": ("含有乱码字符（�），原字已丢失。", "Holds �: the original character is lost."),
    "text.too_long": ("文字过长。", "The text is too long."),
    "text.zero_width": ("含有不可见字符。", "Holds invisible characters."),
    "name.digits": ("姓名中含有数字串，请核对。", "The name holds a number: please check."),
    "name.lost_character": (
        "姓名中有问号或方框，生僻字可能已丢失。",
        "A rare character of the name may be lost.",
    ),
    "name.masked": ("姓名已被遮盖（*）。", "The name is masked (*)."),
    "name.missing": ("缺少姓名。", "The name is missing."),
    "name.no_letters": ("姓名中没有文字。", "The name holds no letters."),
    "document.area": ("身份证号前两位不是有效的省级代码。", "The first two digits are no province code."),
    "document.birth_date": (
        "身份证号中的出生日期不存在。",
        "The birth date inside the number does not exist.",
    ),
    "document.characters": ("证件号含有不应出现的字符。", "The number holds characters that do not belong."),
    "document.check_digit": (
        "身份证号校验位不符，可能有错字。",
        "The check digit does not fit: a digit is wrong.",
    ),
    "document.length": ("身份证号位数不对。", "The number has the wrong length."),
    "document.masked": ("证件号已被遮盖（*）。", "The number is masked (*)."),
    "document.maybe_rounded": (
        "身份证号末三位为 000，可能被 Excel 改写，请核对。",
        "The number ends in 000 and may have been rounded by Excel: please check.",
    ),
    "document.missing": ("缺少证件号。", "The number is missing."),
    "document.old_form": (
        "15 位旧身份证号，已换算为 18 位，请核对。",
        "An old 15-digit number, lengthened: please check.",
    ),
    "document.rounded": (
        "身份证号末几位被 Excel 改成了 0，原号已丢失。",
        "Excel replaced the last digits by zeros: the number is lost.",
    ),
    "document.scientific": (
        "证件号被 Excel 变成了科学计数（如 5.1E+17），原号已丢失。",
        "Excel turned the number into a form like 5.1E+17: it is lost.",
    ),
    "phone.characters": (
        "电话号码含有不应出现的字符。",
        "The phone number holds characters that do not belong.",
    ),
    "phone.invalid": ("不是有效的电话号码。", "This is no valid phone number."),
    "phone.length": ("手机号位数不对。", "The mobile number has the wrong length."),
    "phone.lost_zero": ("区号前的 0 可能丢失，请补全。", "The 0 of the area code seems lost: please add it."),
    "phone.masked": ("电话号码已被遮盖（*）。", "The phone number is masked (*)."),
    "phone.missing": ("缺少电话号码。", "The phone number is missing."),
    "phone.no_area_code": ("八位固定电话缺少区号。", "A local number of eight digits without its area code."),
    "phone.scientific": (
        "电话号码被 Excel 变成了科学计数（如 1.38E+10）。",
        "Excel turned the phone number into a form like 1.38E+10.",
    ),
    "phone.several": ("一格内有多个号码，只取第一个。", "Several numbers in one cell: the first is used."),
    "date.ambiguous": ("日期有两种读法，请写成 2022-02-18 的形式。", "The date can be read in two ways."),
    "date.form": ("不是可识别的日期。", "This is no date we can read."),
    "date.invalid": ("这一天不存在。", "There is no such day."),
    "date.missing": ("缺少日期。", "The date is missing."),
    "date.no_year": ("日期没有年份。", "The date has no year."),
    "date.short_year": ("年份只有两位，请核对。", "The year has two digits only: please check."),
    "date.time": ("时间不存在。", "There is no such time of day."),
    "birth_date.differs": ("出生日期与身份证号不一致，按身份证号。", "Differs from the id, which is used."),
    "birth_date.missing": ("缺少出生日期。", "The birth date is missing."),
    "sex.differs": ("性别与身份证号不一致，按身份证号。", "Differs from the id, which is used."),
    "sex.missing": ("缺少性别。", "The sex is missing."),
    "sex.unknown": ("不是可识别的性别。", "This is neither male nor female."),
    "door.became_date": (
        "楼栋或房号被 Excel 变成了日期（如 2-1 变成 2月1日）。",
        "Excel turned the door number into a day (2-1 into 1 February).",
    ),
    "door.missing": ("缺少楼栋或房号。", "The door number is missing."),
}
