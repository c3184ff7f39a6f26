"""Holding what was published against what was derived: pure over plain values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from muster.reports.figures.definition import Text

ABOUT = 0.10


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody published: a value, how it was said, and what is odd about it (given by the caller)."""

    ref: str
    value: int
    relation: str  # exact, at_least, about, conflict
    parts: tuple[int, ...] = ()
    printed_date: date | None = None
    plain_date: date | None = None
    note: str = ""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How published and derived stand to each other, in words."""

    ref: str
    published: int
    relation: str
    derived: int | None
    status: str  # agrees, bound_met, conflict_reported, missing, wrong
    explanation: Text


def reconcile(said: Published, derived: int | None, parts: Sequence[int] = ()) -> Outcome:
    """Judge one figure; `parts` are the derived parts."""
    status, explanation = _judged(said, derived, parts)
    return Outcome(
        ref=said.ref, published=said.value, relation=said.relation, derived=derived, status=status,
        explanation=explanation,
    )  # fmt: skip


def _judged(said: Published, derived: int | None, parts: Sequence[int]) -> tuple[str, Text]:
    if not derived:
        return "missing", Text("没有可用于统计的记录", "nothing was recorded to derive it from")
    if said.relation == "conflict":
        return _conflict(said, derived, parts)
    if said.relation == "at_least":
        more = Text(
            f"公布“{said.value:,}以上”，实录{derived:,}",
            f"published as {said.value:,} or more; recorded {derived:,}",
        )
        return ("bound_met" if derived >= said.value else "wrong"), more
    gap = derived - said.value
    if said.relation == "about":
        near = abs(gap) <= ABOUT * said.value
        words = Text(
            f"约数{said.value:,}，实录{derived:,}，相差{gap:+,}",
            f"about {said.value:,}; recorded {derived:,}, {gap:+,}",
        )
        return ("agrees" if near else "wrong"), words
    if said.relation != "exact":
        raise ValueError(said.relation)
    if gap == 0:
        return "agrees", Text("与记录一致", "as recorded")
    return "wrong", Text(
        f"公布{said.value:,}，实录{derived:,}，相差{gap:+,}",
        f"published {said.value:,}, recorded {derived:,}: {gap:+,}",
    )


def _conflict(said: Published, derived: int, parts: Sequence[int]) -> tuple[str, Text]:
    """What was published contradicts itself: agreement with its total would be the wrong thing to find."""
    listed = sorted(said.parts or parts)
    total = sum(listed)
    if derived == said.value:
        if total == derived:
            return "agrees", Text("分项与总数相符", "the parts add up to the total after all")
        return "wrong", Text(f"公布的总数{said.value:,}与其分项不符，却得到了相同的数",
                             f"the total {said.value:,} does not follow from its parts, yet was derived")  # fmt: skip
    shown = "+".join(f"{part:,}" for part in listed)
    zh = f"公布总数近{said.value:,}，各批次之和为{shown}={total:,}；实录{derived:,}"
    en = f"the total is printed as nearly {said.value:,}, its batches sum to {shown} = {total:,}; recorded {derived:,}"
    if said.parts and total != derived:
        return "wrong", Text(zh, en)
    if said.printed_date is not None:
        plain = said.plain_date or said.printed_date
        zh += f"；一批日期印作{said.printed_date:%m-%d}，应为{plain:%m-%d}"
        en += f"; one date is printed as {said.printed_date:%m-%d}, plainly {plain:%m-%d}"
    return "conflict_reported", Text(zh, en)
