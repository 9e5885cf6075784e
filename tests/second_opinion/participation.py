"""Section C: who carried a move, how far apart and how much together members went, how many took part."""
import numpy as np

from exact import E12, lagged, rounded_e12, trailing
from numbers_of import CARRIED, INSUFFICIENT, LOW_DIR, NO_SHARES, ONE_FACTOR, UNDEFINED, count_samples, needed, number
from scopes import ROLES
from strength import DEVIATION_LEAST, t_statistic

CARRIED_SESSIONS = (1, 21, 63)
TOP = (1, 3)
SMALLEST_DIRECTION = 0.10
ONE_FACTOR_ABOVE = 0.75
DISPERSION_SESSIONS = (1, 21)
TOGETHER_SESSIONS = (21, 63)
GAP_SESSIONS = 21
ABSORPTION_SESSIONS, ABSORPTION_HALF_LIFE, ABSORPTION_SHORT = 252, 126, 15
DIFFUSION_SESSIONS, FLAT_E12 = (21, 126), 5 * E12 // 10**4
FLAT_EXCESS = 0.0005
CHUNK = 512  # sessions of windows at once


def compute(scope):
  for k in CARRIED_SESSIONS:
    carried(scope, k)
  for k in DISPERSION_SESSIONS:
    dispersion(scope, k)
  for k in TOGETHER_SESSIONS:
    together(scope, k)
  for k in DIFFUSION_SESSIONS:
    diffusion(scope, k)
  equal_against_capital(scope)


def returns_over(scope, k):
  """(who has a price k sessions ago and counts today, their simple returns, 0 of the others)."""
  ago = scope.window("price_ago", k)
  takes = scope.valid & (ago > 0)
  return takes, np.where(takes, (scope.of("close") - ago) / np.maximum(ago, 1), 0.0)


def carried(scope, k):
  """C1, C2: contributions to the move of k sessions, weighted as the members stood at its start: those of the move's own sign.

  The weight by market value is that of the shares of the first session, as they are counted today, at the adjusted price before it: so
  the contributions to one session add up to the return of the cap-weighted index."""
  takes, moves = returns_over(scope, k)
  n, leader, shares = takes.sum(axis=1), scope.role == ROLES["leader"], scope.window("shares_ago", k)
  start = np.where(takes, shares * scope.window("price_ago", k).astype(float), 0.0)
  lacking = (takes & (shares <= 0)).any(axis=1)
  equal = Contributions(takes.astype(float), moves, leader, np.zeros(len(n), bool))
  capital = Contributions(start, moves, leader, lacking)
  for tail, part in (("_ew", equal), ("", capital)):
    masks = {"undefined": part.lacking, "flags": part.flags}
    scope.put(f"hhi{tail}_{k}", part.concentration, n, **masks)
    scope.put(f"enc{tail}_{k}", 1 / part.concentration, n, **masks)
    scope.put(f"leader_share{tail}_{k}", part.leader_share, n, **masks)
  scope.put(f"encn_{k}", (1 / capital.concentration - 1) / np.maximum(n - 1, 1), n, undefined=lacking, flags=capital.flags)
  for top in TOP:
    scope.put(f"top{top}_{k}", capital.ranked[:, :top].sum(axis=1), n, undefined=lacking, flags=capital.flags)
  excess = np.where(lacking, equal.leader_share - equal.leader_weight, capital.leader_share - capital.leader_weight)
  scope.put(f"leader_excess_{k}", excess, n, flags=np.where(lacking, equal.flags | NO_SHARES, capital.flags))


class Contributions:
  """Shares of each member in the part of a move that has the move's sign; NaN where nobody has one."""

  def __init__(self, weight, moves, leader, lacking):
    with np.errstate(divide="ignore", invalid="ignore"):
      weight = weight / weight.sum(axis=1)[:, None]
      parts = weight * moves
      total, absolute = parts.sum(axis=1), np.abs(parts).sum(axis=1)
      parts = np.maximum(np.where(total < 0, -1.0, 1.0)[:, None] * parts, 0)
      share = parts / parts.sum(axis=1)[:, None]
      faint = (absolute > 0) & (np.abs(total) < SMALLEST_DIRECTION * absolute)
    self.lacking, self.flags = lacking, np.where(lacking, NO_SHARES, np.where(faint, LOW_DIR, 0))
    self.concentration = (share * share).sum(axis=1)
    self.ranked = -np.sort(-share, axis=1)
    self.leader_share, self.leader_weight = (np.where(leader, part, 0 * share).sum(axis=1) for part in (share, weight))


def dispersion(scope, k):
  """C4: spread of the members' returns about their mean, in basis points."""
  takes, moves = returns_over(scope, k)
  n = takes.sum(axis=1)
  mean = moves.sum(axis=1) / np.maximum(n, 1)
  squares = np.where(takes, (moves - mean[:, None])**2, 0).sum(axis=1) / np.maximum(n, 1)
  scope.put(f"dispersion_{k}", 1e4 * np.sqrt(squares), n)


def runs(takes):
  """Stretches of sessions with the same set of members: (begin, end, their places)."""
  changes = np.flatnonzero((takes[1:] != takes[:-1]).any(axis=1)) + 1
  for begin, end in zip([0, *changes], [*changes, len(takes)]):
    yield begin, end, np.flatnonzero(takes[begin])


def windows_of(returns, takes, k):
  """(slice of sessions, windows of k returns of the members complete over them): in stretches of one set, and of CHUNK sessions."""
  for begin, end, members in runs(takes):
    for at in range(max(begin, k), end, CHUNK):
      stop = min(at + CHUNK, end)
      if len(members) and at < stop:
        yield slice(at, stop), trailing(returns[at - k + 1:stop][:, members], k)


def together(scope, k):
  """C5: mean correlation of all pairs of members that have k returns, without those that did not move at all; and with pairs weighted by
  the product of their deviations. A session that opened as a suspect has no return that could be trusted: nothing is taken."""
  returns = np.where(scope.of("suspect"), 0.0, scope.of("daily"))
  takes = scope.valid & (scope.of("age") >= k)
  plain, weighted, moving = np.full(len(takes), np.nan), np.full(len(takes), np.nan), np.zeros(len(takes), int)
  for at, windows in windows_of(returns, takes, k):
    windows = windows - windows.mean(axis=1, keepdims=True)
    spread = np.sqrt((windows**2).mean(axis=1))
    moves = (windows != 0).any(axis=1) & (spread > 1e-12)
    count, moving[at] = windows.shape[2], moves.sum(axis=1)
    pool = (windows.mean(axis=2)**2).mean(axis=1)
    own = (spread**2).sum(axis=1) / count**2
    below = (spread.sum(axis=1) / count)**2 - own
    with np.errstate(divide="ignore", invalid="ignore"):
      weighted[at] = np.where(below < 1e-18, np.nan, (pool - own) / below)
      scaled = np.einsum("tki,ti->tk", windows, np.where(moves, 1 / np.where(moves, spread, 1), 0)) / moving[at][:, None]
      plain[at] = (moving[at] * (scaled**2).mean(axis=1) - 1) / (moving[at] - 1)
  for signal, value, n in ((f"avg_corr_{k}", plain, moving), (f"avg_corr_vw_{k}", weighted, takes.sum(axis=1))):
    least = -1 / np.maximum(n - 1, 1)
    value = np.where(np.isfinite(value), np.clip(value, least, 1), np.nan)
    scope.put(signal, value, n, flags=np.where((signal == "avg_corr_21") & (value > ONE_FACTOR_ABOVE) & (n >= scope.need), ONE_FACTOR, 0))


def diffusion(scope, k):
  """C7: how many members rose over k sessions; a move of up to .05 % is flat and counts half."""
  ago = scope.window("price_ago", k)
  takes = scope.valid & (ago > 0)
  moves = scope.market.returns_e12(k)[:, scope.columns]
  points = np.where(takes, 1 + np.where(np.abs(moves) <= FLAT_E12, 0, np.sign(moves)), 0).sum(axis=1)
  n = takes.sum(axis=1)
  scope.put(f"diffusion_{k}", np.where(n > 0, 50 * points / np.maximum(n, 1), np.nan), n)


def put_statistic(scope, signal, samples_e12, n_valid, n_members, insufficient, undefined, flags):
  """A t-statistic over 21 sessions of a difference of daily returns."""
  value, before = t_statistic(samples_e12, GAP_SESSIONS)
  cold = (before < DEVIATION_LEAST - 1) & ~undefined  # what can never be is not said to be on its way
  scope.numbers[signal] = number(value, n_valid, n_members, insufficient, warmup=cold, undefined=undefined, drop=cold, flags=flags)


def equal_against_capital(scope):
  """C3: the equal-weighted index less the cap-weighted one, as logarithms."""
  equal, capital = scope.chains["ew"], scope.chains["cw"]
  both = equal.moves & capital.moves
  samples = rounded_e12(np.where(both, np.log(equal.factor) - np.log(capital.factor), np.nan))
  index = scope.numbers["idx_cw"]
  put_statistic(scope, "ew_cw_z", samples, index.n_valid, index.n_members, index.validity == INSUFFICIENT, index.validity == UNDEFINED,
                index.flags)


def gap_of_basket(scope):
  """C3: followers less leaders of one basket; 60 % of each must count."""
  gap(scope, scope.role == ROLES["follower"], scope.role == ROLES["leader"], 1)


def gap_of_thesis(thesis, suppliers):
  """Followers of the suppliers' baskets that lead and spend nowhere, less all leaders."""
  supplies = np.zeros_like(thesis.role, bool)
  for basket in suppliers:
    supplies[:, np.searchsorted(thesis.columns, basket.columns)] |= basket.role >= 0
  gap(thesis, supplies & (thesis.role == ROLES["follower"]), thesis.role == ROLES["leader"], 3)


def gap(scope, followers, leaders, floor):
  sides, enough, exist = [], True, True
  listed, moves = scope.of("listed"), scope.of("return_e12")
  for group in (followers, leaders):
    present, counted = (group & listed).sum(axis=1), (group & scope.valid).sum(axis=1)
    sides.append(np.where(group & scope.valid, moves, 0).sum(axis=1) / np.maximum(counted, 1))
    enough, exist = enough & (counted >= needed(present, floor)), exist & group.any(axis=1)
  n = (scope.valid & (followers | leaders)).sum(axis=1)
  n_members = (listed & (followers | leaders)).sum(axis=1)
  samples = np.where(enough & exist, np.rint(sides[0] - sides[1]), np.nan)
  put_statistic(scope, "tgap_21", samples, n, n_members, ~enough & exist, ~exist, scope.member_flags)


def absorption(scope, returns, takes, n_members, need, flags):
  """C6: the share of all variance that the largest fifth of the principal components holds, and how it has changed of late."""
  n = takes.sum(axis=1)
  weights = 0.5**(np.arange(ABSORPTION_SESSIONS)[::-1] / ABSORPTION_HALF_LIFE)
  weights /= weights.sum()
  share = np.full(len(n), np.nan)
  for at, windows in windows_of(returns, takes, ABSORPTION_SESSIONS):
    count = windows.shape[2]
    windows = windows - np.einsum("tki,k->ti", windows, weights)[:, None, :]
    windows *= np.sqrt(weights)[:, None]
    largest = max(1, int(count / 5 + 0.5))
    values = np.linalg.eigvalsh(np.matmul(windows.transpose(0, 2, 1), windows))
    total = values.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
      share[at] = np.where(total < 1e-18, np.nan, values[:, -largest:].sum(axis=1) / total)
  insufficient = n < need
  scope.numbers["absorption"] = number(share, n, n_members, insufficient, flags=flags)
  sample = ~insufficient & ~np.isnan(share)
  series, change = share[sample], np.full(len(n), np.nan)
  windows = trailing(series, ABSORPTION_SESSIONS)
  spread = windows.std(axis=1, ddof=1) if len(windows) else np.empty(0)
  shift = np.full(len(series), np.nan)
  with np.errstate(divide="ignore", invalid="ignore"):
    shift[ABSORPTION_SESSIONS - 1:] = (windows[:, -ABSORPTION_SHORT:].mean(axis=1) - windows.mean(axis=1)) / spread
  change[sample] = shift
  before = count_samples(sample) - sample
  scope.numbers["d_absorption"] = number(change, n, n_members, insufficient, warmup=before < ABSORPTION_SESSIONS - 1, flags=flags)


def absorption_of_basket(scope):
  takes = scope.valid & (scope.of("age") >= ABSORPTION_SESSIONS)
  absorption(scope, np.where(scope.of("suspect"), 0.0, scope.of("daily")), takes, scope.n_members, scope.need, scope.member_flags)


def absorption_of_thesis(thesis, baskets):
  """Over the baskets' equal-weighted returns, of those that have one in every session of the window."""
  returns = np.stack([basket.equal_return for basket in baskets], axis=1)
  missing = np.cumsum(np.isnan(returns), axis=0)
  takes = missing - lagged(missing, ABSORPTION_SESSIONS, 0) == 0
  takes[:ABSORPTION_SESSIONS - 1] = False
  need = int(needed(np.array(len(baskets)), 3))
  absorption(thesis, returns, takes, len(baskets), need, thesis.numbers["idx_ew"].flags)


def supplier_diffusion(thesis, suppliers):
  """d_rs: how many suppliers' baskets are ahead of the benchmark over 21 sessions."""
  excess = np.stack([basket.numbers["excess_21"].value for basket in suppliers], axis=1)
  has = ~np.isnan(excess)
  n = has.sum(axis=1)
  points = np.where(has, 1 + np.where(np.abs(excess) <= FLAT_EXCESS, 0, np.sign(excess)), 0).sum(axis=1)
  value = np.where(n > 0, 50 * points / np.maximum(n, 1), np.nan)
  flags = thesis.member_flags | np.bitwise_or.reduce([basket.numbers["excess_21"].flags for basket in suppliers]) & ~CARRIED
  thesis.numbers["d_rs"] = number(value, n, len(suppliers), n < needed(np.array(len(suppliers)), 3), flags=flags)


def suppliers_of(baskets):
  return [basket for basket in baskets if basket.wave in ("compute", "physical") and basket.supplies]
