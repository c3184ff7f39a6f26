"""Tables of forms: a form with its mapping, its published versions, its files, and what was filled in.

Forms hold no personal data and are read by all; what was filled in is sealed and belongs to an area.
`interop_submission_page` serves the list of submissions of a form; `interop_submission_edits` finds what
a submission was replaced by; `interop_attachment_of` the files of one; `interop_change_turn` the changes of one
row of a list that came by telephones; `interop_change_held` those that wait for the one before them.
"""

from __future__ import annotations

from django.db import models

from muster.core.history import tracked
from muster.core.tables import Fact, Held, RowSecurity


@tracked(form="open")
class Form(Held):
    """A form of one incident, known to telephones by its code; its id derives from both.

    `steps` is the mapping: which answers become which command.
    """

    code = models.CharField(max_length=80)
    title = models.CharField(max_length=120)
    version = models.CharField(max_length=40)  # the newest, which telephones are offered
    is_open = models.BooleanField(default=True)
    steps = models.JSONField(default=list)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [RowSecurity(name="interop_form_security", form="open")]
        indexes = [models.Index(fields=["incident", "code"], name="interop_form_code")]


class FormVersion(Held):
    """One published version; its id derives from form and version. Kept for ever, never changed."""

    form = models.UUIDField(db_index=True)
    version = models.CharField(max_length=40)
    xform = models.TextField()
    md5 = models.CharField(max_length=32)
    questions = models.JSONField()
    media = models.JSONField(default=list)  # names of the files it needs
    published_at = models.DateTimeField()
    published_by = models.UUIDField()

    class Meta:
        constraints = [RowSecurity(name="interop_formversion_security", form="open")]


@tracked(form="open", without=("content",))
class FormMedia(Held):
    """A file that belongs to a form; its id derives from form and name, so that a newer one takes its place."""

    form = models.UUIDField(db_index=True)
    name = models.CharField(max_length=120)
    content = models.BinaryField()  # sealed
    md5 = models.CharField(max_length=32)

    class Meta:
        constraints = [RowSecurity(name="interop_formmedia_security", form="open")]


class Submission(Fact):
    """One filled-in form as it came. Its id is the instance id, or derives from it.

    `replaces` is the submission it edits; `commands` the id and name of each command it was turned into.
    """

    form = models.UUIDField()
    version = models.CharField(max_length=40)
    digest = models.BinaryField(max_length=16)
    sealed = models.BinaryField()
    replaces = models.UUIDField(null=True)
    commands = models.JSONField(default=list)

    class Meta(Fact.Meta):
        indexes = [
            models.Index(fields=["form", "recorded_at", "id"], name="interop_submission_page"),
            models.Index(
                fields=["replaces"],
                name="interop_submission_edits",
                condition=models.Q(replaces__isnull=False),
            ),
        ]


class Attachment(Fact):
    """A photograph or sound that came with a submission; the same bytes twice are one."""

    submission = models.UUIDField()
    name_c = models.BinaryField()
    size = models.IntegerField()
    sealed = models.BinaryField()

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["submission"], name="interop_attachment_of")]


class EntityChange(Held):
    """What a submission did to a row of a list (the id is the submission's): in its turn, or held until then.

    `version` is the row's after it; `is_conflict` says that somebody else changed it in between (both are kept).
    """

    list = models.CharField(max_length=20)
    entity = models.UUIDField()
    branch = models.CharField(max_length=40, blank=True, default="")
    creates = models.BooleanField(default=False)
    base = models.IntegerField(default=0)
    trunk = models.IntegerField(null=True)
    state = models.CharField(max_length=8, default="applied")  # applied, held
    version = models.IntegerField(null=True)
    is_conflict = models.BooleanField(default=False)
    since = models.DateTimeField()

    class Meta(Held.Meta):
        indexes = [
            models.Index(fields=["entity", "branch", "base"], name="interop_change_turn"),
            models.Index(fields=["since"], name="interop_change_held", condition=models.Q(state="held")),
        ]
