#!/usr/bin/env python3
"""The simulated market is the engine's own, and the planted truths are in it.

  regimes_test.py GROUNDSWELL SOURCE_DIRECTORY"""
import csv
import pathlib
import subprocess
import sys
import tempfile
import unittest

import numpy as np

import regimes
import thesis_reward
import thesis_terms
import thesis_waves
from thesis_market import WAVES, Universe

BINARY, SOURCE = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
SESSIONS = regimes.WARM_SESSIONS + regimes.SESSIONS


def model(seeds):
  dates = regimes.sessions_before(SOURCE / "config/calendar/us_equities.csv", SESSIONS)
  return regimes.Model(Universe(SOURCE / "config/baskets.toml"), seeds, dates)


class Simulated(unittest.TestCase):
  def test_closes_are_those_of_the_engine(self):
    """Numbers that the engine makes of its own simulated history against those that the model makes of its closes."""
    market = model([3])
    noise = list(market.noise())
    for regime in ("null", "rotation", "crash", "broad_to_narrow"):
      with self.subTest(regime):
        self.compare(market, noise, regime)

  def compare(self, market, noise, regime):
    thesis = thesis_terms.Thesis(market.market(market.play(regime, noise), 0), per_basket=False)
    mine = {("thesis", "idx_ew"): thesis.index, ("thesis", "z21"): thesis.z21, ("thesis", "pct_above_sma_50"): thesis.a50_all}
    for name, basket in zip(market.universe.ids, thesis.baskets):
      mine[name, "excess_21"] = basket.excess_21
    compared = 0
    for row in self.engine(regime):
      value = mine.get((row["scope"], row["signal"]), [None] * SESSIONS)[market.sessions.index(row["session"])]
      if value is not None:
        own = float(row["value"]) if row["value"] else np.nan
        self.assertTrue(np.isclose(value, own, rtol=1e-12, atol=1e-12, equal_nan=True), f"{row}: {value}")
        compared += 1
    self.assertGreater(compared, 10000)

  @staticmethod
  def engine(regime):
    universe = SOURCE / "config/baskets.toml"
    with tempfile.TemporaryDirectory() as folder:
      recording, signals = f"{folder}/h.gsj", f"{folder}/h.csv"
      subprocess.run([BINARY, "simulate", "-q", "--history", recording, "--history-sessions", str(SESSIONS), "--history-only",
                      "--seed", "3", "--regime", regime, "--session", regimes.LAST_SESSION.isoformat(), "--universe", universe],
                     check=True, stdout=subprocess.DEVNULL)
      subprocess.run([BINARY, "replay", "-q", recording, "--speed", "max", "--universe", universe, "--clock", "close",
                      "--only", "idx_ew,z21,excess_21,pct_above_sma_50", "--signals", signals], check=True, stdout=subprocess.DEVNULL)
      with open(signals, newline="", encoding="ascii") as file:
        return list(csv.DictReader(file))

  def test_filings_are_those_of_the_engine(self):
    market = model([3])
    with tempfile.TemporaryDirectory() as folder:
      path = pathlib.Path(folder) / "fundamentals.csv"
      subprocess.run([BINARY, "simulate", "-q", "--fundamentals", path, "--history-sessions", str(SESSIONS), "--history-only",
                      "--session", regimes.LAST_SESSION.isoformat(), "--universe", SOURCE / "config/baskets.toml"], check=True)
      engine = thesis_reward.read_fundamentals(path)
    live = thesis_reward.open_ns(regimes.LAST_SESSION.isoformat())
    self.assertEqual([filing for filing in engine if filing.available_ns < live], regimes.filings_of(market))
    self.assertEqual(sum(filing.available_ns == live for filing in engine), len(market.names))

  def test_drifts_are_as_planted(self):
    market = model([1, 2])
    noise = list(market.noise())
    plain, begin, end = market.play("null", noise), regimes.WARM_SESSIONS, SESSIONS - 1
    for name, group, drift in (("leaders", market.role == regimes.LEADER, regimes.LEADERS),
                               ("broad", (market.wave < 2) & (market.role != regimes.SPENDER), None)):
      closes = market.play(name, noise)
      listed = (plain[begin] > 200).all(axis=0)[:-1] & (plain[end] > 200).all(axis=0)[:-1]
      more = np.log(np.maximum(closes, 1) / np.maximum(plain, 1))[[begin - 1, end]]
      self.assertTrue((more[0][:, :-1][:, listed] == 0).all())
      per_session = more[1][:, :-1][:, listed & group].mean() / (end - begin + 1)
      planted = drift if drift is not None else regimes.BROAD * 2 * market.exposure[listed & group].mean()
      self.assertAlmostEqual(per_session / planted, 1, delta=0.03)
      self.assertTrue(np.abs(more[1][:, :-1][:, listed & ~group]).max() < 0.01)

  def test_lags_are_as_planted(self):
    market = model([1, 2])
    closes = market.play("rotation", list(market.noise()))
    for row in range(2):
      thesis = thesis_terms.Thesis(market.market(closes, row), per_basket=False)
      excess = [thesis.wave_excess_e12[wave] for wave in WAVES]
      for (a, b), planted in zip(thesis_waves.PAIRS, (4, 4, 8)):
        lags = thesis_waves.lag(excess[a], excess[b])[regimes.WARM_SESSIONS + 126:]
        found = lags[~np.isnan(lags)]
        self.assertGreater(len(found), 0.5 * len(lags))
        self.assertGreater((found == planted).mean(), 0.9)


if __name__ == "__main__":
  unittest.main(argv=sys.argv[:1])
