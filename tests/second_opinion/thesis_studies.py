"""Figures behind the constants of waves, thrusts and fragility, on real daily data."""
import csv

import numpy as np

import thesis_constants as c
import thesis_waves
from exact import trailing
from thesis_market import WAVES
from thesis_numbers import window_of

THRUST_SESSIONS, THRUST_ALPHA = 10, 2 / 11
THRUST_BOUNDS = ((0.40, 0.615), (0.39, 0.63), (0.38, 0.64), (0.37, 0.65), (0.36, 0.66))
ABSORPTION_SESSIONS, ABSORPTION_HALF_LIFE, ABSORPTION_SHORT = 252, 126, 15
FRAGILE_BOUNDS = ((1.0, 0.5), (1.5, 0.75), (2.0, 1.0), (2.5, 1.25))


def in_period(dates, begin, end):
  return (dates >= begin) & (dates < end)


def highest_participation(a50_all):
  """Highest participation of the last 63 sessions, of those there are: what the first design measured a fall from."""
  filled = np.where(np.isnan(a50_all), -1, a50_all)
  top = window_of(filled, c.PEAK_SESSIONS, 1, lambda rows: rows.max(axis=1))
  return np.where(top < 0, np.nan, top)


def wave_studies(model, dates, periods):
  excess = [model.thesis.wave_excess_e12[wave] for wave in WAVES]
  print()
  for (a, b), lag in zip(thesis_waves.PAIRS, model.lags):
    rho = thesis_waves.correlations_at_lags(excess[a], excess[b])
    best = np.nanargmax(np.where(np.isnan(rho), -1, np.abs(rho)), axis=1)
    strong = np.abs(rho[np.arange(len(rho)), best]) > c.LAG_BOUND / np.sqrt(c.LAG_SESSIONS)
    for name, begin, end in periods:
      at = in_period(dates, begin, end)
      print(f"{WAVES[a]} to {WAVES[b]}, {name}: as first designed on {100 * strong[at].mean():.0f} % of sessions, lag 0 on "
            f"{100 * (best[at & strong] == c.LAG_MOST).mean():.0f} % of those; now on {100 * (~np.isnan(lag[at])).mean():.1f} %")
  spring = in_period(dates, "2023-04", "2023-07")
  for least in (1e-300, 0.8, c.Thresholds().wave_lead_z, 1.2):
    phi, lead = thesis_waves.position(model.scores, least), thesis_waves.leaders(model.scores, least)
    present = ~np.isnan(phi)
    counts = [int((lead[spring] == k).sum()) for k in (1, 2, 3)]
    print(f"2023-04..06 with z63 >= {least:.1f}: phi on {present[spring].sum()} of {spring.sum()} sessions, "
          f"above 2.5 on {(phi[spring] > 2.5).sum()}, lead of waves 1 2 3 on {counts}; "
          f"since 2016 a wave leads on {100 * present[dates >= '2016'].mean():.0f} %")
  print("mean z63 of 2023-04..06:", *model.scores[spring].mean(axis=0).round(2))


def what_came_after(states, model, at, name, sessions=21):
  """Mean log excess of the thesis index in the sessions after each state, in percent."""
  line = np.nancumsum(model.thesis.excess_e12) / 1e10
  ahead = np.full(len(line), np.nan)
  ahead[:-sessions] = line[sessions:] - line[:-sessions]
  print(f"{name}: excess of the next {sessions} sessions, %:",
        ", ".join(f"{c.STATES[state].lower()} {np.nanmean(ahead[at & (states == state)]):.1f}" for state in np.unique(states[at])))


def spread_of_issues(model, dates, path, issues=3000):
  """The deviation of the thrust average of an exchange's issues and of the thesis in the same sessions."""
  with open(path, newline="", encoding="ascii") as file:
    rows = [(f"{row['Date'][:4]}-{row['Date'][4:6]}-{row['Date'][6:]}", float(row["A/D Difference"])) for row in csv.DictReader(file)]
  theirs = smoothed([0.5 + difference / (2 * issues) for _, difference in rows])
  ours = dict(zip(dates, thrust_average(model.market, model.thesis.role >= 0)))
  pairs = np.array([(a, ours[date]) for (date, _), a in zip(rows, theirs) if date in ours and not np.isnan(a)])
  print(f"thrust average of {len(pairs)} sessions: deviation of the issues {pairs[:, 0].std():.3f}, of the thesis {pairs[:, 1].std():.3f}, "
        f"ratio {pairs[:, 1].std() / pairs[:, 0].std():.2f}")


def thrust_average(market, members):
  up = (members & market.valid & market.traded & (market.return_e12 > 0)).sum(axis=1)
  down = (members & market.valid & market.traded & (market.return_e12 < 0)).sum(axis=1)
  return smoothed(np.where(up + down > 0, up / np.maximum(up + down, 1), np.nan).tolist())


def smoothed(values):
  out, level, seed = np.full(len(values), np.nan), None, []
  for t, value in enumerate(values):
    if np.isnan(value):
      continue
    if level is None:
      seed.append(value)
      level = np.mean(seed) if len(seed) == THRUST_SESSIONS else None
    else:
      level += THRUST_ALPHA * (value - level)
    out[t] = np.nan if level is None else level
  return out


def thrust_sessions(average, low, high):
  hits, last, armed = [], None, True
  for t, value in enumerate(average):
    if value < low:
      last, armed = t, True
    elif value > high and armed and last is not None and t - last <= THRUST_SESSIONS:
      hits.append(t)
      armed = False
  return hits


def thrusts(model, dates, periods):
  thesis = model.thesis
  pools = {"thesis": thesis.role >= 0}
  for wave in WAVES:
    pools[wave] = np.logical_or.reduce([b.role >= 0 for b, of in zip(thesis.baskets, model.market.universe.waves) if of == wave])
  print()
  for name, members in pools.items():
    average = thrust_average(model.market, members)
    found = [dates[thrust_sessions(average, *bounds)] for bounds in THRUST_BOUNDS]
    counts = [[int(in_period(hits, a, b).sum()) for _, a, b in periods] for hits in found]
    print(f"thrusts of {name}, deviation {np.nanstd(average):.3f}:",
          ", ".join(f"{low}/{high} {n}" for (low, high), n in zip(THRUST_BOUNDS, counts)))


def fragility(model, dates, periods):
  """Spells and share of sessions of d_absorption over the baskets' returns, beyond a bound until it is below another."""
  returns = np.stack([basket.return_e12 for basket in model.thesis.baskets], axis=1) / 1e12
  weights = 0.5 ** (np.arange(ABSORPTION_SESSIONS)[::-1] / ABSORPTION_HALF_LIFE)
  weights /= weights.sum()
  share = np.full(len(returns), np.nan)
  for t in range(ABSORPTION_SESSIONS - 1, len(returns)):
    rows = returns[t - ABSORPTION_SESSIONS + 1:t + 1]
    rows = rows[:, ~np.isnan(rows).any(axis=0)]
    if rows.shape[1] < 9:
      continue
    rows = (rows - weights @ rows) * np.sqrt(weights)[:, None]
    values = np.linalg.eigvalsh(rows.T @ rows)
    share[t] = values[-max(1, int(rows.shape[1] / 5 + 0.5)):].sum() / values.sum()
  at = np.flatnonzero(~np.isnan(share))
  windows = trailing(share[at], ABSORPTION_SESSIONS)
  change = np.full(len(share), np.nan)
  change[at[ABSORPTION_SESSIONS - 1:]] = (windows[:, -ABSORPTION_SHORT:].mean(axis=1) - windows.mean(axis=1)) / windows.std(axis=1, ddof=1)
  print()
  for name, a, b in periods:
    values = change[in_period(dates, a, b)]
    values = values[~np.isnan(values)]
    print(f"d_absorption {name}: 5 50 95 % {np.percentile(values, [5, 50, 95]).round(2)}", end="")
    for on, off in FRAGILE_BOUNDS:
      state, spells, inside = False, 0, 0
      for value in values:
        spells += value > on and not state
        state = value > on or (state and value >= off)
        inside += state
      print(f"; > {on} until < {off}: {spells} spells, {100 * inside / len(values):.0f} %", end="")
    print()
