"""One installation: its directory, its database, and the environment of the processes that serve it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from muster.project import embedded, provision


class InstallationError(RuntimeError):
    """Something about this installation forbids what was asked; the message says what, in both languages."""


def root() -> Path:
    """The installation directory: MUSTER_VAR, else ./var."""
    return Path(os.environ.get("MUSTER_VAR") or "var").resolve()


def is_embedded() -> bool:
    """No DATABASE_URL: the server is ours to start and stop."""
    return not os.environ.get("DATABASE_URL") and not os.environ.get("MUSTER_TEST_SOCKET")


def database_name() -> str:
    """The name of the database on the embedded server."""
    return os.environ.get("MUSTER_DB_NAME") or "muster"


def server() -> embedded.Server:
    """The embedded server of this installation, running or not."""
    return embedded.Server(root() / "pg")


def environment(role: str = provision.APP) -> dict[str, str]:
    """What a process of this installation is started with; it may run in any directory."""
    house = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(part for part in (house, os.environ.get("PYTHONPATH", "")) if part)
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "muster.project.settings",
        "MUSTER_VAR": str(root()),
        "MUSTER_DB_ROLE": role,
        "PYTHONPATH": path,
    }


def start_database() -> bool:
    """Start and provision the embedded server; False when it was up already or is not ours."""
    if not is_embedded():
        _require_answer()
        return False
    ours = server()
    started = ours.start()
    provision.provision(ours.dsn(), database_name())
    return started


def _require_answer() -> None:
    """A server that is not ours must be there, and know the owner, before anything is done with it."""
    import psycopg

    try:
        psycopg.connect(owner_dsn()).close()
    except psycopg.OperationalError as error:
        said = str(error).strip().splitlines()[-1]
        raise InstallationError(
            "连不上数据库；请检查 DATABASE_URL，或先运行 muster provision / the database does not answer "
            f"app_owner: look at DATABASE_URL, or run `muster provision` first ({said})"
        ) from error


def django_command(*args: str, role: str = provision.APP) -> None:
    """Run a Django command in a process of its own: a role is chosen once a process."""
    subprocess.run([sys.executable, "-m", "django", *args], check=True, env=environment(role))


def owner_dsn() -> str:
    """How the owner of the tables reaches the database."""
    url = os.environ.get("DATABASE_URL")
    if url:
        from psycopg.conninfo import make_conninfo

        password = os.environ.get("MUSTER_DB_PASSWORD")
        return make_conninfo(url, user=provision.OWNER, **({"password": password} if password else {}))
    host = os.environ.get("MUSTER_TEST_SOCKET") or embedded.socket_dir(root() / "pg")
    return f"host={host} dbname={database_name()} user={provision.OWNER}"


def establish(*, training: bool) -> None:
    """Write down what this installation is. Only an unused database can still become a training one."""
    import psycopg

    with psycopg.connect(owner_dsn()) as owner:
        row = owner.execute(
            "select training, exists (select from core_account) from core_installation"
        ).fetchone()
        is_training, is_used = row or (False, True)
        if training and not is_training:
            if is_used:
                raise InstallationError(
                    "这是真实系统，不能改为演练；请用 MUSTER_VAR 指定另一个目录 / this is a real installation and "
                    "never becomes a training one; name another directory with MUSTER_VAR"
                )
            owner.execute("update core_installation set training = true")
    path = root() / "installation.json"
    path.write_text(json.dumps({"training": training or is_training}) + "\n")


def prepare(*, training: bool = False) -> bool:
    """Database up, migrated as the owner, texts compiled. True when this call started the server."""
    key_dir = Path(os.environ.get("MUSTER_KEY_DIR") or root() / "keys")
    key_dir.mkdir(parents=True, exist_ok=True)
    key_dir.chmod(0o700)
    (root() / "static").mkdir(exist_ok=True, parents=True)
    started = start_database()
    django_command("migrate", "--skip-checks", "--verbosity", "0", role=provision.OWNER)
    establish(training=training)
    from muster.project import texts

    texts.compile_catalogues()
    return started


def setup_django() -> None:
    """Make models and settings usable in this process, as the app role."""
    os.environ.update(environment())
    import django

    django.setup()
