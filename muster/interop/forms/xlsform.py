"""Reading an XLSForm: in a process of its own, with limits; what is wrong is said in words."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import msgspec

from muster.interop.forms.refusals import FormRefused

TIMEOUT_SECONDS = 60
MAX_BYTES = 5 * 1024 * 1024
KINDS = {".xlsx", ".xls", ".md"}
LONGEST = {"code": 80, "version": 40, "title": 120}
_CHILD = Path(__file__).with_name("convert_child.py")
_WANTED = re.compile(r'src="jr://(?:file|file-csv|images|audio|video)/([^"]+)"')
_MEDIA = re.compile(r"jr://(?:images|audio|video)/([^<\"]+)")

PROBLEMS = {
    "forms.hostile": {
        "zh": "文件解压后过大或含有外部引用",
        "en": "it unpacks to far too much, or names other files.",
    },
    "forms.encrypted": {
        "zh": "加密表单（public_key）在这里无法读取，上传本身已经加密",
        "en": "forms with a public key cannot be read here; the way to the server is encrypted anyway.",
    },
    "forms.empty": {"zh": "survey 表里没有任何问题", "en": "there is no question in the survey sheet."},
    "forms.too_large": {"zh": "表单太大", "en": "it is too large."},
    "forms.unreadable": {
        "zh": "文件打不开，请另存为 xlsx 再试",
        "en": "the file does not open; save it as xlsx and try again.",
    },
    "forms.kind": {
        "zh": "请上传 xlsx、xls 或 md 文件，不超过 5 MB",
        "en": "give an xlsx, xls or md file of at most 5 MB.",
    },
}
# what the converter says, told again in Chinese; the row it names is kept
HINTS = (
    (re.compile(r"Unknown question type '?([^'.]*)'?"), "不认识的问题类型“{0}”"),
    (re.compile(r"List name not in choices sheet: (\S+)"), "choices 表里没有选项列表“{0}”"),
    (re.compile(r"There are no default choices.*|.*missing.*choices.*", re.S), "缺少选项列表"),
    (re.compile(r"Unmatched '?(\w+)'? ?(?:begin|end)|Unmatched"), "begin 与 end 没有成对"),
    (
        re.compile(r"There (?:has been|was) a problem trying to replace \$\{([^}]*)\}.*", re.S),
        "引用了不存在的问题 ${{{0}}}",
    ),
    (re.compile(r"references? .*'?\$\{([^}]+)\}.*", re.S), "引用了不存在的问题 ${{{0}}}"),
    (re.compile(r".*has no name.*|.*with no name.*", re.S | re.I), "有一行没有填 name"),
    (re.compile(r".*(?:duplicate|more than one).*", re.S | re.I), "名称重复"),
    (re.compile(r".*[Ii]nvalid.*(?:name|header).*", re.S), "名称或表头不合规则"),
    (re.compile(r".*has not been included.*", re.S), "不支持 include（引用另一份表单）"),
)
_ROW = re.compile(r"\[row : (\d+)\]\s*")


class Question(msgspec.Struct, frozen=True):
    """One question: its path, its label in the first language, its kind and the repeat it stands in."""

    path: str
    label: str
    kind: str
    repeat: str = ""


class Draft(msgspec.Struct, frozen=True):
    """A form as it would be published."""

    code: str
    title: str
    version: str
    xform: str
    itemsets: str
    questions: list[Question]
    warnings: list[str]


class _Answer(msgspec.Struct):
    draft: Draft | None = None
    code: str = ""
    problem: str = ""


def read_form(data: bytes, name: str, language: str) -> Draft:
    """The form in an XLSForm file; raises `FormRefused` with what is wrong, in the reader's language."""
    file = Path(name.replace("\\", "/").rsplit("/", 1)[-1])
    kind = file.suffix.lower()
    if kind not in KINDS or not 0 < len(data) <= MAX_BYTES:
        raise FormRefused(problem=_said("forms.kind", language))
    command = [sys.executable, "-I", str(_CHILD), kind, file.stem[:80] or "form"]
    try:
        # Empty environment: the child needs no secret of the server.
        done = subprocess.run(
            command, input=data, capture_output=True, timeout=TIMEOUT_SECONDS, env={}, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise FormRefused(problem=_said("forms.too_large", language)) from error
    if done.returncode:
        raise FormRefused(
            problem=_said("forms.unreadable" if done.returncode > 0 else "forms.too_large", language)
        )
    answer = msgspec.msgpack.decode(done.stdout, type=_Answer)
    if answer.draft is None:
        raise FormRefused(problem=_why(answer, language))
    for field, most in LONGEST.items():
        text = getattr(answer.draft, field)
        if len(text) > most or not text.strip() or "\0" in text:
            raise FormRefused(problem=f"settings · {field}")
    return answer.draft


def _said(code: str, language: str) -> str:
    return PROBLEMS[code]["en" if language.startswith("en") else "zh"]


def _why(answer: _Answer, language: str) -> str:
    if answer.code in PROBLEMS:
        return _said(answer.code, language)
    return in_words(answer.problem, language)


def in_words(problem: str, language: str) -> str:
    """What the converter says, in the reader's language: the row first, its own words behind."""
    if language.startswith("en"):
        return problem
    row = _ROW.search(problem)
    rest = _ROW.sub("", problem).strip()
    where = f"第 {row.group(1)} 行：" if row else ""
    for pattern, text in HINTS:
        if found := pattern.match(rest) or pattern.search(rest):
            return f"{where}{text.format(*(found.groups() or ('',)))}（{rest}）"
    return f"{where}{rest}"


def media_of(xform: str) -> list[str]:
    """The files a form needs beside itself: lists, pictures, sounds."""
    return sorted({*_WANTED.findall(xform), *_MEDIA.findall(xform)})
