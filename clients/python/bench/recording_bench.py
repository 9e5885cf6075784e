"""How fast recorded ticks become a polars frame, what memory that takes, and whether memory grows with the events that pass.

    python clients/python/bench/recording_bench.py [--ticks 10000000] [--folder FOLDER]

Each measurement is a process of its own, so that its peak is its own. The recording is made once and kept in FOLDER.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy
import polars

from groundswell import _native
from groundswell.convert import _record_type
from groundswell.recording import open_recording

OPEN = 1_795_444_200_000_000_000  # 2026-11-23 09:30 in New York
SYMBOLS = [f"S{number:03}" for number in range(300)]


def make(path: Path, ticks: int) -> None:
    """Trades of 300 symbols over six hours, in blocks as an engine writes them."""
    writer = _native.Writer(str(path), symbols=SYMBOLS, condition_sets=[], recording_id=1, created=0)
    draw = numpy.random.default_rng(1)
    step = 6 * 3600 * 10**9 // ticks
    for first in range(0, ticks, 1 << 20):
        count = min(1 << 20, ticks - first)
        records = numpy.zeros(count, _record_type())
        numbers = numpy.arange(first, first + count, dtype="u8")
        records["ts_event"] = OPEN + numbers * step
        records["ts_recv"] = OPEN + numbers * step + 150_000
        records["price_e9"] = draw.integers(10_000, 50_000, count) * 10_000_000
        records["size"] = draw.integers(1, 1_000, count)
        records["trade_id"] = numbers + 1
        records["symbol"] = draw.integers(0, len(SYMBOLS), count)
        records["action"] = b"T"
        records["flags"] = 0x80
        records["feed"], records["kind"] = 1, 1
        writer.append(records)
    writer.close()


def memory(field: str) -> int:
    """Of this process, in bytes."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field + ":"))
    return int(line.split()[1]) * 1024


def read(path: Path) -> dict[str, float]:
    """Opening included, which checks every byte."""
    polars.DataFrame({"warm": [1]})
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    started, worked = time.perf_counter(), time.process_time()
    recording = open_recording(path)
    opened = time.perf_counter()
    frame = recording.ticks().to_polars()
    ended = time.perf_counter()
    return {
        "rows": len(frame),
        "open_s": opened - started,
        "read_s": ended - opened,
        "rows_per_s": len(frame) / (ended - started),
        "cpu_s": time.process_time() - worked,  # of all threads: what it takes where others work too
        "table_bytes": frame.estimated_size(),
        "peak_bytes": memory("VmHWM") - before,
    }


def stream(path: Path) -> dict[str, float]:
    """Batches that are taken and let go; replay is read the same way."""
    recording = open_recording(path)
    rows, sizes = 0, []
    for number, batch in enumerate(recording.ticks().batches()):
        rows += len(batch)
        if number % 16 == 15:
            sizes.append(memory("VmRSS"))
    return {"rows": rows, "early_bytes": sizes[0], "late_bytes": sizes[-1]}


def main() -> None:
    """Prints one object a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ticks", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--only", choices=["read", "stream"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    path = arguments.folder / f"bench-{arguments.ticks}.gsj"
    if arguments.only:
        print(json.dumps({"what": arguments.only} | {"read": read, "stream": stream}[arguments.only](path)))
        return
    if not path.exists():
        make(path, arguments.ticks)
    for what in ("read", "read", "read", "stream"):
        subprocess.run([sys.executable, __file__, *sys.argv[1:], "--only", what], check=True)


if __name__ == "__main__":
    main()
