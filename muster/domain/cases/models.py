"""Tables of cases, contacts, quarantine, self-report links, and of who shared a place with a case.

Reads and the index that serves each: contacts of a case or person - `case`, `resident`; contacts that change by
the clock - `cases_contact_wake`; the visits of a person - `cases_visit_person`; who else was at a place -
`cases_visit_place` (index only); visits of a source that changed - `cases_visit_origin`; visits whose time is
over - `cases_visit_keep`; what was found for a case - `cases_candidate_case`.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from muster.core.tables import Fact, Held, RowSecurity


class Case(Held):
    """A confirmed case (the id is that of the confirmation). Steps and onset follow from the investigation."""

    resident = models.UUIDField(db_index=True)
    positive_at = models.DateTimeField()
    onset_date = models.DateField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    investigation = models.CharField(max_length=10, db_default="open")
    started_at = models.DateTimeField(null=True)
    track_known_at = models.DateTimeField(null=True)
    isolated_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)


class Contact(Held):
    """A person named as contact of a case; visible also where the person was shared.

    `area` is where the person lives now, `from_area` that of the case.
    """

    case = models.UUIDField(db_index=True)
    resident = models.UUIDField(db_index=True)
    contact_class = models.CharField(max_length=24)
    exposure = models.CharField(max_length=24, db_default="")
    via = models.UUIDField(null=True)
    from_area = models.BigIntegerField(null=True)
    last_exposure_at = models.DateTimeField()
    named_at = models.DateTimeField()
    state = models.CharField(max_length=12, default="followed")
    place = models.CharField(max_length=10, blank=True, default="")
    quarantine_point = models.UUIDField(null=True)
    transfer = models.CharField(max_length=10, db_default="")
    ordered_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    needs = ArrayField(models.CharField(max_length=20), default=list, db_default=[])
    misses = models.SmallIntegerField(db_default=0)
    release_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    next_change_at = models.DateTimeField(null=True)

    class Meta(Held.Meta):
        constraints = [RowSecurity(name="cases_contact_security", form="shared", subject="resident")]
        indexes = [
            models.Index(
                fields=["next_change_at"],
                name="cases_contact_wake",
                condition=models.Q(next_change_at__isnull=False),
            )
        ]


class CaseConfirmed(Fact):
    """A person was confirmed."""

    retracted_by = "cases.trace"
    case = models.UUIDField(db_index=True)
    resident = models.UUIDField()
    positive_at = models.DateTimeField()
    onset_date = models.DateField(null=True)


class CaseWithdrawn(Fact):
    """A confirmation was withdrawn: its wanted work goes, its facts stay."""

    retracted_by = "cases.trace"
    case = models.UUIDField(db_index=True)
    reason = models.CharField(max_length=40, blank=True, default="")


class Investigated(Fact):
    """A step of the investigation of a case was done."""

    retracted_by = "cases.trace"
    case = models.UUIDField(db_index=True)
    step = models.CharField(max_length=12)
    onset_date = models.DateField(null=True)


class InvestigationNote(Fact):
    """Something that was learnt about a case, in words of a person: sealed."""

    retracted_by = "cases.trace"
    case = models.UUIDField(db_index=True)
    note_c = models.BinaryField()


class ContactNamed(Fact):
    """A person was named as contact of a case, perhaps through another contact."""

    retracted_by = "cases.trace"
    contact = models.UUIDField(db_index=True)
    case = models.UUIDField(db_index=True)
    resident = models.UUIDField()
    contact_class = models.CharField(max_length=24)
    last_exposure_at = models.DateTimeField()
    exposure = models.CharField(max_length=24, db_default="")
    via = models.UUIDField(null=True)


class FollowedUp(Fact):
    """A contact was asked how they are."""

    contact = models.UUIDField(db_index=True)
    outcome = models.CharField(max_length=12)
    channel = models.CharField(max_length=12, db_default="call")
    symptoms = ArrayField(models.CharField(max_length=20), default=list, db_default=[])


class Quarantined(Fact):
    """A contact was brought to, or stays at, a place."""

    contact = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=10)
    place = models.UUIDField(null=True)


class Transferred(Fact):
    """A step of the way of a contact to a place of quarantine."""

    contact = models.UUIDField(db_index=True)
    stage = models.CharField(max_length=10)
    kind = models.CharField(max_length=10)
    place = models.UUIDField(null=True)


class NeedStated(Fact):
    """A contact in quarantine needs something: a medicine, dialysis, care."""

    contact = models.UUIDField(db_index=True)
    need = models.CharField(max_length=20)


class ReportLink(Held):
    """A link with which one contact reports how they are. The address is signed; nothing of it is kept here."""

    contact = models.UUIDField(db_index=True)
    made_at = models.DateTimeField()
    made_by = models.UUIDField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)


class ListedPerson(Held):
    """Somebody of a line list that came in: the id follows from their id there, so that later files find them."""

    resident = models.UUIDField()
    upload = models.UUIDField(db_index=True)


class PlaceVisit(Held):
    """Somebody was at a place from an instant to another: derived, narrow, and deleted in time.

    A stay longer than `PIECE` is kept in pieces, so that an index on the beginning finds all that reach in.
    """

    person = models.UUIDField()
    place = models.UUIDField()
    source = models.CharField(max_length=10)
    origin = models.UUIDField()
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    keep_until = models.DateTimeField()

    class Meta(Held.Meta):
        constraints = [
            *Held.Meta.constraints,
            models.CheckConstraint(
                name="cases_visit_lasts", condition=models.Q(to_at__gt=models.F("from_at"))
            ),
        ]
        indexes = [
            models.Index(fields=["person", "from_at"], name="cases_visit_person"),
            models.Index(
                fields=["place", "from_at"],
                include=["to_at", "person", "incident", "area"],
                name="cases_visit_place",
            ),
            models.Index(fields=["origin"], name="cases_visit_origin"),
            models.Index(fields=["keep_until"], name="cases_visit_keep"),
        ]


class ExposureQuestion(Held):
    """Who shared a place with a case: asked for a reason, answered only once another person approved.

    `place`, `from_at` and `to_at` narrow it to a notice about one place; without a place the case's own visits
    in the window are the source. The reason stands sealed in the journal.
    """

    case = models.UUIDField(db_index=True)
    place = models.UUIDField(null=True)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    min_overlap_s = models.IntegerField()
    generations = models.SmallIntegerField()
    state = models.CharField(max_length=10, default="asked")  # asked, answered, declined
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    found = models.IntegerField(default=0)


class ExposureCandidate(Held):
    """Somebody who shared a place with a case long enough. A person says whether they are a contact.

    The id follows from case, person, generation and place: asked again, it is the same row.
    """

    question = models.UUIDField()
    case = models.UUIDField()
    person = models.UUIDField()
    home_area = models.BigIntegerField(null=True)  # none: somebody on duty, not a resident
    generation = models.SmallIntegerField()
    place = models.UUIDField()
    source = models.CharField(max_length=10, db_default="")  # how it is known that they were there
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    overlap_s = models.IntegerField()

    class Meta(Held.Meta):
        indexes = [models.Index(fields=["case", "person"], name="cases_candidate_case")]


class CandidateJudged(Fact):
    """A person decided whether somebody who shared a place with a case is a contact; remembered for the case."""

    retracted_by = "cases.trace"
    case = models.UUIDField(db_index=True)
    person = models.UUIDField()
    verdict = models.CharField(max_length=10)  # contact, dismissed
    reason = models.CharField(max_length=40, blank=True, default="")
    contact = models.UUIDField(null=True)
