"""The signals with numpy, over all memberships at once: for entries that evaluate whole cross-sections at steps of event time."""
import numpy as np


class CrossSection:
  def __init__(self, w):
    self.w, self.members = w, w.roster_symbol
    self.starts = np.cumsum(w.sizes) - w.sizes
    self.previous, self.sum19, self.year_high, self.year_low = (of[self.members] for of in (w.previous, w.sum19, w.year_high, w.year_low))
    self.float_previous = self.previous.astype(float)
    self.last, self.traded = w.previous.copy(), np.zeros(len(w.symbols), bool)
    self.high, self.low = np.full(len(w.symbols), -1, np.int64), np.full(len(w.symbols), 1 << 62, np.int64)
    self.flags = np.empty((6, len(self.members)), np.int32)

  def trades(self, symbols, prices):
    """Trades in their order: of repeated assignments the last stays."""
    self.last[symbols] = prices
    self.traded[symbols] = True
    np.maximum.at(self.high, symbols, prices)
    np.minimum.at(self.low, symbols, prices)

  def snapshot(self):
    """(baskets, 9)"""
    w, m, flags = self.w, self.members, self.flags
    last, traded = self.last[m], self.traded[m]
    flags[0] = last > self.previous  # who has not traded stands at the previous close: neither up nor down
    flags[1] = last < self.previous
    flags[2] = traded
    flags[3] = 19 * last > self.sum19
    flags[4] = self.high[m] > self.year_high
    flags[5] = self.low[m] < self.year_low
    adv, dec, count, above, highs, lows = np.add.reduceat(flags, self.starts, axis=1)
    growth = 1.0 + np.add.reduceat((last - self.previous) / self.float_previous, self.starts) / w.sizes
    out = np.empty((len(w.sizes), 9))
    with np.errstate(invalid="ignore", divide="ignore"):
      for k, value in enumerate((adv, dec, count - adv - dec, 100.0 * (adv - dec) / count, 100.0 * above / w.sizes, highs, lows)):
        out[:, k] = value
    out[count < w.need, :4] = out[count < w.need, 5:7] = np.nan
    out[:, 7] = w.index_base * growth
    out[:, 8] = w.strength_base * growth / (self.last[w.benchmark] / w.previous[w.benchmark]) if self.traded[w.benchmark] else np.nan
    return out
