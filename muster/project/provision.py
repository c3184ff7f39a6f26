"""Roles, database and privileges: the owner migrates, the app role owns nothing and cannot escape row security.

Idempotent. It needs a database administrator once; `script` prints the same statements for a person.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

OWNER = "app_owner"
APP = "app_rw"
GRANTS = (
    ("select, insert, update, delete", "tables"),
    ("usage, select", "sequences"),
    ("execute", "functions"),
)


def provision(admin_dsn: str, database: str, password: str | None = None) -> None:
    """Make what is missing, as an administrator; `password` is given to roles that are created here."""
    with psycopg.connect(admin_dsn, autocommit=True) as admin:
        for role in (OWNER, APP):
            if not admin.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
                admin.execute(_create_role(role, password))
        if not admin.execute("select 1 from pg_database where datname = %s", [database]).fetchone():
            admin.execute(_create_database(database))
        for statement in _database_grants(database):
            admin.execute(statement)
    with psycopg.connect(admin_dsn, dbname=database, autocommit=True) as inside:
        for statement in _schema_grants():
            inside.execute(statement)


def grant_connect(admin_dsn: str, database: str) -> None:
    """Privileges of a database made from a template: they are not copied with it."""
    with psycopg.connect(admin_dsn, autocommit=True) as admin:
        for statement in _database_grants(database):
            admin.execute(statement)


def script(database: str) -> str:
    """The statements for psql, for an administrator who would rather run them by hand."""
    first = [_create_role(OWNER, None), _create_role(APP, None), _create_database(database)]
    lines = [statement.as_string() + ";" for statement in (*first, *_database_grants(database))]
    lines += [f'\\connect "{database}"', *(statement.as_string() + ";" for statement in _schema_grants())]
    lines += [f"\\password {role}" for role in (OWNER, APP)]
    return "\n".join(lines) + "\n"


def _create_role(role: str, password: str | None) -> sql.Composed:
    # Said in full: a role made here must never be able to step around row security.
    statement = sql.SQL("create role {} login nosuperuser nobypassrls nocreatedb nocreaterole")
    created = statement.format(sql.Identifier(role))
    return created if password is None else created + sql.SQL(" password {}").format(sql.Literal(password))


def _create_database(database: str) -> sql.Composed:
    statement = sql.SQL("create database {} owner {} template template0 encoding 'UTF8'")
    return statement.format(sql.Identifier(database), sql.Identifier(OWNER))


def _database_grants(database: str) -> list[sql.Composed]:
    names = {"db": sql.Identifier(database), "owner": sql.Identifier(OWNER), "app": sql.Identifier(APP)}
    return [
        sql.SQL("revoke connect, temporary on database {db} from public").format(**names),
        # Bulk writes go through temporary tables.
        sql.SQL("grant connect, temporary on database {db} to {owner}, {app}").format(**names),
    ]


def _schema_grants() -> list[sql.Composed]:
    names = {"owner": sql.Identifier(OWNER), "app": sql.Identifier(APP)}
    defaults = sql.SQL(
        "alter default privileges for role {owner} in schema public grant {what} on {kind} to {app}"
    )
    return [
        sql.SQL("alter schema public owner to {owner}").format(**names),
        sql.SQL("revoke create on schema public from public").format(**names),
        sql.SQL("grant usage on schema public to {app}").format(**names),
        *(defaults.format(what=sql.SQL(what), kind=sql.SQL(kind), **names) for what, kind in GRANTS),
    ]
