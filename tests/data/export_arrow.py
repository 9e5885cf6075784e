#!/usr/bin/env python3
"""Compares an Arrow file or stream that `groundswell export` wrote with the CSV of the same rows, value by value.

  export_arrow.py pyarrow|polars file|stream ARROW CSV

Prints the rows and values compared. Exit 1 at the first difference."""
import csv
import datetime
import decimal
import sys


def text_of(value):
  """A value as the CSV has it; numbers as numbers."""
  if value is None:
    return ""
  if isinstance(value, datetime.date):
    return value.isoformat()
  return value


def same(value, text):
  if isinstance(value, float):
    return text != "" and float(text) == value and (value != 0 or (text[0] == "-") == (str(value)[0] == "-"))
  if isinstance(value, decimal.Decimal):
    return text != "" and decimal.Decimal(text) == value
  return str(text_of(value)) == text


def columns_by_pyarrow(path, form):
  import pyarrow
  with pyarrow.memory_map(path) as source:
    table = pyarrow.ipc.open_file(source).read_all() if form == "file" else pyarrow.ipc.open_stream(source).read_all()
    table.validate(full=True)
    for field, column in zip(table.schema, table.columns):
      instants = pyarrow.types.is_timestamp(field.type)
      if instants:
        assert field.type == pyarrow.timestamp("ns", tz="UTC"), field
      assert field.nullable or column.null_count == 0, field
      yield field.name, (column.cast(pyarrow.int64()) if instants else column).to_pylist()


def columns_by_polars(path, form):
  import polars
  with open(path, "rb") as source:
    frame = polars.read_ipc(source, use_pyarrow=False, memory_map=False) if form == "file" else polars.read_ipc_stream(source)
  for column in frame:
    if column.dtype == polars.Datetime:
      assert column.dtype == polars.Datetime("ns", "UTC"), column.dtype
      column = column.cast(polars.Int64)
    yield column.name, column.to_list()


def main():
  library, form, arrow, table = sys.argv[1:]
  with open(table, newline="", encoding="utf-8") as file:
    header, *rows = csv.reader(file)
  names = []
  for place, (name, values) in enumerate({"pyarrow": columns_by_pyarrow, "polars": columns_by_polars}[library](arrow, form)):
    names.append(name)
    if len(values) != len(rows):
      sys.exit(f"{name}: {len(values)} rows, {len(rows)} in the CSV")
    for row, value in enumerate(values):
      if not same(value, rows[row][place]):
        sys.exit(f"row {row + 1}, {name}: {value!r}, in the CSV {rows[row][place]!r}")
  if names != header:
    sys.exit(f"columns {names}, in the CSV {header}")
  print(f"{library} {form}: {len(rows)} rows, {len(rows) * len(names)} values")


if __name__ == "__main__":
  main()
