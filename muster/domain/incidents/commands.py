"""The commands of this domain: {name: (body type, action)}."""

from muster.core.told import Many
from muster.domain.incidents import actions

COMMANDS: dict[str, tuple[type, Many]] = {
    "open_incident": (actions.OpenIncident, actions.open_incidents),
    "change_pack": (actions.ChangePack, actions.change_packs),
    "designate_zone": (actions.DesignateZone, actions.designate_zones),
    "change_zone": (actions.ChangeZone, actions.change_zones),
    "record_works": (actions.RecordWorks, actions.record_works),
}
RETRACTED = {
    "incidents.packchange": actions.reconsider_packs,
    "incidents.zonechange": actions.reconsider_changes,
}
