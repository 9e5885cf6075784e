"""csp with the arithmetic in a node of C++ (csp_node.cpp), as its documentation shows for what Python is too slow for: csp is the
scheduler alone. The node is built once, by c++, against the headers and the library in csp's wheel."""
import importlib.machinery
import importlib.util
import os
import subprocess
import sysconfig
from datetime import datetime, timezone
from pathlib import Path

import csp
import numpy as np
from csp import ts

from common import enter

SOURCE = Path(__file__).with_name("csp_node.cpp")
LIBRARY = SOURCE.parents[2] / "build/bench/csp_node.so"


def built():
  """The module of the node; another process may build it at the same time."""
  if not LIBRARY.exists() or LIBRARY.stat().st_mtime < SOURCE.stat().st_mtime:
    mine = LIBRARY.with_suffix(f".{os.getpid()}")
    subprocess.run(["c++", "-std=c++20", "-O2", "-march=x86-64-v2", "-shared", "-fPIC", "-w", f"-I{csp.get_include_path()}",
                    f"-I{sysconfig.get_path('include')}", str(SOURCE), f"{csp.get_lib_path()}/_cspimpl.so",
                    f"-Wl,-rpath,{csp.get_lib_path()}", "-o", str(mine)], check=True)
    mine.rename(LIBRARY)
  loader = importlib.machinery.ExtensionFileLoader("csp_node", str(LIBRARY))
  module = importlib.util.module_from_spec(importlib.util.spec_from_loader("csp_node", loader))
  loader.exec_module(module)
  return module


native = built()


@csp.node(cppimpl=native.breadth)
def breadth(number: ts[int], step: ts[int], addresses: int, symbols: int, baskets: int, each: bool):
  raise NotImplementedError("in C++ only")


@csp.graph
def day(times: object, numbers: object, steps: object, step_numbers: object, addresses: int, symbols: int, baskets: int, each: bool):
  step = csp.curve(int, (steps, step_numbers)) if len(steps) else csp.null_ts(int)
  breadth(csp.curve(int, (times, numbers)), step, addresses, symbols, baskets, each)


def prepare(w, options):
  each = options.mode == "e1"
  steps = np.zeros(0, np.int64) if each else w.steps(options.interval_ms)
  sizes = np.array([len(of) for of in w.baskets_of])
  first = np.concatenate(([0], np.cumsum(sizes)))
  symbols = w.tape["symbol"].astype(np.int64)
  out = np.zeros((int(sizes[symbols].sum()), 10) if each else (len(steps), len(w.baskets), 9))
  arrays = [symbols, w.tape["price"].copy(), w.previous, w.sum19, w.year_high, w.year_low, first,
            np.concatenate(w.baskets_of).astype(np.int64),
            w.sizes, w.need, w.index_base, w.strength_base, out]
  addresses = np.array([of.ctypes.data for of in arrays])
  start, end = (datetime.fromtimestamp(ns // 10**9, timezone.utc) for ns in (w.open_ns, w.close_ns))
  graph = csp.build_graph(day, w.tape["ts_event"].astype("datetime64[ns]"), np.arange(w.n_ticks), steps.astype("datetime64[ns]"),
                          np.arange(len(steps)), addresses.ctypes.data, len(w.symbols), len(w.baskets), each)

  def run():
    csp.run(graph, starttime=start, endtime=end)
    return out

  run.kept = arrays, addresses  # the node has their addresses
  return run


if __name__ == "__main__":
  enter("csp native", "csp", prepare, threads=1)
