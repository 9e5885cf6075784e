"""D3: the confirmation state machine. One step per commit, at most one transition per step; every counter is in Memory."""
import dataclasses
import math

import thesis_constants as c
from thesis_constants import BREAKING, BROADENING, CONFIRMED, DIVERGING, NARROW, NEUTRAL, UNKNOWN


@dataclasses.dataclass
class Inputs:
  """Of one commit. Shares and drawdown in percent; NaN is no number, and makes every comparison with it false."""
  score: float  # B, NaN while it warms up
  index_z: float  # z21 of the thesis index
  leaders_z: float
  a50_all: float
  d_rs: float
  gap: float
  drawdown: float
  since_high: float
  a50_at_high: float  # a50_all in the session of the latest high of the index
  reward: float = math.nan
  paint: float = math.nan

  def complete(self):
    return not any(math.isnan(x) for x in (self.score, self.index_z, self.leaders_z, self.a50_all))


@dataclasses.dataclass
class Memory:
  state: int = UNKNOWN
  enter: list = dataclasses.field(default_factory=lambda: [0] * 7)  # commits in a row that a state's ENTER has held
  exit: int = 0  # the same of the present state's EXIT, since it was entered
  missing: int = 0  # commits in a row with an input missing


class Machine:
  """The rules, with thresholds t."""

  def __init__(self, thresholds):
    self.t = thresholds
    t = thresholds
    self.enter_dwell = {BREAKING: t.breaking_enter, DIVERGING: t.diverging_enter, CONFIRMED: t.confirmed_enter,
                        BROADENING: t.broadening_enter, NARROW: t.narrow_enter}
    self.exit_dwell = {BREAKING: t.breaking_exit, DIVERGING: t.diverging_exit, CONFIRMED: t.confirmed_exit,
                       BROADENING: t.broadening_exit, NARROW: t.narrow_exit}

  def entering(self, i):
    t = self.t
    return {
        BREAKING: (i.a50_all <= t.breaking_absolute_a50 or (i.a50_all <= t.breaking_a50 and i.index_z <= t.breaking_z)
                   or (i.drawdown >= t.breaking_drawdown and i.d_rs <= t.breaking_d_rs)),
        DIVERGING: (i.since_high <= t.diverging_since_high and i.a50_at_high - i.a50_all >= t.diverging_a50_fall
                    and i.score <= t.diverging_score),
        CONFIRMED: (i.score >= t.confirmed_score and i.d_rs >= t.confirmed_d_rs and i.leaders_z >= t.confirmed_leaders_z
                    and i.reward >= t.confirmed_reward and not i.paint > t.confirmed_paint),
        BROADENING: (i.score >= t.broadening_score and i.d_rs >= t.broadening_d_rs and i.index_z >= t.broadening_z
                     and i.gap >= t.broadening_gap),
        NARROW: i.leaders_z >= t.narrow_leaders_z and i.score <= t.narrow_score,
    }

  def leaving(self, state, i):
    t = self.t
    if state == BREAKING:
      return i.a50_all >= t.breaking_exit_a50 and i.index_z >= t.breaking_exit_z
    if state == DIVERGING:
      return (i.a50_at_high - i.a50_all <= t.diverging_exit_a50_fall or i.score >= t.diverging_exit_score
              or i.since_high > t.diverging_exit_since_high)
    if state == CONFIRMED:
      rewarded = i.reward >= t.confirmed_exit_reward  # without a number nothing is confirmed
      return i.score < t.confirmed_exit_score or i.d_rs < t.confirmed_exit_d_rs or not rewarded
    if state == BROADENING:
      return i.score < t.broadening_exit_score
    return state == NARROW and (i.score >= t.narrow_exit_score or i.leaders_z <= t.narrow_exit_leaders_z)

  def step(self, memory, i):
    """Moves the memory by one commit; the new state."""
    if not i.complete():
      memory.missing += 1
      return memory.state
    memory.missing = 0
    for state, holds in self.entering(i).items():
      memory.enter[state] = memory.enter[state] + 1 if holds else 0
    memory.exit = memory.exit + 1 if self.leaving(memory.state, i) else 0
    then = self.next_state(memory, i)
    if then != memory.state:
      memory.state, memory.exit = then, 0
    return memory.state

  def next_state(self, memory, i):
    now = memory.state
    ready = {state: memory.enter[state] >= dwell for state, dwell in self.enter_dwell.items()}
    over = memory.exit >= self.exit_dwell.get(now, math.inf)
    if now == UNKNOWN:
      return NEUTRAL
    if ready[BREAKING]:
      return BREAKING
    if now == BREAKING and not over:
      return BREAKING
    if ready[DIVERGING] and now != BREAKING:
      return DIVERGING
    if now == DIVERGING and not over:
      return DIVERGING
    if now == BROADENING and ready[CONFIRMED]:
      return CONFIRMED
    if now != CONFIRMED and ready[BROADENING]:
      return BROADENING
    if ready[NARROW]:
      return NARROW
    if now == CONFIRMED and over and i.score >= self.t.broadening_exit_score:
      return BROADENING
    return NEUTRAL if over else now


def run(machine, columns, n):
  """The states of n commits from arrays by input name; the memory starts afresh."""
  memory, out, names = Memory(), [], [field.name for field in dataclasses.fields(Inputs)]
  rows = zip(*(columns[name].tolist() if name in columns else [math.nan] * n for name in names))
  for row in rows:
    out.append(machine.step(memory, Inputs(*row)))
  return out
