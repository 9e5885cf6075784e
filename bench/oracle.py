#!/usr/bin/env python3
"""The nine signals by brute force, every member anew at every emission, in whole numbers where the definitions are of whole numbers.

oracle.py WORKLOAD_DIR --mode e1|e2 --check FILE.npy   compares an entry's output and prints one JSON object
oracle.py WORKLOAD_DIR --mode e1|e2 --out FILE.npy     writes what is right

Shares no code with workload.py or the peers. The definitions are those of docs/signals.md; README.md says which rules of validity matter
here."""
import argparse
import csv
import json
from pathlib import Path

import numpy as np

SIGNALS = ("adv", "dec", "unch", "ad_pct", "pct_above_sma_20", "nh_252", "nl_252", "idx_ew", "rs_bmk")
E12 = 10**12
CENT = 10**7
RECORD = np.dtype([("seq", "<u8"), ("ts_event", "<i8"), ("price", "<i8"), ("symbol", "<u4"), ("size", "<u4")])
TOLERANCE = 1e-11  # relative: returns not rounded to 1e-12, sums of doubles in another order


class Market:
  """What is known of every symbol, the benchmark the last of them."""

  def __init__(self, folder):
    folder = Path(folder)
    self.about = json.loads((folder / "workload.json").read_text())
    with open(folder / "reference.csv", newline="", encoding="ascii") as file:
      rows = list(csv.DictReader(file))
    self.index = {row["symbol"]: k for k, row in enumerate(rows)}
    self.previous, self.sum19, self.year_high, self.year_low = (np.array([int(row[column]) for row in rows], np.int64)
                                                                for column in ("prev_close", "sum19", "hi_252", "lo_252"))
    self.members, self.base = [], []
    with open(folder / "levels.csv", newline="", encoding="ascii") as file:
      of_basket = {}
      for k, row in enumerate(csv.DictReader(file)):
        of_basket[row["basket"]] = k
        self.members.append([])
        self.base.append((float(row["idx_ew"]), float(row["rs_bmk"])))
    with open(folder / "roster.csv", newline="", encoding="ascii") as file:
      for row in csv.DictReader(file):
        self.members[of_basket[row["basket"]]].append(self.index[row["symbol"]])
    self.sizes, self.base = np.array([len(members) for members in self.members]), np.array(self.base)
    self.benchmark = self.index[self.about["benchmark"]]
    self.baskets_of = [[] for _ in rows]
    for basket, members in enumerate(self.members):
      for symbol in members:
        self.baskets_of[symbol].append(basket)
    if (self.previous % CENT).any():
      raise ValueError("reference.csv: a previous close of less than whole cents; the oracle's 64-bit products are made for cents")
    self.last, self.traded = self.previous.copy(), np.zeros(len(rows), bool)
    self.high, self.low = np.full(len(rows), -1, np.int64), np.full(len(rows), 1 << 62, np.int64)

  def trade(self, symbol, price):
    """One trade, or many in their order: of a symbol's repeated assignments the last stays."""
    self.last[symbol] = price
    self.traded[symbol] = True
    np.maximum.at(self.high, symbol, price)
    np.minimum.at(self.low, symbol, price)

  def numbers(self, members, baskets):
    """(baskets, 9) from each of the members, which lie basket after basket; NaN: absent."""
    last, previous, traded = self.last[members], self.previous[members], self.traded[members]
    sizes = self.sizes[baskets]
    starts = np.cumsum(sizes) - sizes
    benchmark_ratio = int(self.last[self.benchmark]) / int(self.previous[self.benchmark])

    def count(which):
      return np.add.reduceat(which.astype(np.int64), starts)

    adv, dec, n_traded = count(traded & (last > previous)), count(traded & (last < previous)), count(traded)
    need = np.maximum(3, -(-6 * sizes // 10))  # INSUFFICIENT: fewer than 60 % of the members count, or than three
    out = np.full((len(sizes), len(SIGNALS)), np.nan)
    seen = n_traded >= need
    highs = count(traded & (self.high[members] > self.year_high[members]))
    lows = count(traded & (self.low[members] < self.year_low[members]))
    ad_pct = 100.0 * (adv - dec) / np.maximum(n_traded, 1)
    for k, value in ((0, adv), (1, dec), (2, n_traded - adv - dec), (3, ad_pct), (5, highs), (6, lows)):
      out[seen, k] = value[seen]
    enough = sizes >= need  # a member without a trade stands at its previous close
    out[enough, 4] = (100.0 * count(20 * last > self.sum19[members] + last) / sizes)[enough]
    growth = 1.0 + np.add.reduceat(returns_e12(last, previous), starts) / sizes / 1e12
    level, strength = self.base[baskets].T
    out[enough, 7] = (level * growth)[enough]
    if self.traded[self.benchmark]:
      out[enough, 8] = (strength * (level * growth / level) / benchmark_ratio)[enough]
    return out


def returns_e12(price, base):
  """(price - base) / base in whole 1e-12, rounded half away from zero."""
  if (price % CENT).any():
    raise ValueError("a price of less than whole cents; the oracle's 64-bit products are made for cents")
  price, base = price // CENT, base // CENT
  part = (price - base) * E12
  return np.sign(part) * ((2 * np.abs(part) + base) // (2 * base))


def tape_of(folder, ticks=None):
  tape = np.fromfile(Path(folder) / "trades.bin", RECORD)
  return tape if ticks is None else tape[:ticks]


def bucketed(folder, interval_ms, ticks=None):
  """E2: (steps, baskets, 9). A step at T counts every trade with ts_event <= T."""
  market, tape = Market(folder), tape_of(folder, ticks)
  opening, closing = market.about["session_open_ns"], market.about["session_close_ns"]
  steps = np.arange(opening + interval_ms * 10**6, closing + 1, interval_ms * 10**6)
  ends = np.searchsorted(tape["ts_event"], steps, side="right")
  out, begin = np.empty((len(steps), len(market.members), len(SIGNALS))), 0
  members, baskets = np.concatenate(market.members), np.arange(len(market.members))
  for step, end in enumerate(ends.tolist()):
    if end == begin and step > 0:  # nothing happened, so nothing changed
      out[step] = out[step - 1]
      continue
    market.trade(tape["symbol"][begin:end], tape["price"][begin:end])
    out[step] = market.numbers(members, baskets)
    begin = end
  return out


def every_tick(folder, ticks):
  """E1: rows of seq, basket and the first eight signals: one for each basket of the traded symbol, in tick order."""
  market, rows = Market(folder), []
  for seq, _, price, symbol, _ in tape_of(folder, ticks).tolist():
    market.trade(np.array([symbol]), np.array([price]))
    rows += [(seq, basket, *market.numbers(market.members[basket], [basket])[0, :8]) for basket in market.baskets_of[symbol]]
  return np.array(rows).reshape(-1, 10)


def compare_values(right, seen, names):
  """By signal: the largest errors, and how many values are missing (ours only) or extra (theirs only)."""
  found = {}
  for k, name in enumerate(names):
    a, b = right[..., k].ravel(), seen[..., k].ravel()
    if np.isnan(b).all() and not np.isnan(a).all():
      found[name] = {"expressible": False}
      continue
    both = ~np.isnan(a) & ~np.isnan(b)
    error = np.abs(a[both] - b[both])
    scale = np.where(a[both] == 0, 1.0, np.abs(a[both]))
    found[name] = {"expressible": True, "values": int(both.sum()), "missing": int((~np.isnan(a) & np.isnan(b)).sum()),
                   "extra": int((np.isnan(a) & ~np.isnan(b)).sum()), "wrong": int((error > TOLERANCE * scale).sum()),
                   "max_abs_error": float(error.max(initial=0)), "max_rel_error": float((error / scale).max(initial=0))}
  return found


def compare(mode, right, seen):
  """One verdict: whole emissions missing or extra, then value by value of those that both have."""
  if mode == "e2":
    if right.shape[1:] != seen.shape[1:]:
      raise ValueError(f"the output is of shape {seen.shape}, the oracle's of {right.shape}")
    steps = min(len(right), len(seen))
    missing, extra, right, seen, names = len(right) - steps, len(seen) - steps, right[:steps], seen[:steps], SIGNALS
    order = True
  else:
    keys = [[(int(seq), int(basket)) for seq, basket in rows[:, :2]] for rows in (right, seen)]
    at = [{key: k for k, key in enumerate(of)} for of in keys]
    common = [key for key in keys[0] if key in at[1]]
    missing, extra = len(keys[0]) - len(common), len(keys[1]) - len(common)  # a row given twice is extra
    order = [key for key in keys[1] if key in at[0]] == common
    right, seen = (rows[[at[k][key] for key in common], 2:] for k, rows in enumerate((right, seen)))
    names = SIGNALS[:8]
  signals = compare_values(right, seen, names)
  compared = [one for one in signals.values() if one["expressible"]]
  totals = {key: sum(one[key] for one in compared) for key in ("values", "missing", "extra", "wrong")}
  return {"emissions_missing": missing, "emissions_extra": extra, "in_order": order, "signals": signals, "values": totals["values"],
          "values_missing": totals["missing"], "values_extra": totals["extra"], "values_wrong": totals["wrong"],
          "max_abs_error": max((one["max_abs_error"] for one in compared), default=0.0),
          "max_rel_error": max((one["max_rel_error"] for one in compared), default=0.0),
          "not_expressible": [name for name, one in signals.items() if not one["expressible"]],
          "equal": bool(compared) and order and not (missing or extra or totals["missing"] or totals["extra"] or totals["wrong"])}


def main():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("folder", metavar="WORKLOAD_DIR")
  parser.add_argument("--mode", choices=("e1", "e2"), required=True)
  parser.add_argument("--interval-ms", type=int, default=1000)
  parser.add_argument("--ticks", type=int)
  parser.add_argument("--check", metavar="FILE.npy")
  parser.add_argument("--out", metavar="FILE.npy")
  options = parser.parse_args()
  if options.mode == "e2":
    right = bucketed(options.folder, options.interval_ms, options.ticks)
  else:
    right = every_tick(options.folder, options.ticks)
  if options.out:
    np.save(options.out, right)
  if options.check:
    print(json.dumps(compare(options.mode, right, np.load(options.check)), indent=1))


if __name__ == "__main__":
  main()
