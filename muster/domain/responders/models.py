"""Tables of organisations, responders, fitness and teams."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from muster.core.history import tracked
from muster.core.tables import Fact, Held, RowSecurity, Standing


@tracked(form="open")
class Organisation(Standing):
    """An agency, school, firm or group that sends people."""

    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, blank=True, default="")
    kind = models.CharField(max_length=20)

    class Meta(Standing.Meta):
        constraints = [RowSecurity(name="responders_organisation_security", form="open")]


@tracked(form="open", without=("name_c",))
class Responder(Standing):
    """Somebody who responds. Known by a code everywhere; the name is sealed."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    profession = models.CharField(max_length=40, blank=True, default="")
    skills = ArrayField(models.CharField(max_length=40), default=list)
    code = models.CharField(max_length=12, db_index=True)
    name_c = models.BinaryField(null=True)  # sealed in the standing vault
    account = models.UUIDField(null=True)

    class Meta(Standing.Meta):
        # Sent to another area, a responder must be known there; nothing here says who it is.
        constraints = [RowSecurity(name="responders_responder_security", form="open")]


class FitnessLimit(Fact):
    """What somebody shall not be asked to do, as codes: never why. The latest declaration is in force."""

    retracted_by = "responders.enrol"
    responder = models.UUIDField(db_index=True)
    limits = ArrayField(models.CharField(max_length=20), default=list)
    until = models.DateTimeField(null=True)

    class Meta(Fact.Meta):
        # The area that claims a seat for a seconded person must be able to ask "is this post fit for them".
        constraints = [RowSecurity(name="responders_fitnesslimit_security", form="open", facts=True)]


class SignUp(Fact):
    """A volunteer signed up through a channel."""

    responder = models.UUIDField(db_index=True)
    channel = models.CharField(max_length=20)


@tracked(form="incident")
class Structure(Held):
    """A command structure set up from a template such as 1+3+N."""

    template = models.CharField(max_length=12)
    set_up_at = models.DateTimeField()


@tracked(form="incident")
class Team(Held):
    """People who work together under one leader."""

    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    structure = models.ForeignKey(Structure, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    leader = models.UUIDField(null=True)


class TeamMember(Fact):
    """Somebody stands in a team from an instant on, perhaps to another."""

    retracted_by = "responders.enrol"
    team = models.UUIDField(db_index=True)
    responder = models.UUIDField(db_index=True)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
