#!/usr/bin/env python3
"""The second computation over a basket of six members and eight sessions, against numbers worked out by hand in exact fractions.

  python3 tests/second_opinion/worked_example.py

A member joins at session 5, one leaves at 7, one splits 2:1 at 4, one does not trade at 6. Exit 0 when all agree.
"""
import pathlib
import sys
import tempfile

import numpy as np

import signals

DATES = [f"2026-01-{day:02}" for day in (5, 6, 7, 8, 9, 12, 13, 14)]
CLOSES = {  # cents; None: did not trade
    "AAA": (10000, 10200, 10100, 10300, 10300, 10500, 10700, 10650), "BBB": (20000, 20200, 20100, 20500, 10150, 10200, 10300, 10400),
    "CCC": (5000, 4950, 5000, 5050, 5050, 5000, 4900, 4800), "DDD": (8000, 8000, 8100, 8050, 8150, 8200, None, 8300),
    "EEE": (4000, 4040, 4000, 3980, 4020, 4100, 4160, 4240), "FFF": (6000, 6030, 6060, 6000, 6090, 6150, 6300, 6240),
    "BMK": (50000, 50100, 50050, 50200, 50300, 50250, 50400, 50500),
}
SHARES = {"AAA": 1000, "BBB": 400, "CCC": 500, "DDD": 300, "EEE": 200, "FFF": 250}
UNIVERSE = {
    "benchmarks": {"primary": "BMK"},
    "basket": [{"id": "six", "wave": "compute", "members": [
        {"symbol": "AAA", "role": "leader"}, {"symbol": "BBB"}, {"symbol": "CCC", "to": DATES[7]}, {"symbol": "DDD"}, {"symbol": "EEE"},
        {"symbol": "FFF", "from": DATES[5]}]}],
}
EXPECTED = {  # from session 1 on
    "adv": (3, 2, 3, 2, 5, 4, 3), "dec": (1, 3, 2, 1, 1, 1, 2), "unch": (1, 0, 0, 2, 0, 0, 0), "untraded": (0, 0, 0, 0, 0, 1, 0),
    "ad_pct": (40, -20, 20, 20, 66.666667, 60, 20), "rana": (500, -200, 200, 333.333333, 666.666667, 600, 200),
    "up_vol": (6920, 5480, 5870, 5040, 12280, 9740, 6800), "dn_vol": (1880, 5600, 5920, 1840, 2060, 2590, 4960),
    "trin": (0.815029, 0.681265, 1.512777, 0.730159, 0.838762, 1.063655, 1.094118), "adl": (2, 1, 2, 3, 7, 10, 11),
    "idx_ew": (100.600000, 100.558666, 101.333563, 101.591285, 102.443472, 103.260901, 103.817228),
    "idx_cw": (101.109705, 100.717300, 102.261603, 102.084388, 103.120456, 104.229961, 104.497026),
    "idx_pw": (100.829787, 100.638298, 101.872340, 101.980629, 102.889506, 103.844991, 104.290116),
    "rs_bmk": (100.399202, 100.458207, 100.929844, 100.985373, 101.933803, 102.441370, 102.789334),
    "enc_1": (1.785124, 1.877915, 2.238203, 1.000000, 1.933437, 2.264227, 2.101112),
    "leader_share_1": (0.694444, 0.675676, 0.519481, 0, 0.699301, 0.606980, 0),
    "dispersion_1": (101.9804, 97.5797, 114.3980, 79.7699, 100.6544, 146.3986, 107.7229),
    "pct_outperf_1": (60, 40, 60, 40, 500 / 6, 400 / 6, 60),
}


def write_bars(folder):
  above, below = (50, 60, 40, 30, 70, 20, 90, 10), (40, 30, 60, 50, 20, 80, 10, 70)
  for i, (name, closes) in enumerate(CLOSES.items()):
    lines = ["Date,Open,High,Low,Close,Volume"]
    for t, close in enumerate(closes):
      if close is not None:
        prices = (close, close + above[t], close - below[t], close)
        lines.append(",".join([DATES[t], *(f"{price / 100:.2f}" for price in prices), str((100 + 37 * i + (53 * t + 29 * i) % 97) * 10)]))
    (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="ascii")


def main():
  with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    write_bars(folder)
    rows = "\n".join(f"{symbol},{DATES[0]},{number}" for symbol, number in SHARES.items())
    (folder / "shares").write_text(f"symbol,effective,float_shares\n{rows}\n", encoding="ascii")
    action = f"BBB,{DATES[4]},split,0.5,2,"
    (folder / "actions").write_text(f"symbol,ex_session,type,price_factor,share_factor,cash\n{action}\n", encoding="ascii")
    columns, _ = signals.computed(folder, UNIVERSE, folder / "shares", folder / "actions", 35)
  wrong = 0
  for signal, want in EXPECTED.items():
    got = columns["six", signal].value[1:]
    if not np.allclose(got, want, rtol=1e-6, atol=5e-7, equal_nan=True):
      print(f"{signal}: expected {want}, got {got}")
      wrong += 1
  print(f"{len(EXPECTED)} signals of {len(DATES) - 1} sessions, {wrong} differ")
  return 1 if wrong else 0


if __name__ == "__main__":
  sys.exit(main())
