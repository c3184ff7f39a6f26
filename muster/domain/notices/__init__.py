"""Notices in two languages, and how they were made known."""
