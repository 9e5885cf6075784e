#!/usr/bin/env python3
"""A second computation of the daily signals, in batch, from their definitions alone; compared with a replay's CSV.

  python3 tests/second_opinion FOLDER UNIVERSE.toml SIGNALS.csv [--shares shares.csv] [--actions actions.csv]

FOLDER holds SYMBOL.csv (Date,Open,High,Low,Close,Volume); SIGNALS.csv is what `groundswell replay REC.gsj --universe … --signals` wrote.
Exit 0 when all agree, 1 when anything differs.
"""
import argparse
import pathlib
import sys
import time
import tomllib

import compare
import signals


def main():
  parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
  parser.add_argument("folder", type=pathlib.Path)
  parser.add_argument("universe", type=pathlib.Path)
  parser.add_argument("signals", type=pathlib.Path)
  parser.add_argument("--shares", type=pathlib.Path)
  parser.add_argument("--actions", type=pathlib.Path)
  parser.add_argument("--suspect-percent", type=int, default=35, help="jump of the open that bars a symbol for the session; 0 = none does")
  arguments = parser.parse_args()
  begin = time.monotonic()
  universe = tomllib.loads(arguments.universe.read_text(encoding="utf-8"))
  columns, dates = signals.computed(arguments.folder, universe, arguments.shares, arguments.actions, arguments.suspect_percent)
  print(f"{len(dates)} sessions computed in {time.monotonic() - begin:.1f} s")
  comparison = compare.Comparison(columns, dates)
  for t, block in compare.blocks(arguments.signals, dates):
    comparison.session(t, block)
  total = comparison.report()
  print(f"{time.monotonic() - begin:.1f} s")
  return 1 if total or not comparison.rows.any() else 0


if __name__ == "__main__":
  sys.exit(main())
