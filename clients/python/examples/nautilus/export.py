"""Trades and signals of a recording as Parquet for NautilusTrader: `ts_event` and `ts_init` in ns UTC, as its data objects have them.

    python export.py RECORDING OUT_FOLDER [UNIVERSE]

`trades.parquet`: instrument_id, price, size, aggressor_side, trade_id, ts_event, ts_init. `signals.parquet`: scope, signal, value,
ts_event, ts_init. ts_init is when the engine took in the tick, or what caused the number, and ts_event where the recording does not say.
Both lines of NautilusTrader, 1.x and 2.0, read such frames; neither is imported here.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

import groundswell as gs


def main() -> None:
    """Writes both files."""
    recording = gs.open_recording(sys.argv[1], universe=(sys.argv[3:] or [None])[0])
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    ticks = recording.ticks(columns=["symbol", "action", "side", "price", "size", "trade_id", "ts_event", "ts_recv"]).to_polars()
    trades = ticks.filter(pl.col("action").cast(pl.String) == "trade").select(
        instrument_id=pl.col("symbol").cast(pl.String) + ".XNAS",
        price="price",
        size="size",
        aggressor_side=pl.col("side").cast(pl.String).replace_strict({"B": "BUYER", "A": "SELLER"}, default="NO_AGGRESSOR"),
        trade_id=pl.col("trade_id").cast(pl.String),
        ts_event=pl.col("ts_event").dt.epoch("ns"),
        ts_init=pl.coalesce("ts_recv", "ts_event").dt.epoch("ns"),
    )
    trades.write_parquet(folder / "trades.parquet")
    levels = recording.levels(columns=["scope", "signal", "value", "ts_event", "ts_recv"]).to_polars()
    signals = levels.select(
        pl.col("scope", "signal").cast(pl.String),
        "value",
        ts_event=pl.col("ts_event").dt.epoch("ns"),
        ts_init=pl.coalesce("ts_recv", "ts_event").dt.epoch("ns"),
    )
    signals.write_parquet(folder / "signals.parquet")
    print(f"{len(trades)} trades and {len(signals)} numbers in {folder}")


if __name__ == "__main__":
    main()
