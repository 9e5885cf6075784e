"""The floor: the arithmetic of csp_native.py's node in one loop of C++, without any engine. No program that gives these numbers one by one
can be much faster on this machine."""
import ctypes

import numpy as np

from common import enter
from native_arrays import NativeArrays, compiled

library = ctypes.CDLL(str(compiled("bare_arithmetic")))
library.every_tick.argtypes = [ctypes.c_int64] * 4
library.bucketed.argtypes = [ctypes.c_int64] * 3 + [ctypes.c_void_p, ctypes.c_int64]


def prepare(w, options):
  native_side = NativeArrays(w, options)
  until = np.searchsorted(w.tape["ts_event"], native_side.steps, side="right").astype(np.int64)

  def run():
    if options.mode == "e1":
      library.every_tick(native_side.address, len(w.symbols), len(w.baskets), w.n_ticks)
    else:
      library.bucketed(native_side.address, len(w.symbols), len(w.baskets), until.ctypes.data, len(until))
    return native_side.out

  return run


if __name__ == "__main__":
  enter("bare arithmetic", "numpy", prepare, threads=1)
