"""The addresses of OpenRosa: list, form, manifest, file, submission. Each works in a transaction of its own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from muster.core import clock, telephones
from muster.core.access import scope, span
from muster.core.accounts import Revoked
from muster.core.circles import untangled
from muster.core.errors import NotAllowed, NotFound, Refusal
from muster.interop.forms.models import Form, FormVersion
from muster.interop.openrosa import replies, rows, sets
from muster.interop.openrosa.auth import Challenge, find
from muster.interop.openrosa.bodies import read_body
from muster.interop.openrosa.effects import Sender
from muster.interop.openrosa.rows import RIGHT
from muster.interop.openrosa.taking import Taken, take

View = Callable[..., HttpResponse]


def openrosa(*methods: str) -> Callable[[View], View]:
    """A page for telephones: the version header is needed, refusals become messages, every answer is dressed."""

    def wrap(view: View) -> View:
        @csrf_exempt
        @functools.wraps(view)
        def answer(request: HttpRequest, token: str = "", **rest: Any) -> HttpResponse:
            if request.method not in methods:
                response = replies.message(f"Allow: {', '.join(methods)}", 405)
                response["Allow"] = ", ".join(methods)
            elif request.headers.get(replies.VERSION) != "1.0":
                response = replies.message(f"{replies.VERSION}: 1.0", 400)
            else:
                response = _answered(view, request, token, rest)
            return replies.dress(response, clock.now().timestamp())

        return answer

    return wrap


def _answered(view: View, request: HttpRequest, token: str, rest: dict[str, Any]) -> HttpResponse:
    try:
        return view(request, token, **rest)
    except Challenge as challenge:
        response = replies.message(_("Sign in with the name and password of this telephone."), 401)
        response["WWW-Authenticate"] = challenge.header
        return response
    except Refusal as refusal:
        status = 403 if isinstance(refusal, Revoked) else refusal.status  # 401 would ask for a password
        return replies.message(refusal.say(get_language() or "zh"), status)
    except OperationalError:
        connection.close()
        response = replies.message(_("The server is busy. Try again shortly."), 503)
        response["Retry-After"] = "5"
        return response


def _inside(request: HttpRequest, token: str, work: Callable[[Sender], HttpResponse]) -> HttpResponse:
    """Run `work` as the telephone's person, in one transaction; a deadlock is tried again."""

    def begun() -> HttpResponse:
        actor, incident = find(request, token)
        with scope(actor, incident, savepoint=False):
            now = clock.now()
            if actor.device is not None:
                telephones.arrived(actor.device, (), None, now)
            return work(Sender(actor, incident, now))

    return untangled(begun)


def _forms(sender: Sender) -> list[Form]:
    """The open forms whose area meets an area where the sender may hand something in."""
    spans = sender.actor.spans(RIGHT, sender.incident)
    if not spans:
        raise NotAllowed(right=RIGHT)
    found = Form.objects.filter(incident=sender.incident, is_open=True).order_by("title", "code")
    return [one for one in found if _meets(span(one.area), spans)]


def _meets(one: tuple[int, int], spans: list[tuple[int, int]]) -> bool:
    return any(max(one[0], low) < min(one[1], high) for low, high in spans)


def _form(sender: Sender, form: UUID) -> Form:
    found = next((one for one in _forms(sender) if one.id == form), None)
    if found is None:
        raise NotFound
    return found


def _here(request: HttpRequest, token: str, rest: str) -> str:
    base = f"/key/{quote(token, safe='')}/" if token else "/openrosa/"
    return request.build_absolute_uri(base + rest)


@openrosa("GET", "HEAD")
def form_list(request: HttpRequest, token: str) -> HttpResponse:
    """GET formList: the forms this telephone may fill in."""

    def work(sender: Sender) -> HttpResponse:
        wish = request.GET.get("formID")
        lines = []
        for form in _forms(sender):
            if wish and form.code != wish:
                continue
            newest = (
                FormVersion.objects.filter(form=form.id, version=form.version)
                .values_list("id", "md5")
                .first()
            )
            if newest is None:
                continue
            pairs = [("formID", form.code), ("name", form.title), ("version", form.version)]
            pairs += [
                ("hash", f"md5:{newest[1]}"),
                ("downloadUrl", _here(request, token, f"forms/{newest[0]}.xml")),
            ]
            if sets.has_media(form):
                pairs.append(("manifestUrl", _here(request, token, f"forms/{form.id}/manifest")))
            lines.append(f"<xform>{replies.tags(pairs)}</xform>")
        head = '<?xml version="1.0" encoding="UTF-8"?><xforms xmlns="http://openrosa.org/xforms/xformsList">'
        return replies.xml(head + "".join(lines) + "</xforms>")

    return _inside(request, token, work)


@openrosa("GET", "HEAD")
def form_download(request: HttpRequest, token: str, version: UUID) -> HttpResponse:
    """GET a form: exactly the bytes the list gave the hash of."""

    def work(sender: Sender) -> HttpResponse:
        found = FormVersion.objects.filter(pk=version).first()
        if found is None or found.incident != sender.incident:
            raise NotFound
        _form(sender, found.form)
        return replies.xml(found.xform)

    return _inside(request, token, work)


@openrosa("GET", "HEAD")
def manifest(request: HttpRequest, token: str, form: UUID) -> HttpResponse:
    """GET manifest: the files a form needs; the hash changes when a list changes."""

    def work(sender: Sender) -> HttpResponse:
        lines = []
        for one in sets.media(_form(sender, form), sender):
            url = _here(request, token, f"forms/{form}/media/{quote(one.name)}")
            pairs, kind = [("filename", one.name), ("hash", f"md5:{one.md5}"), ("downloadUrl", url)], ""
            if one.rows_of:
                kind = ' type="entityList"'
                pairs.append(("integrityUrl", _here(request, token, f"forms/{form}/rows/{one.rows_of}")))
            lines.append(f"<mediaFile{kind}>{replies.tags(pairs)}</mediaFile>")
        head = '<?xml version="1.0" encoding="UTF-8"?><manifest xmlns="http://openrosa.org/xforms/xformsManifest">'
        return replies.xml(head + "".join(lines) + "</manifest>")

    return _inside(request, token, work)


@openrosa("GET", "HEAD")
def media(request: HttpRequest, token: str, form: UUID, name: str) -> HttpResponse:
    """GET one file of a form; 304 when the telephone has it as it is."""

    def work(sender: Sender) -> HttpResponse:
        found = next((one for one in sets.media(_form(sender, form), sender) if one.name == name), None)
        if found is None:
            raise NotFound
        response = HttpResponse(found.content, content_type="application/octet-stream")
        response["Content-Disposition"] = "attachment"
        if f'"{found.md5}"' in request.headers.get("If-None-Match", ""):
            response = HttpResponse(status=304)
            del response["Content-Type"]
        response["ETag"] = f'"{found.md5}"'
        response["Cache-Control"] = "private, no-cache"  # kept by the telephone, asked for each time
        return response

    return _inside(request, token, work)


@openrosa("GET", "HEAD")
def integrity(request: HttpRequest, token: str, form: UUID, name: str) -> HttpResponse:
    """GET which of the rows in `id` (a list with commas) are on a list no longer."""

    def work(sender: Sender) -> HttpResponse:
        _form(sender, form)
        if name not in rows.ROWS:
            raise NotFound
        asked = _ids(request.GET.get("id", ""))
        found = rows.standing(name, asked, sender.actor, sender.incident, sender.now)
        lines = [
            f'<entity id="{one}"><deleted>{"true" if found[one] else "false"}</deleted></entity>'
            for one in asked
            if one in found
        ]
        return replies.xml(f"<data><entities>{''.join(lines)}</entities></data>")

    return _inside(request, token, work)


def _ids(text: str) -> list[UUID]:
    found = []
    for part in text.split(",")[: rows.MOST_ASKED]:
        try:
            found.append(UUID(part.strip()))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


@openrosa("HEAD", "POST")
def submission(request: HttpRequest, token: str) -> HttpResponse:
    """HEAD: where to send and how much at once. POST: take a filled-in form; 201 when it is safely stored."""
    if request.method == "HEAD":

        def ready(sender: Sender) -> HttpResponse:
            response = HttpResponse(status=204, content_type=replies.XML)
            response["Location"] = _here(request, token, "submission")
            return response

        return _inside(request, token, ready)

    def known(sender: Sender) -> HttpResponse:
        return HttpResponse()

    _inside(request, token, known)  # who sends, before a body is read
    body = read_body(request)
    kept: list[Taken | Refusal] = []

    def work(sender: Sender) -> HttpResponse:
        kept[:] = [take(body.xml, body.files, sender)]
        return HttpResponse()

    _inside(request, token, work)
    became = kept[0]
    if isinstance(became, Refusal):
        raise became
    return replies.message(_said(became), 201, nature="submit_success")


def _said(taken: Taken) -> str:
    if not taken.is_new:
        return _("This record was here already. Nothing is lost.")
    if taken.is_held:
        return _("Stored. It is applied as soon as the record before it is here.")
    if taken.left:
        return ngettext(
            "Stored. %(n)d entry waits for the command post.",
            "Stored. %(n)d entries wait for the command post.",
            taken.left,
        ) % {"n": taken.left}
    return _("Stored.")
