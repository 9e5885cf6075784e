"""Deephaven: the whole day over static tables in its engine, in the sparse form of polars_day.py. Its live form refreshes by the wall
clock's cycle, so a day of event time cannot be run through it as fast as possible; the engine's operations are the same ones. The server
is in this process; it is warmed up with the same query before the clock starts."""
import os
import socket
import time

import numpy as np

import common

PARTS = ["Adv", "Dec", "Traded", "Above", "High", "Low", "Growth"]
WARM_UP = (("--warm-up",), {"type": float, "default": 60.0, "metavar": "SECONDS"})


def start_server():
  """The server writes to the standard output, which is for one JSON object: it gets the error stream instead."""
  common.output = os.fdopen(os.dup(1), "w")
  os.dup2(2, 1)
  from deephaven_server import Server
  with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
  Server(host="127.0.0.1", port=port,
         jvm_args=["-Xmx6g", "-DAuthHandlers=io.deephaven.auth.AnonymousAuthenticationHandler",
                   "-Dprocess.info.system-info.enabled=false"]).start()


def table(**columns):
  from deephaven import new_table
  from deephaven.column import double_col, long_col
  return new_table([(double_col if values.dtype.kind == "f" else long_col)(name, values) for name, values in columns.items()])


def query(w, n_steps, interval_ns, ticks, reference, roster, baskets):
  """Rows of (basket, step), in that order."""
  from deephaven import agg, empty_table
  from deephaven.updateby import DeltaControl, cum_max, cum_sum, delta, forward_fill
  bars = (ticks.update_view(f"Step = (long)((Ts - {w.open_ns + 1}L) / {interval_ns}L)")
          .agg_by([agg.last("Last = Price"), agg.max_("Most = Price"), agg.min_("Least = Price")], by=["Sym", "Step"]))
  # Above counts against what it was before the first trade, so that a symbol's first difference is right, too.
  states = (bars.natural_join(reference, on="Sym")
            .update(["Adv = Last > Prev ? 1L : 0L", "Dec = Last < Prev ? 1L : 0L", "Traded = 1L",
                     "Above = (19 * Last > Sum19 ? 1L : 0L) - (19 * Prev > Sum19 ? 1L : 0L)", "High = Most > YearHigh ? 1L : 0L",
                     "Low = Least < YearLow ? 1L : 0L", "Growth = (double)(Last - Prev) / Prev"])
            .update_by([cum_max(["High", "Low"])], by="Sym"))
  changes = states.view(["Sym", "Step"] + PARTS).update_by([delta(PARTS, delta_control=DeltaControl.VALUE_DOMINATES)], by="Sym")
  sums = changes.join(roster, on="Sym").agg_by([agg.sum_(PARTS)], by=["Basket", "Step"])
  benchmark = bars.where(f"Sym == {w.benchmark}").view(["Step", f"Ratio = (double)Last / {int(w.previous[w.benchmark])}L"])
  grid = empty_table(n_steps * len(w.baskets)).update([f"Basket = (long)(ii / {n_steps}L)", f"Step = ii % {n_steps}L"])
  zero = {part: "0.0" if part == "Growth" else "0L" for part in PARTS}
  return (grid.natural_join(sums, on=["Basket", "Step"]).natural_join(benchmark, on="Step")
          .update([f"{part} = isNull({part}) ? {zero[part]} : {part}" for part in PARTS])
          .update_by([cum_sum(PARTS), forward_fill("Ratio")], by="Basket")
          .natural_join(baskets, on="Basket")
          .select(["adv = Traded < Need ? Double.NaN : (double)Adv", "dec = Traded < Need ? Double.NaN : (double)Dec",
                   "unch = Traded < Need ? Double.NaN : (double)(Traded - Adv - Dec)",
                   "ad_pct = Traded < Need ? Double.NaN : 100.0 * (Adv - Dec) / Traded", "above = 100.0 * (Above + AboveBefore) / Size",
                   "nh = Traded < Need ? Double.NaN : (double)High", "nl = Traded < Need ? Double.NaN : (double)Low",
                   "idx = IndexBase * (1.0 + Growth / Size)",
                   "rs = isNull(Ratio) ? Double.NaN : StrengthBase * (1.0 + Growth / Size) / Ratio"]))


def prepare(w, options):
  start_server()
  from deephaven import parquet
  from deephaven.numpy import to_numpy
  interval_ns = options.interval_ms * 10**6
  n_steps = (w.close_ns - w.open_ns) // interval_ns
  ticks = parquet.read(str(w.folder / "trades.parquet")).head(w.n_ticks).select(["Sym = (long)sym", "Ts = ts_event", "Price = price_nano"])
  reference = table(Sym=np.arange(len(w.symbols)), Prev=w.previous, Sum19=w.sum19, YearHigh=w.year_high, YearLow=w.year_low)
  roster = table(Sym=w.roster_symbol, Basket=w.roster_basket)
  above = (19 * w.previous > w.sum19)[w.roster_symbol]
  above_before = np.bincount(w.roster_basket, weights=above, minlength=len(w.baskets)).astype(np.int64)
  baskets = table(Basket=np.arange(len(w.baskets)), Size=w.sizes, Need=w.need, AboveBefore=above_before, IndexBase=w.index_base,
                  StrengthBase=w.strength_base)

  def run():
    rows = to_numpy(query(w, n_steps, interval_ns, ticks, reference, roster, baskets))
    return rows.reshape(len(w.baskets), n_steps, 9).transpose(1, 0, 2)

  warm = time.monotonic() + options.warm_up
  while time.monotonic() < warm:
    run()
  return run


if __name__ == "__main__":
  common.enter("Deephaven", "deephaven-server", prepare, modes=("e2",), tape=False, extra=(WARM_UP,), threads="all")
