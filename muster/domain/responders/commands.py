"""The commands of this domain: {name: (body type, action)}."""

from muster.core.told import Many
from muster.domain.responders import actions

COMMANDS: dict[str, tuple[type, Many]] = {
    "add_organisations": (actions.AddOrganisations, actions.add_organisations),
    "enrol_responders": (actions.EnrolResponders, actions.enrol_responders),
    "sign_up_volunteer": (actions.SignUpVolunteer, actions.sign_up_volunteers),
    "declare_fitness": (actions.DeclareFitness, actions.declare_fitness),
    "form_team": (actions.FormTeam, actions.form_teams),
    "set_up_structure": (actions.SetUpStructure, actions.set_up_structures),
    "join_team": (actions.JoinTeam, actions.join_teams),
}
