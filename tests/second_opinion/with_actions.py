#!/usr/bin/env python3
"""Makes a data set with corporate actions, float shares, joins and leaves out of the daily set, for the second computation.

  python3 tests/second_opinion/with_actions.py FOLDER UNIVERSE.toml OUT [--sessions N]

FOLDER holds split-adjusted SYMBOL.csv and SYMBOL_dividends.csv. OUT gets the last N sessions of the universe as they would have been
printed had a few symbols split, spun off or consolidated: prices before the day are multiplied back, volumes divided. Beside them
actions.csv (these, and the dividends that were paid), shares.csv (numbers made up by a rule), universe.toml in which a few members join or
leave, and groundswell.toml that names them.
"""
import argparse
import csv
import decimal
import fractions
import pathlib
import tomllib

# (place from the end of the sessions, new shares for an old one): a split, a consolidation, splits whose factor is no finite decimal.
SPLITS = {
    "NVDA": [(900, "4"), (300, "10")], "TSM": [(1100, "3")], "WULF": [(700, "0.1")], "SPY": [(800, "2")], "AMD": [(640, "1.5")],
    "DUK": [(500, "0.5")], "ORCL": [(450, "3")], "SMCI": [(250, "7")],
}
# (place, price factor): the holder gets shares of another company; own shares stay.
SPINS = {"GE": [(620, "0.777777777777"), (420, "0.85")], "IBM": [(1000, "0.955")]}
WITHOUT_SHARES = {"PATH"}  # never any: its basket has no cap-weighted number
LATE_SHARES = {"AMAT": 1200, "DLR": 400}  # first row at this place from the end
# (place, where they join or leave the first basket that names them): ADI stays in two others.
MEMBERSHIPS = {
    "QCOM": (600, "to"), "CSCO": (1500, "from"), "IBM": (350, "to"), "ADI": (900, "to"), "CAT": (1200, "from"), "NET": (210, "from"),
}
NO_SUPPLIER = "gpu_accelerators"  # the obvious names must not confirm themselves
SECOND_ROWS = {"MSFT": 650, "NVDA": 300, "CAT": 333, "TSM": 1100}  # a new number; of two the same day as a split


def last_dates(folder, names, n_sessions):
  dates = set()
  for name in names:
    with open(folder / f"{name}.csv", newline="", encoding="ascii") as file:
      dates.update(row["Date"] for row in csv.DictReader(file))
  return sorted(dates)[-n_sessions:]


def text_of(number):
  """A fraction as decimal text, of more digits than are kept of a price."""
  with decimal.localcontext() as context:
    context.prec = 40
    value = (decimal.Decimal(number.numerator) / number.denominator).quantize(decimal.Decimal(1).scaleb(-15))
  return f"{value.normalize():f}"


class Writer:
  def __init__(self, folder, out, dates):
    self.folder, self.out, self.dates, self.actions = folder, out, dates, []

  def date(self, place):
    return self.dates[-min(place, len(self.dates))]

  def undone(self, name, date):
    """What a share of that day has become: prices were so much higher."""
    factor = fractions.Fraction(1)
    for place, ratio in SPLITS.get(name, ()):
      factor *= fractions.Fraction(ratio) if date < self.date(place) else 1
    for place, price_factor in SPINS.get(name, ()):
      factor /= fractions.Fraction(price_factor) if date < self.date(place) else 1
    return factor

  def bars(self, name):
    with open(self.folder / f"{name}.csv", newline="", encoding="ascii") as file, \
         open(self.out / "bars" / f"{name}.csv", "w", encoding="ascii") as out:
      print("Date,Open,High,Low,Close,Volume", file=out)
      for row in csv.DictReader(file):
        if row["Date"] < self.dates[0]:
          continue
        factor = self.undone(name, row["Date"])
        prices = [row[part] for part in ("Open", "High", "Low", "Close")]
        if factor != 1:
          prices = [text_of(fractions.Fraction(price) * factor) for price in prices]
        volume = int(int(row["Volume"]) / factor)
        print(row["Date"], *prices, volume, sep=",", file=out)

  def act(self, name):
    for place, ratio in SPLITS.get(name, ()):
      factor = text_of(1 / fractions.Fraction(ratio))
      self.actions.append((name, self.date(place), "split", f"{decimal.Decimal(factor):.12f}", ratio, ""))
    for place, price_factor in SPINS.get(name, ()):
      self.actions.append((name, self.date(place), "spin", price_factor, "", ""))
    taken = {action[1] for action in self.actions if action[0] == name}
    path = self.folder / f"{name}_dividends.csv"
    if not path.exists():
      return
    with open(path, newline="", encoding="ascii") as file:
      for row in csv.DictReader(file):
        if row["Date"] > self.dates[0] and row["Date"] not in taken:
          cash = text_of(fractions.Fraction(row["Dividend"]) * self.undone(name, row["Date"]))
          self.actions.append((name, row["Date"], "cash", "", "", f"{decimal.Decimal(cash):.9f}"))

  def universe(self, path):
    text, mark = path.read_text(encoding="utf-8"), f'id = "{NO_SUPPLIER}"\n'
    text = text.replace(mark, mark + "supplier = false\n")
    for name, (place, end) in MEMBERSHIPS.items():
      member = f'{{ symbol = "{name}"'
      text = text.replace(member, f'{member}, {end} = "{self.date(place)}"', 1)
    (self.out / "universe.toml").write_text(text, encoding="utf-8")

  def shares(self, names):
    with open(self.out / "shares.csv", "w", encoding="ascii") as file:
      print("symbol,effective,float_shares", file=file)
      for at, name in enumerate(names):
        if name in WITHOUT_SHARES:
          continue
        first = self.date(LATE_SHARES[name]) if name in LATE_SHARES else self.dates[0]
        number = 1_000_000 * (50 + 37 * at % 991)
        print(name, first, number, sep=",", file=file)
        if name in SECOND_ROWS:
          print(name, self.date(SECOND_ROWS[name]), number * 3 // 2 + 7, sep=",", file=file)


def main():
  parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
  parser.add_argument("folder", type=pathlib.Path)
  parser.add_argument("universe", type=pathlib.Path)
  parser.add_argument("out", type=pathlib.Path)
  parser.add_argument("--sessions", type=int, default=2000)
  arguments = parser.parse_args()
  universe = tomllib.loads(arguments.universe.read_text(encoding="utf-8"))
  members = sorted({member["symbol"] for basket in universe["basket"] for member in basket["members"]})
  names = sorted({*members, *universe["benchmarks"].values()})
  out = arguments.out
  (out / "bars").mkdir(parents=True, exist_ok=True)
  writer = Writer(arguments.folder, out, last_dates(arguments.folder, names, arguments.sessions))
  writer.universe(arguments.universe)
  for name in names:
    writer.bars(name)
    writer.act(name)
  writer.shares(members)
  with open(out / "actions.csv", "w", encoding="ascii") as file:
    print("symbol,ex_session,type,price_factor,share_factor,cash", file=file)
    for action in sorted(writer.actions, key=lambda action: (action[1], action[0])):
      print(*action, sep=",", file=file)
  settings = '[universe]\nfile = "universe.toml"\nshares = "shares.csv"\nactions = "actions.csv"\n'
  (out / "groundswell.toml").write_text(settings, encoding="ascii")
  print(f"{len(names)} symbols, {len(writer.dates)} sessions, {len(writer.actions)} actions")


if __name__ == "__main__":
  main()
