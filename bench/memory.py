#!/usr/bin/env python3
"""Whether a running engine grows: its resident memory every few seconds, at many ticks a second, a subscriber listening."""
import argparse
import json
import re
import shutil
import signal
import subprocess
import sys
import time

from environments import ROOT, machine

BUILD, RESULTS = ROOT / "build/bench/memory", ROOT / "bench/results"
PROGRAM = ROOT / "build/release/groundswell"
EVERY_S = 5
HISTORY_SESSIONS = 520
SEGMENTS_KEPT = 2  # older ones are deleted: half an hour at this rate is 60 GB
PAGES = re.compile(r"^(VmRSS|RssAnon):\s+(\d+) kB$", re.MULTILINE)


def resident_kib(pid):
  with open(f"/proc/{pid}/status", encoding="ascii") as file:
    return {key: int(value) for key, value in PAGES.findall(file.read())}


def counters(endpoint):
  done = subprocess.run([PROGRAM, "status", "--json", "--endpoint", endpoint], capture_output=True, text=True, timeout=30, check=True)
  return json.loads(done.stdout)


def slope(xs, ys):
  """Least squares."""
  mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
  return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys)) / sum((x - mean_x) ** 2 for x in xs)


def delete_old_segments(recording):
  for segment in sorted(recording.glob("*.gsj"))[:-SEGMENTS_KEPT]:
    segment.unlink()


def configuration(feed):
  """The shipped one, with another feed."""
  shutil.copytree(ROOT / "config", BUILD / "config")
  file = BUILD / "config/groundswell.toml"
  text = file.read_text(encoding="utf-8")
  shipped = 'endpoint = "tcp://127.0.0.1:5555"'
  assert text.count(shipped) == 1
  file.write_text(text.replace(shipped, f'endpoint = "{feed}"'), encoding="utf-8")
  return file


def run(minutes, rate):
  shutil.rmtree(BUILD, ignore_errors=True)
  BUILD.mkdir(parents=True)
  feed, signals = f"ipc://{BUILD}/feed", f"ipc://{BUILD}/signals"
  history, recording = BUILD / "history.gsj", BUILD / "recording"
  config = configuration(feed)
  subprocess.run([PROGRAM, "simulate", "-q", "--history", history, "--history-sessions", str(HISTORY_SESSIONS), "--history-only"], check=True)
  started = []

  def start(*command):
    started.append(subprocess.Popen([PROGRAM, *map(str, command)], stdout=subprocess.DEVNULL, stderr=open(BUILD / f"{command[0]}.log", "wb")))
    return started[-1]

  try:
    settings = {"history.recording": history, "publish.endpoint": signals, "time.source": "feed"}
    engine = start("run", "-q", "-c", config, "--recording", recording, *(f"--set={key}='{value}'" for key, value in settings.items()))
    start("simulate", "-q", "--endpoint", feed, "--rate", rate, "--speed", 1, "--start", "10:00:00")
    start("tail", "--endpoint", signals, "--levels", "--any-mode")
    samples, began = [], time.monotonic()
    while (at := time.monotonic() - began) < 60 * minutes:
      time.sleep(EVERY_S - at % EVERY_S)
      if any(process.poll() is not None for process in started):
        raise SystemExit(f"memory.py: a program ended; see {BUILD}/*.log")
      now = resident_kib(engine.pid)
      samples.append((round(time.monotonic() - began, 1), now["RssAnon"], now["VmRSS"]))
      delete_old_segments(recording)
    counted = counters(signals)
  finally:
    for process in started:
      process.send_signal(signal.SIGTERM)
    for process in started:
      process.wait(30)
  return samples, counted


def result(samples, counted):
  """Settled: after the first sixth, when every buffer has been used once."""
  seconds, anonymous, resident = zip(*samples[len(samples) // 6:])
  ticks = counted["feeds"][0]["ticks"]
  return {"machine": machine(), "minutes": round(samples[-1][0] / 60, 1), "ticks": ticks["journaled"],
          "ticks_per_second": round(ticks["journaled"] / samples[-1][0]), "lost_while_joining": ticks["lost"], "gaps": ticks["gaps"],
          "dropped_at_gaps": counted["fold"]["dropped_at_gaps"], "levels_published": counted["out"]["levels_published"],
          "resident_mib": round(resident[-1] / 1024, 1), "settled_kib": anonymous[0], "end_kib": anonymous[-1], "most_kib": max(anonymous),
          "slope_kib_per_hour": round(3600 * slope(seconds, anonymous), 1),
          "samples": {"columns": ["seconds", "anonymous_kib", "resident_kib"], "rows": samples}}


def main():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("--minutes", type=float, default=30)
  parser.add_argument("--rate", type=int, default=390_000, help="mean ticks a second of the session; half an hour after its open there are more")
  parser.add_argument("--out", default=RESULTS / "memory.json")
  options = parser.parse_args()
  if not PROGRAM.exists():
    raise SystemExit(f"memory.py: {PROGRAM} is not built; ./bootstrap.sh builds it")
  found = result(*run(options.minutes, options.rate))
  with open(options.out, "w", encoding="utf-8") as file:
    file.write(json.dumps(found) + "\n")
  print(json.dumps({key: value for key, value in found.items() if key not in ("samples", "machine")}, indent=1))


if __name__ == "__main__":
  sys.exit(main())
