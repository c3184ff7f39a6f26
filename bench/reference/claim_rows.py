"""The limit for taking the next call: one bare update with SKIP LOCKED through the same server and web stack.

The table has one index and holds nothing that decides: no areas, no kinds, no hours, no cool-down, no journal, no
person to show. Who holds what is all it knows.
"""

from __future__ import annotations

import msgspec
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

CREATE = """
create table bench_queue (id uuid primary key, due_at timestamptz not null, held_by text, closed boolean not null);
insert into bench_queue select id, due_at, null, false from worklists_workitem;
create index bench_queue_open on bench_queue (due_at, id) where not closed and held_by is null;
grant select, update on bench_queue to app_rw;
analyze bench_queue;
"""
CLAIM = """
update bench_queue set held_by = %s where id = (
    select id from bench_queue where not closed and held_by is null
    order by due_at, id limit 1 for no key update skip locked)
returning id
"""
CLOSE = "update bench_queue set closed = true where id = %s and held_by = %s"
_decode = msgspec.json.Decoder().decode


@csrf_exempt
def claim_row(request: HttpRequest) -> HttpResponse:
    """Close what was held, if anything is named; or take the first row that nobody holds."""
    asked = _decode(request.body)
    with transaction.atomic(), connection.cursor() as cursor:
        if "close" in asked:
            cursor.execute(CLOSE, [asked["close"], asked["by"]])
            said: dict[str, object] = {"closed": cursor.rowcount}
        else:
            cursor.execute(CLAIM, [asked["by"]])
            row = cursor.fetchone()
            said = {"item": row[0] if row else None}
    return HttpResponse(msgspec.json.encode(said), content_type="application/json")
