"""Wickra: the floor of the calculation alone. Its breadth indicators take a whole cross-section each time and keep no state of symbols,
so who calls them keeps it; only the calls are timed. What they give is net advances, the share above the average, and new highs less new
lows: ad_pct is made of the first, the last is held against our own count here, and the other columns are not expressible."""
import numpy as np
import wickra

from common import NAN, Clock, enter
from tick_by_tick import Counters

clock = Clock()


class Basket:
  """The vectors Wickra wants of one basket, kept current element by element."""

  def __init__(self, members, above, need):
    self.members, self.need, self.traded = members, need, 0
    n = len(members)
    self.change, self.volume, self.high, self.low, self.above = [0.0] * n, [1.0] * n, [False] * n, [False] * n, above
    self.net, self.share, self.extremes = wickra.TickIndex().update, wickra.PercentAboveMa().update, wickra.NewHighsNewLows().update

  def call(self):
    """What is timed."""
    change, volume, high, low = self.change, self.volume, self.high, self.low
    return self.net(change, volume, high, low), self.share(change, volume, high, low, self.above), self.extremes(change, volume, high, low)

  def row(self, numbers):
    net, share, extremes = numbers
    if extremes != sum(self.high) - sum(self.low):
      raise ValueError(f"NewHighsNewLows gives {extremes} of {sum(self.high)} highs and {sum(self.low)} lows")
    return (NAN, NAN, NAN, 100.0 * net / self.traded if self.traded >= self.need else NAN, share, NAN, NAN, NAN)


def prepare(w, options):
  counters = Counters(w)
  members = [w.roster_symbol[w.roster_basket == b].tolist() for b in range(len(w.baskets))]
  baskets = [Basket(of, [counters.state[k][1] for k in of], int(need)) for of, need in zip(members, w.need)]
  places = [[(baskets[b], members[b].index(k)) for b in of] for k, of in enumerate(w.baskets_of)]

  def trade(symbol, price):
    first = counters.state[symbol][0] == 2
    touched = counters.trade(symbol, price)
    _, above, high, low = counters.state[symbol]
    for basket, k in places[symbol]:
      basket.change[k], basket.above[k], basket.high[k], basket.low[k] = float(price - counters.previous[symbol]), above, high, low
      basket.traded += first
    return touched

  def every_tick():
    rows = []
    for seq, symbol, price in zip(w.tape["seq"].tolist(), w.tape["symbol"].tolist(), w.tape["price"].tolist()):
      touched = trade(symbol, price)
      with clock:
        numbers = [baskets[b].call() for b in touched]
      rows += [(seq, b) + baskets[b].row(of) for b, of in zip(touched, numbers)]
    return rows

  def bucketed():
    ends = np.searchsorted(w.tape["ts_event"], w.steps(options.interval_ms), side="right").tolist()
    symbols, prices, begin, out = w.tape["symbol"].tolist(), w.tape["price"].tolist(), 0, []
    for end in ends:
      for symbol, price in zip(symbols[begin:end], prices[begin:end]):
        trade(symbol, price)
      begin = end
      with clock:
        numbers = [basket.call() for basket in baskets]
      out.append([basket.row(of) + (NAN,) for basket, of in zip(baskets, numbers)])
    return out

  return every_tick if options.mode == "e1" else bucketed


if __name__ == "__main__":
  enter("Wickra (maths only)", "wickra", prepare, clock=clock, threads=1)
