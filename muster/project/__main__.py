"""`python -m muster.project` is the `muster` command line."""

from muster.project.cli import main

main()
