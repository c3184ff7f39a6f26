"""What codes of batches, duty, tubes, goods and requests are called on the screens."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from muster.commandpost.labels import Labels

STAGE: Labels = {
    "planned": pgettext_lazy("batch", "Planned"),
    "mustered": pgettext_lazy("batch", "Mustered"),
    "departed": pgettext_lazy("batch", "On the road"),
    "arrived": pgettext_lazy("batch", "Here"),
    "released": pgettext_lazy("batch", "Released"),
}
ROLL: Labels = {
    "mustered": _("mustered, before leaving"),
    "departed": _("departed"),
    "arrived": _("arrived here"),
    "released": _("released, going home"),
}
ORGANISATION: Labels = {
    "agency": pgettext_lazy("organisation", "agency"),
    "school": pgettext_lazy("organisation", "school"),
    "firm": pgettext_lazy("organisation", "firm"),
    "community": pgettext_lazy("organisation", "community office"),
    "subdistrict": pgettext_lazy("organisation", "sub-district office"),
    "branch": pgettext_lazy("organisation", "branch"),
    "hospital": pgettext_lazy("organisation", "hospital"),
    "volunteers": pgettext_lazy("organisation", "volunteer group"),
}
RESPONDER: Labels = {
    "staff": pgettext_lazy("responder", "staff"),
    "volunteer": pgettext_lazy("responder", "volunteer"),
    "secondee": pgettext_lazy("responder", "secondee"),
}
PROFESSION: Labels = {
    "teacher": pgettext_lazy("profession", "teacher"),
    "nurse": pgettext_lazy("profession", "nurse"),
    "doctor": pgettext_lazy("profession", "doctor"),
    "driver": pgettext_lazy("profession", "driver"),
    "student": pgettext_lazy("profession", "student"),
    "police": pgettext_lazy("profession", "police officer"),
    "counsellor": pgettext_lazy("profession", "counsellor"),
    "official": pgettext_lazy("profession", "official"),
    "engineer": pgettext_lazy("profession", "engineer"),
    "clerk": pgettext_lazy("profession", "clerk"),
    "guard": pgettext_lazy("profession", "guard"),
    "grid_worker": pgettext_lazy("profession", "grid worker"),
    "community_worker": pgettext_lazy("profession", "community worker"),
    "retired": pgettext_lazy("profession", "retired"),
}
SKILL: Labels = {
    "sampling": pgettext_lazy("skill", "taking samples"),
    "driving": pgettext_lazy("skill", "driving"),
    "calling": pgettext_lazy("skill", "calling"),
    "building": pgettext_lazy("skill", "building"),
    "sweeping": pgettext_lazy("skill", "sweeping buildings"),
    "registering": pgettext_lazy("skill", "registering"),
    "order": pgettext_lazy("skill", "keeping order"),
    "order_keeping": pgettext_lazy("skill", "keeping order"),
    "nurse": pgettext_lazy("profession", "nurse"),
}
TEAM: Labels = {
    "committee": pgettext_lazy("team", "residents' committee"),
    "vanguard": pgettext_lazy("team", "vanguard strike team"),
    "youth": pgettext_lazy("team", "youth strike team"),
    "grid": pgettext_lazy("team", "grid strike team"),
    "partner": pgettext_lazy("team", "partner"),
    "tracing": pgettext_lazy("team", "tracing team"),
    "logistics": pgettext_lazy("team", "logistics team"),
    "sweep": pgettext_lazy("team", "sweep team"),
    "sampling": pgettext_lazy("team", "sampling team"),
    "gate": pgettext_lazy("team", "gate team"),
}
LIMIT: Labels = {
    "sealed_area": pgettext_lazy("limit", "not in a sealed area"),
    "night": pgettext_lazy("limit", "not at night"),
    "standing": pgettext_lazy("limit", "not standing for long"),
    "cold": pgettext_lazy("limit", "not in the cold"),
    "lifting": pgettext_lazy("limit", "no lifting"),
    "heat": pgettext_lazy("limit", "not in the heat"),
    "exposed": pgettext_lazy("limit", "not where infection is likely"),
}
SERVICE: Labels = {
    "meal": pgettext_lazy("service", "meal"),
    "lodging": pgettext_lazy("service", "bed"),
    "meeting": pgettext_lazy("service", "meeting"),
    "transport": pgettext_lazy("service", "ride"),
    "thanks": pgettext_lazy("service", "thanks"),
}
POST: Labels = {
    "gate": pgettext_lazy("post", "gate"),
    "order_keeping": pgettext_lazy("post", "order keeping"),
    "sampling": pgettext_lazy("post", "sampling"),
    "desk": pgettext_lazy("post", "desk"),
    "caller": pgettext_lazy("post", "calling"),
    "delivery": pgettext_lazy("post", "delivery"),
    "sweep": pgettext_lazy("post", "sweep"),
    "logistics": pgettext_lazy("post", "logistics"),
    "registration": pgettext_lazy("post", "registration"),
    "sampling_support": pgettext_lazy("post", "help with sampling"),
    "tracing": pgettext_lazy("post", "contact tracing"),
    "calling": pgettext_lazy("post", "calling"),
    "supplies": pgettext_lazy("post", "supplies"),
    "counselling": pgettext_lazy("post", "counselling"),
    "sealed_area": pgettext_lazy("post", "inside the sealed area"),
    "night": pgettext_lazy("post", "at night"),
}
TUBE: Labels = {
    "open": pgettext_lazy("tube", "being filled"),
    "sealed": pgettext_lazy("tube", "sealed"),
    "counted": pgettext_lazy("tube", "counted on the table"),
    "handed_over": pgettext_lazy("tube", "in the laboratory"),
    "resulted": pgettext_lazy("tube", "result is back"),
}
RESULT: Labels = {
    "negative": pgettext_lazy("tube", "negative"),
    "positive": pgettext_lazy("tube", "positive"),
    "invalid": pgettext_lazy("tube", "invalid"),
}
TUBE_FLAG: Labels = {
    "over_full": _("more people than the tube is for"),
    "households_mixed": _("two households in a tube for one: put it aside, sample both again"),
    "same_person_twice": _("somebody is in it twice"),
    "sealed_count_differs": _("the count at sealing differs from the seats"),
    "sample_after_seal": _("a sample after it was sealed"),
    "result_before_seal": _("a result before it was sealed"),
    "results_disagree": _("two reports disagree"),
    "never_handed_over": _("a result, but never handed over"),
}
CHECK: Labels = {
    "unreadable": pgettext_lazy("pass", "unreadable"),
    "tampered": pgettext_lazy("pass", "tampered with"),
    "unknown": pgettext_lazy("pass", "not known"),
    "revoked": pgettext_lazy("pass", "revoked"),
    "not_yet": pgettext_lazy("pass", "not valid yet"),
    "expired": pgettext_lazy("pass", "expired"),
}
EXCEPTION: Labels = {
    "medical": pgettext_lazy("exception", "medical care"),
    "essential": pgettext_lazy("exception", "essential staff"),
    "delivery": pgettext_lazy("exception", "delivery"),
    "no_phone": pgettext_lazy("exception", "without a phone"),
}
CLOSING: Labels = {
    "papers": pgettext_lazy("exception", "papers brought"),
    "not_needed": pgettext_lazy("exception", "not needed"),
    "refused": pgettext_lazy("exception", "not justified"),
}
PASS: Labels = {
    "resident": pgettext_lazy("pass", "resident"),
    "staff": pgettext_lazy("pass", "staff"),
    "visitor": pgettext_lazy("pass", "visitor"),
    "delivery": pgettext_lazy("pass", "delivery"),
    "medical": pgettext_lazy("pass", "medical"),
}
STORE: Labels = {
    "store": pgettext_lazy("store", "store"),
    "sealed_area": pgettext_lazy("store", "sealed area"),
    "site": pgettext_lazy("store", "site"),
    "batch": pgettext_lazy("store", "batch on the road"),
    "outside": pgettext_lazy("store", "outside the incident"),
}
MOVEMENT: Labels = {
    "donate": pgettext_lazy("movement", "donated"),
    "receive": pgettext_lazy("movement", "received"),
    "issue": pgettext_lazy("movement", "issued"),
    "deliver": pgettext_lazy("movement", "delivered"),
    "lend": pgettext_lazy("movement", "lent"),
    "return": pgettext_lazy("movement", "returned"),
    "count_difference": pgettext_lazy("movement", "difference at counting"),
}
NEED: Labels = {
    "open": pgettext_lazy("need", "open"),
    "allocated": pgettext_lazy("need", "promised"),
    "met": pgettext_lazy("need", "met"),
}
THANKS: Labels = {
    "letter": _("letter of thanks"),
    "call": _("call of thanks"),
    "certificate": _("certificate"),
}
REQUEST: Labels = {
    "medicine": pgettext_lazy("request", "medicine"),
    "food": pgettext_lazy("request", "food"),
    "transport": pgettext_lazy("request", "transport"),
    "counselling": pgettext_lazy("request", "counselling"),
    "family_letter": pgettext_lazy("request", "family letter"),
    "other": pgettext_lazy("request", "other"),
}
STEP: Labels = {
    "taken": pgettext_lazy("request", "taken on"),
    "promised": pgettext_lazy("request", "promised for another hour"),
    "delivered": pgettext_lazy("request", "delivered"),
    "closed": pgettext_lazy("request", "closed"),
    "withdrawn": pgettext_lazy("request", "withdrawn"),
}
LINE: Labels = {"counselling": _("counselling line"), "care": _("care line"), "general": _("general line")}
SUPPORT: Labels = {
    "family_letter": _("letters to families"),
    "counselling_video": _("counselling videos"),
    "visit": _("visits"),
}
URGENCY: Labels = {"normal": pgettext_lazy("need", "normal"), "urgent": pgettext_lazy("need", "urgent")}


def word(labels: Labels, code: str) -> str:
    """What a code is called; an unknown code stands for itself."""
    return str(labels.get(code, code))


def words(labels: Labels, codes: Iterable[str]) -> list[str]:
    """The same for several codes."""
    return [word(labels, code) for code in codes]
