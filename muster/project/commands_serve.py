"""`muster serve` and `muster stop`."""

from __future__ import annotations

import sys

import click

from muster.project import installation
from muster.project import serve as house


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True, help="Web processes.")
@click.option(
    "--threads", default=24, show_default=True, help="Threads in each web process; most of them wait."
)
@click.option("--no-jobs", is_flag=True, help="Without the job worker.")
@click.option("--training", is_flag=True, help="A new installation becomes a training one, for ever.")
def serve(host: str, port: int, workers: int, threads: int, no_jobs: bool, training: bool) -> None:
    """Start the database if it is ours, migrate, and serve web and jobs until Ctrl-C.

    Example: muster serve --port 8080
    """
    plan = house.Plan(host, port, workers, threads, not no_jobs, training)
    sys.exit(house.run(plan, ready=lambda url: click.echo(f"就绪 / ready: {url}")))


@click.command()
def stop() -> None:
    """Stop a running `muster serve` of this installation and the embedded database.

    Example: muster stop
    """
    served = house.stop_running()
    stopped = installation.server().stop() if installation.is_embedded() else False
    click.echo("已停止 / stopped" if served or stopped else "没有在运行 / not running")
