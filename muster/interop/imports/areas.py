"""A table of areas: each row becomes an area, or brings a known one up to date."""

from __future__ import annotations

from collections.abc import Sequence

from muster.core.access import span
from muster.core.ids import new_id
from muster.core.told import Told
from muster.domain.places import actions as places
from muster.domain.places.models import Area
from muster.domain.places.rules import level_of, parent_of
from muster.interop.imports.beginning_reading import Ward
from muster.interop.imports.outcomes import ALREADY, REFUSED, TAKEN, Outcome
from muster.interop.imports.people import Setting, refusal
from muster.interop.imports.placing import OUTSIDE
from muster.interop.imports.reading import Reading

KNOWN = ("code", "name", "level", "parent", "lat", "lon", "generated", "note")


class Areas:
    """One pass over a table of areas."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.low, self.high = span(setting.area)
        self._said: dict[int, places.NewArea] = {}

    def foresee(self, chunk: Sequence[Reading]) -> list[Outcome]:
        """What a run would make of these rows."""
        return self._judge(chunk)[0]

    def run(self, chunk: Sequence[Reading]) -> list[Outcome]:
        """Add the areas that are new, and bring the others up to date."""
        outcomes, bodies = self._judge(chunk)
        setting = self.setting
        told = {
            row: Told(new_id(), setting.now, setting.by.by, places.AddAreas([body]))
            for row, body in bodies.items()
        }
        done = places.add_areas(
            told=list(told.values()), by=setting.by, incident=setting.incident, now=setting.now
        )
        for one in outcomes:
            if one.row in told and (problem := done.refused.get(told[one.row].id)):
                one.result, one.code = REFUSED, problem.code
        return outcomes

    def _judge(self, chunk: Sequence[Reading]) -> tuple[list[Outcome], dict[int, places.NewArea]]:
        codes = {reading.said.code for reading in chunk if reading.said}
        known = {
            row[0]: places.NewArea(*row) for row in Area.objects.filter(code__in=codes).values_list(*KNOWN)
        }
        outcomes, bodies = [], {}
        for reading in chunk:
            outcome = self._one(reading, known)
            outcomes.append(outcome)
            if outcome.result == TAKEN:
                bodies[reading.row] = self._said[reading.said.code]
        return outcomes, bodies

    def _one(self, reading: Reading, known: dict[int, places.NewArea]) -> Outcome:
        said: Ward | None = reading.said
        if said is None:
            return refusal(reading)
        if not self.low <= said.code < self.high:
            return Outcome(reading.row, REFUSED, OUTSIDE, "code")
        earlier, there = self._said.get(said.code), known.get(said.code)
        area = _area(said, earlier or there)
        if earlier is not None and area != earlier:
            return Outcome(reading.row, REFUSED, "imports.code_twice", "code")
        self._said[said.code] = area
        if earlier is not None or area == there:
            return Outcome(reading.row, ALREADY)
        if there is not None:
            return Outcome(reading.row, TAKEN, "imports.area_changed", "name")
        return Outcome(reading.row, TAKEN, reading.code, reading.field, "new")


def _area(said: Ward, known: places.NewArea | None) -> places.NewArea:
    """The area a row makes; of a known one stays what the row does not say."""
    base = known or places.NewArea(said.code, said.name, level_of(said.code), parent_of(said.code))
    is_placed = said.lat is not None
    return places.NewArea(
        said.code, said.name, said.level or base.level, base.parent if said.parent is None else said.parent,
        said.lat if is_placed else base.lat, said.lon if is_placed else base.lon,
        base.generated and not is_placed, base.note,
    )  # fmt: skip
