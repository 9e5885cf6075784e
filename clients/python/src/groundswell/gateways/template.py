"""The smallest gateway, to copy: its vendor is a CSV file `symbol,ts_event_ns,price,size`."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from groundswell.events import Mode
from groundswell.gateways.base import Group, main
from groundswell.gateways.config import Settings
from groundswell.publisher import Tick, price_e9


def normalise(row: Mapping[str, str]) -> Group:
    """A record of the vendor as ticks. Pure: no clock, no state."""
    return Group(row["symbol"], (Tick.trade(0, int(row["ts_event_ns"]), price_e9(row["price"]), int(row["size"])),))


class FileSource:
    """One vendor: run() gives what comes to `emit`, raises RefusedError when it is not let in, and anything else to be tried again."""

    mode = Mode.REPLAY

    def __init__(self, path: Path) -> None:
        """Of the file."""
        self._path = path

    async def run(self, symbols: Sequence[str], emit: Callable[[Group], None]) -> bool:
        """All of it; there is no more after that."""
        with self._path.open(newline="") as text:
            for row in csv.DictReader(text):
                emit(normalise(row))
        return True


def make(settings: Settings) -> FileSource:
    """From the section [template]."""
    return FileSource(settings.path.parent / settings.vendor.path)


if __name__ == "__main__":
    sys.exit(main("template", make))
