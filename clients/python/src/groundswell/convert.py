"""Parquet of a recording and back, losslessly.

    python -m groundswell convert today.gsj today.parquet
    python -m groundswell convert today.parquet again.gsj

The Parquet has a row for every record: ticks in columns, for whatever reads Parquet, and what is no tick (session rolls, pulses, gaps)
whole
in column `record`. Names, condition sets and ids are in its metadata. What comes back has the same records, byte for byte, and so gives the
same numbers; like an import it has no configuration and no events, so that whoever folds it names a universe. Memory: a batch.
"""

from __future__ import annotations

import json
from os import fspath
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from groundswell import _native
from groundswell.errors import DamagedError, FileError, NotFoundError, OptionError, OtherVersionError
from groundswell.recording import Path, Table, _package, open_recording

if TYPE_CHECKING:
    import numpy
    import pyarrow

_METADATA = b"groundswell"
_FORMAT = 1
_COLUMNS = (
    "jseq ts_event ts_recv recv_delta_ns session symbol action side price_e9 size "
    "conditions condition_set venue flags trade_id feed tick_no record"
).split()
_NO_PRICE = (1 << 63) - 1
_ACTIONS = {
    "trade": b"T",
    "cancel": b"X",
    "correct": b"R",
    "quote": b"Q",
    "bar_open": b"o",
    "bar_high": b"h",
    "bar_low": b"l",
    "bar_close": b"c",
    "status": b"S",
}


def convert(source: Path, target: Path) -> int:
    """From .parquet to .gsj, or from a recording to .parquet, by the ending of `target`, which must not exist. Returns the number of
    records.

    Raises NotFoundError, DamagedError, OtherVersionError, OptionError (endings, or a Parquet that `convert` did not make), FileError.
    """
    to = FilePath(fspath(target))
    if to.exists():
        raise FileError(f"{to} exists; give another path or move it away")
    if to.suffix == ".parquet":
        return _to_parquet(source, to)
    if to.suffix == ".gsj":
        return _to_recording(FilePath(fspath(source)), to)
    raise OptionError(f"{to}: the ending says what to make: .parquet or .gsj")


def _to_parquet(source: Path, target: FilePath) -> int:
    parquet = _package("pyarrow.parquet", "arrow").parquet
    recording = open_recording(source)
    info = recording._native.info()
    table = Table(
        recording._native.ticks(columns=_COLUMNS, symbols=[], windows=[], batch_rows=65_536, integer_prices=True, every_record=True)
    )
    reader = table.batches()
    said = {"format": _FORMAT} | {key: info[key] for key in ("recording_id", "created", "symbols", "condition_sets", "records")}
    schema = reader.schema.with_metadata({_METADATA: json.dumps(said).encode()})
    try:
        with parquet.ParquetWriter(target, schema, compression="zstd") as writer:
            for batch in reader:
                writer.write_batch(batch.replace_schema_metadata(schema.metadata))
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise FileError(f"{target}: {error}") from error
        raise
    return int(info["records"])


def _to_recording(source: FilePath, target: FilePath) -> int:
    pyarrow = _package("pyarrow", "arrow")
    parquet = _package("pyarrow.parquet", "arrow").parquet
    if not source.exists():
        raise NotFoundError(f"{source}: no such file")
    try:
        file = parquet.ParquetFile(source)
    except pyarrow.ArrowInvalid as error:
        raise DamagedError(f"{source}: no Parquet: {error}") from error
    said = _said(source, file.schema_arrow.metadata or {})
    writer = _native.Writer(
        str(target),
        symbols=said["symbols"],
        condition_sets=[tuple(each) for each in said["condition_sets"]],
        recording_id=said["recording_id"],
        created=said["created"],
    )
    try:
        count = 0
        for batch in file.iter_batches(65_536, columns=_COLUMNS):
            records = _records(batch, said["symbols"])
            writer.append(records)
            count += len(records)
        if count != said["records"]:
            raise DamagedError(f"{source}: {count} records of {said['records']}: rows are missing or were added")
        writer.close()
    except BaseException as error:
        del writer
        target.unlink(missing_ok=True)
        if isinstance(error, pyarrow.ArrowException):
            raise DamagedError(f"{source}: {error}") from error
        raise
    return count


def _said(source: FilePath, metadata: dict[bytes, bytes]) -> dict[str, Any]:
    if _METADATA not in metadata:
        raise OptionError(
            f"{source}: not made by convert, and so without sessions and names; write its rows as CSV and use `groundswell import csv`"
        )
    said: dict[str, Any] = json.loads(metadata[_METADATA])
    if said["format"] != _FORMAT:
        raise OtherVersionError(f"{source}: format {said['format']}, this version reads {_FORMAT}; update groundswell")
    return said


def _record_type() -> numpy.dtype[Any]:
    """include/groundswell/record.hpp, with a tick as its body."""
    fields = [
        ("ts_event", "<u8"),
        ("price_e9", "<i8"),
        ("size", "<u8"),
        ("trade_id", "<u8"),
        ("symbol", "<u4"),
        ("recv_delta_ns", "<i4"),
        ("condition_set", "<u2"),
        ("venue", "u1"),
        ("action", "S1"),
        ("side", "S1"),
        ("flags", "u1"),
        ("spare", "<u2"),
        ("ts_recv", "<i8"),
        ("feed", "<u2"),
        ("kind", "u1"),
        ("tick_no", "u1", (5,)),
    ]
    dtype: numpy.dtype[Any] = _package("numpy", "arrow").dtype(fields)
    return dtype


def _records(batch: pyarrow.RecordBatch, symbols: list[str]) -> Any:
    """The records of a batch as a numpy array."""
    numpy = _package("numpy", "arrow")
    pyarrow = _package("pyarrow", "arrow")

    def values(name: str, absent: Any = 0) -> Any:
        column = batch.column(name)
        if pyarrow.types.is_timestamp(column.type):
            column = column.cast(pyarrow.int64())
        return column.fill_null(absent).to_numpy(zero_copy_only=False)

    def coded(name: str, codes: dict[str, Any], absent: Any) -> Any:
        column = batch.column(name)
        if not pyarrow.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        by_index = numpy.array([codes[word] for word in column.dictionary.to_pylist()] + [absent])
        return by_index[column.indices.fill_null(len(by_index) - 1).to_numpy(zero_copy_only=False)]

    records = numpy.zeros(batch.num_rows, _record_type())
    for name in ("ts_event", "size", "trade_id", "recv_delta_ns", "condition_set", "venue", "flags", "ts_recv", "feed"):
        records[name] = values(name)
    records["price_e9"] = values("price_e9", _NO_PRICE)
    records["symbol"] = coded("symbol", {symbol: number for number, symbol in enumerate(symbols)}, 0)
    records["action"] = coded("action", _ACTIONS, b"")
    records["side"] = coded("side", {"B": b"B", "A": b"A"}, b"")
    records["kind"] = 1
    records["tick_no"] = values("tick_no").astype("<u8").view("u1").reshape(-1, 8)[:, :5]
    whole = batch.column("record")
    others = numpy.flatnonzero(whole.is_valid().to_numpy(zero_copy_only=False))
    if len(others) > 0:
        taken = b"".join(whole.take(pyarrow.array(others)).to_pylist())
        records[others] = numpy.frombuffer(taken, records.dtype)
    return records
