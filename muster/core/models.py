"""Accounts, rights, telephones, receipts, the journal and the keys' wrapped halves."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from muster.core.history import tracked
from muster.core.ids import new_id
from muster.core.tables import CommitOrder, Fact, NumberRanges, RowSecurity, ServerNow


class Installation(models.Model):
    """The one row that says what this installation is."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    training = models.BooleanField(default=False)
    clock_offset = models.DurationField()
    tx_base = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(name="core_installation_is_one", condition=models.Q(id=1))]


class Accounts(BaseUserManager["Account"]):
    """Looks accounts up by user name."""

    def get_by_natural_key(self, username: str | None) -> Account:
        """Needed by Django's sign-in."""
        return self.get(username=username)


@tracked(form=None, without=("password", "last_login"))
class Account(AbstractBaseUser):
    """A way to sign in. What it may do stands in grants; who it is stands in responders."""

    id = models.UUIDField(primary_key=True, default=new_id)
    username = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=80, blank=True, default="")
    responder = models.UUIDField(null=True)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=8, default="zh-hans")

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = Accounts()


@tracked(form="own")
class Grant(models.Model):
    """A role in an area, perhaps in one incident only, until an instant. Ended, never deleted."""

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.UUIDField(db_index=True)
    role = models.CharField(max_length=20)
    area = models.BigIntegerField()
    incident = models.UUIDField(null=True)
    starts_at = models.DateTimeField(db_default=ServerNow())
    until = models.DateTimeField(null=True)
    granted_by = models.UUIDField()

    class Meta:
        constraints = [RowSecurity(name="core_grant_security", form="own")]


class Device(models.Model):
    """An enrolled telephone. Its token may only synchronise. Holds nothing of any area."""

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.UUIDField(db_index=True)
    home_incident = models.UUIDField()
    label = models.CharField(max_length=40, blank=True, default="")
    token_hash = models.BinaryField(max_length=32, unique=True)
    enrolled_at = models.DateTimeField(db_default=ServerNow())
    revoked_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    last_seq = models.BigIntegerField(default=0)
    received = models.BigIntegerField(default=0)
    home_area = models.BigIntegerField(default=0, db_default=0)
    public_key = models.BinaryField(
        max_length=65, null=True
    )  # P-256; the phone cannot give the other half away
    seqs = NumberRanges(default="{}", db_default="{}")  # sequence numbers of sealed records that have arrived
    doubled = NumberRanges(default="{}", db_default="{}")  # of them, those that two records bear
    breaks = NumberRanges(default="{}", db_default="{}")  # those whose record follows another than it says
    status = models.JSONField(null=True)  # what the phone last said of itself: numbers and codes only
    wipe_at = models.DateTimeField(null=True)  # its readable part shall go; its records stay

    @property
    def is_wiped(self) -> bool:
        """Whether the phone said, after it was asked, that it holds nothing readable any more."""
        return self.wipe_at is not None and (self.status or {}).get("pack") is False


class Invitation(models.Model):
    """A one-use code that turns a phone into an enrolled one. Kept hashed; holds nothing of any area."""

    id = models.UUIDField(primary_key=True, default=new_id)
    code_hash = models.BinaryField(max_length=32, unique=True)
    account = models.UUIDField(db_index=True)
    home_incident = models.UUIDField()
    home_area = models.BigIntegerField()
    label = models.CharField(max_length=40, blank=True, default="")
    made_by = models.UUIDField()
    expires_at = models.DateTimeField()
    device = models.UUIDField(null=True)


class Link(models.Model):
    """Which record a sealed record of a phone says it follows. Its id is the record's; the marks are short hashes."""

    id = models.UUIDField(primary_key=True)
    device = models.UUIDField()
    seq = models.BigIntegerField()
    mark = models.BigIntegerField()
    prev = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["device", "seq"], name="core_link_turn")]


class Receipt(models.Model):
    """What was answered to a command. Compared outside row security, so that a clash with an unseen row shows."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=40)
    digest = models.BinaryField(max_length=16)
    result = models.CharField(max_length=12)
    code = models.CharField(max_length=60, blank=True, default="")
    device = models.UUIDField(null=True)
    account = models.UUIDField()
    batch = models.UUIDField(null=True)
    seq = models.BigIntegerField(default=0)
    skew = models.IntegerField(default=0)  # seconds the sender's clock was wrong; 0 within 5 minutes
    recorded_at = models.DateTimeField(db_default=ServerNow())


class Parked(models.Model):
    """A command that was refused, in conflict or too early: its sealed text, for a person or a later try."""

    id = models.UUIDField(primary_key=True, default=new_id)
    command = models.UUIDField(db_index=True)
    incident = models.UUIDField()
    area = models.BigIntegerField()
    account = models.UUIDField()
    device = models.UUIDField(null=True)
    name = models.CharField(max_length=40)
    result = models.CharField(max_length=12)
    code = models.CharField(max_length=60)
    sealed = models.BinaryField()
    parked_at = models.DateTimeField(db_default=ServerNow())
    tries = models.IntegerField(default=0)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [RowSecurity(name="core_parked_security", form="own")]
        indexes = [
            models.Index(
                fields=["account", "parked_at"], name="core_parked_open", condition=models.Q(settled_at=None)
            )
        ]


class Entry(models.Model):
    """One line of the journal: who did what, when, to how many, why. No clear personal data."""

    id = models.BigAutoField(primary_key=True)
    tx = models.BigIntegerField(db_default=CommitOrder())
    at = models.DateTimeField(db_default=ServerNow())
    actor = models.UUIDField()
    device = models.UUIDField(null=True)
    incident = models.UUIDField(null=True)
    area = models.BigIntegerField()
    action = models.CharField(max_length=60)
    count = models.IntegerField(default=1)
    subjects = models.JSONField(default=list)
    digest = models.BinaryField(max_length=16)
    reason = models.BinaryField(null=True)  # sealed
    detail = models.JSONField(default=dict)  # codes and numbers only

    class Meta:
        constraints = [RowSecurity(name="core_entry_security", form="standing", facts=True)]
        indexes = [models.Index(fields=["tx", "id"], name="core_entry_order")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


class Segment(models.Model):
    """A sealed stretch of the journal, chained to the one before and signed."""

    serial = models.BigIntegerField(primary_key=True)
    low_tx = models.BigIntegerField()
    high_tx = models.BigIntegerField()
    entries = models.BigIntegerField()
    before = models.BinaryField(max_length=32)
    head = models.BinaryField(max_length=32)
    signature = models.BinaryField(max_length=64)
    sealed_at = models.DateTimeField(db_default=ServerNow())

    class Meta:
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


class DataKey(models.Model):
    """A data key, wrapped by a key that is not in the database."""

    keyring = models.CharField(max_length=40, primary_key=True)
    wrapped = models.BinaryField(max_length=60)


class Retraction(Fact):
    """A fact that takes another fact back: wrong door, wrong person, a slip of the finger."""

    target = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=40)
    reason = models.CharField(max_length=40, blank=True, default="")

    class Meta(Fact.Meta):
        pass


class Share(models.Model):
    """A subject of one area opened to another, with the cause, until an instant. Append-only."""

    id = models.UUIDField(primary_key=True, default=new_id)
    incident = models.UUIDField()
    subject = models.UUIDField(db_index=True)
    area = models.BigIntegerField()
    from_area = models.BigIntegerField()
    cause = models.CharField(max_length=40)
    until = models.DateTimeField()
    shared_at = models.DateTimeField(db_default=ServerNow())
    by = models.UUIDField()
    tx = models.BigIntegerField(db_default=CommitOrder())

    class Meta:
        constraints = [RowSecurity(name="core_share_security", form="both", facts=True)]
        indexes = [models.Index(fields=["area", "until"], name="core_share_open")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
