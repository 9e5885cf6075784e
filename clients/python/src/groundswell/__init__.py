"""Groundswell from Python: the live stream, recordings, back-tests and feed gateways."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from groundswell.errors import GroundswellError

if TYPE_CHECKING:
    pass

# Names that live in submodules with dependencies of their own: imported when first asked for.
_LAZY: dict[str, str] = {}

__all__ = ["GroundswellError"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module 'groundswell' has no attribute '{name}'")
    return getattr(import_module(module), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_LAZY})
