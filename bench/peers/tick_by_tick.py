"""The signals in plain Python, a trade at a time: for the frameworks that schedule and carry, but know no breadth. The best we could
write: what a trade changes of its symbol is added to the counters of its baskets, nothing is counted again."""
from common import NAN


class Counters:
  """Lists, not arrays: single elements of them are several times faster to reach from Python."""

  def __init__(self, w):
    n = len(w.symbols)
    self.previous, self.sum19, self.year_high, self.year_low = (of.tolist() for of in (w.previous, w.sum19, w.year_high, w.year_low))
    self.baskets_of = [tuple(of) for of in w.baskets_of]
    above = [20 * p > s + p for p, s in zip(self.previous, self.sum19)]  # a member without a trade stands at its previous close
    self.state = [(2, a, False, False) for a in above]  # side (2: no trade yet), above its average, new high, new low
    self.growth = [0.0] * n
    count = len(w.baskets)
    self.sides = [[0, 0, 0] for _ in range(count)]  # unchanged, up, down: a side of -1 is the last
    self.above = [0] * count
    for symbol, of in enumerate(self.baskets_of):
      for basket in of:
        self.above[basket] += above[symbol]
    self.highs, self.lows, self.returns = [0] * count, [0] * count, [0.0] * count
    self.sizes, self.need = w.sizes.tolist(), w.need.tolist()
    self.index_base, self.strength_base = w.index_base.tolist(), w.strength_base.tolist()
    self.benchmark, self.benchmark_ratio = w.benchmark, None

  def trade(self, symbol, price):
    """Takes one trade; returns the baskets whose numbers it may have moved."""
    previous = self.previous[symbol]
    if symbol == self.benchmark:
      self.benchmark_ratio = price / previous
      return ()
    baskets = self.baskets_of[symbol]
    before = self.state[symbol]
    state = (1 if price > previous else -1 if price < previous else 0, 20 * price > self.sum19[symbol] + price,
             before[2] or price > self.year_high[symbol], before[3] or price < self.year_low[symbol])
    if state != before:
      self.state[symbol] = state
      for basket in baskets:
        sides = self.sides[basket]
        sides[state[0]] += 1
        if before[0] != 2:
          sides[before[0]] -= 1
        self.above[basket] += state[1] - before[1]
        self.highs[basket] += state[2] - before[2]
        self.lows[basket] += state[3] - before[3]
    growth = (price - previous) / previous
    change = growth - self.growth[symbol]
    if change:
      self.growth[symbol] = growth
      for basket in baskets:
        self.returns[basket] += change
    return baskets

  def trades(self, symbols, prices):
    for symbol, price in zip(symbols, prices):
      self.trade(symbol, price)

  def row(self, basket):
    """The first eight signals of a basket."""
    unch, adv, dec = self.sides[basket]
    traded, size = unch + adv + dec, self.sizes[basket]
    index = self.index_base[basket] * (1.0 + self.returns[basket] / size)
    if traded < self.need[basket]:
      return (NAN, NAN, NAN, NAN, 100.0 * self.above[basket] / size, NAN, NAN, index)
    return (adv, dec, unch, 100.0 * (adv - dec) / traded, 100.0 * self.above[basket] / size, self.highs[basket], self.lows[basket], index)

  def snapshot(self):
    """All baskets with all nine, as of now."""
    rows = []
    for basket in range(len(self.sizes)):
      row = self.row(basket)
      strength = NAN
      if self.benchmark_ratio is not None:
        strength = self.strength_base[basket] * (row[7] / self.index_base[basket]) / self.benchmark_ratio
      rows.append(row + (strength,))
    return rows


class OneBasket:
  """The same for frameworks that keep state by key: a basket that knows its own members only."""

  def __init__(self, w, basket):
    members = w.roster_symbol[w.roster_basket == basket]
    self.basket, self.size, self.need, self.index_base = basket, len(members), int(w.need[basket]), float(w.index_base[basket])
    self.reference, self.state = {}, {}
    for k, *numbers in zip(members.tolist(), *(of[members].tolist() for of in (w.previous, w.sum19, w.year_high, w.year_low))):
      self.reference[k] = numbers
      self.state[k] = (2, 20 * numbers[0] > numbers[1] + numbers[0], False, False, 0.0)
    self.sides, self.highs, self.lows, self.returns = [0, 0, 0], 0, 0, 0.0
    self.above = sum(state[1] for state in self.state.values())

  def trade(self, symbol, price):
    """Takes one trade; returns the basket's number and its first eight signals."""
    previous, sum19, year_high, year_low = self.reference[symbol]
    before = self.state[symbol]
    now = (1 if price > previous else -1 if price < previous else 0, 20 * price > sum19 + price, before[2] or price > year_high,
           before[3] or price < year_low, (price - previous) / previous)
    if now != before:
      self.state[symbol] = now
      self.sides[now[0]] += 1
      if before[0] != 2:
        self.sides[before[0]] -= 1
      self.above += now[1] - before[1]
      self.highs += now[2] - before[2]
      self.lows += now[3] - before[3]
      self.returns += now[4] - before[4]
    unch, adv, dec = self.sides
    traded, above, index = unch + adv + dec, 100.0 * self.above / self.size, self.index_base * (1.0 + self.returns / self.size)
    if traded < self.need:
      return (self.basket, NAN, NAN, NAN, NAN, above, NAN, NAN, index)
    return (self.basket, adv, dec, unch, 100.0 * (adv - dec) / traded, above, self.highs, self.lows, index)
