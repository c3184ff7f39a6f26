"""Files and short ways to import them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from muster.core.access import Actor, scope
from muster.interop.imports import actions as imports
from muster.interop.models import Import
from tests.cast import COMMUNITY
from tests.interop.tables.makers import citizen

HEADER = ("姓名", "身份证号", "联系电话", "现住址")
FIELDS = {"name": 0, "document": 1, "phone": 2, "address": 3}


def person(serial: int, name: str = "张三") -> tuple[str, str, str, str]:
    """A row that nothing is wrong with."""
    return (
        name,
        citizen(serial, serial % 997 + 1),
        f"138{serial:08}",
        f"中兴路{serial % 90 + 1}栋{serial % 30 + 1}01",
    )


def csv_of(
    rows: Sequence[Sequence[object]], header: Sequence[str] = HEADER, encoding: str = "utf-8"
) -> bytes:
    """A csv file."""
    target = io.StringIO(newline="")
    csv.writer(target).writerows([header, *rows])
    return target.getvalue().encode(encoding)


class Desk:
    """Somebody who imports."""

    def __init__(self, by: Actor, incident: UUID, now: datetime, area: int = COMMUNITY) -> None:
        self.by, self.incident, self.now, self.area = by, incident, now, area

    def upload(self, data: bytes, kind: str = "residents", name: str = "名单.csv", **options: str) -> Import:
        with scope(self.by, self.incident):
            return imports.upload(
                file=imports.File(name, data), wish=imports.Wish(kind, self.area, options), by=self.by,
                incident=self.incident, now=self.now,
            )  # fmt: skip

    def preview(self, made: Import, accepted: bool = True, **mapping: int) -> Import:
        with scope(self.by, self.incident):
            imports.map_columns(
                upload=made.id, mapping=mapping or made.mapping, accepted=accepted, by=self.by,
                incident=self.incident, now=self.now,
            )  # fmt: skip
            return imports.look(upload=made.id, by=self.by, incident=self.incident, now=self.now)

    def run(self, made: Import) -> Import:
        with scope(self.by, self.incident):
            return imports.run(upload=made.id, by=self.by, incident=self.incident, now=self.now)

    def undo(self, made: Import) -> Import:
        with scope(self.by, self.incident):
            return imports.undo(upload=made.id, by=self.by, incident=self.incident, now=self.now)

    def decide(self, made: Import, choices: dict[int, tuple[str, UUID | None]]) -> int:
        with scope(self.by, self.incident):
            return imports.decide(
                upload=made.id, choices=choices, by=self.by, incident=self.incident, now=self.now
            )

    def whole(self, data: bytes, kind: str = "residents", name: str = "名单.csv", **options: str) -> Import:
        """Upload, preview and run."""
        return self.run(self.preview(self.upload(data, kind, name, **options)))
