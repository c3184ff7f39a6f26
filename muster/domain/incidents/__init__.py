"""Incidents, the protocol in force, zones with their phases, and works on the spot."""
