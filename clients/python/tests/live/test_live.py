"""Against real engines, relays and simulated markets."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from programs import PROGRAM, SYMBOLS, Market

import groundswell as gs

NOON_NS = 1_795_280_400_000_000_000 - 86_400_000_000_000  # 2026-11-20 12:00 New York
MILLISECOND = 1_000_000


class HaltFeed:
    """Halts and resumes members, each of which is one edge of the thesis: they count, and need no history."""

    def __init__(self, publisher: gs.TickPublisher) -> None:
        self.publisher = publisher
        self.ids = [self.publisher.symbol(name) for name in SYMBOLS]
        self.sent = 0

    def send(self, count: int) -> None:
        """So many more, and the feed's time with them."""
        numbers = range(self.sent, self.sent + count)
        self.publisher.send([gs.Tick.halt(self.ids[1 + n // 2 % 8], NOON_NS + n * MILLISECOND, halted=n % 2 == 0) for n in numbers])
        self.sent += count
        self.publisher.turn(NOON_NS + self.sent * MILLISECOND)


@contextmanager
def halts(market: Market, **keys: Any) -> Iterator[HaltFeed]:
    """Closed at the end."""
    endpoint = keys.pop("endpoint", market.feed)
    with gs.TickPublisher(endpoint, connects=True, push=True, **keys) as publisher:
        feed = HaltFeed(publisher)
        feed.send(2)
        yield feed


def collect(feed: gs.SyncFeed, source: HaltFeed, count: int, scope: str = "thesis", at_once: int = 20) -> list[gs.Edge]:
    """The next so many edges of a scope, while the source sends."""
    edges: list[gs.Edge] = []
    for event in feed.events():
        if isinstance(event, gs.Edge) and event.scope == scope and not event.past:
            edges.append(event)
        if len(edges) >= count:
            return edges
        if isinstance(event, gs.Heartbeat):
            source.send(at_once)
    raise AssertionError("the events ended")


def recorded(market: Market, scope: str) -> list[dict[str, object]]:
    """What the program itself reads in the recording."""
    words = [PROGRAM, "replay", str(market.folder / "recording"), "--speed", "max", "--quiet", "--events", "-"]
    lines = subprocess.run(words, capture_output=True, check=True, text=True).stdout.splitlines()
    return [row for row in map(json.loads, lines) if row.get("scope") == scope and "scope_seq" in row]


def test_ticks_from_python_come_back_as_edges_in_order_and_as_recorded(market: Market) -> None:
    engine = market.run()
    with halts(market) as source, gs.connect_sync(market.signals, any_mode=True) as feed:
        edges = collect(feed, source, 100)
        assert [edge.scope_seq for edge in edges] == list(range(edges[0].scope_seq, edges[0].scope_seq + 100))
        for edge in edges:
            assert edge.type == "HALT_MEMBER"
            assert (edge.ts_event - NOON_NS) % MILLISECOND == 0
            number = (edge.ts_event - NOON_NS) // MILLISECOND
            assert (edge.subject, edge.direction) == (SYMBOLS[1 + number // 2 % 8], 1 if number % 2 == 0 else -1)
        counters = feed.counters
        assert (counters.lost_edges, counters.refused, counters.reconnects, counters.recordings) == (0, 0, 0, 1)
        snapshot = feed.snapshot()
        assert snapshot.recording_id == edges[0].recording_id
        assert {levels.scope for levels in snapshot.levels} >= {"chips", "power", "thesis"}
    assert engine.stop() == 0
    rows = {row["scope_seq"]: row for row in recorded(market, "thesis")}
    for edge in edges:
        row = rows[edge.scope_seq]
        assert (row["eseq"], row["event_id"], row["type"]) == (edge.eseq, edge.event_id, edge.type)


def test_asyncio_gives_the_same(market: Market) -> None:
    market.run()

    async def main() -> list[gs.Edge]:
        edges: list[gs.Edge] = []
        with halts(market) as source:
            async with gs.connect(market.signals, any_mode=True, scopes=["thesis"]) as feed:
                async for event in feed.events():
                    if isinstance(event, gs.Edge):
                        edges.append(event)
                        if len(edges) == 50:
                            break
                    elif isinstance(event, gs.Heartbeat):
                        source.send(20)
                assert (await feed.snapshot()).jseq > 0
        return edges

    edges = asyncio.run(main())
    assert {edge.scope for edge in edges} == {"thesis"}
    assert [edge.scope_seq for edge in edges] == list(range(edges[0].scope_seq, edges[0].scope_seq + 50))


def test_an_engine_that_is_killed_is_stale_and_then_goes_on(market: Market) -> None:
    engine = market.run()
    with gs.connect_sync(market.signals, any_mode=True) as feed:
        with halts(market) as source:
            before = collect(feed, source, 40)
            engine.stop(kill=True)
        events = feed.events()
        assert any(event == gs.StateChange(gs.State.STALE) for event in events)
        market.run()
        with halts(market) as source:
            source.publisher.begin_epoch(source.publisher.feed_epoch + 1)
            source.sent = 10_000
            after = collect(feed, source, 40)
        numbers = [edge.scope_seq for edge in after]
        assert numbers == list(range(numbers[0], numbers[0] + 40))
        assert after[0].recording_id == before[0].recording_id
        counters = feed.counters
        assert (counters.lost_edges, counters.recordings) == (0, 1)
        assert counters.edges >= numbers[-1] - before[0].scope_seq + 1


def test_a_lossless_stream_of_a_relay_and_a_position_to_resume_from(market: Market) -> None:
    market.run()
    market.start("relay", "-c", str(market.folder / "groundswell.toml"))
    with halts(market) as source:
        with gs.connect_sync(market.relay, any_mode=True, policy="lossless") as feed:
            first = collect(feed, source, 60)
            position = feed.position
            assert feed._connection is not None and feed._connection._publications is None, "it listens to the broadcast"
        source.send(100)  # while nobody listens
        with gs.connect_sync(market.relay, any_mode=True, policy="lossless", resume=position) as feed:
            second = collect(feed, source, 60)
        assert second[0].scope_seq == position.next_edges["thesis"] >= first[-1].scope_seq + 1
        numbers = [edge.scope_seq for edge in second]
        assert numbers == list(range(numbers[0], numbers[0] + 60))
        # An engine has no streams: the common one is used.
        with gs.connect_sync(market.signals, any_mode=True, policy="lossless") as feed:
            assert len(collect(feed, source, 20)) == 20


def test_a_simulated_market_is_not_live(market: Market) -> None:
    market.run()
    with gs.connect_sync(market.signals) as feed, pytest.raises(gs.NotLiveError):
        for _ in feed.events():
            pass


def keygen(market: Market, name: str, *more: str) -> tuple[Path, str]:
    """A key file and its public key."""
    role = ["--role", "subscriber"] if "--role" not in more else []
    words = [PROGRAM, "keygen", "--name", name, "--out", str(market.folder), *role, *more]
    subprocess.run(words, check=True, capture_output=True)
    path = market.folder / f"{name}.key"
    public = next(line.split('"')[1] for line in path.read_text().splitlines() if line.startswith("public_key"))
    return path, public


def free_ports() -> int:
    """The first of two that are free."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            try:
                two.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def test_keys_open_a_relay_and_everything_else_is_said(market: Market) -> None:
    relay_key, relay_public = keygen(market, "relay")
    allow = market.folder / "allow"
    bot_key, bot_public = keygen(market, "bot", "--allow-list", str(allow))
    stranger_key, _ = keygen(market, "stranger")
    endpoint = f"tcp://127.0.0.1:{free_ports()}"
    market.run(relay__publish=endpoint, security__curve="required", security__key=str(relay_key), security__allow_list=str(allow))
    market.start("relay", "-c", str(market.folder / "groundswell.toml"))
    with halts(market) as source, gs.connect_sync(endpoint, any_mode=True, server_key=relay_public, key_file=bot_key) as feed:
        assert len(collect(feed, source, 20)) == 20

    def what_comes_of(**options: str) -> None:
        with gs.connect_sync(endpoint, any_mode=True, **options) as feed:  # type: ignore[arg-type]
            for _ in feed.events():
                pass

    with pytest.raises(gs.KeyRefusedError, match="allow-list"):
        what_comes_of(server_key=relay_public, key_file=str(stranger_key))
    with pytest.raises(gs.KeyWantedError, match="demands a key"):
        what_comes_of()
    with pytest.raises(gs.ServerKeyError, match="does not prove"):
        what_comes_of(server_key=bot_public, key_file=str(bot_key))
    bot_key.chmod(0o640)
    with pytest.raises(gs.KeyFileError, match="chmod 0600"):
        what_comes_of(server_key=relay_public, key_file=str(bot_key))
    with pytest.raises(gs.OptionError, match="groundswell keygen"):
        what_comes_of(server_key=relay_public)


def test_ticks_go_to_an_engine_that_demands_keys(market: Market) -> None:
    engine_key, engine_public = keygen(market, "engine")
    allow = market.folder / "allow"
    own_key, _ = keygen(market, "feed", "--role", "publisher", "--allow-list", str(allow))
    endpoint = f"tcp://127.0.0.1:{free_ports()}"
    pull = f'endpoint = "{endpoint}"\npattern = "pull"\nmode = "bind"\n'
    market.run(pull, security__curve="required", security__key=str(engine_key), security__allow_list=str(allow))
    with (
        halts(market, endpoint=endpoint, server_key=engine_public, key_file=own_key) as source,
        gs.connect_sync(market.signals, any_mode=True, levels=False) as feed,
    ):
        assert len(collect(feed, source, 20)) == 20

    def turned_away(**keys: Any) -> None:
        with gs.TickPublisher(endpoint, connects=True, push=True, **keys) as stranger:
            while True:
                stranger.turn(NOON_NS)
                time.sleep(0.01)

    with pytest.raises(gs.KeyWantedError, match="demands a key"):
        turned_away()
    with pytest.raises(gs.KeyRefusedError, match="its role may not come here"):
        turned_away(server_key=engine_public, key_file=engine_key)


def test_a_lossless_stream_outlives_its_relay(market: Market) -> None:
    market.run(relay__recording=str(market.folder / "recording"))
    words = ("relay", "-c", str(market.folder / "groundswell.toml"))
    relay = market.start(*words)
    with halts(market) as source, gs.connect_sync(market.relay, any_mode=True, policy="lossless") as feed:
        first = collect(feed, source, 40)
        relay.stop(kill=True)
        source.send(100)
        market.start(*words)
        second = collect(feed, source, 200)
        numbers = [edge.scope_seq for edge in second]
        assert numbers == list(range(first[-1].scope_seq + 1, first[-1].scope_seq + 201))
        assert feed.counters.lost_edges == 0 and feed.counters.recordings == 1


def test_a_slow_reader_of_the_broadcast_repairs_what_it_lost(market: Market) -> None:
    """While this side sleeps, more is published than its queue holds; the numbers show it, and the fill brings it."""
    market.run()
    with halts(market) as source, gs.connect_sync(market.signals, any_mode=True) as feed:
        first = collect(feed, source, 10)
        for _ in range(400):  # batches: more than the queues of both sides hold
            source.send(40)
        time.sleep(0.5)
        target = source.sent
        edges = collect(feed, source, target - 100, at_once=1)
        numbers = [edge.scope_seq for edge in edges]
        assert numbers == list(range(first[-1].scope_seq + 1, first[-1].scope_seq + 1 + len(numbers)))
        assert feed.counters.lost_edges == 0
