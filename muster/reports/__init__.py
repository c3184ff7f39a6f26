"""Figures, service checks, editions of the situation report, and their reconciliation with what was published."""
