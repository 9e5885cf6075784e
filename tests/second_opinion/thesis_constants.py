"""Every constant of the thesis layer, once. A threshold has the key in [thesis] of groundswell.toml that bears its name."""
import dataclasses

# ---- D1: the broadening score. Windows in sessions.
OUTPERFORM_SESSIONS = 63  # x1: who is ahead of the benchmark
AVERAGE_SESSIONS = 50  # x2: who is above its own average
STRENGTH_SESSIONS = 21  # x3: which baskets are ahead; x5: whose gains
GAP_SESSIONS = 21  # x4
CLIP = 2.0  # x4 and x5 count up to two deviations
HISTORY_SESSIONS, HISTORY_LEAST = 252, 63  # x5: own history; also of every deviation
MAD_TO_DEVIATION, SMALLEST_MAD, SMALLEST_DEVIATION = 1.4826, 1e-9, 1e-9
WEIGHTS = (25, 25, 20, 15, 15)  # hundredths, of x1 .. x5
LEAST_WEIGHT = 60  # of the terms that exist, absolute
SCORE_AVERAGE = 5
WARM_UPDATES = 12  # (2/3)^12 <= 0.01
FLAT_EXCESS = 0.0005  # a basket this near to the benchmark counts half

# ---- D2: waves
SCORE_SESSIONS = (21, 63)
LEAD_MARGIN, LEAD_COMMITS = 0.5, 3
LAG_SESSIONS, LAG_MOST, LAG_BOUND = 126, 10, 2.9  # the bound is over sqrt(sessions)

# ---- D4, D5: reward and belief
BETA_SESSIONS, BETA_LEAST, SMALLEST_VARIANCE = 252, 126, 1e-12
REWARD_SESSIONS, REWARD_AVERAGE, REWARD_LEAST = 63, 10, 20
REWARD_WARM_UPDATES = 23  # (9/11)^23 <= 0.01
EXPOSURE_LEAST = 3  # of five fields
STALE_DAYS = 140
LEAST_GROWTH = 0.02
MARGIN_RANGE, LEVERAGE_RANGE, BACKLOG_RANGE = (-1.0, 1.5), (-5.0, 15.0), (-0.5, 3.0)
PAINTED_SPOON, PAINTED_K, CLEAR_SPOON, CLEAR_K, PAINT_COMMITS = 50.0, 0.35, 40.0, 0.45, 5
LABEL_LEAST, CONFIRMED_K = 0.6, 0.5
KNOWN_LEAST = 0.6  # of the positive contributions

# ---- D3: the state machine
UNKNOWN, NEUTRAL, NARROW, BROADENING, CONFIRMED, DIVERGING, BREAKING = range(7)
STATES = ("UNKNOWN", "NEUTRAL", "NARROW", "BROADENING", "CONFIRMED", "DIVERGING", "BREAKING")
PEAK_SESSIONS = 63  # of the index: drawdown, new high
STALE_COMMITS = 3


@dataclasses.dataclass(frozen=True)
class Thresholds:
  """Shares and drawdowns in percent, z in deviations, dwell in commits, sessions since the high in commits."""
  breaking_absolute_a50: float = 15.0
  breaking_a50: float = 30.0
  breaking_z: float = -1.5
  breaking_drawdown: float = 15.0
  breaking_d_rs: float = 35.0
  breaking_enter: int = 2
  breaking_exit_a50: float = 40.0
  breaking_exit_z: float = -0.5
  breaking_exit: int = 5
  diverging_since_high: int = 10
  diverging_a50_fall: float = 15.0
  diverging_score: float = 0.0
  diverging_enter: int = 3
  diverging_exit_a50_fall: float = 7.5
  diverging_exit_score: float = 15.0
  diverging_exit_since_high: int = 21
  diverging_exit: int = 5
  confirmed_score: float = 40.0
  confirmed_d_rs: float = 60.0
  confirmed_leaders_z: float = -1.0
  confirmed_reward: float = 0.15
  confirmed_paint: float = 0.5
  confirmed_enter: int = 5
  confirmed_exit_score: float = 20.0
  confirmed_exit_d_rs: float = 45.0
  confirmed_exit_reward: float = 0.0
  confirmed_exit: int = 5
  broadening_score: float = 25.0
  broadening_d_rs: float = 50.0
  broadening_z: float = 0.0
  broadening_gap: float = -0.5
  broadening_enter: int = 3
  broadening_exit_score: float = 5.0
  broadening_exit: int = 3
  narrow_leaders_z: float = 0.5
  narrow_score: float = -10.0
  narrow_enter: int = 3
  narrow_exit_score: float = 0.0
  narrow_exit_leaders_z: float = 0.0
  narrow_exit: int = 3
  handoff_leaders_z: float = -1.0
  wave_lead_z: float = 1.0  # the strongest wave's z63, without which no wave leads


# The rules before they were recalibrated. Their fall of participation was measured from its highest value of 63 sessions.
FIRST_DESIGN = Thresholds(breaking_absolute_a50=-1.0, diverging_exit_a50_fall=-1000.0, wave_lead_z=1e-300)
