"""Accounts, their rights in force, and enrolled telephones."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db.models import Q

from muster.core import journal, prepared
from muster.core.access import ROLES, Actor, Grant, scope, span, system
from muster.core.errors import BadInput, NotAllowed, NotFound, Refusal
from muster.core.ids import new_id
from muster.core.models import Account, Device
from muster.core.models import Grant as GrantRow


class Revoked(Refusal):
    """The telephone was taken out of service, or its token is unknown."""

    code = "sync.revoked"
    status = 401
    texts = {
        "zh": "这台手机已停用或未登记。未上传的记录仍保存在手机里，请交给指挥部重新登记。",
        "en": "This telephone is out of service or not enrolled. Its unsent records are kept on it; take it to the "
        "command post to enrol it again.",
    }


WORDS = 9  # bytes of a password: twelve letters and digits
PAGES_ONLY = {"helpline.counsel", "journal.read"}  # no telephone makes use of these
SELF = """set_config('muster.low', '0', true), set_config('muster.high', '0', true),
    set_config('muster.areas', '{}', true), set_config('muster.account', """


def _grants_in_force(account: UUID) -> tuple[Grant, ...]:
    """Needs the account's own scope: `SELF`."""
    rows = prepared.fetch(
        "select role, area, incident, until from core_grant where account = %s"
        " and starts_at <= muster_now() and (until is null or until > muster_now())",
        [account],
    )
    return tuple(Grant(*row) for row in rows)


def find_actor(account: UUID) -> Actor | None:
    """The actor behind an account, with the rights in force now; None when it is gone. Needs a transaction."""
    rows = prepared.fetch(
        f"select username, responder, {SELF} id::text, true) from core_account where id = %s and is_active",  # noqa: S608
        [account],
    )
    if not rows:
        return None
    username, responder = rows[0][:2]
    return Actor(account=account, grants=_grants_in_force(account), responder=responder, username=username)


def actor(account: UUID) -> Actor:
    """As `find_actor`, but refuses when the account is gone."""
    found = find_actor(account)
    if found is None:
        raise Revoked
    return found


def by_username(username: str) -> UUID:
    """The id of an account; refuses when there is none."""
    named = Account.objects.filter(username=username.replace("\x00", ""))
    found = named.values_list("id", flat=True).first()
    if found is None:
        raise NotFound
    return found


def actor_by_token(token: str) -> tuple[Actor, UUID]:
    """The actor of an enrolled telephone and the incident it was enrolled for."""
    digest = hashlib.sha256(token.encode()).digest()
    rows = prepared.fetch(
        f"select d.id, d.home_incident, a.id, a.username, a.responder, {SELF} a.id::text, true)"  # noqa: S608
        " from core_device d join core_account a on a.id = d.account"
        " where d.token_hash = %s and d.revoked_at is null and a.is_active",
        [digest],
    )
    if not rows:
        raise Revoked
    device, incident, account, username, responder = rows[0][:5]
    return Actor(
        account=account,
        grants=_grants_in_force(account),
        responder=responder,
        device=device,
        username=username,
    ), incident


def to_enrol(username: str, *, by: Actor, incident: UUID, area: int) -> UUID:
    """The account a phone is to be for; which names there are is told only to who may enrol."""
    by.require("device.enrol", area, incident)
    return by_username(username)


def require_within(*, account: UUID, by: Actor, incident: UUID, now: datetime) -> None:
    """Nobody enrols a phone for an account that reaches further, or may do more, than they themselves."""
    with scope(system()):
        held = GrantRow.objects.filter(Q(incident=None) | Q(incident=incident), account=account)
        grants = list(held.exclude(until__lte=now).values_list("role", "area"))
    for role, area in grants:
        low, high = span(area)
        for right in {"device.enrol"} | ROLES.get(role, frozenset()) - PAGES_ONLY:
            if not any(a <= low and high <= b for a, b in by.spans(right, incident)):
                raise NotAllowed(right=right)


def enrol_device(
    *, account: UUID, label: str, by: Actor, incident: UUID, area: int, now: datetime
) -> tuple[UUID, str]:
    """Enrol a telephone for an account; returns its id and the token, which is shown once and stored hashed."""
    by.require("device.enrol", area, incident)
    require_within(account=account, by=by, incident=incident, now=now)
    token = secrets.token_urlsafe(32)
    device = Device.objects.create(
        account=account,
        home_incident=incident,
        home_area=area,
        label=label,
        enrolled_at=now,
        token_hash=hashlib.sha256(token.encode()).digest(),
    )
    journal.write(action="device.enrol", by=by, incident=incident, area=area, subjects=[device.id])
    return device.id, token


def revoke_device(*, device: UUID, by: Actor, incident: UUID, area: int, now: datetime) -> None:
    """Take a telephone out of service; what it still sends is kept aside."""
    by.require("device.enrol", area, incident)
    Device.objects.filter(pk=device, revoked_at=None).update(revoked_at=now)
    journal.write(action="device.revoke", by=by, incident=incident, area=area, subjects=[device])


def create_account(
    *, username: str, password: str, responder: UUID | None = None, title: str = ""
) -> Account:
    """Make an account without any right. The caller must have checked who asks."""
    return Account.objects.create(
        username=username, password=make_password(password), responder=responder, title=title
    )


def give(
    *, account: UUID, role: str, area: int, incident: UUID | None, until: datetime | None, by: Actor
) -> UUID:
    """Give a role in an area. Needs the right to grant there; nobody grants wider than their own area."""
    if role not in ROLES:
        raise BadInput(problem=role)
    low, high = span(area)
    if not any(a <= low and high <= b for a, b in by.spans("access.grant", incident)):
        raise NotAllowed(right="access.grant")
    row = GrantRow.objects.create(
        id=new_id(),
        account=account,
        role=role,
        area=area,
        incident=incident,
        until=until,
        granted_by=by.account,
    )
    journal.write(
        action="access.grant", by=by, incident=incident, area=area, subjects=[account], detail={"role": role}
    )
    return row.id


def take_back(*, grant: UUID, by: Actor, now: datetime) -> None:
    """End a right at once."""
    row = GrantRow.objects.filter(pk=grant).first()
    if row is None:
        raise NotAllowed(right="access.grant")
    by.require("access.grant", row.area, row.incident)
    GrantRow.objects.filter(pk=grant).update(until=now)
    journal.write(
        action="access.end",
        by=by,
        incident=row.incident,
        area=row.area,
        subjects=[row.account],
        detail={"role": row.role},
    )


def open_accounts(
    *, names: Sequence[str], role: str, area: int, incident: UUID, until: datetime | None, by: Actor
) -> dict[str, str]:
    """A role in one incident for accounts of these names; each new one with its password, a known one without."""
    known = dict(Account.objects.filter(username__in=names).values_list("username", "id"))
    found = {}
    for name in names:
        found[name] = "" if name in known else secrets.token_urlsafe(WORDS)
        account = known.get(name) or create_account(username=name, password=found[name]).id
        give(account=account, role=role, area=area, incident=incident, until=until, by=by)
    return found


def renew_password(*, account: UUID, by: Actor, incident: UUID, now: datetime) -> str:
    """A new password for somebody all of whose roles one may give; who gives roles gets theirs on the server."""
    with scope(system()):
        held = GrantRow.objects.filter(account=account).exclude(until__lte=now)
        grants = list(held.values_list("role", "area", "incident"))
    if not grants:
        raise NotFound
    for role, area, where in grants:
        low, high = span(area)
        reached = any(a <= low and high <= b for a, b in by.spans("access.grant", where))
        if not reached or "access.grant" in ROLES.get(role, frozenset()):
            raise NotAllowed(right="access.grant")
    password = secrets.token_urlsafe(WORDS)
    Account.objects.filter(pk=account).update(password=make_password(password))
    area = min(area for _, area, _ in grants)
    journal.write(action="access.password", by=by, incident=incident, area=area, subjects=[account])
    return password
