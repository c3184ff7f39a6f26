"""The mobilising domain."""
