#!/usr/bin/env python3
"""The model of the thesis layer against numbers worked out by hand, and its laws."""
import dataclasses
import math
import random
import unittest

import numpy as np

import thesis_constants as c
import thesis_example
import thesis_reward
import thesis_states
import thesis_terms
import thesis_waves
from thesis_market import Market
from thesis_model import Model, since_high
from thesis_numbers import average, middle_ranks, percentile_ranks, rank_correlation, t_statistic

CALM = {"score": 0, "index_z": 0, "leaders_z": 0, "a50_all": 60, "d_rs": 50, "gap": 0, "drawdown": 2, "since_high": 30, "a50_at_high": 60}
BROAD = dict(CALM, score=30, d_rs=60, index_z=1)
THIN = dict(CALM, score=-5, since_high=3, a50_at_high=75)
CRASH = dict(CALM, a50_all=12)


def states(*stretches, thresholds=c.Thresholds()):
  """States of stretches (commits, inputs) by their initials."""
  machine, memory, out = thesis_states.Machine(thresholds), thesis_states.Memory(), []
  for commits, inputs in stretches:
    for _ in range(commits):
      out.append(c.STATES[machine.step(memory, thesis_states.Inputs(**inputs))][:3])
  return out


class Numbers(unittest.TestCase):
  def test_tied_ranks_share_their_middle(self):
    self.assertEqual(middle_ranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist(), [3.5, 1, 3.5, 2])
    self.assertEqual(percentile_ranks(np.array([10.0, math.nan, 30.0, 20.0])).tolist()[2:], [1, 0.5])
    self.assertEqual(percentile_ranks(np.array([7.0])).tolist(), [0.5])

  def test_rank_correlation_is_the_published_one(self):
    iq = np.array([106, 100, 86, 101, 99, 103, 97, 113, 112, 110.0])
    hours = np.array([7, 27, 2, 50, 28, 29, 20, 12, 6, 17.0])
    self.assertAlmostEqual(rank_correlation(iq, hours), -29 / 165, places=12)

  def test_average_starts_at_the_first_value_and_rests_without_one(self):
    level, updates = average(np.array([math.nan, 30, 60, math.nan, 0]), 5)
    np.testing.assert_allclose(level[1:], [30, 40, 40, 80 / 3], rtol=1e-15)
    self.assertEqual(updates.tolist(), [-1, 0, 1, 1, 2])

  def test_t_statistic(self):
    samples = np.tile([1e12, -1e12], 40)
    value = t_statistic(samples, 21, 252, 63, 1e-9)
    self.assertTrue(np.isnan(value[:62]).all())
    self.assertAlmostEqual(value[62], 1 / (math.sqrt((63 - 1 / 63) / 62) * math.sqrt(21)), places=12)  # 32 times 1, 31 times -1


class Waves(unittest.TestCase):
  def test_position_weighs_positive_scores(self):
    scores = np.array([[2.0, 1.0, -3.0], [0.9, 0.9, 0.9], [1.0, math.nan, 2.0], [-1, -1, 1.5]])
    phi = thesis_waves.position(scores, 1.0)
    self.assertAlmostEqual(phi[0], 4 / 3)
    self.assertTrue(np.isnan(phi[1]) and np.isnan(phi[2]))  # too weak; a wave is missing
    self.assertEqual(phi[3], 3)
    self.assertEqual(thesis_waves.position(np.array([[2.0, 1.0]]), 1.0, (1, 3))[0], 5 / 3)  # a universe without the second wave
    self.assertEqual(thesis_waves.leaders(np.array([[0.0, 1.0]]), 1.0, (1, 3))[0], 3)

  def test_challenger_needs_three_commits_in_a_row(self):
    rows = [[1.5, 0, 0]] + [[1.5, 2.1, 0]] * 2 + [[1.5, 2.0, 0]] + [[1.5, 2.1, 0]] * 2 + [[1.5, 0, 2.1]] + [[1.5, 2.1, 0]] * 3
    lead = thesis_waves.leaders(np.array(rows), 1.0)
    self.assertEqual(lead.tolist(), [1] * 9 + [2])

  def test_incumbency_goes_on_unseen_when_no_wave_leads(self):
    lead = thesis_waves.leaders(np.array([[1.5, 0, 0], [0.5, 0, 0], [0.4, 1.2, 0]]), 1.0)
    self.assertTrue(lead[0] == 1 and math.isnan(lead[1]) and lead[2] == 1)

  def test_lag_is_found_with_its_sign_and_never_zero(self):
    source = random.Random(7)
    first = np.array([source.gauss(0, 1) for _ in range(200)])
    second = np.concatenate([np.zeros(4), first[:-4]])
    self.assertEqual(thesis_waves.lag(first, second)[-1], 4)
    self.assertEqual(thesis_waves.lag(second, first)[-1], -4)
    self.assertTrue(np.isnan(thesis_waves.lag(first, first)[126:]).mean() > 0.9)  # all in common, nothing led
    self.assertTrue(np.isnan(thesis_waves.lag(first, -second)[-1]))  # the opposite is no lead
    self.assertTrue(np.isnan(thesis_waves.lag(first, second)[:125]).all())


class States(unittest.TestCase):
  def test_dwell_in_and_out(self):
    self.assertEqual(states((3, CALM), (4, BROAD)), ["NEU"] * 5 + ["BRO"] * 2)
    self.assertEqual(states((3, BROAD), (3, dict(CALM, score=4))), ["NEU"] * 2 + ["BRO"] * 3 + ["NEU"])
    self.assertEqual(states((4, BROAD), (2, dict(CALM, score=4)), (1, dict(CALM, score=5)), (2, dict(CALM, score=4)))[-1], "BRO")

  def test_a_market_wide_fall_breaks_by_itself(self):
    self.assertEqual(states((3, CALM), (2, CRASH)), ["NEU"] * 4 + ["BRE"])
    self.assertEqual(states((3, CALM), (9, CRASH), thresholds=c.FIRST_DESIGN)[-1], "NEU")
    self.assertEqual(states((3, CALM), (2, CRASH), (5, CALM)), ["NEU"] * 4 + ["BRE"] * 5 + ["NEU"])
    self.assertEqual(states((3, CALM), (2, CRASH), (4, CALM), (1, CRASH), (5, CALM))[-2:], ["BRE", "NEU"])

  def test_enter_of_breaking_blocks_its_exit(self):
    both = dict(CALM, drawdown=16, d_rs=30)  # the drawdown breaks while the averages have recovered
    self.assertEqual(states((1, CALM), (20, both))[-1], "BRE")

  def test_exit_counts_from_the_entry(self):
    fall = dict(CALM, drawdown=16, d_rs=30)  # ends DIVERGING and, but for its own ENTER, BREAKING too
    self.assertEqual(states((2, CALM), (3, THIN), (2, fall), (5, CALM))[-6:], ["BRE"] * 5 + ["NEU"])

  def test_diverging_ends_with_its_cause(self):
    self.assertEqual(states((2, CALM), (3, THIN)), ["NEU"] * 4 + ["DIV"])
    self.assertEqual(states((2, CALM), (3, THIN), (5, dict(THIN, a50_at_high=67.5)))[-2:], ["DIV", "NEU"])
    self.assertEqual(states((2, CALM), (3, THIN), (5, dict(THIN, since_high=22)))[-1], "NEU")
    self.assertEqual(states((2, CALM), (3, THIN), (40, dict(THIN, since_high=11)))[-1], "DIV")
    self.assertEqual(states((2, CALM), (3, THIN), (2, CRASH))[-1], "BRE")
    self.assertEqual(states((2, CALM), (2, CRASH), (6, THIN))[-3:], ["BRE", "NEU", "DIV"])  # from breaking only by way of neutral

  def test_confirmed_needs_reward(self):
    strong = dict(BROAD, score=45, d_rs=70)
    self.assertEqual(states((30, strong))[-1], "BRO")
    rewarded = dict(strong, reward=0.2)
    self.assertEqual(states((5, rewarded))[-2:], ["BRO", "CON"])
    self.assertEqual(states((5, dict(rewarded, paint=0.6)))[-1], "BRO")
    self.assertEqual(states((5, rewarded), (5, strong))[-2:], ["CON", "BRO"])  # filings too old
    self.assertEqual(states((5, rewarded), (5, dict(CALM, score=4, reward=0.2)))[-1], "NEU")

  def test_exit_of_breaking_goes_where_a_dwell_is_ready(self):
    self.assertEqual(states((1, CALM), (2, CRASH), (5, BROAD))[-1], "BRO")
    self.assertEqual(states((1, CALM), (2, CRASH), (5, dict(CALM, score=-20, leaders_z=1)))[-1], "NAR")

  def test_missing_inputs_freeze(self):
    missing = dict(BROAD, leaders_z=math.nan)
    self.assertEqual(states((2, missing), (1, CALM)), ["UNK"] * 2 + ["NEU"])
    self.assertEqual(states((1, CALM), (2, BROAD), (5, missing), (1, BROAD))[-2:], ["NEU", "BRO"])  # counters rest too
    self.assertEqual(states((1, CALM), (5, dict(BROAD, gap=math.nan)))[-1], "NEU")

  def test_every_state_is_reached_and_left_one_step_at_a_time(self):
    source, machine = random.Random(11), thesis_states.Machine(c.Thresholds())
    memory, seen, now = thesis_states.Memory(), set(), c.UNKNOWN
    inputs = dict(CALM)
    for t in range(60000):
      if t % 8 == 0:
        inputs = {"score": source.gauss(0, 35), "index_z": source.gauss(0, 1.2), "leaders_z": source.gauss(0, 1), "gap": source.gauss(0, 1),
                  "a50_all": source.uniform(5, 95), "d_rs": source.uniform(10, 95), "drawdown": source.uniform(0, 25),
                  "since_high": source.randrange(40), "a50_at_high": source.uniform(30, 95), "reward": source.gauss(0.15, 0.15)}
      then = machine.step(memory, thesis_states.Inputs(**inputs))
      seen.add((now, then))
      now = then
    for state in range(1, 7):
      self.assertTrue(any(a != b and b == state for a, b in seen), f"{c.STATES[state]} is never entered")
      self.assertTrue(any(a != b and a == state for a, b in seen), f"{c.STATES[state]} is never left")
    self.assertNotIn((c.BREAKING, c.DIVERGING), seen)
    self.assertNotIn((c.NEUTRAL, c.CONFIRMED), seen)


class Terms(unittest.TestCase):
  def test_example(self):
    model = Model(thesis_example.market())
    score = model.thesis.score
    self.assertTrue(np.isnan(score.raw[:63]).all())  # x1, x2, x3 are 70 of 100 from the 64th close on
    ahead = sum(self.ahead(i) for i in range(12) if i % 4)
    above = sum(self.above(63, i) for i in range(12) if i % 4)
    for t in range(49, 80):
      self.assertEqual(model.thesis.a50_all[t], 100 * sum(self.above(t, i) for i in range(12)) / 12)
    self.assertEqual(score.terms[63, 0], 2 * ahead / 9 - 1)
    self.assertEqual(score.terms[63, 1], 2 * above / 9 - 1)
    x1, x2, _, x4, _ = score.terms[63]
    self.assertAlmostEqual(score.raw[63], (25 * x1 + 25 * x2 + 20 * 1 + 15 * x4) / 0.85, places=10)
    self.assertEqual(model.states[74:76].tolist(), [c.UNKNOWN, c.NEUTRAL])  # twelve updates later
    self.assertAlmostEqual(model.thesis.index[1], 100 * (1 + self.mean_return(1)), places=9)
    self.assertTrue(np.isnan(model.lags[1]).all())  # there is no third wave

  @staticmethod
  def above(session, i):
    return thesis_example.close_cents(session, i) * 50 > sum(thesis_example.close_cents(t, i) for t in range(session - 49, session + 1))

  @staticmethod
  def ahead(i):
    own = thesis_example.close_cents(63, i) / thesis_example.close_cents(0, i)
    return own > (40000 + 20 * 63 + 50 * ((7 * 63) % 13)) / 40000

  @staticmethod
  def mean_return(t):
    return sum(thesis_example.close_cents(t, i) / thesis_example.close_cents(t - 1, i) - 1 for i in range(12)) / 12

  def test_price_scale_and_a_common_factor_do_not_matter(self):
    base = thesis_example.market(120)
    scaled = Market(base.universe, base.dates, base.close_e9 * 3, base.traded, None, base.benchmark_e9 * 7, base.benchmark_traded)
    a, b = thesis_terms.Thesis(base), thesis_terms.Thesis(scaled)
    np.testing.assert_array_equal(a.score.terms, b.score.terms)
    np.testing.assert_allclose(a.leaders_z, b.leaders_z, atol=1e-9)

  def moved(self, by):
    """The terms of the example when prices of members and benchmark are changed in the same way."""
    base = thesis_example.market(120)
    close, bench = by(base.close_e9.astype(float)), by(base.benchmark_e9.astype(float)[:, None])[:, 0]
    moved = Market(base.universe, base.dates, np.rint(close).astype(np.int64), base.traded, None, np.rint(bench).astype(np.int64),
                   base.benchmark_traded)
    return thesis_terms.Thesis(base).score.terms, thesis_terms.Thesis(moved).score.terms

  def test_a_rise_of_everything_leaves_relative_terms(self):
    grown = 1.002 ** np.arange(120)[:, None]
    before, after = self.moved(lambda prices: prices * grown)
    np.testing.assert_array_equal(before[:, [0, 2]], after[:, [0, 2]])
    np.testing.assert_allclose(before[:, 3:], after[:, 3:], atol=1e-6)
    self.assertTrue((after[49:, 1] >= before[49:, 1]).all() and (after[49:, 1] > before[49:, 1]).any())  # that one is absolute

  def test_prices_upside_down_mirror_who_is_ahead(self):
    before, after = self.moved(lambda prices: 1e24 / prices)
    np.testing.assert_array_equal(before[63:, 0], -after[63:, 0])
    self.assertTrue((before[63:, 3] * after[63:, 3] <= 0).mean() > 0.9)

  def test_better_for_all_followers_is_never_less_broad(self):
    base = thesis_example.market(120)
    close = base.close_e9.copy()
    lifts = 1000 + 3 * np.arange(120)
    follower = np.arange(12) % 4 > 0
    close[:, follower] = close[:, follower] * lifts[:, None]
    close[:, ~follower] *= 1000
    lifted = Market(base.universe, base.dates, close // 1000, base.traded, None, base.benchmark_e9, base.benchmark_traded)
    a, b = thesis_terms.Thesis(base).score, thesis_terms.Thesis(lifted).score
    at = slice(64, 120)
    self.assertTrue((b.terms[at, :3] >= a.terms[at, :3]).all() and (b.gap[at] > a.gap[at]).all())

  def test_a_benchmark_that_stops_freezes_the_state(self):
    base = thesis_example.market(100)
    traded = base.benchmark_traded.copy()
    traded[90:] = False
    stopped = Market(base.universe, base.dates, base.close_e9, base.traded, None, base.benchmark_e9, traded)
    model = Model(stopped)
    self.assertTrue(np.isnan(model.thesis.z21[90:]).all())
    self.assertEqual(model.stale.tolist()[88:], [False] * 4 + [True] * 8)

  def test_since_high(self):
    since, mark = since_high(np.array([False, True, False, True, False]), np.array([50.0, 60, 55, 52, 51]))
    self.assertEqual(since[1:].tolist(), [0, 1, 0, 1])
    self.assertEqual(mark[1:].tolist(), [60, 60, 52, 52])  # a new high is a new mark


class Rewards(unittest.TestCase):
  ROW = {"ai_capex_rev_share": ".4", "rev_ttm": "110", "rev_ttm_prior": "100", "ebit_ttm": "24", "ebit_ttm_prior": "20", "rev_q": "0.8",
         "orders_q": "1.0", "backlog": "150", "backlog_prior_year": "100", "backlog_prior_q": "120", "label_score": ".7"}

  def fields(self, **changes):
    return thesis_reward.fields_of(dict(self.ROW, **changes))[0]

  def test_fields(self):
    np.testing.assert_allclose(self.fields(), [0.4, 0.4, 2.0, 0.5, 1.25], rtol=1e-12)
    np.testing.assert_allclose(self.fields(orders_q="", rev_q="100")[4], 1.3)  # orders from the change of backlog

  def test_bad_numbers_give_none(self):
    self.assertTrue(math.isnan(self.fields(ebit_ttm_prior="-5")[2]))
    self.assertTrue(math.isnan(self.fields(rev_ttm_prior="0")[1]) and math.isnan(self.fields(rev_ttm_prior="0")[2]))
    self.assertTrue(math.isnan(self.fields(rev_ttm="101")[1]))  # grows by less than 2 %
    self.assertTrue(math.isnan(self.fields(rev_q="0")[4]) and math.isnan(self.fields(backlog_prior_year="")[3]))
    self.assertEqual(self.fields(ebit_ttm="99")[1:3], (1.5, 15.0))  # bounded

  def reference(self, filings):
    market = thesis_example.market()
    return thesis_reward.Reference(market, market.universe.roles(market.dates), filings)

  def test_filings_count_from_the_first_open_after_they_are_known(self):
    opening = thesis_reward.open_ns("2024-01-05")  # session 3
    on_time = thesis_reward.Filing("A1", opening, (0.5, math.nan, math.nan, 0.5, 1.0), 0.5)
    late = dataclasses.replace(on_time, available_ns=opening + 1)
    for filing, first in ((on_time, 3), (late, 4)):
      reference = self.reference([filing])
      known = [not np.isnan(reference.at(t)[1]).all() for t in range(6)]
      self.assertEqual(known.index(True), first)

  def test_filings_grow_too_old(self):
    opening = thesis_reward.open_ns("2024-01-02")
    old = thesis_reward.Filing("A1", opening - 130 * 86400 * 10**9, (0.5, math.nan, math.nan, 0.5, 1.0), 0.5)
    reference = self.reference([old])
    self.assertEqual([bool(np.isnan(reference.at(t)[1]).all()) for t in (0, 10, 11)], [False, False, True])

  def test_backlog_is_needed_to_be_judged(self):
    opening = thesis_reward.open_ns("2024-01-02")
    told = thesis_reward.Filing("A1", opening, (0.5, 0.3, 2.0, math.nan, math.nan), 0.9)
    only_share = thesis_reward.Filing("A2", opening, (0.9, math.nan, math.nan, math.nan, math.nan), 0.9)
    _, k, label = self.reference([told, only_share]).at(0)
    columns = thesis_example.universe().symbols
    self.assertFalse(math.isnan(k[columns.index("A1")]))
    self.assertTrue(math.isnan(k[columns.index("A2")]) and label[columns.index("A2")] == 0.9)

  def test_within_takes_the_basket_out(self):
    x, y = np.arange(24.0), np.concatenate([np.arange(12.0)[::-1], 100 + np.arange(12.0)[::-1]])
    pool, within, n = thesis_reward.correlations(x, y, np.repeat([0, 1], 12))
    self.assertGreater(pool, 0.4)
    self.assertLess(within, -0.9)
    self.assertEqual(n, 24)
    self.assertTrue(math.isnan(thesis_reward.correlations(x[:19], y[:19], np.zeros(19, int))[0]))

  def test_belief_is_a_share_of_gains(self):
    model = Model(thesis_example.market())
    reward = model.reward
    reward.k = np.full((80, 12), np.nan)
    reward.label = np.zeros((80, 12))
    reward.k[:, :3], reward.label[:, 0] = [0.2, 0.6, 0.4], 0.9
    member, excess = np.zeros((80, 12), bool), np.zeros((80, 12))
    member[:, :4], excess[:, :4] = True, [0.3, 0.2, 0.1, 0.2]
    paint, backed, gap, n = reward.belief_of(excess, member)
    self.assertAlmostEqual(paint[0], 0.3 / 0.6)
    self.assertAlmostEqual(backed[0], 0.2 / 0.6)
    self.assertAlmostEqual(gap[0], 0.1 / 0.6)
    self.assertEqual(n[0], 3)
    excess[:, 3] = 0.5  # the unknown one has most of the gains
    self.assertTrue(np.isnan(reward.belief_of(excess, member)[0]).all())


if __name__ == "__main__":
  unittest.main()
