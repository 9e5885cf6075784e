#!/usr/bin/env python3
"""Makes up a fundamentals.csv for the symbols of a universe, to compare two computations with. It says nothing about any company.

  made_up_filings.py UNIVERSE.toml OUT.csv [--from YEAR] [--to YEAR]

A filing each 60 to 120 days, now and then none for 200. Everything that a rule speaks of comes up: numbers not told, losses, no revenue, no
growth, equal numbers, moments before, at and after the open, a row in the far future."""
import argparse
import csv
import datetime
import pathlib
import random

from thesis_market import Universe
from thesis_reward import NUMBERS, open_ns

DAY_NS = 86400 * 10**9


def moments(source, first, last):
  day = datetime.date(first, 1, 1) + datetime.timedelta(days=source.randrange(90))
  while day.year <= last:
    yield open_ns(day.isoformat()) + source.choice((-DAY_NS // 4, -1, 0, 1, DAY_NS // 4))
    day += datetime.timedelta(days=200 if source.random() < 0.04 else source.randrange(60, 120))
  yield open_ns("2090-01-02")


def row_of(source):
  revenue, ebit = source.choice((0, 40, 100, 250)), source.choice((-8, 0, 12, 20, 30))
  backlog = source.choice((0, 50, 80))
  numbers = {"ai_capex_rev_share": source.randrange(21) / 20, "rev_ttm": revenue * source.uniform(0.9, 1.5), "rev_ttm_prior": revenue,
             "ebit_ttm": ebit + source.uniform(-10, 40), "ebit_ttm_prior": ebit, "rev_q": source.choice((0, 10, 20, 25)),
             "orders_q": source.choice((-5, 10, 20, 30)), "backlog": backlog * source.choice((0.4, 1, 1.5, 5)),
             "backlog_prior_year": backlog, "backlog_prior_q": backlog * source.choice((0.5, 1)), "label_score": source.randrange(21) / 20}
  return ["" if source.random() < 0.15 else repr(numbers[name]) for name in NUMBERS]


def main():
  parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
  parser.add_argument("universe", type=pathlib.Path)
  parser.add_argument("out", type=pathlib.Path)
  parser.add_argument("--from", dest="first", type=int, default=1999)
  parser.add_argument("--to", dest="last", type=int, default=2026)
  options = parser.parse_args()
  with open(options.out, "w", newline="", encoding="utf-8") as file:
    file.write("# Made up by tests/second_opinion/made_up_filings.py: nothing here is true of a company.\n")
    out = csv.writer(file, lineterminator="\n")
    out.writerow(["symbol", "available_at", *NUMBERS])
    for symbol in Universe(options.universe).symbols:
      source = random.Random(symbol)
      for moment in moments(source, options.first, options.last):
        out.writerow([symbol, moment, *row_of(source)])


if __name__ == "__main__":
  main()
