"""Changes to one row of a list, made on telephones without a network: applied in the order they were made in.

A change whose forerunner of the same branch is not here yet is held, and applied with it; one that waited a day is
applied without. Somebody else's change in between is a conflict: both are kept, and the desk sees it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from muster.core import prepared, telephones
from muster.core.access import scope, system
from muster.core.vault import vault
from muster.interop.forms import mapping
from muster.interop.forms.filled import Entity, Filled, read_filled
from muster.interop.forms.models import EntityChange, Form, Submission
from muster.interop.openrosa import effects, rows
from muster.interop.openrosa.effects import Sender

LONGEST = timedelta(days=1)
MOST = 200  # of one branch after another, and of one turn of the clock


def note(filled: Filled, submission: UUID, area: int, sender: Sender) -> EntityChange | None:
    """Write down what a submission is to a row of a list; nothing when it is about none of ours."""
    entity = filled.entity
    if entity is None or entity.list not in rows.ROWS or not (entity.creates or entity.updates):
        return None
    prepared.run("select pg_advisory_xact_lock(%s)", [int.from_bytes(entity.id.bytes[8:], signed=True)])
    change = EntityChange(
        id=submission, incident=sender.incident, area=area, list=entity.list, entity=entity.id,
        branch=entity.branch, creates=entity.creates, base=min(entity.base, 2**31 - 1), trunk=entity.trunk,
        since=sender.now,
    )  # fmt: skip
    if not filled.replaces and not _is_first(entity) and _before(change) is None:
        change.state = "held"
    change.save(force_insert=True)
    return change


def _is_first(entity: Entity) -> bool:
    """Whether nothing of its branch comes before it."""
    return entity.creates or not entity.branch or entity.base == entity.trunk


def _before(change: EntityChange) -> EntityChange | None:
    """The change it was made on, when that is applied."""
    applied = EntityChange.objects.filter(entity=change.entity, state="applied")
    if change.trunk is None and change.base == 1:
        return applied.filter(creates=True).first()
    return applied.filter(branch=change.branch, base=change.base - 1, creates=False).first()


def _after(change: EntityChange) -> EntityChange | None:
    """The held change that was made on it."""
    held = EntityChange.objects.filter(entity=change.entity, state="held").order_by("since", "id")
    if change.creates:
        return held.filter(trunk=None, base=1).first()
    return held.filter(branch=change.branch, base=change.base + 1).first() if change.branch else None


def apply(change: EntityChange, filled: Filled, form: Form, sender: Sender, at: datetime) -> int:
    """Tell its commands and see whether somebody was there in between; how many were not taken."""
    before = None if change.creates else _before(change)
    expected = before.version if before is not None and before.version else change.base
    is_conflict = not change.creates and _version(change) != expected
    steps = mapping.steps_of(form.steps)
    ordered = mapping.orders(filled, change.id, steps, change.area)
    left = effects.run(ordered, sender, change.id, at)
    change.state, change.is_conflict = "applied", is_conflict
    change.save(update_fields=["state", "is_conflict"])
    change.version = _version(change)
    change.save(update_fields=["version"])
    return left


def _version(change: EntityChange) -> int:
    return rows.versions(change.list, [change.entity]).get(change.entity, 1)


def go_on(change: EntityChange, sender: Sender) -> int:
    """Apply what was held for this change, one after the other; how many were applied."""
    n = 0
    following = _after(change)
    while following is not None and n < MOST and _take_up(following, sender):
        n, following = n + 1, _after(following)
    return n


def _take_up(change: EntityChange, sender: Sender) -> bool:
    """Apply a held change under the rights of the telephone that made it."""
    held = Submission.objects.filter(pk=change.id).first()
    form = Form.objects.filter(pk=held.form).first() if held else None
    maker = sender.actor
    if held is not None and held.device != maker.device:
        found = telephones.actor_of(held.device) if held.device else None
        if found is None or found[1].revoked_at is not None:
            return False
        maker = found[0]
    if held is None or form is None:
        return False
    text = vault(change.incident).open(
        held.sealed, kind="note", table="interop_submission", row=held.id, field="sealed"
    )
    with scope(maker, change.incident):
        as_maker = Sender(maker, change.incident, sender.now)
        apply(change, read_filled(text.encode()), form, as_maker, held.at)
    return True


def overdue(incident: UUID, now: datetime) -> int:
    """Apply what was held for a day: what it waits for does not come. How many."""
    by = system(incident=incident)
    n = 0
    with scope(by, incident):
        waiting = EntityChange.objects.select_for_update(skip_locked=True).filter(
            incident=incident, state="held", since__lte=now - LONGEST
        )
        for change in waiting.order_by("since", "base", "id")[:MOST]:
            change.refresh_from_db()
            if change.state == "held" and _take_up(change, Sender(by, incident, now)):
                n += 1 + go_on(change, Sender(by, incident, now))
    return n
