#!/usr/bin/env python3
"""The category benchmark: our entry and every peer in one run, each held against the oracle. README.md says what is measured."""
import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import time

import numpy as np

import environments
import figures
import oracle
import plan
from environments import ROOT, Unavailable, last_line

BUILD, RESULTS = ROOT / "build/bench", ROOT / "bench/results"
ENTRY, PROGRAM = ROOT / "build/release/bench/groundswell_entry", ROOT / "build/release/groundswell"
SEED = 20260102
ONE_THREAD = {name: "1" for name in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
                                     "RAYON_NUM_THREADS")}
ORACLE_TICKS_E1 = 5_000  # every member of a basket anew at every tick: not for long tapes


def say(text):
  print(text, file=sys.stderr, flush=True)


def build_ours():
  """Builds what of ours is not there."""
  if ENTRY.exists() and PROGRAM.exists():
    return
  BUILD.mkdir(parents=True, exist_ok=True)
  say("building our own programs; the log is build/bench/cmake.log")
  with open(BUILD / "cmake.log", "w", encoding="utf-8") as log:
    for command in (("--preset", "release"), ("--build", "build/release", "--target", ENTRY.name, PROGRAM.name)):
      if subprocess.run(("cmake",) + command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, check=False).returncode != 0:
        raise SystemExit(f"run.py: cmake {' '.join(command)} failed; see build/bench/cmake.log")


def workload_of(group, harness):
  folder = BUILD / f"workload/{group.symbols}-{group.baskets}-{group.tape}"
  generator, mark = ROOT / "bench/workload.py", folder / "workload.json"
  if not mark.exists() or mark.stat().st_mtime < generator.stat().st_mtime:
    say(f"workload {folder.name}")
    sizes = ("--symbols", str(group.symbols), "--baskets", str(group.baskets), "--ticks", str(group.tape))
    subprocess.run([harness, generator, folder, *sizes, "--seed", str(SEED)], check=True)
  return folder


class Runner:
  """Runs entries, each pinned to one core unless it makes threads of its own."""

  def __init__(self, timeout):
    self.timeout = timeout
    self.core = max(os.sched_getaffinity(0))

  def command(self, entry):
    if not entry.environment:
      return [str(ENTRY)]
    return [str(environments.ensure(entry.environment)), str(ROOT / "bench/peers" / entry.script)]

  def __call__(self, entry, group, folder, out):
    command = self.command(entry) + [str(folder), "--mode", group.mode, "--interval-ms", str(group.interval_ms)]
    command += ["--ticks", str(group.n_ticks), *entry.options]
    if out:
      command += ["--out", str(out)]
    variables = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", PYTHONHASHSEED="0")
    if entry.cores == "1":
      command, variables = ["taskset", "-c", str(self.core)] + command, variables | ONE_THREAD
    try:
      done = subprocess.run(command, capture_output=True, text=True, timeout=self.timeout, env=variables, check=False)
    except subprocess.TimeoutExpired:
      raise Unavailable(f"not done after {self.timeout} s") from None
    if done.returncode != 0:
      raise Unavailable(f"exit code {done.returncode}: {last_line(done.stderr)}")
    try:
      return json.loads(done.stdout)
    except json.JSONDecodeError:
      raise Unavailable(f"printed no JSON object: {last_line(done.stdout)}") from None


class Oracle:
  """The right output of a group, made once and kept."""

  def __init__(self):
    self.made = {}

  def __call__(self, group, folder, ticks):
    key = (folder, group.mode, group.interval_ms, ticks)
    if key not in self.made:
      self.made.clear()  # groups come one after the other, and a day at 100 ms is large
      self.made[key] = oracle.bucketed(folder, group.interval_ms, ticks) if group.mode == "e2" else oracle.every_tick(folder, ticks)
    return self.made[key]


def checked(right_of, group, folder, file):
  """An output held against the oracle: of E2 the whole tape, of E1 the rows of its first trades."""
  seen = np.load(file)
  file.unlink()
  ticks = group.n_ticks if group.mode == "e2" else min(ORACLE_TICKS_E1, group.n_ticks)
  if group.mode == "e1":
    seen = seen[seen[:, 0] <= ticks]
  return oracle.compare(group.mode, right_of(group, folder, ticks), seen) | {"ticks": ticks}


def measure(run, group, folder, quick, right_of, left_out):
  """Full rows of a group's entries: rounds in turns, of the last the output is kept and checked."""
  runs, outputs = {entry: [] for entry in group.entries}, {}
  for k in range(plan.ROUNDS):
    for number, entry in enumerate(list(runs)):
      rounds = plan.ROUNDS_OF_SLOW if entry.slow and quick else plan.ROUNDS
      if k >= rounds:
        continue
      if k == rounds - 1:
        outputs[entry] = BUILD / f"output-{number}.npy"
      try:
        runs[entry].append(run(entry, group, folder, outputs.get(entry)))
      except Unavailable as why:
        del runs[entry]
        say(f"  {entry.name}: left out, {why}")
        left_out.append({"entry": entry.name, "mode": group.mode, "symbols": group.symbols, "baskets": group.baskets, "reason": str(why)})
  rows = []
  for entry, of in runs.items():
    rows.append(row_of(entry, group, of, checked(right_of, group, folder, outputs[entry])))
    verdict = "equal" if rows[-1]["oracle"]["equal"] else "DIFFERENT"
    say(f"  {entry.name}: {rows[-1]['ticks_per_core_second']:,.0f} ticks/s/core, oracle {verdict}")
  return rows


def row_of(entry, group, runs, verdict):
  seconds, cpu, ingest = (statistics.median(run[key] for run in runs) for key in ("seconds", "cpu_seconds", "ingest_seconds"))
  return {"entry": entry.name, "version": runs[0]["version"], "mode": group.mode, "symbols": group.symbols, "baskets": group.baskets,
          "tape": group.tape, "interval_ms": group.interval_ms if group.mode == "e2" else None, "ticks": runs[0]["ticks"],
          "emissions": runs[0]["emissions"], "cores": entry.cores, "rounds": len(runs), "seconds": seconds,
          "seconds_least": min(run["seconds"] for run in runs), "seconds_most": max(run["seconds"] for run in runs), "cpu_seconds": cpu,
          "ingest_seconds": ingest, "ticks_per_second": runs[0]["ticks"] / seconds, "ticks_per_core_second": runs[0]["ticks"] / cpu,
          "cpu_seconds_per_million": 1e6 * cpu / runs[0]["ticks"], "peak_rss_bytes": max(run["peak_rss_bytes"] for run in runs),
          "digest": runs[0]["digest"], "digest_equal": len({run["digest"] for run in runs}) == 1,
          "not_expressible": verdict["not_expressible"], "oracle": verdict}


def write(results):
  RESULTS.mkdir(parents=True, exist_ok=True)
  (RESULTS / "latest.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
  flat = [{key: value for key, value in row.items() if key not in ("oracle", "not_expressible")}
          | {"not_expressible": " ".join(row["not_expressible"])}
          | {key: row["oracle"][key] for key in ("equal", "values", "values_wrong", "values_missing", "values_extra", "emissions_missing",
                                                 "emissions_extra", "max_abs_error", "max_rel_error")} for row in results["entries"]]
  with open(RESULTS / "latest.csv", "w", newline="", encoding="utf-8") as file:
    if flat:
      writer = csv.DictWriter(file, flat[0].keys(), lineterminator="\n")
      writer.writeheader()
      writer.writerows(flat)


def main():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("--quick", action="store_true", help="100 and 500 symbols on short tapes")
  parser.add_argument("--only", metavar="TEXT", help="peers whose name contains this; ours always runs")
  parser.add_argument("--without-ours", action="store_true", help="the peers alone, to work on them; writes nothing")
  options = parser.parse_args()
  if not options.without_ours:
    build_ours()
  machine, began = environments.machine(), time.monotonic()
  harness, run, right_of = environments.ensure("harness"), Runner(900 if options.quick else 7200), Oracle()
  rows, left_out, floors = [], [], []
  if not (options.without_ours or options.only):
    say("floors and wire")  # first: a scheduler spreads the threads of a machine that has just burnt its processors
    floors = figures.of_floors(PROGRAM, left_out)

  def wanted(peer):
    return not options.only or options.only.lower() in peer.name.lower()

  for group in plan.groups(options.quick):
    chosen = tuple(entry for entry in group.entries
                   if (wanted(entry) if entry.environment else not options.without_ours))
    if not any(entry.environment for entry in chosen):
      continue
    group = plan.Group(**{**vars(group), "entries": chosen})
    say(f"{group.mode}, {group.symbols} symbols, {group.baskets} baskets, {group.n_ticks:,} ticks")
    rows += measure(run, group, workload_of(group, harness), options.quick, right_of, left_out)
  measured = figures.of_entries(rows) + floors
  minutes = round((time.monotonic() - began) / 60, 1)
  machine |= {"load_after": round(os.getloadavg()[0], 2), "minutes": minutes, "quick": options.quick, "seed": SEED}
  results = {"machine": machine, "figures": measured, "entries": rows, "left_out": left_out}
  if not (options.without_ours or options.only):
    write(results)
  wrong = [f"{row['entry']} ({row['mode']})" for row in rows if not row["oracle"]["equal"]]
  for name in wrong:
    say(f"{name}: not what the oracle says")
  return 1 if wrong or any(one["entry"] == plan.OURS for one in left_out) else 0


if __name__ == "__main__":
  sys.exit(main())
