"""The helpline domain."""
