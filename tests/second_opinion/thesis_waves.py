"""D2: which wave leads, where along the path of the money the strength is, and whether one wave follows another."""
import numpy as np

import thesis_constants as c
from exact import trailing

PAIRS = ((0, 1), (1, 2), (0, 2))


def position(scores, least, numbers=(1, 2, 3)):
  """phi in 1..3: mean of the waves' numbers, weighted by their z63 above 0. NaN unless all have a z63 and the strongest has `least`.
  `scores` has a column for each wave that the universe has, `numbers` says which they are."""
  gains = np.maximum(np.nan_to_num(scores), 0)
  total = gains.sum(axis=1)
  leads = ~np.isnan(scores).any(axis=1) & (np.nan_to_num(scores).max(axis=1) >= least) & (total > 0)
  return np.where(leads, (gains * np.array(numbers)).sum(axis=1) / np.where(total > 0, total, 1), np.nan)


class Lead:
  """The leading wave with incumbency. Memory of a commit: the incumbent, its challenger, and the commits in a row of that challenger."""

  def __init__(self):
    self.incumbent, self.challenger, self.commits = 0, 0, 0

  def step(self, scores):
    """scores of the waves, all of them there. The place of the incumbent among them, from 1."""
    best = int(np.argmax(scores)) + 1  # of equal ones the first
    if not self.incumbent:
      self.incumbent = best
    if scores[best - 1] > scores[self.incumbent - 1] + c.LEAD_MARGIN:
      self.commits = self.commits + 1 if best == self.challenger else 1
      self.challenger = best
    else:
      self.challenger, self.commits = 0, 0
    if self.commits >= c.LEAD_COMMITS:
      self.incumbent, self.challenger, self.commits = best, 0, 0
    return self.incumbent


def leaders(scores, least, numbers=(1, 2, 3)):
  """wave_lead: the incumbent, where the strongest wave has a z63 of `least`; NaN where no wave leads. The incumbency goes on unseen."""
  lead, out = Lead(), np.full(len(scores), np.nan)
  for t, row in enumerate(scores):
    if not np.isnan(row).any():
      incumbent = lead.step(row)
      out[t] = numbers[incumbent - 1] if row.max() >= least else np.nan
  return out


def correlations_at_lags(first, second):
  """correlation of first(t - k) with second(t) in the last 126 sessions, columns k = -10 .. 10; NaN where a sample is missing."""
  n, most, size = c.LAG_SESSIONS, c.LAG_MOST, len(first)
  out = np.full((size, 2 * most + 1), np.nan)
  for k in range(-most, most + 1):
    a = first[:size - k] if k > 0 else first[-k:]
    b = second[k:] if k > 0 else second[:size + k]
    a, b = trailing(a, n - abs(k)), trailing(b, n - abs(k))
    if len(a):
      a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
      with np.errstate(divide="ignore", invalid="ignore"):
        out[size - len(a):, k + most] = (a * b).sum(axis=1) / np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
  return out


def lag(first, second):
  """Sessions by which the first wave leads, negative when it follows; NaN mostly. Only a positive correlation at a lag other than 0 is a
  lead: what two waves do on the same day is what they have in common. Of equal ones the smaller lag, then the positive one."""
  rho = correlations_at_lags(first, second)
  order = sorted((k for k in range(-c.LAG_MOST, c.LAG_MOST + 1) if k), key=lambda k: (abs(k), -k))
  ordered = rho[:, [k + c.LAG_MOST for k in order]]
  known = ~np.isnan(ordered).any(axis=1)
  best = np.argmax(np.where(known[:, None], ordered, -2), axis=1)
  found = known & (ordered[np.arange(len(best)), best] > c.LAG_BOUND / np.sqrt(c.LAG_SESSIONS))
  return np.where(found, np.array(order, float)[best], np.nan)


def covered(first, second):
  """Whether both have a sample in each of the last 126 sessions."""
  has, n = ~(np.isnan(first) | np.isnan(second)), c.LAG_SESSIONS
  out = np.zeros(len(has), bool)
  out[n - 1:] = trailing(has, n).all(axis=1)
  return out
