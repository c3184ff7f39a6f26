"""The `muster` command line. A command is one line in COMMANDS; its module is imported when it is called."""

from __future__ import annotations

import importlib
import subprocess
import sys

import click

from muster import __version__

# name: (module:function, one line of help)
COMMANDS: dict[str, tuple[str, str]] = {
    "serve": ("muster.project.commands_serve:serve", "Database, web and jobs in one command, until Ctrl-C."),
    "demo": (
        "muster.project.commands_demo:demo",
        "Play the reference case and hold it against what was published.",
    ),
    "drill": ("muster.project.commands_demo:drill", "Play a scenario against a running training server."),
    "stop": ("muster.project.commands_serve:stop", "Stop `muster serve` and the embedded database."),
    "migrate": ("muster.project.commands_database:migrate", "Bring the database up to this version."),
    "provision": (
        "muster.project.commands_database:provision_roles",
        "Make roles and database on your own server.",
    ),
    "account": ("muster.project.commands_account:account", "Make an account with a role in an area."),
    "check": ("muster.project.commands_check:check", "Say in plain words what is wrong here."),
    "pack": ("muster.project.commands_pack:pack", "Protocol packs: `pack check FILE`."),
    "pass": (
        "muster.project.commands_pass:passes",
        "Signed passes: `pass issue`, `pass verify`, without a server.",
    ),
    "sitrep": (
        "muster.project.commands_sitrep:sitrep",
        "An edition of the situation report: text, JSON, xlsx, PDF.",
    ),
    "import": (
        "muster.project.commands_import:import_file",
        "Take a list in: residents, lists, batches, buildings.",
    ),
    "snapshot": (
        "muster.project.commands_snapshot:snapshot",
        "A pseudonymous copy as Parquet by day and district; its figures.",
    ),
    "exposure": (
        "muster.project.commands_exposure:exposure",
        "Who shared a place and time with a case, from files of any size.",
    ),
    "link": (
        "muster.project.commands_link:link",
        "Who is the same person in two files, or twice in one.",
    ),
    "territories": (
        "muster.project.commands_territories:territories",
        "Split buildings among teams: equal loads, compact ground.",
    ),
    "bench": ("muster.project.commands_bench:bench", "Measure this machine: sync, import, pages."),
    "close": ("muster.project.commands_erase:close", "End an incident: nothing new is recorded in it."),
    "erase": ("muster.project.commands_erase:erase", "Destroy the personal data of a closed incident."),
    "backup": ("muster.project.commands_backup:backup", "Write the database into a directory."),
    "restore": ("muster.project.commands_backup:restore", "Read a backup into this installation."),
}


class Commands(click.Group):
    """Knows its commands by name and loads one only when it runs, so that --help is instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table: the way a day goes."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module and return it."""
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), function)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """From the table alone: nothing is imported."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(version)s")
def cli() -> None:
    """Muster 集结: the neighbourhood side of an outbreak.

    Example: muster serve
    """


def main() -> None:
    """Entry point: expected problems end in one clear line and a non-zero exit."""
    from muster.project.embedded import EmbeddedError
    from muster.project.installation import InstallationError

    try:
        cli(prog_name="muster")
    except (EmbeddedError, InstallationError) as error:
        sys.exit(f"muster: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"muster: a step failed ({error.returncode}): {' '.join(map(str, error.cmd))}")
