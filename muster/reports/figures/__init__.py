"""Figures: one definition and one query each, counted as of any point in commit order, drilled down to facts."""
