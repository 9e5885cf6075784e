"""The Python half of the category benchmark: the same workload for a seed, the oracle by hand, figures and report of made-up results."""
import hashlib
import json
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
sys.dont_write_bytecode = True

import figures  # noqa: E402
import memory  # noqa: E402
import oracle  # noqa: E402
import plan  # noqa: E402
import report  # noqa: E402
import workload  # noqa: E402

DOLLAR = 10**9
OPEN = 1_767_364_200 * DOLLAR  # 2026-01-02 14:30 UTC


def digests(folder):
  return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(Path(folder).iterdir())}


class Workload(unittest.TestCase):
  def make(self, folder, **changed):
    options = {"symbols": 30, "baskets": 4, "ticks": 4000, "seed": 7, "formats": ["bin"]} | changed
    return workload.make(folder, **options)

  def test_same_options_give_the_same_bytes_on_any_machine(self):
    with tempfile.TemporaryDirectory() as a, tempfile.TemporaryDirectory() as b:
      self.make(a)
      self.make(b)
      self.assertEqual(digests(a), digests(b))
      self.assertEqual(digests(a)["trades.bin"], "1f2f7817a007dfd47f5d17d084a68a889b350084c21ac3dafa88e9107528e593")
      self.assertEqual(digests(a)["history.bin"], "1161656f1f27ba003afe5593f316717cbe954c4c40da9f23a4a664fa68822628")
      self.make(b, seed=8)
      self.assertNotEqual(digests(a)["trades.bin"], digests(b)["trades.bin"])

  def test_what_the_contract_says_of_the_tape_holds(self):
    with tempfile.TemporaryDirectory() as folder:
      about = self.make(folder)
      tape, bars = np.fromfile(Path(folder) / "trades.bin", workload.TRADE), np.fromfile(Path(folder) / "history.bin", workload.BAR)
      market = oracle.Market(folder)
    self.assertEqual((about["session_open_ns"], about["session_close_ns"] - about["session_open_ns"]), (OPEN, 23_400 * DOLLAR))
    self.assertEqual((about["history_dates"][0], about["history_dates"][-1],
                      len(about["history_dates"])), ("2024-12-30", "2025-12-31", 252))
    self.assertEqual(tape["seq"].tolist(), list(range(1, 4001)))
    self.assertTrue((np.diff(tape["ts_event"]) >= 0).all() and (tape["ts_event"] % 10**8 != 0).all())
    self.assertTrue((about["session_open_ns"] < tape["ts_event"]).all() and (tape["ts_event"] < about["session_close_ns"]).all())
    self.assertTrue((tape["price"] % 10**7 == 0).all() and (tape["size"] % 100 == 0).all() and (tape["size"] > 0).all())
    self.assertEqual(int(tape["symbol"].max()), 30)  # the benchmark
    self.assertEqual(len(bars), 252 * 31)
    self.assertTrue((bars["low"] <= np.minimum(bars["open"], bars["close"])).all() and (bars["high"] >= np.maximum(bars["open"],
                                                                                                                   bars["close"])).all())
    self.assertEqual(int(market.sizes.sum()), 45)  # 1.5 baskets for each of 30 symbols
    self.assertEqual(market.baskets_of[30], [])
    bars = bars.reshape(252, 31)
    self.assertEqual(market.previous.tolist(), bars["close"][-1].tolist())
    self.assertEqual(market.sum19.tolist(), bars["close"][-19:].sum(axis=0).tolist())


class Oracle(unittest.TestCase):
  def setUp(self):
    """Four members at 100, 50, 20 and 10 dollars, the benchmark at 500; three trades, then one of the benchmark.
    A second basket is of two members, which are too few for any number."""
    self.kept = tempfile.TemporaryDirectory()
    self.addCleanup(self.kept.cleanup)
    folder = self.folder = Path(self.kept.name)
    about = {"session_open_ns": OPEN, "session_close_ns": OPEN + 3 * DOLLAR, "benchmark": "BMK"}
    (folder / "workload.json").write_text(json.dumps(about))
    (folder / "roster.csv").write_text("basket,symbol\nb00,a\nb00,b\nb00,c\nb00,d\nb01,a\nb01,d\n")
    (folder / "levels.csv").write_text("basket,idx_ew,rs_bmk\nb00,110.0,105.0\nb01,100.0,100.0\n")
    rows = [("a", 100, 1900, 103, 90), ("b", 50, 950, 60, 49), ("c", 20, 380, 30, 10), ("d", 10, 209, 30, 5), ("BMK", 500, 9500, 600, 400)]
    lines = [f"{name},{previous * DOLLAR},{total * DOLLAR},{high * DOLLAR},{low * DOLLAR}" for name, previous, total, high, low in rows]
    (folder / "reference.csv").write_text("symbol,prev_close,sum19,hi_252,lo_252\n" + "\n".join(lines) + "\n")
    # a up 4 % and beyond the year's high, b down 4 % and below its low, c level: at 1.5, 1.6 and 2 s; the benchmark up 1 % at 2.5 s
    trades = [(1, 1_500_000_000, 104, 0), (2, 1_600_000_000, 48, 1), (3, 2_000_000_000, 20, 2), (4, 2_500_000_000, 505, 4)]
    np.array([(seq, OPEN + at, price * DOLLAR, symbol, 100) for seq, at, price,
              symbol in trades], oracle.RECORD).tofile(folder / "trades.bin")

  def test_steps_by_hand(self):
    out = oracle.bucketed(self.folder, 1000)
    first, second, third = out[:, 0]
    self.assertTrue(np.isnan(out[:, 1]).all())
    absent = np.nan
    # Nobody has traded: members stand at their previous closes. None is above: 19 x 100 = 1900 is at the average, 19 x 10 < 209.
    np.testing.assert_array_equal(first, [absent, absent, absent, absent, 0, absent, absent, 110, absent])
    # Three of four count, the one at the step itself, too. a is above: 19 x 104 > 1900; b is not, c is at its average.
    # The mean of 4, -4, 0 and 0 % is 0.
    np.testing.assert_array_equal(second, [1, 1, 1, 0, 25, 1, 1, 110, absent])
    np.testing.assert_allclose(third, [1, 1, 1, 0, 25, 1, 1, 110, 105 / 1.01], rtol=1e-15)

  def test_every_tick_by_hand(self):
    rows = oracle.every_tick(self.folder, 4)
    self.assertEqual(rows[:, :2].tolist(), [[1, 0], [1, 1], [2, 0], [3, 0]])  # the benchmark moves no basket
    np.testing.assert_allclose(rows[0, [6, 9]], [25, 110 * 1.01], rtol=1e-15)  # one of four up by 4 %
    self.assertTrue(np.isnan(rows[2, 2:6]).all())  # two of four are too few
    np.testing.assert_array_equal(rows[3, 2:], [1, 1, 1, 0, 25, 1, 1, 110])

  def test_returns_are_rounded_half_away_from_zero(self):
    price, base = np.array([2_000_001, 1_999_999, 1]) * 10**7, np.array([2_000_000, 2_000_000, 3]) * 10**7
    self.assertEqual(oracle.returns_e12(price, base).tolist(), [500_000, -500_000, -666_666_666_667])

  def test_comparison_sees_what_is_wrong(self):
    right = oracle.bucketed(self.folder, 1000)
    self.assertTrue(oracle.compare("e2", right, right.copy())["equal"])
    for place, value, count in (((1, 0, 0), 2.0, "values_wrong"), ((1, 0, 0), np.nan, "values_missing"), ((0, 0, 0), 1.0, "values_extra"),
                                ((2, 0, 7), 110.0000001, "values_wrong")):
      seen = right.copy()
      seen[place] = value
      verdict = oracle.compare("e2", right, seen)
      self.assertEqual((verdict["equal"], verdict[count]), (False, 1))
    verdict = oracle.compare("e2", right, right[:2])
    self.assertEqual((verdict["equal"], verdict["emissions_missing"]), (False, 1))
    seen = right.copy()
    seen[..., 8] = np.nan
    self.assertEqual(oracle.compare("e2", right, seen)["not_expressible"], ["rs_bmk"])

  def test_comparison_of_rows_is_by_tick_and_basket(self):
    right = oracle.every_tick(self.folder, 4)
    self.assertTrue(oracle.compare("e1", right, right.copy())["equal"])
    for seen, what, count in ((right[:3], "emissions_missing", 1), (np.vstack((right, right[:1])), "emissions_extra", 1)):
      verdict = oracle.compare("e1", right, seen)
      self.assertEqual((verdict["equal"], verdict[what]), (False, count))
    self.assertFalse(oracle.compare("e1", right, right[::-1])["in_order"])


def row(entry, rate, **changed):
  verdict = {"equal": True, "values": 9, "values_wrong": 0, "values_missing": 0, "values_extra": 0, "emissions_missing": 0,
             "emissions_extra": 0,
             "max_abs_error": 1e-13, "max_rel_error": 2e-15, "not_expressible": []}
  return {"entry": entry, "version": f"{entry.lower()} 1.2", "mode": "e1", "symbols": 500, "baskets": 12, "tape": 1000, "interval_ms": None,
          "ticks": 1000, "emissions": 1500, "cores": "1", "ticks_per_core_second": rate, "ticks_per_second": rate / 2,
          "cpu_seconds_per_million": 1e6 / rate, "peak_rss_bytes": 2**20, "ingest_seconds": 0.25, "digest_equal": True, "rounds": 5,
          "not_expressible": [], "oracle": verdict} | changed


class Report(unittest.TestCase):
  def test_figures_and_goals(self):
    rows = [row("Groundswell", 4e6), row(plan.FLOOR, 8e6), row("csp idiomatic", 5e4), row("csp tuned", 1e5),
            row("Wickra (maths only)", 1e7),
            row("Groundswell", 4e6, mode="e2", interval_ms=1000), row("Polars", 1e6, mode="e2", interval_ms=1000),
            row("Polars", 9e6, mode="e2", interval_ms=100)]
    found = figures.of_entries(rows)
    self.assertEqual([(one["peer"], one["ratio"], one["goal"], one["met"]) for one in found],
                     [(plan.FLOOR, 0.5, None, None), ("csp tuned", 40, ">= 20", True), ("csp idiomatic", 80, ">= 100",
                                                         False), ("Wickra (maths only)", 0.4, ">= 0.5", False),
                      ("Polars", 4, ">= 2", True)])

  def test_page(self):
    wrong = row("Csp", 5e6)["oracle"] | {"equal": False, "values_wrong": 3, "emissions_missing": 2}
    machine = {"processor": "P", "cores": 2, "memory_gib": 8, "kernel": "6", "governor": "performance", "compiler": "c++ 12",
               "python": "3.11",
               "revision": "abc", "changed_files": False, "date": "2026-01-02", "load_before": 0.1, "load_after": 1.1, "quick": True,
               "seed": 1}
    results = {"machine": machine, "figures": [figures.figure("a floor", 30.0, 10.0, "a relay", "us", "<= 2")],
               "entries": [row("Groundswell", 4e6), row("Csp", 5e6, oracle=wrong, not_expressible=["rs_bmk"], digest_equal=False)],
               "left_out": [{"entry": "Pathway", "reason": "no wheel"}]}
    page = report.put(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n", report.text_of(results))
    for line in ("| a floor | 30 | 10 | a relay | us | 3 | <= 2 | **no** |",
                 "| Groundswell (groundswell 1.2) | 4,000 | 2,000 | 0.25 | 1 | 0.25 | 2e-15 | 5 of 5 | none |",
                 "| Csp (csp 1.2) | **5,000** | 2,500 | 0.2 | 1 | 0.25 | **3 wrong, 2 missing** | **differ** | `rs_bmk` |",
                 "500 symbols, 12 baskets, 1,000 ticks", "* Pathway: no wheel"):
      self.assertIn(line, page.splitlines())
    self.assertTrue(page.startswith("before\n") and page.endswith("after\n") and "old" not in page and "E2" not in page)
    self.assertEqual(report.put(page, report.text_of(results)), page)
    self.assertRaises(ValueError, report.put, "no markers", "text")

  def test_memory_is_judged_after_the_first_sixth(self):
    samples = [(60.0 * k, 1000 + (500 if k > 1 else 0) + k, 3072) for k in range(1, 13)]  # a buffer in minute 2, then a KiB a minute
    counted = {"feeds": [{"ticks": {"journaled": 7200, "lost": 3, "gaps": 1}}], "fold": {"dropped_at_gaps": 0},
               "out": {"levels_published": 9}}
    found = memory.result(samples, counted)
    self.assertEqual((found["settled_kib"], found["end_kib"], found["ticks_per_second"], found["minutes"]), (1503, 1512, 10, 12.0))
    self.assertEqual(found["slope_kib_per_hour"], 60.0)
    self.assertIn("1,503 KiB when it had settled, and 1,512 KiB at the end: +9 KiB", report.memory_text(found))


if __name__ == "__main__":
  unittest.main()
