"""Perspective, E2: a table with a row for each membership, indexed, and one view of it by basket. Each step is an update of the rows that
changed and a reading of the view. What is arithmetic between columns of one basket (ad_pct, idx_ew, rs_bmk) is done on what the view
gave."""
import io

import numpy as np
import perspective
import pyarrow as pa

from common import enter

CENT = 10**7
FLAGS = {"adv": '"px" > "prev"', "dec": '"px" < "prev"', "above": '19 * "px" > "sum19"', "nh": '"high" > "year_high"',
         "nl": '"low" < "year_low"'}
SUMMED = ("adv", "dec", "above", "nh", "nl", "traded", "growth")


def prepare(w, options):
  """Prices are in cents, which doubles hold exactly. The benchmark is a basket of its own, the last."""
  symbol_of_row = np.append(w.roster_symbol, w.benchmark)
  basket_of_row = np.append(w.roster_basket, len(w.baskets))
  rows_of = [np.flatnonzero(symbol_of_row == k) for k in range(len(w.symbols))]
  previous, sum19, year_high, year_low = (of / CENT for of in (w.previous, w.sum19, w.year_high, w.year_low))
  client = perspective.Server().new_local_client()
  schema = {"key": "integer", "basket": "integer"} | dict.fromkeys(("prev", "sum19",
                                                                    "year_high", "year_low", "px", "high", "low", "traded"), "float")
  table = client.table(schema, index="key", name="members")
  first = {"key": np.arange(len(symbol_of_row)), "basket": basket_of_row, "prev": previous[symbol_of_row], "sum19": sum19[symbol_of_row],
           "year_high": year_high[symbol_of_row], "year_low": year_low[symbol_of_row], "px": previous[symbol_of_row],
           "high": np.full(len(symbol_of_row), -1.0), "low": np.full(len(symbol_of_row), 1e15), "traded": np.zeros(len(symbol_of_row))}
  table.update(arrow_of(first))
  view = table.view(group_by=["basket"], columns=list(SUMMED), aggregates=dict.fromkeys(SUMMED, "sum"),
                    expressions={name: f"if ({test}) {{ 1 }} else {{ 0 }}" for name, test in FLAGS.items()}
                    | {"growth": '("px" - "prev") / "prev"'})
  symbols, prices = w.tape["symbol"].astype(np.int64), w.tape["price"] / CENT
  ends = np.searchsorted(w.tape["ts_event"], w.steps(options.interval_ms), side="right").tolist()

  def run():
    last, high, low = previous.copy(), np.full(len(previous), -1.0), np.full(len(previous), 1e15)
    seen, begin, now = [], 0, None
    for end in ends:
      if end > begin or now is None:
        some = symbols[begin:end]
        last[some] = prices[begin:end]
        np.maximum.at(high, some, prices[begin:end])
        np.minimum.at(low, some, prices[begin:end])
        if end > begin:
          rows = np.concatenate([rows_of[k] for k in np.unique(some)])
          of = symbol_of_row[rows]
          table.update(arrow_of({"key": rows, "px": last[of], "high": high[of], "low": low[of], "traded": np.ones(len(rows))}))
        begin, now = end, read(view)
      seen.append(now)
    return finish(w, np.array(seen))

  return run


def arrow_of(columns):
  batch = pa.record_batch({name: values.astype(np.int32) if values.dtype.kind == "i" else values for name, values in columns.items()})
  out = io.BytesIO()
  with pa.ipc.new_stream(out, batch.schema) as writer:
    writer.write_batch(batch)
  return out.getvalue()


def read(view):
  """(baskets and the benchmark, sums); the first row of the view is the total."""
  columns = pa.ipc.open_stream(view.to_arrow()).read_all()
  return np.stack([columns.column(name).to_numpy()[1:].astype(float) for name in SUMMED], axis=1)


def finish(w, seen):
  adv, dec, above, highs, lows, traded, growth = np.moveaxis(seen[:, :-1], 2, 0)
  benchmark = seen[:, -1:]
  counted = traded >= w.need
  index = 1.0 + growth / w.sizes
  parts = [np.where(counted, value, np.nan) for value in (adv, dec, traded - adv - dec, 100.0 * (adv - dec) / np.maximum(traded, 1))]
  extremes = [np.where(counted, value, np.nan) for value in (highs, lows)]
  strength = np.where(benchmark[:, :, 5] > 0, w.strength_base * index / (1.0 + benchmark[:, :, 6]), np.nan)
  return np.stack((*parts, 100.0 * above / w.sizes, *extremes, w.index_base * index, strength), axis=-1)


if __name__ == "__main__":
  enter("Perspective", "perspective-python", prepare, modes=("e2",), threads=1)
