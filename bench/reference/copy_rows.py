"""The limit for sync: the same rows through the same server and web stack, straight into a table by COPY.

The table has the columns and indexes of the facts themselves.
No rights, no receipts, no derived state, no journal; one durable commit per batch of one hundred.
"""

from __future__ import annotations

import msgspec
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

CREATE = """
create table bench_record_attempt (like worklists_attempt including indexes including defaults);
create table bench_record_visit (like worklists_visit including indexes including defaults);
alter table bench_record_attempt alter recorded_at set default now(), alter tx set default 1;
alter table bench_record_visit alter recorded_at set default now(), alter tx set default 1;
grant select, insert on bench_record_attempt, bench_record_visit to app_rw;
"""
COLUMNS = {
    "record_attempt": ("id", "incident", "area", "at", "by", "item", "subject", "channel", "outcome"),
    "record_visit": ("id", "incident", "area", "at", "by", "dwelling", "building", "outcome", "persons"),
}
_decode = msgspec.json.Decoder().decode


@csrf_exempt
def copy_rows(request: HttpRequest) -> HttpResponse:
    """Decode the batch, COPY it to a temporary table, insert what is new, commit."""
    commands = _decode(request.body)["commands"]
    name = commands[0]["name"]
    table, columns = f"bench_{name}", ", ".join(f'"{column}"' for column in COLUMNS[name])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"create temporary table incoming (like {table} including defaults) on commit drop")
        with cursor.connection.cursor() as raw, raw.copy(f"copy incoming ({columns}) from stdin") as rows:
            for one in commands:
                row = one["body"] | one
                rows.write_row([row[column] for column in COLUMNS[name]])
        cursor.execute(
            f"insert into {table} select * from incoming on conflict (id) do nothing"  # noqa: S608
        )
        stored = cursor.rowcount
    return HttpResponse(msgspec.json.encode({"stored": stored}), content_type="application/json")
