"""Taking a submission in: idempotent by instance id; what cannot be taken is kept aside, never dropped."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from muster.core import bulk, journal, prepared
from muster.core.access import span
from muster.core.errors import NotAllowed, Refusal
from muster.core.ids import derive_id
from muster.core.models import Receipt
from muster.core.vault import vault
from muster.domain.incidents import queries as incidents
from muster.interop.forms import mapping
from muster.interop.forms.filled import Filled, instance_id, read_filled
from muster.interop.forms.mapping import Ordered
from muster.interop.forms.models import Attachment, Form, FormVersion, Submission
from muster.interop.forms.refusals import ClosedForm, OtherContent, UnknownForm
from muster.interop.openrosa import branches, effects
from muster.interop.openrosa.effects import Sender
from muster.interop.openrosa.rows import RIGHT

FACT = ("id", "incident", "area", "at", "by", "device")
SAID = ("form", "version", "digest", "sealed", "replaces", "commands")
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
SKEW = timedelta(minutes=5)


class File(msgspec.Struct, frozen=True):
    """A file that came with a submission."""

    name: str
    content: bytes


class Taken(msgspec.Struct, frozen=True):
    """What became of it: the id, whether it was new, how many of its commands wait for the desk, whether it waits
    for the change before it."""

    id: UUID
    is_new: bool
    left: int = 0
    is_held: bool = False


def take(raw: bytes, files: Sequence[File], sender: Sender) -> Taken | Refusal:
    """Store a submission with its files and tell its commands. A refusal is returned, so that what was kept stays."""
    filled = read_filled(raw)
    form_id = derive_id(sender.incident, "form", filled.form)
    form = Form.objects.filter(pk=form_id).first()
    identity = instance_id(filled.instance, form_id) if filled.instance else derive_id(form_id, raw)
    prepared.run("select pg_advisory_xact_lock(%s)", [int.from_bytes(identity.bytes[:8], signed=True)])
    digest = hashlib.blake2b(raw, digest_size=16).digest()
    held = (
        Receipt.objects.filter(pk=derive_id(identity, "submission")).values_list("digest", flat=True).first()
    )
    if held is not None and bytes(held) != digest:
        if form is not None:
            _keep_files(files, identity, area_of(form, sender), sender)
        return _aside(raw, identity, OtherContent(), sender)
    if held is None:
        refusal = _why_not(form, filled, sender)
        if refusal or form is None:
            return _aside(raw, identity, refusal or UnknownForm(), sender)
    if form is None:
        return _aside(raw, identity, UnknownForm(), sender)
    area = area_of(form, sender)
    if held is not None:
        _keep_files(files, identity, area, sender)
        return Taken(identity, is_new=False)
    return _store(_New(raw, filled, identity, digest, area, form), files, sender)


def _why_not(form: Form | None, filled: Filled, sender: Sender) -> Refusal | None:
    if form is None:
        return UnknownForm()
    known = FormVersion.objects.filter(pk=derive_id(form.id, "version", filled.version)).exists()
    if not known:
        return UnknownForm()
    if not form.is_open or incidents.get(sender.incident).closed_at is not None:
        return ClosedForm()
    return None


def _aside(raw: bytes, identity: UUID, refusal: Refusal, sender: Sender) -> Refusal:
    """Keep what cannot be taken, for a person."""
    result = "conflict" if isinstance(refusal, OtherContent) else "refused"
    effects.park(raw, Ordered(identity, "submission", {}), result, refusal.code, sender)
    return refusal


def area_of(form: Form, sender: Sender) -> int:
    """Where a submission belongs: where the sender works, within the form's area."""
    low, high = span(form.area)
    for first, beyond in sender.actor.spans(RIGHT, sender.incident):
        if max(first, low) < min(beyond, high):
            return max(first, low) or form.area
    raise NotAllowed(right=RIGHT)


class _New(msgspec.Struct, frozen=True):
    raw: bytes
    filled: Filled
    id: UUID
    digest: bytes
    area: int
    form: Form


def _store(new: _New, files: Sequence[File], sender: Sender) -> Taken:
    filled, form, actor = new.filled, new.form, sender.actor
    at = happened_at(filled.ended_at, sender.now)
    replaces = instance_id(filled.replaces, form.id) if filled.replaces else None
    steps = [] if filled.is_encrypted else mapping.steps_of(form.steps)
    ordered = mapping.orders(filled, new.id, steps, new.area)
    is_stale = Submission.objects.filter(replaces=new.id).exists()  # its own correction came first
    sealed = vault(sender.incident).seal(
        new.raw.decode("utf-8", "backslashreplace"),
        kind="note", table="interop_submission", row=new.id, field="sealed",
    )  # fmt: skip
    said = (
        form.id,
        filled.version,
        new.digest,
        sealed,
        replaces,
        [[str(one.id), one.name] for one in ordered],
    )
    row = (new.id, sender.incident, new.area, at, actor.by, actor.device, *said)
    bulk.insert(Submission, FACT + SAID, [row])
    receipt = (derive_id(new.id, "submission"), "submission", new.digest, "stored", "", 0)
    bulk.insert(Receipt, effects.RECEIPT, [(*receipt, actor.device, actor.account, new.id, 0)])
    _keep_files(files, new.id, new.area, sender)
    if replaces is not None:
        effects.take_back(_orders_before(replaces), sender, new.id)
    change = None if is_stale else branches.note(filled, new.id, new.area, sender)
    is_held = change is not None and change.state == "held"
    left = 0
    if change is not None and not is_held:
        left = branches.apply(change, filled, form, sender, at)
        branches.go_on(change, sender)
    elif not is_stale and not is_held:
        left = effects.run(ordered, sender, new.id, at)
    journal.write(
        action="interop.submission", by=actor, incident=sender.incident, area=new.area, subjects=[new.id]
    )
    return Taken(new.id, is_new=True, left=left, is_held=is_held)


def _orders_before(replaced: UUID) -> list[Ordered]:
    """The commands that the replaced submission was turned into."""
    found = Submission.objects.filter(pk=replaced).values_list("commands", flat=True).first() or []
    return [Ordered(UUID(identity), name, {}) for identity, name in found]


def happened_at(at: datetime | None, now: datetime) -> datetime:
    """When it was filled in, by the telephone's clock where that can be."""
    return now if at is None else min(max(at, EARLIEST), now + SKEW)


def _keep_files(files: Sequence[File], submission: UUID, area: int, sender: Sender) -> None:
    """Photographs and sounds, sealed; the same bytes under the same name are one."""
    held, actor, rows = vault(sender.incident), sender.actor, []
    for one in files:
        digest = hashlib.blake2b(one.content, digest_size=16).hexdigest()
        row = derive_id(submission, one.name, digest)
        bound = {"kind": "note", "table": "interop_attachment", "row": row}
        name = held.seal(one.name, field="name_c", **bound)  # type: ignore[arg-type]
        content = held.seal(base64.b64encode(one.content).decode(), field="sealed", **bound)  # type: ignore[arg-type]
        said = (submission, name, len(one.content), content)
        rows.append((row, sender.incident, area, sender.now, actor.by, actor.device, *said))
    bulk.insert(Attachment, (*FACT, "submission", "name_c", "size", "sealed"), rows)
