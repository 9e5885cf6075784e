#!/usr/bin/env python3
"""Writes the tables of bench/results/latest.json between the markers of docs/performance.md, and the pictures."""
import argparse
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- category benchmark: begin -->", "<!-- category benchmark: end -->"
OURS = "Groundswell"
TITLES = {"e1": "E1: the numbers of the touched baskets after every tick",
          "e2": "E2: all numbers of all baskets at every step of event time"}


def table(header, rows):
  """Markdown; the first column is text, the others are numbers."""
  lines = ["| " + " | ".join(header) + " |", "|" + "|".join(["---"] + ["---:"] * (len(header) - 1)) + "|"]
  return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def number(value):
  """Three digits that count."""
  if value is None:
    return ""
  if value == 0:
    return "0"
  return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def groups_of(entries):
  """Rows that may be compared, in the order in which they were measured."""
  found = {}
  for row in entries:
    found.setdefault((row["mode"], row["symbols"], row["baskets"], row["tape"], row["ticks"], row["interval_ms"]), []).append(row)
  return found


def verdict(row):
  """What the oracle says."""
  of = row["oracle"]
  if of["equal"]:
    return f"{of['max_rel_error']:.0e}" if of["max_rel_error"] else "0"
  counts = {"wrong": of["values_wrong"], "missing": of["values_missing"] + of["emissions_missing"],
            "extra": of["values_extra"] + of["emissions_extra"]}
  return "**" + (", ".join(f"{n:,} {what}" for what, n in counts.items() if n) or "out of order") + "**"


def entry_line(row, ours):
  """A peer that is faster than ours stands in bold: those are our losses."""
  rate = number(row["ticks_per_core_second"] / 1e3)
  if ours is not None and row["ticks_per_core_second"] > ours["ticks_per_core_second"]:
    rate = f"**{rate}**"
  runs = f"{row['rounds']} of {row['rounds']}" if row["digest_equal"] else "**differ**"
  lacking = row["not_expressible"]
  return [f"{row['entry']} ({row['version']})", rate, number(row["ticks_per_second"] / 1e3), number(row["cpu_seconds_per_million"]),
          number(row["peak_rss_bytes"] / 2**20), number(row["ingest_seconds"]), verdict(row), runs,
          ", ".join(f"`{name}`" for name in lacking) or "none"]


def group_text(key, rows):
  _, symbols, baskets, _, ticks, interval_ms = key
  step = f", steps of {interval_ms / 1000:g} s" if interval_ms else ""
  ours = next((row for row in rows if row["entry"] == OURS), None)
  header = ("entry", "k ticks/s/core", "k ticks/s, wall", "CPU s per M ticks", "peak MiB", "ingest s", "largest relative error",
            "equal digests",
            "not expressible")
  return f"{symbols:,} symbols, {baskets} baskets, {ticks:,} ticks{step}\n\n" + table(header, [entry_line(row, ours) for row in rows])


def figures_text(figures):
  rows = [[one["name"], number(one["ours"]), number(one["other"]), one["peer"], one["unit"], number(one["ratio"]), one["goal"] or "",
           {True: "yes", False: "**no**", None: ""}[one.get("met")]] for one in figures]
  return table(("figure", "ours", "other", "other is", "unit", "ours / other", "goal", "met"), rows)


def machine_text(machine):
  hardware = f"{machine['cores']} cores of {machine['processor']}, {machine['memory_gib']} GiB"
  size = f"{hardware}, Linux {machine['kernel']}, governor {machine['governor']}"
  state = f"load {machine['load_before']} before and {machine['load_after']} after, revision {machine['revision']}"
  changed = " with changes" if machine["changed_files"] else ""
  command = "./bench.sh --quick" if machine["quick"] else "./bench.sh"
  software = f"{machine['compiler']}, Python {machine['python']}"
  return f"`{command}` of {machine['date']}, seed {machine['seed']}: {size}; {software}; {state}{changed}."


def left_out_text(left_out):
  lines = []
  for one in left_out:
    where = f" ({one['mode'].upper()}, {one['symbols']:,} symbols)" if "mode" in one else ""
    lines.append(f"* {one['entry']}{where}: {one['reason']}")
  return "\n".join(lines)


def memory_text(memory):
  """Of memory.py, which is run by itself: half an hour is too long for every run."""
  lost = f"{memory['lost_while_joining']:,} ticks were sent before the engine had joined or while it could not keep up"
  grown = memory["end_kib"] - memory["settled_kib"]
  return (f"`bench/memory.py --minutes {memory['minutes']:g}` of {memory['machine']['date']}: {memory['ticks']:,} ticks, "
          f"{memory['ticks_per_second']:,} a second; {lost}. The engine's own memory (`RssAnon`) was {memory['settled_kib']:,} KiB when it had "
          f"settled, and {memory['end_kib']:,} KiB at the end: {grown:+,} KiB; by least squares {memory['slope_kib_per_hour']:+,g} KiB an hour. "
          f"Resident with libraries: {memory['resident_mib']:g} MiB.\n\n![memory of a running engine](img/benchmark-memory.svg)")


def text_of(results, memory=None):
  parts = [machine_text(results["machine"])]
  if results["figures"]:
    parts += ["### Goals", figures_text(results["figures"])]
  for mode, title in TITLES.items():
    groups = {key: rows for key, rows in groups_of(results["entries"]).items() if key[0] == mode}
    if groups:
      parts += [f"### {title}", f"![ticks per second and core](img/benchmark-{mode}.svg)"]
      parts += [group_text(key, rows) for key, rows in groups.items()]
  if memory:
    parts += ["### Memory of a running engine", memory_text(memory)]
  if results["left_out"]:
    parts += ["### Left out", left_out_text(results["left_out"])]
  return "\n\n".join(parts)


def put(page, text):
  """The page with the text between its markers."""
  before, begin, rest = page.partition(BEGIN)
  _, end, after = rest.partition(END)
  if not begin or not end:
    raise ValueError(f"the page has no {BEGIN} followed by {END}")
  return f"{before}{BEGIN}\n\n{text}\n\n{END}{after}"


def main():
  parser = argparse.ArgumentParser(description=__doc__)
  parser.add_argument("--results", type=Path, default=ROOT / "bench/results/latest.json")
  parser.add_argument("--memory", type=Path, default=ROOT / "bench/results/memory.json")
  parser.add_argument("--page", type=Path, default=ROOT / "docs/performance.md")
  parser.add_argument("--pictures", type=Path, default=ROOT / "docs/img")
  options = parser.parse_args()
  results = json.loads(options.results.read_text(encoding="utf-8"))
  memory = json.loads(options.memory.read_text(encoding="utf-8")) if options.memory.exists() else None
  options.page.write_text(put(options.page.read_text(encoding="utf-8"), text_of(results, memory)), encoding="utf-8")
  import plots  # needs matplotlib, the tables do not
  plots.draw(groups_of(results["entries"]), results["figures"], memory, options.pictures)


if __name__ == "__main__":
  main()
