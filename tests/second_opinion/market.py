"""What each symbol did: its bars by session, its history as it looked at each session, corporate actions and float shares."""
import csv

import numpy as np

from exact import E12, divide, divide_all, lagged, price_e9, return_of, scaled

SMA_SESSIONS = (20, 50, 200)
EMA_SESSIONS = (20, 50, 200)
EXTREME_SESSIONS = (20, 63, 252)
RETURN_SESSIONS = (1, 5, 21, 63, 126)  # of all the numbers that look back at prices
SHARE_SESSIONS = (1, 21, 63)
RATING_WEIGHTS = ((63, 4), (126, 2), (189, 2), (252, 2))  # tenths
VOLUME_SESSIONS = 20
NO_HIGH, NO_LOW = -1, 1 << 62


class History:
  """A symbol's prices and volumes up to one session, in the shares and the dollars of that session."""

  def __init__(self, close, high, low, volume):
    self.close, self.high, self.low, self.volume = close, high, low, volume

  def adjust(self, end, numerator, denominator, share_factor_e12):
    """All sessions before `end`: prices times numerator / denominator, rounded anew; volumes as the shares are counted from now on."""
    for prices, nothing in ((self.close, 0), (self.high, NO_HIGH), (self.low, NO_LOW)):
      held = np.flatnonzero(prices[:end] != nothing)
      prices[held] = divide_all(prices[held].astype(object) * numerator, denominator)
    if share_factor_e12 != E12:
      self.volume[:end] = divide_all(self.volume[:end].astype(object) * share_factor_e12, E12)


class Symbol:
  """Arrays over sessions. Price 0: none yet. Counts of a window are -1 where the symbol is not eligible."""

  def __init__(self, path, index_of_date):
    n = len(index_of_date)
    self.name, self.traded, self.open = path.stem, np.zeros(n, bool), np.zeros(n, np.int64)
    close, volume = np.zeros(n, np.int64), np.zeros(n, np.int64)
    high, low = np.full(n, NO_HIGH, np.int64), np.full(n, NO_LOW, np.int64)
    with open(path, newline="", encoding="ascii") as file:
      for row in csv.DictReader(file):
        t, shares = index_of_date.get(row["Date"]), int(row["Volume"])
        if t is None or shares == 0:  # a row without volume is no trade
          continue
        self.traded[t], volume[t], self.open[t] = True, shares, price_e9(row["Open"])  # of two rows of one date the last holds
        high[t], low[t], close[t] = price_e9(row["High"]), price_e9(row["Low"]), price_e9(row["Close"])
    self.first = int(np.argmax(self.traded)) if self.traded.any() else n
    last_traded = np.maximum.accumulate(np.where(self.traded, np.arange(n), -1))
    close = np.where(last_traded >= 0, close[last_traded], 0)  # an untraded session carries the last close
    self.volume = volume
    self.age = np.arange(n) - self.first  # sessions since the first close
    self.history, self.actions = History(close, high, low, volume.copy()), {}
    self.shares = np.zeros(n, object)

  def act(self, t, price_factor_e12, share_factor_e12, cash_e9):
    self.actions.setdefault(t, []).append((price_factor_e12, share_factor_e12, cash_e9))

  def factors(self, t):
    """This session's (numerator, denominator of the price factor, share factor); cash alone is set against the carried close.

    A factor has twelve decimals, given or not."""
    for price_factor_e12, share_factor_e12, cash_e9 in self.actions.get(t, ()):
      carried = int(self.close_then[t - 1]) if t else 0
      if price_factor_e12:
        yield price_factor_e12, E12, share_factor_e12
      elif carried > cash_e9:
        yield divide((carried - cash_e9) * E12, carried), E12, share_factor_e12

  def derive(self, suspect_percent):
    """Fills every array below, from one corporate action to the next: between two of them history stays as it is."""
    n = len(self.traded)
    self.close_then = self.history.close.copy()  # as of its own session
    self.reference = np.zeros(n, np.int64)
    self.above_sma = {k: np.full(n, -1, np.int8) for k in SMA_SESSIONS}
    self.new_high = {k: np.full(n, -1, np.int8) for k in EXTREME_SESSIONS}
    self.new_low = {k: np.full(n, -1, np.int8) for k in EXTREME_SESSIONS}
    self.price_ago = {k: np.zeros(n, np.int64) for k in RETURN_SESSIONS}
    self.rating_e9, self.volume_before = np.zeros(n, np.int64), np.full(n, -1, np.int64)
    starts = sorted({0, *self.actions})
    for start, end in zip(starts, starts[1:] + [n]):
      for factors in self.factors(start):
        self.history.adjust(start, *factors)
      self.look_back(slice(start, end))
    jump = np.abs(self.open - self.reference)
    self.suspect = self.traded & (self.reference > 0) & (jump * 100 > suspect_percent * self.reference) & (suspect_percent > 0)
    for t in self.actions:
      self.suspect[t] = False
    self.valid = (self.reference > 0) & ~self.suspect
    self.listed = self.age >= 0
    base = np.where(self.valid, self.reference, 1)
    close = np.where(self.valid, self.close_then, 1)
    self.side = np.sign(close - base).astype(np.int8)
    self.return_e12 = return_of(close, base, E12)
    self.dollars_e4 = divide_all(self.volume.astype(object) * self.close_then, 10**5)
    self.daily = np.where(self.reference > 0, (self.close_then - self.reference) / np.maximum(self.reference, 1), 0.0)
    self.above_ema = {k: self.above_average(k) for k in EMA_SESSIONS}
    self.shares_ago = {k: self.shares_then(k) for k in SHARE_SESSIONS}

  def look_back(self, at):
    """What sessions `at` see when they look back at the history as it stands now."""
    close, end = self.history.close[:at.stop], at.stop
    sums = np.concatenate(([0], np.cumsum(close)))
    sessions = np.arange(at.start, end)
    self.reference[at] = lagged(close, 1, 0)[at]
    for k in SMA_SESSIONS:
      before = sums[sessions] - sums[np.maximum(sessions - k + 1, 0)]
      self.above_sma[k][at] = np.where(self.age[at] + 1 >= k, close[at] * (k - 1) > before, -1)
    for k in EXTREME_SESSIONS:
      self.extremes(k, at, self.history.high[:end], self.history.low[:end])
    for k in RETURN_SESSIONS:
      self.price_ago[k][at] = lagged(close, k, 0)[at]
    rated = np.flatnonzero(self.age[at] >= 252) + at.start
    raw = [weight * (close[rated] / close[rated - k] - 1) / 10 for k, weight in RATING_WEIGHTS]
    self.rating_e9[rated] = np.rint(np.sum(raw, axis=0) * 1e9)
    volumes = np.concatenate(([0], np.cumsum(self.history.volume[:end])))
    before = volumes[sessions] - volumes[np.maximum(sessions - VOLUME_SESSIONS, 0)]
    self.volume_before[at] = np.where(self.age[at] >= VOLUME_SESSIONS, before, -1)

  def extremes(self, k, at, high, low):
    """New highs and lows of a session against the k prior ones; untraded sessions count for nothing."""
    first = max(at.start, k)
    if first >= at.stop:
      return
    prior_high = np.lib.stride_tricks.sliding_window_view(high[first - k:at.stop - 1], k).max(axis=1)
    prior_low = np.lib.stride_tricks.sliding_window_view(low[first - k:at.stop - 1], k).min(axis=1)
    now = slice(first, at.stop)
    eligible = self.traded[now] & (self.age[now] >= k) & (prior_high > NO_HIGH)
    self.new_high[k][now] = np.where(eligible, high[now] > prior_high, -1)
    self.new_low[k][now] = np.where(eligible, low[now] < prior_low, -1)

  def above_average(self, k):
    """Close against yesterday's exponential average, which starts as the mean of the first k closes."""
    out, average, closes = np.full(len(self.traded), -1, np.int8), None, self.close_then.tolist()
    alpha, seed = 2 / (k + 1), []
    for t in range(self.first, len(out)):
      for numerator, denominator, _ in self.factors(t):
        average = average and average * numerator / denominator
        seed = [divide(price * numerator, denominator) for price in seed]
      if average is None:
        seed.append(closes[t])
        if len(seed) == k:
          average = sum(seed) / k
        continue
      if t - self.first + 1 >= 3 * k:
        out[t] = closes[t] > average
      average += alpha * (closes[t] - average)
    return out

  def shares_then(self, k):
    """Float shares in the first of the last k sessions, as shares are counted now."""
    out = lagged(self.shares, k - 1, 0).astype(float)
    for at, actions in self.actions.items():
      for _, share_factor_e12, _ in actions:
        since = slice(at, at + k - 1)  # the action lies between then and now
        out[since] = np.rint(out[since] * (share_factor_e12 / E12))
    return out

  def spread_shares(self, rows):
    """Float shares per session from (session index, number): the latest row in effect, times the factors of later actions."""
    rows = sorted(rows)
    for t in range(len(self.traded)):
      current = [row for row in rows if row[0] <= t]
      if not current:
        continue
      since, number = current[-1]
      for at in sorted(self.actions):
        for _, share_factor_e12, _ in self.actions[at] if since < at <= t else ():
          number = divide(number * share_factor_e12, E12)
      self.shares[t] = number


def dates_of(folder, names):
  """Sessions: the dates on which a member or a benchmark has a row."""
  dates = set()
  for name in names:
    with open(folder / f"{name}.csv", encoding="ascii") as file:
      next(file)
      dates.update(line[:10] for line in file)
  return sorted(dates)


def session_from(dates, date):
  """Index of the first session that is not before the date."""
  return int(np.searchsorted(np.array(dates), date))


def read_shares(path, symbols, dates):
  rows = {}
  with open(path, newline="", encoding="ascii") as file:
    for row in csv.DictReader(file):
      rows.setdefault(row["symbol"], []).append((session_from(dates, row["effective"]), int(row["float_shares"])))
  for name, entries in rows.items():
    if name in symbols:
      symbols[name].spread_shares(entries)


def read_actions(path, symbols, dates):
  with open(path, newline="", encoding="ascii") as file:
    for row in csv.DictReader(file):
      t = session_from(dates, row["ex_session"])
      if row["symbol"] in symbols and t < len(dates):
        price_factor, share_factor = (scaled(row.get(column) or "0", 12) for column in ("price_factor", "share_factor"))
        symbols[row["symbol"]].act(t, price_factor, share_factor or E12, scaled(row.get("cash") or "0", 9))


def load(folder, names, shares, actions, suspect_percent):
  """{name: Symbol}, and the dates of the sessions."""
  dates = dates_of(folder, names)
  index_of_date = {date: t for t, date in enumerate(dates)}
  symbols = {name: Symbol(folder / f"{name}.csv", index_of_date) for name in sorted(names)}
  if actions:
    read_actions(actions, symbols, dates)
  if shares:
    read_shares(shares, symbols, dates)
  for symbol in symbols.values():
    symbol.derive(suspect_percent)
  return symbols, dates
