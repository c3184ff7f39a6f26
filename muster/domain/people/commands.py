"""The commands of this domain: {name: (body type, action)}."""

from muster.core.told import Many
from muster.domain.people import actions

COMMANDS: dict[str, tuple[type, Many]] = {
    "register_person": (actions.RegisterPerson, actions.register_people),
    "join_residents": (actions.JoinResidents, actions.join_residents),
    "part_residents": (actions.PartResidents, actions.part_residents),
    "share_subject": (actions.ShareSubject, actions.share_subjects),
}
RETRACTED: dict[str, Many] = {
    "people.registration": actions.reconsider_registrations,
    "people.sameperson": actions.reconsider_decisions,
}
