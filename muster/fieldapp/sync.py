"""POST /sync: key, effect and answer of every command in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from django.db import DataError, IntegrityError, transaction

from muster.core import bulk, clock, journal, prepared, telephones
from muster.core.access import Actor, scope
from muster.core.circles import untangled
from muster.core.errors import BadInput, Refusal
from muster.core.models import Parked, Receipt
from muster.core.told import Done, Many, Told
from muster.domain.incidents import actions as incidents
from muster.domain.incidents.queries import is_closed
from muster.domain.sampling import actions as sampling
from muster.fieldapp import parking
from muster.fieldapp.commands import COMMANDS, LATE, ORDER, RETRACTED
from muster.fieldapp.envelope import Answer, Envelope, Wire, digest, happened_at, read_command, skew_of
from muster.journeys import settle

Sender = Callable[[], tuple[Actor, UUID]]
LATE_CODE = "sync.late"
RECEIPT = ("id", "name", "digest", "result", "seq", "device", "account", "batch", "skew")


class Unknown(Refusal):
    """No command has this name: an older server or a newer telephone."""

    code = "sync.unknown_command"
    status = 422
    texts = {
        "zh": "系统不认识“{name}”。记录已保存，系统升级后会再处理。",
        "en": "The system does not know “{name}”. The record is kept and will be taken up after an update.",
    }


class Conflict(Refusal):
    """The same id came before with other content."""

    code = "sync.conflict"
    texts = {
        "zh": "同一编号先前已上传过不同内容。两份都已保存，由指挥部核对。",
        "en": "This id was sent before with other content. Both are kept; the command post will compare them.",
    }


class _Batch:
    """The work on one batch: wires in, answers out."""

    def __init__(
        self, actor: Actor, incident: UUID, envelope: Envelope, now: datetime, language: str
    ) -> None:
        self.actor, self.incident, self.envelope, self.now = actor, incident, envelope, now
        self.language = language
        self.skew: timedelta = skew_of(envelope.sent_at, now)
        self.answers: dict[UUID, Answer] = {}
        self.unread: list[Answer] = []
        self.digests: dict[UUID, bytes] = {}
        self.park: list[tuple[Wire, str, str]] = []
        self.done: list[Done] = []
        self.careful = False
        self.devices: dict[UUID, UUID | None] = {}  # of commands that waited: whose they are

    def read(self) -> list[Wire]:
        """The readable commands, each id once."""
        wires: dict[UUID, Wire] = {}
        for raw in self.envelope.commands:
            wire = read_command(raw)
            if isinstance(wire, Answer):
                self.unread.append(wire)
                parking.park_unread(raw, wire, self.actor, self.incident)
                continue
            mark = digest(wire)
            if wire.id in wires and self.digests[wire.id] != mark:
                self.refuse(wire, Conflict(), "conflict")
                continue
            self.digests[wire.id] = mark
            wires[wire.id] = wire
        return list(wires.values())

    def claim(self, wires: Sequence[Wire]) -> list[Wire]:
        """Write the keys down first: what is new is ours alone, what was sent before is answered again.

        A second sending at the same time waits here until the first is committed or gone.
        """
        seconds = int(self.skew.total_seconds())
        shared = (
            self.actor.device,
            self.actor.account,
            self.envelope.batch,
            max(min(seconds, 2**31 - 1), -(2**31)),
        )
        rows = [
            (wire.id, wire.name[:40].replace("\x00", ""), self.digests[wire.id], "stored", wire.seq, *shared)
            for wire in wires
        ]
        new = bulk.insert(Receipt, RECEIPT, rows)
        if len(new) == len(wires):
            return list(wires)
        sql = "select id, digest, result, code from core_receipt where id = any(%s::uuid[])"
        old = bulk.array(wire.id for wire in wires if wire.id not in new)
        before = {row[0]: row for row in prepared.fetch(sql, [old])}
        for wire in wires:
            row = before.get(wire.id)
            if row is not None and bytes(row[1]) != self.digests[wire.id]:
                self.refuse(wire, Conflict(), "conflict")
            elif row is not None:
                result = "duplicate" if row[2] == "stored" else row[2]
                self.answers[wire.id] = Answer(id=wire.id, result=result, code=row[3])
        return [wire for wire in wires if wire.id in new]

    def refuse(self, wire: Wire, refusal: Refusal, result: str, data: Any = None) -> None:
        """Answer with a reason (and item by item), and keep the command for a person or a later try."""
        self.answers[wire.id] = Answer(wire.id, result, refusal.code, refusal.say(self.language), data)
        self.park.append((wire, result, refusal.code))

    def work(self, wires: Sequence[Wire]) -> None:
        """Run the commands and settle what follows; with care, what one leads to is derived in its own savepoint."""
        with nullcontext() if self.careful else sampling.together(self.incident):
            self.run(wires)
            if self.done:
                self.settle()

    def run(self, wires: Sequence[Wire]) -> None:
        """Hand the commands to their actions, those of one name together, things before observations."""
        groups: dict[str, list[Wire]] = {}
        if wires and is_closed(self.incident):
            for wire in wires:
                self.refuse(wire, incidents.Closed(), "quarantined")
            return
        for wire in sorted(wires, key=lambda w: (ORDER.get(w.name, len(ORDER)), w.seq)):
            groups.setdefault(wire.name, []).append(wire)
        for name, group in groups.items():
            if name not in COMMANDS:
                for wire in group:
                    self.refuse(wire, Unknown(name=name), "refused")
                continue
            self._run_group(name, group)

    def _run_group(self, name: str, group: list[Wire]) -> None:
        body_type, action = COMMANDS[name]
        told: list[Told[Any]] = []
        wires = {}
        for wire in group:
            try:
                body: Any = msgspec.convert(wire.body, body_type, strict=False)
            except (msgspec.ValidationError, OverflowError) as error:
                self.refuse(wire, BadInput(problem=str(error)), "refused")
                continue
            at = happened_at(wire.at, self.skew, self.now)
            device = self.devices.get(wire.id, self.actor.device)
            told.append(Told(wire.id, at, wire.by or self.actor.by, body, device))
            wires[wire.id] = wire
        if not told:
            return
        done = self._one_by_one(action, told) if self.careful else self._act(action, told)
        self.done.append(done)
        if not (done.refused or done.waiting or done.data):
            self.answers.update({one.id: Answer(one.id, "stored") for one in told})
            return
        for one in told:
            refusal = done.refused.get(one.id) or done.waiting.get(one.id)
            if refusal is None:
                self.answers[one.id] = Answer(one.id, "stored", data=done.data.get(one.id))
            else:
                result = "refused" if one.id in done.refused else "quarantined"
                self.refuse(wires[one.id], refusal, result, done.data.get(one.id))

    def _act(self, action: Many, told: Sequence[Told[Any]]) -> Done:
        return action(told=told, by=self.actor, incident=self.incident, now=self.now)

    def _one_by_one(self, action: Many, told: Sequence[Told[Any]]) -> Done:
        """Each command under a savepoint: what the database cannot hold is refused, the rest is taken."""
        whole = Done()
        for one in told:
            try:
                with transaction.atomic():
                    done = self._act(action, [one])
            except Refusal as refusal:
                whole.refused[one.id] = refusal
                continue
            except (DataError, IntegrityError) as error:
                whole.refused[one.id] = BadInput(problem=type(error.__cause__).__name__)
                continue
            whole.refused |= done.refused
            whole.waiting |= done.waiting
            whole.data |= done.data
            for kind, ids in done.touched.items():
                whole.touch(kind, ids)
        return whole

    def settle(self) -> None:
        """Reconsider what retractions touched, then reconcile the wanted work once."""
        for done in list(self.done):
            for kind, ids in list(done.touched.items()):
                if kind.startswith("fact:") and kind[5:] in RETRACTED:
                    self.done.append(RETRACTED[kind[5:]](ids, self.incident, self.now))
        settle.settle([done.touched for done in self.done], incident=self.incident, now=self.now)

    def write_answers(self, fresh: Sequence[Wire]) -> None:
        """Beside their keys: the answers that are not `stored`; and keep what was not taken."""
        other = [self.answers[wire.id] for wire in fresh if self.answers[wire.id].result != "stored"]
        bulk.update(Receipt, ("id", "result", "code"), [(one.id, one.result, one.code) for one in other])
        if self.park:
            parking.park(self.park, self.actor, self.incident)


def receive(sender: Sender, envelope: Envelope, language: str) -> tuple[datetime, list[Answer]]:
    """Take one batch in, in a transaction of its own; the answers are true once this returns.

    `sender` finds, inside that transaction, who sends and for which incident. Two batches that hold each
    other's rows are taken one after the other: the database ends one of them, and nothing of it was stored.
    A batch with something no column holds is taken again command by command, so that one spoils no other.
    """
    begun = False

    def work(*, careful: bool = False) -> tuple[datetime, list[Answer]]:
        nonlocal begun
        actor, incident = sender()
        begun = True
        return _receive(actor, incident, envelope, language, careful=careful)

    try:
        return untangled(work)
    except (DataError, IntegrityError, Refusal):
        if not begun:
            raise
        return untangled(partial(work, careful=True))


def _receive(
    actor: Actor, incident: UUID, envelope: Envelope, language: str, *, careful: bool
) -> tuple[datetime, list[Answer]]:
    with scope(actor, incident, savepoint=False):
        now = clock.now()
        batch = _Batch(actor, incident, envelope, now, language)
        batch.careful = careful
        wires = batch.read()
        fresh = batch.claim(wires)
        batch.work(fresh)
        batch.write_answers(fresh)
        if actor.device is not None:
            _seen(actor.device, wires, len(fresh), now)
        ordered = [batch.answers[wire.id] for wire in wires]
    return now, ordered + batch.unread


def _seen(device: UUID, wires: Sequence[Wire], fresh: int, now: datetime) -> None:
    top = max((wire.seq for wire in wires), default=0)
    prepared.run(
        "update core_device set last_seen_at = %s, last_seq = greatest(last_seq, %s), received = received + %s"
        " where id = %s",
        [now, top, fresh, device],
    )


def retry(actor: Actor, incident: UUID, language: str = "zh") -> int:
    """Try the waiting commands of an actor again (rights changed, or things arrived). Returns how many got in.

    One that no column holds spoils no other: then they are taken command by command.
    """
    try:
        return len(_retry(actor, incident, language))
    except (DataError, IntegrityError, Refusal):
        return len(_retry(actor, incident, language, careful=True))


def retry_late(ended: telephones.Ended, incident: UUID) -> int:
    """Take what a phone recorded while a right was in force and brought after its end; receipt and journal say so."""
    by = ended.actor
    with transaction.atomic():
        try:
            with transaction.atomic():
                taken = _retry(by, incident, "zh", during=ended)
        except (DataError, IntegrityError, Refusal):
            taken = _retry(by, incident, "zh", during=ended, careful=True)
        if taken:
            Receipt.objects.filter(pk__in=[one.id for one in taken]).update(code=LATE_CODE)
            with scope(by, incident):
                journal.write(
                    action=LATE_CODE, by=by, incident=incident, area=by.grants[0].area,
                    subjects=[by.account], count=len(taken),
                )  # fmt: skip
    return len(taken)


def _retry(
    actor: Actor,
    incident: UUID,
    language: str,
    *,
    careful: bool = False,
    during: telephones.Ended | None = None,
) -> list[Wire]:
    with scope(actor, incident):
        if is_closed(incident):
            return []
        now = clock.now()
        parked = {one.command: one for one in parking.waiting(actor.account, incident)}
        wires = _in_time([parking.opened(one) for one in parked.values()], now)
        if during is not None:
            mine = {one.command for one in parked.values() if one.device is not None}
            wires = [
                one for one in wires
                if one.id in mine and one.name in LATE and during.since <= one.at <= during.until
            ]  # fmt: skip
        batch = _Batch(actor, incident, Envelope(commands=[]), now, language)
        batch.careful = careful
        batch.devices = {command: one.device for command, one in parked.items()}
        batch.work(wires)
        taken = [wire for wire in wires if batch.answers[wire.id].result == "stored"]
        ids = [wire.id for wire in taken]
        Receipt.objects.filter(pk__in=ids).update(result="stored", code="")
        Parked.objects.filter(pk__in=[parked[i].id for i in ids]).update(settled_at=now)
        return taken


def _in_time(wires: Sequence[Wire], now: datetime) -> list[Wire]:
    """When it happened, by the clock of the server: corrected by what the receipt says the phone's was wrong by."""
    skews = dict(Receipt.objects.filter(pk__in=[wire.id for wire in wires]).values_list("id", "skew"))
    return [
        msgspec.structs.replace(wire, at=happened_at(wire.at, timedelta(seconds=skews.get(wire.id, 0)), now))
        for wire in wires
    ]
