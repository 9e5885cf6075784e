#!/usr/bin/env python3
"""The thesis layer of a market, session by session: broadening, waves, state, reward, belief. A model to read and to compare with.

  thesis_model.py FOLDER UNIVERSE.toml SIGNALS.csv [--fundamentals FUNDAMENTALS.csv]

FOLDER holds SYMBOL.csv (Date,Open,High,Low,Close,Volume). SIGNALS.csv gets rows as `groundswell replay --signals` writes them."""
import argparse
import csv
import datetime
import pathlib
import zoneinfo

import numpy as np

import thesis_constants as c
import thesis_states
import thesis_waves
from numbers_of import needed
from thesis_market import WAVES, Universe, load_daily
from thesis_reward import Reward, read_fundamentals
from thesis_terms import Thesis

LAGS = ("lag_compute_physical", "lag_physical_monetization", "lag_compute_monetization")
NEW_YORK = zoneinfo.ZoneInfo("America/New_York")


def since_high(at_high, a50_all):
  """(sessions since the index was as high as in the last 63, participation in that session); NaN until there was one."""
  since, mark = np.full(len(at_high), np.nan), np.full(len(at_high), np.nan)
  last = -1
  for t, high in enumerate(at_high):
    last = t if high else last
    if last >= 0:
      since[t], mark[t] = t - last, a50_all[last]
  return since, mark


class Model:
  """All numbers of the thesis layer; arrays over sessions."""

  def __init__(self, market, filings=(), thresholds=c.Thresholds(), per_basket=True):
    self.market, self.thresholds = market, thresholds
    self.thesis = thesis = Thesis(market, per_basket)
    self.reward = Reward(thesis, list(filings))
    self.scores = np.stack([thesis.wave_z63[wave] for wave in WAVES if wave in thesis.wave_z63], axis=1)
    numbers = [WAVES.index(wave) + 1 for wave in WAVES if wave in thesis.wave_z63]
    self.phi = thesis_waves.position(self.scores, thresholds.wave_lead_z, numbers)
    self.lead = thesis_waves.leaders(self.scores, thresholds.wave_lead_z, numbers)
    excess = [thesis.wave_excess_e12.get(wave) for wave in WAVES]
    self.lags = [thesis_waves.lag(excess[a], excess[b]) if excess[a] is not None and excess[b] is not None
                 else np.full(len(market.dates), np.nan) for a, b in thesis_waves.PAIRS]
    self.lags_covered = [thesis_waves.covered(excess[a], excess[b]) if excess[a] is not None and excess[b] is not None
                         else np.zeros(len(market.dates), bool) for a, b in thesis_waves.PAIRS]
    self.inputs = self.inputs_of_state()
    self.walk_states()

  def inputs_of_state(self):
    thesis, a50 = self.thesis, self.thesis.a50_all
    since, mark = since_high(thesis.at_high, a50)
    return {"score": np.where(thesis.score.updates >= c.WARM_UPDATES, thesis.score.score, np.nan), "index_z": thesis.z21,
            "leaders_z": thesis.leaders_z, "a50_all": a50, "d_rs": thesis.d_rs, "gap": thesis.score.gap,
            "drawdown": 100 * thesis.drawdown, "since_high": since, "a50_at_high": mark, "reward": self.reward.settled,
            "paint": self.reward.belief["thesis"][0]}

  def walk_states(self):
    machine, memory = thesis_states.Machine(self.thresholds), thesis_states.Memory()
    n = len(self.market.dates)
    self.states, self.stale, self.handoff = np.zeros(n, int), np.zeros(n, bool), np.zeros(n, bool)
    for t in range(n):
      inputs = thesis_states.Inputs(**{name: float(column[t]) for name, column in self.inputs.items()})
      self.states[t] = machine.step(memory, inputs)
      self.stale[t] = self.states[t] != c.UNKNOWN and memory.missing >= c.STALE_COMMITS
      self.handoff[t] = self.states[t] == c.BROADENING and self.thresholds.handoff_leaders_z <= inputs.leaders_z < 0

  # ---- rows

  def rows(self):
    """(scope, signal, value, validity, n_valid, n_members, flags) by session, scopes in their order."""
    universe, thesis = self.market.universe, self.thesis
    for t in range(len(self.market.dates)):
      for at, name in enumerate(universe.ids):
        if thesis.of_baskets:
          yield t, name, *self.score_row(thesis.of_baskets[at], t, 1)
        yield from self.belief_rows(name, thesis.baskets[at].role >= 0, t)
      for wave in thesis.wave_z63:
        for signal, column in (("z21", thesis.wave_z21[wave]), ("z63", thesis.wave_z63[wave])):
          yield t, f"wave:{wave}", signal, column[t], "WARMUP" if np.isnan(column[t]) else "OK", "", "", ""
        of = [basket.role >= 0 for basket, own in zip(thesis.baskets, universe.waves) if own == wave]
        yield from self.belief_rows(f"wave:{wave}", np.logical_or.reduce(of), t)
      yield from self.thesis_rows(t)

  def thesis_rows(self, t):
    thesis, scope, waves = self.thesis, "thesis", self.scores.shape[1]
    for signal, column, n in (("pct_above_sma_50", thesis.a50_all, thesis.a50_n), ("idx_ew", thesis.index, None),
                              ("z21", thesis.z21, None), ("tgap_21", thesis.score.gap, None), ("d_rs", thesis.d_rs, None)):
      yield t, scope, signal, column[t], "WARMUP" if np.isnan(column[t]) else "OK", "" if n is None else n[t], "", ""
    yield t, scope, *self.score_row(thesis.score, t, 3)
    known = int((~np.isnan(self.scores[t])).sum())
    for signal, column in (("wave_phi", self.phi), ("wave_lead", self.lead)):
      validity = "OK" if not np.isnan(column[t]) else "UNDEFINED" if known == waves else "WARMUP"
      yield t, scope, signal, column[t], validity, known, waves, ""
    for signal, column, pair, covered in zip(LAGS, self.lags, thesis_waves.PAIRS, self.lags_covered):
      n = sum(WAVES[wave] in thesis.wave_z63 for wave in pair)
      absent = "INSUFFICIENT" if n < 2 else "UNDEFINED" if covered[t] else "WARMUP"
      yield t, scope, signal, column[t], absent if np.isnan(column[t]) else "OK", n, 2, ""
    flags = "|".join(name for name, on in (("STALE_STATE", self.stale[t]), ("HANDOFF", self.handoff[t])) if on)
    yield t, scope, "state", self.states[t], "OK" if self.states[t] else "WARMUP", "", "", flags
    reward, listed = self.reward, int(((thesis.role[t] >= 0) & self.market.listed[t]).sum())
    absent = "INSUFFICIENT" if reward.n[t] < c.REWARD_LEAST else "UNDEFINED"
    for signal, column in (("e_pool", reward.pool), ("e_within", reward.within), ("e_pool_z", reward.pool_z),
                           ("e_within_z", reward.within_z), ("e_reward", reward.reward)):
      present = "OK" if signal != "e_reward" or reward.warm[t] else "WARMUP"
      yield t, scope, signal, column[t], absent if np.isnan(column[t]) else present, reward.n[t], listed, ""
    yield from self.belief_rows(scope, thesis.role >= 0, t)
    for at, name in enumerate(self.market.universe.symbols):
      if thesis.role[t, at] < 0:
        continue
      for signal, column in (("k_score", reward.k), ("spoon", reward.spoon), ("painted", reward.painted)):
        known = not np.isnan(column[t, at])
        yield t, f"symbol:{name}", signal, column[t, at], "OK" if known else "UNDEFINED", int(known), 1, ""

  @staticmethod
  def score_row(score, t, floor):
    value, updates, n = score.score[t], score.updates[t], score.n_valid[t]
    covered = updates >= 0 or n >= needed(score.n_members[t], floor)
    validity = "OK" if updates >= c.WARM_UPDATES else "WARMUP" if covered else "INSUFFICIENT"
    return "broadening", value, validity, score.n_valid[t], score.n_members[t], "GAP" if updates >= 0 and np.isnan(score.raw[t]) else ""

  def belief_rows(self, scope, member, t):
    *numbers, n = self.reward.belief[scope]
    gains = self.thesis.members.excess[t, member[t]]
    absent = "INSUFFICIENT" if not n[t] or (gains > 0).any() else "UNDEFINED"
    for signal, column in zip(("paint", "backlog_share", "belief_gap"), numbers):
      yield t, scope, signal, column[t], absent if np.isnan(column[t]) else "OK", n[t], (member[t] & self.market.listed[t]).sum(), ""


def write(model, path):
  with open(path, "w", newline="", encoding="ascii") as file:
    out = csv.writer(file, lineterminator="\n")
    out.writerow("session,ts_event,clock,scope,signal,value,validity,n_valid,n_members,flags".split(","))
    closes = [datetime.datetime.fromisoformat(date).replace(hour=16, tzinfo=NEW_YORK) for date in model.market.dates]
    times = [int(close.timestamp()) * 10**9 for close in closes]
    for t, scope, signal, value, *rest in model.rows():
      text = "" if np.isnan(value) else repr(float(value)).removesuffix(".0")
      out.writerow([model.market.dates[t], times[t], "close", scope, signal, text, *rest])


def main():
  parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
  parser.add_argument("folder", type=pathlib.Path)
  parser.add_argument("universe", type=pathlib.Path)
  parser.add_argument("signals", type=pathlib.Path)
  parser.add_argument("--fundamentals", type=pathlib.Path)
  options = parser.parse_args()
  market = load_daily(options.folder, Universe(options.universe))
  model = Model(market, read_fundamentals(options.fundamentals) if options.fundamentals else ())
  write(model, options.signals)
  print(f"{len(market.dates)} sessions, {len(market.universe.symbols)} members, {(np.diff(model.states) != 0).sum()} transitions")


if __name__ == "__main__":
  main()
