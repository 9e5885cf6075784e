"""csp as its documentation teaches it. E1: the stream demultiplexed by symbol, a node per symbol, a node per basket that takes a list
basket of its members. E2: one node for all, state in lists, an alarm each interval."""
from datetime import datetime, timedelta, timezone

import csp
import numpy as np
from csp import ts

from common import NAN, enter
from tick_by_tick import Counters


@csp.node
def member(trade: ts[object], previous: int, sum19: int, year_high: int, year_low: int) -> ts[object]:
  """What a symbol contributes: side, above, new high, new low, return."""
  with csp.state():
    s_high = False
    s_low = False
  if csp.ticked(trade):
    price = trade[1]
    s_high = s_high or price > year_high
    s_low = s_low or price < year_low
    return (trade[0], (price > previous) - (price < previous), 20 * price > sum19 + price, s_high, s_low, (price - previous) / previous)


@csp.node
def basket(x: [ts[object]], number: int, size: int, need: int, base: float, above_before: object) -> ts[object]:
  """Takes out what a member contributed before, adds what it does now."""
  with csp.state():
    s_of = [(0, 9, above, False, False, 0.0) for above in above_before]
    s_sides = {-1: 0, 0: 0, 1: 0, 9: size}
    s_above = sum(above_before)
    s_highs = 0
    s_lows = 0
    s_returns = 0.0
  if csp.ticked(x):
    seq = 0
    for k, now in x.tickeditems():
      before = s_of[k]
      s_of[k] = now
      s_sides[before[1]] -= 1
      s_sides[now[1]] += 1
      s_above += now[2] - before[2]
      s_highs += now[3] - before[3]
      s_lows += now[4] - before[4]
      s_returns += now[5] - before[5]
      seq = now[0]
    adv, dec, unch = s_sides[1], s_sides[-1], s_sides[0]
    traded = adv + dec + unch
    above = 100.0 * s_above / size
    index = base * (1.0 + s_returns / size)
    if traded < need:
      return (seq, number, NAN, NAN, NAN, NAN, above, NAN, NAN, index)
    return (seq, number, adv, dec, unch, 100.0 * (adv - dec) / traded, above, s_highs, s_lows, index)


@csp.node
def collect(x: [ts[object]], sink: object):
  if csp.ticked(x):
    sink.extend(x.tickedvalues())


@csp.graph
def every_tick(w: object, times: object, symbols: object, trades: object, sink: object):
  symbol, trade = csp.curve(int, (times, symbols)), csp.curve(object, (times, trades))
  by_symbol = csp.demultiplex(trade, symbol, list(range(len(w.symbols))))
  of = {}
  for k in sorted(set(w.roster_symbol.tolist())):
    of[k] = member(by_symbol[k], int(w.previous[k]), int(w.sum19[k]), int(w.year_high[k]), int(w.year_low[k]))
  outputs = []
  for b in range(len(w.baskets)):
    members = w.roster_symbol[w.roster_basket == b].tolist()
    above = [bool(20 * w.previous[k] > w.sum19[k] + w.previous[k]) for k in members]
    outputs.append(basket([of[k] for k in members], b, len(members), int(w.need[b]), float(w.index_base[b]), above))
  collect(outputs, sink)


@csp.node
def breadth(symbol: ts[int], price: ts[int], every: timedelta, state: object, sink: object):
  with csp.alarms():
    step = csp.alarm(bool)
  with csp.start():
    csp.schedule_alarm(step, every, True)
  if csp.ticked(symbol, price):
    state.trade(symbol, price)
  if csp.ticked(step):
    csp.schedule_alarm(step, every, True)
    sink.append(state.snapshot())


@csp.graph
def bucketed(times: object, symbols: object, prices: object, every: timedelta, state: object, sink: object):
  breadth(csp.curve(int, (times, symbols)), csp.curve(int, (times, prices)), every, state, sink)


def prepare(w, options):
  start, end = (datetime.fromtimestamp(ns // 10**9, timezone.utc) for ns in (w.open_ns, w.close_ns))
  times = w.tape["ts_event"].astype("datetime64[ns]")
  symbols, sink = w.tape["symbol"].astype(np.int64), []
  if options.mode == "e1":
    trades = np.empty(len(times), object)
    trades[:] = list(zip(w.tape["seq"].tolist(), w.tape["price"].tolist()))
    graph = csp.build_graph(every_tick, w, times, symbols, trades, sink)
  else:
    every = timedelta(milliseconds=options.interval_ms)
    graph = csp.build_graph(bucketed, times, symbols, w.tape["price"].copy(), every, Counters(w), sink)

  def run():
    csp.run(graph, starttime=start, endtime=end)
    return sink

  return run


if __name__ == "__main__":
  enter("csp idiomatic", "csp", prepare, threads=1)
