"""What a desk does with forms: publish a version, say what its answers become, give files, close and open."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from muster.core import journal
from muster.core.access import Actor
from muster.core.errors import BadInput, NotFound
from muster.core.ids import derive_id
from muster.core.vault import vault
from muster.interop.forms import entities, mapping, opening
from muster.interop.forms.mapping import Step
from muster.interop.forms.models import Form, FormMedia, FormVersion
from muster.interop.forms.refusals import SameVersion
from muster.interop.forms.xlsform import Draft, Question, media_of

RIGHT = "interop.forms"
MOST_MEDIA = 5 * 1024 * 1024
ITEMSETS = "itemsets.csv"


def publish(*, draft: Draft, area: int, by: Actor, incident: UUID, now: datetime) -> Form:
    """Publish a version; telephones are offered it at once. The same file again changes nothing."""
    by.require(RIGHT, area, incident)
    form_id = derive_id(incident, "form", draft.code)
    held = Form.objects.filter(pk=form_id).first()
    if held is not None:
        by.require(RIGHT, held.area, incident)
        area = held.area
    xform = draft.xform.encode()
    md5 = hashlib.md5(xform, usedforsecurity=False).hexdigest()
    version_id = derive_id(form_id, "version", draft.version)
    known = FormVersion.objects.filter(pk=version_id).values_list("md5", flat=True).first()
    if known is not None and known != md5:
        raise SameVersion(code=draft.code, version=draft.version)
    if held is None:
        held = Form(id=form_id, incident=incident, area=area, code=draft.code, made_at=now)
    held.title, held.version, held.is_open = draft.title, draft.version, True
    if not held.steps:
        held.steps = _follows_from(draft)
    held.save()
    if known is None:
        FormVersion.objects.create(
            id=version_id, incident=incident, area=area, form=form_id, version=draft.version, xform=draft.xform,
            md5=md5, questions=[msgspec.structs.asdict(one) for one in draft.questions],
            media=media_of(draft.xform), published_at=now, published_by=by.by,
        )  # fmt: skip
    if draft.itemsets:
        _keep(held, ITEMSETS, draft.itemsets.encode())
    journal.write(action="interop.form", by=by, incident=incident, area=area, subjects=[form_id])
    return held


def _follows_from(draft: Draft) -> list[dict[str, Any]]:
    """The mapping of a form that changes rows of our lists is in the form."""
    paths = {one.path for one in draft.questions if not one.repeat}
    steps = entities.steps_for(entities.declared(draft.xform))
    good = [step for step in steps if all(one in paths for one in step.fields.values() if one[0] == "/")]
    return [msgspec.structs.asdict(one) for one in good]


def _found(form: UUID, by: Actor, incident: UUID) -> Form:
    held = Form.objects.select_for_update().filter(pk=form, incident=incident).first()
    if held is None:
        raise NotFound
    by.require(RIGHT, held.area, incident)
    return held


def questions_of(form: Form) -> list[Question]:
    """The questions of the newest version."""
    found = (
        FormVersion.objects.filter(form=form.id, version=form.version)
        .values_list("questions", flat=True)
        .first()
    )
    return msgspec.convert(found or [], list[Question])


def map_answers(*, form: UUID, steps: Sequence[Step], by: Actor, incident: UUID) -> Form:
    """Say which answers become which command, from now on."""
    held = _found(form, by, incident)
    mapping.check_steps(list(steps), questions_of(held))
    held.steps = [msgspec.structs.asdict(one) for one in steps]
    held.save(update_fields=["steps"])
    detail = {"steps": len(held.steps)}
    journal.write(
        action="interop.mapping", by=by, incident=incident, area=held.area, subjects=[form], detail=detail
    )
    return held


def set_open(*, form: UUID, is_open: bool, by: Actor, incident: UUID) -> Form:
    """Close a form (what still comes is kept aside), or open it again."""
    held = _found(form, by, incident)
    held.is_open = is_open
    held.save(update_fields=["is_open"])
    action = "interop.form_opened" if is_open else "interop.form_closed"
    journal.write(action=action, by=by, incident=incident, area=held.area, subjects=[form])
    return held


def add_media(*, form: UUID, name: str, content: bytes, by: Actor, incident: UUID) -> None:
    """Give a form a file it asks for; a newer one takes its place."""
    held = _found(form, by, incident)
    name = name.replace("\\", "/").rsplit("/", 1)[-1].strip()
    if not 0 < len(name) <= 120 or "\0" in name or not 0 < len(content) <= MOST_MEDIA:
        raise BadInput(problem=name[:40] or "file")
    _keep(held, name, content)
    journal.write(action="interop.form_file", by=by, incident=incident, area=held.area, subjects=[form])


def _keep(form: Form, name: str, content: bytes) -> None:
    """Sealed: a list may name people."""
    row, md5 = derive_id(form.id, "media", name), hashlib.md5(content, usedforsecurity=False).hexdigest()
    sealed = vault(form.incident).seal_bytes(content, row=row, **opening.MEDIA)
    FormMedia.objects.update_or_create(
        id=row,
        defaults={
            "incident": form.incident, "area": form.area, "form": form.id, "name": name, "content": sealed, "md5": md5,
        },
    )  # fmt: skip
