"""Polars: the whole day in one lazy query. Not streaming: it starts when the last trade is in. Sparse, which was the fastest form found:
what each symbol did in each interval, the difference to what it contributed before, sums of the differences by interval and basket,
running sums of those over the grid. A symbol that is silent contributes what it did before, so no forward fill of whole cross-sections is
needed."""
import os

import numpy as np
import polars as pl

from common import enter

PARTS = ("adv", "dec", "traded", "above", "high", "low", "growth")


def by_symbol(values):
  """A column of reference numbers, looked up by the row's symbol: faster than a join."""
  return pl.lit(pl.Series(values)).gather(pl.col("sym"))


def latched(flag):
  """Whether the flag was up in this row or an earlier one of the same symbol; rows lie by symbol."""
  return ((2 * pl.col("sym") + flag.cast(pl.UInt32)).cum_max() - 2 * pl.col("sym")).cast(pl.Int32)


def bars_of(w, ticks, n_steps, interval_ns):
  """What each symbol did in each interval, by symbol and step: one key, sorted, is cheaper to group by than two columns."""
  step = (pl.col("ts_event") - (w.open_ns + 1)) // interval_ns
  price = pl.col("price_nano")
  return (ticks.lazy().select(price, key=pl.col("sym").cast(pl.UInt64) * n_steps + step.cast(pl.UInt64))
          .sort("key", maintain_order=True)
          .group_by("key", maintain_order=True).agg(last=price.last(), most=price.max(), least=price.min())
          .with_columns(sym=(pl.col("key") // n_steps).cast(pl.UInt32), step=(pl.col("key") % n_steps).cast(pl.UInt64)))


def changes_of(w, bars):
  """What each bar changed of what its symbol contributes."""
  last, previous, average = pl.col("last"), by_symbol(w.previous), by_symbol(w.sum19)
  states = bars.select("sym", "step", adv=(last > previous).cast(pl.Int32), dec=(last < previous).cast(pl.Int32), traded=pl.lit(1,
                                                                                                                                pl.Int32),
                       above=(19 * last > average).cast(pl.Int32), high=latched(pl.col("most") > by_symbol(w.year_high)),
                       low=latched(pl.col("least") < by_symbol(w.year_low)), growth=(last - previous) / previous)
  is_first = pl.col("sym") != pl.col("sym").shift(1, fill_value=2**32 - 1)
  before = {"above": by_symbol((19 * w.previous > w.sum19).astype(np.int32))}  # who has not traded stands at the previous close

  def change(part):
    return pl.col(part) - pl.when(is_first).then(before.get(part, pl.lit(0, pl.Int32))).otherwise(pl.col(part).shift(1))

  return states.select("sym", "step", *[change(part).alias(part) for part in PARTS])


def query(w, interval_ns, ticks):
  """Rows of (basket, step), in that order."""
  n_steps, n_baskets = (w.close_ns - w.open_ns) // interval_ns, len(w.baskets)
  bars = bars_of(w, ticks, n_steps, interval_ns)
  roster = pl.DataFrame({"sym": w.roster_symbol.astype(np.uint32), "row": (w.roster_basket * n_steps).astype(np.uint64)}).lazy()
  sums = changes_of(w, bars).join(roster, on="sym").group_by(row=pl.col("row") + pl.col("step")).agg(pl.col(PARTS).sum())
  benchmark = bars.filter(pl.col("sym") == w.benchmark).select("step", ratio=pl.col("last") / int(w.previous[w.benchmark]))
  grid = pl.select(row=pl.int_range(n_steps * n_baskets, dtype=pl.UInt64)).lazy()
  basket = pl.col("row") // n_steps
  running = (grid.join(sums, on="row", how="left", maintain_order="left")
             .with_columns(pl.col(PARTS).fill_null(0).cum_sum().over(basket))
             .with_columns(step=pl.col("row") % n_steps, basket=basket.cast(pl.UInt32))
             .join(benchmark, on="step", how="left", maintain_order="left")
             .with_columns(pl.col("ratio").forward_fill().over("basket")))

  def by_basket(values):
    return pl.lit(pl.Series(values)).gather(pl.col("basket"))

  def counted(value):
    return pl.when(pl.col("traded") >= by_basket(w.need)).then(value).otherwise(None).cast(pl.Float64)

  above_before = np.bincount(w.roster_basket, weights=(19 * w.previous > w.sum19)[w.roster_symbol], minlength=n_baskets)
  size, net = by_basket(w.sizes), pl.col("adv") - pl.col("dec")
  growth = 1.0 + pl.col("growth") / size
  return running.select(
      adv=counted(pl.col("adv")), dec=counted(pl.col("dec")), unch=counted(pl.col("traded") - pl.col("adv") - pl.col("dec")),
      ad_pct=counted(100.0 * net / pl.col("traded")), pct_above_sma_20=100.0 * (pl.col("above") + by_basket(above_before)) / size,
      nh_252=counted(pl.col("high")), nl_252=counted(pl.col("low")), idx_ew=by_basket(w.index_base) * growth,
      rs_bmk=by_basket(w.strength_base) * growth / pl.col("ratio"))


def prepare(w, options):
  ticks = pl.read_parquet(w.folder / "trades.parquet", columns=["ts_event", "sym", "price_nano"], n_rows=w.n_ticks)
  interval_ns = options.interval_ms * 10**6

  def run():
    rows = query(w, interval_ns, ticks).collect().to_numpy()
    return np.transpose(rows.reshape(len(w.baskets), -1, 9), (1, 0, 2))

  return run


if __name__ == "__main__":
  enter("Polars", "polars", prepare, modes=("e2",), tape=False, threads=int(os.environ.get("POLARS_MAX_THREADS", pl.thread_pool_size())))
