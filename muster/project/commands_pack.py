"""Commands about protocol packs."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.group()
def pack() -> None:
    """Protocol packs: an outbreak is a pack, not code."""


@pack.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(file: Path) -> None:
    """Read a pack and name every fault; exit 1 when there is one.

    Example: muster pack check muster/protocols/packs/flood.yaml
    """
    from muster.protocols.check import check as faults_of

    faults = faults_of(file)
    for fault in faults:
        click.echo(str(fault))
    if faults:
        sys.exit(1)
    click.echo(f"{file}: 无误 / no fault")
