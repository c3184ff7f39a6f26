"""The commands of this domain: {name: (body type, action)}."""

from muster.core.told import Many
from muster.domain.places import actions

COMMANDS: dict[str, tuple[type, Many]] = {
    "add_areas": (actions.AddAreas, actions.add_areas),
    "add_building": (actions.AddBuilding, actions.add_buildings),
    "add_doors": (actions.AddDoors, actions.add_doors),
    "add_point": (actions.AddPoint, actions.add_points),
}
RETRACTED: dict[str, Many] = {}
