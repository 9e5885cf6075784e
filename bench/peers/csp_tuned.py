"""csp as a scheduler, and as little else as can be. E1: one curve of tick numbers into one node. E2: one curve of batches, the trades of
an interval at the time of its step, into one node that takes them at once."""
from datetime import datetime, timezone

import csp
import numpy as np
from csp import ts

from common import enter
from cross_section import CrossSection
from tick_by_tick import Counters


@csp.node
def each(number: ts[int], symbols: object, prices: object, trade: object, row: object, emit: object):
  if csp.ticked(number):
    k = number
    for basket in trade(symbols[k], prices[k]):
      emit((k + 1, basket) + row(basket))


@csp.node
def stepped(batch: ts[object], state: object, emit: object):
  if csp.ticked(batch):
    if len(batch[0]):
      state.trades(*batch)
    emit(state.snapshot())


@csp.graph
def every_tick(times: object, numbers: object, symbols: object, prices: object, state: object, sink: object):
  each(csp.curve(int, (times, numbers)), symbols, prices, state.trade, state.row, sink.append)


@csp.graph
def bucketed(times: object, batches: object, state: object, sink: object):
  stepped(csp.curve(object, (times, batches)), state, sink.append)


def prepare(w, options):
  start, end = (datetime.fromtimestamp(ns // 10**9, timezone.utc) for ns in (w.open_ns, w.close_ns))
  symbols, prices, sink = w.tape["symbol"].astype(np.int64), w.tape["price"].copy(), []
  if options.mode == "e1":
    times = w.tape["ts_event"].astype("datetime64[ns]")
    graph = csp.build_graph(every_tick, times, np.arange(w.n_ticks), symbols.tolist(), prices.tolist(), Counters(w), sink)
  else:
    steps = w.steps(options.interval_ms)
    # numpy costs a little of each member at each step, Python lists a lot of each trade: whichever is less at this density.
    dense = w.n_ticks > len(steps) * (80 + len(w.roster_symbol) // 10)
    ends = np.searchsorted(w.tape["ts_event"], steps, side="right")
    batches = np.empty(len(steps), object)
    batches[:] = list(zip(np.split(symbols, ends)[:-1], np.split(prices, ends)[:-1]))
    if not dense:
      batches[:] = [(of.tolist(), at.tolist()) for of, at in batches]
    graph = csp.build_graph(bucketed, steps.astype("datetime64[ns]"), batches, CrossSection(w) if dense else Counters(w), sink)

  def run():
    csp.run(graph, starttime=start, endtime=end)
    return sink

  return run


if __name__ == "__main__":
  enter("csp tuned", "csp", prepare, threads=1)
