"""The limit for sync: the same rows through the same server and web stack, straight into a bare table by COPY.

No rights, no receipts, no derived state, no journal; one durable commit per batch of one hundred.
"""

from __future__ import annotations

import msgspec
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

CREATE = """
create table if not exists bench_rows (id uuid primary key, at timestamptz not null, by uuid not null,
    item uuid not null, channel text not null, outcome text not null);
grant select, insert on bench_rows to app_rw;
"""
COLUMNS = "id, at, by, item, channel, outcome"
_decode = msgspec.json.Decoder().decode


@csrf_exempt
def copy_rows(request: HttpRequest) -> HttpResponse:
    """Decode the batch, COPY it to a temporary table, insert what is new, commit."""
    commands = _decode(request.body)["commands"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("create temporary table incoming (like bench_rows) on commit drop")
        with cursor.connection.cursor() as raw, raw.copy(f"copy incoming ({COLUMNS}) from stdin") as rows:
            for one in commands:
                body = one["body"]
                rows.write_row(
                    (one["id"], one["at"], body["by"], body["item"], body["channel"], body["outcome"])
                )
        cursor.execute(
            f"insert into bench_rows ({COLUMNS}) select {COLUMNS} from incoming"  # noqa: S608
            " on conflict (id) do nothing"
        )
        stored = cursor.rowcount
    return HttpResponse(msgspec.json.encode({"stored": stored}), content_type="application/json")
