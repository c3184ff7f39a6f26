"""The supplies domain."""
