"""Section A: who rose and who fell, volumes, averages, new highs and lows; and B8, who is ahead of the benchmark."""
import numpy as np

from exact import trailing
from market import EMA_SESSIONS, EXTREME_SESSIONS, SMA_SESSIONS
from numbers_of import GAP, SMALL_N, count_samples, exponential, held, number, over_samples

OUTPERFORM_SESSIONS = (1, 5, 21, 63)
POOLED_SESSIONS = 10
USUAL_SESSIONS = 20
SMALL_POOL = 40  # members; the levels of the thrust were set for thousands
THRUST_LOW, THRUST_HIGH, THRUST_SESSIONS = 0.40, 0.615, 10
MCC_FAST, MCC_SLOW = (0.10, 19), (0.05, 39)
WARM_SHARE = 0.01  # of the seed that may be left when an exponential average is warm


def warm_after(alpha):
  """Updates until the seed weighs a hundredth."""
  updates, left = 0, 1.0
  while left > WARM_SHARE:
    updates, left = updates + 1, left * (1 - alpha)
  return updates


def ratio(above, below, scale=1.0):
  """scale above / below; NaN where there is nothing below."""
  with np.errstate(divide="ignore", invalid="ignore"):
    return np.where(below != 0, scale * np.asarray(above, float) / np.asarray(below, float), np.nan)


def compute(scope):
  counts = Counts(scope)
  counts.sides()
  counts.volumes()
  counts.arms()
  counts.mcclellan()
  counts.thrust()
  counts.above()
  counts.extremes()
  counts.relative_volume()
  counts.ahead()


class Counts:
  def __init__(self, scope):
    self.scope, self.put = scope, scope.put
    self.side = np.where(scope.traded, scope.of("side"), 9)  # 9: takes no part
    self.n = scope.traded.sum(axis=1)
    self.up, self.down = ((self.side == side).sum(axis=1) for side in (1, -1))
    self.covered = self.n >= scope.need
    self.samples = count_samples(self.covered)

  def keep(self, signal, value, sampled, warmup, n_valid=None, flags=0):
    """A number of a memory that takes a sample in the sessions `sampled`."""
    scope, n_valid = self.scope, self.n if n_valid is None else n_valid
    column = number(value, n_valid, scope.n_members, False, warmup=warmup, flags=scope.member_flags | flags)
    scope.numbers[signal] = held(column, sampled, n_valid >= scope.need)

  def sides(self):
    up, down, n = self.up, self.down, self.n
    net, percent = up - down, ratio(up - down, n, 100)
    untraded, logarithm = self.scope.valid.sum(axis=1) - n, np.log((up + 0.5) / (down + 0.5))
    for signal, value in (("adv", up), ("dec", down), ("unch", n - up - down), ("untraded", untraded), ("ad_ratio", ratio(up, down)),
                          ("adlog", logarithm), ("net_adv", net), ("ad_pct", percent)):
      self.put(signal, value, n)
    self.rana = np.where(up + down > 0, 1000 * net / np.maximum(up + down, 1), 0)
    self.put("rana", self.rana, n)
    self.line("adl", net)
    self.line("adp", percent)

  def line(self, signal, step):
    """A running sum from the session in which enough members have a close; without coverage it stays."""
    scope = self.scope
    listed = scope.n_members >= scope.need
    base = int(np.argmax(listed)) if listed.any() else len(listed)
    sessions = np.arange(len(listed))
    value = np.cumsum(np.where(self.covered & (sessions > base), step, 0)).astype(float)
    n_valid = np.where(sessions > base, self.n, np.where(sessions == base, scope.n_members, -1))
    flags = scope.member_flags | np.where(~self.covered & (sessions > base), GAP, 0)
    scope.numbers[signal] = number(value, n_valid, scope.n_members, sessions < base, flags=flags)

  def volumes(self):
    for part, suffix, scale, tail in (("volume", "vol", 1, ""), ("dollars_e4", "dollar", 10**4, "_dollar")):
      amounts = self.scope.of(part)
      up, unchanged, down = (np.where(self.side == side, amounts, 0).sum(axis=1) for side in (1, 0, -1))
      for name, total in (("up", up), ("dn", down), ("unch", unchanged)):
        self.put(f"{name}_{suffix}", total / scale, self.n)
      net = ratio(up - down, up + down + unchanged, 100)
      self.put(f"upvol{tail}_pct", ratio(up, up + down, 100), self.n)
      self.put(f"advol{tail}_pct", net, self.n)
      if part == "volume":
        self.up_volume, self.down_volume = up, down
      else:
        self.put("vwb_dollar", net, self.n)

  @staticmethod
  def arms_of(up, down, up_volume, down_volume):
    """(up / down) / (up volume / down volume); NaN where one of the four is 0."""
    whole = [np.asarray(part).astype(object) for part in (up, down, up_volume, down_volume)]
    above, below = whole[0] * whole[3], whole[1] * whole[2]
    return np.array([a / b if a and b else np.nan for a, b in zip(above, below)])

  def arms(self):
    trin = self.arms_of(self.up, self.down, self.up_volume, self.down_volume)
    self.put("trin", trin, self.n)
    self.put("ln_trin", np.log(trin), self.n)

    def pooled(rows):
      sums = trailing(rows, POOLED_SESSIONS).sum(axis=1)
      return np.concatenate((np.full(min(len(rows), POOLED_SESSIONS - 1), np.nan), self.arms_of(*sums.T) if len(sums) else []))

    rows = np.stack((self.up, self.down, self.up_volume, self.down_volume), axis=1)
    self.keep("trin_open10", over_samples(rows, self.covered, pooled), self.covered, self.samples < POOLED_SESSIONS)
    has = self.covered & ~np.isnan(trin)

    def mean(values):
      return np.concatenate((np.full(min(len(values), POOLED_SESSIONS - 1), np.nan), trailing(values, POOLED_SESSIONS).mean(axis=1)))

    before = count_samples(has) - has
    self.keep("trin_sma10", over_samples(trin, has, mean), self.covered, before < POOLED_SESSIONS - 1)

  def mcclellan(self):
    fast, slow = (over_samples(self.rana, self.covered, lambda x, part=part: exponential(x, *part)) for part in (MCC_FAST, MCC_SLOW))
    warm = MCC_SLOW[1] + warm_after(MCC_SLOW[0])
    for signal, value in (("mcc_osc", fast - slow), ("mcc_summ", 19 * slow - 9 * fast), ("mcc_na_unch", 2 * fast - slow),
                          ("mcc_na_zero", 19 * slow - 18 * fast)):
      self.keep(signal, value, self.covered, self.samples < warm)

  def thrust(self):
    """A covered session in which nothing moved is no sample: the last numbers stay, with GAP."""
    moved = self.covered & (self.up + self.down > 0)
    share = ratio(self.up, self.up + self.down)
    alpha = 2 / (POOLED_SESSIONS + 1)
    average = over_samples(share, moved, lambda x: exponential(x, alpha, POOLED_SESSIONS))
    samples = count_samples(moved)
    flags = np.where(self.n < SMALL_POOL, SMALL_N, 0)
    cold = samples < POOLED_SESSIONS + warm_after(alpha)
    self.keep("zbt", average, moved, cold, flags=flags)
    state, since_low, states = 0, THRUST_SESSIONS + 1, np.full(len(average), np.nan)
    for t, value in enumerate(average):
      since_low += 1
      if not np.isnan(value):
        since_low = 0 if value < THRUST_LOW else since_low
        state = 0 if value < THRUST_LOW else 1 if value > THRUST_HIGH and since_low <= THRUST_SESSIONS else state
        states[t] = state
    self.keep("zbt_thrust", states, moved, cold, flags=flags)

  def above(self):
    for part, sessions in (("above_sma", SMA_SESSIONS), ("above_ema", EMA_SESSIONS)):
      for k in sessions:
        above = np.where(self.scope.valid, self.scope.window(part, k), -1)
        n = (above >= 0).sum(axis=1)
        self.put(f"pct_{part}_{k}", ratio((above == 1).sum(axis=1), n, 100), n)

  def extremes(self):
    scope = self.scope
    for k in EXTREME_SESSIONS:
      highs, lows = (np.where(scope.traded, scope.window(part, k), -1) for part in ("new_high", "new_low"))
      n, high, low = (highs >= 0).sum(axis=1), (highs == 1).sum(axis=1), (lows == 1).sum(axis=1)
      self.put(f"nh_{k}", high, n)
      self.put(f"nl_{k}", low, n)
      self.put(f"hl_pct_{k}", ratio(high - low, n, 100), n)
      self.put(f"rhp_{k}", ratio(high, high + low, 100), n)
      covered = n >= scope.need

      def pooled(rows):
        sums = trailing(rows, POOLED_SESSIONS).sum(axis=1)
        value = np.where(sums.sum(axis=1) > 0, ratio(sums[:, 0], sums.sum(axis=1), 100), 50)
        return np.concatenate((np.full(min(len(rows), POOLED_SESSIONS - 1), np.nan), value))

      value = over_samples(np.stack((high, low), axis=1), covered, pooled)
      self.keep(f"hli10_{k}", value, covered, count_samples(covered) < POOLED_SESSIONS, n_valid=n)

      self.unusual(k, ratio(high - low, n, 100), covered, n)

  def unusual(self, k, percent, covered, n):
    """How far hl_pct stands from its mean of the last 20 covered sessions, in deviations."""

    def against_spread(values):
      windows = trailing(values, USUAL_SESSIONS)
      out, spread = np.full(len(values), np.nan), windows.std(axis=1)
      still = (windows == windows[:, :1]).all(axis=1)
      with np.errstate(divide="ignore", invalid="ignore"):
        out[USUAL_SESSIONS - 1:] = np.where(still, np.nan, (values[USUAL_SESSIONS - 1:] - windows.mean(axis=1)) / spread)
      return out

    before = count_samples(covered) - covered
    cold = before < USUAL_SESSIONS - 1
    self.put(f"hl_pct_z_{k}", over_samples(percent, covered, against_spread), n, warmup=cold)

  def relative_volume(self):
    """Signs weighted by the session's volume over the mean of the 20 sessions before, at most 5."""
    before = self.scope.of("volume_before")
    takes = self.scope.traded & (before > 0)
    weight = np.where(takes, np.minimum(20 * self.scope.of("volume") / np.maximum(before, 1), 5), 0)
    self.put("vwb_rvol", ratio((weight * self.scope.of("side")).sum(axis=1), weight.sum(axis=1), 100), takes.sum(axis=1))

  def ahead(self):
    """Returns are compared in whole 1e-9; a tie counts half."""
    scope, column = self.scope, self.scope.market.column[self.scope.market.benchmarks[0][0]]
    for k in OUTPERFORM_SESSIONS:
      ago, benchmark_ago = scope.window("price_ago", k), scope.market.price_ago[k][:, column]
      takes = scope.valid & (ago > 0) & (benchmark_ago > 0)[:, None]
      own, other = scope.market.returns_e9(k)[:, scope.columns], scope.market.returns_e9(k)[:, [column]]
      points = np.where(takes, 1 + np.sign(own - other), 0).sum(axis=1)
      n = takes.sum(axis=1)
      self.put(f"pct_outperf_{k}", ratio(points, n, 50), n, stale=~scope.market.traded[:, column])
