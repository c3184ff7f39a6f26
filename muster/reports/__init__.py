"""Figures, situation reports and editions."""
