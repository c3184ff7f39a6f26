"""What the kinds, steps, results and fields of imports are called on their pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from muster.commandpost import labels, terms

KIND: labels.Labels = {
    "residents": gettext_lazy("residents"),
    "lists": gettext_lazy("a verification list"),
    "batches": gettext_lazy("batches of people sent"),
    "buildings": gettext_lazy("buildings"),
    "results": gettext_lazy("results of a laboratory"),
    "cases": gettext_lazy("line list: cases"),
    "contacts": gettext_lazy("line list: contacts"),
    "relations": gettext_lazy("line list: who met whom"),
    "follow_ups": gettext_lazy("line list: follow-ups"),
    "areas": gettext_lazy("areas of the place"),
    "responders": gettext_lazy("a roster of responders"),
}
STATE: labels.Labels = {
    "uploaded": gettext_lazy("file kept"),
    "mapped": gettext_lazy("columns named"),
    "previewed": gettext_lazy("looked at, not taken in"),
    "run": gettext_lazy("taken in"),
    "undone": gettext_lazy("undone"),
}
RESULT: labels.Labels = {
    "taken": gettext_lazy("taken"),
    "refused": gettext_lazy("refused"),
    "already": gettext_lazy("already there"),
    "doubtful": gettext_lazy("waits for a decision"),
}
WOULD_BE = gettext_lazy("would be taken")
LEVEL: labels.Labels = {
    "province": gettext_lazy("Province"),
    "city": gettext_lazy("City"),
    "district": gettext_lazy("District"),
    "subdistrict": gettext_lazy("Sub-district"),
    "community": gettext_lazy("Community"),
    "grid": gettext_lazy("Grid"),
}
CODED: dict[str, labels.Labels] = {
    "sex": labels.SEX,
    "result": terms.RESULT,
    "level": LEVEL,
    "kind": terms.RESPONDER,
    "profession": terms.PROFESSION,
}
LISTED: dict[str, labels.Labels] = {"vulnerability": labels.VULNERABILITY, "skills": terms.SKILL}
FIELD: labels.Labels = {
    "key": gettext_lazy("Number in the list"), "last_name": gettext_lazy("Family name"),
    "classification": gettext_lazy("Classification"), "onset": gettext_lazy("Onset"),
    "positive": gettext_lazy("Positive since"), "case": gettext_lazy("Number of the case"),
    "contact": gettext_lazy("Number of the contact"), "last": gettext_lazy("Last exposure"),
    "class": gettext_lazy("Class"), "context": gettext_lazy("Exposure"), "status": gettext_lazy("Result"),
    "name": gettext_lazy("Name"), "document": gettext_lazy("Identity document"), "phone": gettext_lazy("Telephone"),
    "address": gettext_lazy("Address"), "sex": gettext_lazy("Sex"), "birth_date": gettext_lazy("Date of birth"),
    "vulnerability": gettext_lazy("Special needs"), "note": gettext_lazy("Note"), "district": gettext_lazy("District"),
    "subdistrict": gettext_lazy("Sub-district"), "community": gettext_lazy("Community"),
    "compound": gettext_lazy("Compound"), "building": gettext_lazy("Building"), "unit": gettext_lazy("Unit"),
    "room": gettext_lazy("Room"), "organisation": gettext_lazy("Organisation"), "people": gettext_lazy("People"),
    "date": gettext_lazy("Day"), "destination": gettext_lazy("Destination"), "task": gettext_lazy("Task"),
    "vehicles": gettext_lazy("Vehicles"), "total": gettext_lazy("Total"), "number": gettext_lazy("Building number"),
    "floors": gettext_lazy("Floors"), "units_per_floor": gettext_lazy("Doors a floor"),
    "tube": gettext_lazy("Tube"), "result": gettext_lazy("Result"), "reported_at": gettext_lazy("Reported at"),
    "area": gettext_lazy("Area"), "investigation": gettext_lazy("Investigation"),
    "withdrawn": gettext_lazy("Withdrawn"), "via": gettext_lazy("Through"), "state": gettext_lazy("State"),
    "stays": gettext_lazy("Stays"), "release": gettext_lazy("Release"), "channel": gettext_lazy("Asked"),
    "units": gettext_lazy("Doors in all"), "lat": gettext_lazy("Latitude"), "lon": gettext_lazy("Longitude"),
    "code": gettext_lazy("Area code"), "level": gettext_lazy("Level of the area"),
    "parent": gettext_lazy("Area above"), "kind": gettext_lazy("Category"), "profession": gettext_lazy("Profession"),
    "skills": gettext_lazy("Skills"),
}  # fmt: skip
