"""Recordings made by hand, to the nanosecond."""

from __future__ import annotations

import struct
from pathlib import Path

from groundswell import _native

OPEN = 1_795_444_200_000_000_000  # 2026-11-23 09:30 in New York
SECOND = 1_000_000_000
CLOSE = OPEN + 6 * 3600 * SECOND + 1800 * SECOND
NO_PRICE = (1 << 63) - 1


def _record(body: bytes, received: int, kind: int) -> bytes:
    return body.ljust(48, b"\0") + struct.pack("<qHB5x", received, 0 if kind != 1 else 1, kind)


def roll(session: int = 20261123, opens: int = OPEN, closes: int = CLOSE, *, bars: bool = False) -> bytes:
    """A session begins; with `bars` one that comes as a bar per symbol."""
    body = struct.pack("<QQQQIBB", opens, closes, 0, closes if bars else closes + 60 * SECOND, session, 2 if bars else 1, 0)
    return _record(body, 0, 4)


def tick(
    when: int,
    symbol: int,
    price: float | None,
    size: int = 100,
    *,
    action: str = "T",
    received: int = 0,
    trade_id: int = 0,
    flags: int = 0x80,
) -> bytes:
    """A trade, or what `action` says. `received`: 0 = not said."""
    price_e9 = NO_PRICE if price is None else round(price * 1e9)
    body = struct.pack("<QqQQIiHBcBBH", when, price_e9, size, trade_id, symbol, 0, 0, 0, action.encode(), 0, flags, 0)
    return _record(body, received, 1)


def bar(when: int, symbol: int, opens: float, closes: float) -> bytes:
    """A whole session of a symbol."""
    high, low = max(opens, closes), min(opens, closes)
    parts = [("o", opens, 0, 0), ("h", high, 0, 0), ("l", low, 0, 0), ("c", closes, 1000, 0x80)]
    return b"".join(tick(when, symbol, price, size, action=action, flags=flags) for action, price, size, flags in parts)


def pulse(when: int, received: int = 0) -> bytes:
    """Event time goes on."""
    return _record(struct.pack("<Q", when), received, 2)


def write(path: Path, symbols: list[str], *records: bytes) -> Path:
    """The file."""
    writer = _native.Writer(str(path), symbols=symbols, condition_sets=[], recording_id=4711, created=0)
    writer.append(b"".join(records))
    writer.close()
    return path
