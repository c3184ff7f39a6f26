"""The commands of reports: {name: (body type, action)}."""

from muster.core.told import Many
from muster.reports import actions

COMMANDS: dict[str, tuple[type, Many]] = {"publish_sitrep": (actions.PublishSitrep, actions.publish_sitreps)}
