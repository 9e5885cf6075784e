"""What all gateways have in common: what they make, the queue, reconnecting, dry runs and exit codes."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import random
import signal
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TextIO

from groundswell.errors import GroundswellError, KeyFileError, OptionError
from groundswell.events import Mode
from groundswell.gateways.config import ConfigError, Settings, load
from groundswell.publisher import LAST, Tick, TickPublisher

EX_OK, EX_USAGE, EX_UNAVAILABLE, EX_CONFIG = 0, 64, 69, 78
TICKS_PER_TURN = 64
TURN_SECONDS = 0.001
HEALTHY_SECONDS = 60.0  # a connection that held so long begins its delays anew


@dataclass(frozen=True, slots=True)
class Group:
    """Ticks of one symbol that belong together: a trade, a quote, a bar, a status. Their symbol and condition set are filled in later."""

    symbol: str  # the vendor's name
    ticks: tuple[Tick, ...]
    conditions: str = ""  # sale conditions as the vendor writes them, "" = regular
    tape: str = ""  # A, B or C; "" = any

    @property
    def is_quote(self) -> bool:
        """Quotes are dropped when there is too much; nothing else is."""
        return self.ticks[0].action == ord("Q")


class RefusedError(Exception):
    """The vendor does not let us in: credentials, or what they entitle to. Trying again is of no use."""


class Source(Protocol):
    """One vendor. run() opens a connection, gives what comes to `emit`, and returns or raises when it is over.

    RefusedError ends the gateway (69); anything else is tried again. `symbols`: the vendor's names of what is wanted, never empty.
    """

    mode: Mode

    async def run(self, symbols: Sequence[str], emit: Callable[[Group], None]) -> bool:
        """True: there is no more, as of history. False: the connection ended."""
        ...


class Backoff:
    """Seconds until the next attempt: a random part of a bound that doubles, so that not everybody comes back at once."""

    def __init__(self, first: float, most: float, luck: random.Random | None = None) -> None:
        """`first` bound and greatest one, in seconds."""
        self._first, self._most, self._luck = first, most, luck or random.Random()
        self._failures = 0

    def next(self) -> float:
        """For the next failure in a row."""
        bound = min(self._most, self._first * 2.0 ** min(self._failures, 30))
        self._failures += 1
        return self._luck.uniform(0.1 * bound, bound)

    def reset(self) -> None:
        """It worked."""
        self._failures = 0


class Queue:
    """Groups that wait for their numbers. When there are too many ticks the oldest quotes go, never anything else."""

    def __init__(self, most_ticks: int) -> None:
        """Trades, bars and statuses are kept however many they are."""
        self._most = most_ticks
        self._entries: deque[list[Group | None]] = deque()
        self._quotes: deque[list[Group | None]] = deque()
        self._holes = 0  # entries whose quote was dropped
        self.waiting = self.most_waiting = 0  # ticks
        self.dropped_quotes = 0

    def put(self, group: Group) -> None:
        """Behind the others."""
        entry: list[Group | None] = [group]
        self._entries.append(entry)
        if group.is_quote:
            self._quotes.append(entry)
        self.waiting += len(group.ticks)
        while self.waiting > self._most and self._quotes:
            oldest = self._quotes.popleft()
            assert oldest[0] is not None
            self.waiting -= len(oldest[0].ticks)
            self.dropped_quotes += 1
            oldest[0] = None
            self._holes += 1
        if self._holes > self._most:
            self._entries = deque(each for each in self._entries if each[0] is not None)
            self._holes = 0
        self.most_waiting = max(self.most_waiting, self.waiting)

    def take(self, most_ticks: int) -> list[Group]:
        """The first ones, about so many ticks."""
        taken: list[Group] = []
        count = 0
        while self._entries and count < most_ticks:
            entry = self._entries.popleft()
            if entry[0] is None:
                self._holes -= 1
                continue
            if entry[0].is_quote:
                self._quotes.popleft()
            taken.append(entry[0])
            count += len(entry[0].ticks)
        self.waiting -= count
        return taken


@dataclass
class Counters:
    """What a gateway says of itself at its end; it adds up: in = sent + dropped_quotes + waiting."""

    connections: int = 0
    failures: int = 0
    groups: int = 0  # in
    unknown_symbols: int = 0  # not in the symbol map: left out before they were counted in
    sent_ticks: int = 0
    dropped_quotes: int = 0
    most_waiting: int = 0  # ticks


@dataclass
class Gateway:
    """Runs a source until it is stopped, refused, or there is no more."""

    name: str
    settings: Settings
    source: Source
    dry_run: TextIO | None = None  # where ticks are printed instead of sent
    counters: Counters = field(default_factory=Counters)

    def __post_init__(self) -> None:
        """The queue."""
        self._queue = Queue(self.settings.queue_ticks)
        self._names = self.settings.symbols

    async def run(self) -> None:
        """Raises RefusedError, or an error of the publisher."""
        publisher = None if self.dry_run else self._publisher()
        reader = asyncio.create_task(self._read())
        try:
            while not reader.done() or self._queue.waiting:
                if not self._send(publisher):
                    await asyncio.wait([reader], timeout=TURN_SECONDS)
                await asyncio.sleep(0)
            await reader
        except asyncio.CancelledError:  # stopped: what is here still goes out
            while self._send(publisher):
                pass
            raise
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
            self.counters.dropped_quotes, self.counters.most_waiting = self._queue.dropped_quotes, self._queue.most_waiting
            if publisher is not None:
                publisher.close()

    def _publisher(self) -> TickPublisher:
        publish = self.settings.publish
        return TickPublisher(
            publish.endpoint,
            connects=publish.connects,
            push=publish.push,
            fill_endpoint=publish.fill,
            server_key=publish.server_key,
            key_file=publish.key_file,
            feed=publish.feed,
            mode=self.source.mode,
        )

    async def _read(self) -> None:
        backoff = Backoff(self.settings.first_delay, self.settings.most_delay)
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            self.counters.connections += 1
            try:
                if await self.source.run(list(self._names), self._emit):
                    return
                reason = "the connection ended"
            except (RefusedError, asyncio.CancelledError):
                raise
            except Exception as error:  # whatever a vendor's package raises: said, counted, and tried again
                reason = str(error) or type(error).__name__
            self.counters.failures += 1
            if loop.time() - began > HEALTHY_SECONDS:
                backoff.reset()
            delay = backoff.next()
            print(f"{self.name}: {reason}; next attempt in {delay:.1f} s", file=sys.stderr)
            await asyncio.sleep(delay)

    def _emit(self, group: Group) -> None:
        if group.symbol not in self._names:
            self.counters.unknown_symbols += 1
            return
        self.counters.groups += 1
        self._queue.put(group)

    def _send(self, publisher: TickPublisher | None) -> bool:
        """Whether anything was there."""
        groups = self._queue.take(TICKS_PER_TURN)
        if publisher is None:
            for group in groups:
                self._print(group)
        else:
            ticks = [tick for group in groups for tick in self._finished(publisher, group)]
            if ticks:
                publisher.send(ticks)
            publisher.turn()
        self.counters.sent_ticks += sum(len(group.ticks) for group in groups)
        return bool(groups)

    def _finished(self, publisher: TickPublisher, group: Group) -> list[Tick]:
        symbol = publisher.symbol(self._names[group.symbol])
        condition_set = publisher.condition_set(group.conditions, group.tape)
        return [dataclasses.replace(tick, symbol=symbol, condition_set=condition_set) for tick in group.ticks]

    def _print(self, group: Group) -> None:
        for tick in group.ticks:
            row = {
                "symbol": self._names[group.symbol],
                "action": chr(tick.action),
                "ts_event": tick.ts_event,
                "price_e9": tick.price,
                "size": tick.size,
                "trade_id": tick.trade_id,
                "side": chr(tick.side) if tick.side else "",
                "last": bool(tick.flags & LAST),
                "conditions": group.conditions,
                "tape": group.tape,
                "ts_recv_delta": tick.ts_recv_delta,
            }
            print(json.dumps(row, separators=(",", ":")), file=self.dry_run, flush=True)


def saturated(delta_ns: int) -> int:
    """A receive delta as a tick has it."""
    return max(-(1 << 31), min((1 << 31) - 1, delta_ns))


def absent(name: str, missing: ModuleNotFoundError) -> int:
    """Says which package a gateway lacks; returns the exit code."""
    print(f"{name}: package {missing.name} is not installed; pip install 'groundswell[gateways]'", file=sys.stderr)
    return EX_UNAVAILABLE


def main(name: str, make: Callable[[Settings], Source], arguments: Sequence[str] | None = None) -> int:
    """The command line of a gateway; returns its exit code."""
    parser = argparse.ArgumentParser(prog=f"python -m groundswell.gateways.{name}", description=f"Feeds an engine from {name}.")
    parser.add_argument("-c", "--config", metavar="FILE", type=Path, required=True, help="gateway.toml (docs/python.md)")
    parser.add_argument("--dry-run", action="store_true", help="print ticks as JSON Lines instead of sending them")
    try:
        chosen = parser.parse_args(arguments)
    except SystemExit as stop:
        return EX_USAGE if stop.code else EX_OK
    try:
        settings = load(chosen.config, name)
        gateway = Gateway(name, settings, make(settings), sys.stdout if chosen.dry_run else None)
        asyncio.run(_until_stopped(gateway))
    except ModuleNotFoundError as error:
        return absent(name, error)
    except (ConfigError, OptionError, KeyFileError) as error:
        print(error if isinstance(error, ConfigError) else f"{chosen.config}: {error}", file=sys.stderr)
        return EX_CONFIG
    except (RefusedError, GroundswellError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return EX_UNAVAILABLE
    print(f"{name}: {json.dumps(dataclasses.asdict(gateway.counters))}", file=sys.stderr)
    return EX_OK


async def _until_stopped(gateway: Gateway) -> None:
    running = asyncio.create_task(gateway.run())
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, running.cancel)
    try:
        await running
    except asyncio.CancelledError:
        if not running.cancelled():
            raise
