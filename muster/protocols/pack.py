"""A protocol pack as typed, frozen values: the one place where the numbers of an outbreak live."""

from typing import Literal

from muster.protocols.calling import Script
from muster.protocols.ground import Gates, Sweep, Testing, Vector, Zone
from muster.protocols.means import Staffing, Supplies
from muster.protocols.people import (
    Attempts,
    Clock,
    ContactClass,
    Contacts,
    Helpline,
    ResidentChecks,
)
from muster.protocols.values import NoSuchCodeError, Section, Text, Valued, by_code

Hazard = Literal["respiratory", "mosquito", "flood", "storm", "other"]


class Pack(Section, frozen=True):
    """Everything a hazard asks for. Sections a hazard does not know are absent (no tubes in a flood)."""

    name: str
    version: str
    title: Text
    hazard: Hazard
    clocks: dict[str, Clock]
    attempts: Attempts
    sweep: Sweep
    staffing: Staffing
    supplies: Supplies
    helpline: Helpline
    retention_days: Valued[int]
    disease: Text | None = None
    contacts: Contacts | None = None
    zones: tuple[Zone, ...] = ()
    testing: Testing | None = None
    gates: Gates | None = None
    vector: Vector | None = None
    checks: ResidentChecks | None = None
    scripts: tuple[Script, ...] = ()

    def contact_class(self, code: str) -> ContactClass:
        """The contact class with this code; raises `NoSuchCodeError`."""
        return by_code(self.contacts.classes if self.contacts else (), code, "contact class")

    def script(self, kind: str) -> Script | None:
        """What callers say about work of this kind; None where the pack has no words for it."""
        return next((one for one in self.scripts if kind in one.kinds), None)

    def zone(self, level: str) -> Zone:
        """The zone level with this code; raises `NoSuchCodeError`."""
        return by_code(self.zones, level, "zone level")

    def pool_size(self, zone_level: str | None) -> int:
        """How many people share a tube in a zone, or outside zones; raises `NoSuchCodeError` without testing."""
        if self.testing is None:
            raise NoSuchCodeError("section", "testing")
        tests = None if zone_level is None else self.zone(zone_level).tests
        return (tests or self.testing).pool_size.value
