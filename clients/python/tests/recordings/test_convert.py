"""Parquet and back: the same records, byte for byte."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sessions import Session, groundswell

from groundswell.convert import _COLUMNS, convert
from groundswell.errors import DamagedError, OptionError
from groundswell.recording import Table, open_recording


def records_of(path: Path) -> pa.Table:
    native = open_recording(path)._native
    return Table(
        native.ticks(columns=_COLUMNS, symbols=[], windows=[], batch_rows=1 << 20, integer_prices=True, every_record=True)
    ).to_arrow()


@pytest.mark.parametrize("which", ["recording", "history"])
def test_there_and_back(session: Session, tmp_path: Path, which: str) -> None:
    source = getattr(session, which)
    count = convert(source, tmp_path / "out.parquet")
    assert count == convert(tmp_path / "out.parquet", tmp_path / "again.gsj") == open_recording(source).info.records
    assert records_of(tmp_path / "again.gsj") == records_of(source)
    convert(tmp_path / "again.gsj", tmp_path / "again.parquet")
    assert pq.read_table(tmp_path / "again.parquet") == pq.read_table(tmp_path / "out.parquet")
    digest = open_recording(tmp_path / "again.gsj", universe=session.universe).digest()
    assert digest == groundswell(session.folder, "replay", str(tmp_path / "again.gsj"), "--digest", "-q", "--universe", "baskets.toml")
    if which == "history":
        assert digest == open_recording(source, universe=session.universe).digest()
    ticks = pl.read_parquet(tmp_path / "out.parquet").filter(pl.col("record").is_null())
    assert ticks.height == open_recording(source).ticks().to_arrow().num_rows


def test_command(session: Session, tmp_path: Path) -> None:
    def run(*words: object) -> tuple[int, str]:
        done = subprocess.run([sys.executable, "-m", "groundswell", *map(str, words)], capture_output=True, text=True, check=False)
        return done.returncode, done.stderr

    parquet = tmp_path / "out.parquet"
    assert run("convert", session.history, parquet) == (0, f"{parquet}: {open_recording(session.history).info.records} records\n")
    code, text = run("convert", session.history, parquet)
    assert code == 74 and "exists" in text
    code, text = run("convert", tmp_path / "nowhere.gsj", tmp_path / "x.parquet")
    assert code == 66 and "nowhere.gsj" in text and not (tmp_path / "x.parquet").exists()
    code, text = run("convert", session.history, tmp_path / "x.csv")
    assert code == 64 and ".parquet or .gsj" in text


def test_what_is_no_parquet_of_convert(session: Session, tmp_path: Path) -> None:
    pl.DataFrame({"symbol": ["AAA"], "price": [1.0]}).write_parquet(tmp_path / "plain.parquet")
    with pytest.raises(OptionError, match="import csv"):
        convert(tmp_path / "plain.parquet", tmp_path / "x.gsj")
    (tmp_path / "text.parquet").write_text("no parquet at all")
    with pytest.raises(DamagedError, match="no Parquet"):
        convert(tmp_path / "text.parquet", tmp_path / "x.gsj")
    convert(session.history, tmp_path / "out.parquet")
    table = pq.read_table(tmp_path / "out.parquet")
    pq.write_table(table.slice(0, 100), tmp_path / "cut.parquet")
    with pytest.raises(DamagedError, match="100 records of"):
        convert(tmp_path / "cut.parquet", tmp_path / "x.gsj")
    assert not (tmp_path / "x.gsj").exists()
