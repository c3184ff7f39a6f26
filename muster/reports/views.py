"""The machine's door to figures, services and editions: JSON, for whoever may read reports."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import msgspec
from django.http import HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from muster.core.access import narrowed
from muster.core.errors import BadInput, NotAllowed, NotFound, Refusal
from muster.reports import played, queries
from muster.reports.figures import counting
from muster.reports.figures.asking import Wanted, read
from muster.reports.figures.definition import LATEST, Ask
from muster.reports.models import Edition

View = Callable[..., HttpResponse]
MOST_QUERIES = 500
RIGHT = "reports.read"


class SignIn(Refusal):
    """Nobody is signed in."""

    code = "access.sign_in"
    status = 401
    texts = {"zh": "请先登录。", "en": "Sign in first."}


class Questions(msgspec.Struct, frozen=True):
    """Questions, perhaps as of an edition instead of now."""

    queries: list[Wanted]
    edition: int | None = None


def reply(content: Any, status: int = 200) -> HttpResponse:
    """A JSON answer."""
    return HttpResponse(msgspec.json.encode(content), content_type="application/json", status=status)


def guarded(view: View) -> View:
    """Only for those who may read reports somewhere in the incident; refusals become their answers."""

    @functools.wraps(view)
    def answer(request: Any, **words: Any) -> HttpResponse:
        try:
            if getattr(request, "actor", None) is None:
                raise SignIn
            if request.incident is None:
                raise NotFound
            if not request.actor.spans(RIGHT, request.incident.id):
                raise NotAllowed(right=RIGHT)
            with narrowed(request.actor, RIGHT, request.incident.id) as request.actor:
                return view(request, **words)
        except Refusal as refusal:
            return reply(
                {"code": refusal.code, "reason": refusal.say(get_language() or "zh")}, refusal.status
            )

    return answer


def _questions(body: bytes) -> Questions:
    try:
        if body.lstrip()[:1] == b"[":
            asked = Questions(msgspec.json.decode(body, type=list[Wanted]))
        else:
            asked = msgspec.json.decode(body, type=Questions)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(problem=str(error)) from error
    if len(asked.queries) > MOST_QUERIES:
        raise BadInput(problem=f"> {MOST_QUERIES}")
    return asked


def _edition(request: Any, number: int | None) -> Edition:
    """An edition of the area asked for (`?area=`), else of the whole incident."""
    area = request.GET.get("area", "")
    held = queries.edition(
        number, int(area) if area.isdecimal() and len(area) <= 15 else request.incident.area
    )
    if held is None:
        raise NotFound
    return held


@require_POST
@guarded
def figures(request: Any, incident: str) -> HttpResponse:
    """Many figures at once, now or as of an edition."""
    asked = _questions(request.body)
    if asked.edition is None:
        asks = [read(one, now=request.now) for one in asked.queries]
        as_of = None
    else:
        held = _edition(request, asked.edition)
        asks, as_of = queries.asks(held, asked.queries), held.as_of_tx
    values = counting.values(asks, request.incident.id)
    return reply({"incident": incident, "as_of": as_of, "now": request.now, "figures": values})


def _ask(request: Any, figure: str) -> Ask:
    given = request.GET
    params: dict[str, Any] = {
        name: given[name] for name in ("area", "from", "item", "until", "organisation") if name in given
    }
    params |= {"to": given.getlist("to")} if "to" in given else {}
    params |= {"window": given["window"].split(",")} if "window" in given else {}
    wanted = Wanted(figure=figure, params=params)
    if "edition" in given:
        number = (
            int(given["edition"]) if given["edition"].isdecimal() and len(given["edition"]) < 10 else None
        )
        return queries.asks(_edition(request, number), [wanted])[0]
    return read(wanted, now=request.now, as_of=LATEST)


@require_GET
@guarded
def rows(request: Any, incident: str, figure: str) -> HttpResponse:
    """A page of the rows a figure is counted from."""
    ask = _ask(request, figure)
    said = request.GET.get("offset", "0")
    offset = int(said) if said.isdecimal() and len(said) < 10 else 0
    page = counting.rows(ask, request.incident.id, offset=offset)
    following = offset + len(page) if len(page) == counting.PAGE else None
    value = counting.value(ask, request.incident.id).value
    return reply({"incident": incident, "figure": figure, "value": value, "rows": page, "next": following})


@require_GET
@guarded
def service_rows(request: Any, incident: str) -> HttpResponse:
    """What was played: one word for each reference, and its parts."""
    parts = played.evaluate(request.incident.id)
    words = [{"ref": ref, "status": status} for ref, status in played.by_ref(parts).items()]
    return reply({"incident": incident, "services": words, "parts": parts})


@require_GET
@guarded
def edition_list(request: Any, incident: str) -> HttpResponse:
    """The editions visible here, the newest first."""
    listed = [_head(held) for held in queries.editions()]
    return reply({"incident": incident, "editions": listed})


@require_GET
@guarded
def edition(request: Any, incident: str, number: int) -> HttpResponse:
    """One edition as it was frozen."""
    return reply({"incident": incident, **as_json(_edition(request, number))})


def _head(held: Edition) -> dict[str, Any]:
    return {
        "id": held.id, "number": held.number, "area": held.area, "title": held.title, "as_of_tx": held.as_of_tx,
        "segment": held.segment, "journal_head": held.journal_head, "until_at": held.until_at,
        "published_at": held.published_at,
    }  # fmt: skip


def as_json(held: Edition) -> dict[str, Any]:
    """An edition for a machine, as frozen."""
    frozen = {
        "figures": held.figures,
        "changes": held.changes,
        "text": {"zh": held.text_zh, "en": held.text_en},
    }
    return _head(held) | frozen
