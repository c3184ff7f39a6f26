"""Kinds of organisations and teams, the 1+3+N template, and fitness as of an instant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

TEMPLATE = re.compile(r"^(\d{1,2})\+(\d{1,2})\+(\d{1,2}|N)$")


class OrganisationKind(StrEnum):
    """Who sends people."""

    AGENCY = "agency"
    SCHOOL = "school"
    FIRM = "firm"
    COMMUNITY = "community"
    SUBDISTRICT = "subdistrict"
    BRANCH = "branch"
    HOSPITAL = "hospital"
    VOLUNTEERS = "volunteers"


class ResponderKind(StrEnum):
    """On what ground somebody responds."""

    STAFF = "staff"
    VOLUNTEER = "volunteer"
    SECONDEE = "secondee"


class TeamKind(StrEnum):
    """What a team is for."""

    COMMITTEE = "committee"
    VANGUARD = "vanguard"
    YOUTH = "youth"
    GRID = "grid"
    PARTNER = "partner"
    TRACING = "tracing"
    LOGISTICS = "logistics"
    SWEEP = "sweep"
    SAMPLING = "sampling"
    GATE = "gate"


STRIKE = (TeamKind.VANGUARD, TeamKind.YOUTH, TeamKind.GRID)
NAMES = {
    TeamKind.COMMITTEE: "社区居委会",
    TeamKind.VANGUARD: "先锋突击队",
    TeamKind.YOUTH: "青年突击队",
    TeamKind.GRID: "网格突击队",
}


class Template(msgspec.Struct, frozen=True):
    """How many committees, strike teams and partners a structure has; partners None means any number."""

    committees: int
    strikes: int
    partners: int | None


def read_template(text: str) -> Template | None:
    """The template of a text such as `1+3+N`; None when it is not one."""
    found = TEMPLATE.match(text.replace("＋", "+").replace(" ", "").upper())
    if found is None:
        return None
    last = found[3]
    return Template(int(found[1]), int(found[2]), None if last == "N" else int(last))


def fits_template(template: Template, strikes: int, partners: int) -> bool:
    """Whether one committee with so many strike teams and partners is what the template asks for."""
    return (template.committees, template.strikes) == (1, strikes) and template.partners in (None, partners)


class Declared(msgspec.Struct, frozen=True):
    """What was declared about somebody's fitness at an instant: codes, never a reason."""

    at: datetime
    id: str
    limits: Sequence[str]
    until: datetime | None = None


def limits_at(declared: Iterable[Declared], at: datetime) -> frozenset[str]:
    """The limits in force at an instant: the latest declaration replaces those before it, until it ends."""
    latest = max(declared, key=lambda one: (one.at, one.id), default=None)
    if latest is None or (latest.until is not None and latest.until <= at):
        return frozenset()
    return frozenset(latest.limits)


class Membership(msgspec.Struct, frozen=True):
    """Somebody stands in a team from an instant, perhaps to another."""

    at: datetime
    id: str
    from_at: datetime
    to_at: datetime | None = None


def is_member(memberships: Iterable[Membership], at: datetime) -> bool:
    """Whether the latest word on a membership covers an instant."""
    latest = max(memberships, key=lambda one: (one.at, one.id), default=None)
    return latest is not None and latest.from_at <= at and (latest.to_at is None or at < latest.to_at)
