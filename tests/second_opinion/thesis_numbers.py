"""Tools of the thesis layer: windows, rounding, averages, ranks. NaN says that there is no number."""
import math

import numpy as np

from exact import trailing


def half_away(numbers):
  return np.where(numbers < 0, np.ceil(numbers - 0.5), np.floor(numbers + 0.5))


def returns_in(price, base, unit):
  """(price - base) / base in whole units of 1/unit; 0 where there is no base. Wide doubles, as the quotient needs all of 53 bits."""
  price, base = price.astype(np.longdouble), np.where(base > 0, base, 1).astype(np.longdouble)
  return np.where(base > 1, half_away((price - base) * unit / base), 0).astype(float)


def window_of(values, n, least, function):
  """function over the last n samples, of those there are from `least` on."""
  out = np.full(len(values), np.nan)
  for k in range(least - 1, min(len(values), n - 1)):
    out[k] = function(values[None, :k + 1])[0]
  if len(values) >= n:
    out[n - 1:] = function(trailing(values, n))
  return out


def on_samples(values, function):
  """function of the values that exist, laid back on the sessions; NaN between them."""
  out, at = np.full(len(values), np.nan), np.flatnonzero(~np.isnan(values))
  out[at] = function(values[at])
  return out


def t_statistic(samples_e12, sessions, window, least, smallest):
  """Sum of the last samples over what they would spread without a drift: sum / (deviation * sqrt(sessions)). Today is in both."""

  def of(values):
    values = values / 1e12
    spread = window_of(values, window, least, lambda rows: rows.std(axis=1, ddof=1))
    sums = np.full(len(values), np.nan)
    sums[sessions - 1:] = trailing(values, sessions).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
      return np.where(spread < smallest, np.nan, sums / (spread * math.sqrt(sessions)))

  return on_samples(samples_e12, of)


def average(values, sessions):
  """Exponential average, alpha 2 / (sessions + 1), from the first value on; without a value it stays. (average, updates after it)."""
  alpha, level, updates = 2 / (sessions + 1), math.nan, -1
  out, counts = np.full(len(values), np.nan), np.full(len(values), -1)
  for t, value in enumerate(values):
    if not math.isnan(value):
      level = value if updates < 0 else level + alpha * (value - level)
      updates += 1
    out[t], counts[t] = level, updates
  return out, counts


def middle_ranks(values):
  """Ranks 1..n, equal values share their middle rank."""
  order = np.sort(values)
  return (np.searchsorted(order, values, "left") + np.searchsorted(order, values, "right") + 1) / 2


def percentile_ranks(values):
  """(those below + half of the other equal ones) / (n - 1), 0..1; one alone is in the middle; NaN stays out."""
  out, at = np.full(len(values), np.nan), np.flatnonzero(~np.isnan(values))
  if len(at):
    out[at] = (middle_ranks(values[at]) - 1) / (len(at) - 1) if len(at) > 1 else 0.5
  return out


def rank_correlation(a, b):
  """Spearman: Pearson of middle ranks; NaN when either does not vary."""
  a, b = middle_ranks(a), middle_ranks(b)
  a, b = a - a.mean(), b - b.mean()
  size = math.sqrt(float((a * a).sum()) * float((b * b).sum()))
  return float((a * b).sum()) / size if size > 0 else math.nan
