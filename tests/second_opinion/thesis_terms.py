"""D1 and the inputs of D3: who takes part, in the thesis and in each basket, and the broadening score made of it.

Order of evaluation in a session: members (returns, averages), baskets (index, excess), thesis index, terms x1..x5, score."""
import dataclasses

import numpy as np

import thesis_constants as c
from exact import lagged, rounded_e12
from numbers_of import needed
from thesis_market import FOLLOWER, LEADER
from thesis_numbers import average, half_away, on_samples, returns_in, t_statistic, window_of


class Members:
  """Numbers of single members, sessions by symbols: NaN where there is none."""

  def __init__(self, market):
    close, n = market.close_e9, c.AVERAGE_SESSIONS
    sums = np.vstack([np.zeros((1, close.shape[1]), np.int64), np.cumsum(close, axis=0)])
    before = np.zeros_like(close)
    before[n - 1:] = sums[n - 1:-1] - sums[:len(close) - n + 1]  # the n - 1 closes before today
    old = market.valid & (market.age >= n - 1)
    self.above = np.where(old, close * (n - 1) > before, np.nan)
    bench = market.benchmark_e9
    self.ahead = self.against(market, close, bench)
    ago = lagged(close, c.STRENGTH_SESSIONS, 0)
    bench_ago = lagged(bench, c.STRENGTH_SESSIONS, 0)
    has = market.valid & (ago > 0) & (market.benchmark_traded & (bench_ago > 0))[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
      self.excess = np.where(has, np.log(close / ago) - np.log(bench / bench_ago)[:, None], np.nan)

  @staticmethod
  def against(market, close, bench):
    """1 ahead of the benchmark over 63 sessions, 0 behind, 0.5 equal; simple returns in whole 1e-9."""
    ago, bench_ago = lagged(close, c.OUTPERFORM_SESSIONS, 0), lagged(bench, c.OUTPERFORM_SESSIONS, 0)
    own = returns_in(close, ago, 10**9)
    other = returns_in(bench, bench_ago, 10**9)[:, None]
    has = market.valid & (ago > 0) & (market.benchmark_traded & (bench_ago > 0))[:, None]
    return np.where(has, 0.5 + 0.5 * np.sign(own - other), np.nan)


def share(values, group, listed, floor=3, unit=1.0):
  """Mean of a member number over a group, times `unit` in one division; NaN below coverage. (share, how many count)."""
  has = group & ~np.isnan(values)
  n = has.sum(axis=1)
  with np.errstate(invalid="ignore"):
    mean = unit * np.where(has, values, 0).sum(axis=1) / np.maximum(n, 1)
  return np.where(n >= needed((group & listed).sum(axis=1), floor), mean, np.nan), n


def mean_return_e12(market, group, floor=3):
  """Equal-weighted return of a group; NaN below coverage."""
  counted, present = (group & market.valid).sum(axis=1), (group & market.listed).sum(axis=1)
  mean = np.where(group & market.valid, market.return_e12, 0).sum(axis=1) / np.maximum(counted, 1)
  return np.where((counted >= needed(present, floor)) & (counted > 0), mean, np.nan)


def log_excess_e12(mean_e12, bench_ratio):
  return rounded_e12(np.log(1 + mean_e12 / 1e12) - np.log(bench_ratio))


class Basket:
  """One basket: its equal-weighted return, its daily log excess in 1e-12, its log excess over 21 sessions."""

  def __init__(self, market, role, bench_ratio):
    member = role >= 0
    mean = mean_return_e12(market, member)
    listed = (member & market.listed).sum(axis=1)
    self.has_base = np.maximum.accumulate(listed >= needed(listed, 3))
    self.return_e12 = np.where(lagged(self.has_base, 1, False), mean, np.nan)
    whole = np.cumsum(np.where(np.isnan(self.return_e12), 0, np.log(1 + np.nan_to_num(self.return_e12) / 1e12)))
    bench = np.cumsum(np.where(np.isnan(bench_ratio), 0, np.log(np.where(np.isnan(bench_ratio), 1, bench_ratio))))
    base = np.argmax(self.has_base) if self.has_base.any() else len(whole)
    has = (~np.isnan(self.return_e12) | (np.arange(len(whole)) == base)) & market.benchmark_traded
    line = np.where(has, whole - bench, np.nan)
    self.excess_e12 = np.where(lagged(has, 1, False), log_excess_e12(self.return_e12, bench_ratio), np.nan)
    self.excess_21 = line - lagged(line, c.STRENGTH_SESSIONS, np.nan)
    self.role = role


def diffusion_of_baskets(baskets):
  """D_RS in percent: baskets ahead of the benchmark over 21 sessions, those within 0.05 % count half."""
  excess = np.stack([basket.excess_21 for basket in baskets], axis=1)
  has = ~np.isnan(excess)
  n = has.sum(axis=1)
  points = np.where(has, 0.5 + 0.5 * np.where(np.abs(excess) <= c.FLAT_EXCESS, 0, np.sign(np.nan_to_num(excess))), 0).sum(axis=1)
  return np.where(n >= needed(len(baskets), 3), 100 * points / np.maximum(n, 1), np.nan)


def normalised_contributors(excess, group, listed, floor):
  """encn: how evenly the positive 21-session excess is spread over its members, 0 (one has it all) .. 1 (all the same)."""
  has = group & ~np.isnan(excess)
  n = has.sum(axis=1)
  gains = np.where(has, np.maximum(np.nan_to_num(excess), 0), 0)
  total, squares = gains.sum(axis=1), (gains * gains).sum(axis=1)
  enough = (n >= needed((group & listed).sum(axis=1), floor)) & (n > 1) & (total > 0)
  effective = np.where(enough, total * total / np.where(squares > 0, squares, 1), np.nan)
  return (effective - 1) / np.maximum(n - 1, 1)


def against_own_history(values):
  """(value - median) / (1.4826 MAD) of the last 252 samples, today among them; 0 where nothing moves."""

  def of(samples):
    median = window_of(samples, c.HISTORY_SESSIONS, c.HISTORY_LEAST, lambda rows: np.median(rows, axis=1))
    mad = window_of(samples, c.HISTORY_SESSIONS, c.HISTORY_LEAST,
                    lambda rows: np.median(np.abs(rows - np.median(rows, axis=1, keepdims=True)), axis=1))
    still = mad < c.SMALLEST_MAD
    return np.where(still, 0.0, (samples - median) / (c.MAD_TO_DEVIATION * np.where(still, 1.0, mad)))

  return on_samples(values, of)


def z(samples_e12, sessions):
  return t_statistic(samples_e12, sessions, c.HISTORY_SESSIONS, c.HISTORY_LEAST, c.SMALLEST_DEVIATION)


@dataclasses.dataclass
class Score:
  """x1..x5 (sessions by 5), the raw score, its average B and the updates that the average has had."""
  terms: np.ndarray
  raw: np.ndarray
  score: np.ndarray
  updates: np.ndarray
  gap: np.ndarray
  n_valid: np.ndarray
  n_members: np.ndarray


def broadening(market, members, followers, leaders, d_rs, floor):
  """D1 for the thesis (d_rs given, floor 3) or inside one basket (None, floor 1)."""
  ahead, _ = share(members.ahead, followers, market.listed, floor)
  above, n = share(members.above, followers, market.listed, floor)
  ours, theirs = (mean_return_e12(market, group, floor) for group in (followers, leaders))
  gap = z(half_away(ours - theirs), c.GAP_SESSIONS)
  evenness = normalised_contributors(members.excess, followers | leaders, market.listed, floor)
  x3 = d_rs / 50 - 1 if d_rs is not None else np.full(len(n), np.nan)
  x4, x5 = (np.clip(x, -c.CLIP, c.CLIP) / c.CLIP for x in (gap, against_own_history(evenness)))
  terms = np.stack([2 * ahead - 1, 2 * above - 1, x3, x4, x5], axis=1)
  has, weights = ~np.isnan(terms), np.array(c.WEIGHTS)
  weight = (has * weights).sum(axis=1)
  total = 100 * (np.nan_to_num(terms) * weights).sum(axis=1)
  raw = np.where(weight >= c.LEAST_WEIGHT, total / np.maximum(weight, 1), np.nan)
  score, updates = average(raw, c.SCORE_AVERAGE)
  return Score(terms, raw, score, updates, gap, n, (followers & market.listed).sum(axis=1))


class Thesis:
  """All inputs of the thesis layer."""

  def __init__(self, market, per_basket=True):
    universe, bench = market.universe, market.benchmark_e9
    self.market, self.members = market, Members(market)
    both = market.benchmark_traded & lagged(market.benchmark_traded, 1, False) & (lagged(bench, 1, 0) > 0)
    self.bench_ratio = np.where(both, bench / np.maximum(lagged(bench, 1, 1), 1), np.nan)
    roles = universe.roles(market.dates)
    self.role = np.maximum.reduce(roles)
    self.baskets = [Basket(market, role, self.bench_ratio) for role in roles]
    main = [b for b, wave in zip(self.baskets, universe.waves) if wave != "monetization"]
    suppliers = [b for b, supplies in zip(self.baskets, universe.supplies) if supplies]
    supplies = np.logical_or.reduce([b.role >= 0 for b in suppliers])
    self.followers = supplies & (self.role == FOLLOWER)
    self.leaders = self.role == LEADER
    self.d_rs = diffusion_of_baskets(suppliers)
    self.score = broadening(market, self.members, self.followers, self.leaders, self.d_rs, 3)
    self.of_baskets = [broadening(market, self.members, role == FOLLOWER, role == LEADER, None, 1) for role in roles] if per_basket else []
    self.a50_all, self.a50_n = share(self.members.above, self.role >= 0, market.listed, unit=100)  # percent
    self.index_of(main)
    leaders = mean_return_e12(market, self.leaders)
    self.leaders_z = z(log_excess_e12(leaders, self.bench_ratio), c.GAP_SESSIONS)
    self.waves_of(universe)

  def index_of(self, main):
    """The thesis index: baskets of compute and physical, each counts the same; 100 when enough of them have started."""
    parts = np.stack([basket.return_e12 for basket in main], axis=1)
    started = np.stack([basket.has_base for basket in main], axis=1).sum(axis=1) >= needed(len(main), 3)
    n = (~np.isnan(parts)).sum(axis=1)
    mean = np.where(n >= needed(len(main), 3), np.nansum(parts, axis=1) / np.maximum(n, 1), np.nan)
    base = int(np.argmax(started)) if started.any() else len(started)
    after = np.arange(len(started)) > base
    self.index_return_e12 = np.where(after, mean, np.nan)
    level = 100 * np.cumprod(np.where(np.isnan(self.index_return_e12), 1.0, 1 + np.nan_to_num(self.index_return_e12) / 1e12))
    self.index = np.where(~np.isnan(self.index_return_e12) | (np.arange(len(level)) == base), level, np.nan)
    self.excess_e12 = np.where(lagged(np.isnan(self.index), 1, True), np.nan, log_excess_e12(self.index_return_e12, self.bench_ratio))
    self.z21, self.z63 = (z(self.excess_e12, sessions) for sessions in c.SCORE_SESSIONS)
    self.highest = on_samples(self.index, lambda values: window_of(values, c.PEAK_SESSIONS, c.PEAK_SESSIONS, lambda rows: rows.max(axis=1)))
    self.drawdown = 1 - self.index / self.highest
    self.at_high = self.index >= self.highest

  def waves_of(self, universe):
    """Per wave the mean of its baskets' daily log excess, and its z."""
    self.wave_excess_e12, self.wave_z21, self.wave_z63 = {}, {}, {}
    for wave in dict.fromkeys(universe.waves):
      parts = np.stack([b.excess_e12 for b, of in zip(self.baskets, universe.waves) if of == wave], axis=1)
      n = (~np.isnan(parts)).sum(axis=1)
      mean = np.where(n >= needed(parts.shape[1], 1), np.nansum(parts, axis=1) / np.maximum(n, 1), np.nan)
      self.wave_excess_e12[wave] = half_away(mean)
      self.wave_z21[wave], self.wave_z63[wave] = (z(self.wave_excess_e12[wave], sessions) for sessions in c.SCORE_SESSIONS)
