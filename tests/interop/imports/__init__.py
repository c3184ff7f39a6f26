"""Imports as an operation."""
