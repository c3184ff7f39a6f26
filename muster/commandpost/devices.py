"""Phones: who has which, did everything arrive, enrol, wipe, take out of service; and what works only in part."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import segno
from django.contrib import messages
from django.db.models import Min, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_POST

from muster.commandpost import degraded
from muster.commandpost.asking import has, tabs, whereabouts
from muster.commandpost.frame import DeskRequest, bounds, ids, screen
from muster.core import accounts, load, telephones
from muster.core.errors import BadInput, NotAllowed
from muster.core.models import Account, Grant, Parked

PAGES = (
    ("", pgettext_lazy("tab", "Phones")),
    ("accounts/", pgettext_lazy("tab", "Accounts")),
    ("state/", pgettext_lazy("tab", "What works")),
)
MOST_ACCOUNTS = 500
SILENT = timedelta(minutes=30)
LEAST_MB = 200
LANES = {
    "phones": gettext_lazy("records of phones"),
    "backlog": gettext_lazy("large batches of phones"),
    "forms": gettext_lazy("forms of ODK Collect"),
    "desks": gettext_lazy("pages of desks"),
}


def _numbers(found: list[tuple[int, int]]) -> str:
    """Stretches of numbers, as people say them."""
    listed = [str(low) if low == high else f"{low}–{high}" for low, high in found[:4]]
    return ", ".join(listed) + (" …" if len(found) > 4 else "")


def _chain(one: telephones.Phone) -> list[str]:
    """What does not fit in the order of its records, in words. All of them were taken in."""
    said = []
    if one.doubled and one.doubled[0][0] == 1:
        said.append(
            _(
                "began again from record 1 (records %(n)s exist twice): its storage was cleared, or it has a copy"
            )
            % {"n": _numbers(one.doubled)}
        )
    elif one.doubled:
        said.append(
            _("records %(n)s exist twice: the phone was set back, or it has a copy")
            % {"n": _numbers(one.doubled)}
        )
    n = sum(high + 1 - low for low, high in one.breaks)
    if n:
        text = ngettext(
            "%(n)d record follows another than it says (%(which)s)",
            "%(n)d records follow others than they say (%(which)s)",
            n,
        )
        said.append(text % {"n": n, "which": _numbers(one.breaks)})
    return said


def _when(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None


def _row(one: telephones.Phone, now: datetime) -> dict[str, Any]:
    said = one.device.status or {}
    oldest = _when(said.get("oldest"))
    silent = one.device.last_seen_at is None or now - one.device.last_seen_at > SILENT
    free = said.get("free")
    troubles = [
        _("storage may be cleared") if said.get("kept") is False else "",
        _("%(n)d MB free") % {"n": free} if isinstance(free, int) and free < LEAST_MB else "",
        _("oldest unsent %(at)s") % {"at": f"{oldest.astimezone():%H:%M}"}
        if oldest and now - oldest.astimezone(UTC) > SILENT
        else "",
    ]
    chain = _chain(one)
    state = "refused" if one.device.revoked_at else "absent" if silent else "done"
    words = {"refused": _("out of service"), "absent": _("silent"), "done": _("heard")}
    late = _("records missing") if one.missing else _("records do not fit") if chain else ""
    late = "" if one.device.revoked_at else late
    return {
        "phone": one,
        "label": one.device.label or str(one.device.id)[-6:],
        "number": str(one.device.id)[-6:],
        "gaps": _numbers(one.missing),
        "chain": chain,
        "unsent": said.get("unsent", 0),
        "troubles": [word for word in troubles if word],
        "state": "late" if late else state,
        "word": late or words[state],
        "wiped": one.device.is_wiped,
    }


def _listed(request: DeskRequest) -> list[dict[str, Any]]:
    found = telephones.phones(by=request.actor, incident=request.incident.id, bounds=bounds(request))
    rows = [_row(one, request.now) for one in found]
    order = {"late": 0, "absent": 1, "done": 2, "refused": 3}
    return sorted(rows, key=lambda row: (order[row["state"]], row["label"], row["number"]))


def _accounts(request: DeskRequest) -> list[Account]:
    """Whose phone it may become: accounts with a right in reach."""
    within = Q(pk__in=[])
    for low, high in request.actor.spans("device.enrol", request.incident.id):
        within |= Q(area__gte=low, area__lt=high)
    reach = Grant.objects.filter(within, Q(incident=None) | Q(incident=request.incident.id)).exclude(
        until__lt=request.now
    )
    held = Account.objects.filter(pk__in=reach.values("account"), is_active=True)
    return list(held.order_by("username")[:MOST_ACCOUNTS])


def _shown(request: DeskRequest, **more: Any) -> HttpResponse:
    if not has(request, "device.enrol"):
        raise NotAllowed(right="device.enrol")
    rows = _listed(request)
    held = Parked.objects.filter(incident=request.incident.id, result="held", settled_at=None)
    context = {
        "tabs": tabs(request, "phones", *PAGES),
        "rows": rows,
        "missing": sum(row["phone"].made - row["phone"].here for row in rows),
        "unsent": sum(row["unsent"] for row in rows if isinstance(row["unsent"], int)),
        "accounts": _accounts(request),
        "areas": whereabouts(request, "device.enrol"),
        "held": held.count(),
        "may_review": has(request, "sync.review"),
    }
    return render(request, "commandpost/devices/list.html", context | more)


@screen
def phones(request: DeskRequest) -> HttpResponse:
    """Every phone with what it made, what arrived and what is missing."""
    return _shown(request)


@require_POST
@screen
def invite(request: DeskRequest) -> HttpResponse:
    """A one-use code and its picture, shown once and good for ten minutes."""
    area = request.POST.get("area", "")
    if not area.isdecimal() or len(area) > 15:
        raise BadInput(problem="area")
    code = telephones.invite(
        account=accounts.to_enrol(
            request.POST.get("account", "")[:60],
            by=request.actor,
            incident=request.incident.id,
            area=int(area),
        ),
        label=request.POST.get("label", "").replace("\x00", "")[:40],
        by=request.actor,
        incident=request.incident.id,
        area=int(area),
        now=request.now,
    )
    address = request.build_absolute_uri(f"/f/#join={code}")
    picture = segno.make(address, error="m").svg_data_uri(scale=6, border=3, dark="#000", light="#fff")
    said = "-".join(code[start : start + 4] for start in range(0, len(code), 4))
    answer = _shown(
        request, code=said, picture=picture, until=request.now + telephones.GOOD_FOR, address=address
    )
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@screen
def decide(request: DeskRequest) -> HttpResponse:
    """Wipe what can be read on phones, or take them out of service. What they captured stays in both cases."""
    back = redirect(f"/i/{request.incident.code}/phones/")
    verb, picked = request.POST.get("verb"), ids(request.POST.getlist("phone"))
    if verb == "take":
        _take_held(request)
        return back
    if not picked or verb not in ("wipe", "revoke"):
        messages.warning(request, _("Nothing was selected."))
        return back
    act = telephones.ask_wipe if verb == "wipe" else telephones.revoke
    done = act(devices=picked, by=request.actor, incident=request.incident.id, now=request.now)
    if verb == "wipe":
        said = ngettext(
            "%(n)d phone forgets what can be read on it as soon as it is heard. Its records stay.",
            "%(n)d phones forget what can be read on them as soon as they are heard. Their records stay.",
            done,
        )
    else:
        said = ngettext(
            "%(n)d phone is out of service. What it still sends is kept aside for you.",
            "%(n)d phones are out of service. What they still send is kept aside for you.",
            done,
        )
    messages.success(request, said % {"n": done})
    return back


def _take_held(request: DeskRequest) -> None:
    """Records of phones out of service were looked at: they are tried like any that waited."""
    if not has(request, "sync.review"):
        raise NotAllowed(right="sync.review")
    held = Parked.objects.filter(incident=request.incident.id, result="held", settled_at=None)
    n = held.update(result="quarantined")
    said = ngettext("%(n)d record is being taken in.", "%(n)d records are being taken in.", n)
    messages.success(request, said % {"n": n})


@screen
def state(request: DeskRequest) -> HttpResponse:
    """What works only in part now, and what people do meanwhile."""
    rows = _listed(request) if has(request, "device.enrol") else []
    in_service = [row for row in rows if row["state"] != "refused"]
    waiting = Parked.objects.filter(incident=request.incident.id, settled_at=None)
    parts = degraded.parts(request)
    shed = [
        {"what": LANES[one["lane"]], "at": datetime.fromtimestamp(one["at"], UTC), "n": one["shed"]}
        for one in load.recent()
        if one["lane"] in LANES
    ]
    context = {
        "tabs": tabs(request, "phones", *PAGES),
        "shed": shed,
        "parts": parts,
        "unsent": [row for row in in_service if row["unsent"]],
        "silent": [row for row in in_service if row["state"] == "absent"],
        "in_service": len(in_service),
        "missing": [row for row in in_service if row["gaps"] or row["chain"]],
        "waiting": waiting.filter(result="quarantined").aggregate(since=Min("parked_at"))["since"],
        "n_waiting": waiting.filter(result="quarantined").count(),
        "aside": waiting.exclude(result="quarantined").count(),
        "is_well": not shed
        and not any(one.signs for one in parts)
        and not any(row["state"] in ("absent", "late") or row["unsent"] for row in in_service),
    }
    return render(request, "commandpost/devices/state.html", context)


urlpatterns = [
    path("phones/", phones, name="phones"),
    path("phones/invite/", invite, name="phones-invite"),
    path("phones/decide/", decide, name="phones-decide"),
    path("phones/state/", state, name="phones-state"),
]
