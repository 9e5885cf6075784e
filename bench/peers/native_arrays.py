"""The workload as arrays for breadth_arithmetic.hpp, and the compiler for what is built on that."""
import os
import subprocess
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build/bench"


def compiled(name, *flags):
  """The library of NAME.cpp, made anew when it or the arithmetic is younger; another process may do so at the same time."""
  source, library = HERE / f"{name}.cpp", BUILD / f"{name}.so"
  youngest = max(file.stat().st_mtime for file in (source, HERE / "breadth_arithmetic.hpp"))
  if not library.exists() or library.stat().st_mtime < youngest:
    mine = library.with_suffix(f".{os.getpid()}")
    subprocess.run(["c++", "-std=c++20", "-O2", "-march=x86-64-v2", "-shared", "-fPIC", "-w", str(source), *flags, "-o", str(mine)], check=True)
    mine.rename(library)
  return library


class NativeArrays:
  """`address`: of the addresses, in the order of the header; they hold as long as this object."""

  def __init__(self, w, options):
    each = options.mode == "e1"
    self.steps = np.zeros(0, np.int64) if each else w.steps(options.interval_ms)
    sizes = np.array([len(of) for of in w.baskets_of])
    first = np.concatenate(([0], np.cumsum(sizes)))
    symbols = w.tape["symbol"].astype(np.int64)
    self.out = np.zeros((int(sizes[symbols].sum()), 10) if each else (len(self.steps), len(w.baskets), 9))
    self.kept = [symbols, w.tape["price"].copy(), w.previous, w.sum19, w.year_high, w.year_low, first,
                 np.concatenate(w.baskets_of).astype(np.int64), w.sizes, w.need, w.index_base, w.strength_base, self.out]
    self.addresses = np.array([of.ctypes.data for of in self.kept])
    self.address = self.addresses.ctypes.data
