"""What can go wrong, as exceptions to decide by; their text says what, where and what to do."""

from __future__ import annotations


class GroundswellError(Exception):
    """Every error of this package is one of these."""
