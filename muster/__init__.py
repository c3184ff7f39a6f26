"""Muster: the neighbourhood side of an outbreak."""

__version__ = "0.1.0"
