"""What is done inside an installation under test, in a process of its own: set the scene, read it back."""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from typing import Any
from uuid import UUID

import msgspec

from tests.cast import INCIDENT
from tests.faults import field

STANDS_STILL = (
    "core",
    "auth",
    "sessions",
    "procrastinate",
    "account",
    "mfa",
    "contenttypes",
    "pghistory",
    "reports",
    "interop",
)
SERVER_SAYS = {"recorded_at", "tx", "opened_at", "enrolled_at"}
SEALED = ("_c", "_x", "sealed")  # under the keys of one installation: never the same in another


def take(number: int, commands: list[dict[str, Any]]) -> Counter[str]:
    """Hand a batch to the server's own code, as telephone `number`; how it was answered."""
    from muster.fieldapp import sync
    from muster.fieldapp.envelope import Envelope

    raw = [msgspec.Raw(msgspec.json.encode(one)) for one in commands]
    _, answers = sync.receive(lambda: (field.writer(number), INCIDENT), Envelope(commands=raw), "en")
    return Counter(answer.result for answer in answers)


def set_scene(telephones: int) -> list[str]:
    """The incident, its accounts and telephones, and what stands before the night; the telephones' tokens."""
    from muster.core.access import scope, system
    from muster.core.models import Account, Device, Grant
    from tests.cast import open_incident

    open_incident()
    tokens = [f"token-of-telephone-{n}" for n in range(telephones)]
    with scope(system(), INCIDENT):
        for number, token in enumerate(tokens):
            actor = field.writer(number)
            Account.objects.create(id=actor.account, username=actor.username, password="!")
            Device.objects.create(
                id=actor.device,
                account=actor.account,
                home_incident=INCIDENT,
                token_hash=hashlib.sha256(token.encode()).digest(),
            )
            for grant in actor.grants:
                Grant.objects.create(
                    account=actor.account, role=grant.role, area=grant.area, granted_by=actor.account
                )
    arranged = field.arrangements()
    assert take(0, arranged) == {"stored": len(arranged)}
    return tokens


# work that was wanted for a while and is not any more leaves a withdrawn row: history, not state
LIVE = {"worklists.WorkItem": "state <> 'withdrawn'", "worklists.WorkCause": "wanted"}


def digests() -> dict[str, str]:
    """Rows and a digest of every table of the domains, facts and derived state alike."""
    from django.apps import apps
    from django.db import connection

    from muster.core.access import scope, system

    found = {}
    with scope(system(incident=INCIDENT), INCIDENT), connection.cursor() as cursor:
        for model in apps.get_models():
            if model._meta.app_label in STANDS_STILL or model._meta.label.endswith("Event"):
                continue
            fields = [f.column for f in model._meta.concrete_fields if f.column not in SERVER_SAYS]
            columns = ", ".join(f't."{column}"' for column in fields if not str(column).endswith(SEALED))
            live = LIVE.get(model._meta.label, "true")
            cursor.execute(f'select row({columns})::text from "{model._meta.db_table}" t where {live}')
            rows = sorted(row[0] for row in cursor.fetchall())
            found[model._meta.label] = (
                f"{len(rows)}:{hashlib.sha256(chr(10).join(rows).encode()).hexdigest()[:12]}"
            )
    return found


def inventory() -> dict[str, Any]:
    """Ids of receipts and facts, the ledger, and the digests."""
    from django.apps import apps

    from muster.core.access import scope, system
    from muster.core.models import Receipt
    from muster.core.tables import Fact

    facts: Counter[UUID] = Counter()
    with scope(system(incident=INCIDENT), INCIDENT):
        for model in apps.get_models():
            if issubclass(model, Fact):
                facts.update(model.objects.values_list("id", flat=True))  # type: ignore[attr-defined]
        receipts = {str(i): result for i, result in Receipt.objects.values_list("id", "result")}
        ledger, wrong = _ledger()
    return {
        "facts": {str(i): count for i, count in facts.items()}, "receipts": receipts, "ledger": ledger,
        "unbalanced": wrong, "digests": digests(),
    }  # fmt: skip


def _ledger() -> tuple[int, list[str]]:
    """The sum of everything, outside included, and the stores whose balance is not that of their movements."""
    from muster.domain.supplies.models import Balance, Movement

    sums: Counter[tuple[UUID, UUID]] = Counter()
    for item, giver, taker, quantity in Movement.objects.values_list(
        "item", "from_store", "to_store", "quantity"
    ):
        sums[giver, item] -= quantity
        sums[taker, item] += quantity
    held = Balance.objects.values_list("store", "item", "quantity")
    return sum(sums.values()), [f"{store} {item}" for store, item, said in held if sums[store, item] != said]


def run(what: str, telephones: str = "0") -> None:
    """Called in the process that was started for it, after Django is set up."""
    result = set_scene(int(telephones)) if what == "set" else inventory()
    sys.stdout.write(json.dumps(result))
