"""Why a form, its mapping or a filled-in form is not taken."""

from __future__ import annotations

from muster.core.errors import Refusal


class FormRefused(Refusal):
    """Something in the file keeps it from being a form; the problem names the sheet and the row."""

    code = "forms.faulty"
    status = 422
    texts = {
        "zh": "这份表单还不能用：{problem}。请在表格里改正后重新上传，已发布的版本不受影响。",
        "en": "This form cannot be used yet: {problem} Correct it in the sheet and upload it again; "
        "published versions stay as they are.",
    }


class SameVersion(Refusal):
    """A version was published before with other content."""

    code = "forms.same_version"
    texts = {
        "zh": "“{code}”的版本 {version} 已发布，但内容不同。请在 settings 表里改一个新的 version。",
        "en": "Version {version} of “{code}” is published already with other content. Give a new version in the "
        "settings sheet.",
    }


class BadMapping(Refusal):
    """A step of the mapping names something that is not there."""

    code = "forms.bad_mapping"
    status = 422
    texts = {
        "zh": "对应关系有误：{problem}。",
        "en": "The mapping is wrong: {problem}.",
    }


class UnknownForm(Refusal):
    """The form, or this version of it, was never published here."""

    code = "forms.unknown"
    status = 404
    texts = {
        "zh": "这里没有这份表单或这个版本。填好的内容已另存，请联系指挥部。",
        "en": "This form, or this version of it, is not known here. What you filled in is kept aside; tell the "
        "command post.",
    }


class ClosedForm(Refusal):
    """The form takes nothing more."""

    code = "forms.closed"
    texts = {
        "zh": "这份表单已停止接收。填好的内容已另存，请联系指挥部。",
        "en": "This form takes nothing more. What you filled in is kept aside; tell the command post.",
    }


class OtherContent(Refusal):
    """The same instance came before with other content."""

    code = "forms.conflict"
    texts = {
        "zh": "同一份填报先前已上传过不同内容。两份都已保存，由指挥部核对。",
        "en": "This record was sent before with other content. Both are kept; the command post will compare them.",
    }


class Unreadable(Refusal):
    """What was sent is no filled-in form."""

    code = "forms.unreadable"
    status = 400
    texts = {
        "zh": "无法读取：{problem}。",
        "en": "This cannot be read: {problem}.",
    }


class TooLarge(Refusal):
    """More bytes than one request may carry."""

    code = "forms.too_large"
    status = 413
    texts = {
        "zh": "一次上传的内容太大，上限 {limit} 字节。",
        "en": "Too much at once: at most {limit} bytes.",
    }
