"""Section B from the index on: the line against a benchmark and excess returns, Mansfield, rotation, the z-scores, ranks, beta."""
import datetime
import math

import numpy as np

from exact import lagged, rounded_e12, trailing
from numbers_of import GAP, INSUFFICIENT, UNIT_BETA, count_samples, needed, number

EXCESS_SESSIONS = (1, 5, 21, 63, 126, 252)
MANSFIELD_DAYS, MANSFIELD_WEEKS = 200, 52
ROTATION_SESSIONS, ROTATION_STEP = 63, 1
AXIS, AXIS_MARGIN, AXIS_COMMITS = 100.0, 0.10, 2
SCORE_SESSIONS = (21, 63)
DEVIATION_SESSIONS, DEVIATION_LEAST = 252, 63
SMALLEST_SPREAD = 1e-9
BETA_SESSIONS, BETA_LEAST = 252, 126
RANKED_LEAST, RANK_CHANGES = 5, (5, 21)
EXTREME_SESSIONS = (20, 63, 252)


def compute(scope):
  """All numbers of the scope but its rank. `log_excess_e12`: one session's log excess; NaN where an endpoint is missing."""
  lines = [Line(scope, name.lower(), benchmark, at == 0) for at, (name, benchmark) in enumerate(scope.market.benchmarks)]
  lines[0].extremes()
  lines[0].mansfield()
  lines[0].rotation()
  scope.log_excess_e12 = lines[0].log_excess_e12
  if scope.baskets and scope.name != "thesis":
    score_of_wave(scope, lines[0])
  else:
    score(scope, scope.log_excess_e12, lines[0])
  beta(scope)


class Line:
  """The line of relative strength: the index over the benchmark, 100 in the first session that has both."""

  def __init__(self, scope, name, benchmark, primary):
    self.scope, self.traded = scope, benchmark.traded
    reference = benchmark.reference
    price = np.cumprod(np.where(reference > 0, benchmark.close_then / np.maximum(reference, 1), 1.0))  # dividends put back
    index = scope.numbers["idx_ew"].value
    has = ~np.isnan(index) & benchmark.traded
    self.base = int(np.argmax(has)) if has.any() else len(has)
    line = index / price
    self.value = np.where(has, 100 * line / (line[self.base] if has.any() else 1), np.nan)
    self.stale = ~benchmark.traded & (np.arange(len(has)) > benchmark.first)
    self.samples = count_samples(has)
    self.put(f"rs_{name}", self.value, warmup=False)
    sessions = np.arange(len(has))
    for k in EXCESS_SESSIONS:
      excess = np.log(self.value / lagged(self.value, k, np.nan))
      self.put(f"excess_{k}" + ("" if primary else f"_{name}"), excess, warmup=sessions - k < self.base)
      if k == 1:
        self.log_excess_e12 = rounded_e12(excess)

  def put(self, signal, value, warmup):
    """A number of this session that needs the line; a benchmark that did not trade makes it stale, one that never did undefined."""
    stale = self.stale & np.isnan(self.value)
    self.scope.put_index_number(signal, np.where(stale, 0.0, value), warmup=warmup, stale=stale, drop=warmup)

  def over_line(self, function):
    """`function` of the line's values, laid back on the sessions."""
    out, at = np.full(len(self.value), np.nan), np.flatnonzero(~np.isnan(self.value))
    out[at] = function(self.value[at])
    return out

  def extremes(self):
    """The line against the highest and the lowest of the sessions before."""
    present, sessions = ~np.isnan(self.value), np.arange(len(self.value))
    for k in EXTREME_SESSIONS:
      high, low = np.full(len(sessions), np.nan), np.full(len(sessions), np.nan)
      windows = trailing(self.value, k)[:-1]
      known = ~np.isnan(windows).all(axis=1)
      high[k:][known], low[k:][known] = np.nanmax(windows[known], axis=1), np.nanmin(windows[known], axis=1)
      cold = sessions - self.base < k
      self.put(f"rs_over_high_{k}", np.where(present, 100 * (self.value / high - 1), np.nan), warmup=cold)
      self.put(f"rs_over_low_{k}", np.where(present, 100 * (self.value / low - 1), np.nan), warmup=cold)

  def mansfield(self):
    def against_mean(values):
      mean = np.full(len(values), np.nan)
      mean[MANSFIELD_DAYS - 1:] = trailing(values, MANSFIELD_DAYS).mean(axis=1)
      return 100 * (values / mean - 1)

    present = ~np.isnan(self.value)
    before = self.samples - present
    self.put("mansfield_200d", self.over_line(against_mean), warmup=before < MANSFIELD_DAYS - 1)
    weeks, out, week_counts = {}, np.full(len(self.value), np.nan), np.zeros(len(self.value), int)
    for t, date in enumerate(self.scope.market.dates):
      week = datetime.date.fromisoformat(date).isocalendar()[:2]
      earlier = [value for key, value in weeks.items() if key != week][-(MANSFIELD_WEEKS - 1):]
      week_counts[t] = len(earlier)
      if present[t]:
        weeks.pop(week, None)
        weeks[week] = self.value[t]
        if len(weeks) > MANSFIELD_WEEKS:
          weeks.pop(next(iter(weeks)))
        out[t] = 100 * (self.value[t] / (math.fsum([*earlier, self.value[t]]) / MANSFIELD_WEEKS) - 1)
    self.put("mansfield_52w", out, warmup=week_counts < MANSFIELD_WEEKS - 1)

  def rotation(self):
    n, k = ROTATION_SESSIONS, ROTATION_STEP

    def against_spread(values):
      out, windows = np.full(len(values), np.nan), trailing(values, n)
      spread = windows.std(axis=1) if len(windows) else np.empty(0)
      with np.errstate(divide="ignore", invalid="ignore"):
        out[n - 1:] = np.where(spread < 1e-12, np.nan, AXIS + (values[n - 1:] - windows.mean(axis=1)) / spread)
      return out

    before = self.samples - ~np.isnan(self.value)
    ratio = self.over_line(against_spread)
    self.put("rot_ratio", ratio, warmup=before < n - 1)
    momentum, at = np.full(len(ratio), np.nan), np.flatnonzero(~np.isnan(ratio))
    if len(at) > k:
      change = 100 * (ratio[at[k:]] / ratio[at[:-k]] - 1)
      momentum[at[k:]] = against_spread(change)
    cold = before < 2 * n + k - 2
    self.put("rot_mom", momentum, warmup=cold)
    quadrants, sides = np.full(len(ratio), np.nan), [Side(), Side()]
    for t in np.flatnonzero(~np.isnan(momentum)):
      right, up = sides[0].step(ratio[t]), sides[1].step(momentum[t])
      quadrants[t] = (1 if up else 2) if right else (4 if up else 3)
    self.put("quadrant", quadrants, warmup=cold)


class Side:
  """On which side of 100 an axis is: it changes when the value has been past 100 by the margin for two commits."""

  def __init__(self):
    self.above, self.beyond = None, 0

  def step(self, value):
    if self.above is None:
      self.above = value > AXIS
    past = value <= AXIS - AXIS_MARGIN if self.above else value >= AXIS + AXIS_MARGIN
    self.beyond = self.beyond + 1 if past else 0
    if self.beyond >= AXIS_COMMITS:
      self.above, self.beyond = not self.above, 0
    return self.above


def deviation(samples):
  """Sample deviation of the last 252 samples, of those there are from the 63rd on."""
  out = np.full(len(samples), np.nan)
  for k in range(DEVIATION_LEAST - 1, min(len(samples), DEVIATION_SESSIONS - 1)):
    out[k] = samples[:k + 1].std(ddof=1)
  out[DEVIATION_SESSIONS - 1:] = trailing(samples, DEVIATION_SESSIONS).std(axis=1, ddof=1)
  return out


def t_statistic(samples_e12, sessions):
  """Sum of the last samples over what they would spread without a drift; (value per session, samples before it)."""
  has = ~np.isnan(samples_e12)
  value, at = np.full(len(has), np.nan), np.flatnonzero(has)
  samples, spread = samples_e12[at] / 1e12, deviation(samples_e12[at] / 1e12)
  sums = np.full(len(at), np.nan)
  sums[sessions - 1:] = trailing(samples, sessions).sum(axis=1)
  with np.errstate(divide="ignore", invalid="ignore"):
    value[at] = np.where(spread < SMALLEST_SPREAD, np.nan, sums / (spread * math.sqrt(sessions)))
  return value, count_samples(has) - has


def score(scope, samples_e12, line):
  for sessions in SCORE_SESSIONS:
    value, before = t_statistic(samples_e12, sessions)
    line.put(f"z{sessions}", value, warmup=before < DEVIATION_LEAST - 1)


def score_of_wave(scope, line):
  """A wave's sample is the mean of its baskets' log excesses."""
  parts = np.stack([basket.log_excess_e12 for basket in scope.baskets], axis=1)
  n = (~np.isnan(parts)).sum(axis=1)
  mean = np.where(n >= needed(len(scope.baskets), 1), np.nansum(parts, axis=1) / np.maximum(n, 1), np.nan)
  score(scope, np.where(np.isnan(mean), np.nan, rounded_e12(mean / 1e12)), line)


def beta(scope):
  """Of the scope's equal-weighted return; a session without one, or without the benchmark, is no sample."""
  benchmark = scope.market.benchmarks[0][1]
  column = scope.numbers["idx_ew"]
  value, excess, unit = beta_of(scope.equal_return, benchmark)
  pair = ~np.isnan(scope.equal_return) & pairs_of(benchmark)
  samples = count_samples(pair)
  flags_of_excess = np.where(unit, UNIT_BETA, 0)
  for signal, part, least, flags in (("beta", value, BETA_LEAST, 0), ("beta_adj_excess", excess, BETA_LEAST + 1, flags_of_excess)):
    known = samples >= least
    held = known & ~pair
    scope.numbers[signal] = number(part, column.n_valid, column.n_members, ~known & (column.validity == INSUFFICIENT), warmup=~known,
                                   flags=column.flags | flags | np.where(held, GAP, 0))


def pairs_of(benchmark):
  """Sessions with a return of the benchmark: it traded now and in the session before."""
  return benchmark.traded & lagged(benchmark.traded, 1, False)


def beta_of(returns, benchmark):
  """(beta, sum of logs of what the benchmark does not explain, whether the last of them took beta as 1), each carried between samples."""
  n = len(returns)
  at = np.flatnonzero(~np.isnan(returns) & pairs_of(benchmark))
  own, other = returns[at], benchmark.daily[at]
  betas = np.full(len(at), np.nan)
  for k in range(BETA_LEAST - 1, min(len(at), BETA_SESSIONS - 1)):
    betas[k] = slope(own[:k + 1][None], other[:k + 1][None])[0]
  betas[BETA_SESSIONS - 1:] = slope(trailing(own, BETA_SESSIONS), trailing(other, BETA_SESSIONS))
  before = lagged(betas, 1, np.nan)
  adjusted = np.where(np.isnan(before), 1.0, 1 / 3 + 2 / 3 * before)
  logs = rounded_e12(np.log(1 + own - adjusted * other))
  logs[:BETA_LEAST] = 0
  sums = np.cumsum(logs) / 1e12
  sums[:BETA_LEAST] = np.nan
  parts = (betas, sums, np.isnan(before) & ~np.isnan(sums))
  out = []
  last = np.maximum.accumulate(np.where(np.isin(np.arange(n), at), np.searchsorted(at, np.arange(n)), -1))
  for part, nothing in zip(parts, (np.nan, np.nan, False)):
    out.append(np.where(last >= 0, part[last] if len(at) else nothing, nothing))
  return out[0], out[1], out[2].astype(bool)


def slope(own, other):
  """Covariance over variance by rows; NaN where the benchmark does not move."""
  n = own.shape[1]
  own, other = own - own.mean(axis=1, keepdims=True), other - other.mean(axis=1, keepdims=True)
  variance = (other * other).sum(axis=1) / (n - 1)
  with np.errstate(divide="ignore", invalid="ignore"):
    return np.where(variance < 1e-12, np.nan, (own * other).sum(axis=1) / (n - 1) / variance)


def rank(baskets):
  """Each basket's place by z63 among those that have one; ties share their middle rank."""
  scores = np.stack([basket.numbers["z63"].value for basket in baskets], axis=1)
  has = ~np.isnan(scores)
  n = has.sum(axis=1)
  for at, basket in enumerate(baskets):
    own = scores[:, [at]]
    with np.errstate(invalid="ignore"):
      ahead, equal = (has & (scores > own)).sum(axis=1), (has & (scores == own)).sum(axis=1)
    place = 1 + ahead + (equal - 1) / 2
    value = np.where(has[:, at], 100 * (n - place) / np.maximum(n - 1, 1), np.nan)
    score_column = basket.numbers["z63"]
    column = number(value, n, len(baskets), n < RANKED_LEAST, flags=score_column.flags)
    column.validity = np.where(has[:, at] | (n < RANKED_LEAST), column.validity, score_column.validity)
    basket.numbers["rank_pct"] = column
    for k in RANK_CHANGES:
      before = lagged(column.value, k, np.nan)
      ranked = lagged(np.cumsum(~np.isnan(column.value)), k, 0) > 0
      change = number(column.value - before, n, len(baskets), n < RANKED_LEAST, warmup=~ranked, flags=score_column.flags)
      change.validity = np.where(has[:, at] | (n < RANKED_LEAST), change.validity, score_column.validity)
      basket.numbers[f"rank_change_{k}"] = change
