"""Every test has a market if it wants one, an end, and leaves nothing behind."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from programs import PATIENCE, Market, open_things, wait_until


@pytest.fixture
def market(tmp_path: Path) -> Iterator[Market]:
    """No process outlives its test."""
    here = Market(tmp_path)
    yield here
    for program in here.programs:
        if program.process.poll() is None:
            program.stop(kill=True)


@pytest.fixture(autouse=True)
def no_test_waits_for_ever() -> Iterator[None]:
    """What does not come is a failure, with its place."""

    def too_late(*_: object) -> None:
        raise AssertionError(f"nothing of what was waited for came within {PATIENCE:g} s")

    signal.signal(signal.SIGALRM, too_late)
    signal.alarm(int(PATIENCE))
    yield
    signal.alarm(0)


@pytest.fixture(autouse=True)
def nothing_is_left_over() -> Iterator[None]:
    """Every test closes its sockets and ends its threads."""
    before = open_things()
    yield
    assert wait_until(lambda: open_things() <= before, 10), f"before {before}, now {open_things()}, threads {threading.enumerate()}"
