"""Files that forms ask for by name: those a desk gave, and the lists that the server knows itself."""

from __future__ import annotations

import csv
import hashlib
import io

import msgspec

from muster.core.vault import vault
from muster.interop.forms import opening
from muster.interop.forms.models import Form, FormMedia, FormVersion
from muster.interop.openrosa.effects import Sender
from muster.interop.openrosa.rows import ROWS

OURS = {f"{name}.csv": name for name in ROWS}


class Media(msgspec.Struct, frozen=True):
    """A file of a form as the telephone gets it; `rows_of` names the list it is a state of."""

    name: str
    content: bytes
    md5: str
    rows_of: str = ""


def media(form: Form, sender: Sender) -> list[Media]:
    """The files the newest version of a form needs and that are here; a file given by the desk goes first."""
    given = {one.name: one for one in FormMedia.objects.filter(form=form.id)}
    keys = vault(form.incident)
    found = [
        Media(one.name, keys.open_bytes(one.content, row=one.id, **opening.MEDIA), one.md5)
        for one in given.values()
    ]
    for name in needed(form):
        if name in OURS and name not in given:
            text = io.StringIO()
            listed = ROWS[OURS[name]](sender.actor, form.incident, sender.now)
            csv.writer(text, lineterminator="\n").writerows(listed)
            content = text.getvalue().encode()
            md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
            found.append(Media(name, content, md5, OURS[name]))
    return sorted(found, key=lambda one: one.name)


def has_media(form: Form) -> bool:
    """Whether there is any file for it, without making one."""
    return FormMedia.objects.filter(form=form.id).exists() or any(name in OURS for name in needed(form))


def needed(form: Form) -> list[str]:
    """The files the newest version asks for."""
    found = FormVersion.objects.filter(form=form.id, version=form.version).values_list("media", flat=True)
    return list(found.first() or [])


def missing(form: Form) -> list[str]:
    """Files the newest version needs that nobody gave yet."""
    given = set(FormMedia.objects.filter(form=form.id).values_list("name", flat=True))
    return [name for name in needed(form) if name not in given and name not in OURS]
