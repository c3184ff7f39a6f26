"""Publishing a situation report: seal the journal, count, freeze."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection

from muster.core import journal
from muster.core.access import Actor, scope, span, system
from muster.core.errors import BadInput, NotAllowed, Refusal
from muster.core.told import Done, Told
from muster.reports import changes, queries, wording
from muster.reports.figures import counting
from muster.reports.figures.asking import Wanted, read
from muster.reports.models import Edition


class PublishSitrep(msgspec.Struct, frozen=True):
    """Publish an edition for an area. `wanted` adds questions to the ordinary figures; texts are written if empty."""

    id: UUID
    area: int
    title: str = ""
    wanted: list[Wanted] = []
    text_zh: str = ""
    text_en: str = ""


def publish_sitreps(*, told: Sequence[Told[PublishSitrep]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Publish editions, one after the other. A person decides: only who may publish can."""
    done = Done()
    allowed = by.allowed("reports.publish", (one.body.area for one in told), incident)
    for one in told:
        if one.body.area not in allowed:
            done.refused[one.id] = NotAllowed(right="reports.publish")
        elif len(one.body.title) > 120:
            done.refused[one.id] = BadInput(problem="title")
        elif not Edition.objects.filter(pk=one.body.id).exists():
            try:
                edition = _publish(one, by, incident, now)
            except Refusal as refusal:
                done.refused[one.id] = refusal
            else:
                done.touch("reports.edition", [edition.id])
                done.data[one.id] = {"number": edition.number, "journal_head": edition.journal_head}
    return done


def _publish(one: Told[PublishSitrep], by: Actor, incident: UUID, now: datetime) -> Edition:
    body = one.body
    area = queries.narrowed(incident, body.area)
    questions = [*queries.ordinary_questions(), *body.wanted]
    with connection.cursor() as cursor:  # one edition of an incident at a time, or two would share a number
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(%s, 11))", [f"reports.publish/{incident}"]
        )
    last = queries.edition(None, body.area)
    with scope(system()):
        segment = journal.seal()
    asks = [read(wanted, now=now, as_of=segment.high_tx, area=area) for wanted in questions]
    values = counting.values(asks, incident)
    spans = counting.ranges(None if area is None else [span(area)])
    changed = changes.between(last, values, incident=incident, as_of=segment.high_tx, spans=spans)
    edition = Edition(
        id=body.id, incident=incident, area=body.area, number=last.number + 1 if last else 1, title=body.title,
        as_of_tx=segment.high_tx, segment=segment.serial, journal_head=bytes(segment.head).hex(), until_at=now,
        published_at=now, published_by=one.by, figures=msgspec.to_builtins(values),
        changes=msgspec.to_builtins(changed),
        text_zh=body.text_zh or wording.summary(values, changed, now, "zh"),
        text_en=body.text_en or wording.summary(values, changed, now, "en"),
    )  # fmt: skip
    edition.save(force_insert=True)
    journal.write(
        action="reports.publish", by=by, incident=incident, area=body.area, subjects=[edition.id],
        detail={"number": edition.number, "segment": segment.serial},
    )  # fmt: skip
    return edition
