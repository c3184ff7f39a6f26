"""The levels on which two values of a kind agree, as SQL that DuckDB and Spark read alike.

`L.x` and `R.x` stand for the derived column x of either side (see values.FORMS). The first level that holds
counts. `m` and `u` are what is believed, before any data, of the same and of different people: shares of
pairs in which both values are known.
"""

from __future__ import annotations

from dataclasses import dataclass

SLIP = "(levenshtein(L.{0}, R.{0}) <= 1 or (L.s = R.s and levenshtein(L.{0}, R.{0}) = 2))"


@dataclass(frozen=True)
class Level:
    """One level: a code, the condition, its meaning in both languages, and what is believed of it."""

    code: str
    sql: str
    zh: str
    en: str
    m: float
    u: float


def _differ(m: float) -> Level:
    return Level("differ", "", "不同", "different", m, 0.0)


_PLACE = (
    "(case when L.k is not null and R.k is not null then L.k = R.k else"
    " L.l = R.l or (length(L.l) > 1 and length(R.l) > 1"
    " and (L.l like concat('%', R.l) or R.l like concat('%', L.l))) end)"
)

LEVELS: dict[str, tuple[Level, ...]] = {
    "name": (
        Level("same", "L.v = R.v", "相同", "the same", 0.82, 0.002),
        Level("sound", "L.p = R.p or L.s = R.s", "同音或词序不同", "sounds the same", 0.06, 0.001),
        Level("crossed", "", "写在另一姓名栏", "stands in another name column", 0.01, 0.001),
        Level(
            "slip",
            "(levenshtein(L.h, R.h) <= 1 and least(length(L.h), length(R.h)) > 2)"
            " or (levenshtein(L.p, R.p) <= 1 and least(length(L.p), length(R.p)) > 4)",
            "差一个字", "one letter differs", 0.05, 0.003,
        ),
        Level(
            "alike",
            "(L.f = R.f and length(L.f) > 2) or (levenshtein(L.p, R.p) <= 2 and least(length(L.p), length(R.p)) > 5)"
            " or (length(R.p) > 2 and L.p like concat(R.p, '%')) or (length(L.p) > 2 and R.p like concat(L.p, '%'))",
            "相近", "alike", 0.03, 0.01,
        ),
        Level("family", "L.w = R.w", "同姓", "the same family name", 0.02, 0.05),
        _differ(0.03),
    ),
    "date": (
        Level("same", "L.v = R.v", "相同", "the same", 0.9, 0.0002),
        Level("exchanged", "L.v = R.x", "日月颠倒", "day and month exchanged", 0.01, 0.0002),
        Level("slip", SLIP.format("v"), "差一位", "one digit differs", 0.04, 0.003),
        Level(
            "parts",
            "(substr(L.v, 1, 6) = substr(R.v, 1, 6)) or (substr(L.v, 5) = substr(R.v, 5))"
            " or (substr(L.v, 1, 4) = substr(R.v, 1, 4) and substr(L.v, 7) = substr(R.v, 7))"
            " or levenshtein(L.v, R.v) <= 2",
            "两部分相同", "two parts agree", 0.02, 0.02,
        ),
        Level("year", "substr(L.v, 1, 4) = substr(R.v, 1, 4)", "同年", "the same year", 0.01, 0.015),
        _differ(0.02),
    ),
    "phone": (
        Level("same", "L.v = R.v", "相同", "the same", 0.75, 0.0003),
        Level("slip", SLIP.format("v"), "差一位", "one digit differs", 0.03, 0.00001),
        _differ(0.22),
    ),
    "id": (
        Level("same", "L.v = R.v", "相同", "the same", 0.92, 0.00001),
        Level("clash", "L.k = '1' and R.k = '1'",
              "不同，两个校验位都对", "different, and both check digits fit", 0.005, 0.9),
        Level("slip", SLIP.format("h"), "差一位", "one digit differs", 0.05, 0.00001),
        Level("near", "levenshtein(L.h, R.h) <= 2", "差两位以内", "two digits differ", 0.01, 0.0001),
        _differ(0.015),
    ),
    "address": (
        Level("same", f"L.v = R.v or ({_PLACE} and L.n = R.n)", "同一户", "the same door", 0.7, 0.0005),
        Level(
            "compatible", f"{_PLACE} and L.q = R.q and (L.n like '%--%' or R.n like '%--%')",
            "同楼同室", "the same house and room", 0.02, 0.0001,
        ),
        Level("slip", f"({_PLACE} and levenshtein(L.n, R.n) <= 1) or levenshtein(L.h, R.h) <= 2",
              "差一两个字", "one or two letters differ", 0.1, 0.001),
        Level("place", f"{_PLACE}", "同一小区或路段", "the same compound or road", 0.03, 0.01),
        Level(
            "alike", "levenshtein(L.h, R.h) <= 0.3 * greatest(length(L.h), length(R.h))",
            "相近", "alike", 0.05, 0.01,
        ),
        _differ(0.1),
    ),
    "number": (
        Level("same", "L.v = R.v", "相同", "the same", 0.88, 0.02),
        Level("slip", f"{SLIP.format('v')} and least(length(L.v), length(R.v)) > 1",
              "差一位", "one digit differs", 0.05, 0.02),
        _differ(0.07),
    ),
    "text": (
        Level("same", "L.v = R.v", "相同", "the same", 0.82, 0.02),
        Level("sound", "L.p = R.p or L.s = R.s", "同音或词序不同", "sounds the same", 0.02, 0.001),
        Level("slip", f"least(length(L.h), length(R.h)) > 2 and {SLIP.format('h')}",
              "差一个字", "one letter differs", 0.06, 0.001),
        Level("front", "L.w = R.w", "@ 前相同", "the same before the @", 0.01, 0.0002),
        Level(
            "alike", "levenshtein(L.h, R.h) <= 0.25 * greatest(length(L.h), length(R.h))"
            " or (length(R.p) > 3 and L.p like concat(R.p, '%')) or (length(L.p) > 3 and R.p like concat(L.p, '%'))",
            "相近", "alike", 0.04, 0.003,
        ),
        _differ(0.05),
    ),
}  # fmt: skip
# Levels that hold only for values of some shape are left out where no value has that shape.
NEEDS = {
    ("id", "birth"): "b",
    ("id", "clash"): "k",
    ("text", "front"): "w",
    ("name", "family"): "w",
    ("address", "compatible"): "q",
}
