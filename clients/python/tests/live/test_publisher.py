"""Ticks from Python: their bytes, what an engine makes of them, and what is refused."""

from __future__ import annotations

import json
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import zmq
from programs import PROGRAM, SOURCE, SYMBOLS, Market, wait_until
from test_live import MILLISECOND, NOON_NS

import groundswell as gs
from groundswell import _wire as wire
from groundswell._feed import TICK, ticks_frame

SCHEMA, CONTROL = wire.SCHEMAS["tick"], wire.SCHEMAS["control"]


def test_a_frame_has_the_bytes_that_the_engine_knows() -> None:
    golden = (SOURCE / "tests/golden/wire/v1_tick_batch.bin").read_bytes()
    with SCHEMA.TickBatch.from_bytes(golden[16:]) as batch:
        names = TICK.names
        rows = [TICK.data.pack(*(getattr(tick, name) for name in names)) for tick in batch.ticks]
        ours = ticks_frame(batch.feedEpoch, batch.firstTick, batch.feed, batch.line, rows)
        assert len(rows) > 0
        sent = ours.index(golden[16 + 32 : 16 + 40]) if batch.sendTs == 0 else 16 + 8 + 8 + 16
    assert ours[:6] + ours[8:sent] == golden[:6] + golden[8:sent]  # the sender's own number, and the time, differ
    assert ours[sent + 8 :] == golden[sent + 8 :]


def test_lost_ticks_are_given_again(market: Market) -> None:
    """A PUB line loses every third batch; the engine asks, and has every tick."""
    with gs.TickPublisher(f"ipc://{market.folder}/line", fill_endpoint=f"ipc://{market.folder}/fill") as publisher:
        market.run(
            f'endpoint = "{publisher.endpoint}"\npattern = "sub"\nmode = "connect"\nrepair = "10s"\nfill = "{publisher.fill_endpoint}"\n'
        )
        ids = [publisher.symbol(name) for name in SYMBOLS]
        emit, frames = publisher._emit, 0

        def losing(frame: bytes, waits: bool) -> bool:
            nonlocal frames
            frames += frame.startswith(b"TK")
            return True if frame.startswith(b"TK") and frames % 3 == 0 else emit(frame, waits)

        publisher._emit = losing  # type: ignore[method-assign]
        edges: list[gs.Edge] = []
        sent = 0
        with gs.connect_sync(market.signals, any_mode=True, levels=False) as feed:
            for event in feed.events():
                if isinstance(event, gs.Edge) and event.type == "HALT_MEMBER":
                    edges.append(event)
                if isinstance(event, gs.Heartbeat) and sent < 400:
                    for _ in range(10):
                        tick = gs.Tick.halt(ids[1 + sent // 2 % 8], NOON_NS + sent * MILLISECOND, halted=sent % 2 == 0)
                        publisher.send([tick])
                        sent += 1
                publisher.turn(NOON_NS + sent * MILLISECOND)
                if len(edges) >= 300:
                    break
        numbers = [(edge.ts_event - NOON_NS) // MILLISECOND for edge in edges]
        assert numbers == list(range(numbers[0], numbers[0] + 300)), "a tick is missing, or out of order"
        counters = publisher.counters
        assert counters.filled_ticks > 0 and counters.fill_requests > 0 and counters.refused_requests == 0
        assert counters.ticks == sent == publisher.next_tick - 1


def test_every_kind_of_tick_is_taken_for_what_it_is(market: Market) -> None:
    market.run()
    with gs.TickPublisher(market.feed, connects=True, push=True) as publisher:
        publisher.turn(NOON_NS)
        for name in SYMBOLS:
            symbol = publisher.symbol(name)
            opened, high, low, closed = (gs.price_e9(price) for price in (5, 6, 4, 5))
            ticks = [
                *(
                    gs.Tick.trade(symbol, NOON_NS, closed, 100, trade_id=each, condition_set=publisher.condition_set("@", "C"))
                    for each in (1, 2)
                ),
                *gs.Tick.quote(symbol, NOON_NS, low, 1, gs.NO_PRICE, 0),
                *gs.Tick.bar(symbol, NOON_NS, (opened, high, low, closed), 1000, 60_000 * MILLISECOND),
                gs.Tick.correction(symbol, NOON_NS, 1, gs.price_e9("5.5"), 90),
                gs.Tick.cancel(symbol, NOON_NS, 2),
                gs.Tick.halt(symbol, NOON_NS, halted=True),
                gs.Tick.halt(symbol, NOON_NS, halted=False),
            ]
            publisher.send(ticks)
        publisher.turn(NOON_NS)

        def status() -> Any:
            words = [PROGRAM, "status", "--endpoint", market.signals, "--json"]
            return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)

        assert publisher.counters.ticks == 12 * len(SYMBOLS)
        assert wait_until(lambda: status().get("fold", {}).get("ticks") == publisher.counters.ticks)  # a node that starts has no fold
        found = status()
        assert sum(found["feeds"][0]["ticks"]["rejected"].values()) == 0
        outcomes = {name: count // len(SYMBOLS) for name, count in found["fold"]["outcomes"].items() if count}
        assert (outcomes["corrected"], outcomes["cancelled"], outcomes["status"], outcomes["quote"]) == (1, 1, 2, 2), outcomes
        assert (outcomes["eligible"], outcomes["pending"]) == (2 + 1, 3), outcomes  # trades and the bar's end; its other ticks


def ask(endpoint: str, **fill: int) -> Any:
    """One question to the fill socket, and the head of its answer."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    socket = context.socket(zmq.DEALER)
    socket.connect(endpoint)
    socket.send(wire.request(7, "tickFill", **fill))
    return context, socket


def answer(publisher: gs.TickPublisher, **fill: int) -> tuple[int, int, str]:
    """Status, oldest, text."""
    context, socket = ask(publisher.fill_endpoint, **fill)
    while not socket.poll(10):
        publisher.turn()
    with CONTROL.Reply.from_bytes(socket.recv()) as reply:
        found = int(reply.status), int(reply.oldest), str(reply.text)
    socket.close(0)
    context.term()
    return found


def test_fills_are_refused_with_their_reason(tmp_path: Path) -> None:
    with gs.TickPublisher(f"ipc://{tmp_path}/line", fill_endpoint=f"ipc://{tmp_path}/fill", fill_ticks=10, feed_epoch=5) as publisher:
        symbol = publisher.symbol("AAA")
        publisher.send([gs.Tick.trade(symbol, NOON_NS, gs.price_e9(number), 1) for number in range(1, 26)])
        assert answer(publisher, **{"feedEpoch": 5, "from": 16, "to": 25})[0] == wire.OK
        assert answer(publisher, **{"feedEpoch": 5, "from": 15, "to": 25}) == (wire.GAP_TOO_OLD, 16, "ticks before 16 are gone")
        assert answer(publisher, **{"feedEpoch": 5, "from": 25, "to": 26})[2] == "the next tick is 26"
        assert answer(publisher, **{"feedEpoch": 4, "from": 20, "to": 21})[2] == "the feed epoch is 5"
        assert answer(publisher, **{"feedEpoch": 5, "from": 22, "to": 21})[0] == wire.BAD_REQUEST
        assert publisher.counters.refused_requests == 4


def test_prices_are_exact() -> None:
    assert gs.price_e9("181.25") == 181_250_000_000
    assert gs.price_e9(Decimal("0.0001")) == 100_000
    assert gs.price_e9(0.1) == 100_000_000
    assert gs.price_e9(7) == 7_000_000_000
    with pytest.raises(gs.OptionError, match="no price"):
        gs.price_e9(float("nan"))


def test_wrong_arguments_are_said(tmp_path: Path) -> None:
    line = f"ipc://{tmp_path}/line"
    with pytest.raises(gs.EndpointError, match="can be reached from other machines"):
        gs.TickPublisher("tcp://0.0.0.0:5555")
    with pytest.raises(gs.OptionError, match="connects=True"):
        gs.TickPublisher(line, server_key="x" * 40)
    with pytest.raises(gs.OptionError, match="0 is A"):
        gs.TickPublisher(line, line=2)
    with gs.TickPublisher("tcp://127.0.0.1:*") as publisher:
        assert publisher.symbol("AAA") == publisher.symbol("AAA") == 1
        with pytest.raises(gs.EndpointError, match="stop the process that has it"):
            gs.TickPublisher(publisher.endpoint)
        with pytest.raises(gs.OptionError, match="price_e9"):
            publisher.send([gs.Tick.trade(1, NOON_NS, 181.25, 100)])  # type: ignore[arg-type]
        with pytest.raises(gs.OptionError, match="no symbol has the id 2"):
            publisher.send([gs.Tick.trade(2, NOON_NS, 1, 100)])
        with pytest.raises(gs.OptionError, match="cannot be sent"):
            publisher.send(["AAA"])  # type: ignore[list-item]
        assert publisher.next_tick == 1, "nothing was sent"
    with pytest.raises(gs.ClosedError):
        publisher.turn()
