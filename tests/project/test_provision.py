"""Who may do what in a provisioned database."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from muster.project import embedded, provision
from tests.project.places import open_directory


@pytest.fixture(scope="module")
def server() -> Iterator[embedded.Server]:
    """Roles belong to a whole server, so this needs one of its own."""
    with open_directory() as place:
        own = embedded.Server(place / "pg", embedded.THROWAWAY)
        own.start()
        provision.provision(own.dsn(), "muster")
        yield own
        own.delete()


def test_a_second_run_changes_nothing(server: embedded.Server) -> None:
    provision.provision(server.dsn(), "muster")
    with psycopg.connect(server.dsn("muster")) as admin:
        assert admin.execute("select count(*) from pg_default_acl").fetchone() == (3,)


def test_the_owner_makes_tables_and_the_app_role_uses_them(server: embedded.Server) -> None:
    with psycopg.connect(server.dsn("muster", provision.OWNER)) as owner:
        owner.execute("create table things (id bigserial primary key, name text)")
    with psycopg.connect(server.dsn("muster", provision.APP)) as app:
        app.execute("insert into things (name) values ('boot')")
        app.execute("create temporary table passing (like things) on commit drop")
        assert app.execute("select name from things").fetchall() == [("boot",)]


@pytest.mark.parametrize(
    "forbidden",
    [
        "create table mine (id int)",
        "truncate things",
        "drop table things",
        "set role app_owner",
        "create database x",
    ],
)
def test_the_app_role_may_not(server: embedded.Server, forbidden: str) -> None:
    with psycopg.connect(server.dsn("muster", provision.OWNER)) as owner:
        owner.execute("create table if not exists things (id bigserial primary key, name text)")
    with (
        psycopg.connect(server.dsn("muster", provision.APP), autocommit=True) as app,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        app.execute(forbidden.encode())


def test_other_roles_cannot_even_connect(server: embedded.Server) -> None:
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute("create role curious login")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(server.dsn("muster", "curious"))


def test_the_printed_statements_do_the_same(server: embedded.Server) -> None:
    """Run on a second database of the server, whose roles exist already."""
    lines = provision.script("by_hand").splitlines()
    statements = [line for line in lines if not line.startswith(("\\", "create role"))]
    assert [line for line in lines if line.startswith("\\password")] == [
        "\\password app_owner",
        "\\password app_rw",
    ]
    for database, inside in (("postgres", False), ("by_hand", True)):
        with psycopg.connect(server.dsn(database), autocommit=True) as admin:
            for line in statements:
                if ("schema" in line) == inside:
                    admin.execute(line.encode())
    with psycopg.connect(server.dsn("by_hand", provision.OWNER)) as owner:
        owner.execute("create table things (id int)")
    with psycopg.connect(server.dsn("by_hand", provision.APP)) as app:
        assert app.execute("select count(*) from things").fetchone() == (0,)
