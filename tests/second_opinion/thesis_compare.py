#!/usr/bin/env python3
"""Compares the model's thesis layer with what the engine says: every session, every number that both have.

  thesis_compare.py FOLDER UNIVERSE.toml SIGNALS.csv [--fundamentals FUNDAMENTALS.csv]

FOLDER holds SYMBOL.csv; SIGNALS.csv is what `groundswell replay --signals` wrote of the same data. States, leads and lags must be
equal, other numbers within 1e-9 of max(1, |value|); validities, flags of this layer and counts
that the model gives must be equal. Exit 0 when all agree, 1 when anything differs or nothing was compared."""
import argparse
import collections
import csv
import math
import pathlib
import sys

from thesis_market import Universe, load_daily
from thesis_model import Model
from thesis_reward import read_fundamentals

EXACT = ("state", "wave_lead", "lag_compute_physical", "lag_physical_monetization", "lag_compute_monetization")
BORROWED = ("pct_above_sma_50", "idx_ew", "z21", "z63", "tgap_21", "d_rs")  # what D stands on: values, not validities
FLAGS = {"GAP", "STALE_STATE", "HANDOFF"}
TOLERANCE = 1e-9


def read(path, signals):
  """{(session, scope, signal): (value or NaN, validity, counts and flags)} of CLOSE rows; of two the last, which is the final commit.
  Of a file of twenty million rows only those of `signals` are kept."""
  engine = {}
  with open(path, newline="", encoding="ascii") as file:
    rows = csv.reader(file)
    assert next(rows) == "session,ts_event,clock,scope,signal,value,validity,n_valid,n_members,flags".split(",")
    for session, _, clock, scope, signal, value, validity, n_valid, n_members, flags in rows:
      if clock == "close" and signal in signals:
        engine[session, scope, signal] = float(value) if value else math.nan, validity, said(n_valid, n_members, flags)
  return engine


def said(n_valid, n_members, flags):
  return str(n_valid), str(n_members), "|".join(name for name in flags.split("|") if name in FLAGS)


def same(mine, theirs):
  """A count that the model does not give is any."""
  return all(a == b or not a and at < 2 for at, (a, b) in enumerate(zip(mine, theirs)))


def differs(signal, mine, theirs):
  if math.isnan(mine) or math.isnan(theirs):
    return math.isnan(mine) != math.isnan(theirs)
  return abs(mine - theirs) > (0 if signal in EXACT else TOLERANCE * max(1.0, abs(mine)))


def compare(model, path):
  """(rows compared, largest difference, values that differ, what else differs, first of them) by signal."""
  table = collections.defaultdict(lambda: [0, 0.0, 0, 0, ""])
  model_rows = list(model.rows())
  engine = read(path, {row[2] for row in model_rows})
  known = {(scope, signal) for _, scope, signal in engine}
  for t, scope, signal, value, validity, *rest in model_rows:
    if (scope, signal) not in known:
      continue
    session = model.market.dates[t]
    theirs, says, their_rest = engine.get((session, scope, signal), (math.nan, None, None))  # a row without a value may be left out
    line, mine = table[signal], float(value)
    line[0] += 1
    if not math.isnan(mine) and not math.isnan(theirs):
      line[1] = max(line[1], abs(mine - theirs) / max(1.0, abs(mine)))
    wrong = differs(signal, mine, theirs)
    other = says is not None and signal not in BORROWED and (validity != says or not same(said(*rest), their_rest))
    line[2], line[3] = line[2] + wrong, line[3] + other
    if (wrong or other) and not line[4]:
      line[4] = f"{session} {scope}: {mine} {validity} {rest}, the engine {theirs} {says} {their_rest}"
  return table


def main():
  parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
  parser.add_argument("folder", type=pathlib.Path)
  parser.add_argument("universe", type=pathlib.Path)
  parser.add_argument("signals", type=pathlib.Path)
  parser.add_argument("--fundamentals", type=pathlib.Path)
  options = parser.parse_args()
  market = load_daily(options.folder, Universe(options.universe))
  model = Model(market, read_fundamentals(options.fundamentals) if options.fundamentals else ())
  table = compare(model, options.signals)
  print(f"{'signal':28} {'rows':>8} {'largest difference':>20} {'values':>8} {'the rest':>11}")
  for signal, (rows, largest, values, validities, first) in sorted(table.items()):
    print(f"{signal:28} {rows:8} {largest:20.3g} {values:8} {validities:11}  {first}")
  bad = sum(values + validities for _, _, values, validities, _ in table.values())
  sys.exit(0 if table and not bad else 1)


if __name__ == "__main__":
  main()
