"""D4 and D5: whether capital rewards earnings leverage, and how much of the gain is belief without backlog. Fundamentals count from the
first session that opens at or after `available_at`; a filing older than 140 days counts no more. Of several filings the newest holds,
whole: fields are never mixed from two of them, so a change of currency between two filings cannot enter a ratio."""
import bisect
import csv
import dataclasses
import datetime
import math
import zoneinfo

import numpy as np

import thesis_constants as c
from exact import lagged, rounded_e12
from thesis_numbers import average, half_away, percentile_ranks, rank_correlation

PAINTED, HOT, PEELING = 1, 2, 3
STALE_NS = c.STALE_DAYS * 86400 * 10**9
NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
NUMBERS = ("ai_capex_rev_share", "rev_ttm", "rev_ttm_prior", "ebit_ttm", "ebit_ttm_prior", "rev_q", "orders_q", "backlog",
           "backlog_prior_year", "backlog_prior_q", "label_score")


@dataclasses.dataclass
class Filing:
  symbol: str
  available_ns: int
  fields: tuple  # f1..f5, NaN where one is missing
  label: float


def ratio(a, b):
  return a / b if b > 0 else math.nan


def clip(value, bounds):
  return value if math.isnan(value) else min(max(value, bounds[0]), bounds[1])


def fields_of(row):
  """f1 share of revenue, f2 incremental margin, f3 operating leverage, f4 growth of backlog, f5 book to bill."""
  n = {name: float(row[name]) if row.get(name) else math.nan for name in NUMBERS}
  growth = ratio(n["rev_ttm"] - n["rev_ttm_prior"], n["rev_ttm_prior"])
  more = n["ebit_ttm"] - n["ebit_ttm_prior"]
  f2 = clip(more / (n["rev_ttm"] - n["rev_ttm_prior"]), c.MARGIN_RANGE) if growth >= c.LEAST_GROWTH else math.nan
  f3 = clip(ratio(more, n["ebit_ttm_prior"]) / growth, c.LEVERAGE_RANGE) if abs(growth) >= c.LEAST_GROWTH else math.nan
  f4 = clip(ratio(n["backlog"] - n["backlog_prior_year"], n["backlog_prior_year"]), c.BACKLOG_RANGE)
  orders = n["orders_q"] if not math.isnan(n["orders_q"]) else n["backlog"] - n["backlog_prior_q"] + n["rev_q"]
  return (n["ai_capex_rev_share"], f2, f3, f4, ratio(orders, n["rev_q"])), n["label_score"]


def read_fundamentals(path):
  with open(path, newline="", encoding="utf-8") as file:
    rows = csv.DictReader(line for line in file if not line.startswith("#"))
    return [Filing(row["symbol"], int(row["available_at"]), *fields_of(row)) for row in rows]


def open_ns(date):
  opening = datetime.datetime.fromisoformat(date).replace(hour=9, minute=30, tzinfo=NEW_YORK)
  return int(opening.timestamp()) * 10**9


class Reference:
  """Fundamentals of the distinct members session by session: X, K, label; computed anew only when a filing arrives or grows too old."""

  def __init__(self, market, roles, filings):
    self.columns, universe = {name: at for at, name in enumerate(market.universe.symbols)}, market.universe
    self.home = first_basket(universe)
    self.wave = np.array([universe.waves[at] for at in self.home])
    self.filings = sorted((f for f in filings if f.symbol in self.columns), key=lambda f: f.available_ns)
    self.available = [filing.available_ns for filing in self.filings]
    self.opens = [open_ns(date) for date in market.dates] if filings else []
    self.member = np.maximum.reduce(roles) >= 0
    self.seen, self.stale_ns, self.known = -1, 0, None

  def at(self, t):
    """(exposure X, confirmation K, label) by symbol; NaN where unknown. Filings are held by symbol, the newest that was available."""
    n, width = (bisect.bisect_right(self.available, self.opens[t]) if self.filings else 0), len(self.columns)
    if not n:
      return (np.full(width, np.nan),) * 3
    if n != self.seen or self.opens[t] > self.stale_ns or (t and (self.member[t] != self.member[t - 1]).any()):
      newest = {filing.symbol: at for at, filing in enumerate(self.filings[:n])}
      held = [at for symbol, at in newest.items()
              if self.member[t, self.columns[symbol]] and self.available[at] + STALE_NS >= self.opens[t]]
      self.seen, self.stale_ns = n, min((self.available[at] + STALE_NS for at in held), default=1 << 62)
      self.known = self.rank(held)
    return self.known

  def rank(self, held):
    n = len(self.columns)
    fields, label = np.full((n, 5), np.nan), np.full(n, np.nan)
    for at in held:
      filing = self.filings[at]
      fields[self.columns[filing.symbol]], label[self.columns[filing.symbol]] = filing.fields, filing.label
    ranks = np.full((n, 5), np.nan)
    ranks[:, 0] = percentile_ranks(fields[:, 0])
    for wave in set(self.wave.tolist()):
      inside = self.wave == wave
      for field in range(1, 5):
        ranks[inside, field] = percentile_ranks(fields[inside, field])
    exposure = mean_of(ranks, [0, 1, 2, 3, 4], c.EXPOSURE_LEAST)
    solid = ~np.isnan(ranks[:, [1, 3, 4]]).all(axis=1)
    return exposure, np.where(solid, mean_of(ranks, [0, 1, 3, 4], 2), np.nan), label


def first_basket(universe):
  home = {}
  for at, entries in enumerate(universe.entries):
    for symbol, *_ in entries:
      home.setdefault(symbol, at)
  return np.array([home[name] for name in universe.symbols])


def mean_of(ranks, columns, least):
  """Whole 1e-12 all the way, so that members with the same ranks are equal, and 0.35 is 0.35."""
  part = half_away(ranks[:, columns] * 1e12)
  n = (~np.isnan(part)).sum(axis=1)
  return np.where(n >= least, half_away(np.nansum(part, axis=1) / np.maximum(n, 1)), np.nan) / 1e12


def adjusted_excess(market, bench_ratio):
  """Y: log excess of 63 sessions that beta does not explain. Beta of the session before, shrunk by a third to 1."""
  other = bench_ratio - 1
  pair = (market.reference_e9 > 0) & ~market.suspect & ~np.isnan(other)[:, None]
  own = np.where(pair, (market.close_e9 - market.reference_e9) / np.maximum(market.reference_e9, 1), np.nan)
  out = np.full(own.shape, np.nan)
  for at in range(own.shape[1]):
    rows = np.flatnonzero(pair[:, at])
    if len(rows) <= c.BETA_LEAST:
      continue
    logs = adjusted_logs(own[rows, at], other[rows])
    sums = np.full(len(own), np.nan)
    sums[rows] = np.cumsum(np.where(np.isnan(logs), 0, logs)) / 1e12
    sums[:rows[c.BETA_LEAST]] = np.nan
    last = np.maximum.accumulate(np.where(np.isnan(sums), -1, np.arange(len(sums))))
    held = np.where(last >= 0, sums[last], np.nan)
    out[:, at] = rounded_e12(held - lagged(held, c.REWARD_SESSIONS, np.nan)) / 1e12
  return np.where(market.valid, out, np.nan)


def adjusted_logs(own, other):
  """ln(1 + own - beta' other) in 1e-12 after the first 126 pairs; NaN before. Returns have a mean too small to cancel in sums."""

  def window(values):
    sums = np.concatenate(([0.0], np.cumsum(values)))
    ends = np.arange(1, len(values) + 1)
    return sums[ends] - sums[np.maximum(ends - c.BETA_SESSIONS, 0)]

  n = np.minimum(np.arange(1, len(own) + 1), c.BETA_SESSIONS)
  spread = window(other * other) - window(other) ** 2 / n
  still = spread < c.SMALLEST_VARIANCE * np.maximum(n - 1, 1)
  betas = np.where(still, 1.0, (window(own * other) - window(own) * window(other) / n) / np.where(still, 1.0, spread))
  betas[:c.BETA_LEAST - 1] = np.nan
  return rounded_e12(np.log(1 + own - (1 / 3 + 2 / 3 * lagged(betas, 1, np.nan)) * other))


def less_median(values, group):
  """values - the median of their group."""
  order = np.lexsort((values, group))
  _, starts, of, sizes = np.unique(group[order], return_index=True, return_inverse=True, return_counts=True)
  ranked = values[order]
  middle = (ranked[starts + (sizes - 1) // 2] + ranked[starts + sizes // 2]) / 2
  out = np.empty(len(values))
  out[order] = ranked - middle[of]
  return out


def correlations(x, y, home):
  """(E_pool, E_within, members) of one session over members with both; NaN below twenty."""
  has = ~np.isnan(x) & ~np.isnan(y)
  if has.sum() < c.REWARD_LEAST:
    return math.nan, math.nan, has.sum()
  a, b, of = rounded_e12(x[has]), rounded_e12(y[has]), home[has]
  return rank_correlation(a, b), rank_correlation(less_median(a, of), less_median(b, of)), has.sum()


def significance(correlation, n):
  """Fisher's: in deviations of what chance gives."""
  with np.errstate(divide="ignore", invalid="ignore"):
    z = np.arctanh(correlation) * np.sqrt((n - 3) / 1.06)
  return np.where(np.isinf(z), np.nan, z)


class Reward:
  """E_pool, E_within, E; spoons and flags of members; paint, backlog share and belief gap of a scope."""

  def __init__(self, thesis, filings, reward_only=False):
    market = thesis.market
    roles = [basket.role for basket in thesis.baskets]
    n, width = market.close_e9.shape
    self.reference = Reference(market, roles, filings)
    self.pool, self.within, self.n = np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, int)
    self.k, self.spoon, self.label = (np.full((n, width), np.nan) for _ in range(3))
    self.painted = np.zeros((n, width), int)
    if filings:
      y = adjusted_excess(market, thesis.bench_ratio)
      self.walk(np.where(thesis.role >= 0, y, np.nan), thesis, reward_only)
    raw = np.minimum(self.pool, self.within)
    level, updates = average(raw, c.REWARD_AVERAGE)
    self.reward = np.where(np.isnan(raw), np.nan, level)  # no number today is none, whatever the average holds
    self.warm = updates >= c.REWARD_WARM_UPDATES
    self.settled = np.where(self.warm, self.reward, np.nan)  # what the state looks at
    self.pool_z, self.within_z = significance(self.pool, self.n), significance(self.within, self.n)
    self.belief = {"thesis": self.belief_of(thesis.members.excess, thesis.role >= 0)}
    for wave in dict.fromkeys(market.universe.waves):
      member = np.logical_or.reduce([role >= 0 for role, of in zip(roles, market.universe.waves) if of == wave])
      self.belief[f"wave:{wave}"] = self.belief_of(thesis.members.excess, member)
    for name, role in zip(market.universe.ids, roles):
      self.belief[name] = self.belief_of(thesis.members.excess, role >= 0)

  def walk(self, y, thesis, reward_only):
    width = y.shape[1]
    raising, clearing, flagged = np.zeros(width, int), np.zeros(width, int), np.zeros(width, bool)
    for t in range(len(y)):
      x, k, label = self.reference.at(t)
      self.pool[t], self.within[t], self.n[t] = correlations(np.where(thesis.role[t] >= 0, x, np.nan), y[t], self.reference.home)
      if reward_only:
        continue
      spoon = 100 * label * (1 - k) * percentile_ranks(y[t])
      self.k[t], self.label[t], self.spoon[t] = k, label, spoon
      raising = np.where((spoon >= c.PAINTED_SPOON) & (k <= c.PAINTED_K), raising + 1, 0)
      clearing = np.where(flagged & ((spoon < c.CLEAR_SPOON) | (k > c.CLEAR_K)), clearing + 1, 0)
      cleared = flagged & ((clearing >= c.PAINT_COMMITS) | np.isnan(k))  # without backlog data a member is unverified, never flagged
      flagged = np.where(flagged, ~cleared, raising >= c.PAINT_COMMITS)
      clearing = np.where(flagged, clearing, 0)
      excess = thesis.members.excess[t]
      self.painted[t] = np.where(flagged, np.where(excess < 0, PEELING, np.where(y[t] > 0, HOT, PAINTED)), 0)

  def belief_of(self, excess, member):
    """(paint, backlog_share, belief_gap, members whose K is known): parts of their positive 21-session excess; NaN where they have less
    than 60 % of it."""
    gains = np.where(member & ~np.isnan(excess), np.maximum(np.nan_to_num(excess), 0), 0)
    known = ~np.isnan(self.k)
    total, base = gains.sum(axis=1), (gains * known).sum(axis=1)
    enough = (total > 0) & (base >= c.KNOWN_LEAST * total)
    base = np.where(enough, base, np.nan)
    with np.errstate(invalid="ignore"):
      unbacked = (gains * (known & (self.k <= c.PAINTED_K) & (self.label >= c.LABEL_LEAST))).sum(axis=1) / base
      backed = (gains * (known & (self.k >= c.CONFIRMED_K))).sum(axis=1) / base
    return unbacked, backed, unbacked - backed, (member & ~np.isnan(excess) & known).sum(axis=1)
