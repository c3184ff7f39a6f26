"""The sampling domain."""
