"""csp with the arithmetic in a node of C++ (csp_node.cpp), as its documentation shows for what Python is too slow for: csp is the
scheduler alone. The node is built once, by c++, against the headers and the library in csp's wheel."""
import importlib.machinery
import importlib.util
import sysconfig
from datetime import datetime, timezone

import csp
import numpy as np
from csp import ts

from common import enter
from native_arrays import NativeArrays, compiled


def built():
  """The module of the node."""
  library = compiled("csp_node", f"-I{csp.get_include_path()}", f"-I{sysconfig.get_path('include')}", f"{csp.get_lib_path()}/_cspimpl.so",
                     f"-Wl,-rpath,{csp.get_lib_path()}")
  loader = importlib.machinery.ExtensionFileLoader("csp_node", str(library))
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
  native_side = NativeArrays(w, options)
  steps = native_side.steps
  start, end = (datetime.fromtimestamp(ns // 10**9, timezone.utc) for ns in (w.open_ns, w.close_ns))
  numbers = np.arange(w.n_ticks)
  # Of two trades of one nanosecond a curve of numpy gives the node one: a nanosecond apart they are two.
  times = np.maximum.accumulate(w.tape["ts_event"] - numbers) + numbers
  graph = csp.build_graph(day, times.astype("datetime64[ns]"), numbers, steps.astype("datetime64[ns]"),
                          np.arange(len(steps)), native_side.address, len(w.symbols), len(w.baskets), each)

  def run():
    csp.run(graph, starttime=start, endtime=end)
    return native_side.out

  return run


if __name__ == "__main__":
  enter("csp native", "csp", prepare, threads=1)
