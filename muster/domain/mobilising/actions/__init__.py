"""Writes of the mobilising domain, by subject."""
