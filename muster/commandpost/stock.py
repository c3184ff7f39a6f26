"""Stock: what is where and for how long, what is lacking, who offers it, whom to thank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from muster.commandpost import terms
from muster.commandpost.asking import body, has, sliced, tabs, told, turn, whereabouts, wish
from muster.commandpost.frame import DeskRequest, act, drawer, ids, screen, within
from muster.commandpost.responders import org_name
from muster.core.errors import BadInput, NotFound
from muster.core.ids import new_id
from muster.domain.incidents import queries as incidents
from muster.domain.places import queries as places
from muster.domain.responders.models import Organisation
from muster.domain.supplies import actions, queries
from muster.domain.supplies.actions import giving, meeting, moving
from muster.domain.supplies.models import Item, Need, Offer, Store
from muster.domain.supplies.rules import MovementKind, StoreKind, outside_id
from muster.reports import wording

PAGES = (
    ("", pgettext_lazy("tab", "Balances")),
    ("needs/", pgettext_lazy("tab", "Needs and offers")),
    ("movements/", pgettext_lazy("tab", "Movements")),
    ("donations/", pgettext_lazy("tab", "Donations and thanks")),
)
MOST = 500


def name_of(item: Any) -> str:
    """The name of goods in the language of the page."""
    return str(item.name_en if (get_language() or "zh").startswith("en") and item.name_en else item.name_zh)


def unit_of(unit: str | None) -> str:
    """What goods are counted in, in the language of the page."""
    return wording.unit(f"items:{unit or ''}", get_language() or "zh")


def _items() -> dict[UUID, Item]:
    return {one.id: one for one in queries.items()[:MOST]}


def _stores(request: DeskRequest) -> dict[UUID, str]:
    """Stores in view by name; the one place outside has a word of its own."""
    rows = queries.stores().filter(within(request), incident=request.incident.id)[:MOST]
    return {one.id: one.name or terms.word(terms.STORE, one.kind) for one in rows}


@screen
def balances(request: DeskRequest) -> HttpResponse:
    """What each store has of each item, overdrawn and low ones first, with the days it lasts."""
    asked = wish(request, "store", "item", "which")
    pack = incidents.pack_of(request.incident.id)
    weighed = {(one.store, one.item): one for one in queries.stock(pack, request.now)}
    found = (
        queries.balances()
        .filter(within(request), incident=request.incident.id)
        .exclude(store_kind=StoreKind.OUTSIDE)
    )
    rows = [(row, weighed.get((row.store, row.item))) for row in found]
    counts = {
        "overdrawn": sum(row.overdrawn for row, _w in rows),
        "low": sum(bool(w and w.is_low) for _r, w in rows),
    }
    stores = {row.store: row.store_name or terms.word(terms.STORE, row.store_kind or "") for row, _w in rows}
    items = {row.item: name_of(row) for row, _w in rows if row.name_zh}
    kept = [
        (row, w) for row, w in rows
        if asked["store"] in ("", str(row.store)) and asked["item"] in ("", str(row.item))
        and (asked["which"] != "overdrawn" or row.overdrawn) and (asked["which"] != "low" or (w and w.is_low))
    ]  # fmt: skip
    kept.sort(key=lambda pair: _urgency(pair, stores))
    shown, pager = sliced(request, kept, 100)
    names = places.area_names({row.area for row, _w in shown})
    context = pager | {
        "tabs": tabs(request, "stock", *PAGES),
        "rows": [
            {
                "row": row, "store": stores[row.store], "kind": terms.word(terms.STORE, row.store_kind or ""),
                "item": items.get(row.item, ""), "unit": unit_of(row.unit), "area": names[row.area],
                "days": None if w is None or w.days_left is None else round(w.days_left, 1),
                "low": bool(w and w.is_low),
            }
            for row, w in shown
        ],
        "wish": asked, "stores": stores, "items": items, "counts": counts, "any": bool(rows),
    }  # fmt: skip
    return render(request, "commandpost/stock/balances.html", context | _move_form(request))


def _urgency(pair: tuple[Any, Any], stores: dict[Any, str]) -> tuple[bool, bool, str, str]:
    """Overdrawn first, then what runs low, then by store and item."""
    row, weighed = pair
    return not row.overdrawn, not (weighed and weighed.is_low), stores[row.store], row.code or ""


def _move_form(request: DeskRequest) -> dict[str, Any]:
    if not has(request, "supplies.record"):
        return {}
    return {
        "may_plan": has(request, "supplies.plan"), "plan_areas": whereabouts(request, "supplies.plan"),
        "store_kinds": {str(k): terms.STORE[k] for k in StoreKind if k != StoreKind.OUTSIDE}, "fresh": new_id(),
        "may_move": True, "all_stores": _stores(request), "all_items": {k: name_of(v) for k, v in _items().items()},
        "movement_kinds": {str(k): terms.MOVEMENT[k] for k in MovementKind if k != MovementKind.DONATE},
    }  # fmt: skip


@require_POST
@screen
def move(request: DeskRequest) -> HttpResponse:
    """Record that goods moved."""
    act(request, actions.move_stock, body(request, moving.MoveStock))
    return told(request, _("The movement is recorded."), "stock")


@require_POST
@screen
def add_item(request: DeskRequest) -> HttpResponse:
    """Name goods that were never counted here."""
    item = body(request, moving.NewItem, {"id": new_id()})
    act(request, actions.add_items, body(request, moving.AddItems, {"items": [item]}))
    return told(request, _("The goods can now be counted."), "stock")


@require_POST
@screen
def add_store(request: DeskRequest) -> HttpResponse:
    """Add a place where goods lie."""
    act(request, actions.add_stores, body(request, moving.AddStore))
    return told(request, _("The store is added."), "stock")


@screen
def movements(request: DeskRequest) -> HttpResponse:
    """The ledger, newest first."""
    asked = wish(request, "store", "item", "kind")
    chosen = next(iter(ids([asked["store"]])), None)
    found = queries.movements(store=chosen).filter(incident=request.incident.id)
    if item := ids([asked["item"]]):
        found = found.filter(item=item[0])
    if asked["kind"] in terms.MOVEMENT:
        found = found.filter(kind=asked["kind"])
    rows, pager = turn(request, found, "at", newest=True)
    items = _items()
    named = {row.from_store for row in rows} | {row.to_store for row in rows}
    stores = {
        one.id: one.name or terms.word(terms.STORE, one.kind) for one in Store.objects.filter(pk__in=named)
    }
    stores |= {outside_id(request.incident.id): terms.word(terms.STORE, "outside")}
    areas = places.area_names({row.from_area for row in rows if row.from_area})
    context = pager | {
        "tabs": tabs(request, "stock", *PAGES),
        "rows": [
            {
                "row": row, "item": name_of(items[row.item]) if row.item in items else "",
                "unit": unit_of(items[row.item].unit) if row.item in items else "",
                "from": stores.get(row.from_store, "–"), "to": stores.get(row.to_store, "–"),
                "kind": terms.word(terms.MOVEMENT, row.kind),
                "given": areas.get(row.from_area, "") if row.from_area else "",
            }
            for row in rows
        ],
        "wish": asked, "stores": _stores(request), "items": {k: name_of(v) for k, v in items.items()},
        "kinds": terms.MOVEMENT,
    }  # fmt: skip
    return render(request, "commandpost/stock/movements.html", context)


@screen
def needs(request: DeskRequest) -> HttpResponse:
    """What is lacking, oldest first within urgency; and what is offered."""
    asked = wish(request, "state", "item", "urgency")
    found = Need.objects.filter(within(request), incident=request.incident.id)
    found = found.filter(state=asked["state"]) if asked["state"] in terms.NEED else found.exclude(state="met")
    if item := ids([asked["item"]]):
        found = found.filter(item=item[0])
    if asked["urgency"] in terms.URGENCY:
        found = found.filter(urgency=asked["urgency"])
    rows, pager = turn(request, found, "stated_at")
    items, stores = _items(), _stores(request)
    names = places.area_names({row.area for row in rows})
    offers = _offers(request, items)
    context: dict[str, Any] = pager | {
        "tabs": tabs(request, "stock", *PAGES),
        "rows": [_need(row, items, stores, names, request) for row in rows],
        "offers": offers,
        "offered": {one["row"].item for one in offers},
        "wish": asked, "states": terms.NEED, "urgencies": terms.URGENCY,
        "items": {k: name_of(v) for k, v in items.items()}, "stores": stores,
    }  # fmt: skip
    if has(request, "supplies.record"):
        context = context | {
            "may_state": True, "areas": whereabouts(request, "supplies.record"),
            "fresh": new_id(), "fresh_offer": new_id(),
            "organisations": Organisation.objects.filter(within(request)).order_by("name", "id")[:300],
        }  # fmt: skip
    return render(request, "commandpost/stock/needs.html", context)


def _need(
    row: Need, items: dict[UUID, Item], stores: dict[UUID, str], names: dict[int, str], request: DeskRequest
) -> dict[str, Any]:
    late = row.state != "met" and row.needed_by is not None and row.needed_by < request.now
    return {
        "row": row,
        "item": name_of(items[row.item]) if row.item in items else "",
        "unit": unit_of(items[row.item].unit) if row.item in items else "",
        "where": stores.get(row.store, "") if row.store else "",
        "area": names[row.area],
        "left": max(row.quantity - row.met, 0),
        "uncovered": max(row.quantity - max(row.met, row.allocated), 0),
        "state": "late" if late else {"open": "open", "allocated": "doing", "met": "done"}[row.state],
        "word": terms.word(terms.NEED, row.state),
    }


def _givers(rows: Sequence[Any]) -> dict[UUID | None, str]:
    """Organisations of offers or donations by name, in the language of the page."""
    found = Organisation.objects.filter(pk__in={row.organisation for row in rows if row.organisation})
    return {one.id: org_name(one) for one in found}


def _offers(request: DeskRequest, items: dict[UUID, Item]) -> list[dict[str, Any]]:
    rows = list(queries.offers().filter(incident=request.incident.id)[:100])
    return _offer_rows(rows, items)


def _offer_rows(rows: list[Offer], items: dict[UUID, Item]) -> list[dict[str, Any]]:
    givers = _givers(rows)
    names = places.area_names({row.area for row in rows})
    return [
        {"row": row, "item": name_of(items[row.item]) if row.item in items else "",
         "left": row.quantity - row.allocated,
         "unit": unit_of(items[row.item].unit) if row.item in items else "",
         "giver": givers.get(row.organisation, ""), "area": names[row.area]}
        for row in rows
    ]  # fmt: skip


@screen
def need_drawer(request: DeskRequest, need: UUID) -> HttpResponse:
    """One need with the offers that could meet it."""
    row = Need.objects.filter(pk=need, incident=request.incident.id).first()
    if row is None:
        raise NotFound
    items = _items()
    shown = _need(row, items, _stores(request), places.area_names({row.area}), request)
    offers = _offer_rows(list(queries.offers(item=row.item).filter(incident=request.incident.id)[:50]), items)
    for one in offers:
        one["part"] = min(one["left"], shown["uncovered"])
    context = {
        "title": f"{shown['item']} × {row.quantity:,}", "need": shown, "offers": offers,
        "urgency": terms.word(terms.URGENCY, row.urgency), "may_allocate": has(request, "supplies.plan"),
        "parcels": queries.movements().filter(need=need)[:50],
    }  # fmt: skip
    return drawer(request, "commandpost/stock/need.html", context)


@require_POST
@screen
def allocate(request: DeskRequest, need: UUID) -> HttpResponse:
    """Promise part of an offer to a need."""
    act(request, actions.allocate, body(request, meeting.Allocate, {"id": new_id(), "need": need}))
    return told(request, _("The offer is promised to this need."), "stock/needs")


@require_POST
@screen
def state_need(request: DeskRequest) -> HttpResponse:
    """State a need."""
    act(request, actions.state_needs, body(request, meeting.StateNeed))
    return told(request, _("The need is stated."), "stock/needs")


@require_POST
@screen
def make_offer(request: DeskRequest) -> HttpResponse:
    """Make an offer."""
    act(request, actions.make_offers, body(request, meeting.MakeOffer))
    return told(request, _("The offer stands. Needs for the same goods can now be matched."), "stock/needs")


@screen
def donations(request: DeskRequest) -> HttpResponse:
    """What was given, and for what nobody has given thanks yet."""
    asked = wish(request, "thanks")
    due: QuerySet[Any] = queries.donations(unthanked=True).filter(
        within(request), incident=request.incident.id
    )
    found = (
        due
        if asked["thanks"] == "due"
        else queries.donations().filter(within(request), incident=request.incident.id)
    )
    rows, pager = turn(request, found, "at", newest=True)
    waiting = set(due.filter(pk__in=[row.id for row in rows]).values_list("id", flat=True))
    givers = _givers(rows)
    items, stores = _items(), _stores(request)
    context = pager | {
        "tabs": tabs(request, "stock", *PAGES),
        "rows": [
            {
                "row": row, "item": name_of(items[row.item]) if row.item in items else "",
                "unit": unit_of(items[row.item].unit) if row.item in items else "",
                "giver": givers.get(row.organisation, "") or _("a person who is not named here"),
                "store": stores.get(row.to_store, ""), "due": row.id in waiting,
            }
            for row in rows
        ],
        "wish": asked, "kinds": terms.THANKS, "may_thank": has(request, "supplies.record"),
        "stores": stores, "items": {k: name_of(v) for k, v in items.items()},
        "organisations": Organisation.objects.order_by("name", "id")[:300] if has(request, "supplies.record") else (),
    }  # fmt: skip
    return render(request, "commandpost/stock/donations.html", context)


@require_POST
@screen
def donate(request: DeskRequest) -> HttpResponse:
    """Record a donation; the name of a person who gave is sealed."""
    act(request, giving.record_donations, body(request, giving.RecordDonation))
    return told(request, _("The donation is recorded."), "stock/donations")


@require_POST
@screen
def thank(request: DeskRequest, donation: UUID) -> HttpResponse:
    """Record thanks for a donation."""
    if request.POST.get("kind") not in terms.THANKS:
        raise BadInput(problem="kind")
    act(request, giving.record_thanks, body(request, giving.RecordThanks, {"donation": donation}))
    return told(request, _("The thanks are recorded."), "stock/donations")


urlpatterns = [
    path("stock/", balances, name="stock"),
    path("stock/move/", move, name="stock-move"),
    path("stock/items/", add_item, name="item-add"),
    path("stock/stores/", add_store, name="store-add"),
    path("stock/movements/", movements, name="movements"),
    path("stock/needs/", needs, name="needs"),
    path("stock/needs/state/", state_need, name="need-state"),
    path("stock/needs/offer/", make_offer, name="offer-make"),
    path("stock/needs/<uuid:need>/drawer/", need_drawer, name="need-drawer"),
    path("stock/needs/<uuid:need>/allocate/", allocate, name="need-allocate"),
    path("stock/donations/", donations, name="donations"),
    path("stock/donations/record/", donate, name="donation-record"),
    path("stock/donations/<uuid:donation>/thanks/", thank, name="donation-thanks"),
]
