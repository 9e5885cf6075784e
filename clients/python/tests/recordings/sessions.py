"""Recordings to read: one that the engine made of a simulated session, and its history."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from programs import PROGRAM, SMALL_UNIVERSE

from groundswell.recording import open_recording

TICKS = 12_000
CONFIG = """time.source = "feed"
publish.endpoint = "ipc://{folder}/signals"
journal.recording = "{folder}/recording"
history.recording = "{folder}/history.gsj"
universe.file = "baskets.toml"
log.level = "warning"
[[feed]]
name = "hand"
endpoint = "ipc://{folder}/feed"
pattern = "pull"
mode = "bind"
[[trigger]]
type = "TICK_EXTREME"
signal = "tick_pct"
scopes = ["baskets", "thesis"]
enter = "|x| >= 60"
exit = "|x| <= 40"
"""


def groundswell(folder: Path, *words: str) -> str:
    """What a verb prints; it must succeed."""
    done = subprocess.run([PROGRAM, *words], cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass(frozen=True)
class Session:
    """A folder with what a simulated session left."""

    folder: Path
    digest: str  # that the engine printed

    @property
    def recording(self) -> Path:
        """Segments, with configuration and events; 300 sessions of history at its front."""
        return self.folder / "recording"

    @property
    def history(self) -> Path:
        """One file of session bars, as an import makes it."""
        return self.folder / "history.gsj"

    @property
    def universe(self) -> Path:
        return self.folder / "baskets.toml"


def simulated(folder: Path) -> Session:
    """The first minutes of a session of the small universe, through the engine."""
    (folder / "baskets.toml").write_text(SMALL_UNIVERSE)
    (folder / "groundswell.toml").write_text(CONFIG.format(folder=folder))
    simulate = ["simulate", "--universe", "baskets.toml", "--seed", "7"]
    groundswell(folder, *simulate, "--history", "history.gsj", "--history-only", "--history-sessions", "300")
    engine = subprocess.Popen(
        [PROGRAM, "run", "-c", "groundswell.toml", "--digest"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert engine.stderr is not None
        assert any("running" in line for line in engine.stderr)
        groundswell(
            folder, *simulate, "--connect", "--push", "--endpoint", f"ipc://{folder}/feed", "--speed", "0", "--rate", "10", "--quotes", "1",
            "--ticks", str(TICKS), "--exit-when-done",
        )  # fmt: skip
        records = -1
        while records != (records := open_recording(folder / "recording").info.records) or records < TICKS:
            time.sleep(0.3)
        engine.terminate()
        digest, complaints = engine.communicate(timeout=60)
    finally:
        engine.kill()
    assert engine.returncode == 0, complaints
    return Session(folder, digest.strip())
