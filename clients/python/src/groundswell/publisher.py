"""Sends ticks to an engine: names its symbols, numbers what it sends, beats, and gives again what was lost.

    with TickPublisher(fill_endpoint="tcp://127.0.0.1:5557") as feed:
        nvda = feed.symbol("NVDA")
        feed.send([Tick.trade(nvda, ts_event, price_e9("181.25"), 100)])
        feed.turn()     # every 10 ms or so, and after sending

Prices are integers of 1e-9 dollar, sizes shares, times nanoseconds UTC.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from os import PathLike, fspath
from struct import error
from types import TracebackType

import zmq

from groundswell import _wire as wire
from groundswell._feed import TICK, FillServer, heartbeat_frame, names_frame, ticks_frame
from groundswell._keys import peer_keys
from groundswell._socket import Socket, bind, check_endpoint, refusal
from groundswell.errors import ClosedError, OptionError, SlowError
from groundswell.events import Mode

__all__ = ["NO_PRICE", "PublisherCounters", "Tick", "TickPublisher", "price_e9"]

NO_PRICE = (1 << 63) - 1  # an absent side of a quote
LAST, SUSPICIOUS = 0x80, 0x01  # bits of Tick.flags
LONGEST_NAME = 32
_NAMES_PER_FRAME = 1_000
_HEARTBEAT_NS, _NAMES_NS, _PATIENCE_NS = 1_000_000_000, 5_000_000_000, 10_000_000_000


@dataclass(frozen=True, slots=True)
class Tick:
    """What happened to one symbol. trade(), quote(), bar() and the like make the usual ones."""

    ts_event: int  # ns UTC, clock of the venue or consolidator; for bars the end of the bar
    price: int  # 1e-9 dollar; NO_PRICE = absent
    size: int  # shares
    trade_id: int  # 0 = none; status: 1 halt, 2 resume, 3 market halt, 4 market resume; bar: its length in ns, 0 = a session
    symbol: int  # as symbol() gave it
    ts_recv_delta: int = 0  # ns from ts_event to when it was received; 0 = unknown
    condition_set: int = 0  # as condition_set() gave it; 0 = regular
    venue: int = 0
    action: int = ord("T")
    side: int = 0
    flags: int = LAST

    @staticmethod
    def trade(
        symbol: int,
        ts_event: int,
        price: int,
        size: int,
        *,
        trade_id: int = 0,
        condition_set: int = 0,
        ts_recv_delta: int = 0,
        suspicious: bool = False,
    ) -> Tick:
        """A trade; `suspicious`: the sender doubts it."""
        return Tick(ts_event, price, size, trade_id, symbol, ts_recv_delta, condition_set, flags=LAST | (SUSPICIOUS if suspicious else 0))

    @staticmethod
    def cancel(symbol: int, ts_event: int, trade_id: int) -> Tick:
        """Takes back the trade of this id."""
        return Tick(ts_event, 0, 0, trade_id, symbol, action=ord("X"))

    @staticmethod
    def correction(symbol: int, ts_event: int, trade_id: int, price: int, size: int) -> Tick:
        """The trade of this id had another price or size."""
        return Tick(ts_event, price, size, trade_id, symbol, action=ord("R"))

    @staticmethod
    def quote(symbol: int, ts_event: int, bid: int, bid_size: int, ask: int, ask_size: int, *, ts_recv_delta: int = 0) -> tuple[Tick, Tick]:
        """Both sides; NO_PRICE for one that is absent."""
        return (
            Tick(ts_event, bid, bid_size, 0, symbol, ts_recv_delta, action=ord("Q"), side=ord("B"), flags=0),
            Tick(ts_event, ask, ask_size, 0, symbol, ts_recv_delta, action=ord("Q"), side=ord("A")),
        )

    @staticmethod
    def bar(symbol: int, end: int, prices: tuple[int, int, int, int], volume: int, length_ns: int) -> tuple[Tick, Tick, Tick, Tick]:
        """Open, high, low, close; `end` of the bar in ns UTC, its length in ns, 0 = a whole session."""
        opened, high, low, closed = (
            Tick(end, price, 0, length_ns, symbol, action=ord(action), flags=0) for action, price in zip("ohlc", prices, strict=True)
        )
        return opened, high, low, Tick(end, closed.price, volume, length_ns, symbol, action=ord("c"))

    @staticmethod
    def halt(symbol: int, ts_event: int, *, halted: bool, market: bool = False) -> Tick:
        """Trading of the symbol, or of the whole `market`, is halted, or resumes."""
        return Tick(ts_event, 0, 0, (1 if halted else 2) + (2 if market else 0), symbol, action=ord("S"))


def price_e9(dollars: Decimal | str | int | float) -> int:
    """A price as an integer of 1e-9 dollar: exact for a text or Decimal; a float is taken for the shortest decimal that reads so."""
    value = Decimal(str(dollars)) if isinstance(dollars, float) else Decimal(dollars)
    if not value.is_finite():
        raise OptionError(f"{dollars!r} is no price")
    return int(value.scaleb(9).to_integral_value(ROUND_HALF_EVEN))


@dataclass(frozen=True, slots=True)
class PublisherCounters:
    """What went out, and what was asked for again."""

    ticks: int
    batches: int
    fill_requests: int
    filled_ticks: int
    refused_requests: int


class TickPublisher:
    """A feed of one line. Used by one thread. Raises OptionError, EndpointError, KeyFileError."""

    def __init__(
        self,
        endpoint: str = "tcp://127.0.0.1:5555",
        *,
        connects: bool = False,
        push: bool = False,
        fill_endpoint: str = "",
        fill_ticks: int = 1 << 20,
        server_key: str = "",
        key_file: str | PathLike[str] = "",
        feed: int = 1,
        line: int = 0,
        feed_epoch: int = 0,
        mode: Mode = Mode.LIVE,
    ) -> None:
        """Binds, on this machine, or `connects` to an engine that binds, with keys when that demands them.

        push: waits for an engine with pattern = "pull"; else whoever is slow loses, and asks for it. fill_endpoint: where lost ticks are
        given again, from the last `fill_ticks`; "" = nowhere. line: 0 A, 1 B, of the same ticks, numbers and epoch. feed_epoch: greater
        than every earlier one; 0 = the wall clock.
        """
        if line not in {0, 1}:
            raise OptionError("line: 0 is A, 1 is B")
        if fill_ticks < 1:
            raise OptionError("fill_ticks: at least one")
        if server_key and not connects:
            raise OptionError("server_key is of an engine that is connected to; set connects=True")
        check_endpoint(endpoint)
        keys = peer_keys(server_key, fspath(key_file))
        self._has_keys = keys is not None
        self.endpoint, self.fill_endpoint = endpoint, ""
        self._push, self._feed, self._line, self._mode = push, feed, line, mode
        self._ids: dict[str, int] = {}
        self._condition_sets: dict[tuple[str, str, str], int] = {}
        self._ticks = self._batches = 0
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._connected: Socket | None = None
        self._fills: FillServer | None = None
        self._closed = False
        kind = zmq.PUSH if push else zmq.PUB
        try:
            if connects:
                self._connected = Socket(self._context, kind, endpoint, wire.MAX_FEED_FRAME_BYTES, keys)
                self._socket = self._connected.zmq
            else:
                self._socket, self.endpoint = bind(self._context, kind, endpoint, wire.MAX_FEED_FRAME_BYTES)
            if fill_endpoint:
                router, self.fill_endpoint = bind(self._context, zmq.ROUTER, fill_endpoint, wire.MAX_REQUEST_BYTES)
                self._fills = FillServer(router, feed, fill_ticks)
        except Exception:
            self.close()
            raise
        self.begin_epoch(feed_epoch or time.time_ns())

    def begin_epoch(self, feed_epoch: int) -> None:
        """After a loss of state: numbers begin at 1 again, under a greater epoch; what was to be given again is forgotten."""
        self.feed_epoch = feed_epoch
        self.next_tick = 1
        self._symbols_announced = self._sets_announced = 0
        self._heartbeat_at = self._names_at = 0
        if self._fills is not None:
            self._fills.begin_epoch(feed_epoch)

    @property
    def counters(self) -> PublisherCounters:
        """So far."""
        fills = self._fills
        filled = (fills.requests, fills.ticks, fills.refused) if fills is not None else (0, 0, 0)
        return PublisherCounters(self._ticks, self._batches, *filled)

    def symbol(self, name: str) -> int:
        """The id of a name, from 1; announced before it is used. The same name gives the same id."""
        if not 0 < len(name) <= LONGEST_NAME:
            raise OptionError(f"a symbol has 1 to {LONGEST_NAME} characters, not {name!r}")
        return self._ids.setdefault(name, len(self._ids) + 1)

    def condition_set(self, codes: str, tape: str = "", scheme: str = "") -> int:
        """For Tick.condition_set: sale conditions in the vocabulary `scheme` (letters_utp, letters_cta, flags_lean; "" = by tape)."""
        return self._condition_sets.setdefault((tape, codes, scheme), len(self._condition_sets) + 1) if codes else 0

    def send(self, ticks: Sequence[Tick]) -> None:
        """Sends them under the next numbers, in batches of at most 1,024. OptionError: a tick that is none; nothing was sent.

        SlowError: with push, nobody took them for 10 s. They count as sent: an engine that comes later asks for them again.
        """
        if self._closed:
            raise ClosedError("this publisher is closed; open another one")
        pack_tick = TICK.data.pack
        rows = []
        for tick in ticks:
            try:
                rows.append(
                    pack_tick(
                        tick.ts_event,
                        tick.price,
                        tick.size,
                        tick.trade_id,
                        tick.symbol,
                        tick.ts_recv_delta,
                        tick.condition_set,
                        tick.venue,
                        tick.action,
                        tick.side,
                        tick.flags,
                        0,
                    )
                )
            except (error, AttributeError) as reason:
                raise OptionError(f"{tick!r} cannot be sent: {reason}; prices are integers of 1e-9 dollar: price_e9()") from reason
            if not 0 < tick.symbol <= len(self._ids):
                raise OptionError(f"{tick!r}: no symbol has the id {tick.symbol}; ids are what symbol() gave")
        if len(self._ids) > self._symbols_announced or len(self._condition_sets) > self._sets_announced:
            self._announce(self._symbols_announced, self._sets_announced, waits=True)
        for at in range(0, len(rows), wire.MAX_TICKS_PER_BATCH):
            part = rows[at : at + wire.MAX_TICKS_PER_BATCH]
            if self._fills is not None:
                self._fills.append(part)  # first: whoever misses it may ask at once
            frame = ticks_frame(self.feed_epoch, self.next_tick, self._feed, self._line, part)
            self.next_tick += len(part)
            self._ticks += len(part)
            self._batches += 1
            if not self._emit(frame, waits=True):
                raise SlowError(f"{self.endpoint}: nobody took what is sent for 10 s; is the engine running, and does it pull there?")

    def turn(self, market_time: int = 0) -> None:
        """Heartbeats (every second), names (every five), answers to fills. `market_time`: ns, for an engine with time.source = "feed".

        KeyRefusedError, KeyWantedError: of an engine that is connected to, and takes nothing of what is sent.
        """
        if self._closed:
            raise ClosedError("this publisher is closed; open another one")
        if self._connected is not None and (refused := refusal(self._connected.handshake(), self.endpoint, self._has_keys)):
            raise refused
        if self._fills is not None:
            self._fills.serve()
        now = time.monotonic_ns()
        if now >= self._names_at and self._announce(0, 0, waits=False):  # what finds no room is tried again with the next turn
            self._names_at = now + _NAMES_NS
        if now < self._heartbeat_at:
            return
        beat = wire.SCHEMAS["tick"].FeedHeartbeat.new_message(
            feedEpoch=self.feed_epoch,
            nextTick=self.next_tick,
            marketTime=market_time,
            sendTs=time.time_ns(),
            feed=self._feed,
            line=self._line,
            mode=int(self._mode),
        )
        if self._emit(heartbeat_frame(beat), waits=False):
            self._heartbeat_at = now + _HEARTBEAT_NS

    def close(self) -> None:
        """Closes the sockets; any number of times."""
        self._closed = True
        if self._connected is not None:
            self._connected.close()
        elif hasattr(self, "_socket"):
            self._socket.close()
        if self._fills is not None:
            self._fills.close()
        self._context.term()

    def __enter__(self) -> TickPublisher:
        """It is open already."""
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        """Closes."""
        self.close()

    def _emit(self, frame: bytes, waits: bool) -> bool:
        """PUB: always taken. PUSH: false when there is no room; with `waits`, for ten seconds."""
        until = time.monotonic_ns() + _PATIENCE_NS
        while True:
            try:
                self._socket.send(frame, zmq.NOBLOCK)
            except zmq.Again:
                if not waits or time.monotonic_ns() >= until:
                    return False
                if self._fills is not None:
                    self._fills.serve()
                self._socket.poll(10, zmq.POLLOUT)
            else:
                return True

    def _announce(self, first_symbol: int, first_set: int, waits: bool) -> bool:
        names, sets = list(self._ids.items()), list(self._condition_sets.items())
        while True:
            part = names[first_symbol : first_symbol + _NAMES_PER_FRAME]
            sets_part = sets[first_set : first_set + _NAMES_PER_FRAME]
            message = wire.SCHEMAS["tick"].Instruments.new_message(
                feedEpoch=self.feed_epoch,
                symbols=[{"id": number, "name": name} for name, number in part],
                condSets=[
                    {"id": number, "tape": ord(tape) if tape else 0, "codes": codes, "scheme": scheme}
                    for (tape, codes, scheme), number in sets_part
                ],
            )
            if not self._emit(names_frame(message), waits):
                return False
            first_symbol += _NAMES_PER_FRAME
            first_set += _NAMES_PER_FRAME
            if first_symbol >= len(names) and first_set >= len(sets):
                break
        self._symbols_announced, self._sets_announced = len(names), len(sets)
        return True
