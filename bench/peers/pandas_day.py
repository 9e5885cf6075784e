"""pandas: the whole day at once, in the sparse form of polars_day.py: bars by symbol and interval, differences, sums by basket, running
sums."""
import numpy as np
import pandas as pd

from common import enter

PARTS = ["adv", "dec", "traded", "above", "high", "low", "growth"]


def prepare(w, options):
  interval_ns = options.interval_ms * 10**6
  n_steps = (w.close_ns - w.open_ns) // interval_ns
  ticks = pd.DataFrame({"sym": w.tape["symbol"].astype(np.int64), "ts_event": w.tape["ts_event"], "price": w.tape["price"]})
  roster = pd.DataFrame({"sym": w.roster_symbol, "basket": w.roster_basket})

  def run():
    keys = ticks["sym"] * n_steps + (ticks["ts_event"] - (w.open_ns + 1)) // interval_ns
    bars = ticks["price"].groupby(keys).agg(["last", "max", "min"])  # sorted by symbol, then step
    sym, step = np.divmod(bars.index.to_numpy(), n_steps)
    previous, last = w.previous[sym], bars["last"].to_numpy()
    states = pd.DataFrame({"adv": last > previous, "dec": last < previous, "traded": True, "above": 19 * last > w.sum19[sym],
                           "high": bars["max"].to_numpy() > w.year_high[sym],
                           "low": bars["min"].to_numpy() < w.year_low[sym]}).astype(np.int64)
    states[["high", "low"]] = states[["high", "low"]].groupby(sym).cummax()
    states["growth"] = (last - previous) / previous
    before = states.shift(1, fill_value=0)
    is_first = np.concatenate(([True], sym[1:] != sym[:-1]))
    before[is_first] = 0
    before.loc[is_first, "above"] = (19 * previous > w.sum19[sym])[is_first].astype(np.int64)
    changes = states - before
    changes["sym"], changes["step"] = sym, step
    joined = changes.merge(roster, on="sym")
    sums = joined.groupby(joined["basket"] * n_steps + joined["step"])[PARTS].sum()
    sums = sums.reindex(np.arange(len(w.baskets) * n_steps), fill_value=0)
    running = sums.groupby(sums.index // n_steps).cumsum()
    benchmark = pd.Series(last[sym == w.benchmark] / w.previous[w.benchmark], step[sym == w.benchmark]).reindex(np.arange(n_steps)).ffill()
    return finish(w, {part: running[part].to_numpy().reshape(-1, n_steps) for part in PARTS}, benchmark.to_numpy())

  def finish(w, of, benchmark):
    sizes, need, index_base, strength_base = (values[:, None] for values in (w.sizes, w.need, w.index_base, w.strength_base))
    start_above = np.bincount(w.roster_basket, weights=(19 * w.previous > w.sum19)[w.roster_symbol], minlength=len(w.baskets))[:, None]
    traded, growth = of["traded"], 1.0 + of["growth"] / sizes
    seen = traded >= need
    net = of["adv"] - of["dec"]
    counted = [np.where(seen, value, np.nan) for value in (of["adv"], of["dec"], traded - of["adv"] - of["dec"],
                                                           100.0 * net / np.maximum(traded, 1))]
    highs, lows = (np.where(seen, of[part], np.nan) for part in ("high", "low"))
    above = 100.0 * (of["above"] + start_above) / sizes
    return np.stack((*counted, above, highs, lows, index_base * growth, strength_base * growth / benchmark), axis=-1).transpose(1, 0, 2)

  return run


if __name__ == "__main__":
  enter("pandas", "pandas", prepare, modes=("e2",), threads=1)
