"""Muster: the neighbourhood side of an outbreak."""
