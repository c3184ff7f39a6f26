"""Signed passes, scans at gates and check-ins at places, of which as little as possible is kept."""
