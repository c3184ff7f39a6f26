"""The doors of the telephones: /sync, enrolment, and the training clock."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from muster.core import accounts, clock, telephones, vault
from muster.core.access import Actor, scope, system
from muster.core.errors import BadInput, NotAllowed, NotFound, Refusal
from muster.domain.incidents import actions as ended
from muster.domain.incidents import queries as incidents
from muster.fieldapp import carried, clockwork, seals
from muster.fieldapp import sync as syncing
from muster.fieldapp.envelope import Answer, Envelope, read_envelope

View = Callable[[HttpRequest], HttpResponse]


def reply(content: Any, status: int = 200) -> HttpResponse:
    """A JSON answer."""
    return HttpResponse(msgspec.json.encode(content), content_type="application/json", status=status)


def refuses(view: View) -> View:
    """Turn a Refusal into its answer, and a lost database into 503 with Retry-After (never a false 200)."""

    @functools.wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except Refusal as refusal:
            return reply(
                {"code": refusal.code, "reason": refusal.say(get_language() or "zh")}, refusal.status
            )
        except OperationalError:
            connection.close()
            response = reply({"code": "server.busy", "reason": "稍后自动重试 / try again shortly"}, 503)
            response["Retry-After"] = "5"
            return response

    return answer


def _sender(request: HttpRequest, envelope: Envelope) -> tuple[Actor, UUID]:
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return accounts.actor_by_token(header[7:])
    if request.user.is_authenticated and envelope.incident is not None:
        opens = any(b'"open_incident"' in bytes(raw) for raw in envelope.commands)
        if not opens and not incidents.is_known(envelope.incident):
            raise NotFound
        return accounts.actor(request.user.pk), envelope.incident
    raise accounts.Revoked


@require_POST
@refuses
def _sync(request: HttpRequest) -> HttpResponse:
    envelope = read_envelope(request.body)
    if envelope.sealed or envelope.phone:
        return _sync_sealed(request, envelope)
    now, answers = syncing.receive(lambda: _sender(request, envelope), envelope, get_language() or "zh")
    return reply({"batch": envelope.batch, "now": now, "answers": answers})


def _sync_sealed(request: HttpRequest, envelope: Envelope) -> HttpResponse:
    """A phone's batch. One out of service gets 401 and is asked to forget, but what it brings is kept."""
    language = get_language() or "zh"
    with transaction.atomic():
        device = telephones.by_token(request.headers.get("Authorization", "").removeprefix("Bearer "))
        actor = telephones.acting(device) if device else None
        gone_for_good = device is not None and vault.is_destroyed(device.home_incident)
    if device is None or actor is None:
        raise accounts.Revoked
    if gone_for_good:  # nobody can open what it brings any more; it shall forget what it can still read
        return _erased(envelope, language)
    answers: list[Answer] = []
    if envelope.commands and device.revoked_at is None:
        _now, answers = syncing.receive(lambda: (actor, device.home_incident), envelope, language)
    for start in range(0, len(envelope.sealed) or 1, carried.MOST):
        part = envelope.sealed[start : start + carried.MOST]
        answers += carried.take(
            part,
            bringer=actor,
            incident=device.home_incident,
            envelope=envelope,
            language=language,
            known=device,
        )
    content = {
        "batch": envelope.batch,
        "now": clock.now(),
        "answers": answers,
        "wipe": device.wipe_at is not None or device.revoked_at is not None,
    }
    if device.revoked_at is None:
        return reply(content)
    gone = accounts.Revoked()
    return reply(content | {"code": gone.code, "reason": gone.say(language)}, gone.status)


def _erased(envelope: Envelope, language: str) -> HttpResponse:
    said = ended.Erased(incident="–")
    known = {"batch": envelope.batch, "now": clock.now(), "code": said.code, "reason": said.say(language)}
    return reply({**known, "answers": [], "wipe": True}, 401)


_sync_with_session = csrf_protect(_sync)


@csrf_exempt
def sync(request: HttpRequest) -> HttpResponse:
    """POST /sync: a batch of commands in, one answer per command out. Token, or session with CSRF token."""
    if request.headers.get("Authorization", "").startswith("Bearer "):
        return _sync(request)
    return _sync_with_session(request)


class Enrolment(msgspec.Struct, frozen=True):
    """Which account the telephone is for, and in which incident."""

    account: str
    incident: UUID
    area: int
    label: str = ""
    key: str = ""


@require_POST
@refuses
def enrol(request: Any) -> HttpResponse:
    """POST /sync/enrol by a desk: a new telephone's id and its token, shown once."""
    if not request.user.is_authenticated:
        raise NotAllowed(right="device.enrol")
    try:
        wanted = msgspec.json.decode(request.body, type=Enrolment)
    except msgspec.DecodeError as error:
        raise BadInput(problem=str(error)) from error
    account = accounts.to_enrol(wanted.account, by=request.actor, incident=wanted.incident, area=wanted.area)
    device, token = accounts.enrol_device(
        account=account,
        label=wanted.label,
        by=request.actor,
        incident=wanted.incident,
        area=wanted.area,
        now=request.now,
    )
    content: dict[str, Any] = {"device": device, "token": token}
    if wanted.key:
        telephones.give_key(device=device, public_key=seals.read_public(wanted.key), area=wanted.area)
        seal = seals.public_key(wanted.incident)
        content["seal"] = {"kid": seals.key_id(seal), "key": seals.encode(seal)}
    return reply(content)


class Joining(msgspec.Struct, frozen=True):
    """A phone that shows its one-use code and its own public key."""

    code: str
    key: str


@csrf_exempt
@require_POST
@refuses
def join(request: HttpRequest) -> HttpResponse:
    """POST /sync/join by a new phone: the one-use code against a token and the keys it needs."""
    try:
        wanted = msgspec.json.decode(request.body, type=Joining)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput(problem=str(error)) from error
    public = seals.read_public(wanted.key)
    with transaction.atomic():
        now = clock.now()
        joined = telephones.join(code=wanted.code, public_key=public, now=now)
        with scope(system(), joined.incident):
            held = incidents.get(joined.incident)
            seal = seals.public_key(joined.incident)
            signer = seals.signing_key(joined.incident).public_key().public_bytes_raw()
    return reply(
        {
            "phone": joined,
            "incident": {"code": held.code, "title": {"zh": held.title_zh, "en": held.title_en}},
            "seal": {"kid": seals.key_id(seal), "key": seals.encode(seal)},
            "signer": seals.encode(signer),
            "now": now,
        }
    )


class ClockMove(msgspec.Struct, frozen=True):
    """Where a training clock shall stand."""

    to: datetime


@require_POST
@refuses
def training_clock(request: Any) -> HttpResponse:
    """POST /training/clock: move the clock of a training installation and let what is due happen."""
    if not request.user.is_authenticated or not request.actor.spans("access.grant", None):
        raise NotAllowed(right="training.clock")
    try:
        wanted = msgspec.json.decode(request.body, type=ClockMove)
    except msgspec.DecodeError as error:
        raise BadInput(problem=str(error)) from error
    clock.move(to=wanted.to)
    woken = clockwork.turn()
    return reply({"now": clock.now(), "woken": woken})


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether the database answers: 200 or 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except OperationalError:
        connection.close()
        return reply({"database": False}, 503)
    return reply({"database": True})
