#!/usr/bin/env python3
"""Makes the workload of the category benchmark: a year of daily bars, one session of trades, a roster. The same options give the same
bytes.

Only whole numbers, sums, products, quotients and square roots are used, and bits of PCG64: no function that differs between processors or
versions of numpy. README.md describes the files."""
import argparse
import csv
import json
import math
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import numpy as np

SESSION = date(2026, 1, 2)
OPEN_HOUR, CLOSE_HOUR = (14, 30), (21, 0)  # of New York's 09:30 to 16:00, in winter
HISTORY_SESSIONS = 252
HOLIDAYS = {date.fromisoformat(day) for day in ("2024-12-25", "2025-01-01", "2025-01-09", "2025-01-20", "2025-02-17", "2025-04-18",
                                                "2025-05-26",
                                                "2025-06-19", "2025-07-04", "2025-09-01", "2025-11-27", "2025-12-25", "2026-01-01")}
ZIPF_EXPONENT = 1.1
BENCHMARK_RANK = 2  # by activity, from 0: among the busiest
BURST_SECONDS, BURST_SHARE, BURST_FACTOR = 1, 0.02, 10
MEMBERSHIPS_PER_SYMBOL = 1.5
CENT = 10**7  # prices are in 1e-9 dollar
GRID_NS = 10**8  # no trade lies exactly on a multiple of it, so that no step has to say on which side it counts
LARGEST_MOVE = 0.015  # of one trade from the last: far from what anybody's hygiene would hold for an error

TRADE = np.dtype([("seq", "<u8"), ("ts_event", "<i8"), ("price", "<i8"), ("symbol", "<u4"), ("size", "<u4")])
BAR = np.dtype([("open", "<i8"), ("high", "<i8"), ("low", "<i8"), ("close", "<i8"), ("volume", "<u8")])
STREAMS = ("history", "roster", "times", "symbols", "moves", "bounce", "sizes", "ranks")


class Uniform:
  """Numbers in [0, 1) from the raw bits, one stream for each purpose."""

  def __init__(self, seed, purpose):
    self.bits = np.random.PCG64(np.random.SeedSequence([seed, STREAMS.index(purpose)]))

  def __call__(self, *shape):
    n = math.prod(shape)
    return ((self.bits.random_raw(n) >> np.uint64(11)).astype(np.float64) * 2.0**-53).reshape(shape)

  def hill(self, *shape):
    """Mean 0, within ±1, more often near 0."""
    return self(*shape) - self(*shape)


def nanoseconds(day, hour_minute):
  return int(datetime(day.year, day.month, day.day, *hour_minute, tzinfo=timezone.utc).timestamp()) * 10**9


def sessions_before(day, n):
  """The n trading days before `day`, oldest first."""
  found = []
  while len(found) < n:
    day -= timedelta(days=1)
    if day.weekday() < 5 and day not in HOLIDAYS:
      found.append(day)
  return found[::-1]


def history(seed, symbols):
  """Bars of (session, symbol), the benchmark last."""
  u = Uniform(seed, "history")
  bars = np.zeros((HISTORY_SESSIONS, symbols + 1), BAR)
  close = np.rint(2000 + 30000 * u(symbols + 1) * u(symbols + 1))
  close[symbols] = 50000
  beta = 0.5 + u(symbols + 1)
  for t in range(HISTORY_SESSIONS):
    market, own = 0.012 * (u.hill(1)[0] + 0.02), 0.03 * u.hill(symbols + 1)
    own[symbols] = 0
    opening = np.maximum(300, np.rint(close * (1 + 0.008 * u.hill(symbols + 1))))
    close = np.maximum(300, np.rint(close * (1 + beta * market + own)))
    high = np.maximum(opening, close) + np.rint(close * 0.008 * u(symbols + 1))
    low = np.maximum(100, np.minimum(opening, close) - np.rint(close * 0.008 * u(symbols + 1)))
    for name, cents in (("open", opening), ("high", high), ("low", low), ("close", close)):
      bars[t][name] = cents.astype(np.int64) * CENT
    bars[t]["volume"] = 1000 * (1 + (900 * u(symbols + 1)).astype(np.uint64))
  return bars


def roster(seed, symbols, baskets):
  """(basket, symbol) in basket order: every symbol is in one basket, every second symbol in one more."""
  u = Uniform(seed, "roster")
  first = np.arange(symbols) % baskets
  pairs = set(zip(first.tolist(), np.argsort(u(symbols), kind="stable").tolist()))
  home = {symbol: basket for basket, symbol in pairs}
  if baskets > 1:
    again = np.argsort(u(symbols), kind="stable")[:round((MEMBERSHIPS_PER_SYMBOL - 1) * symbols)].tolist()
    for symbol, step in zip(again, u(len(again))):
      pairs.add(((home[symbol] + 1 + int(step * (baskets - 1))) % baskets, symbol))
  return sorted(pairs)


def trade_times(seed, ticks, opening, closing):
  """Poisson arrivals, given how many there are, with seconds in which ten times as many come."""
  u = Uniform(seed, "times")
  slices = (closing - opening) // (BURST_SECONDS * 10**9)
  rate = np.where(u(slices) < BURST_SHARE, float(BURST_FACTOR), 1.0)
  edges = np.concatenate(([0.0], np.cumsum(rate)))
  at = np.sort(u(ticks)) * edges[-1]
  index = np.minimum(np.searchsorted(edges, at, side="right") - 1, slices - 1)
  offset = (index + (at - edges[index]) / rate[index]) * (BURST_SECONDS * 10**9)
  ts = opening + np.clip(offset.astype(np.int64), 1, closing - opening - 2)
  return np.maximum.accumulate(ts + (ts % GRID_NS == 0))


def traded_symbols(seed, ticks, symbols):
  """Which symbol each trade is of: Zipf by rank, ranks dealt out by the seed, the benchmark's fixed."""
  order = np.argsort(Uniform(seed, "ranks")(symbols), kind="stable")
  rank = min(BENCHMARK_RANK, symbols)
  by_rank = np.concatenate((order[:rank], [symbols], order[rank:])).astype(np.uint32)
  weights = np.array([round(2**40 * (k + 1) ** -ZIPF_EXPONENT) for k in range(symbols + 1)], np.int64)
  edges = np.cumsum(weights)
  at = (Uniform(seed, "symbols")(ticks) * float(edges[-1])).astype(np.int64)
  return by_rank[np.searchsorted(edges, at, side="right")]


def trade_cents(seed, ts, symbol, previous_cents, session_ns):
  """A walk of each symbol from its previous close, by the root of the time between its trades, with a drift and a bounce of a cent."""
  u, n = Uniform(seed, "moves"), len(previous_cents)
  gap, drift = 0.02 * u.hill(n), 0.05 * u.hill(n)
  order = np.argsort(symbol, kind="stable")
  own, at = symbol[order], ts[order]
  is_first = np.concatenate(([True], own[1:] != own[:-1])) if len(own) else np.zeros(0, bool)
  elapsed = np.where(is_first, 0, np.diff(at, prepend=at[:1])) / session_ns
  move = 0.04 * np.sqrt(elapsed) * u.hill(len(own)) + drift[own] * elapsed
  move = np.where(is_first, gap[own], np.clip(move, -LARGEST_MOVE, LARGEST_MOVE))
  walk = np.cumsum(move)
  starts = np.flatnonzero(is_first)
  before = np.repeat(walk[starts] - move[starts], np.diff(np.append(starts, len(own))))
  bounce = (Uniform(seed, "bounce")(len(own)) < 0.5).astype(np.int64)
  cents = np.empty(len(own), np.int64)
  cents[order] = np.maximum(100, np.rint(previous_cents[own] * np.maximum(0.5, 1 + walk - before)).astype(np.int64)) + bounce
  return cents


def trades(seed, ticks, bars, opening, closing):
  out = np.zeros(ticks, TRADE)
  out["seq"] = np.arange(1, ticks + 1)
  out["ts_event"] = trade_times(seed, ticks, opening, closing)
  out["symbol"] = traded_symbols(seed, ticks, bars.shape[1] - 1)
  out["price"] = CENT * trade_cents(seed, out["ts_event"], out["symbol"], bars[-1]["close"] // CENT, closing - opening)
  u = Uniform(seed, "sizes")
  out["size"] = 100 * (1 + (20 * u(ticks) * u(ticks)).astype(np.uint32))
  return out


def previous_levels(bars, pairs, baskets):
  """idx_ew and rs_bmk of each basket at the last close, from 100 at the first: the base that everybody starts the session from."""
  close = bars["close"] // CENT
  now, before = close[1:], close[:-1]
  parts = (now - before) * 10**12
  returns = np.where(parts < 0, -1, 1) * ((2 * np.abs(parts) + before) // (2 * before))  # in 1e-12, half away from zero
  strength = 1.0
  for ratio in now[:, -1] / before[:, -1]:
    strength *= ratio
  rows = []
  for basket in range(baskets):
    members = [symbol for b, symbol in pairs if b == basket]
    level = 100.0
    for total in returns[:, members].sum(axis=1).tolist():
      level *= 1.0 + total / len(members) / 1e12
    rows.append((level, 100.0 * (level / 100.0) / strength))
  return rows


def write_tables(folder, tape, formats):
  import pyarrow as pa
  import pyarrow.parquet as parquet
  table = pa.table({"seq": tape["seq"], "ts_event": tape["ts_event"], "sym": tape["symbol"], "px": tape["price"] / 1e9,
                    "price_nano": tape["price"],
                    "size": tape["size"]})
  if "arrow" in formats:
    with pa.OSFile(str(folder / "trades.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
      writer.write_table(table, max_chunksize=1 << 20)
  if "parquet" in formats:
    parquet.write_table(table, folder / "trades.parquet", row_group_size=1 << 20)


def write_rows(path, header, rows):
  with open(path, "w", newline="", encoding="ascii") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)


def make(folder, symbols, baskets, ticks, seed, formats):
  folder = Path(folder)
  folder.mkdir(parents=True, exist_ok=True)
  opening, closing = nanoseconds(SESSION, OPEN_HOUR), nanoseconds(SESSION, CLOSE_HOUR)
  bars, pairs = history(seed, symbols), roster(seed, symbols, baskets)
  tape = trades(seed, ticks, bars, opening, closing)
  names = [f"s{k:05}" for k in range(symbols)] + ["BMK"]
  basket_names = [f"b{k:02}" for k in range(baskets)]
  tape.tofile(folder / "trades.bin")
  bars.tofile(folder / "history.bin")
  write_rows(folder / "roster.csv", ("basket", "symbol"), [(basket_names[b], names[s]) for b, s in pairs])
  closes = bars["close"]
  write_rows(folder / "reference.csv", ("symbol", "prev_close", "sum19", "hi_252", "lo_252"),
             zip(names, closes[-1].tolist(), closes[-19:].sum(axis=0).tolist(), bars["high"].max(axis=0).tolist(),
                 bars["low"].min(axis=0).tolist()))
  write_rows(folder / "levels.csv", ("basket", "idx_ew", "rs_bmk"),
             [(name, *(repr(float(one)) for one in both)) for name, both in zip(basket_names, previous_levels(bars, pairs, baskets))])
  if set(formats) - {"bin"}:
    write_tables(folder, tape, formats)
  about = {"seed": seed, "symbols": symbols, "baskets": baskets, "ticks": ticks, "benchmark": "BMK", "benchmark_symbol": symbols,
           "session": SESSION.isoformat(), "session_open_ns": opening, "session_close_ns": closing, "interval_ms": 1000,
           "history_sessions": HISTORY_SESSIONS, "history_dates": [day.isoformat() for day in sessions_before(SESSION, HISTORY_SESSIONS)],
           "zipf_exponent": ZIPF_EXPONENT, "burst_factor": BURST_FACTOR, "burst_share": BURST_SHARE, "burst_seconds": BURST_SECONDS}
  # The last file: a folder that has it is whole.
  (folder / "workload.json").write_text(json.dumps(about, indent=1) + "\n", encoding="ascii")
  return about


def main():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("folder", metavar="OUT_DIR")
  parser.add_argument("--symbols", type=int, required=True, help="members of baskets; the benchmark is one more")
  parser.add_argument("--baskets", type=int, required=True)
  parser.add_argument("--ticks", type=int, required=True)
  parser.add_argument("--seed", type=int, default=20260102)
  parser.add_argument("--formats", default="bin,arrow,parquet", help="of the trades; bin needs nothing but numpy")
  options = parser.parse_args()
  if options.symbols < 3 * options.baskets or options.baskets < 1 or options.ticks < 0:
    parser.error("at least three symbols to a basket, one basket, and not fewer than no ticks")
  make(options.folder, options.symbols, options.baskets, options.ticks, options.seed, options.formats.split(","))


if __name__ == "__main__":
  main()
