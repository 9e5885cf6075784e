"""Real processes of the program to test against, and a look at what is left over."""

from __future__ import annotations

import gc
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

SOURCE = Path(os.environ.get("GROUNDSWELL_SOURCE_DIR", Path(__file__).parents[4]))
PROGRAM = os.environ.get("GROUNDSWELL_BINARY", str(SOURCE / "build/release/groundswell"))
PATIENCE = 60.0

SMALL_UNIVERSE = """version = "test"
benchmarks = { primary = "SPY" }
[[basket]]
id = "chips"
wave = "compute"
name = "Chips"
members = [ { symbol = "AAA", role = "leader" }, { symbol = "BBB" }, { symbol = "CCC" }, { symbol = "DDD" } ]
[[basket]]
id = "power"
wave = "physical"
name = "Power"
members = [ { symbol = "EEE", role = "leader" }, { symbol = "FFF" }, { symbol = "GGG" }, { symbol = "HHH" } ]
"""
SYMBOLS = ["SPY", "AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG", "HHH"]


def wait_until(what: Callable[[], bool], patience: float = PATIENCE) -> bool:
    """Whether it came true in time."""
    until = time.monotonic() + patience
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


class Program:
    """A process of the program; ended with the test."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.words = words
        self.log = folder / f"{words[0]}.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([PROGRAM, *words], cwd=folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def stop(self, kill: bool = False) -> int:
        """Ends it, and returns its exit code."""
        (self.process.kill if kill else self.process.terminate)()
        return self.process.wait(PATIENCE)

    def finish(self) -> int:
        """Waits for its own end."""
        return self.process.wait(PATIENCE)


class Market:
    """A folder with an engine, whose feed this side connects to, or a simulated market."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs: list[Program] = []
        self.signals, self.feed, self.relay = (f"ipc://{folder}/{name}" for name in ("signals", "feed", "relay"))

    def config(self, feed: str = "", **settings: str) -> Path:
        """A groundswell.toml for the small universe."""
        (self.folder / "baskets.toml").write_text(SMALL_UNIVERSE)
        keys = {
            "time.source": "feed",
            "publish.endpoint": self.signals,
            "journal.recording": str(self.folder / "recording"),
            "universe.file": "baskets.toml",
            "relay.publish": self.relay,
            "log.level": "warning",
        } | {key.replace("__", "."): value for key, value in settings.items()}
        lines = [f'{key} = "{value}"' for key, value in keys.items()]
        pull = f'endpoint = "{self.feed}"\npattern = "pull"\nmode = "bind"\n'
        path = self.folder / "groundswell.toml"
        path.write_text("\n".join([*lines, '[[feed]]\nname = "hand"', feed or pull]) + "\n")
        return path

    def start(self, *words: str) -> Program:
        """Any verb."""
        program = Program(self.folder, *words)
        self.programs.append(program)
        return program

    def run(self, feed: str = "", **settings: str) -> Program:
        """The engine."""
        return self.start("run", "-c", str(self.config(feed, **settings)))

    def simulate(self, *words: str) -> Program:
        """A simulated session of the small universe, pushed into the engine."""
        universe = str(self.folder / "baskets.toml")
        return self.start("simulate", "--universe", universe, "--connect", "--push", "--endpoint", self.feed, *words)


def open_things() -> tuple[int, int]:
    """Sockets and threads of this process, those of libzmq included."""
    gc.collect()
    links = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return sum("socket:" in str(link) or "eventfd" in str(link) for link in links), len(list(Path("/proc/self/task").iterdir()))
