"""Benchmarks beside a peer or the physical limit; `muster bench NAME --json`."""
