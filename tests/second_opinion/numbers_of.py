"""The numbers of one scope as arrays over sessions, and the order of what can be wrong with one."""
import numpy as np

VALIDITIES = ("INSUFFICIENT", "WARMUP", "UNDEFINED", "HALTED_MARKET", "STALE_INPUT", "PROVISIONAL", "OK")  # the first that applies holds
INSUFFICIENT, WARMUP, UNDEFINED, _, STALE_INPUT, _, OK = range(len(VALIDITIES))
FLAGS = ("GAP", "FEED_GAP", "STALE_MEMBERS", "HALTED_MEMBERS", "SUSPECT_MEMBERS", "CARRIED", "NO_SHARES", "SMALL_N", "LOW_DIR",
         "ONE_FACTOR", "UNIT_BETA", "STALE_STATE", "HANDOFF", "PARTIAL_SESSION", "LATE_COMMIT", "APPROX_CANCEL", "PROVISIONAL", "REVISED")
GAP, SUSPECT_MEMBERS, CARRIED, NO_SHARES, SMALL_N, LOW_DIR, ONE_FACTOR, UNIT_BETA = (1 << FLAGS.index(name) for name in (
    "GAP", "SUSPECT_MEMBERS", "CARRIED", "NO_SHARES", "SMALL_N", "LOW_DIR", "ONE_FACTOR", "UNIT_BETA"))


def needed(n, floor):
  """Coverage: max(floor, ceil(0.6 n))."""
  return np.maximum(floor, (6 * n + 9) // 10)


class Column:
  """One number: NaN where it is absent; n_valid -1 where it is not defined."""

  def __init__(self, value, validity, n_valid, n_members, flags):
    self.value, self.validity, self.n_valid, self.n_members, self.flags = value, validity, n_valid, n_members, flags

  def where(self, condition, other):
    """This column where the condition holds, else the other."""
    pairs = ((getattr(self, name), getattr(other, name)) for name in ("value", "validity", "n_valid", "n_members", "flags"))
    return Column(*(np.where(condition, mine, others) for mine, others in pairs))


def number(value, n_valid, n_members, insufficient, warmup=False, undefined=False, stale=False, drop=False, flags=0):
  """A column from masks. What cannot be computed is NaN in `value` and UNDEFINED; a value in WARMUP stands but where `drop` holds."""
  n = len(n_valid)
  value = np.array(np.broadcast_to(value, n), float)
  validity = np.full(n, OK, np.int8)
  for mask, name in ((stale, STALE_INPUT), (np.isnan(value) | undefined, UNDEFINED), (warmup, WARMUP), (insufficient, INSUFFICIENT)):
    validity[np.broadcast_to(mask, n)] = name  # the first of the list comes last
  value[(validity != OK) & (validity != WARMUP)] = np.nan
  value[np.broadcast_to(drop, n) | (validity == STALE_INPUT)] = np.nan
  return Column(value, validity, *(np.array(np.broadcast_to(part, n), np.int64) for part in (n_valid, n_members, flags)))


def held(column, sampled, covered):
  """Numbers of a memory: in a session that is no sample the old one stands, published as it was, with GAP. Before the first: none."""
  last = np.maximum.accumulate(np.where(sampled, np.arange(len(sampled)), -1))
  kept = ~sampled & (last >= 0) & ((column.validity[last] == OK) | ~np.isnan(column.value[last]))
  value = np.where(kept, column.value[last], np.where(sampled, column.value, np.nan))
  otherwise = np.where(sampled, column.validity, np.where(covered, WARMUP, INSUFFICIENT))
  validity = np.where(kept, column.validity[last], otherwise)
  return Column(value, validity, column.n_valid, column.n_members, column.flags | np.where(kept, GAP, 0))


def over_samples(values, has_sample, function):
  """`function` of the samples alone, laid back on the sessions; NaN between them."""
  out = np.full(len(values), np.nan)
  at = np.flatnonzero(has_sample)
  if len(at):
    out[at] = function(values[at])
  return out


def count_samples(has_sample):
  return np.cumsum(has_sample)


def exponential(samples, alpha, seed_samples):
  """Exponential average from the mean of the first samples; NaN before."""
  out = np.full(len(samples), np.nan)
  if len(samples) < seed_samples:
    return out
  average = out[seed_samples - 1] = float(np.mean(samples[:seed_samples]))
  for k in range(seed_samples, len(samples)):
    average += alpha * (samples[k] - average)
    out[k] = average
  return out
