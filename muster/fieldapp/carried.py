"""Sealed records: from the phone that made them, from another phone or a file that carries them. Kept, all of them.

Each is opened here and handed to `sync.receive` under the rights of the phone that made it, whoever brought it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from django.db import transaction

from muster.core import accounts, chains, clock, telephones
from muster.core.access import Actor, scope, system
from muster.core.errors import Refusal
from muster.core.models import Device
from muster.core.vault import KeyMissing
from muster.domain.incidents import queries as incidents
from muster.fieldapp import parking, seals, sync
from muster.fieldapp.envelope import Answer, Envelope, Wire, read_command

MOST = 500  # in one transaction
_item = msgspec.json.Decoder(seals.Item)
_by_key: dict[str, UUID] = {}


@dataclass
class Opened:
    """One record with the phone it is from and the incident it was sealed for."""

    item: seals.Item
    inner: msgspec.Raw
    wire: Wire

    def link(self) -> chains.Said:
        """What it says it follows."""
        return chains.Said(self.item.id, self.item.seq, self.item.mark(), self.item.prev)


@dataclass
class Load:
    """What somebody brought: which records opened, and the answers to those that did not."""

    language: str
    opened: list[Opened] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    broken: list[tuple[msgspec.Raw, Answer]] = field(default_factory=list)
    devices: dict[UUID, tuple[Actor, Device] | None] = field(default_factory=dict)
    keys: dict[str, tuple[UUID, EllipticCurvePrivateKey] | None] = field(default_factory=dict)

    def refuse(self, raw: msgspec.Raw, identity: UUID | None, refusal: Refusal) -> None:
        """Answer with a reason; the record is kept as it came."""
        answer = Answer(identity, "refused", refusal.code, refusal.say(self.language))
        self.answers.append(answer)
        self.broken.append((raw, answer))

    def read(self, raw: msgspec.Raw, mine: UUID | None) -> None:
        """Open one record, or say why it does not open."""
        try:
            item = _item.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self.refuse(raw, read_id(raw), seals.Broken())
            return
        try:
            self.opened.append(self._open(item, mine))
        except Refusal as refusal:
            self.refuse(raw, item.id, refusal)

    def _open(self, item: seals.Item, mine: UUID | None) -> Opened:
        key = self._key(item.kid)
        phone = self._phone(item.device)
        if key is None or phone is None or key[0] != phone[1].home_incident:  # enrolled for one incident only
            raise seals.Foreign
        public = phone[1].public_key
        if public is None and item.device != mine:
            raise seals.Foreign
        if public is not None and not seals.is_signed(item, bytes(public)):
            raise seals.Broken
        inner = msgspec.Raw(seals.open_item(item, key[1]))
        wire = read_command(inner)
        if isinstance(wire, Answer) or (wire.id, wire.seq) != (item.id, item.seq):
            raise seals.Broken
        return Opened(item, inner, wire)

    def _phone(self, device: UUID) -> tuple[Actor, Device] | None:
        if device not in self.devices:
            self.devices[device] = telephones.actor_of(device)
        return self.devices[device]

    def _key(self, kid: str) -> tuple[UUID, EllipticCurvePrivateKey] | None:
        if kid not in self.keys:
            incident = incident_of(kid)
            self.keys[kid] = (incident, seals.private_key(incident)) if incident else None
        return self.keys[kid]


def read_id(raw: msgspec.Raw) -> UUID | None:
    """The id of something that is no record, if it has one."""
    answer = read_command(raw)
    return answer.id


def incident_of(kid: str) -> UUID | None:
    """The incident whose phones seal with this key; one whose key was destroyed is nobody's."""
    if kid not in _by_key:
        with scope(system()):
            for incident in incidents.all_ids():
                try:
                    _by_key[seals.key_id(seals.public_key(incident))] = incident
                except KeyMissing:
                    continue
    return _by_key.get(kid)


def take(
    raws: Sequence[msgspec.Raw], *, bringer: Actor, incident: UUID, envelope: Envelope, language: str,
    known: Device | None = None,
) -> list[Answer]:  # fmt: skip
    """Take sealed records in; one answer for each. What does not open is kept for a person.

    `envelope` gives batch, the sender's clock and what the sending phone says of itself; `known` is that phone.
    Records of a phone that was taken out of service are held for a person too, and answered as quarantined.
    """
    load = Load(language)
    if known is not None:
        load.devices[known.id] = (bringer, known)
    with transaction.atomic():
        for raw in raws:
            load.read(raw, bringer.device)
        _keep_broken(load, bringer, incident)
    groups: dict[tuple[UUID, UUID], list[Opened]] = {}
    for one in load.opened:
        held = load.keys[one.item.kid]
        assert held is not None
        groups.setdefault((one.item.device, held[0]), []).append(one)
    for (device, home), group in groups.items():
        owner = load.devices[device]
        assert owner is not None
        load.answers += _take_group(owner, home, group, (envelope, bringer.device), language)
    if bringer.device is not None and all(device != bringer.device for device, _ in groups):
        with transaction.atomic():
            telephones.arrived(bringer.device, (), envelope.phone, clock.now())
    return load.answers


def _take_group(
    owner: tuple[Actor, Device],
    incident: UUID,
    group: list[Opened],
    said: tuple[Envelope, UUID | None],
    language: str,
) -> list[Answer]:
    actor, device = owner
    envelope, bringer = said
    if device.revoked_at is not None:
        answers = _hold(actor, incident, group, language)
    else:
        batch = Envelope([one.inner for one in group], batch=envelope.batch, sent_at=envelope.sent_at)
        _now, answers = sync.receive(lambda: (actor, incident), batch, language)
    with transaction.atomic():
        mine = device.id == bringer
        heard = (envelope.phone, clock.now()) if mine else (None, None)
        telephones.arrived(device.id, (one.item.seq for one in group), *heard)
        chains.follow(device.id, [one.link() for one in group])
    return answers


def _hold(actor: Actor, incident: UUID, group: list[Opened], language: str) -> list[Answer]:
    reason = accounts.Revoked()
    with transaction.atomic(), scope(actor, incident):
        parking.park([(one.wire, "held", reason.code) for one in group], actor, incident)
    said = reason.say(language)
    return [Answer(one.item.id, "quarantined", reason.code, said) for one in group]


def _keep_broken(load: Load, bringer: Actor, incident: UUID) -> None:
    if load.broken:
        with scope(bringer, incident):
            for raw, answer in load.broken:
                parking.park_unread(raw, answer, bringer, incident)
