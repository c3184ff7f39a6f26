"""The transmission chain of a case as a picture: who was named through whom, laid out without crossings. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

import msgspec

WIDE, HIGH, GAP_X, GAP_Y = 176, 40, 44, 12
MOST = 120  # beyond this a picture says less than a list


class Link(msgspec.Struct, frozen=True):
    """Somebody in the chain, and through whom; the case itself has nobody before it."""

    id: UUID
    before: UUID | None
    label: str
    note: str
    state: str
    word: str
    href: str


class Node(msgspec.Struct, frozen=True):
    """A box of the picture."""

    link: Link
    x: int
    y: int
    depth: int

    @property
    def text_x(self) -> int:
        """Where its words begin."""
        return self.x + 12

    @property
    def first_y(self) -> int:
        """The line of the name."""
        return self.y + 17

    @property
    def second_y(self) -> int:
        """The line of the note."""
        return self.y + 33


class Picture(msgspec.Struct, frozen=True):
    """Boxes, lines between them, the size of it all; `left_out` of a chain that is too long."""

    nodes: list[Node]
    paths: list[str]
    width: int
    height: int
    left_out: int


def draw(links: Sequence[Link]) -> Picture:
    """Lay the chain out from left to right; each box stands beside the middle of those that follow from it."""
    shown = list(links[:MOST])
    known = {one.id for one in shown}
    after: dict[UUID | None, list[Link]] = defaultdict(list)
    for one in shown:
        after[one.before if one.before in known and one.before != one.id else None].append(one)
    nodes: dict[UUID, Node] = {}
    row = 0
    for root in after[None]:
        row = _place(root, 0, row, after, nodes)
    paths = [
        _path(nodes[one.before], nodes[one.id])
        for one in shown
        if one.before in nodes and one.id in nodes and nodes[one.before].depth < nodes[one.id].depth
    ]
    deepest = max((node.depth for node in nodes.values()), default=0)
    return Picture(
        nodes=sorted(nodes.values(), key=lambda node: (node.y, node.x)),
        paths=paths,
        width=(deepest + 1) * (WIDE + GAP_X) - GAP_X + 2,
        height=max(row, 1) * (HIGH + GAP_Y) - GAP_Y + 2,
        left_out=len(links) - len(nodes),
    )


def _place(
    link: Link, depth: int, row: int, after: dict[UUID | None, list[Link]], nodes: dict[UUID, Node]
) -> int:
    """Place a box and everything after it from this row on; returns the next free row."""
    if link.id in nodes:
        return row
    nodes[link.id] = Node(link, 0, 0, depth)  # held, so that a circle ends
    begin, following = row, after.get(link.id, [])
    for one in following:
        row = _place(one, depth + 1, row, after, nodes)
    row = max(row, begin + 1)
    middle = (begin + row - 1) * (HIGH + GAP_Y) // 2
    nodes[link.id] = Node(link, depth * (WIDE + GAP_X) + 1, middle + 1, depth)
    return row


def _path(a: Node, b: Node) -> str:
    x1, y1, x2, y2 = a.x + WIDE, a.y + HIGH // 2, b.x, b.y + HIGH // 2
    bend = x1 + GAP_X // 2
    return f"M{x1} {y1}H{bend}V{y2}H{x2}"
