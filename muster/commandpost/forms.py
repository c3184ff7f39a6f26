"""Forms of one's own: from a spreadsheet to telephones with ODK Collect, and from their answers to facts."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from muster.commandpost import labels
from muster.commandpost.asking import has, whereabouts
from muster.commandpost.frame import DeskRequest, screen
from muster.core import accounts
from muster.core.errors import BadInput, NotAllowed
from muster.core.models import Device
from muster.domain.places import queries as places
from muster.domain.responders import queries as responders
from muster.interop.forms import actions as forms
from muster.interop.forms import exporting, mapping, opening, queries
from muster.interop.forms.mapping import Step
from muster.interop.forms.models import Form
from muster.interop.forms.xlsform import MAX_BYTES, Draft, media_of, read_form
from muster.interop.openrosa import provisioning, sets

COMMAND: labels.Labels = {
    "add_building": gettext_lazy("a new building"),
    "add_doors": gettext_lazy("new doors of a building"),
    "register_person": gettext_lazy("a person registered"),
    "record_visit": gettext_lazy("a visit at a door"),
    "record_household": gettext_lazy("a household card"),
    "survey_containers": gettext_lazy("a survey of containers"),
    "report_breeding_site": gettext_lazy("a breeding site"),
    "record_attempt": gettext_lazy("a try to reach somebody"),
}
FIELD: labels.Labels = {
    "dwelling": gettext_lazy("Door"),
    "building": gettext_lazy("Building"),
    "outcome": gettext_lazy("How it ended"),
    "persons": gettext_lazy("Persons"),
    "with_responder": gettext_lazy("Who came along"),
    "name": gettext_lazy("Name"),
    "document": gettext_lazy("Identity document"),
    "phone": gettext_lazy("Telephone"),
    "address": gettext_lazy("Address"),
    "sex": gettext_lazy("Sex"),
    "birth_date": gettext_lazy("Date of birth"),
    "vulnerabilities": gettext_lazy("Special needs"),
    "household": gettext_lazy("Household"),
    "languages": gettext_lazy("Languages"),
    "needs": gettext_lazy("Needs"),
    "consent": gettext_lazy("They agree that it is written down"),
    "note": gettext_lazy("Note"),
    "inspected": gettext_lazy("Containers with water"),
    "positive": gettext_lazy("Containers with larvae"),
    "cleared": gettext_lazy("Emptied"),
    "kind": gettext_lazy("Kind"),
    "place": gettext_lazy("Where"),
    "lat": gettext_lazy("Latitude"),
    "lon": gettext_lazy("Longitude"),
    "owner": gettext_lazy("Whose (sealed)"),
    "organisation": gettext_lazy("Organisation"),
    "deadline_at": gettext_lazy("Gone by"),
    "photo": gettext_lazy("Photograph"),
    "compound": gettext_lazy("Compound"),
    "number": gettext_lazy("Building number"),
    "floors": gettext_lazy("Floors"),
    "units_per_floor": gettext_lazy("Doors a floor"),
    "labels": gettext_lazy("Labels of the doors"),
    "item": gettext_lazy("Piece of work"),
    "channel": gettext_lazy("By telephone or at the door"),
    "callback_at": gettext_lazy("Call again at"),
    "language": gettext_lazy("Languages"),
}
HIDDEN = {"id", "area", "outline", "generated", "source", "walk", "kinds"}
SPECIAL: labels.Labels = {
    mapping.ENTITY: gettext_lazy("the row chosen or made"),
    mapping.LABEL: gettext_lazy("its label"),
}
ROW_FIELDS: labels.Labels = {"id": gettext_lazy("Row of the list")}
Back = tuple[Draft, str, str]


def _require(request: DeskRequest) -> None:
    if not has(request, forms.RIGHT):
        raise NotAllowed(right=forms.RIGHT)


@screen
def form_list(request: DeskRequest) -> HttpResponse:
    """All forms, and the file for the next one."""
    lines = queries.forms(request.incident.id)
    names = places.area_names({one.form.area for one in lines})
    context = {
        "rows": [(one, names[one.form.area], len(one.form.steps)) for one in lines],
        "may": has(request, forms.RIGHT),
        "may_enrol": has(request, "device.enrol"),
        "areas": whereabouts(request, forms.RIGHT),
    }
    return render(request, "commandpost/forms/list.html", context)


@screen
def preview(request: DeskRequest) -> HttpResponse:
    """What a file would become, before anybody is offered it."""
    if request.method != "POST":
        return redirect("forms", incident=request.incident.code)
    _require(request)
    draft, name, packed = _draft(request)
    area = _area(request)
    held = Form.objects.filter(incident=request.incident.id, code=draft.code).first()
    context = {
        "draft": draft,
        "name": name,
        "packed": packed,
        "area": area,
        "area_name": places.area_names({area})[area],
        "held": held,
        "missing": [one for one in media_of(draft.xform) if one not in sets.OURS],
        "ours": [one for one in media_of(draft.xform) if one in sets.OURS],
        "answers": sum(one.kind != "repeat" for one in draft.questions),
    }
    return render(request, "commandpost/forms/preview.html", context)


def _draft(request: DeskRequest) -> Back:
    """The form of the file that was uploaded, or of the one that was looked at."""
    given = request.FILES.get("file")
    if given is not None:
        if (given.size or 0) > MAX_BYTES:
            raise BadInput(problem=_("the file is too large"))
        name, data = str(given.name), given.read()
    else:
        name = request.POST.get("name", "")
        try:
            data = base64.b64decode(request.POST.get("packed", ""), validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadInput(problem=_("choose a file")) from error
    if not data:
        raise BadInput(problem=_("choose a file"))
    return read_form(data, name, get_language() or "zh"), name, base64.b64encode(data).decode()


def _area(request: DeskRequest) -> int:
    text = request.POST.get("area", "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        raise BadInput(problem=_("area"))
    return int(text)


@screen
def publish(request: DeskRequest) -> HttpResponse:
    """Offer the form to telephones."""
    if request.method != "POST":
        return redirect("forms", incident=request.incident.code)
    draft, _name, _packed = _draft(request)
    made = forms.publish(
        draft=draft, area=_area(request), by=request.actor, incident=request.incident.id, now=request.now
    )
    messages.success(request, _("%(title)s is offered to telephones now.") % {"title": made.title})
    return _to(request, made.id)


def _to(request: DeskRequest, form: UUID) -> HttpResponse:
    return redirect("form", incident=request.incident.code, form=form)


@screen
def one(request: DeskRequest, form: UUID) -> HttpResponse:
    """One form: its versions, what its answers become, its files, and what came in."""
    held = queries.find(form, request.incident.id)
    questions = forms.questions_of(held)
    arrived = queries.arrived(form)
    callers = responders.known({row.submission.by for row in arrived})
    chosen = request.GET.get("command", "")
    chosen = chosen if chosen in mapping.COMMANDS else ""
    context = {
        "form": held,
        "area": places.area_names({held.area})[held.area],
        "versions": queries.versions(form),
        "questions": questions,
        "repeats": [one for one in questions if one.kind == "repeat"],
        "steps": [_step(number, step, questions) for number, step in enumerate(mapping.steps_of(held.steps))],
        "commands": [(name, COMMAND.get(name, name)) for name in mapping.COMMANDS],
        "chosen": chosen,
        "chosen_word": COMMAND.get(chosen, ""),
        "fields": _asked(chosen),
        "given": queries.given(form),
        "missing": sets.missing(held),
        "arrived": [
            (row, callers[row.submission.by].code if row.submission.by in callers else "") for row in arrived
        ],
        "may": request.actor.may(forms.RIGHT, held.area, request.incident.id),
        "may_unmask": has(request, opening.RIGHT),
    }
    return render(request, "commandpost/forms/one.html", context)


def _fields(command: str) -> list[str]:
    """What a step may fill, without what the server knows itself."""
    return [name for name in mapping.fields_of(command) if name not in HIDDEN] if command else []


def _asked(command: str) -> list[dict[str, Any]]:
    """The fields of a step in words, with what an answer may be where that is fixed."""
    if not command:
        return []
    needed, fixed = mapping.required(command), mapping.choices(command)
    return [
        {
            "name": name,
            "word": FIELD.get(name, name),
            "needed": name in needed,
            "choices": ", ".join(fixed.get(name, ())),
        }
        for name in _fields(command)
    ]


def _step(number: int, step: Step, questions: list[Any]) -> dict[str, Any]:
    labels_of = {one.path: one.label or one.path for one in questions}

    def said(value: str) -> str:
        if value.startswith("="):
            return value[1:]
        if value in SPECIAL:
            return str(SPECIAL[value])
        return " + ".join(labels_of.get(part.partition("#")[0], part) for part in value.split(" + "))

    return {
        "number": number,
        "word": COMMAND.get(step.command, step.command),
        "repeat": labels_of.get(step.repeat, ""),
        "when": labels_of.get(step.when, ""),
        "fields": [
            ((FIELD | ROW_FIELDS).get(name, name), said(value)) for name, value in step.fields.items()
        ],
    }


@screen
def submission(request: DeskRequest, form: UUID, submission: UUID) -> HttpResponse:
    """One submission: sealed until somebody with the right gives a reason."""
    held = queries.find(form, request.incident.id)
    context: dict[str, Any] = {
        "title": held.title,
        "form": held,
        "held": opening.find(submission, form),
        "may": has(request, opening.RIGHT),
    }
    if request.method == "POST":
        context["opened"] = opening.open_submission(
            submission=submission, form=form, reason=request.POST.get("reason", ""), by=request.actor,
            incident=request.incident.id,
        )  # fmt: skip
    answer = render(request, "commandpost/forms/submission.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@screen
def export(request: DeskRequest, form: UUID) -> HttpResponse:
    """All that came in by a form, as CSV: masked, or in clear for a reason that is kept."""
    if request.method != "POST":
        return _to(request, form)
    held = queries.find(form, request.incident.id)
    reason = request.POST.get("reason", "").replace("\0", "")
    data = exporting.export(form=held, reason=reason, by=request.actor, incident=request.incident.id)
    answer = HttpResponse(data, content_type="text/csv; charset=utf-8")
    name = f"{request.incident.code}-form-{request.now:%Y%m%d-%H%M}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


@screen
def change_mapping(request: DeskRequest, form: UUID) -> HttpResponse:
    """Add a step to the mapping, or take one out."""
    if request.method != "POST":
        return _to(request, form)
    held = queries.find(form, request.incident.id)
    steps = mapping.steps_of(held.steps)
    if request.POST.get("verb") == "remove":
        number = request.POST.get("number", "")
        if not number.isdecimal() or int(number) >= len(steps):
            raise BadInput(problem=_("step"))
        del steps[int(number)]
    else:
        steps.append(_told_step(request))
    forms.map_answers(form=form, steps=steps, by=request.actor, incident=request.incident.id)
    messages.success(request, _("From now on answers become facts in this way."))
    return _to(request, form)


def _told_step(request: DeskRequest) -> Step:
    command = request.POST.get("command", "")
    if command not in mapping.COMMANDS:
        raise BadInput(problem=_("step"))
    fields = {}
    for name in _fields(command):
        value = request.POST.get(f"field-{name}", "").strip()
        if value:
            fields[name] = value[:200]
    return Step(
        command,
        fields,
        request.POST.get("repeat", "").strip()[:200],
        request.POST.get("when", "").strip()[:200],
    )


@screen
def change_state(request: DeskRequest, form: UUID) -> HttpResponse:
    """Close a form, or open it again."""
    if request.method == "POST" and request.POST.get("verb") in ("open", "close"):
        opened = request.POST["verb"] == "open"
        forms.set_open(form=form, is_open=opened, by=request.actor, incident=request.incident.id)
        messages.success(request, _("The form is open.") if opened else _("The form is closed."))
    return _to(request, form)


@screen
def give_file(request: DeskRequest, form: UUID) -> HttpResponse:
    """Give a form a list, picture or sound it asks for."""
    if request.method == "POST":
        given = request.FILES.get("file")
        if given is None or (given.size or 0) > forms.MOST_MEDIA:
            raise BadInput(problem=_("choose a file of at most 5 MB"))
        forms.add_media(
            form=form,
            name=str(given.name),
            content=given.read(),
            by=request.actor,
            incident=request.incident.id,
        )
        messages.success(request, _("The file is offered with the form."))
    return _to(request, form)


@screen
def phone(request: DeskRequest) -> HttpResponse:
    """Set up a telephone with ODK Collect: one picture to scan, shown once."""
    if not has(request, "device.enrol"):
        raise NotAllowed(right="device.enrol")
    context: dict[str, Any] = {"areas": whereabouts(request, "device.enrol")}
    if request.method == "POST":
        context |= _enrolled(request)
    return render(request, "commandpost/forms/phone.html", context)


def _enrolled(request: DeskRequest) -> dict[str, Any]:
    area = _area(request)
    account = accounts.to_enrol(
        request.POST.get("account", "").strip()[:60],
        by=request.actor,
        incident=request.incident.id,
        area=area,
    )
    label = request.POST.get("label", "").strip()[:40] or "ODK Collect"
    device, token = accounts.enrol_device(
        account=account,
        label=label,
        by=request.actor,
        incident=request.incident.id,
        area=area,
        now=request.now,
    )
    held = Device.objects.get(pk=device)
    username, password = provisioning.credentials(bytes(held.token_hash))
    name = f"Muster {request.incident.code}"
    url = request.build_absolute_uri(f"/key/{token}")
    return {
        "label": label,
        "picture": provisioning.picture(provisioning.settings_for(url, name)),
        "url": url,
        "digest_url": request.build_absolute_uri("/openrosa"),
        "username": username,
        "password": password,
    }


urlpatterns = [
    path("forms/", form_list, name="forms"),
    path("forms/preview/", preview, name="forms-preview"),
    path("forms/publish/", publish, name="forms-publish"),
    path("forms/phone/", phone, name="forms-phone"),
    path("forms/<uuid:form>/", one, name="form"),
    path("forms/<uuid:form>/submissions/<uuid:submission>/", submission, name="form-submission"),
    path("forms/<uuid:form>/export/", export, name="form-export"),
    path("forms/<uuid:form>/mapping/", change_mapping, name="form-mapping"),
    path("forms/<uuid:form>/state/", change_state, name="form-state"),
    path("forms/<uuid:form>/file/", give_file, name="form-file"),
]
