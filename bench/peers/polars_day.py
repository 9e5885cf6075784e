"""Polars: the whole day in one lazy query. Not streaming: it starts when the last trade is in. Sparse, which was the fastest form found: what each
symbol did in each interval, the difference to what it contributed before, sums of the differences by interval and basket, running sums of those
over the grid. A symbol that is silent contributes what it did before, so no forward fill of whole cross-sections is needed."""
import os

import numpy as np
import polars as pl

from common import enter

PARTS = ("adv", "dec", "traded", "above", "high", "low", "growth")


def query(w, interval_ns, ticks):
  """Rows of (basket, step), in that order."""
  n_steps = (w.close_ns - w.open_ns) // interval_ns
  sym, step = pl.col("sym"), pl.col("step")
  reference = pl.DataFrame({"sym": np.arange(len(w.symbols), dtype=np.uint32), "prev": w.previous, "sum19": w.sum19, "hi": w.year_high,
                            "lo": w.year_low}).lazy()
  roster = pl.DataFrame({"sym": w.roster_symbol.astype(np.uint32), "basket": w.roster_basket.astype(np.uint32)}).lazy()
  bars = (ticks.lazy()
          .select(sym, "price_nano", step=((pl.col("ts_event") - (w.open_ns + 1)) // interval_ns).cast(pl.UInt32))
          .group_by(sym, step)
          .agg(last=pl.col("price_nano").last(), most=pl.col("price_nano").max(), least=pl.col("price_nano").min()))
  is_first = sym != sym.shift(1, fill_value=2**32 - 1)
  states = (bars.join(reference, on="sym").sort("sym", "step")
            .with_columns(adv=(pl.col("last") > pl.col("prev")).cast(pl.Int32), dec=(pl.col("last") < pl.col("prev")).cast(pl.Int32),
                          traded=pl.lit(1, pl.Int32), above=(19 * pl.col("last") > pl.col("sum19")).cast(pl.Int32),
                          high=(pl.col("most") > pl.col("hi")).cast(pl.Int32).cum_max().over("sym"),
                          low=(pl.col("least") < pl.col("lo")).cast(pl.Int32).cum_max().over("sym"),
                          growth=(pl.col("last") - pl.col("prev")) / pl.col("prev")))
  before = {"above": (19 * pl.col("prev") > pl.col("sum19")).cast(pl.Int32)}  # who has not traded stands at the previous close
  changes = states.select(sym, step, *[
      (pl.col(part) - pl.when(is_first).then(before.get(part, pl.lit(0, pl.Int32))).otherwise(pl.col(part).shift(1))).alias(part) for part in PARTS])
  sums = changes.join(roster, on="sym").group_by("basket", "step").agg(pl.col(PARTS).sum())
  start_above = np.bincount(w.roster_basket, weights=20 * w.previous[w.roster_symbol] > (w.sum19 + w.previous)[w.roster_symbol],
                            minlength=len(w.baskets)).astype(np.int64)
  baskets = pl.DataFrame({"basket": np.arange(len(w.baskets), dtype=np.uint32), "size": w.sizes, "need": w.need, "start_above": start_above,
                          "index_base": w.index_base, "strength_base": w.strength_base}).lazy()
  grid = pl.DataFrame({"step": np.arange(n_steps, dtype=np.uint32)}).lazy()
  benchmark = (bars.filter(sym == w.benchmark)
               .select(step, ratio=pl.col("last") / int(w.previous[w.benchmark])))
  times = grid.join(benchmark, on="step", how="left", maintain_order="left").with_columns(pl.col("ratio").forward_fill())
  running = (baskets.join(times, how="cross", maintain_order="left_right")
             .join(sums, on=["basket", "step"], how="left", maintain_order="left")
             .with_columns(pl.col(PARTS).fill_null(0).cum_sum().over("basket")))
  seen = pl.col("traded") >= pl.col("need")
  index_ratio = 1.0 + pl.col("growth") / pl.col("size")

  def counted(value):
    return pl.when(seen).then(value).otherwise(None).cast(pl.Float64)

  return running.select(
      adv=counted(pl.col("adv")), dec=counted(pl.col("dec")), unch=counted(pl.col("traded") - pl.col("adv") - pl.col("dec")),
      ad_pct=counted(100.0 * (pl.col("adv") - pl.col("dec")) / pl.col("traded")),
      pct_above_sma_20=100.0 * (pl.col("above") + pl.col("start_above")) / pl.col("size"),
      nh_252=counted(pl.col("high")), nl_252=counted(pl.col("low")), idx_ew=pl.col("index_base") * index_ratio,
      rs_bmk=pl.col("strength_base") * index_ratio / pl.col("ratio"))


def prepare(w, options):
  ticks = pl.read_parquet(w.folder / "trades.parquet", columns=["ts_event", "sym", "price_nano"], n_rows=w.n_ticks)
  interval_ns = options.interval_ms * 10**6

  def run():
    rows = query(w, interval_ns, ticks).collect().to_numpy()
    return np.transpose(rows.reshape(len(w.baskets), -1, 9), (1, 0, 2))

  return run


if __name__ == "__main__":
  enter("Polars", "polars", prepare, modes=("e2",), tape=False, threads=int(os.environ.get("POLARS_MAX_THREADS", pl.thread_pool_size())))
