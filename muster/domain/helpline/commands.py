"""The commands of this domain: {name: (body type, action)}."""

from muster.core.told import Many

COMMANDS: dict[str, tuple[type, Many]] = {}
