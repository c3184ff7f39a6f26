"""Writes of the responders domain."""

from muster.domain.responders.actions.enrol import (
    AddOrganisations,
    DeclareFitness,
    EnrolResponders,
    OrganisationBody,
    ResponderBody,
    SignUpVolunteer,
    add_organisations,
    declare_fitness,
    enrol_responders,
    sign_up_volunteers,
    unmask,
)
from muster.domain.responders.actions.teams import (
    FormTeam,
    JoinTeam,
    SetUpStructure,
    StrikeTeam,
    WrongTemplate,
    form_teams,
    join_teams,
    set_up_structures,
)

__all__ = [
    "AddOrganisations",
    "DeclareFitness",
    "EnrolResponders",
    "FormTeam",
    "JoinTeam",
    "OrganisationBody",
    "ResponderBody",
    "SetUpStructure",
    "SignUpVolunteer",
    "StrikeTeam",
    "WrongTemplate",
    "add_organisations",
    "declare_fitness",
    "enrol_responders",
    "form_teams",
    "join_teams",
    "set_up_structures",
    "sign_up_volunteers",
    "unmask",
]
