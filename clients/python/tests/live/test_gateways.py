"""Gateways: what they make of the vendors' formats, how they queue, and how they run against fakes of the vendors' wires."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import databento
import databento_dbn
import msgpack
import pytest
from programs import Market, wait_until
from test_live import MILLISECOND, NOON_NS
from vendor_fakes import FakeAlpaca, FakeDatabento

import groundswell as gs
from groundswell.gateways import alpaca
from groundswell.gateways import databento as bento
from groundswell.gateways.base import Backoff, Group, Queue
from groundswell.gateways.config import ConfigError, load

NAMES = {7: "AAPL", 9: "MSFT"}
E9 = 1_000_000_000
dbn: Any = databento_dbn  # its stubs call enumerators int


def trade(at: int, price: int = 181 * E9, size: int = 100, instrument: int = 7, **more: Any) -> Any:
    """By the vendor's package."""
    return dbn.TradeMsg(
        publisher_id=2, instrument_id=instrument, ts_event=at, price=price, size=size, action=dbn.Action.TRADE, side=dbn.Side.BID, depth=0,
        ts_recv=at + 1_500, **more,
    )  # fmt: skip


def status(at: int, action: Any, instrument: int = 7, reason: Any = None) -> Any:
    """By the vendor's package."""
    return dbn.StatusMsg(publisher_id=2, instrument_id=instrument, ts_event=at, ts_recv=at, action=action, reason=reason)


def mapping(instrument: int, name: str) -> Any:
    """By the vendor's package."""
    return dbn.SymbolMappingMsg(
        publisher_id=0, instrument_id=instrument, ts_event=0, stype_in=dbn.SType.RAW_SYMBOL, stype_in_symbol=name,
        stype_out=dbn.SType.INSTRUMENT_ID, stype_out_symbol=str(instrument), start_ts=0, end_ts=0,
    )  # fmt: skip


def test_databento_trades_and_quotes() -> None:
    (group,) = bento.normalise(trade(NOON_NS), NAMES)
    assert group == Group("AAPL", (gs.Tick.trade(0, NOON_NS, 181 * E9, 100, ts_recv_delta=1_500),))
    assert bento.normalise(trade(NOON_NS, instrument=8), NAMES) == []
    assert bento.normalise(trade(NOON_NS, price=dbn.UNDEF_PRICE), NAMES) == []
    (group,) = bento.normalise(trade(NOON_NS, flags=int(dbn.F_BAD_TS_RECV)), NAMES)
    assert group.ticks[0].ts_recv_delta == 0
    book = dbn.MBP1Msg(
        publisher_id=2, instrument_id=9, ts_event=NOON_NS, price=5 * E9, size=3, action=dbn.Action.TRADE, side=dbn.Side.ASK, depth=0,
        ts_recv=NOON_NS, levels=dbn.BidAskPair(bid_px=4 * E9, ask_px=dbn.UNDEF_PRICE, bid_sz=10),
    )  # fmt: skip
    traded, quoted = bento.normalise(book, NAMES, "mbp-1")
    assert traded == Group("MSFT", (gs.Tick.trade(0, NOON_NS, 5 * E9, 3),))
    assert quoted == Group("MSFT", gs.Tick.quote(0, NOON_NS, 4 * E9, 10, gs.NO_PRICE, 0)) and quoted.is_quote
    assert bento.normalise(book, NAMES, "tbbo") == [quoted, traded]


def test_databento_bars_and_statuses() -> None:
    bar = dbn.OHLCVMsg(
        rtype=dbn.RType.OHLCV_1M, publisher_id=2, instrument_id=7, ts_event=NOON_NS, open=1, high=4, low=1, close=3, volume=900
    )
    (group,) = bento.normalise(bar, NAMES, "ohlcv-1m")
    assert group.ticks == gs.Tick.bar(0, NOON_NS + 60 * E9, (1, 4, 1, 3), 900, 60 * E9)
    (halt,) = bento.normalise(status(NOON_NS, dbn.StatusAction.PAUSE), NAMES)
    assert halt.ticks == (gs.Tick.halt(0, NOON_NS, halted=True),)
    (resume,) = bento.normalise(status(NOON_NS, dbn.StatusAction.TRADING), NAMES)
    assert resume.ticks == (gs.Tick.halt(0, NOON_NS, halted=False),)
    assert bento.normalise(status(NOON_NS, dbn.StatusAction.QUOTING), NAMES) == []
    (market,) = bento.normalise(status(NOON_NS, dbn.StatusAction.HALT, reason=dbn.StatusReason.MARKET_WIDE_HALT_LEVEL1), NAMES)
    assert market.ticks[0].trade_id == 3


TIMESTAMP = "2026-11-20T17:00:00.123456789Z"
AT = NOON_NS + 123_456_789


@pytest.mark.parametrize(
    ("message", "group"),
    [
        (
            {"T": "t", "i": 96921, "S": "AAPL", "x": "D", "p": 126.55, "s": 1, "t": TIMESTAMP, "c": ["@", "I"], "z": "C"},
            Group("AAPL", (gs.Tick.trade(0, AT, 126_550_000_000, 1, trade_id=96921 << 8 | ord("D")),), "@I", "C"),
        ),
        (
            {"T": "q", "S": "AMD", "bx": "U", "bp": 87.66, "bs": 1, "ax": "Q", "ap": 87.68, "as": 4, "t": TIMESTAMP, "c": ["R"], "z": "C"},
            Group("AMD", gs.Tick.quote(0, AT, 87_660_000_000, 1, 87_680_000_000, 4)),
        ),
        (
            {"T": "b", "S": "SPY", "o": 388.98, "h": 389.13, "l": 388.975, "c": 389.12, "v": 49378, "t": "2026-11-20T17:00:00Z"},
            Group(
                "SPY",
                gs.Tick.bar(0, NOON_NS + 60 * E9, (388_980_000_000, 389_130_000_000, 388_975_000_000, 389_120_000_000), 49378, 60 * E9),
            ),
        ),
        (
            {"T": "x", "S": "GOOGL", "i": 465, "x": "D", "p": 1, "s": 1, "a": "C", "z": "C", "t": TIMESTAMP},
            Group("GOOGL", (gs.Tick.cancel(0, AT, 465 << 8 | ord("D")),)),
        ),
        (
            {"T": "c", "S": "EEM", "x": "M", "oi": 52, "op": 39.1, "os": 5, "ci": 53, "cp": 39.2, "cs": 6, "z": "B", "t": TIMESTAMP},
            Group("EEM", (gs.Tick.correction(0, AT, 52 << 8 | ord("M"), 39_200_000_000, 6),)),
        ),
        ({"T": "s", "S": "AAPL", "sc": "H", "rc": "T12", "t": TIMESTAMP, "z": "C"}, Group("AAPL", (gs.Tick.halt(0, AT, halted=True),))),
        ({"T": "s", "S": "AAPL", "sc": "T", "rc": "", "t": TIMESTAMP, "z": "C"}, Group("AAPL", (gs.Tick.halt(0, AT, halted=False),))),
        ({"T": "s", "S": "AAPL", "sc": "Q", "rc": "", "t": TIMESTAMP, "z": "C"}, None),
        ({"T": "success", "msg": "connected"}, None),
    ],
)
def test_alpaca_messages(message: dict[str, Any], group: Group | None) -> None:
    """As files have them, and as the stream does."""
    assert alpaca.normalise(message) == ([group] if group else [])
    if group and len(str(message["t"])) > 20:
        stream = message | {"t": msgpack.Timestamp(AT // E9, AT % E9)}
        assert alpaca.normalise(msgpack.unpackb(msgpack.packb(stream))) == [group]


def quote(number: int) -> Group:
    """A quote whose size is its number."""
    return Group("AAPL", gs.Tick.quote(0, 0, 1, number, 2, number))


def test_the_queue_drops_the_oldest_quotes_and_never_trades() -> None:
    luck = random.Random(5)
    queue, trades, quotes, taken = Queue(40), 0, 0, []
    for number in range(2_000):
        if luck.random() < 0.5:
            queue.put(quote(number))
            quotes += 1
        else:
            queue.put(Group("AAPL", (gs.Tick.trade(0, number, 1, 1),)))
            trades += 1
        if luck.random() < 0.2:
            taken += queue.take(6)
    taken += queue.take(1 << 20)
    assert queue.waiting == 0
    assert sum(not group.is_quote for group in taken) == trades
    assert sum(group.is_quote for group in taken) == quotes - queue.dropped_quotes
    assert queue.dropped_quotes > 0
    numbers = [group.ticks[0].size if group.is_quote else group.ticks[0].ts_event for group in taken]
    assert numbers == sorted(numbers), "the order is as it came"
    queue = Queue(4)
    queue.put(Group("AAPL", (gs.Tick.trade(0, 0, 1, 1),)))
    for number in range(1_000):
        queue.put(quote(number))
    assert len(queue._entries) <= 2 * 4, "what was dropped takes no room"
    assert len(queue.take(100)) == 2
    queue = Queue(4)
    for number in range(5):
        queue.put(quote(number))
    assert [group.ticks[0].size for group in queue.take(10)] == [3, 4]


def test_delays_double_with_a_random_part() -> None:
    backoff = Backoff(1.0, 30.0, random.Random(3))
    delays = [backoff.next() for _ in range(50)]
    assert all(0.1 * min(30.0, 2.0**n) <= delay <= min(30.0, 2.0**n) for n, delay in enumerate(delays))
    assert len(set(delays)) == 50
    backoff.reset()
    assert backoff.next() <= 1.0


def write(folder: Path, text: str, names: str = '["AAPL", "MSFT"]') -> Path:
    """A gateway.toml whose delays are short."""
    path = folder / "gateway.toml"
    path.write_text(f"[symbols]\nnames = {names}\n[limits]\nfirst_delay = 0.05\nmost_delay = 0.1\n{text}\n")
    return path


def test_a_configuration_is_judged_whole(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text('[publish]\nendpont = "x"\nfeed = "1"\n[databnto]\n')
    with pytest.raises(ConfigError) as found:
        load(path, "databento")
    text = str(found.value)
    assert "did you mean 'endpoint'" in text and "a int is wanted, not '1'" in text and "[databnto]: there is no such section" in text
    path.write_text("[publish\n")
    with pytest.raises(ConfigError, match="line 1"):
        load(path, "databento")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "none", "databento")
    path.write_text('[symbols]\nmap = "symbols.csv"\n')
    (tmp_path / "symbols.csv").write_text("vendor,symbol\nBRK.B,BRK-B\nBRK.B\n")
    with pytest.raises(ConfigError, match=r"symbols.csv:3: a line has two names"):
        load(path, "databento")
    (tmp_path / "symbols.csv").write_text("vendor,symbol\nBRK.B,BRK-B\n")
    assert load(path, "databento").symbols == {"BRK.B": "BRK-B"}
    path.write_text("")
    with pytest.raises(ConfigError, match="nothing is wanted"):
        load(path, "databento")


class Running:
    """A gateway as a process."""

    def __init__(self, vendor: str, *words: str, **environment: str) -> None:
        command = [sys.executable, "-m", f"groundswell.gateways.{vendor}", *words]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABENTO", "APCA"))}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=kept | environment)

    def lines(self, count: int) -> list[dict[str, Any]]:
        """So many lines of a dry run."""
        assert self.process.stdout is not None
        return [json.loads(self.process.stdout.readline()) for _ in range(count)]

    def finish(self, stop: bool = False) -> tuple[int, str]:
        """Exit code, and what it said."""
        if stop:
            self.process.send_signal(signal.SIGTERM)
        _, said = self.process.communicate(timeout=30)
        return self.process.returncode, said


def test_databento_live_runs_reconnects_and_stops(tmp_path: Path) -> None:
    first = [mapping(7, "AAPL"), trade(NOON_NS), trade(NOON_NS + 1)]
    second = [mapping(17, "AAPL"), mapping(9, "MSFT"), mapping(4, "TSLA"), trade(NOON_NS + 2, instrument=17), trade(NOON_NS, instrument=4)]
    with FakeDatabento([first, [*second, trade(NOON_NS + 3, instrument=9)]]) as vendor:
        config = write(tmp_path, f'[databento]\nschema = "trades+status"\ngateway = "{vendor.address}"')
        running = Running("databento", "-c", str(config), "--dry-run", DATABENTO_API_KEY="k" * 32)
        rows = running.lines(4)
        code, said = running.finish(stop=True)
    assert [(row["symbol"], row["ts_event"] - NOON_NS) for row in rows] == [("AAPL", 0), ("AAPL", 1), ("AAPL", 2), ("MSFT", 3)]
    assert rows[0]["price_e9"] == 181 * E9 and rows[0]["action"] == "T" and rows[0]["last"]
    assert code == 0
    counters = json.loads(said.splitlines()[-1].partition(": ")[2])
    assert (counters["groups"], counters["sent_ticks"], counters["unknown_symbols"], counters["failures"]) == (4, 4, 1, 1)
    assert "next attempt in" in said
    subscriptions = [line for line in vendor.heard if line.startswith("schema=")]
    assert "symbols=AAPL,MSFT" in subscriptions[0] and len(subscriptions) == 4


def test_databento_feeds_an_engine(market: Market) -> None:
    market.run(time__source="wall")
    now = time.time_ns()
    halts = [status(now + n * MILLISECOND, (dbn.StatusAction.HALT, dbn.StatusAction.TRADING)[n % 2], instrument=1) for n in range(20)]
    with FakeDatabento([[mapping(1, "AAA.X"), *halts]]) as vendor:
        (market.folder / "symbols.csv").write_text("vendor,symbol\nAAA.X,AAA\n")
        publish = f'[publish]\nendpoint = "{market.feed}"\nconnects = true\npush = true\n'
        vendor_section = f'[databento]\nschema = "status"\ngateway = "{vendor.address}"\nkey = "{"k" * 32}"\n'
        config = market.folder / "gateway.toml"
        config.write_text(f'[symbols]\nmap = "symbols.csv"\n{publish}{vendor_section}')
        with gs.connect_sync(market.signals, past_edges=100, levels=False) as feed:
            running = Running("databento", "-c", str(config))
            edges: list[gs.Edge] = []
            for event in feed.events():
                edges += [event] if isinstance(event, gs.Edge) and event.type == "HALT_MEMBER" else []
                if len(edges) == 20:
                    break
        assert running.finish(stop=True)[0] == 0
    assert [edge.direction for edge in edges] == [1, -1] * 10
    assert {edge.subject for edge in edges} == {"AAA"}
    assert edges[0].ts_event >= now


def test_databento_history_is_read_by_day(tmp_path: Path) -> None:
    """Numbers of instruments hold for a day; the store is one that the vendor's encoder made."""
    day = NOON_NS // (86_400 * E9)
    dates = [date.fromordinal(719_163 + day + n) for n in range(3)]

    def held(first: int, symbol: str) -> Any:
        return SimpleNamespace(start_date=dates[first], end_date=dates[first + 1], symbol=symbol)

    mappings: list[Any] = [
        SimpleNamespace(raw_symbol="AAPL", intervals=[held(0, "7"), held(1, "9")]),
        SimpleNamespace(raw_symbol="MSFT", intervals=[held(0, "9")]),
    ]
    metadata = dbn.Metadata(
        dataset="EQUS.MINI", start=NOON_NS, stype_in=dbn.SType.RAW_SYMBOL, stype_out=dbn.SType.INSTRUMENT_ID, schema=dbn.Schema.TRADES,
        symbols=["AAPL", "MSFT"], mappings=mappings,
    )  # fmt: skip
    later = NOON_NS + 86_400 * E9
    records = [trade(NOON_NS), trade(NOON_NS + 1, instrument=9), trade(later, instrument=9), trade(later, instrument=7)]
    store = databento.DBNStore.from_bytes(metadata.encode() + b"".join(bytes(record) for record in records))
    groups: list[Group] = []
    source = bento.HistoricalSource(lambda symbols: store, "trades")
    assert asyncio.run(source.run(["AAPL", "MSFT"], groups.append))
    assert [(group.symbol, group.ticks[0].ts_event) for group in groups] == [("AAPL", NOON_NS), ("MSFT", NOON_NS + 1), ("AAPL", later)]


def test_alpaca_runs_and_stops(tmp_path: Path) -> None:
    at = msgpack.Timestamp(AT // E9, AT % E9)
    messages = [{"T": "t", "S": "AAPL", "i": n, "x": "V", "p": 126.5 + n, "s": 100, "c": ["@"], "z": "C", "t": at} for n in range(1, 4)]
    with FakeAlpaca(messages) as vendor:
        config = write(tmp_path, f'[alpaca]\nurl = "{vendor.url}"\nquotes = true')
        running = Running("alpaca", "-c", str(config), "--dry-run", APCA_API_KEY_ID="key", APCA_API_SECRET_KEY="secret")
        rows = running.lines(3)
        code, said = running.finish(stop=True)
    assert [row["price_e9"] for row in rows] == [127_500_000_000, 128_500_000_000, 129_500_000_000]
    assert {(row["ts_event"], row["conditions"], row["tape"]) for row in rows} == {(AT, "@", "C")}
    assert code == 0, said
    assert vendor.heard[1]["trades"] == ["AAPL", "MSFT"] == vendor.heard[1]["quotes"]


@pytest.mark.parametrize("vendor", ["databento", "alpaca"])
def test_what_is_wrong_has_its_exit_code(tmp_path: Path, vendor: str) -> None:
    """The same for every gateway: 64 usage, 78 configuration, 69 no credentials or not let in."""
    good = write(tmp_path, "")
    assert Running(vendor).finish()[0] == 64
    assert Running(vendor, "-c", str(tmp_path / "none")).finish()[0] == 78
    code, said = Running(vendor, "-c", str(good)).finish()
    assert code == 69 and "no key" in said
    if vendor == "databento":
        with FakeDatabento([], error="User authentication failed") as fake:
            config = write(tmp_path, f'[databento]\nkey = "{"x" * 32}"\ngateway = "{fake.address}"')
            code, said = Running(vendor, "-c", str(config), "--dry-run").finish()
        assert code == 69 and "is the key right" in said, said
        refusal = dbn.ErrorMsg(ts_event=1, err="symbols failed to resolve", code=dbn.ErrorCode.SYMBOL_RESOLUTION_FAILED)
        with FakeDatabento([[refusal]]) as fake:
            config = write(tmp_path, f'[databento]\nkey = "{"x" * 32}"\ngateway = "{fake.address}"')
            code, said = Running(vendor, "-c", str(config), "--dry-run").finish()
        assert code == 69 and "failed to resolve" in said, said
    else:
        with FakeAlpaca([]) as wire:
            config = write(tmp_path, f'[alpaca]\nkey = "k"\nsecret = "wrong"\nurl = "{wire.url}"')
            code, said = Running(vendor, "-c", str(config), "--dry-run").finish()
        assert code == 69 and "are the keys right" in said, said
        with FakeAlpaca([], error={"T": "error", "code": 409, "msg": "insufficient subscription"}) as wire:
            config = write(tmp_path, f'[alpaca]\nkey = "k"\nsecret = "secret"\nurl = "{wire.url}"')
            code, said = Running(vendor, "-c", str(config), "--dry-run").finish()
        assert code == 69 and "insufficient subscription" in said, said


def test_the_template_is_a_gateway(tmp_path: Path) -> None:
    (tmp_path / "ticks.csv").write_text(f"symbol,ts_event_ns,price,size\nAAPL,{NOON_NS},181.25,100\nTSLA,{NOON_NS},1,1\n")
    running = Running("template", "-c", str(write(tmp_path, '[template]\npath = "ticks.csv"')), "--dry-run")
    (row,) = running.lines(1)
    assert (row["symbol"], row["price_e9"], row["size"]) == ("AAPL", 181_250_000_000, 100)
    code, said = running.finish()
    assert code == 0 and '"unknown_symbols": 1' in said
    assert wait_until(lambda: running.process.poll() is not None)
