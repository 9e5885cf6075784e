"""What is wrong is said by the exception's class, with what to do."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
from sessions import Session

from groundswell.convert import convert
from groundswell.errors import (
    ConfigurationError,
    DamagedError,
    FileError,
    NaiveTimeError,
    NotFoundError,
    OptionError,
    OtherVersionError,
)
from groundswell.recording import open_recording


def copy_of(session: Session, folder: Path) -> Path:
    path = folder / "copy.gsj"
    path.write_bytes(session.history.read_bytes())
    return path


def test_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"nowhere\.gsj"):
        open_recording(tmp_path / "nowhere.gsj")
    with pytest.raises(FileNotFoundError, match=r"no \.gsj file"):
        open_recording(tmp_path)


def test_damage_in_the_middle_is_named_by_offset(session: Session, tmp_path: Path) -> None:
    path = copy_of(session, tmp_path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(DamagedError, match=r"copy\.gsj: damaged at offset \d+.*restore"):
        open_recording(path)


def test_a_cut_tail_is_told_and_the_rest_is_there(session: Session, tmp_path: Path) -> None:
    path = copy_of(session, tmp_path)
    whole = open_recording(session.history)
    os.truncate(path, path.stat().st_size * 2 // 3)
    cut = open_recording(path)
    assert "torn tail" in cut.info.torn_tail and not cut.info.closed
    assert 0 < cut.info.records < whole.info.records
    rows = cut.ticks().to_arrow()
    assert rows == whole.ticks().to_arrow().slice(0, rows.num_rows)
    os.truncate(path, 1_000)
    with pytest.raises(DamagedError, match="header"):
        open_recording(path)


def test_a_newer_format(session: Session, tmp_path: Path) -> None:
    path = copy_of(session, tmp_path)
    data = bytearray(path.read_bytes())
    data[8] = 2
    path.write_bytes(data)
    with pytest.raises(OtherVersionError, match="newer version: major 2"):
        open_recording(path)


def test_no_recording_at_all(session: Session) -> None:
    with pytest.raises(DamagedError, match="not a recording"):
        open_recording(session.universe)


def test_an_import_without_a_universe(session: Session, tmp_path: Path) -> None:
    history = open_recording(session.history)
    for ask in (history.levels, history.events, history.digest, history.replay):
        with pytest.raises(ConfigurationError, match=r"baskets\.toml"):
            ask()
    with pytest.raises(NotFoundError, match=r"absent\.toml"):
        history.refold(universe=tmp_path / "absent.toml").levels()
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("version = 7\n[[basket]]\n")
    with pytest.raises(ConfigurationError, match=r"wrong\.toml:1"):
        history.refold(universe=wrong).digest()


@pytest.mark.parametrize(
    ("bounds", "error", "text"),
    [
        ({"start": dt.datetime(2026, 11, 20, 10)}, NaiveTimeError, "has no zone"),
        ({"start": "2026-11-20T10:00"}, NaiveTimeError, "has no zone"),
        ({"end": "16:00"}, NaiveTimeError, "time of day"),
        ({"start": "noon"}, OptionError, "is no time"),
        ({"start": 1.5}, OptionError, "is no time"),
        ({"start": True}, OptionError, "is no time"),
        ({"start": -1}, OptionError, "1970"),
        ({"start": 5, "end": 4}, OptionError, "before start"),
        ({"start": "16:00", "end": "09:30", "tz": "America/New_York"}, OptionError, "before start"),
        ({"start": "09:30", "end": 7, "tz": "America/New_York"}, OptionError, "one of each"),
        ({"start": "09:30", "tz": "New York"}, OptionError, "no time zone"),
    ],
)
def test_bounds(session: Session, bounds: dict[str, Any], error: type[Exception], text: str) -> None:
    recording = open_recording(session.recording)
    for ask in (recording.ticks, recording.levels, recording.events, recording.replay):
        with pytest.raises(error, match=text):
            ask(**bounds)


@pytest.mark.parametrize(
    ("ask", "query", "text"),
    [
        ("ticks", {"columns": ["prise"]}, "no column 'prise'; there are jseq, ts_event"),
        ("ticks", {"columns": "price"}, "is one text"),
        ("ticks", {"symbols": ["ZZZ"]}, "no symbol 'ZZZ'; it has"),
        ("ticks", {"symbols": [7]}, "is no text"),
        ("ticks", {"price": "decimal"}, "neither 'float64' nor 'int64'"),
        ("ticks", {"batch_rows": 0}, "batch_rows"),
        ("levels", {"signals": ["adpct"]}, "no signal 'adpct'"),
        ("levels", {"scopes": ["chip"]}, "no scope 'chip'"),
        ("levels", {"clock": "open"}, "neither live nor close"),
        ("events", {"types": ["THRUSTS"]}, "no type of event 'THRUSTS'"),
        ("replay", {"scopes": ["chip"]}, "no scope 'chip'"),
    ],
)
def test_queries(session: Session, ask: str, query: dict[str, object], text: str) -> None:
    with pytest.raises(OptionError, match=text):
        getattr(open_recording(session.recording), ask)(**query)


def test_a_target_that_exists(session: Session, tmp_path: Path) -> None:
    (tmp_path / "there.parquet").touch()
    with pytest.raises(FileError, match="exists"):
        convert(session.history, tmp_path / "there.parquet")
