"""What codes are called on the screens, in one place."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Labels = dict[str, str | Promise]

ITEM_KIND: Labels = {
    "verify": _("verification"),
    "investigate": _("case investigation"),
    "follow_up": _("follow-up"),
    "test": _("test"),
    "resample": _("single resample"),
    "recheck": _("recheck"),
    "deliver": _("delivery"),
    "answer": _("request"),
}
STEP: Labels = {"call": _("call"), "other_caller": _("another caller"), "visit": _("visit")}
OUTCOME: Labels = {
    "": _("not tried yet"),
    "reached_verified": _("reached, verified"),
    "already_verified": _("verified already"),
    "moved": _("moved away"),
    "no_answer": _("no answer"),
    "busy": _("busy"),
    "wrong_number": _("wrong number"),
    "refused": _("refuses"),
    "needs_interpreter": _("needs an interpreter"),
    "needs_help": _("needs help"),
    "done": _("done"),
    "absent": _("nobody there"),
    "empty": _("empty"),
}
PURPOSE: Labels = {
    "verification": _("record verification"),
    "key_person": _("key persons"),
    "contact": _("contacts"),
}
ZONE: Labels = {
    "sealed": _("sealed zone"),
    "controlled": _("controlled zone"),
    "precaution": _("precaution zone"),
    "high": _("high risk"),
    "medium": _("medium risk"),
    "low": _("low risk"),
    "core": _("core zone"),
    "alert": _("alert zone"),
    "evacuate": _("evacuation zone"),
}
