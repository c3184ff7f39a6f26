"""The line list in the words of Go.Data and of SORMAS: their headers, their days, their codes. Pure.

What they have no word for is left out; our own form holds everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

Line = Mapping[str, str]
Columns = dict[str, str | Callable[[Line], str]]
DOUBLE = frozenset(("欧阳", "司徒", "上官", "司马", "诸葛", "皇甫", "尉迟", "慕容", "令狐", "长孙", "夏侯"))
ENDED = {"released": "COMPLETED", "withdrawn": "CANCELED"}
DAY = 10  # signs of a day at the head of an instant


def _day(field: str) -> Callable[[Line], str]:
    return lambda line: line[field][:DAY]


def _family(line: Line) -> str:
    name = line["name"]
    if any("\u4e00" <= sign <= "\u9fff" for sign in name):
        return name[:2] if name[:2] in DOUBLE else name[:1]
    return name.rpartition(" ")[2]


def _given(line: Line) -> str:
    name, family = line["name"], _family(line)
    return name[len(family) :] if name.startswith(family) else name.rpartition(" ")[0]


def _coded(field: str, codes: Mapping[str, str], other: str = "") -> Callable[[Line], str]:
    return lambda line: codes.get(line[field], other)


def _withdrawn(yes: str, no: str) -> Callable[[Line], str]:
    return lambda line: yes if line["withdrawn"] else no


GODATA: dict[str, Columns] = {
    "cases": {
        "uuid": "id", "firstName": _given, "lastName": _family, "telephone": "telephone", "city": "area",
        "classification": _withdrawn("NOT_A_CASE_DISCARDED", "CONFIRMED"), "date_of_onset": "onset",
        "date_of_reporting": _day("report_date"),
    },
    "contacts": {
        "uuid": "id", "firstName": _given, "lastName": _family, "telephone": "telephone", "city": "area",
        "contact_status": _coded(
            "state", {"released": "FOLLOW_UP_COMPLETED", "case": "BECAME_CASE", "withdrawn": "NOT_A_CONTACT"},
            "UNDER_FOLLOW_UP",
        ),
        "date_of_last_contact": _day("last_exposure"), "date_of_followup_end": _day("release"),
        "was_case": _coded("state", {"case": "TRUE"}, "FALSE"),
    },
    "relations": {
        "source_uuid": "case_id", "target_uuid": "contact_id", "date_of_last_contact": _day("last_exposure"),
        "context_of_exposure": "context", "relation_detail": "class",
    },
    "follow_ups": {
        "contact_uuid": "contact", "date_of_followup": _day("date"),
        "followup_status": lambda line: line["status"].upper(),
    },
}  # fmt: skip
SORMAS: dict[str, Columns] = {
    "cases": {
        "uuid": "id", "person.firstName": _given, "person.lastName": _family, "person.phone": "telephone",
        "person.nationalHealthId": "document", "community": "area",
        "caseClassification": _withdrawn("NO_CASE", "CONFIRMED"), "symptoms.onsetDate": "onset",
        "reportDate": _day("report_date"),
        "investigationStatus": _coded("investigation", {"finished": "DONE"}, "PENDING"),
    },
    "contacts": {
        "uuid": "id", "caze.uuid": "case_id", "person.firstName": _given, "person.lastName": _family,
        "person.phone": "telephone", "person.nationalHealthId": "document", "community": "area",
        "lastContactDate": _day("last_exposure"),
        "contactClassification": _coded("state", {"withdrawn": "NOT_CONTACT"}, "CONFIRMED"),
        "contactStatus": _coded("state", {"case": "CONVERTED"} | dict.fromkeys(ENDED, "DROPPED"), "ACTIVE"),
        "followUpStatus": _coded("state", {"lost": "LOST", **ENDED}, "FOLLOW_UP"),
        "followUpUntil": _day("release"),
    },
    "follow_ups": {
        "contact.uuid": "contact", "visitDateTime": "date",
        "visitStatus": _coded("status", {"missed": "UNAVAILABLE"}, "COOPERATIVE"),
        "symptoms.symptomatic": _coded("status", {"seen_not_ok": "true", "seen_ok": "false"}),
    },
}  # fmt: skip
DIALECTS = {"godata": GODATA, "sormas": SORMAS}


def translated(
    dialect: str, sheet: str, header: Sequence[str], rows: Iterable[Sequence[str]]
) -> list[Sequence[str]]:
    """A sheet of ours with its header as the other system writes it; KeyError for one that it does not have."""
    columns = DIALECTS[dialect][sheet]
    lines: list[Sequence[str]] = [tuple(columns)]
    for row in rows:
        line = dict(zip(header, row, strict=True))
        lines.append([line[one] if isinstance(one, str) else one(line) for one in columns.values()])
    return lines
