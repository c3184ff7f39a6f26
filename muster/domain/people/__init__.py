"""Residents, their sealed identities, registrations at the door, and who is the same person."""
