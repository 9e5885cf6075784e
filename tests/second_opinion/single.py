"""Numbers about single members: beta and what it does not explain (B9), and the rating among all members (B4)."""
import numpy as np

from numbers_of import GAP, SUSPECT_MEMBERS, UNIT_BETA, count_samples, number
from strength import BETA_LEAST, beta_of, pairs_of

RATED_LEAST, RATING_SESSIONS = 20, 252


def compute(market, thesis):
  """{(symbol:NAME, signal): Column} of the distinct members; a session's own numbers are those of its members."""
  member, numbers = np.zeros(market.valid.shape, bool), {}
  member[:, thesis.columns] = thesis.role >= 0
  ratings = rate(market, member)
  for at in thesis.columns:
    name = market.names[at]
    present = member[:, at] & market.listed[:, at]
    flags = np.where(market.suspect[:, at], SUSPECT_MEMBERS, 0)
    for signal, value, warmup, insufficient, extra in (*betas(market, at), ("rating", *ratings(at), 0)):
      column = number(value, present * 1, 1, insufficient, warmup=warmup, flags=flags | extra)
      column.value[~member[:, at]] = np.nan  # no row
      column.n_valid = (~np.isnan(column.value)).astype(int)
      numbers[(f"symbol:{name}", "rs_rating" if signal == "rating" else signal)] = column
  return numbers


def betas(market, at):
  """A member that did not trade has a return of 0, unless it opened as a suspect; where there is no return the numbers stay, with GAP."""
  symbol, benchmark = market.symbols[market.names[at]], market.benchmarks[0][1]
  returns = np.where(symbol.valid, symbol.daily, np.nan)
  pair = ~np.isnan(returns) & pairs_of(benchmark)
  samples, gap = count_samples(pair), np.where(pair, 0, GAP)
  value, excess, unit = beta_of(returns, benchmark)
  flags_of_excess = np.where(unit, UNIT_BETA, 0)
  for signal, part, least, flags in (("beta", value, BETA_LEAST, 0), ("beta_adj_excess", excess, BETA_LEAST + 1, flags_of_excess)):
    cold = samples < least
    yield signal, part, cold, False, np.where(cold, 0, gap | flags)


def rate(market, member):
  """Rating 1..99 by place among the rated: the share of them below, with half of those that are equal."""
  old = market.age >= RATING_SESSIONS
  rated = member & market.valid & old
  raw, n = market.rating_e9, rated.sum(axis=1)

  def of(at):
    less = (rated & (raw < raw[:, [at]])).sum(axis=1)
    equal = (rated & (raw == raw[:, [at]])).sum(axis=1)
    others = np.maximum(n - 1, 1)
    value = np.where(rated[:, at], 1 + (98 * (2 * less + equal - 1) + others) // (2 * others), np.nan)  # the half rounds up
    return value, ~old[:, at], n < RATED_LEAST

  return of
