"""Bytewax, E1: trades fanned out to their baskets, a stateful_map with a basket's counters as its state. Within a batch Bytewax works key
by key, so rows are put back into tick order after the clock has stopped."""
from datetime import timedelta

import bytewax.operators as op
from bytewax.dataflow import Dataflow
from bytewax.testing import TestingSink, TestingSource, run_main

from common import enter
from tick_by_tick import OneBasket

BATCH = 1024


def prepare(w, options):
  keys = [str(b) for b in range(len(w.baskets))]
  fan = [tuple(keys[b] for b in of) for of in w.baskets_of]
  ticks = list(zip(w.tape["seq"].tolist(), w.tape["symbol"].tolist(), w.tape["price"].tolist()))
  baskets = {key: OneBasket(w, b) for b, key in enumerate(keys)}  # a key's state comes into being with its first trade
  sink = []

  def fan_out(trade):
    return [(key, (key, trade)) for key in fan[trade[1]]]

  def step(state, item):
    key, (seq, symbol, price) = item
    state = state or baskets[key]
    return state, (seq,) + state.trade(symbol, price)

  flow = Dataflow("breadth")
  trades = op.input("trades", flow, TestingSource(ticks, batch_size=BATCH))
  op.output("rows", op.stateful_map("baskets", op.flat_map("fan_out", trades, fan_out), step), TestingSink(sink))

  def run():
    run_main(flow, epoch_interval=timedelta(days=1))  # no snapshots of the state in between
    return Rows(sink)

  return run


class Rows:
  """In tick order once somebody looks."""

  def __init__(self, sink):
    self.sink = sink

  def __array__(self, dtype=None, copy=None):
    import numpy as np
    return np.array(sorted(row for _, row in self.sink), dtype)


if __name__ == "__main__":
  enter("Bytewax", "bytewax", prepare, modes=("e1",), threads=1)
