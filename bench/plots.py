"""The pictures of the category benchmark: rates per core, a panel for each size, on a logarithmic scale."""
import re

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402  (after the choice of backend)
from report import number  # noqa: E402

OURS, OURS_COLOR, PEER_COLOR = "Groundswell", "#0b6e4f", "#8a94a6"


# Of what the figures are called: what grows, and what it costs.
GROWTH = (("members per basket, 10,000 symbols", r"tick, 10,000 symbols, baskets of (\d+)", "ns per tick"),
          ("symbols in 60 baskets", r"fold, (\d+) symbols in 60 baskets", "ns per tick"),
          ("baskets of 10 symbols", r"fold, (\d+) baskets of 10 symbols", "ns per tick"),
          ("signals live, default universe", r"fold, \d+ symbols, (\d+) signals live", "ns per tick"),
          ("ticks in a frame that is decoded", r"decode, batches of (\d+)", "ns per tick"),
          ("subscribers", r"tick to edge, (\d+) subscribers", "us, tick to edge, p50"))


def draw_growth(figures, path):
  """What a tick costs as there is more to do. A run of some peers only has no such figures, and no picture."""
  figure, axes = plt.subplots(3, 2, figsize=(7.5, 6.9), squeeze=False)
  for axis, (title, pattern, unit) in zip(axes.flat, GROWTH):
    points = sorted((int(match[1]), one["ours"])
                    for one in figures if (match := re.fullmatch(pattern, one["name"])))
    if not points:
      plt.close(figure)
      return
    axis.plot(*zip(*points), color=OURS_COLOR, marker="o")
    for x, y in points:
      axis.annotate(number(y), (x, y), textcoords="offset points", xytext=(0, 6), ha="center", fontsize=8)
    axis.set_title(title, fontsize=9, loc="left")
    axis.set_xscale("log")
    axis.set_xticks([x for x, _ in points], [f"{x:,}" for x, _ in points])
    axis.minorticks_off()
    axis.set_ylim(0, max(y for _, y in points) * 1.25)
    axis.set_ylabel(unit)
    axis.spines[["top", "right"]].set_visible(False)
  figure.tight_layout()
  figure.savefig(path, metadata={"Date": None})
  plt.close(figure)


def draw_memory(memory, path):
  seconds, anonymous, resident = zip(*memory["samples"]["rows"])
  minutes = [second / 60 for second in seconds]
  figure, axis = plt.subplots(figsize=(7.5, 2.4))
  axis.plot(minutes, [kib / 1024 for kib in resident], color=PEER_COLOR, label="resident, with libraries")
  axis.plot(minutes, [kib / 1024 for kib in anonymous], color=OURS_COLOR, label="its own")
  axis.set_ylim(0, max(resident) / 1024 * 1.2)
  axis.set_xlabel(f"minutes at {memory['ticks_per_second']:,} ticks a second")
  axis.set_ylabel("MiB")
  axis.legend(frameon=False, loc="lower right")
  axis.spines[["top", "right"]].set_visible(False)
  figure.tight_layout()
  figure.savefig(path, metadata={"Date": None})
  plt.close(figure)


def draw(groups, figures, memory, folder):
  plt.rcParams.update({"svg.hashsalt": "groundswell", "svg.fonttype": "none", "font.size": 9, "font.family": "sans-serif"})
  draw_growth(figures, folder / "benchmark-growth.svg")
  if memory:
    draw_memory(memory, folder / "benchmark-memory.svg")
  for mode in ("e1", "e2"):
    panels = [(key, rows) for key, rows in groups.items() if key[0] == mode]
    if panels:
      draw_mode(panels, folder / f"benchmark-{mode}.svg")


def draw_mode(panels, path):
  heights = [len(rows) + 1.2 for _, rows in panels]
  figure, axes = plt.subplots(len(panels), 1, figsize=(7.5, 0.27 * sum(heights) + 0.6), height_ratios=heights, squeeze=False, sharex=False)
  for axis, (key, rows) in zip(axes[:, 0], panels):
    _, symbols, baskets, _, ticks, interval_ms = key
    rows = sorted(rows, key=lambda row: row["ticks_per_core_second"])
    rates = [row["ticks_per_core_second"] for row in rows]
    axis.barh([row["entry"] for row in rows], rates, color=[OURS_COLOR if row["entry"] == OURS else PEER_COLOR for row in rows])
    for k, rate in enumerate(rates):
      axis.text(rate * 1.08, k, f"{rate / 1e3:,.0f} k", va="center", fontsize=8)
    step = f", steps of {interval_ms / 1000:g} s" if interval_ms else ""
    axis.set_title(f"{symbols:,} symbols, {baskets} baskets, {ticks:,} ticks{step}", fontsize=9, loc="left")
    axis.set_xscale("log")
    axis.set_xlim(min(rates) / 3, max(rates) * 4)
    axis.spines[["top", "right"]].set_visible(False)
  axes[-1, 0].set_xlabel("ticks per second and core (processor time)")
  figure.tight_layout()
  figure.savefig(path, metadata={"Date": None})
  plt.close(figure)
