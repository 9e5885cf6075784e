"""Compares what a replay published with what oracle.py computed.

Counts must be equal, other numbers within 1e-9 of max(1, |value|); presence, validity, n_valid and n_members must be equal too. A row
without a value may be left out of the CSV; one with a value may not, and none may stand twice. What was not computed is listed by name.
"""
import collections
import sys

HEADER = "session,ts_event,clock,scope,signal,value,validity,n_valid,n_members,flags"
EXACT = {"adv", "dec", "unch", "untraded", "net_adv", "adl", "up_vol", "dn_vol", "unch_vol"}
EXACT |= {f"{side}_{n}" for side in ("nh", "nl") for n in (20, 63, 252)}
TOLERANCE = 1e-9
FIRST_SHOWN = 5  # mismatches shown per kind and family of signals


def published(path, wanted):
  """Yields per wanted session (date, rows of the close clock)."""
  date, rows = None, []
  with open(path, encoding="utf-8") as file:
    if next(file, "").rstrip("\n") != HEADER:
      sys.exit(f"{path}: the first line is not {HEADER}")
    for line in file:
      if line[:10] not in wanted:
        continue
      row = line.rstrip("\n").split(",")
      if row[0] != date:
        if date is not None:
          yield date, rows
        date, rows = row[0], []
      if row[2] == "close":
        rows.append(row)
  if date is not None:
    yield date, rows


class Comparison:
  def __init__(self):
    self.rows, self.largest = collections.Counter(), collections.Counter()
    self.mismatches = collections.defaultdict(collections.Counter)  # by signal, then kind
    self.examples = collections.defaultdict(list)
    self.unchecked = collections.Counter()

  def note(self, kind, date, scope, signal, expected, got):
    self.mismatches[signal][kind] += 1
    family = signal.rstrip("0123456789_") if not signal.startswith(("rs_", "excess_")) else signal.split("_")[0]
    shown = self.examples[(kind, family)]
    if len(shown) < FIRST_SHOWN:
      shown.append(f"  {date} {scope} {signal}: expected {tuple(expected) if expected else 'no row'}, got {got}")

  def session(self, date, expected, rows):
    seen = set()
    for row in rows:
      scope, signal = row[3], row[4]
      want = expected.get(scope, {}).get(signal)
      if want is None:
        self.unchecked[signal] += 1
        continue
      if (scope, signal) in seen:
        self.note("second row", date, scope, signal, want, row[5:9])
      seen.add((scope, signal))
      self.rows[signal] += 1
      self.row(date, scope, signal, want, row)
    for scope, signals in expected.items():
      for signal, want in signals.items():
        if want.value is not None and (scope, signal) not in seen:
          self.note("missing row", date, scope, signal, want, "no row")

  def row(self, date, scope, signal, want, row):
    text, got = row[5], row[5:9]
    if (text == "") != (want.value is None):
      self.note("presence", date, scope, signal, want, got)
    elif text:
      value = float(text)
      difference = abs(value - want.value)
      self.largest[signal] = max(self.largest[signal], difference / max(1.0, abs(want.value)))
      if not (value == want.value if signal in EXACT else difference <= TOLERANCE * max(1.0, abs(want.value))):
        self.note("value", date, scope, signal, want, got)
    if row[6] != want.validity:
      self.note("validity", date, scope, signal, want, got)
    if want.n_valid not in (None, int(row[7])) or want.n_members != int(row[8]):
      self.note("counts", date, scope, signal, want, got)

  def report(self):
    print(f"{'signal':<22}{'rows':>10}{'mismatches':>12}{'largest':>12}  kinds")
    for signal in sorted(self.rows.keys() | self.mismatches.keys()):
      kinds = self.mismatches[signal]
      text = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
      print(f"{signal:<22}{self.rows[signal]:>10}{sum(kinds.values()):>12}{self.largest[signal]:>12.1e}  {text}")
    for (kind, family), lines in sorted(self.examples.items()):
      print(f"{kind} of {family}")
      print("\n".join(lines))
    if self.unchecked:
      print("not checked:", ", ".join(sorted(self.unchecked)))
    total = sum(sum(kinds.values()) for kinds in self.mismatches.values())
    print(f"{sum(self.rows.values())} rows compared, {total} mismatches")
    return total
