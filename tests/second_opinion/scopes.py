"""Who is in which scope at which session, in which role; and the index of each scope (B1), which most of the others start from."""
import collections

import numpy as np

from exact import E9, E12, divide_all, return_of
from numbers_of import CARRIED, INSUFFICIENT, NO_SHARES, SUSPECT_MEMBERS, UNDEFINED, needed, number

WAVES = ("compute", "physical", "monetization")
ROLES = {"follower": 0, "leader": 1, "spender": 2}  # a symbol with several has the greatest
KINDS = ("ew", "cw", "pw")
BASE_LEVEL = 100.0


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
    for part in ("above_sma", "above_ema", "new_high", "new_low", "price_ago"):
      setattr(self, part, {k: self.stack(lambda symbol, part=part, k=k: getattr(symbol, part)[k]) for k in getattr(first, part)})
    self.has_shares = self.stack(lambda symbol: symbol.shares > 0)
    values = [(symbol.shares * price, 10**5) for symbol in symbols.values() for price in (symbol.close_then, symbol.reference)]
    values = [divide_all(*value) for value in values]  # 1e-4 dollar
    self.value_e4, self.value_before_e4 = np.stack(values[0::2], axis=1), np.stack(values[1::2], axis=1)

  def stack(self, part):
    return np.stack([part(symbol) for symbol in self.symbols.values()], axis=1)


  def returns_e9(self, k):
    """Simple returns over k sessions in whole 1e-9; 0 where there is none."""
    if k not in self.known_returns:
      ago = self.price_ago[k]
      self.known_returns[k] = return_of(np.where(ago > 0, self.close, 1), np.where(ago > 0, ago, 1), E9)
    return self.known_returns[k]


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

  def __init__(self, factor, covered, can_start):
    starts = np.flatnonzero(can_start)
    self.base = int(starts[0]) if len(starts) else len(factor)
    self.started = np.arange(len(factor)) >= self.base
    self.moves = covered & (np.arange(len(factor)) > self.base)
    growth = np.where(self.moves, factor, 1.0)
    self.level = BASE_LEVEL * np.cumprod(growth)
    self.factor, self.present = growth, self.moves | (np.arange(len(factor)) == self.base)


def index_of_basket(scope):
  market, n = scope.market, scope.valid.sum(axis=1)
  total = np.maximum(n, 1)
  lacking = (scope.valid & ~scope.of("has_shares")).any(axis=1)
  equal = 1 + (np.where(scope.valid, scope.of("return_e12"), 0).sum(axis=1) / total) / E12
  sums = {"pw": ("close", "reference"), "cw": ("value_e4", "value_before_e4")}
  factors = {"ew": equal}
  for kind, parts in sums.items():
    above, below = (np.where(scope.valid, scope.of(part), 0).astype(object).sum(axis=1) for part in parts)
    factors[kind] = np.array([a / b if b else 1.0 for a, b in zip(above, below)])
  covered, carried = n >= scope.need, scope.valid & ~scope.traded
  starts = scope.n_members >= scope.need
  at_base = (scope.role >= 0) & scope.of("listed")
  lacking_at_base = (at_base & ~scope.of("has_shares")).any(axis=1)
  scope.chains = {kind: Chain(factors[kind], covered & ~(lacking if kind == "cw" else False),
                              starts & ~(lacking_at_base if kind == "cw" else False)) for kind in KINDS}
  for kind, chain in scope.chains.items():
    base = np.arange(len(n)) == chain.base
    n_valid = np.where(chain.started, np.where(base, scope.n_members, n), -1)
    flags = scope.member_flags | np.where(carried.sum(axis=1) * 5 > n, CARRIED, 0)
    insufficient = np.where(chain.started & ~base, ~covered, ~starts)
    undefined = False
    if kind == "cw":
      undefined = np.where(chain.started & ~base, lacking, lacking_at_base)
      flags = flags | np.where(undefined, NO_SHARES, 0)
    value = np.where(chain.present, chain.level, np.nan)
    scope.numbers[f"idx_{kind}"] = number(value, n_valid, scope.n_members, insufficient, undefined=undefined, flags=flags)
  scope.equal_return_e12 = np.where(scope.chains["ew"].moves, np.where(scope.valid, scope.of("return_e12"), 0).sum(axis=1) / total, np.nan)
  scope.equal_return = scope.equal_return_e12 / E12


def index_of_group(scope, floor):
  """The mean over baskets of their growth."""
  n_baskets = len(scope.index_baskets)
  need = int(needed(np.array(n_baskets), floor))
  scope.chains = {}
  for kind in KINDS:
    chains = [basket.chains[kind] for basket in scope.index_baskets]
    n = np.sum([chain.moves for chain in chains], axis=0)
    total = np.sum([np.where(chain.moves, chain.factor, 0.0) for chain in chains], axis=0)
    started = np.sum([chain.started for chain in chains], axis=0)
    chain = scope.chains[kind] = Chain(total / np.maximum(n, 1), n >= need, started >= need)
    base = np.arange(len(n)) == chain.base
    n_valid = np.where(chain.started, np.where(base, started, n), -1)
    insufficient = np.where(chain.started & ~base, n < need, started < need)
    flags = scope.member_flags
    if kind == "cw":
      flags = flags | np.where(np.any([basket.numbers["idx_cw"].validity == UNDEFINED for basket in scope.index_baskets], axis=0), NO_SHARES, 0)
    value = np.where(chain.present, chain.level, np.nan)
    scope.numbers[f"idx_{kind}"] = number(value, n_valid, n_baskets, insufficient, flags=flags)
  scope.equal_return = np.where(scope.chains["ew"].moves, scope.chains["ew"].factor - 1, np.nan)


def scopes_of(universe, market):
  """Baskets in file order, then waves, then the thesis; their indices made."""
  baskets, waves = [], collections.defaultdict(list)
  for basket in universe["basket"]:
    entries = [(m["symbol"], m.get("role", "follower"), str(m.get("from", "")), str(m.get("to", "9999"))) for m in basket["members"]]
    scope = Scope(basket["id"], market, entries)
    scope.entries, scope.wave = entries, basket["wave"]
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
