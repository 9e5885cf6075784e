"""A back-test without events: closes of a basket's breadth against the next session's return of the benchmark, in pandas.

    python vectorised_pandas.py DAILY.gsj BASKETS.toml [BENCHMARK]

Quick to write and to get wrong: what a close says may only meet the return after it, hence the shift. `groundswell.Backtest` cannot
forget it.
"""

from __future__ import annotations

import sys

import groundswell as gs


def main() -> None:
    """Prints what a dollar became."""
    path, universe, benchmark = sys.argv[1], sys.argv[2], (sys.argv[3:] or ["SPY"])[0]
    recording = gs.open_recording(path, universe=universe)
    breadth = recording.levels(scopes=["thesis"], signals=["pct_above_sma_50"], clock="close", columns=["session", "value"]).to_pandas()
    bars = recording.ticks(symbols=[benchmark], columns=["session", "action", "price"]).to_pandas()
    closes = bars[bars["action"] == "bar_close"].set_index("session")["price"]
    frame = closes.to_frame("close").join(breadth.groupby("session")["value"].last().rename("breadth"))
    frame["held"] = (frame["breadth"] > 50).shift(1, fill_value=False)  # decided at a close, held from then to the next
    frame["equity"] = (frame["close"].pct_change().fillna(0) * frame["held"] + 1).cumprod()
    print(frame[["close", "breadth", "held", "equity"]].tail(10).to_string())


if __name__ == "__main__":
    main()
