"""The plainest import: csv to tuples, COPY, insert-select of what is not there yet. No rights, no sealing."""

from __future__ import annotations

import csv
import io
import time

import psycopg

TABLES = """
drop schema if exists plain cascade;
create schema plain;
create table plain.resident (
    id uuid primary key default gen_random_uuid(), name text, document text unique, phone text, address text
);
create table plain.entry (
    list uuid, row int, resident uuid not null, primary key (list, row)
);
insert into plain.resident (name, document, phone, address)
select '王' || n, 'K' || lpad(n::text, 17, '0'), '+86139' || lpad(n::text, 8, '0'), n::text
from generate_series(1, %d) n;
analyze plain.resident;
"""
STAGE = "create temporary table stage (row int, name text, document text, phone text, address text) on commit drop"
ENROL = """
insert into plain.resident (name, document, phone, address)
select s.name, s.document, s.phone, s.address from stage s
where not exists (select from plain.resident r where r.document = s.document)
on conflict do nothing
"""
LIST = """
insert into plain.entry (list, row, resident)
select '00000000-0000-0000-0000-00000000000a', s.row, r.id from stage s join plain.resident r using (document)
"""


def prepare(dsn: str, known: int) -> None:
    """Tables of its own with as many residents as ours has."""
    with psycopg.connect(dsn) as database:
        database.execute((TABLES % known).encode())


def import_residents(dsn: str, data: bytes) -> float:
    """Seconds from the bytes of a csv (name, document, phone, address) to a durable commit."""
    return _run(dsn, data, (ENROL,))


def import_list(dsn: str, data: bytes) -> float:
    """The same with an entry for every row."""
    return _run(dsn, data, (ENROL, LIST))


def _run(dsn: str, data: bytes, statements: tuple[str, ...]) -> float:
    with psycopg.connect(dsn) as database:
        start = time.perf_counter()
        reader = csv.reader(io.StringIO(data.decode("utf-8"), newline=""))
        next(reader)
        database.execute(STAGE)
        with database.cursor().copy("copy stage from stdin") as copy:
            for number, row in enumerate(reader, 2):
                copy.write_row((number, *row[:4]))
        for statement in statements:
            database.execute(statement.encode())
        database.commit()
        return time.perf_counter() - start
