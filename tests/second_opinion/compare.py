"""Compares what a replay published with the second computation.

Counts must be equal, other numbers within 1e-9 of max(1, |value|); presence, validity, n_valid, n_members and flags must be equal too. A
row without a value may be left out of the CSV; one with a value may not, and none may stand twice. What was not computed is listed.
"""
import collections
import re
import sys

import numpy as np

from numbers_of import FLAGS, VALIDITIES

HEADER = b"session,ts_event,clock,scope,signal,value,validity,n_valid,n_members,flags\n"
EXACT = re.compile(r"adv|dec|unch|untraded|net_adv|adl|(up|dn|unch)_vol|n[hl]_\d+|zbt_thrust|quadrant|rs_rating")
TOLERANCE = 1e-9
SHOWN = 3  # mismatches of one kind and signal
KINDS = ("value", "presence", "validity", "counts", "flags", "missing row", "second row")
FLAG_BITS = {name.encode(): 1 << bit for bit, name in enumerate(FLAGS)}
CODES = {name.encode(): code for code, name in enumerate(VALIDITIES)}


class FlagSets(dict):
  """Bits of the flags column; each text is taken apart once."""

  def __missing__(self, text):
    self[text] = sum(FLAG_BITS[name] for name in text.split(b"|"))
    return self[text]


def blocks(path, dates):
  """Yields (index, rows as bytes) of each session that the file has, in order."""
  with open(path, "rb") as file:
    if file.readline() != HEADER:
      sys.exit(f"{path}: the first line is not {HEADER.decode().rstrip()}")
    rest, t = b"", 0
    while True:
      chunk = file.read(1 << 24)
      data = rest + chunk
      begin = 0
      while t < len(dates) and data.startswith(dates[t].encode(), begin):
        end = data.find(b"\n" + dates[t + 1].encode(), begin) + 1 if t + 1 < len(dates) else 0
        if end == 0 and chunk:
          break
        yield t, data[begin:end or len(data)]
        begin, t = end or len(data), t + 1
      rest = data[begin:]
      if not chunk:
        break
    if rest or t < len(dates):
      sys.exit(f"{path}: expected session {dates[t] if t < len(dates) else 'none'}, found {rest[:10].decode()!r}")


class Expected:
  """All columns as arrays of sessions by numbers."""

  def __init__(self, columns, n_sessions):
    self.keys = list(columns)  # of (scope, signal)
    self.place = {f"{scope},{signal}".encode(): at for at, (scope, signal) in enumerate(self.keys)}
    kinds = {"value": float, "validity": np.int8, "n_valid": np.int32, "n_members": np.int32, "flags": np.int32}
    self.parts = {name: np.empty((n_sessions, len(self.keys)), kind) for name, kind in kinds.items()}
    for at, key in enumerate(self.keys):
      for name, array in self.parts.items():
        array[:, at] = getattr(columns[key], name)
    self.exact = np.array([bool(EXACT.fullmatch(signal)) for _, signal in self.keys])


class Comparison:
  def __init__(self, columns, dates):
    self.expected, self.dates = Expected(columns, len(dates)), dates
    n = len(self.expected.keys)
    self.rows, self.values, self.largest = np.zeros(n, int), np.zeros(n, int), np.zeros(n)
    self.wrong = {kind: np.zeros(n, int) for kind in KINDS}
    self.examples, self.unchecked = collections.defaultdict(list), collections.Counter()
    self.places, self.flag_sets = {}, FlagSets({b"": 0})

  def note(self, kind, t, at, got):
    """`at`: places of the mismatches; `got`: what the file has at each of them."""
    self.wrong[kind][at] += 1
    for place, text in zip(at, got):
      scope, signal = self.expected.keys[place]
      shown = self.examples[(signal, kind)]
      if len(shown) < SHOWN:
        value, validity, n_valid, n_members, flags = (part[t, place] for part in self.expected.parts.values())
        names = "|".join(name for bit, name in enumerate(FLAGS) if flags >> bit & 1)
        want = f"{value!r} {VALIDITIES[validity]} {n_valid} {n_members} {names}"
        shown.append(f"  {self.dates[t]} {scope} {signal}: expected {want}, got {text}")

  def places_of(self, scopes, signals):
    """Where the rows of a session stand; sessions mostly repeat the rows of the one before."""
    key = hash((tuple(scopes), tuple(signals)))
    if key not in self.places:
      names = [scope + b"," + signal for scope, signal in zip(scopes, signals)]
      self.places[key] = names, np.array([self.expected.place.get(name, -1) for name in names], int)
    return self.places[key]

  def session(self, t, block):
    fields = block.replace(b"\n", b",").split(b",")
    if len(fields) % 10 != 1 or fields[2:-1:10].count(b"close") != len(fields) // 10:
      sys.exit(f"{self.dates[t]}: rows that are not ten fields of the close clock")
    names, places = self.places_of(fields[3:-1:10], fields[4:-1:10])
    known = np.flatnonzero(places >= 0)
    for at in np.flatnonzero(places < 0):
      self.unchecked[names[at].rpartition(b",")[2].decode()] += 1
    at = places[known]
    texts = [fields[5:-1:10], fields[6:-1:10], fields[7:-1:10], fields[8:-1:10], fields[9:-1:10]]
    columns = (np.array([float(text or b"nan") for text in texts[0]]), np.array([CODES[text] for text in texts[1]]),
               np.array(list(map(int, texts[2]))), np.array(list(map(int, texts[3]))),
               np.array([self.flag_sets[text] for text in texts[4]]))
    value, validity, n_valid, n_members, flags = (column[known] for column in columns)
    want = {name: part[t, at] for name, part in self.expected.parts.items()}
    difference = np.abs(value - want["value"])
    share = difference / np.maximum(1.0, np.abs(want["value"]))
    both = ~np.isnan(share)
    self.rows[at] += 1
    self.values[at] += both
    self.largest[at] = np.fmax(self.largest[at], share)
    limit = np.where(self.expected.exact[at], 0.0, TOLERANCE)
    for kind, wrong in (("value", both & (share > limit)), ("presence", np.isnan(value) != np.isnan(want["value"])),
                        ("validity", validity != want["validity"]), ("flags", flags != want["flags"]),
                        ("counts", ((n_valid != want["n_valid"]) & (want["n_valid"] >= 0)) | (n_members != want["n_members"]))):
      if wrong.any():
        picked = np.flatnonzero(wrong)
        self.note(kind, t, at[picked], [b" ".join(column[known[p]] for column in texts).decode() for p in picked])
    seen = np.bincount(at, minlength=len(self.expected.keys))
    if (seen > 1).any():
      self.note("second row", t, np.flatnonzero(seen > 1), ["two rows"] * int((seen > 1).sum()))
    missing = np.flatnonzero((seen == 0) & ~np.isnan(self.expected.parts["value"][t]))
    if len(missing):
      self.note("missing row", t, missing, ["no row"] * len(missing))

  def report(self):
    by_signal = collections.defaultdict(list)
    for at, (_, signal) in enumerate(self.expected.keys):
      by_signal[signal].append(at)
    print(f"{'signal':<22}{'rows':>9}{'values':>9}{'largest':>10}  " + "".join(f"{kind:>12}" for kind in KINDS))
    for signal, at in by_signal.items():
      wrong = "".join(f"{self.wrong[kind][at].sum() or '-':>12}" for kind in KINDS)
      print(f"{signal:<22}{self.rows[at].sum():>9}{self.values[at].sum():>9}{self.largest[at].max():>10.1e}  {wrong}")
    for (signal, kind), lines in sorted(self.examples.items()):
      print(f"{kind} of {signal}")
      print("\n".join(lines))
    if self.unchecked:
      print("not checked:", ", ".join(sorted(self.unchecked)))
    total = sum(int(part.sum()) for part in self.wrong.values())
    print(f"{self.rows.sum()} rows and {self.values.sum()} values compared, {total} mismatches")
    return total
