"""Alpaca's stream of stocks: python -m groundswell.gateways.alpaca -c gateway.toml."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from groundswell.events import Mode
from groundswell.gateways.base import Group, RefusedError, main
from groundswell.gateways.config import Alpaca, ConfigError, Settings, secret
from groundswell.publisher import Tick, price_e9

_MINUTE_NS = 60_000_000_000
_HALTS, _RESUMES = {"H", "P", "2"}, {"T", "3"}  # status codes: letters of tape C, digits of A and B
_FOR_GOOD = {401, 402, 405, 408, 409}  # not authenticated, wrong keys, too many symbols, not enabled, not entitled


def _time_ns(value: Any) -> int:
    """Of the stream, a timestamp of msgpack; of a file, RFC 3339 with up to nine decimals."""
    if hasattr(value, "to_unix_nano"):
        return int(value.to_unix_nano())
    text, _, decimals = str(value).removesuffix("Z").partition(".")
    seconds = int(datetime.fromisoformat(f"{text}+00:00").timestamp())
    return seconds * 1_000_000_000 + int(decimals.ljust(9, "0")[:9] or 0)


def _id(number: int, exchange: str) -> int:
    """Ids count per exchange: one of all exchanges."""
    return number << 8 | ord(exchange[:1] or "\0")


def normalise(message: Mapping[str, Any]) -> list[Group]:
    """A message of the stream as ticks; nothing when it tells none. Sizes below one share count as none."""
    kind, symbol = message.get("T"), message.get("S")
    if symbol is None:
        return []
    at = _time_ns(message["t"])
    if kind == "t":
        number = _id(message["i"], message.get("x", "")) if "i" in message else 0
        tick = Tick.trade(0, at, price_e9(message["p"]), int(message["s"]), trade_id=number)
        return [Group(symbol, (tick,), "".join(message.get("c", [])), message.get("z", ""))]
    if kind == "q":
        lots = (price_e9(message["bp"]), int(message["bs"]), price_e9(message["ap"]), int(message["as"]))
        return [Group(symbol, Tick.quote(0, at, *lots))]
    if kind == "b":
        prices = (price_e9(message["o"]), price_e9(message["h"]), price_e9(message["l"]), price_e9(message["c"]))
        return [Group(symbol, Tick.bar(0, at + _MINUTE_NS, prices, int(message["v"]), _MINUTE_NS))]
    if kind == "x":
        return [Group(symbol, (Tick.cancel(0, at, _id(message["i"], message.get("x", ""))),))]
    if kind == "c":
        number = _id(message["oi"], message.get("x", ""))
        return [Group(symbol, (Tick.correction(0, at, number, price_e9(message["cp"]), int(message["cs"])),))]
    if kind == "s" and message.get("sc") in _HALTS | _RESUMES:
        return [Group(symbol, (Tick.halt(0, at, halted=message["sc"] in _HALTS),))]
    return []


class LiveSource:
    """The vendor's stream, by the vendor's package; reconnecting is ours."""

    mode = Mode.LIVE

    def __init__(self, vendor: Alpaca, key: str, password: str) -> None:
        """`vendor`: the section of gateway.toml."""
        self._vendor, self._key, self._password = vendor, key, password

    async def run(self, symbols: Sequence[str], emit: Callable[[Group], None]) -> bool:
        """Until the connection ends."""
        stream = self._stream()

        async def take(message: dict[str, Any]) -> None:
            for group in normalise(message):
                emit(group)

        stream.subscribe_trades(take, *symbols)  # cancels and corrections come with trades
        stream.subscribe_trading_statuses(take, *symbols)
        if self._vendor.quotes:
            stream.subscribe_quotes(take, *symbols)
        if self._vendor.bars:
            stream.subscribe_bars(take, *symbols)
        try:
            await stream.serve()
        finally:
            await stream.close()
        return False

    def _stream(self) -> Any:
        from alpaca.data.enums import DataFeed
        from alpaca.data.live import StockDataStream

        class Stream(StockDataStream):
            """One connection: the package's own loop would try for ever what is refused."""

            async def serve(self) -> None:
                try:
                    await self._start_ws()
                except ValueError as error:
                    if any(words in str(error) for words in ("auth failed", "insufficient", "not enabled")):
                        raise RefusedError(f"{error}; are the keys right, and do they entitle to this feed?") from error
                    raise
                await self._send_subscribe_msg()
                await self._consume()

            async def _dispatch(self, message: dict[str, Any]) -> None:
                if message.get("T") == "error":
                    text = f"{message.get('msg')} ({message.get('code')})"
                    raise RefusedError(text) if message.get("code") in _FOR_GOOD else ConnectionError(text)
                await super()._dispatch(message)

        feed = DataFeed(self._vendor.feed)
        return Stream(self._key, self._password, raw_data=True, feed=feed, url_override=self._vendor.url or None)


def make(settings: Settings) -> LiveSource:
    """From the section [alpaca]. ConfigError; RefusedError without keys."""
    vendor: Alpaca = settings.vendor
    if vendor.feed not in {"iex", "sip"}:
        raise ConfigError(f"{settings.path}: [alpaca] feed: iex or sip, not '{vendor.feed}'")
    key, password = secret(vendor.key, "APCA_API_KEY_ID"), secret(vendor.secret, "APCA_API_SECRET_KEY")
    if not key or not password:
        raise RefusedError("no keys; set APCA_API_KEY_ID and APCA_API_SECRET_KEY, or key and secret in [alpaca]")
    return LiveSource(vendor, key, password)


if __name__ == "__main__":
    sys.exit(main("alpaca", make))
