"""The limit for deciding about many items at once: one bare update of the same rows in the same server.

No rights, no answer for each, no history, no journal, no derived state: the rows are changed and that is all.
"""

from __future__ import annotations

import msgspec
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

CREATE = """
create table bench_decided (id uuid primary key, team uuid, area bigint, closed boolean not null default false);
insert into bench_decided (id, area) select id, area from worklists_workitem;
grant select, update on bench_decided to app_rw;
analyze bench_decided;
"""
UPDATE = "update bench_decided set team = %s, closed = not closed where id = any(%s::uuid[])"
_decode = msgspec.json.Decoder().decode


@csrf_exempt
def decide_rows(request: HttpRequest) -> HttpResponse:
    """Change the named rows, commit, say how many."""
    asked = _decode(request.body)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(UPDATE, [asked["team"], asked["items"]])
        changed = cursor.rowcount
    return HttpResponse(msgspec.json.encode({"changed": changed}), content_type="application/json")
