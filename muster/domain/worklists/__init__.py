"""The worklists domain."""
