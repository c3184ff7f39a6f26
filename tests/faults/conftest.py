"""The fuzz borrows the worlds of the threats."""

from tests.threats.conftest import worlds

__all__ = ["worlds"]
