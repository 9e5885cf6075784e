"""What the thesis layer looks at: closes by session and symbol, who is in which basket in which role, and the benchmark."""
import csv
import tomllib

import numpy as np

from exact import price_e9
from thesis_numbers import returns_in

WAVES = ("compute", "physical", "monetization")
FOLLOWER, LEADER, SPENDER = 0, 1, 2  # a symbol with several roles has the greatest
ROLES = {"follower": FOLLOWER, "leader": LEADER, "spender": SPENDER}
SUSPECT_PERCENT = 35  # a jump from the last close to the open that no corporate action explains bars the symbol for the session


class Universe:
  """Baskets in file order; members as columns of the market's arrays."""

  def __init__(self, path):
    with open(path, "rb") as file:
      text = tomllib.load(file)
    self.benchmark = text["benchmarks"]["primary"]
    self.benchmarks = len(text["benchmarks"])
    self.ids = [basket["id"] for basket in text["basket"]]
    self.waves = [basket["wave"] for basket in text["basket"]]
    self.supplies = [basket.get("supplier", True) and basket["wave"] != "monetization" for basket in text["basket"]]
    self.entries = [[(m["symbol"], ROLES[m.get("role", "follower")], str(m.get("from", "")), str(m.get("to", "9999")))
                     for m in basket["members"]] for basket in text["basket"]]
    self.symbols = sorted({entry[0] for basket in self.entries for entry in basket})

  def roles(self, dates):
    """Per basket an array of sessions by symbols: the role, -1 where the symbol is no member."""
    dates, column, out = np.array(dates), {name: at for at, name in enumerate(self.symbols)}, []
    for entries in self.entries:
      role = np.full((len(dates), len(self.symbols)), -1, np.int8)
      for symbol, kind, begin, end in entries:
        at = (dates >= begin) & (dates < end)
        role[at, column[symbol]] = np.maximum(role[at, column[symbol]], kind)
      out.append(role)
    return out


class Market:
  """Arrays of sessions by symbols. `close_e9`: the last close, carried over sessions without a trade, 0 before the first one.
  `valid`: there is a close of the session before, and no unexplained jump. `volume`: shares, for plots and studies only."""

  def __init__(self, universe, dates, close_e9, traded, open_e9=None, benchmark_e9=None, benchmark_traded=None, volume=None):
    self.universe, self.dates, self.close_e9, self.traded, self.volume = universe, list(dates), close_e9, traded, volume
    self.listed = close_e9 > 0
    self.reference_e9 = np.vstack([np.zeros((1, close_e9.shape[1]), np.int64), close_e9[:-1]])
    self.suspect = np.zeros(close_e9.shape, bool)
    if open_e9 is not None:
      jump = np.abs(open_e9 - self.reference_e9)
      self.suspect = traded & (self.reference_e9 > 0) & (jump * 100 > SUSPECT_PERCENT * self.reference_e9)
    self.valid = (self.reference_e9 > 0) & ~self.suspect
    self.age = np.cumsum(self.listed, axis=0) - 1  # sessions since the first close; -1 before it
    self.return_e12 = np.where(self.valid, returns_in(close_e9, self.reference_e9, 10**12), 0)
    self.benchmark_e9, self.benchmark_traded = benchmark_e9, benchmark_traded


def read_bars(path, index_of_date):
  """(traded, open, close, volume) of SYMBOL.csv; a row without volume is no trade, of two rows of one date the last holds."""
  n = len(index_of_date)
  traded, opened, close, volume = np.zeros(n, bool), np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64)
  with open(path, newline="", encoding="ascii") as file:
    for row in csv.DictReader(file):
      t = index_of_date[row["Date"]]
      if int(row["Volume"]):
        traded[t], opened[t], close[t], volume[t] = True, price_e9(row["Open"]), price_e9(row["Close"]), int(row["Volume"])
  last = np.maximum.accumulate(np.where(traded, np.arange(n), -1))
  return traded, opened, np.where(last >= 0, close[last], 0), volume


def load_daily(folder, universe):
  """The market of a folder of SYMBOL.csv files (Date,Open,High,Low,Close,Volume); sessions are the dates of members and benchmark."""
  dates = set()
  for name in [*universe.symbols, universe.benchmark]:
    with open(folder / f"{name}.csv", encoding="ascii") as file:
      next(file)
      dates.update(line[:10] for line in file)
  dates = sorted(dates)
  index = {date: t for t, date in enumerate(dates)}
  columns = [read_bars(folder / f"{name}.csv", index) for name in universe.symbols]
  traded, opened, close, volume = (np.stack(part, axis=1) for part in zip(*columns))
  benchmark = read_bars(folder / f"{universe.benchmark}.csv", index)
  return Market(universe, dates, close, traded, opened, benchmark[2], benchmark[0], volume)
