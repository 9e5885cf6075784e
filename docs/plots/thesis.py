#!/usr/bin/env python3
"""Draws the plots of docs/thesis.md, and prints its table of states by year, from what the program writes.

  thesis.py daily SIGNALS.csv OUT_FOLDER [--from 2016-01-01] [--to DATE]
  thesis.py years SIGNALS.csv [--from 2016-01-01] [--to DATE]
  thesis.py simulate GROUNDSWELL SIGNALS_FOLDER [--runs 60]
  thesis.py regimes SIGNALS_FOLDER OUT_FOLDER

SIGNALS.csv is what `groundswell replay --signals` writes; only CLOSE rows of the thesis and of the waves are read. SIGNALS_FOLDER holds
REGIME_SEED.csv of the same columns, one file for each run: `simulate` makes those that are not there with the program GROUNDSWELL. The
plots need matplotlib (Debian: python3-matplotlib)."""
import argparse
import collections
import csv
import datetime
import io
import pathlib
import subprocess
import tempfile

try:
  import matplotlib
  matplotlib.use("Agg")
  import matplotlib.dates
  import matplotlib.pyplot as plt
  import PIL.Image
except ImportError:  # years and simulate do without
  matplotlib = None

STATES = ("UNKNOWN", "NEUTRAL", "NARROW", "BROADENING", "CONFIRMED", "DIVERGING", "BREAKING")
# Colours that people with colour-blindness can tell apart (Okabe and Ito); each state has a lane of its own too.
COLOURS = {"UNKNOWN": "#ffffff", "NEUTRAL": "#bbbbbb", "NARROW": "#e69f00", "BROADENING": "#56b4e9", "CONFIRMED": "#009e73",
           "DIVERGING": "#cc79a7", "BREAKING": "#d55e00"}
LANES = ("BREAKING", "DIVERGING", "NARROW", "NEUTRAL", "BROADENING", "CONFIRMED")  # from the bottom
WAVES = (("compute", "#0072b2"), ("physical", "#d55e00"), ("monetization", "#009e73"))
NULL_BAND = (-43, 41)  # 5 % and 95 % of B on simulated markets without a drift
REGIMES = (("null", "no drift at all"), ("leaders", "only the leaders rise"), ("narrow_to_broad", "leaders only, then all suppliers"),
           ("broad_to_narrow", "all suppliers, then leaders only"), ("crash", "the market falls 26 % in 25 sessions, then recovers half"),
           ("broad", "all suppliers rise, the exposed ones more"))
INK = "#333333"


def read(path, wanted, begin="", end="9999-12-31"):
  """{(scope, signal): [(session, value)]} of CLOSE rows with a value, of sessions from `begin` to `end`."""
  out = collections.defaultdict(list)
  with open(path, newline="", encoding="ascii") as file:
    for row in csv.DictReader(file):
      key = row["scope"], row["signal"]
      if row["clock"] == "close" and key in wanted and row["value"] and begin <= row["session"] <= end:
        out[key].append((row["session"], float(row["value"])))
  return out


def series(rows):
  return [datetime.date.fromisoformat(session) for session, _ in rows], [value for _, value in rows]


def style(axes, title):
  axes.set_title(title, loc="left", fontsize=9, color=INK)
  axes.tick_params(labelsize=8, colors=INK, length=2)
  axes.grid(axis="y", color="#e5e5e5", linewidth=0.6)
  axes.set_axisbelow(True)
  for side in ("top", "right"):
    axes.spines[side].set_visible(False)
  for side in ("left", "bottom"):
    axes.spines[side].set_color("#999999")


def years(axes, days):
  axes.xaxis.set_major_locator(matplotlib.dates.YearLocator())
  axes.xaxis.set_major_formatter(matplotlib.dates.DateFormatter("%Y"))
  axes.set_xlim(days[0], days[-1])


def ribbon(axes, days, states, lanes=LANES):
  """A lane for each state, with a bar over every spell in it."""
  place, begin = {name: at for at, name in enumerate(lanes)}, 0
  for at in range(1, len(states) + 1):
    if at == len(states) or states[at] != states[begin]:
      name = STATES[int(states[begin])]
      if name in place:
        end = days[at] if at < len(days) else days[-1]
        axes.barh(place[name], end - days[begin], left=days[begin], height=0.8, color=COLOURS[name], edgecolor="none")
      begin = at
  axes.set_yticks(range(len(lanes)), lanes, fontsize=7)
  axes.set_ylim(-0.6, len(lanes) - 0.4)
  axes.grid(axis="x", color="#e5e5e5", linewidth=0.6)


def draw_states(data, out):
  days, states = series(data["thesis", "state"])
  figure, (index, lanes, score, share) = plt.subplots(4, 1, figsize=(10, 7.6), sharex=True, height_ratios=(2, 1.5, 1.6, 1.2))
  when, level = series(data["thesis", "idx_ew"])
  index.plot(when, [100 * x / level[0] for x in level], color=INK, linewidth=0.9)
  index.set_yscale("log")
  index.yaxis.set_major_formatter(matplotlib.ticker.ScalarFormatter())
  index.yaxis.set_minor_formatter(matplotlib.ticker.NullFormatter())
  index.set_yticks([100, 200, 400, 800, 1600])
  style(index, f"Thesis index, {when[0]} = 100, logarithmic")
  for at in range(len(states)):
    if STATES[int(states[at])] == "BREAKING":
      index.axvspan(days[at], days[min(at + 1, len(days) - 1)], color=COLOURS["BREAKING"], alpha=0.25, linewidth=0)
  ribbon(lanes, days, states)
  style(lanes, "State (shaded above: BREAKING)")
  lanes.grid(axis="y", visible=False)
  when, level = series(data["thesis", "broadening"])
  score.axhspan(*NULL_BAND, color="#dddddd", alpha=0.6, linewidth=0)
  score.plot(when, level, color="#0072b2", linewidth=0.8)
  score.axhline(0, color="#999999", linewidth=0.6)
  score.set_ylim(-100, 100)
  score.set_yticks([-100, -50, 0, 50, 100])
  style(score, "Broadening score B; grey: where it is 90 % of the time in a simulated market without any drift")
  when, level = series(data["thesis", "pct_above_sma_50"])
  share.fill_between(when, level, color="#56b4e9", alpha=0.5, linewidth=0)
  share.axhline(15, color=COLOURS["BREAKING"], linewidth=0.8)
  share.text(when[0], 16, " 15 %: BREAKING by itself", fontsize=7, color=COLOURS["BREAKING"], va="bottom")
  share.set_ylim(0, 100)
  style(share, "Members above their 50-session average, %")
  years(share, days)
  save(figure, out / "thesis_states.png")


def draw_waves(data, out):
  figure, panels = plt.subplots(3, 1, figsize=(10, 5.4), sharex=True, sharey=True)
  sessions, _ = series(data["wave:compute", "z63"])
  after = dict(zip(sessions, sessions[1:]))
  leads = dict(zip(*series(data["thesis", "wave_lead"])))
  for at, (axes, (name, colour)) in enumerate(zip(panels, WAVES)):
    for day in (day for day, wave in leads.items() if wave == at + 1 and day in after):
      axes.axvspan(day, after[day], color=colour, alpha=0.25, linewidth=0)
    axes.plot(*series(data[f"wave:{name}", "z63"]), color=colour, linewidth=1.0)
    axes.axhline(0, color="#999999", linewidth=0.6)
    axes.axhline(1, color=INK, linewidth=0.7, linestyle="--")
    style(axes, f"{name}: z63, how far ahead of the benchmark in 63 sessions, in deviations; shaded: this wave leads")
  years(panels[-1], sessions)
  save(figure, out / "thesis_waves.png")


def draw_regimes(folder, out):
  figure, grid = plt.subplots(3, 2, figsize=(10, 7.2), sharex=True, sharey=True)
  for axes, (name, what) in zip(grid.flat, REGIMES):
    runs = [[STATES[int(value)] for _, value in read(path, {("thesis", "state")})["thesis", "state"]]
            for path in sorted(folder.glob(f"{name}_[0-9]*.csv"))]
    length = min(len(run) for run in runs)
    shares = [[100 * sum(run[t] == state for run in runs) / len(runs) for t in range(length)] for state in reversed(LANES)]
    axes.stackplot(range(length), shares, colors=[COLOURS[state] for state in reversed(LANES)], labels=list(reversed(LANES)), linewidth=0)
    if name in ("narrow_to_broad", "broad_to_narrow", "crash"):
      axes.axvline(252, color=INK, linewidth=0.8, linestyle="--")
    style(axes, f"{name.replace('_', ' ')}: {what}")
    axes.set_xlim(0, length - 1)
    axes.set_ylim(0, 100)
  for axes in grid[-1]:
    axes.set_xlabel("session of the regime", fontsize=8, color=INK)
  for axes in grid[:, 0]:
    axes.set_ylabel(f"% of {len(runs)} runs", fontsize=8, color=INK)
  handles, labels = grid.flat[0].get_legend_handles_labels()
  figure.legend(handles[::-1], labels[::-1], loc="lower center", ncols=6, fontsize=8, frameon=False)
  save(figure, out / "thesis_regimes.png", bottom=0.05)


def print_years(data):
  """Share of sessions in each state, in percent: rows of Markdown by year, and a line for all."""
  by_year, changes, before = collections.defaultdict(collections.Counter), collections.Counter(), None
  for session, value in data["thesis", "state"]:
    state, year = STATES[int(value)], session[:4]
    by_year[year][state] += 1
    changes[year] += before is not None and state != before
    before = state
  everything = sum(by_year.values(), collections.Counter())
  columns = [state for state in STATES[1:] if everything[state]]
  print("| year |", " | ".join(columns), "| changes |")
  print("|---|" + "---|" * (len(columns) + 1))
  for year, counts in by_year.items():
    shares = [f"{100 * counts[state] / counts.total():.0f}" for state in columns]
    print(f"| {year} |", " | ".join(shares), f"| {changes[year]} |")
  sessions, leads = everything.total(), len(data["thesis", "wave_lead"])
  shares = ", ".join(f"{state} {100 * everything[state] / sessions:.1f}" for state in columns)
  print(f"{sessions} sessions: {shares} %, {252 * changes.total() / sessions:.1f} changes a year; a wave leads on {100 * leads / sessions:.1f} %")


def simulate(program, folder, runs):
  """States of REGIMES, `runs` seeds each, over the sessions in which the regime holds: those after the first 252. Members have made-up
  fundamentals where nothing changes on the way, as in the model's."""
  config = pathlib.Path(__file__).resolve().parents[2] / "config" / "groundswell.toml"
  folder.mkdir(parents=True, exist_ok=True)
  for seed in range(1, runs + 1):
    for regime, _ in REGIMES:
      out = folder / f"{regime}_{seed}.csv"
      if out.exists():
        continue
      with tempfile.TemporaryDirectory() as scratch:
        history, filings, rows = f"{scratch}/history.gsj", f"{scratch}/fundamentals.csv", pathlib.Path(f"{scratch}/rows.csv")
        subprocess.run([program, "simulate", "--history", history, "--history-sessions", "756", "--history-only", "--regime", regime,
                        "--fundamentals", filings, "--seed", str(seed), "-q"], check=True)
        known = ["--set", f"universe.fundamentals={filings}"] if regime in ("null", "leaders", "broad") else []
        subprocess.run([program, "replay", history, "-c", config, *known, "--only", "state", "--signals", rows, "-q"], check=True)
        header, *lines = rows.read_text(encoding="ascii").splitlines(keepends=True)
        out.write_text("".join([header, *lines[252:]]), encoding="ascii")


def save(figure, path, bottom=0.0):
  figure.tight_layout(rect=(0, bottom, 1, 1))
  drawn = io.BytesIO()
  figure.savefig(drawn, dpi=100)
  plt.close(figure)
  PIL.Image.open(drawn).convert("RGB").quantize(128, dither=PIL.Image.Dither.NONE).save(path, optimize=True)  # a third of the bytes
  print(path, path.stat().st_size, "bytes")


def main():
  parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
  parser.add_argument("what", choices=("daily", "years", "simulate", "regimes"))
  parser.add_argument("signals", type=pathlib.Path)
  parser.add_argument("out", type=pathlib.Path, nargs="?")
  parser.add_argument("--from", dest="begin", default="2016-01-01")
  parser.add_argument("--to", dest="end", default="9999-12-31")
  parser.add_argument("--runs", type=int, default=60)
  options = parser.parse_args()
  if options.what == "years":
    print_years(read(options.signals, {("thesis", "state"), ("thesis", "wave_lead")}, options.begin, options.end))
    return
  if options.out is None:
    parser.error(f"{options.what}: a folder for what is made is missing")
  if options.what == "simulate":
    simulate(options.signals, options.out, options.runs)
    return
  if matplotlib is None:
    parser.error("no matplotlib (Debian: python3-matplotlib)")
  if options.what == "regimes":
    draw_regimes(options.signals, options.out)
    return
  wanted = {("thesis", name) for name in ("state", "idx_ew", "broadening", "pct_above_sma_50", "wave_lead")}
  data = read(options.signals, wanted | {(f"wave:{name}", "z63") for name, *_ in WAVES}, options.begin, options.end)
  draw_states(data, options.out)
  draw_waves(data, options.out)


if __name__ == "__main__":
  main()
