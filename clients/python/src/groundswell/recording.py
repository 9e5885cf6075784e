"""Recordings: ticks, levels and events as Arrow tables, and as events in event time.

    recording = open_recording("recordings/today")
    ticks = recording.ticks(columns=["ts_event", "symbol", "price"], start="09:30", end="16:00", tz="America/New_York").to_polars()
    for event in recording.replay(signals=["ad_pct"], scopes=["thesis"]):
        ...

Every table has `__arrow_c_stream__`, which polars, pandas, pyarrow and DuckDB read without copying: batches are filled by C++ while
somebody
takes them, without Python's lock, so that what is in memory does not grow with the recording. Times are `timestamp[ns, UTC]`, names are
dictionaries, what is absent is null. A recording is checked to its last byte when it is opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Literal

from groundswell import _native
from groundswell.errors import MissingPackageError, OptionError
from groundswell.events import Edge, Levels
from groundswell.windows import Bound, windows

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

Path = str | PathLike[str]
CONFIG_FOLDER = FilePath(__file__).parent / "config"
"""The configuration that comes with the package: baskets.toml is the default universe."""
Names = Sequence[str]


@dataclass(frozen=True, slots=True)
class RecordingInfo:
    """What a recording says of itself. Times are ns UTC; 0 = none."""

    recording_id: int
    config_hash: int  # 0 in imports
    created: int
    segments: int
    records: int
    edges: int  # events in it; imports have none
    bytes: int
    first_event: int
    last_event: int
    closed: bool  # ends as a clean stop leaves it
    torn_tail: str  # "", or what a crash cut: not an error
    symbols: tuple[str, ...]
    condition_sets: tuple[tuple[str, str, str], ...]  # tape, codes, scheme
    scopes: tuple[str, ...]  # () in imports
    signals: tuple[str, ...]  # () in imports


class Table:
    """Rows of a recording, which are read when somebody takes them, anew each time."""

    def __init__(self, native: _native.Table) -> None:
        self._native = native

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The Arrow PyCapsule interface: `polars.DataFrame(table)`, `pyarrow.RecordBatchReader.from_stream(table)` and the like."""
        return self._native.__arrow_c_stream__(requested_schema)

    def to_arrow(self) -> pyarrow.Table:
        """All rows as a pyarrow.Table."""
        return self.batches().read_all()

    def batches(self) -> pyarrow.RecordBatchReader:
        """The rows batch by batch, for what does not fit into memory."""
        return _package("pyarrow", "arrow").RecordBatchReader.from_stream(self)

    def to_polars(self) -> polars.DataFrame:
        """All rows as a polars.DataFrame; without a copy, dictionaries as Categorical."""
        frame: polars.DataFrame = _package("polars", "polars").DataFrame(self)
        return frame

    def to_pandas(self) -> pandas.DataFrame:
        """All rows as a pandas.DataFrame, dictionaries as category."""
        _package("pandas", "pandas")
        frame: pandas.DataFrame = self.to_arrow().to_pandas()
        return frame


class _Folded:
    """What comes out when the records are folded: tables and events under one configuration."""

    def __init__(self, recording: _native.Recording, *, fold: bool, config: Path | None, universe: Path | None) -> None:
        self._native = recording
        info: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in recording.info().items()}
        self._info = RecordingInfo(**info)
        self._fold = fold
        self._setup = {"config": _text(config), "universe": _text(universe)}

    def levels(
        self,
        *,
        scopes: Names = (),
        signals: Names = (),
        clock: Literal["live", "close"] | None = None,
        columns: Names = (),
        start: Bound | None = None,
        end: Bound | None = None,
        tz: str | None = None,
        batch_rows: int = 65_536,
    ) -> Table:
        """A row for every number that was published, folded anew from the records: `value` in the unit of its signal, null when there
        is none."""
        return Table(
            self._native.levels(
                **self._setup,
                scopes=_names("scopes", scopes),
                signals=_names("signals", signals),
                clock=clock,
                columns=_names("columns", columns),
                windows=self._windows(start, end, tz),
                batch_rows=_rows(batch_rows),
            )
        )

    def events(
        self,
        *,
        scopes: Names = (),
        types: Names = (),
        signals: Names = (),
        columns: Names = (),
        start: Bound | None = None,
        end: Bound | None = None,
        tz: str | None = None,
        batch_rows: int = 65_536,
    ) -> Table:
        """A row for every event, as it was published. `why` lists members with their parts, the largest first."""
        return Table(
            self._native.events(
                fold=self._fold,
                **self._setup,
                scopes=_names("scopes", scopes),
                types=_names("types", types),
                signals=_names("signals", signals),
                columns=_names("columns", columns),
                windows=self._windows(start, end, tz),
                batch_rows=_rows(batch_rows),
            )
        )

    def replay(
        self,
        start: Bound | None = None,
        end: Bound | None = None,
        tz: str | None = None,
        *,
        edges: bool = True,
        levels: bool = True,
        scopes: Names = (),
        types: Names = (),
        signals: Names = (),
        clock: Literal["live", "close"] | None = None,
    ) -> Iterator[Edge | Levels]:
        """Events in the order in which they were published, as fast as they are taken; event time is in them. `signals` are those of
        levels,
        and of edges that have one. What a strategy may know when is the matter of `groundswell.Backtest`, not of this."""
        native = self._native.replay(
            fold=self._fold or levels,
            **self._setup,
            edges=edges,
            levels=levels,
            scopes=_names("scopes", scopes),
            types=_names("types", types),
            signals=_names("signals", signals),
            clock=clock,
            windows=self._windows(start, end, tz),
        )
        return _events(native)

    def digest(self) -> str:
        """SHA-256 over everything that comes out, as `groundswell run --digest` and `groundswell replay --digest` print it."""
        return self._native.digest(**self._setup)

    def _windows(self, start: Bound | None, end: Bound | None, tz: str | None) -> list[tuple[int, int]]:
        return windows(start, end, tz, self._info.first_event, self._info.last_event)


class Refold(_Folded):
    """The records of a recording under another configuration. `Recording.refold` makes them."""


class Recording(_Folded):
    """A recording that was opened. `open_recording` makes them. Thread: any, one at a time; every table has a reader of its own."""

    @property
    def info(self) -> RecordingInfo:
        """What the recording says of itself."""
        return self._info

    def ticks(
        self,
        *,
        symbols: Names = (),
        columns: Names = (),
        price: Literal["float64", "int64"] = "float64",
        start: Bound | None = None,
        end: Bound | None = None,
        tz: str | None = None,
        batch_rows: int = 65_536,
    ) -> Table:
        """A row for every tick. `price="float64"` is column `price` in dollars, `"int64"` column `price_e9`, exact, in 1e-9 dollar; by
        name both
        may be had. A quote is two rows, bid and ask, a bar four."""
        if price not in ("float64", "int64"):
            raise OptionError(f"price: {price!r} is neither 'float64' nor 'int64'")
        return Table(
            self._native.ticks(
                columns=_names("columns", columns),
                symbols=_names("symbols", symbols),
                windows=self._windows(start, end, tz),
                batch_rows=_rows(batch_rows),
                integer_prices=price == "int64",
            )
        )

    def refold(self, *, config: Path | None = None, universe: Path | None = None) -> Refold:
        """The same fold over the same records under another groundswell.toml, or other rosters (a baskets.toml), or both: what the
        engine would
        have published. The same as `groundswell replay -c CONFIG --universe UNIVERSE`."""
        return Refold(self._native, fold=True, config=config, universe=universe)

    def __repr__(self) -> str:
        info = self._info
        return f"<Recording {info.recording_id:016x}: {info.records} records of {len(info.symbols)} symbols, {info.edges} events>"


def open_recording(path: Path, *, universe: Path | None = None) -> Recording:
    """Opens a .gsj file or a folder of segments, and checks its every byte. `universe`: a baskets.toml for an import, which names
    none; levels
    and events need it. A recording that is being written may be opened: what was whole then is there.

    Raises NotFoundError, DamagedError, OtherVersionError, FileError.
    """
    native = _native.Recording.open(fspath(path))
    is_import = native.info()["config_hash"] == 0
    return Recording(native, fold=is_import or universe is not None, config=None, universe=universe)


def _events(native: _native.Replay) -> Iterator[Edge | Levels]:
    while events := native.next():
        yield from events


def _text(path: Path | None) -> str:
    return "" if path is None else fspath(path)


def _names(what: str, names: Iterable[str]) -> list[str]:
    if isinstance(names, str):
        raise OptionError(f"{what}: give a list of names; {names!r} is one text")
    listed = list(names)
    for name in listed:
        if not isinstance(name, str):
            raise OptionError(f"{what}: {name!r} is no text")
    return listed


def _rows(count: int) -> int:
    if not isinstance(count, int) or not 1 <= count <= 1 << 24:
        raise OptionError(f"batch_rows: {count!r} is no number from 1 to {1 << 24}")
    return count


def _package(name: str, extra: str) -> Any:
    try:
        return __import__(name)
    except ImportError as error:
        raise MissingPackageError(f"{name} is not installed; pip install 'groundswell[{extra}]'") from error
