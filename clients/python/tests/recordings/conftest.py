"""One simulated session for all tests of recordings."""

from __future__ import annotations

import pytest
from sessions import Session, simulated


@pytest.fixture(scope="session")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """The first minutes of a session of the small universe, through the engine."""
    return simulated(tmp_path_factory.mktemp("session"))
