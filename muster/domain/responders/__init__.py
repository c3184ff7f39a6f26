"""Organisations, the people who respond, what they are fit for, and the teams they stand in."""
