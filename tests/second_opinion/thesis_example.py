"""A small market whose closes are given by a formula, so that any program can make it: three baskets of four, 80 sessions.

Closes in cents of symbol i = 0..11 (the baskets' members in file order) at session t: 8000 + 700 i + 15 t a(i) + 60 ((53 t + 29 i) mod 19),
with a = 6 for leaders and (i mod 5) - 1 for the others. The benchmark: 40000 + 20 t + 50 ((7 t) mod 13). Every session trades.
Run as a program it prints what the thesis layer says of it."""
import math
import pathlib
import tempfile

import numpy as np

from thesis_market import Market, Universe
from thesis_model import Model

SESSIONS = 80
UNIVERSE = """version = "example"
benchmarks = { primary = "BMK" }
[[basket]]
id = "memory_storage"
wave = "compute"
name = "One"
members = [{ symbol = "A0", role = "leader" }, { symbol = "A1" }, { symbol = "A2" }, { symbol = "A3" }]
[[basket]]
id = "cooling_hvac"
wave = "physical"
name = "Two"
members = [{ symbol = "B0", role = "leader" }, { symbol = "B1" }, { symbol = "B2" }, { symbol = "B3" }]
[[basket]]
id = "materials"
wave = "physical"
name = "Three"
members = [{ symbol = "C0", role = "leader" }, { symbol = "C1" }, { symbol = "C2" }, { symbol = "C3" }]
"""


def universe():
  with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "baskets.toml"
    path.write_text(UNIVERSE, encoding="ascii")
    return Universe(path)


def close_cents(t, i):
  slope = 6 if i % 4 == 0 else i % 5 - 1
  return 8000 + 700 * i + 15 * t * slope + 60 * ((53 * t + 29 * i) % 19)


def market(sessions=SESSIONS):
  close = np.array([[close_cents(t, i) for i in range(12)] for t in range(sessions)], np.int64) * 10**7
  bench = np.array([40000 + 20 * t + 50 * ((7 * t) % 13) for t in range(sessions)], np.int64) * 10**7
  traded = np.ones(close.shape, bool)
  dates = [str(np.datetime64("2024-01-02") + t) for t in range(sessions)]
  return Market(universe(), dates, close, traded, None, bench, np.ones(sessions, bool))


def main():
  model = Model(market())
  thesis = model.thesis
  print(" t", *(name.ljust(12) for name in ("x1", "x2", "x3", "x4", "x5", "raw", "B", "TI", "z21", "zL", "A50")), "state")
  for t in (0, 1, 49, 62, 63, 64, 70, 75, 76, 79):
    numbers = [*thesis.score.terms[t], thesis.score.raw[t], thesis.score.score[t], thesis.index[t], thesis.z21[t],
               thesis.leaders_z[t], thesis.a50_all[t]]
    print(f"{t:2}", *("-".ljust(12) if math.isnan(x) else f"{x:<12.9g}" for x in numbers), model.states[t])


if __name__ == "__main__":
  main()
