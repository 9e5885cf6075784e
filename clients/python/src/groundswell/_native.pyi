from typing import Any

from groundswell.events import Edge, Levels

_Windows = list[tuple[int, int]]

class Table:
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...

class Replay:
    def next(self) -> list[Edge | Levels]: ...

class Recording:
    @staticmethod
    def open(path: str) -> Recording: ...
    def info(self) -> dict[str, Any]: ...
    def digest(self, config: str, universe: str) -> str: ...
    def ticks(
        self,
        *,
        columns: list[str],
        symbols: list[str],
        windows: _Windows,
        batch_rows: int,
        integer_prices: bool,
        every_record: bool = False,
    ) -> Table: ...
    def events(
        self,
        *,
        fold: bool,
        config: str,
        universe: str,
        columns: list[str],
        scopes: list[str],
        types: list[str],
        signals: list[str],
        windows: _Windows,
        batch_rows: int,
    ) -> Table: ...
    def levels(
        self,
        *,
        config: str,
        universe: str,
        columns: list[str],
        scopes: list[str],
        signals: list[str],
        clock: str | None,
        windows: _Windows,
        batch_rows: int,
    ) -> Table: ...
    def replay(
        self,
        *,
        fold: bool,
        config: str,
        universe: str,
        edges: bool,
        levels: bool,
        scopes: list[str],
        types: list[str],
        signals: list[str],
        clock: str | None,
        windows: _Windows,
    ) -> Replay: ...

class Writer:
    def __init__(
        self, path: str, *, symbols: list[str], condition_sets: list[tuple[str, str, str]], recording_id: int, created: int
    ) -> None: ...
    def append(self, records: object) -> None: ...  # a buffer of 64-byte records
    def close(self) -> None: ...

class Backtest:
    def __init__(
        self,
        recording: Recording,
        *,
        config: str,
        universe: str,
        edges: bool,
        levels: bool,
        scopes: list[str],
        types: list[str],
        signals: list[str],
        clock: str | None,
        windows: _Windows,
        latency: tuple[int, int],
        order_latency: tuple[int, int],
        seed: int,
        spread_e9: int,
        fee_a_share_e9: int,
        cash_e9: int,
        mark_ns: int,
        event_clock: bool,
    ) -> None: ...
    @property
    def now(self) -> int: ...
    @property
    def records(self) -> int: ...
    def next(self) -> Edge | Levels | None: ...
    def order(self, symbol: int, quantity: int) -> None: ...
    def position(self, symbol: int) -> int: ...
    def outstanding(self, symbol: int) -> int: ...
    def fills(self) -> Table: ...
    def equity(self) -> Table: ...
