"""The test database: a throw-away server, a template migrated once as owner, one clone of it, run as app_rw.

Each process has a server of its own: sealing the journal waits for the oldest transaction on the whole server.
Nothing is started until a test asks for the database. Tests use `db` (rolled back) as usual, and
`fresh_db` when they must commit: its clone is thrown away afterwards.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

from muster.project import embedded, provision, texts

ROOT = "MUSTER_TEST_ROOT"
SOCKET = "MUSTER_TEST_SOCKET"
TEMPLATE = "template_muster"
BROWSER = "tests/browser/"
HAS_SETTINGS = importlib.util.find_spec("muster.project.settings") is not None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the public data lies that some tests measure with; they are skipped where it is absent."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    parser.addoption(
        "--data", default=os.environ.get("MUSTER_DATA", str(beside)), help="directory of public data"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose the server's place; workers take one inside their controller's."""
    if hasattr(config, "workerinput"):
        _settle(Path(os.environ[ROOT]) / config.workerinput["workerid"])
    else:
        memory = Path("/dev/shm")
        _settle(Path(tempfile.mkdtemp(prefix="muster-test-", dir=memory if memory.is_dir() else None)))
        os.environ.pop("DATABASE_URL", None)
        os.environ["MUSTER_DB_ROLE"] = provision.APP
        with contextlib.suppress(texts.CatalogueError):  # tests/house/test_texts.py names the fault
            texts.compile_catalogues()
    if HAS_SETTINGS and not hands_out(config):
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "muster.project.settings")
        from django.conf import settings

        assert settings.DATABASES  # read now, so that pytest-django sets Django up


def _settle(place: Path) -> None:
    place.mkdir(exist_ok=True)
    place.chmod(0o755)
    os.environ[ROOT] = str(place)
    os.environ[SOCKET] = str(embedded.socket_dir(place / "pg"))
    os.environ["MUSTER_VAR"] = str(place / "var")


def hands_out(config: pytest.Config) -> bool:
    """Whether this process only hands tests to others: they set Django up, each in a place of its own."""
    return not hasattr(config, "workerinput") and config.getoption("dist", "no") != "no"


class Together(LoadFileScheduling):  # type: ignore[misc]
    """A file goes to one process, and so does everything that drives a browser: its stage is played once."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together | None:
    """In the order of collection: sorted by their number of tests, the slow files would come last."""
    if config.getoption("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return Together(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow ones first, so that two processes end together."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server and remove every trace."""
    if place := os.environ.get(ROOT):
        if (Path(place) / "pg").exists():
            throwaway().delete()
        shutil.rmtree(place, ignore_errors=True)


def throwaway() -> embedded.Server:
    """The server of this test run, started or not."""
    return embedded.Server(Path(os.environ[ROOT]) / "pg", embedded.THROWAWAY)


def prepared() -> embedded.Server:
    """The started server with its migrated template."""
    server = throwaway()
    server.start()
    provision.provision(server.dsn(), TEMPLATE)
    migrate = [sys.executable, "-m", "django", "migrate", "--skip-checks", "--verbosity", "0"]
    role = {"MUSTER_DB_ROLE": provision.OWNER, "MUSTER_DB_NAME": TEMPLATE}
    subprocess.run(migrate, check=True, env={**os.environ, **role}, cwd=Path(__file__).parents[1])
    return server


def clone(server: embedded.Server, name: str) -> None:
    """Replace a database by a new copy of the template."""
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute(f'drop database if exists "{name}" with (force)'.encode())
        admin.execute(f'create database "{name}" template "{TEMPLATE}" owner {provision.OWNER}'.encode())
    provision.grant_connect(server.dsn(), name)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Instead of pytest-django's own: one clone of the template."""
    from django.db import connections

    server = prepared()
    name = "test_main"
    clone(server, name)
    os.environ["MUSTER_DB_NAME"] = name  # for the processes that a test starts
    with django_db_blocker.unblock():
        connections["default"].settings_dict.update(NAME=name, HOST=str(server.sock), USER=provision.APP)
        yield
        connections.close_all()


@pytest.fixture
def fresh_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """For tests that commit, or serve from other processes: afterwards the clone is made anew."""
    from django.db import connections

    name = str(connections["default"].settings_dict["NAME"])
    with django_db_blocker.unblock():
        yield name
        connections.close_all()
        clone(throwaway(), name)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """What a process keeps for half a minute, and the wrong tries of an address, must not reach the next test."""
    from django.core.cache import cache

    cache.clear()
    if "muster.domain.places.queries" in sys.modules:
        from muster.commandpost import remembered
        from muster.domain.places import queries as places

        places._names.clear()
        remembered.forget()


# --- the cast: fixtures of the domains are added below this line ---------------------------------


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """The cast needs Django, which is set up by now."""
    if not hands_out(session.config):
        from tests import cast

        session.config.pluginmanager.register(cast, "cast")
