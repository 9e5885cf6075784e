"""The examples run as they stand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
from sessions import Session

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(*words: object) -> str:
    """What it prints."""
    done = subprocess.run([sys.executable, *map(str, words)], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_vectorised_pandas(session: Session) -> None:
    lines = run(EXAMPLES / "vectorised_pandas.py", session.history, session.universe).splitlines()
    assert len(lines) == 12
    assert float(lines[-1].split()[-1]) > 0


def test_nautilus(session: Session, tmp_path: Path) -> None:
    run(EXAMPLES / "nautilus/export.py", session.recording, tmp_path)
    trades, signals = pl.read_parquet(tmp_path / "trades.parquet"), pl.read_parquet(tmp_path / "signals.parquet")
    assert len(trades) > 1_000
    assert len(signals) > 1_000
    assert trades["ts_init"].null_count() == 0
    assert {"chips", "thesis"} <= set(signals["scope"])
