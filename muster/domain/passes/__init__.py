"""The passes domain."""
