"""What every entry does alike: its options, the workload in memory, the clocks, the digest, the one JSON object at the end.

An entry gives `enter` a function prepare(workload, options) -> run, and run() -> emissions. Preparing is not timed as work of the engine:
it counts as ingest. README.md says what is inside the clock and what is not."""
import argparse
import csv
import hashlib
import json
import resource
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np

SIGNALS = ("adv", "dec", "unch", "ad_pct", "pct_above_sma_20", "nh_252", "nl_252", "idx_ew", "rs_bmk")
TRADE = np.dtype([("seq", "<u8"), ("ts_event", "<i8"), ("price", "<i8"), ("symbol", "<u4"), ("size", "<u4")])
NAN = float("nan")
output = sys.stdout  # where the object goes: a peer that writes to the standard output itself puts another one here


class Workload:
  def __init__(self, folder, ticks=None, tape=True):
    self.folder = Path(folder)
    self.about = json.loads((self.folder / "workload.json").read_text())
    self.open_ns, self.close_ns = self.about["session_open_ns"], self.about["session_close_ns"]
    reference = self.table("reference.csv")
    self.symbols = [row["symbol"] for row in reference]
    self.previous, self.sum19, self.year_high, self.year_low = (np.array([int(row[column]) for row in reference], np.int64)
                                                                for column in ("prev_close", "sum19", "hi_252", "lo_252"))
    levels = self.table("levels.csv")
    self.baskets = [row["basket"] for row in levels]
    self.index_base, self.strength_base = (np.array([float(row[column]) for row in levels]) for column in ("idx_ew", "rs_bmk"))
    at_basket, at_symbol = ({name: k for k, name in enumerate(names)} for names in (self.baskets, self.symbols))
    pairs = [(at_basket[row["basket"]], at_symbol[row["symbol"]]) for row in self.table("roster.csv")]
    self.roster_basket, self.roster_symbol = np.array(pairs, np.int64).T  # in basket order
    self.sizes = np.bincount(self.roster_basket, minlength=len(self.baskets))
    self.need = np.maximum(3, -(-6 * self.sizes // 10))  # members that have to count, else there is no number
    self.benchmark = at_symbol[self.about["benchmark"]]
    self.baskets_of = [[] for _ in self.symbols]
    for basket, symbol in pairs:
      self.baskets_of[symbol].append(basket)
    self.n_ticks = self.about["ticks"] if ticks is None else min(ticks, self.about["ticks"])
    self.tape = np.fromfile(self.folder / "trades.bin", TRADE, count=self.n_ticks) if tape else None

  def table(self, name):
    with open(self.folder / name, newline="", encoding="ascii") as file:
      return list(csv.DictReader(file))

  def steps(self, interval_ms):
    """The grid: event times after the open, to the close."""
    return np.arange(self.open_ns + interval_ms * 10**6, self.close_ns + 1, interval_ms * 10**6)


def parse(modes, extra=()):
  parser = argparse.ArgumentParser()
  parser.add_argument("folder", metavar="WORKLOAD_DIR")
  parser.add_argument("--mode", choices=modes, required=True)
  parser.add_argument("--interval-ms", type=int, default=1000)
  parser.add_argument("--ticks", type=int)
  parser.add_argument("--out", metavar="FILE.npy")
  for flags, settings in extra:
    parser.add_argument(*flags, **settings)
  return parser.parse_args()


def as_array(emissions):
  """Little-endian doubles; rows may come as a list of tuples."""
  return np.ascontiguousarray(np.array(emissions, dtype="<f8"))


def digest_of(array):
  return hashlib.sha256(array.data).hexdigest()


def peak_rss_bytes():
  return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def report(entry, package, options, workload, seconds, cpu_seconds, ingest_seconds, rss, emitted, **more):
  if options.out:
    np.save(options.out, emitted)
  emissions = len(emitted) if options.mode == "e1" else emitted.shape[0] * emitted.shape[1]
  print(json.dumps({"entry": entry, "version": f"{package} {version(package)}", "mode": options.mode, "ticks": workload.n_ticks,
                    "ingest_seconds": ingest_seconds, "seconds": seconds, "cpu_seconds": cpu_seconds, "peak_rss_bytes": rss,
                    "emissions": emissions, "digest": digest_of(emitted), **more}), file=output, flush=True)


class Clock:
  """For an entry of which only some calls are timed: `with clock:` around them. Nothing of what is between them counts."""

  def __init__(self):
    self.seconds = self.cpu_seconds = 0.0

  def __enter__(self):
    self.began, self.cpu_began = time.perf_counter(), time.process_time()

  def __exit__(self, *_):
    self.seconds += time.perf_counter() - self.began
    self.cpu_seconds += time.process_time() - self.cpu_began


def enter(entry, package, prepare, modes=("e1", "e2"), tape=True, extra=(), clock=None, **more):
  options = parse(modes, extra)
  began = time.perf_counter()
  workload = Workload(options.folder, options.ticks, tape)
  run = prepare(workload, options)
  ingest_seconds = time.perf_counter() - began
  if clock is None:
    clock = Clock()
    with clock:
      emissions = run()
  else:
    emissions = run()  # it starts and stops the clock itself
  rss = peak_rss_bytes()
  report(entry, package, options, workload, clock.seconds, clock.cpu_seconds, ingest_seconds, rss, as_array(emissions), **more)
