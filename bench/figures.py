"""Single figures out of full rows, and of our own pieces beside their floors: ours, a peer's or the floor's, their ratio, and the goal."""
import json
import subprocess

from environments import last_line
from plan import FLOOR, OURS

UNIT = "M ticks/s/core"
E1_BEST, E1_IDIOMATIC, E2_POLARS, WICKRA = 20.0, 100.0, 2.0, 0.5  # ours at least so many times the peer


def figure(name, ours, other, peer, unit, goal=None):
  """The goal is of the ratio: ">= 2" or "<= 2"; met where both are known."""
  ratio = ours / other if other else None
  met = None
  if goal and ratio is not None:
    sign, bound = goal.split()
    met = ratio >= float(bound) if sign == ">=" else ratio <= float(bound)
  return {"name": name, "ours": ours, "other": other, "peer": peer, "unit": unit, "ratio": ratio, "goal": goal, "met": met}


def key_of(row):
  return row["mode"], row["symbols"], row["baskets"], row["ticks"], row["interval_ms"]


def name_of(row):
  step = f", steps of {row['interval_ms'] / 1000:g} s" if row["mode"] == "e2" else ", every tick"
  return f"{row['mode'].upper()}{step}, {row['symbols']:,} symbols, {row['baskets']} baskets, {row['ticks']:,} ticks"


def of_entries(rows):
  """Rates per core: by processor time, so that neither a busy machine nor a second core makes a difference."""
  found = []
  for ours in (row for row in rows if row["entry"] == OURS):
    peers = {row["entry"]: row for row in rows if key_of(row) == key_of(ours) and row is not ours and row["cores"] == "1"}

    def against(name, peer, goal=None):
      rates = (row["ticks_per_core_second"] / 1e6 for row in (ours, peer))
      found.append(figure(name, *rates, peer["entry"], UNIT, f">= {goal:g}" if goal else None))

    if FLOOR in peers:
      against(f"{name_of(ours)}: the arithmetic alone", peers[FLOOR])
    csp = [row for name, row in peers.items() if name.startswith("csp")]
    if ours["mode"] == "e1" and csp:
      against(f"{name_of(ours)}: csp at its best", max(csp, key=lambda row: row["ticks_per_core_second"]), E1_BEST)
      if "csp idiomatic" in peers:
        against(f"{name_of(ours)}: csp as documented", peers["csp idiomatic"], E1_IDIOMATIC)
    if ours["mode"] == "e2" and "Polars" in peers:
      against(f"{name_of(ours)}: Polars", peers["Polars"], E2_POLARS)
    if "Wickra (maths only)" in peers:
      against(f"{name_of(ours)}: Wickra's maths", peers["Wickra (maths only)"], WICKRA)
  return found


def goal_of_floor(name):
  if name.startswith("tick to edge, "):
    return {"p50": "<= 1.2", "p99": "<= 1.5"}.get(name.rsplit(" ", 1)[1])
  return None


def of_floors(program, left_out):
  """What `groundswell bench` measures: our pieces beside the least that any program has to do, the way over tcp beside a bare relay."""
  done = subprocess.run([str(program), "bench", "--json", "-q"], capture_output=True, text=True, timeout=3600, check=False)
  if done.returncode != 0:
    left_out.append({"entry": "groundswell bench", "reason": f"exit code {done.returncode}: {last_line(done.stderr)}"})
    return []
  return [figure(one["name"], one["ours"], one["other"], one["other_name"], one["unit"], goal_of_floor(one["name"]))
          for one in json.loads(done.stdout)["figures"]]
