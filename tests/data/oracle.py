#!/usr/bin/env python3
"""A second computation of the daily breadth and strength signals, in batch, from the definitions alone; compared with a replay's CSV.

  oracle.py FOLDER UNIVERSE.toml SIGNALS.csv [--sessions N] [--suspect-percent P]

FOLDER holds SYMBOL.csv (Date,Open,High,Low,Close,Volume); SIGNALS.csv is what `groundswell replay REC.gsj --universe … --signals` wrote.
Levels are chained from their first session, so the whole history is computed; the first and the last N sessions are compared (0: all), by
the rules of oracle_compare.py. Exit 0 when all agree, 1 when anything differs.

Plain and slow on purpose: windows are slices of lists, prices integers of 1e-9, rounded from the decimal text half away from zero.
"""
import argparse
import collections
import csv
import math
import pathlib
import sys
import time
import tomllib

import oracle_compare

SMA_SESSIONS = (20, 50, 200)
EXTREME_SESSIONS = (20, 63, 252)
EXCESS_SESSIONS = (1, 5, 21, 63, 126, 252)
OUTPERFORM_SESSIONS = (1, 5, 21, 63)
POOLED_SESSIONS = 10  # of hli10_*
WINDOW_LEAD = 600  # sessions before the compared ones from which windows are computed: 252, and more than ten samples of the pooled ones
WAVES = ("compute", "physical", "monetization")
NO_LOW = 1 << 80

Published = collections.namedtuple("Published", "value validity n_valid n_members")  # n_valid None: undefined before a level's base


def divide(numerator, denominator):
  """Integer quotient rounded half away from zero; the denominator is positive."""
  quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
  return quotient if numerator >= 0 else -quotient


def price_e9(text):
  """Exact decimal text to 1e-9, half away from zero."""
  mantissa, _, exponent = text.strip().lower().partition("e")
  negative = mantissa.startswith("-")
  whole, _, fraction = mantissa.lstrip("+-").partition(".")
  digits, shift = int(whole + fraction), 9 - len(fraction) + int(exponent or 0)
  value = digits * 10**shift if shift >= 0 else divide(digits, 10**-shift)
  return -value if negative else value


def needed(n, floor):
  """Coverage: max(floor, ceil(0.6 n))."""
  return max(floor, (6 * n + 9) // 10)


class Symbol:
  """One symbol's bars by session index. `close_e9` carries over untraded sessions; None before the first trade."""

  def __init__(self, folder, name, index_of_date):
    rows = {}
    with open(folder / f"{name}.csv", newline="", encoding="ascii") as file:
      for row in csv.DictReader(file):
        rows[row["Date"]] = row  # of two rows of one date the last holds
    count = len(index_of_date)
    self.traded, self.open_e9, self.volume = [False] * count, [None] * count, [0] * count
    self.high_e9, self.low_e9, self.close_e9 = [-1] * count, [NO_LOW] * count, [None] * count
    for date, row in rows.items():
      t, volume = index_of_date[date], int(row["Volume"])
      if volume == 0:
        continue
      self.traded[t], self.volume[t], self.open_e9[t] = True, volume, price_e9(row["Open"])
      self.high_e9[t], self.low_e9[t], self.close_e9[t] = price_e9(row["High"]), price_e9(row["Low"]), price_e9(row["Close"])
    self.first = self.traded.index(True) if True in self.traded else count
    for t in range(self.first + 1, count):
      if self.close_e9[t] is None:
        self.close_e9[t] = self.close_e9[t - 1]

  def close_ago(self, t, sessions):
    return self.close_e9[t - sessions] if t >= sessions else None

  def return_in(self, t, sessions, unit):
    base = self.close_ago(t, sessions)
    return None if base is None else divide((self.close_e9[t] - base) * unit, base)


class Facts:
  """What one symbol brings to session t."""

  def __init__(self, symbol, t, benchmark, windows, suspect_percent):
    self.listed = symbol.close_e9[t] is not None
    reference = symbol.close_ago(t, 1)
    # A jump of over 35 % from the reference to the open, with no corporate action to explain it, bars the symbol for the session.
    jump = abs(symbol.open_e9[t] - reference) if reference is not None and symbol.traded[t] else 0
    suspect = suspect_percent > 0 and jump * 100 > suspect_percent * (reference or 0)
    self.valid = reference is not None and not suspect
    self.traded = self.valid and symbol.traded[t]
    if not self.valid:
      return
    close = symbol.close_e9[t]
    self.close_e9, self.reference_e9 = close, reference
    self.side = (close > reference) - (close < reference)
    self.return_e12 = divide((close - reference) * 10**12, reference)
    self.volume = symbol.volume[t]
    self.dollars_e4 = divide(symbol.volume[t] * close, 10**5)
    if not windows:
      return
    self.above = {n: self.above_average(symbol, t, n) for n in SMA_SESSIONS}
    self.extremes = {n: self.new_extremes(symbol, t, n) for n in EXTREME_SESSIONS}
    self.ahead = {n: self.ahead_of(symbol, benchmark, t, n) for n in OUTPERFORM_SESSIONS}

  @staticmethod
  def above_average(symbol, t, n):
    if symbol.first > t - n + 1:
      return None
    return symbol.close_e9[t] * (n - 1) > sum(symbol.close_e9[t - n + 1:t])

  @staticmethod
  def new_extremes(symbol, t, n):
    """(new high, new low) against the n prior sessions; untraded ones among them count for nothing."""
    if not symbol.traded[t] or symbol.first > t - n:
      return None
    prior_high = max(symbol.high_e9[t - n:t])
    if prior_high < 0:
      return None
    return symbol.high_e9[t] > prior_high, symbol.low_e9[t] < min(symbol.low_e9[t - n:t])

  @staticmethod
  def ahead_of(symbol, benchmark, t, n):
    """Sign of the difference of the two returns; a difference below 1e-9 is a tie."""
    own, other = symbol.return_in(t, n, 10**9), benchmark.return_in(t, n, 10**9)
    return None if own is None or other is None else (own > other) - (own < other)


class Chain:
  """A level linked from session to session: 100 at its base; where coverage fails it is neither published nor moved."""

  def __init__(self):
    self.level = None

  def start_or_move(self, factor, n_valid, n_started, need, n_members):
    if self.level is None:
      if n_started < need:
        return Published(None, "INSUFFICIENT", None, n_members)
      self.level = 100.0
      return Published(self.level, "OK", n_started, n_members)
    if n_valid < need:
      return Published(None, "INSUFFICIENT", n_valid, n_members)
    self.level *= factor
    return Published(self.level, "OK", n_valid, n_members)


class Strength:
  """RS line and excess returns of one scope against one benchmark."""

  def __init__(self, benchmark, name, primary):
    self.benchmark, self.name, self.suffix = benchmark, name.lower(), "" if primary else f"_{name.lower()}"
    self.base, self.base_t, self.line = None, None, []

  def step(self, t, index, out):
    value, validity = None, index.validity
    if index.value is not None and not self.benchmark.traded[t]:
      validity = "STALE_INPUT" if self.benchmark.first < t else "UNDEFINED"
    elif index.value is not None:
      ratio = index.value / self.benchmark.close_e9[t]
      if self.base is None:
        self.base, self.base_t = ratio, t
      value = 100 * ratio / self.base
    self.line.append(value)
    out[f"rs_{self.name}"] = Published(value, validity, index.n_valid, index.n_members)
    for n in EXCESS_SESSIONS:
      excess, excess_validity = None, validity
      if value is not None and t - n < self.base_t:
        excess_validity = "WARMUP"
      elif value is not None and self.line[t - n] is None:
        excess_validity = "UNDEFINED"
      elif value is not None:
        excess = math.log(value / self.line[t - n])
      out[f"excess_{n}{self.suffix}"] = Published(excess, excess_validity, index.n_valid, index.n_members)


class Breadth:
  """Sections A and B8 over one set of distinct members: a basket, or the pool of a wave or of the thesis."""

  def __init__(self, members):
    self.members = members  # of (symbol, from, to)
    self.adl, self.adp = None, 0.0
    self.pools = {n: collections.deque(maxlen=POOLED_SESSIONS) for n in EXTREME_SESSIONS}

  def step(self, date, facts, benchmark_traded, windows, out):
    names = {name for name, first, end in self.members if first <= date < end}
    roster = [facts[name] for name in sorted(names)]
    self.n_members = sum(fact.listed for fact in roster)
    self.need = needed(self.n_members, 3)
    self.valid = [fact for fact in roster if fact.valid]
    traded = [fact for fact in roster if fact.traded]
    self.count_sides(traded, out)
    self.sum_volumes(traded, out)
    if not windows:
      return
    self.count_above(out)
    self.count_extremes(traded, out)
    self.count_ahead(benchmark_traded, out)

  def put(self, out, name, value, n_valid):
    """A number of this session alone: absent without coverage, UNDEFINED where it has no value."""
    if n_valid < self.need:
      out[name] = Published(None, "INSUFFICIENT", n_valid, self.n_members)
    else:
      out[name] = Published(value, "UNDEFINED" if value is None else "OK", n_valid, self.n_members)

  def count_sides(self, traded, out):
    n = len(traded)
    up, down = sum(fact.side > 0 for fact in traded), sum(fact.side < 0 for fact in traded)
    self.put(out, "adv", up, n)
    self.put(out, "dec", down, n)
    self.put(out, "unch", n - up - down, n)
    self.put(out, "untraded", len(self.valid) - n, n)
    self.put(out, "ad_ratio", up / down if down else None, n)
    self.put(out, "adlog", math.log((up + 0.5) / (down + 0.5)), n)
    self.put(out, "net_adv", up - down, n)
    percent = 100 * (up - down) / n if n else None
    self.put(out, "ad_pct", percent, n)
    self.put(out, "rana", 1000 * (up - down) / (up + down) if up + down else 0, n)
    if self.adl is None:
      if self.n_members >= self.need:
        self.adl = 0
      lines = ("OK", self.n_members) if self.adl == 0 else ("INSUFFICIENT", None)
    else:
      lines = ("OK", n)  # without coverage the old value stays, published as it was
      if n >= self.need:
        self.adl, self.adp = self.adl + up - down, self.adp + percent
    out["adl"] = Published(self.adl, *lines, self.n_members)
    out["adp"] = Published(None if self.adl is None else self.adp, *lines, self.n_members)

  def sum_volumes(self, traded, out):
    n = len(traded)
    for unit, suffix, scale in (("volume", "vol", 1), ("dollars_e4", "dollar", 10**4)):
      up, unchanged, down = (sum(getattr(fact, unit) for fact in traded if fact.side == side) for side in (1, 0, -1))
      for name, total in (("up", up), ("dn", down), ("unch", unchanged)):
        self.put(out, f"{name}_{suffix}", total if scale == 1 else total / scale, n)
      tail = "" if scale == 1 else "_dollar"
      self.put(out, f"upvol{tail}_pct", 100 * up / (up + down) if up + down else None, n)
      total = up + down + unchanged
      self.put(out, f"advol{tail}_pct", 100 * (up - down) / total if total else None, n)

  def count_above(self, out):
    for n in SMA_SESSIONS:
      eligible = [fact.above[n] for fact in self.valid if fact.above[n] is not None]
      self.put(out, f"pct_above_sma_{n}", 100 * sum(eligible) / len(eligible) if eligible else None, len(eligible))

  def count_extremes(self, traded, out):
    for n in EXTREME_SESSIONS:
      eligible = [fact.extremes[n] for fact in traded if fact.extremes[n] is not None]
      count, pool = len(eligible), self.pools[n]
      high, low = sum(new_high for new_high, _ in eligible), sum(new_low for _, new_low in eligible)
      self.put(out, f"nh_{n}", high, count)
      self.put(out, f"nl_{n}", low, count)
      self.put(out, f"hl_pct_{n}", 100 * (high - low) / count if count else None, count)
      self.put(out, f"rhp_{n}", 100 * high / (high + low) if high + low else None, count)
      if count >= self.need:
        pool.append((high, low))
      if len(pool) < POOLED_SESSIONS:
        validity = "WARMUP" if count >= self.need else "INSUFFICIENT"
        out[f"hli10_{n}"] = Published(None, validity, count, self.n_members)
      else:  # without coverage the old value stays, published as it was
        highs, lows = sum(pair[0] for pair in pool), sum(pair[1] for pair in pool)
        value = 100 * highs / (highs + lows) if highs + lows else 50
        out[f"hli10_{n}"] = Published(value, "OK", count, self.n_members)

  def count_ahead(self, benchmark_traded, out):
    for n in OUTPERFORM_SESSIONS:
      signs = [fact.ahead[n] for fact in self.valid if fact.ahead[n] is not None]
      points = 2 * sum(sign > 0 for sign in signs) + sum(sign == 0 for sign in signs)
      name = f"pct_outperf_{n}"
      self.put(out, name, 50 * points / len(signs) if signs else None, len(signs))
      if not benchmark_traded and len(signs) >= self.need:
        out[name] = Published(None, "STALE_INPUT", len(signs), self.n_members)


class Basket:
  def __init__(self, members, benchmarks):
    self.breadth = Breadth(members)
    self.equal, self.price = Chain(), Chain()
    self.strengths = [Strength(symbol, name, at == 0) for at, (name, symbol) in enumerate(benchmarks)]
    self.factors = None  # this session's (equal, price) growth, where there is one

  def step(self, t, date, facts, windows, out):
    breadth = self.breadth
    breadth.step(date, facts, self.strengths[0].benchmark.traded[t], windows, out)
    n, equal, price = len(breadth.valid), 1.0, 1.0
    if n:
      equal = 1 + sum(fact.return_e12 for fact in breadth.valid) / n / 1e12
      price = sum(fact.close_e9 for fact in breadth.valid) / sum(fact.reference_e9 for fact in breadth.valid)
    moves = self.equal.level is not None and n >= breadth.need
    self.factors = (equal, price) if moves else None
    counts = (n, breadth.n_members, breadth.need, breadth.n_members)
    out["idx_ew"] = self.equal.start_or_move(equal, *counts)
    out["idx_pw"] = self.price.start_or_move(price, *counts)
    for strength in self.strengths:
      strength.step(t, out["idx_ew"], out)


class Group:
  """A wave or the thesis: breadth over the pool of distinct members, index over the baskets of `index_baskets`."""

  def __init__(self, baskets, index_baskets, floor, benchmarks):
    distinct = {member for basket in baskets for member in basket.breadth.members}
    self.breadth, self.baskets, self.floor = Breadth(distinct), index_baskets, floor
    self.equal, self.price = Chain(), Chain()
    self.strengths = [Strength(symbol, name, at == 0) for at, (name, symbol) in enumerate(benchmarks)]

  def step(self, t, date, facts, windows, out):
    self.breadth.step(date, facts, self.strengths[0].benchmark.traded[t], windows, out)
    factors = [basket.factors for basket in self.baskets if basket.factors is not None]
    started = sum(basket.equal.level is not None for basket in self.baskets)
    n, n_baskets = len(factors), len(self.baskets)
    means = [sum(pair[kind] for pair in factors) / n if n else 1.0 for kind in (0, 1)]
    counts = (n, started, needed(n_baskets, self.floor), n_baskets)
    out["idx_ew"] = self.equal.start_or_move(means[0], *counts)
    out["idx_pw"] = self.price.start_or_move(means[1], *counts)
    for strength in self.strengths:
      strength.step(t, out["idx_ew"], out)


def dates_in(folder):
  """Every date that has a row of any symbol is a session."""
  dates = set()
  for path in folder.glob("*.csv"):
    if path.name.endswith("_dividends.csv"):
      continue
    with open(path, encoding="ascii") as file:
      next(file)
      dates.update(line[:10] for line in file)
  return sorted(dates)


def scopes_of(universe, benchmarks):
  """{scope id: Basket or Group}, baskets first: a group reads what its baskets have done in the session."""
  scopes, waves = {}, collections.defaultdict(list)
  for basket in universe["basket"]:
    members = [(m["symbol"], str(m.get("from", "")), str(m.get("to", "9999"))) for m in basket["members"]]
    scopes[basket["id"]] = Basket(members, benchmarks)
    waves[basket["wave"]].append(scopes[basket["id"]])
  baskets = list(scopes.values())
  for wave in WAVES:
    if waves[wave]:
      scopes[f"wave:{wave}"] = Group(waves[wave], waves[wave], 1, benchmarks)
  scopes["thesis"] = Group(baskets, waves["compute"] + waves["physical"], 3, benchmarks)
  return scopes


def computed(folder, universe, dates, windowed, suspect_percent):
  """Yields per session (date, {scope: {signal: Published}}); signals with windows only at the dates in `windowed`."""
  index_of_date = {date: t for t, date in enumerate(dates)}
  named = universe["benchmarks"]
  benchmark_names = [named[role] for role in ("primary", "growth", "equal_weight") if role in named]
  names = {member["symbol"] for basket in universe["basket"] for member in basket["members"]}
  symbols = {name: Symbol(folder, name, index_of_date) for name in sorted(names | set(benchmark_names))}
  benchmarks = [(name, symbols[name]) for name in benchmark_names]
  scopes = scopes_of(universe, benchmarks)
  for t, date in enumerate(dates):
    windows = date in windowed
    facts = {name: Facts(symbols[name], t, benchmarks[0][1], windows, suspect_percent) for name in names}
    session = {scope: {} for scope in scopes}
    for scope, state in scopes.items():
      state.step(t, date, facts, windows, session[scope])
    yield date, session


def main():
  parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
  parser.add_argument("folder", type=pathlib.Path)
  parser.add_argument("universe", type=pathlib.Path)
  parser.add_argument("signals", type=pathlib.Path)
  parser.add_argument("--sessions", type=int, default=1500, help="compare the first and the last N sessions; 0 = all")
  parser.add_argument("--suspect-percent", type=int, default=35, help="jump of the open that bars a symbol for the session; 0 = none does")
  arguments = parser.parse_args()
  begin = time.monotonic()
  universe = tomllib.loads(arguments.universe.read_text(encoding="utf-8"))
  dates = dates_in(arguments.folder)
  count = arguments.sessions
  wanted = set(dates[:count] + dates[-count:]) if count else set(dates)
  windowed = wanted | set(dates[-count - WINDOW_LEAD:])
  replayed, comparison = oracle_compare.published(arguments.signals, wanted), oracle_compare.Comparison()
  for date, expected in computed(arguments.folder, universe, dates, windowed, arguments.suspect_percent):
    if date not in wanted:
      continue
    got_date, rows = next(replayed, (None, []))
    if got_date != date:
      print(f"session {date} expected, the replay has {got_date}")
      return 1
    comparison.session(date, expected, rows)
  total = comparison.report()
  print(f"{len(wanted)} of {len(dates)} sessions, {time.monotonic() - begin:.0f} s")
  return 1 if total or not comparison.rows else 0


if __name__ == "__main__":
  sys.exit(main())
