"""The player: turns a scenario into commands, sends them as people would, and remembers what was acknowledged."""
