"""Simulated regimes of a market: the simulator's own model, number for number, with a drift that is known because it was planted.

The model is that of src/simulate: market, wave, basket and own moves of 0.9, 0.6, 0.6 and 1.8 % a session, Student t with 5 degrees of
freedom, the shape and the roles of the universe file (the default one: 15 baskets, 162 members). Without a regime the closes are those of
`groundswell simulate --history`, bit for bit. Generator: xoshiro256** streams named by (seed, session, key); a normal is the
sum of twelve 16-bit uniforms.

  regimes.py UNIVERSE.toml CALENDAR.csv REGIME SEED     prints session,symbol,close in cents

A regime adds a drift to every move of a member: a session has 14, the night and thirteen half hours, and each gets a 14th."""
import csv
import datetime
import hashlib
import math
import sys

import numpy as np

from thesis_market import LEADER, SPENDER, WAVES, Market, Universe
from thesis_reward import Filing, fields_of, open_ns

WARM_SESSIONS, SESSIONS = 252, 504  # plain before the regime starts; sessions that count
MOVES = 14
LAST_SESSION = datetime.date(2026, 11, 20)  # the first one after the history
MARKET, WAVE, BASKET, OWN = 0.009, 0.006, 0.006, 0.018
MARKET_DRIFT, NIGHT_SHARE, LARGEST_MOVE = 0.0004, 0.2, 0.25
LOWEST, HIGHEST = 1.0, 100000.0
GOLDEN, M1, M2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
MASK = (1 << 64) - 1

# ---- what the regimes do; drifts per session
BROAD = 0.0018  # mean of members of compute and physical: 2 u times it, u the exposure, which is uniform
LEADERS = 0.0020
CRASH, CRASH_SESSIONS = -0.012, 25  # of the market, times beta
RECOVERY, RECOVERY_SESSIONS = 0.004, 40
UNWIND, UNWIND_SESSIONS = -0.010, 25  # of compute and physical alone
ROTATION, STAGE_SESSIONS = 0.0015, 168
LAG_SESSIONS, LAG_SHARE = 4, 0.8  # rotation: a wave's move is 0.8 of what the wave before it moved 4 sessions ago, and 0.6 of its own
SWITCH = 252  # the session in which a regime changes
REGIMES = ("null", "broad", "leaders", "narrow_to_broad", "broad_to_narrow", "rotation", "crash", "unwind")


def drifts(regime, model):
  """(sessions by members, sessions): drift of each member, and of the market that is then taken times beta."""
  t = np.arange(WARM_SESSIONS + SESSIONS) - WARM_SESSIONS
  main = model.in_wave["compute"] | model.in_wave["physical"]
  broad = np.where(main & (model.role != SPENDER), BROAD * 2 * model.exposure, 0.0)
  leaders = np.where(model.role == LEADER, LEADERS, 0.0)
  rows = {
      "broad": [(t >= 0, broad)],
      "leaders": [(t >= 0, leaders)],
      "narrow_to_broad": [((t >= 0) & (t < SWITCH), leaders), (t >= SWITCH, broad)],
      "broad_to_narrow": [((t >= 0) & (t < SWITCH), broad), (t >= SWITCH, leaders)],
      "rotation": [((t >= k * STAGE_SESSIONS) & (t < (k + 1) * STAGE_SESSIONS), np.where(model.in_wave[wave], ROTATION, 0.0))
                   for k, wave in enumerate(WAVES)],
      "unwind": [((t >= SWITCH) & (t < SWITCH + UNWIND_SESSIONS), np.where(main, UNWIND, 0.0))],
  }.get(regime, [])
  own = sum((at[:, None] * drift for at, drift in rows), np.zeros((len(t), len(model.names))))
  market = np.zeros(len(t))
  if regime == "crash":
    market[(t >= SWITCH) & (t < SWITCH + CRASH_SESSIONS)] = CRASH
    market[(t >= SWITCH + CRASH_SESSIONS) & (t < SWITCH + CRASH_SESSIONS + RECOVERY_SESSIONS)] = RECOVERY
  return own, market


def mix(value):
  value = ((value ^ (value >> 30)) * M1) & MASK
  value = ((value ^ (value >> 27)) * M2) & MASK
  return value ^ (value >> 31)


def key_of(kind, name):
  return int.from_bytes(hashlib.sha256(f"{kind}/{name}".encode()).digest()[:8], "big")


class Streams:
  """Many streams side by side, each named by (seed, session, key); arrays of any one shape."""

  def __init__(self, seeds, session, keys):
    with np.errstate(over="ignore"):
      state = self.mix(self.mix(self.mix(seeds) ^ np.uint64(session)) ^ keys)
      self.state = []
      for _ in range(4):
        state = state + np.uint64(GOLDEN)
        self.state.append(self.mix(state))

  @staticmethod
  def mix(value):
    value = (value ^ (value >> np.uint64(30))) * np.uint64(M1)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(M2)
    return value ^ (value >> np.uint64(31))

  @staticmethod
  def rotate(value, by):
    return (value << np.uint64(by)) | (value >> np.uint64(64 - by))

  def bits(self):
    a, b, c, d = self.state
    result = self.rotate(b * np.uint64(5), 7) * np.uint64(9)
    shifted = b << np.uint64(17)
    c, d = c ^ a, d ^ b
    b, a = b ^ c, a ^ d
    self.state = [a, b, c ^ shifted, self.rotate(d, 45)]
    return result

  def uniform(self):
    return (self.bits() >> np.uint64(11)).astype(float) * 2.0**-53

  def normal(self):
    total = None
    for _ in range(3):
      parts = self.bits().view(np.uint16).reshape(*self.state[0].shape, 4).sum(axis=-1, dtype=np.int64)
      total = parts if total is None else total + parts
    return (total - 12 * 65535 // 2).astype(float) * 2.0**-16

  def student5_scale(self):
    total = 0.0
    for _ in range(5):
      value = self.normal()
      total = total + value * value
    return np.sqrt(3.0 / np.maximum(total, 0.25))

  def below(self, bound):
    return (int(self.bits()[0]) * bound) >> 64


def step_roots():
  def activity(x):
    square = (2 * x - 1) * (2 * x - 1)
    return 0.6 + 0.6 * square + square * square

  steps, total = MOVES - 1, 0.0
  curve = [activity((step - 0.5) / steps) for step in range(1, steps + 1)]
  for value in curve:
    total += value
  return np.array([math.sqrt(NIGHT_SHARE)] + [math.sqrt((1 - NIGHT_SHARE) * value / total) for value in curve])


def sessions_before(calendar, count, last=LAST_SESSION):
  """The last `count` session dates before a day: weekdays that the calendar does not close."""
  with open(calendar, newline="", encoding="utf-8") as file:
    closed = {row["date"] for row in csv.DictReader(line for line in file if not line.startswith("#")) if row["kind"] == "closed"}
  out, day = [], last
  while len(out) < count:
    day -= datetime.timedelta(days=1)
    if day.weekday() < 5 and day.isoformat() not in closed:
      out.append(day.isoformat())
  return out[::-1]


class Model:
  """The members of a universe in the order of the file, for several seeds at once; the benchmark is the last column."""

  def __init__(self, universe, seeds, sessions):
    self.universe, self.sessions = universe, sessions
    self.seeds = np.array(seeds, np.uint64)
    self.names = list(dict.fromkeys(entry[0] for basket in universe.entries for entry in basket))
    first = {}
    for at, basket in enumerate(universe.entries):
      for symbol, *_ in basket:
        first.setdefault(symbol, at)
    self.basket = np.array([first[name] for name in self.names])
    self.wave = np.array([WAVES.index(universe.waves[at]) for at in self.basket])
    self.in_wave = {wave: self.wave == k for k, wave in enumerate(WAVES)}
    strongest = {}
    for basket in universe.entries:
      for symbol, role, *_ in basket:
        strongest[symbol] = max(strongest.get(symbol, 0), role)
    self.role = np.array([strongest[name] for name in self.names])
    self.keys = np.array([key_of("symbol", name) for name in [*self.names, universe.benchmark]], np.uint64)
    streams = Streams(self.seeds[:, None], 0, self.keys[None, :])
    height = streams.uniform()
    self.dollars = np.maximum(np.floor((10 + 490 * height * height) * 100 + 0.5), 1) / 100
    self.beta = 0.6 + 0.8 * streams.uniform()
    self.beta[:, -1] = 1.0
    self.own = np.array([OWN] * len(self.names) + [0.0005])
    self.exposure = np.array([key_of("exposure", name) >> 11 for name in self.names]) * 2.0**-53
    self.listed_from = self.late_listings(sum(1 for _ in self.names))

  def late_listings(self, members):
    """Three members list 30 to 200 sessions before the end; the draw counts the benchmarks of the file among the symbols."""
    out = np.zeros((len(self.seeds), len(self.names) + 1), int)
    symbols = members + self.universe.benchmarks
    for row, seed in enumerate(self.seeds):
      streams, wanted = Streams(seed.reshape(1), 0, np.array([key_of("listing", "")], np.uint64)), min(3, members // 8)
      while wanted:
        at = streams.below(symbols)
        if at >= members or out[row, at]:
          continue
        out[row, at] = len(self.sessions) - (30 + streams.below(171))
        wanted -= 1
    return out

  def noise(self):
    """Per session the moves without a regime: (market, waves, baskets, own), the last axis is the step. The same for every regime."""
    roots, shared = step_roots(), [("market", "", MARKET)] + [("wave", wave, WAVE) for wave in WAVES]
    shared += [("basket", name, BASKET) for name in self.universe.ids]
    keys = np.concatenate([np.array([key_of(kind, name) for kind, name, _ in shared], np.uint64), self.keys])
    volatility = np.concatenate([np.array([size for *_, size in shared]), self.own])
    for session in self.sessions:
      streams = Streams(self.seeds[:, None], int(session.replace("-", "")), keys[None, :])
      size = volatility * streams.student5_scale()
      moves = np.stack([size * root * streams.normal() for root in roots], axis=-1)
      moves[:, 0] += MARKET_DRIFT / MOVES
      yield moves

  def play(self, regime, noise):
    """Closes in cents, sessions by seeds by symbols; 0 before a listing."""
    own_drift, market_drift = drifts(regime, self)
    price, waves, out = self.dollars.copy(), [], []
    for t, moves in enumerate(noise):
      market, wave, basket, own = moves[:, 0], moves[:, 1:4], moves[:, 4:4 + len(self.universe.ids)], moves[:, 4 + len(self.universe.ids):]
      if regime == "rotation":
        wave = self.lagged_waves(wave, waves)
      together = np.zeros(own.shape)
      together[:, :-1] = wave[:, self.wave] + basket[:, self.basket]
      move = self.beta[:, :, None] * (market + market_drift[t] / MOVES)[:, None, :] + own + together
      move[:, :-1] += (own_drift[t] / MOVES)[None, :, None]
      move = np.clip(move, -LARGEST_MOVE, LARGEST_MOVE)
      played = price
      for step in range(MOVES):
        played = np.clip(played * (1 + move[:, :, step]), LOWEST, HIGHEST)
      listed = t >= self.listed_from
      cents = np.maximum(np.floor(played * 100 + 0.5), 1)
      price = np.where(listed, cents / 100, price)
      out.append(np.where(listed, cents, 0).astype(np.int64))
    return np.stack(out)

  @staticmethod
  def lagged_waves(own, before):
    """Compute leads: physical and monetization repeat what the wave before them did; before the lag has passed they move alone."""
    wave = own.copy()
    if len(before) == LAG_SESSIONS:
      wave[:, 1:] = 0.6 * own[:, 1:] + LAG_SHARE * before[0][:, :2]
      before.pop(0)
    before.append(wave)
    return wave

  def market(self, closes, row):
    """The market of one seed, columns as in the universe."""
    order = [self.names.index(name) for name in self.universe.symbols]
    close_e9 = closes[:, row, order] * 10**7
    bench = closes[:, row, -1] * 10**7
    return Market(self.universe, self.sessions, close_e9, close_e9 > 0, None, bench, bench > 0)


def filings_of(model):
  """Made-up fundamentals of every member, one filing each 63 sessions: fields rise with the exposure u that a broad regime rewards, plus
  noise of their own; labels have nothing to do with it. They say nothing about a real company."""
  out = []
  for at, name in enumerate(model.names):
    streams = Streams(np.array([0], np.uint64), 0, np.array([key_of("filing", name)], np.uint64))
    near = [float(0.7 * model.exposure[at] + 0.3 * streams.uniform()[0]) for _ in range(4)]
    growth = 0.03 + 0.3 * near[1]
    row = {"ai_capex_rev_share": near[0], "rev_ttm": 100 * (1 + growth), "rev_ttm_prior": 100, "ebit_ttm": 20 + 100 * growth * near[2],
           "ebit_ttm_prior": 20, "rev_q": 25, "backlog": 50 * (1 + near[3]), "backlog_prior_year": 50,
           "backlog_prior_q": 50 * (1 + 0.75 * near[3]),
           "label_score": float(streams.uniform()[0])}
    fields, label = fields_of({key: str(value) for key, value in row.items()})
    out += [Filing(name, open_ns(date), fields, label) for date in model.sessions[::63]]
  return out


def main(universe_path, calendar, regime, seed):
  universe = Universe(universe_path)
  sessions = sessions_before(calendar, WARM_SESSIONS + SESSIONS)
  model = Model(universe, [int(seed)], sessions)
  closes = model.play(regime, model.noise())
  for t, session in enumerate(sessions):
    for name, cents in zip([*model.names, universe.benchmark], closes[t, 0]):
      if cents:
        print(f"{session},{name},{cents}")


if __name__ == "__main__":
  main(*sys.argv[1:])
