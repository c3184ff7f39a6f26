"""Opening what was filled in: needs a right and a reason, and is journalled."""

from __future__ import annotations

import base64
import mimetypes
from uuid import UUID
from xml.etree.ElementTree import Element

import msgspec

from muster.core import journal
from muster.core.access import Actor
from muster.core.errors import BadInput, NotFound
from muster.core.vault import vault
from muster.interop.forms.filled import read_filled
from muster.interop.forms.models import Attachment, FormVersion, Submission

RIGHT = "people.unmask"
PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")
MOST_SHOWN = 12
MEDIA = {"kind": "note", "table": "interop_formmedia", "field": "content"}


class File(msgspec.Struct, frozen=True):
    """An attachment; `picture` is its content as an address when it can be shown."""

    name: str
    size: int
    picture: str = ""


class Opened(msgspec.Struct, frozen=True):
    """A submission in clear: its answers by question, and its files."""

    submission: Submission
    answers: list[tuple[str, str]]
    files: list[File]


def find(submission: UUID, form: UUID) -> Submission:
    """A submission of a form that is visible here."""
    held = Submission.objects.filter(pk=submission, form=form).first()
    if held is None:
        raise NotFound
    return held


def open_submission(*, submission: UUID, form: UUID, reason: str, by: Actor, incident: UUID) -> Opened:
    """Open one submission; the reason goes sealed into the journal."""
    held = find(submission, form)
    by.require(RIGHT, held.area, incident)
    if not 2 <= len(reason.strip()) <= 200:
        raise BadInput(problem="reason")
    text = vault(incident).open(
        held.sealed, kind="note", table="interop_submission", row=held.id, field="sealed"
    )
    version = (
        FormVersion.objects.filter(form=form, version=held.version)
        .values_list("questions", flat=True)
        .first()
    )
    labels = {one["path"]: one["label"] for one in version or []}
    journal.write(
        action="interop.opened",
        by=by,
        incident=incident,
        area=held.area,
        subjects=[held.id],
        reason=reason.strip(),
    )
    root = read_filled(text.encode()).root
    return Opened(held, list(_answers(root, f"/{root.tag}", labels)), _files(held))


def _answers(element: Element, path: str, labels: dict[str, str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for child in element:
        here = f"{path}/{child.tag}"
        if len(child):
            found += _answers(child, here, labels) if child.tag != "meta" else []
        elif (child.text or "").strip():
            found.append((labels.get(here) or child.tag, (child.text or "").strip()))
    return found


def _files(held: Submission) -> list[File]:
    keys, found = vault(held.incident), []
    for one in Attachment.objects.filter(submission=held.id).order_by("recorded_at", "id")[:MOST_SHOWN]:
        name = keys.open(one.name_c, kind="note", table="interop_attachment", row=one.id, field="name_c")
        kind = mimetypes.guess_type(name)[0] or ""
        picture = ""
        if kind in PICTURES:
            content = keys.open(
                one.sealed, kind="note", table="interop_attachment", row=one.id, field="sealed"
            )
            picture = f"data:{kind};base64,{base64.b64encode(base64.b64decode(content)).decode()}"
        found.append(File(name, one.size, picture))
    return found
