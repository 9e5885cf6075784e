#!/usr/bin/env python3
"""What the thesis layer says on planted regimes and on real daily data, with its first rules and with those it has now.

  thesis_calibration.py regimes UNIVERSE.toml CALENDAR.csv [--seeds 60] [--write FOLDER]      planted truths, minutes
  thesis_calibration.py daily FOLDER UNIVERSE.toml                           states, lags, waves, thrusts, fragility on real data
  thesis_calibration.py sensitivity FOLDER UNIVERSE.toml REGIMES.toml CALENDAR.csv [--seeds 20]   each threshold 20 % lower and higher"""
import argparse
import csv
import dataclasses
import pathlib

import numpy as np

import regimes
import thesis_constants as c
import thesis_states
import thesis_waves
from thesis_market import WAVES, Universe, load_daily
from thesis_model import Model, since_high
from thesis_reward import Reward
from thesis_studies import fragility, highest_participation, spread_of_issues, thrusts, wave_studies, what_came_after
from thesis_terms import Thesis

PERIODS = (("2000-07..2015", "2000-07", "2016"), ("2016..", "2016", "9999"))
LOWS = ("2002-10-09", "2008-11-20", "2011-10-03", "2016-01-20", "2018-12-24", "2020-03-16", "2022-06-16", "2023-10-27", "2025-04-08")
RULES = (("first design", c.FIRST_DESIGN, "highest"), ("now", c.Thresholds(), "at_high"))


def spells(states, state):
  """(begin, length) of each stretch in a state."""
  edges = np.diff(np.concatenate(([0], (np.asarray(states) == state).astype(int), [0])))
  return [(begin, end - begin) for begin, end in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1))]


def flips(states):
  return (np.diff(states) != 0).sum() / (len(states) / 252)


def shares(states):
  return "  ".join(f"{name.lower()} {100 * np.mean(np.asarray(states) == at):.1f}" for at, name in enumerate(c.STATES) if at)


def states_of(columns, rule):
  _, thresholds, mark = rule
  columns = dict(columns, a50_at_high=columns["highest" if mark == "highest" else "a50_at_high"])
  return np.array(thesis_states.run(thesis_states.Machine(thresholds), columns, len(columns["score"])))


# ---- planted regimes


def columns_of(thesis, reward):
  since, mark = since_high(thesis.at_high, thesis.a50_all)
  score = np.where(thesis.score.updates >= c.WARM_UPDATES, thesis.score.score, np.nan)
  return {"session": thesis.market.dates, "score": score, "index_z": thesis.z21, "leaders_z": thesis.leaders_z,
          "a50_all": thesis.a50_all, "d_rs": thesis.d_rs, "gap": thesis.score.gap, "drawdown": 100 * thesis.drawdown,
          "since_high": since, "a50_at_high": mark, "highest": highest_participation(thesis.a50_all), "reward": reward}


def play(universe_path, calendar, seeds, names, rewarded=("null", "broad", "leaders")):
  """{(regime, seed): (inputs of the states, z63 of the waves, lags)}."""
  universe, out = Universe(universe_path), {}
  sessions = regimes.sessions_before(calendar, regimes.WARM_SESSIONS + regimes.SESSIONS)
  for begin in range(0, len(seeds), 10):
    some = seeds[begin:begin + 10]
    model = regimes.Model(universe, some, sessions)
    noise, filings = list(model.noise()), regimes.filings_of(model)
    for name in names:
      closes = model.play(name, noise)
      for row, seed in enumerate(some):
        thesis = Thesis(model.market(closes, row), per_basket=False)
        reward = Reward(thesis, filings, reward_only=True).settled if name in rewarded else np.full(len(sessions), np.nan)
        scores = np.stack([thesis.wave_z63[wave] for wave in WAVES], axis=1)
        excess = [thesis.wave_excess_e12[wave] for wave in WAVES]
        lags = [thesis_waves.lag(excess[a], excess[b]) for a, b in thesis_waves.PAIRS] if name in ("null", "rotation") else None
        out[name, seed] = columns_of(thesis, reward), scores, lags
  return out


def first_of(states, wanted):
  """Commits from the switch of the regime until one of the states, the first one counts 1; NaN where it was in one already."""
  if states[regimes.SWITCH - 1] in wanted:
    return np.nan
  at = np.flatnonzero(np.isin(states[regimes.SWITCH:], wanted))
  return at[0] + 1 if len(at) else np.inf


def interval(values):
  """Mean and half of its 95 % interval over runs."""
  return np.mean(values), 1.96 * np.std(values) / np.sqrt(len(values))


def report_regimes(options):
  seeds = list(range(1, options.seeds + 1))
  runs = play(options.universe, options.calendar, seeds, regimes.REGIMES)
  counted = slice(regimes.WARM_SESSIONS, None)
  scores = np.concatenate([runs["null", seed][0]["score"][counted] for seed in seeds])
  print("null band of B, 5 25 50 75 95 %:", *np.nanpercentile(scores, [5, 25, 50, 75, 95]).round(1))
  for rule in RULES:
    print(f"\n== {rule[0]}")
    for name in regimes.REGIMES:
      states = [states_of(runs[name, seed][0], rule)[counted] for seed in seeds]
      print(f"{name:16} {shares(np.concatenate(states))}  flips {{:.1f}} +- {{:.1f}}".format(*interval([flips(s) for s in states])), end="")
      wanted = {"narrow_to_broad": (c.BROADENING, c.CONFIRMED), "broad_to_narrow": (c.NARROW, c.DIVERGING), "crash": (c.BREAKING,),
                "unwind": (c.BREAKING,)}.get(name)
      if name == "leaders":
        false = [100 * np.isin(s, (c.BROADENING, c.CONFIRMED)).mean() for s in states]
        print("  false broadening {:.1f} +- {:.1f} %".format(*interval(false)), end="")
      if wanted:
        first = np.sort([x for x in (first_of(s, wanted) for s in states) if not np.isnan(x)])
        print(f"  seen after {np.median(first):.0f}, nine of ten after {first[int(0.9 * len(first))]:.0f} ({len(first)} runs)", end="")
      print()
  if options.write:
    write_states(runs, options.write)
  print()
  for gap in (-0.75, -99.0):
    rule = "", dataclasses.replace(c.Thresholds(), broadening_gap=gap), "at_high"
    states = [states_of(runs["leaders", seed][0], rule)[counted] for seed in seeds]
    print(f"leaders with a gap >= {gap}: false broadening {{:.1f}} +- {{:.1f}} %".format(
        *interval([100 * (s == c.BROADENING).mean() for s in states])))
  report_baskets(options, seeds[:6], counted)
  report_waves(runs, seeds, counted)


def report_baskets(options, seeds, counted):
  """Null bands of the baskets' own scores, of the first seeds."""
  universe = Universe(options.universe)
  sessions = regimes.sessions_before(options.calendar, regimes.WARM_SESSIONS + regimes.SESSIONS)
  model = regimes.Model(universe, seeds, sessions)
  closes = model.play("null", model.noise())
  theses = [Thesis(model.market(closes, row)) for row in range(len(seeds))]
  bands = [np.nanpercentile(np.concatenate([thesis.of_baskets[at].score[counted] for thesis in theses]), [5, 95])
           for at in range(len(universe.ids))]
  print("null bands of baskets, 5 95 %:", ", ".join(f"{low:.0f} {high:.0f}" for low, high in bands),
        "; mean", np.mean(bands, axis=0).round(0))


def write_states(runs, folder):
  """REGIME_SEED.csv for the plots: the state and the score of each session that counts, columns as of a replay."""
  folder.mkdir(parents=True, exist_ok=True)
  begin = regimes.WARM_SESSIONS
  for (name, seed), (columns, _, _) in runs.items():
    with open(folder / f"{name}_{seed}.csv", "w", newline="", encoding="ascii") as file:
      out = csv.writer(file, lineterminator="\n")
      out.writerow("session,ts_event,clock,scope,signal,value,validity,n_valid,n_members,flags".split(","))
      states = states_of(columns, RULES[1])[begin:]
      for session, state, score in zip(columns["session"][begin:], states, columns["score"][begin:]):
        out.writerow([session, "", "close", "thesis", "broadening", repr(float(score)), "OK", "", "", ""])
        out.writerow([session, "", "close", "thesis", "state", state, "OK", "", "", ""])


def report_waves(runs, seeds, counted):
  for name in ("null", "rotation"):
    for pair in range(3):
      lags = np.concatenate([runs[name, seed][2][pair][counted] for seed in seeds])
      known = lags[~np.isnan(lags)]
      planted = (regimes.LAG_SESSIONS, regimes.LAG_SESSIONS, 2 * regimes.LAG_SESSIONS)[pair]
      print(f"{name}: lag {pair}: a lead on {100 * len(known) / len(lags):.1f} % of sessions, the planted {planted} on "
            f"{100 * (known == planted).mean() if len(known) else 0:.0f} % of those")
  for least in (1e-300, c.Thresholds().wave_lead_z):
    leads = {name: [thesis_waves.leaders(runs[name, seed][1], least)[counted] for seed in seeds] for name in ("null", "rotation")}
    null = np.concatenate(leads["null"])
    print(f"a wave leads with z63 >= {least:.1f}: null on {100 * (~np.isnan(null)).mean():.0f} % of sessions", end="")
    for stage in range(3):
      late = slice((stage + 1) * regimes.STAGE_SESSIONS - 84, (stage + 1) * regimes.STAGE_SESSIONS)
      lead = np.concatenate([lead[late] for lead in leads["rotation"]])
      wrong = (lead != stage + 1) & ~np.isnan(lead)
      print(f"; stage {stage + 1}: right {100 * (lead == stage + 1).mean():.0f} wrong {100 * wrong.mean():.0f} %", end="")
    print()


# ---- real data


def report_daily(options):
  market = load_daily(options.folder, Universe(options.universe))
  model, dates = Model(market, per_basket=False), np.array(market.dates)
  columns = dict(model.inputs, highest=highest_participation(model.inputs["a50_all"]))
  for rule in RULES:
    states = states_of(columns, rule)
    rewarded = states_of(dict(columns, reward=np.full(len(dates), 0.3)), rule)
    print(f"\n== {rule[0]}")
    for name, begin, end in PERIODS:
      at = (dates >= begin) & (dates < end)
      lengths = [length for t, length in spells(states, c.DIVERGING) if at[t]]
      print(f"{name:14} {shares(states[at])}  flips {flips(states[at]):.1f}; diverging {len(lengths)} times, "
            f"median {np.median(lengths):.0f}, longest {max(lengths)}; with E = .30 confirmed "
            f"{100 * (rewarded[at] == c.CONFIRMED).mean():.1f}, flips {flips(rewarded[at]):.1f}")
    print("at the lows:", ", ".join(f"{low} {c.STATES[states[np.searchsorted(dates, low)]]}" for low in LOWS))
    print("breaking since 2016:", ", ".join(f"{dates[t]} {length}" for t, length in spells(states, c.BREAKING) if dates[t] >= "2016"))
    print("diverging since 2016:", ", ".join(f"{dates[t]} {length}" for t, length in spells(states, c.DIVERGING) if dates[t] >= "2016"))
    for year in range(2000, 2027):
      at = np.array([date[:4] == str(year) for date in dates])
      print(f"{year} {shares(states[at])}  transitions {(np.diff(states[at]) != 0).sum()}")
  report_gate(columns, dates)
  for name, begin, end in PERIODS:
    at = (dates >= begin) & (dates < end)
    print(f"{name}: participation 15 below its highest of 63 sessions on "
          f"{100 * (columns['a50_all'] <= columns['highest'] - 15)[at].mean():.0f} % of sessions")
    what_came_after(states_of(columns, RULES[1]), model, at, name)
  wave_studies(model, dates, PERIODS)
  thrusts(model, dates, PERIODS)
  if options.issues:
    spread_of_issues(model, dates, options.issues)
  fragility(model, dates, PERIODS)


def report_gate(columns, dates):
  print()
  for gap in (-0.5, -0.75, -1.0, -99.0):
    states = states_of(columns, ("", dataclasses.replace(c.Thresholds(), broadening_gap=gap), "at_high"))
    print(f"gap >= {gap}: broadening", ", ".join(f"{name} {100 * (states[(dates >= a) & (dates < b)] == c.BROADENING).mean():.1f} %"
                                                 for name, a, b in PERIODS))
  for name, a, b in PERIODS:
    print(f"gap, median {name}: {np.nanmedian(columns['gap'][(dates >= a) & (dates < b)]):.2f}")


# ---- sensitivity


STEPS = {"score": 5.0, "z": 0.2, "reward": 0.05}  # of thresholds that are 0, of which 20 % is nothing


def moved(name, value, direction):
  if isinstance(value, int):
    return max(1, int(value + direction * max(1, round(0.2 * value))))
  if value == 0:
    return direction * next(step for end, step in STEPS.items() if name.endswith(end))
  return value * (1 + 0.2 * direction)


def report_sensitivity(options):
  market = load_daily(options.folder, Universe(options.universe))
  model, dates = Model(market, per_basket=False), np.array(market.dates)
  real = dict(model.inputs, highest=model.inputs["a50_at_high"])
  seeds = list(range(1, options.seeds + 1))
  runs = play(options.regimes, options.calendar, seeds, ("null", "leaders", "crash"), rewarded=())
  counted = slice(regimes.WARM_SESSIONS, None)

  def measure(thresholds, with_reward):
    rule = ("", thresholds, "at_high")
    columns = dict(real, reward=np.full(len(dates), 0.3)) if with_reward else real
    states = states_of(columns, rule)
    row = []
    for _, a, b in PERIODS:
      at = (dates >= a) & (dates < b)
      row += [100 * (states[at] == state).mean() for state in range(2, 7)] + [flips(states[at])]
    planted = {name: [states_of(runs[name, seed][0], rule)[counted] for seed in seeds] for name in ("null", "leaders", "crash")}
    row += [np.mean([flips(s) for s in planted["null"]]), np.mean([100 * (s == c.BROADENING).mean() for s in planted["leaders"]]),
            np.nanmedian([first_of(s, (c.BREAKING,)) for s in planted["crash"]])]
    return np.array(row)

  names = [f"{name[:3]} {period[:4]}" for period, *_ in PERIODS for name in (*(s.lower() for s in c.STATES[2:]), "flips")]
  base = measure(c.Thresholds(), False), measure(c.Thresholds(), True)
  print("threshold".ljust(28), *names, "null flips", "false", "crash", sep=" | ")
  print("as it is".ljust(28), *(f"{x:.1f}" for x in base[0]), sep=" | ")
  for field in dataclasses.fields(c.Thresholds):
    if field.name.startswith(("handoff", "wave")):
      continue
    rewarded = field.name.startswith("confirmed")
    for direction in (-1, 1):
      value = moved(field.name, getattr(c.Thresholds(), field.name), direction)
      row = measure(dataclasses.replace(c.Thresholds(), **{field.name: value}), rewarded)
      print(f"{field.name} {value:g}".ljust(28), *(f"{x:+.1f}" for x in row - base[rewarded]), sep=" | ")


def main():
  parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
  verbs = parser.add_subparsers(required=True)
  for verb, run, names, seeds in (("regimes", report_regimes, ("universe", "calendar"), 60),
                                  ("daily", report_daily, ("folder", "universe"), 0),
                                  ("sensitivity", report_sensitivity, ("folder", "universe", "regimes", "calendar"), 20)):
    sub = verbs.add_parser(verb)
    sub.set_defaults(run=run)
    for name in names:
      sub.add_argument(name, type=pathlib.Path)
    if seeds:
      sub.add_argument("--seeds", type=int, default=seeds)
    if verb == "daily":
      sub.add_argument("--issues", type=pathlib.Path, help="CSV of an exchange, Date as YYYYMMDD and A/D Difference")
    if verb == "regimes":
      sub.add_argument("--write", type=pathlib.Path, help="folder for REGIME_SEED.csv, which the plots are made of")
  options = parser.parse_args()
  options.run(options)


if __name__ == "__main__":
  main()
