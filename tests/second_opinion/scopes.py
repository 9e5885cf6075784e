"""Who is in which scope at which session, in which role; and the index of each scope (B1), which most of the others start from."""
import collections

import numpy as np

from exact import E9, E12, divide_all, return_of
from numbers_of import CARRIED, INSUFFICIENT, NO_SHARES, SUSPECT_MEMBERS, needed, number

WAVES = ("compute", "physical", "monetization")
ROLES = {"follower": 0, "leader": 1, "spender": 2}  # a symbol with several has the greatest
KINDS = ("ew", "cw", "pw")
BASE_LEVEL = 100.0
CARRIED_SHARE = 0.2


class Market:
  """The columns of all symbols side by side: arrays of sessions by symbols."""

  def __init__(self, symbols, dates, benchmarks):
    self.names, self.dates, self.symbols, self.known_returns = list(symbols), dates, symbols, {}
    self.column = {name: at for at, name in enumerate(self.names)}
    self.benchmarks = [(name, symbols[name]) for name in benchmarks]
    for part in ("traded", "valid", "suspect", "listed", "side", "return_e12", "daily", "reference", "volume", "age", "volume_before"):
      setattr(self, part, self.stack(lambda symbol, part=part: getattr(symbol, part)))
    self.close, self.dollars_e4 = self.stack(lambda symbol: symbol.close_then), self.stack(lambda symbol: symbol.dollars_e4)
    first = next(iter(symbols.values()))
    for part in ("above_sma", "above_ema", "new_high", "new_low", "price_ago", "shares_ago"):
      setattr(self, part, {k: self.stack(lambda symbol, part=part, k=k: getattr(symbol, part)[k]) for k in getattr(first, part)})
    self.rating_e9 = self.stack(lambda symbol: symbol.rating_e9)
    self.has_shares = self.stack(lambda symbol: symbol.shares > 0)
    values = [(symbol.shares * price, 10**5) for symbol in symbols.values() for price in (symbol.close_then, symbol.reference)]
    values = [divide_all(*value) for value in values]  # 1e-4 dollar
    self.value_e4, self.value_before_e4 = np.stack(values[0::2], axis=1), np.stack(values[1::2], axis=1)

  def stack(self, part):
    return np.stack([part(symbol) for symbol in self.symbols.values()], axis=1)


  def returns_e9(self, k):
    return self.returns_in(k, E9)

  def returns_e12(self, k):
    return self.returns_in(k, E12)

  def returns_in(self, k, unit):
    """Simple returns over k sessions in whole parts of the unit; 0 where there is none."""
    if (k, unit) not in self.known_returns:
      ago = self.price_ago[k]
      self.known_returns[k, unit] = return_of(np.where(ago > 0, self.close, 1), np.where(ago > 0, ago, 1), unit)
    return self.known_returns[k, unit]


class Scope:
  """A basket, or the distinct members of several. `entries`: (symbol, role, from, to), dates as text."""

  def __init__(self, name, market, entries, baskets=()):
    self.name, self.market, self.baskets = name, market, list(baskets)
    names = sorted({entry[0] for entry in entries})
    self.columns = np.array([market.column[name] for name in names])
    dates = np.array(market.dates)
    self.role = np.full((len(dates), len(names)), -1, np.int8)  # -1: not a member of this session
    for symbol, role, begin, end in entries:
      at = (dates >= begin) & (dates < end)
      self.role[at, names.index(symbol)] = np.maximum(self.role[at, names.index(symbol)], ROLES[role])
    member = self.role >= 0
    self.valid, self.traded = member & self.of("valid"), member & self.of("valid") & self.of("traded")
    self.n_members = (member & self.of("listed")).sum(axis=1)
    self.need = needed(self.n_members, 3)
    self.suspect = (member & self.of("suspect")).any(axis=1)
    self.member_flags = np.where(self.suspect, SUSPECT_MEMBERS, 0)
    self.numbers = {}

  def of(self, part):
    return getattr(self.market, part)[:, self.columns]

  def window(self, part, k):
    return getattr(self.market, part)[k][:, self.columns]

  def put(self, signal, value, n_valid, **masks):
    """A number of this session's members."""
    flags = masks.pop("flags", 0) | self.member_flags
    self.numbers[signal] = number(value, n_valid, self.n_members, n_valid < self.need, flags=flags, **masks)

  def put_index_number(self, signal, value, **masks):
    """A number made of the index: its counts and flags, and absent where the index is."""
    index, flags = self.numbers["idx_ew"], masks.pop("flags", 0)
    self.numbers[signal] = number(value, index.n_valid, index.n_members, index.validity == INSUFFICIENT, flags=index.flags | flags, **masks)


class Chain:
  """A level linked from session to session: 100 at its base; where coverage fails it is neither published nor moved."""

  def __init__(self, factor, covered, can_start, carried):
    sessions = np.arange(len(factor))
    base = int(np.argmax(can_start)) if can_start.any() else len(factor)
    self.started, self.at_base, self.carried = sessions >= base, sessions == base, carried
    self.moves = covered & (sessions > base)
    self.factor = np.where(self.moves, factor, 1.0)
    self.level = BASE_LEVEL * np.cumprod(self.factor)
    self.present = self.moves | self.at_base


def index_of_basket(scope):
  """Each kind weighs members otherwise: equally, by market value, by price; over a fifth of the weight untraded is CARRIED."""
  n, total = scope.valid.sum(axis=1), np.maximum(scope.valid.sum(axis=1), 1)
  mean_e12 = np.where(scope.valid, scope.of("return_e12"), 0).sum(axis=1) / total
  untraded = scope.valid & ~scope.traded
  lacking = (scope.valid & ~scope.of("has_shares")).any(axis=1)
  lacking_at_base = ((scope.role >= 0) & scope.of("listed") & ~scope.of("has_shares")).any(axis=1)
  factors, carried = {"ew": 1 + mean_e12 / E12}, {"ew": untraded.sum(axis=1) / total}
  for kind, now, before in (("pw", "close", "reference"), ("cw", "value_e4", "value_before_e4")):
    sums = [whole_sums(scope.of(part), where) for part, where in ((now, scope.valid), (before, scope.valid), (now, untraded))]
    factors[kind] = np.array([a / b if b else 1.0 for a, b, _ in zip(*sums)])
    carried[kind] = np.array([c / a if a else 0.0 for a, _, c in zip(*sums)])
  covered, scope.chains = n >= scope.need, {}
  for kind in KINDS:
    lacks = lacking if kind == "cw" else np.zeros(len(n), bool)
    can_start = (scope.n_members >= scope.need) & ~(lacking_at_base if kind == "cw" else False)
    chain = scope.chains[kind] = Chain(factors[kind], covered & ~lacks, can_start, carried[kind])
    n_valid = np.where(chain.started & ~chain.at_base, n, np.where(chain.at_base, scope.n_members, n if kind == "cw" else -1))
    chain.flags = scope.member_flags | np.where(chain.carried > CARRIED_SHARE, CARRIED, 0) | np.where(lacks, NO_SHARES, 0)
    value = np.where(chain.present, chain.level, np.nan)
    scope.numbers[f"idx_{kind}"] = number(value, n_valid, scope.n_members, ~covered & ~chain.at_base, flags=chain.flags)
  scope.equal_return = np.where(scope.chains["ew"].moves, mean_e12 / E12, np.nan)


def whole_sums(amounts, where):
  return np.where(where, amounts, 0).astype(object).sum(axis=1)


def index_of_group(scope, floor):
  """The mean over baskets of their growth, each as heavy as the next; it has the flags of its baskets, but for CARRIED."""
  baskets, scope.chains = scope.index_baskets, {}
  need = int(needed(np.array(len(baskets)), floor))
  for kind in KINDS:
    chains = [basket.chains[kind] for basket in baskets]
    n = np.sum([chain.moves for chain in chains], axis=0)
    growth, carried = (np.sum([np.where(chain.moves, part, 0.0) for chain, part in zip(chains, parts)], axis=0) / np.maximum(n, 1)
                       for parts in ([chain.factor for chain in chains], [chain.carried for chain in chains]))
    started = np.sum([chain.started for chain in chains], axis=0)
    chain = scope.chains[kind] = Chain(growth, n >= need, started >= need, carried)
    n_valid = np.where(chain.started & ~chain.at_base, n, np.where(chain.at_base, started, -1))
    of_baskets = np.bitwise_or.reduce([part.flags for part in chains]) & ~CARRIED
    chain.flags = flags = scope.member_flags | of_baskets | np.where(carried > CARRIED_SHARE, CARRIED, 0)
    value = np.where(chain.present, chain.level, np.nan)
    scope.numbers[f"idx_{kind}"] = number(value, n_valid, len(baskets), (n < need) & ~chain.at_base, flags=flags)
  scope.equal_return = np.where(scope.chains["ew"].moves, scope.chains["ew"].factor - 1, np.nan)


def scopes_of(universe, market):
  """Baskets in file order, then waves, then the thesis; their indices made."""
  baskets, waves = [], collections.defaultdict(list)
  for basket in universe["basket"]:
    entries = [(m["symbol"], m.get("role", "follower"), str(m.get("from", "")), str(m.get("to", "9999"))) for m in basket["members"]]
    scope = Scope(basket["id"], market, entries)
    scope.entries, scope.wave, scope.supplies = entries, basket["wave"], basket.get("supplier", True)
    baskets.append(scope)
    waves[basket["wave"]].append(scope)
    index_of_basket(scope)
  groups = []
  for wave in WAVES:
    if waves[wave]:
      groups.append(Scope(f"wave:{wave}", market, [entry for basket in waves[wave] for entry in basket.entries], waves[wave]))
      groups[-1].index_baskets = waves[wave]
      index_of_group(groups[-1], 1)
  thesis = Scope("thesis", market, [entry for basket in baskets for entry in basket.entries], baskets)
  thesis.index_baskets = waves["compute"] + waves["physical"]
  index_of_group(thesis, 3)
  return baskets, groups, thesis
