"""Who runs, on what, how often."""
from dataclasses import dataclass, field

OURS = "Groundswell"
ROUNDS = 5
ROUNDS_OF_SLOW = 2  # in a quick run


@dataclass(frozen=True)
class Entry:
  name: str
  environment: str = ""  # "": our own program
  script: str = ""
  modes: tuple = ("e1", "e2")
  cores: str = "1"  # "all": the entry makes threads of its own
  options: tuple = ()
  slow: bool = False  # a run takes a minute


@dataclass(frozen=True)
class Group:
  """Entries that are compared: the same tape, the same emissions."""
  symbols: int
  baskets: int
  tape: int  # trades in the session
  mode: str
  interval_ms: int = 1000
  ticks: int = 0  # of the tape, from its start; 0: all
  entries: tuple = field(default=())

  @property
  def n_ticks(self):
    return self.ticks or self.tape


FLOOR = "bare arithmetic (floor)"


def peers(warm_up):
  return {
      FLOOR: Entry(FLOOR, "harness", "bare_arithmetic.py"),
      "csp idiomatic": Entry("csp idiomatic", "csp", "csp_idiomatic.py"),
      "csp tuned": Entry("csp tuned", "csp", "csp_tuned.py"),
      "csp native": Entry("csp native", "csp", "csp_native.py"),
      "Polars": Entry("Polars", "polars", "polars_day.py", ("e2",)),
      "Polars, all cores": Entry("Polars, all cores", "polars", "polars_day.py", ("e2",), cores="all"),
      "pandas": Entry("pandas", "pandas", "pandas_day.py", ("e2",)),
      "Wickra (maths only)": Entry("Wickra (maths only)", "wickra", "wickra_maths.py"),
      "Bytewax": Entry("Bytewax", "bytewax", "bytewax_flow.py", ("e1",)),
      "NautilusTrader": Entry("NautilusTrader", "nautilus", "nautilus_actor.py"),
      "Deephaven, all cores": Entry("Deephaven, all cores", "deephaven", "deephaven_day.py", ("e2",), cores="all",
                                    options=("--warm-up", str(warm_up)), slow=True),
      "Perspective": Entry("Perspective", "perspective", "perspective_table.py", ("e2",), slow=True),
  }


PER_TICK = (FLOOR, "csp idiomatic", "csp tuned", "csp native", "Wickra (maths only)", "Bytewax", "NautilusTrader")
BY_STEP = (FLOOR, "csp idiomatic", "csp tuned", "csp native", "Polars", "Polars, all cores", "pandas", "Wickra (maths only)",
           "NautilusTrader")
WHOLE_DAY = (FLOOR, "csp native", "Polars", "Polars, all cores", "pandas")


def groups(quick):
  """Perspective has its own table with steps of ten seconds: at one second a day takes it minutes."""
  known = peers(10 if quick else 60)

  def group(symbols, baskets, tape, mode, names, **more):
    return Group(symbols, baskets, tape, mode, entries=(Entry(OURS),) + tuple(known[name] for name in names), **more)

  day = group(500, 12, 20_000_000, "e2", WHOLE_DAY)
  if quick:
    return [group(100, 3, 200_000, "e1", PER_TICK, ticks=50_000), group(100, 3, 200_000, "e2", BY_STEP),
            group(500, 12, 300_000, "e1", PER_TICK, ticks=50_000), group(500, 12, 300_000, "e2", BY_STEP + ("Deephaven, all cores",)), day,
            group(500, 12, 300_000, "e2", ("Perspective",), interval_ms=10_000)]
  big = WHOLE_DAY + ("Deephaven, all cores",)
  found = []
  for symbols, baskets in ((100, 3), (500, 12), (3000, 60), (10_000, 60)):
    found += [group(symbols, baskets, 2_000_000, "e1", PER_TICK, ticks=500_000), group(symbols, baskets, 2_000_000, "e2", BY_STEP),
              group(symbols, baskets, 20_000_000, "e2", big)]
  return found + [group(500, 12, 20_000_000, "e2", ("Polars", "Polars, all cores"), interval_ms=100),
                  group(500, 12, 2_000_000, "e2", ("Perspective",), interval_ms=10_000)]
