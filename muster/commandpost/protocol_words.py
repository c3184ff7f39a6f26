"""A pack in plain words: what its sections, values and choices are called, and each value as it is read out."""

from __future__ import annotations

import re
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from muster.commandpost.frame import said
from muster.protocols import Pack
from muster.protocols.leaves import Leaf

Words = dict[str, str | Promise]

# In the order in which a command post asks for them; what stands alone at the top of a pack comes last.
SECTION: Words = {
    "contacts": _("Contacts and follow-up"),
    "zones": _("Zones"),
    "testing": _("Testing"),
    "vector": _("Mosquito control"),
    "checks": _("Checks on residents"),
    "gates": _("Gates and passes"),
    "clocks": _("How soon things are done"),
    "attempts": _("Calling people"),
    "scripts": _("What callers say"),
    "sweep": _("Going from door to door"),
    "staffing": _("People on duty"),
    "supplies": _("Goods"),
    "helpline": _("Helpline"),
    "": _("The protocol itself"),
}
# A value is called by its key; by the key above it too, where one key means two things.
VALUE: Words = {
    "title": pgettext_lazy("protocol", "name"),
    "version": _("version"),
    "hazard": _("hazard"),
    "disease": _("disease"),
    "retention_days": _("personal data kept after the end, days"),
    "within_hours": _("within, hours"),
    "look_back_days": _("looked back, days"),
    "look_back_from": _("looked back from"),
    "definition": _("definition"),
    "traced": _("traced"),
    "central_days": _("central quarantine, days"),
    "home_days": _("at home, days"),
    "test_days_central": _("tested on these days of central quarantine"),
    "test_days_home": _("tested on these days at home"),
    "every_hours": _("asked again every, hours"),
    "lost_after_misses": _("lost to follow-up after misses in a row"),
    "symptom_test_hours": _("test after symptoms within, hours"),
    "report_link_hours": _("self-report link valid, hours"),
    "min_overlap_minutes": _("shared place: together for at least, minutes"),
    "stay_minutes": _("shared place: a check-in counts as a stay of, minutes"),
    "gate_minutes": _("shared place: passing a gate counts as a stay of, minutes"),
    "keep_days": _("shared place: visits kept, days"),
    "generations": _("shared place: generations of contacts"),
    "unit": _("unit"),
    "zones.unit": _("drawn round"),
    "rule": _("rule"),
    "from_day": _("from day"),
    "movement": _("who may go where"),
    "service": _("how goods come"),
    "rules": _("what holds"),
    "release.rule": _("release"),
    "days_clear": _("days without a case before release"),
    "round_within_days": _("all tested in the last days before release, days"),
    "enclosed_days_after": _("still enclosed after release, days"),
    "after_zones": _("released after"),
    "release.becomes": _("becomes after release"),
    "restart.rule": _("what a new case does"),
    "restart.becomes": _("becomes with a new case"),
    "radius_m": _("radius, metres"),
    "pool_size": _("people to a tube"),
    "days": _("everybody is tested on days"),
    "then_every_days": _("then tested every, days"),
    "isolation_pool_size": _("people to a tube in isolation"),
    "round_within_hours": _("a round is done within, hours"),
    "result_within_hours": _("results within, hours"),
    "site_setup_hours": _("a site is set up within, hours"),
    "max_walk_minutes": _("way to a site at most, minutes"),
    "max_queue_minutes": _("queue at most, minutes"),
    "from_minutes": _("queue from, minutes"),
    "fever_celsius": _("fever from, °C"),
    "fever_rest_minutes": _("rest before measuring again, minutes"),
    "positive_pool": _("when a tube is positive"),
    "resample_within_hours": _("single samples after a positive tube within, hours"),
    "standing": _("counts as"),
    "order": _("order of checks"),
    "keep_pass_id": _("the pass is noted"),
    "scan_retention_days": _("scans kept, days"),
    "pass_valid_hours": _("a pass is valid, hours"),
    "paper_below_age": _("paper accepted below the age of"),
    "paper_from_age": _("paper accepted from the age of"),
    "list_old_hours": _("the gate's list is old after, hours"),
    "exception_hours": _("papers brought later within, hours"),
    "per_households": _("index per households"),
    "from_index": _("from index"),
    "goal_index": _("index to reach"),
    "survey_within_days": _("first survey within, days"),
    "survey_every_days": _("survey every, days"),
    "alert_every_days": _("survey in the alert zone every, days"),
    "recheck_days": _("looked at again after, days"),
    "times_per_day": _("times a day"),
    "patient_isolation_days": _("isolation of patients, days"),
    "fever_free_hours": _("free of fever before the end, hours"),
    "first_within_hours": _("first visit within, hours"),
    "groups.every_hours": _("visited again every, hours"),
    "from_hour": _("calls from, o'clock"),
    "to_hour": _("calls until, o'clock"),
    "min_hours_between": _("between two tries, hours"),
    "max_tries": _("tries of one caller"),
    "max_callers": _("callers before somebody visits"),
    "cool_down_hours": _("not called again after being reached, hours"),
    "day_parts": _("parts of the day begin at, o'clock"),
    "kind": _("kind of answer"),
    "required": _("must be answered"),
    "sensitive": _("kept sealed"),
    "choices": _("choices"),
    "closes": _("closes the door"),
    "recheck": _("comes again"),
    "other_worker": _("by somebody else"),
    "recheck_hours": _("a shut door is tried again after, hours"),
    "max_absent_visits": _("visits that may find nobody"),
    "people": _("people"),
    "forbids": _("not for"),
    "visit_team": _("people in a visiting team"),
    "residents_per_staff": _("residents to one worker"),
    "grid_households_min": _("households in a grid, at least"),
    "grid_households_max": _("households in a grid, at most"),
    "span_min": _("people one leads, at least"),
    "span_max": _("people one leads, at most"),
    "shift_hours": _("a shift, hours"),
    "volunteer_shift_hours": _("a shift of volunteers, hours"),
    "rest_hours": _("rest between shifts, hours"),
    "max_hours_per_day": _("hours a day at most"),
    "max_volunteer_hours_per_day": _("hours a day at most, volunteers"),
    "max_days_in_row": _("days in a row at most"),
    "night_from_hour": _("night from, o'clock"),
    "night_to_hour": _("night until, o'clock"),
    "duty_rule": _("who is spared"),
    "people_per_site_min": _("people a site serves, at least"),
    "people_per_site_max": _("people a site serves, at most"),
    "people_per_desk_min": _("people a sampling desk serves, at least"),
    "people_per_desk_max": _("people a sampling desk serves, at most"),
    "people_per_sampler": _("people to one sampler"),
    "queue_group": _("people led forward together"),
    "people_per_desk_hour": _("people a desk serves in an hour"),
    "quantity": _("for each person and shift"),
    "buffer_share": _("in reserve"),
    "burn_counts": _("counts before use can be told"),
    "low_days": _("low when it lasts less than, days"),
    "min_seats": _("seats at least"),
    "answer_hours": _("answered within, hours"),
    "counselling_hours_per_day": _("counselling, hours a day"),
    "records_days": _("records kept, days"),
}
CHOICE: dict[str, Words] = {
    "hazard": {
        "respiratory": _("respiratory"), "mosquito": _("mosquitoes"), "flood": _("flood"),
        "storm": _("storm"), "other": _("another hazard"),
    },
    "movement": {
        "leave_area": _("everybody leaves"), "stay_in_dwelling": _("stay at home"),
        "stay_in_building": _("stay in the building"), "stay_in_zone": _("stay in the zone"),
        "free": _("free to go"),
    },
    "service": {
        "at_the_door": _("to the door"), "drop_point": _("to a drop point"), "none": _("not arranged"),
    },
    "zones.unit": {
        "dwelling": _("a dwelling"), "unit": _("a stairway"), "building": _("a building"),
        "compound": _("a compound"), "community": _("a community"), "subdistrict": _("a sub-district"),
        "district": _("a district"), "radius": _("a circle"),
    },
    "items.unit": {
        "piece": _("piece"), "pair": _("pair"), "set": _("set"), "box": _("box"), "bottle": _("bottle"),
        "litre": _("litre"), "metre": _("metre"), "vehicle": _("vehicle"), "portion": _("portion"),
    },
    "standing": {
        "exempt": _("exempt"), "away": _("away"), "refused": pgettext_lazy("standing", "refused"),
    },
    "kind": {
        "number": _("a number"), "yes_no": _("yes or no"), "choice": _("a choice"), "text": _("a text"),
        "date": _("a date"),
    },
}  # fmt: skip
GRADE: Words = {
    "A": _("A: primary text read in full"),
    "B": _("B: official text, quoted"),
    "C": _("C: a repost, check again"),
    "M": _("M: memory or judgement, check again"),
}


def section(path: str) -> str:
    """The part of a pack that a path lies in; nothing for what stands at its top."""
    first = re.split(r"[.\[]", path, maxsplit=1)[0]
    return first if first in SECTION else ""


def _keys(path: str) -> tuple[str, str]:
    """The last key of a path, and the last two: `rule` and `release.rule`."""
    keys = re.sub(r"\[[^]]*\]", "", path).split(".")
    return keys[-1], ".".join(keys[-2:])


def called(leaf: Leaf) -> str:
    """What a value is called: the titles round it, then its own word."""
    last, two = _keys(leaf.path)
    titles = [said(one) for one in leaf.about]
    if last == "title" and titles:
        return " · ".join(titles)
    return " · ".join([*titles, str(VALUE.get(two) or VALUE.get(last, leaf.path))])


def read_out(path: str, value: Any, pack: Pack) -> str:
    """A value in words: numbers as they are written, choices by their names, what is absent as a dash."""
    if value is None:
        return "–"
    if isinstance(value, dict):
        return str(value["zh" if (get_language() or "zh").startswith("zh") else "en"])
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, (list, tuple)):
        return gettext(", ").join(read_out(path, one, pack) for one in value) or gettext("none")
    last, two = _keys(path)
    if last == "buffer_share":
        return f"{value:.0%}"
    if isinstance(value, float):
        return f"{value:g}"
    words = CHOICE.get(two) or CHOICE.get(last) or _titles(last, pack)
    return str(words.get(str(value), value))


def _titles(key: str, pack: Pack) -> Words:
    """The names of codes that a value of this key takes from another part of the pack."""
    if key in ("becomes", "after_zones"):
        return {one.code: said(one.title) for one in pack.zones}
    if key == "order" and pack.gates:
        return {one.code: said(one.title) for one in pack.gates.checks}
    if key == "forbids":
        return {one.code: said(one.title) for one in pack.staffing.fitness}
    return {}
