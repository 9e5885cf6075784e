"""Databento, live and historical: python -m groundswell.gateways.databento -c gateway.toml."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from groundswell.events import Mode
from groundswell.gateways.base import Group, RefusedError, absent, main, saturated
from groundswell.gateways.config import ConfigError, Databento, Settings, secret
from groundswell.publisher import NO_PRICE, Tick

try:
    import databento_dbn as dbn
except ModuleNotFoundError as missing:
    if __name__ != "__main__":
        raise
    sys.exit(absent("databento", missing))

POLL_SECONDS = 0.001
_SECOND_NS = 1_000_000_000
_BAR_NS: dict[Any, int] = {dbn.RType.OHLCV_1S: _SECOND_NS, dbn.RType.OHLCV_1M: 60 * _SECOND_NS, dbn.RType.OHLCV_1H: 3600 * _SECOND_NS}
_HALTS = {dbn.StatusAction.HALT, dbn.StatusAction.PAUSE, dbn.StatusAction.SUSPEND, dbn.StatusAction.NOT_AVAILABLE_FOR_TRADING}
_FOR_GOOD = {
    dbn.ErrorCode.AUTH_FAILED,
    dbn.ErrorCode.API_KEY_DEACTIVATED,
    dbn.ErrorCode.SYMBOL_RESOLUTION_FAILED,
    dbn.ErrorCode.INVALID_SUBSCRIPTION,
}
SCHEMAS = ("trades", "tbbo", "mbp-1", "ohlcv-1s", "ohlcv-1m", "ohlcv-1h", "status")


def normalise(record: Any, names: Mapping[int, str], schema: str = "trades") -> list[Group]:
    """A DBN record as ticks; nothing when it tells none, or of an instrument without a name.

    As `groundswell import dbn` does: DBN has no ids of trades, names the start of a bar, and of a tbbo record the quote came first.
    """
    name = names.get(record.instrument_id)
    if name is None:
        return []
    at = record.ts_event
    if isinstance(record, dbn.OHLCVMsg):
        length = _BAR_NS.get(record.rtype)
        if length is None:
            return []
        prices = (record.open, record.high, record.low, record.close)
        return [Group(name, Tick.bar(0, at + length, prices, record.volume, length))]
    if isinstance(record, dbn.StatusMsg):
        halted = record.action in _HALTS
        if not halted and record.action != dbn.StatusAction.TRADING:
            return []
        market = str(getattr(record.reason, "name", "")).startswith("MARKET_WIDE")
        return [Group(name, (Tick.halt(0, at, halted=halted, market=market),))]
    if not isinstance(record, dbn.TradeMsg | dbn.MBP1Msg):
        return []
    known = record.ts_recv != dbn.UNDEF_TIMESTAMP and not int(record.flags) & int(dbn.F_BAD_TS_RECV)
    delta = saturated(record.ts_recv - at) if known else 0
    groups = []
    if record.action == dbn.Action.TRADE and record.price != dbn.UNDEF_PRICE:
        groups.append(Group(name, (Tick.trade(0, at, record.price, record.size, ts_recv_delta=delta),)))
    if isinstance(record, dbn.MBP1Msg):
        best = record.levels[0]
        bid, ask = (NO_PRICE if price == dbn.UNDEF_PRICE else price for price in (best.bid_px, best.ask_px))
        groups.append(Group(name, Tick.quote(0, at, bid, best.bid_sz, ask, best.ask_sz, ts_recv_delta=delta)))
    return groups[::-1] if schema == "tbbo" else groups


class LiveSource:
    """The live gateway of the vendor."""

    mode = Mode.LIVE

    def __init__(self, vendor: Databento, key: str) -> None:
        """`vendor`: the section of gateway.toml."""
        self._vendor, self._key = vendor, key

    async def run(self, symbols: Sequence[str], emit: Callable[[Group], None]) -> bool:
        """Until the connection ends."""
        import databento

        host, _, port = self._vendor.gateway.rpartition(":")
        where: dict[str, Any] = {"gateway": host, "port": int(port)} if host else {}
        client = databento.Live(key=self._key, **where)
        records: deque[Any] = deque()
        client.add_callback(records.append)  # before the start: the package's iterator may miss the first ones, which have the names
        schemas = self._vendor.schema.split("+")
        try:
            for schema in schemas:
                await asyncio.to_thread(
                    client.subscribe, dataset=self._vendor.dataset, schema=schema, symbols=list(symbols), stype_in="raw_symbol"
                )
        except databento.BentoError as error:
            client.terminate() if client.is_connected() else None
            if str(error).startswith(("Connection to", "Authentication with")):  # the package's own: nobody there, or no answer
                raise
            raise RefusedError(f"{error}; is the key right, and does it entitle to {self._vendor.dataset}?") from error
        try:
            client.start()
            names: dict[int, str] = {}
            connected = True
            while connected:
                connected = client.is_connected()
                while records:
                    self._take(records.popleft(), names, schemas[0], emit)
                await asyncio.sleep(POLL_SECONDS)
            await client.wait_for_close()  # raises why
        finally:
            client.stop() if client.is_connected() else None
        return False

    @staticmethod
    def _take(record: Any, names: dict[int, str], schema: str, emit: Callable[[Group], None]) -> None:
        if isinstance(record, dbn.SymbolMappingMsg):
            names[record.instrument_id] = record.stype_in_symbol
        elif isinstance(record, dbn.ErrorMsg):
            raise RefusedError(record.err) if record.code in _FOR_GOOD else ConnectionError(record.err)
        else:
            for group in normalise(record, names, schema):
                emit(group)


class HistoricalSource:
    """A stretch of history, as fast as it is taken."""

    mode = Mode.REPLAY

    def __init__(self, fetch: Callable[[Sequence[str]], Any], schema: str) -> None:
        """`fetch` gives the vendor's DBNStore for symbols; it may block."""
        self._fetch, self._schema = fetch, schema

    async def run(self, symbols: Sequence[str], emit: Callable[[Group], None]) -> bool:
        """All of it."""
        store = await asyncio.to_thread(self._fetch, symbols)
        days = _names_by_day(store.mappings)
        for number, record in enumerate(store):
            name = days.get((record.instrument_id, record.ts_event // (86_400 * _SECOND_NS)))
            for group in normalise(record, {record.instrument_id: name} if name else {}, self._schema):
                emit(group)
            if number % 1_000 == 0:
                await asyncio.sleep(0)
        return True


def _names_by_day(mappings: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[tuple[int, int], str]:
    """By instrument and day of the epoch: numbers are unique within a day only."""
    names: dict[tuple[int, int], str] = {}
    for symbol, intervals in mappings.items():
        for interval in intervals:
            first, end = (interval[key].toordinal() - 719_163 for key in ("start_date", "end_date"))
            names |= {(int(interval["symbol"]), day): symbol for day in range(first, end)}
    return names


def _fetch(vendor: Databento, key: str) -> Callable[[Sequence[str]], Any]:
    def fetch(symbols: Sequence[str]) -> Any:
        import databento

        client = databento.Historical(key, **({"gateway": vendor.gateway} if vendor.gateway else {}))
        try:
            return client.timeseries.get_range(
                dataset=vendor.dataset, schema=vendor.schema, symbols=list(symbols), start=vendor.start, end=vendor.end or None
            )
        except databento.BentoHttpError as error:
            if error.http_status in {401, 402, 403, 422}:
                raise RefusedError(f"{error}; is the key right, and does it entitle to {vendor.dataset}?") from error
            raise

    return fetch


def make(settings: Settings) -> LiveSource | HistoricalSource:
    """From the section [databento]. ConfigError; RefusedError without a key."""
    vendor: Databento = settings.vendor
    schemas = vendor.schema.split("+")
    if not set(schemas) <= set(SCHEMAS) or (vendor.start and len(schemas) > 1):
        raise ConfigError(
            f"{settings.path}: [databento] schema: one of {', '.join(SCHEMAS)}, live also several joined by +; not '{vendor.schema}'"
        )
    if not vendor.start and vendor.gateway and not vendor.gateway.rpartition(":")[2].isdigit():
        raise ConfigError(f"{settings.path}: [databento] gateway: HOST:PORT, not '{vendor.gateway}'")
    key = secret(vendor.key, "DATABENTO_API_KEY")
    if not key:
        raise RefusedError("no key; set DATABENTO_API_KEY, or key in [databento]")
    return HistoricalSource(_fetch(vendor, key), vendor.schema) if vendor.start else LiveSource(vendor, key)


if __name__ == "__main__":
    sys.exit(main("databento", make))
