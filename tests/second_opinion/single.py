"""Numbers about single members: beta and what it does not explain (B9), and the rating among all members (B4)."""
import numpy as np

from numbers_of import SUSPECT_MEMBERS, UNIT_BETA, count_samples, number
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
      column.n_valid = (~np.isnan(column.value)).astype(int)
      numbers[(f"symbol:{name}", "rs_rating" if signal == "rating" else signal)] = column
  return numbers


def betas(market, at):
  symbol, benchmark = market.symbols[market.names[at]], market.benchmarks[0][1]
  returns = np.where(symbol.valid, symbol.daily, np.nan)
  samples = count_samples(~np.isnan(returns) & pairs_of(benchmark))
  value, excess, unit = beta_of(returns, benchmark)
  yield "beta", value, samples < BETA_LEAST, False, 0
  yield "beta_adj_excess", excess, samples < BETA_LEAST + 1, False, np.where(unit, UNIT_BETA, 0)


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
