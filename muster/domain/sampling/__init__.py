"""Rounds, pooled tubes with their custody and results, and who is still untested."""
