"""The contract of a subscription against a node that loses, lies and falls silent as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from programs import wait_until
from scripted_node import ScriptedNode, catalog, level_batch

import groundswell as gs


@pytest.fixture
def node(tmp_path: Path) -> Iterator[ScriptedNode]:
    with ScriptedNode(tmp_path) as here:
        yield here


def until(events: Iterator[gs.Event], kind: type[Any], count: int = 1, **wanted: Any) -> list[Any]:
    """The next so many events of a kind, with these fields."""
    found: list[Any] = []
    for event in events:
        if isinstance(event, kind) and all(getattr(event, name) == value for name, value in wanted.items()):
            found.append(event)
            if len(found) == count:
                break
    return found


def joined(node: ScriptedNode, feed: gs.SyncFeed) -> Iterator[gs.Event]:
    """The events of a feed that has joined and is live."""
    events = feed.events()
    node.beats = True
    until(events, gs.StateChange, state=gs.State.LIVE)
    node.beats = False
    return events


def test_joins_with_a_snapshot_and_passes_on_once_and_in_order(node: ScriptedNode) -> None:
    node.next_edges[0] = 3
    with gs.connect_sync(node.endpoint) as feed:
        events = feed.events()
        assert feed.state is gs.State.CONNECTING
        node.wait_for_subscriber()
        node.publish("K.main.", node.catalog)
        node.answers.clear()
        node.beat()
        seen = until(events, gs.RecordingChange)
        node.edges(1, 2)  # kept, and then in the snapshot
        node.edges(3)
        node.next_edges[0] = 3  # the snapshot is older than the third
        node.answers.set()
        assert seen == [gs.RecordingChange(7)] == [gs.RecordingChange(7)]
        (trigger,) = until(events, gs.TriggerState)
        assert trigger == gs.TriggerState("thrust", "chips", "", gs.Phase.ON, 1.5, 0)
        (levels,) = until(events, gs.Levels)
        assert levels.full and levels["pct_above_sma_50"].value == 42.0
        (edge,) = until(events, gs.Edge)
        assert (edge.scope, edge.type, edge.trigger, edge.signal, edge.scope_seq, edge.value) == (
            "chips", "THRUST", "thrust", "pct_above_sma_50", 3, 3.0,
        )  # fmt: skip
        assert edge.prior is None and edge.threshold is None
        assert edge.why == (gs.Why("BBB", 2), gs.Why("AAA", -1))
        node.edges(3)  # again
        node.edges(4)
        assert until(events, gs.Edge)[0].scope_seq == 4
        assert (feed.counters.edges, feed.counters.duplicate_edges, feed.counters.lost_edges) == (2, 3, 0)
        assert feed.position == gs.Position(7, {"chips": 5, "power": 1, "symbols": 1})


def test_a_gap_is_filled_in_order(node: ScriptedNode) -> None:
    with gs.connect_sync(node.endpoint) as feed:
        events = joined(node, feed)
        node.edges(1)
        node.edges(5, 2)
        assert [edge.scope_seq for edge in until(events, gs.Edge, 6)] == [1, 2, 3, 4, 5, 6]
        assert (feed.counters.filled_edges, feed.counters.fills) == (3, 1)
        node.next_edges[0] = 9  # lost, and nothing after it: the heartbeat says so
        node.beat()
        assert [edge.scope_seq for edge in until(events, gs.Edge, 2)] == [7, 8]
        until(events, gs.StateChange, state=gs.State.LIVE)


def test_levels_that_jump_bring_a_snapshot(node: ScriptedNode) -> None:
    with gs.connect_sync(node.endpoint) as feed:
        events = joined(node, feed)
        node.next_levels[0] = 6
        node.publish("L.main.chips.", bytes(level_batch(5, 1.0).to_bytes()))
        assert until(events, gs.Levels)[0].full
        assert feed.counters.snapshots == 2


def test_what_is_too_old_is_told_or_raised(node: ScriptedNode) -> None:
    with gs.connect_sync(node.endpoint) as feed, gs.connect_sync(node.endpoint, on_lost="raise") as strict:
        events, strict_events = joined(node, feed), joined(node, strict)
        node.oldest = 4
        node.edges(6)
        (lost,) = until(events, gs.Lost)
        assert (lost.scope, lost.first_scope_seq, lost.last_scope_seq) == ("chips", 1, 3)
        assert [edge.scope_seq for edge in until(events, gs.Edge, 3)] == [4, 5, 6]
        assert (feed.counters.lost_edges, feed.counters.edges) == (3, 3)
        with pytest.raises(gs.TooOldError, match=r"edges 1 to 3 of chips .* read them from the recording"):
            until(strict_events, gs.Edge)


def test_another_recording_is_told_and_joined(node: ScriptedNode) -> None:
    with gs.connect_sync(node.endpoint) as feed:
        events = joined(node, feed)
        node.edges(1)
        until(events, gs.Edge)
        node.recording, node.next_edges = 8, [1] * 3
        node.beat()
        assert until(events, gs.RecordingChange) == [gs.RecordingChange(8)]
        until(events, gs.StateChange, state=gs.State.LIVE)
        node.edges(1)
        assert until(events, gs.Edge)[0].recording_id == 8


def test_resumes_where_it_was(node: ScriptedNode) -> None:
    with gs.connect_sync(node.endpoint) as feed:
        events = joined(node, feed)
        node.edges(1, 2)
        until(events, gs.Edge)
        assert feed.position.next_edges["chips"] == 2, "the second has come, but was not given yet"
        until(events, gs.Edge)
        position = feed.position
    node.next_edges[0] = 6
    with gs.connect_sync(node.endpoint, resume=position) as feed:
        events = feed.events()
        node.beats = True
        edges = until(events, gs.Edge, 3)
        assert [(edge.scope_seq, edge.past) for edge in edges] == [(3, False), (4, False), (5, False)]
    with gs.connect_sync(node.endpoint, past_edges=2) as feed:
        events = feed.events()
        node.beats = True
        assert [(edge.scope_seq, edge.past) for edge in until(events, gs.Edge, 2)] == [(4, True), (5, True)]


def test_filters_by_scope_type_and_signal(node: ScriptedNode) -> None:
    with gs.connect_sync(node.endpoint, scopes=["power"], types=["QUADRANT"], signals=["ad_pct"]) as feed:
        events = joined(node, feed)
        node.edges(1, scope=1)
        node.edges(1, scope=0)
        node.publish("L.main.power.", bytes(level_batch(1, 1.0, scope=1).to_bytes()))
        node.beats = True
        seen = list(islice(events, 4))
        assert all(isinstance(event, gs.Heartbeat | gs.StateChange) for event in seen), seen
        assert (feed.counters.edges, feed.counters.level_batches) == (1, 1)


def test_a_catalog_that_grows_brings_a_new_scope(node: ScriptedNode) -> None:
    with gs.connect_sync(node.endpoint) as feed:
        events = joined(node, feed)
        node.publish("K.shadow.", catalog("of another universe"))
        node.catalog = catalog("storage")
        node.next_edges.append(1)
        node.next_levels.append(1)
        node.beat()
        node.publish("K.main.", node.catalog)
        assert wait_until(lambda: next(events) is not None and "storage" in feed.position.next_edges)
        assert "of another universe" not in feed.position.next_edges


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"scopes": ["chip"]}, gs.UnknownScopeError, "'chip' is no scope; did you mean 'chips'"),
        ({"signals": ["pct_above_sma_5"]}, gs.UnknownSignalError, "did you mean 'pct_above_sma_50'"),
    ],
)
def test_unknown_names_name_the_nearest(node: ScriptedNode, options: Any, error: type[Exception], text: str) -> None:
    with gs.connect_sync(node.endpoint, **options) as feed:
        events = feed.events()
        node.beats = True
        with pytest.raises(error, match=text):
            until(events, gs.Edge)


def test_what_is_not_live_is_refused_unless_asked_for(node: ScriptedNode) -> None:
    node.mode = 1
    with gs.connect_sync(node.endpoint) as feed:
        events = feed.events()
        node.beats = True
        with pytest.raises(gs.NotLiveError, match="replay, not live; any_mode=True"):
            until(events, gs.Heartbeat)
    with gs.connect_sync(node.endpoint, any_mode=True) as feed:
        joined(node, feed)


def test_another_version_is_said(node: ScriptedNode) -> None:
    with gs.connect_sync(node.endpoint) as feed:
        events = joined(node, feed)
        node.publish("H.scripted.", b"another version of everything, 40 bytes..")
        with pytest.raises(gs.OtherVersionError, match="update the older"):
            until(events, gs.Edge)


def test_silence_is_stale_and_then_connected_anew(node: ScriptedNode) -> None:
    with gs.connect_sync(node.endpoint) as feed:
        events = joined(node, feed)
        assert until(events, gs.StateChange) == [gs.StateChange(gs.State.STALE)]

        def turn() -> bool:
            connection = feed._open()
            connection.turn()
            return feed.counters.reconnects > 0

        assert wait_until(turn)
        node.beats = True
        until(events, gs.StateChange, state=gs.State.LIVE)


def test_a_control_service_that_is_silent_is_trouble(node: ScriptedNode) -> None:
    node.mute = True
    with gs.connect_sync(node.endpoint) as feed:
        events = feed.events()
        assert feed.state is gs.State.CONNECTING
        node.wait_for_subscriber()

        node.beats = True
        (trouble,) = until(events, gs.Trouble)
        assert isinstance(trouble.error, gs.NoAnswerError)
        node.mute = False
        until(events, gs.StateChange, state=gs.State.LIVE)


def test_a_task_is_cancelled_in_the_middle_of_a_snapshot(node: ScriptedNode) -> None:
    async def cancelled() -> None:
        async with gs.connect(node.endpoint) as feed:
            task = asyncio.create_task(feed.snapshot())
            while "snapshot" not in node.questions:
                await asyncio.sleep(0.01)
                node.publish("K.main.", node.catalog)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            node.mute = False
            assert (await feed.snapshot()).levels[0]["pct_above_sma_50"].value == 42.0
        with pytest.raises(gs.ClosedError, match="open another one"):
            await feed.snapshot()

    node.mute = node.beats = True
    asyncio.run(cancelled())


def test_a_task_that_reads_events_is_cancelled_and_leaves_nothing(node: ScriptedNode) -> None:
    async def read() -> None:
        async with gs.connect(node.endpoint) as feed:
            async for _ in feed.events():
                pass

    async def main() -> None:
        task = asyncio.create_task(read())
        await asyncio.sleep(0.05)
        node.beat()
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())


def test_closing_ends_whoever_waits(node: ScriptedNode) -> None:
    async def main() -> None:
        feed = gs.connect(node.endpoint)

        async def read() -> int:
            return len([event async for event in feed.events()])

        reading = asyncio.create_task(read())
        asking = asyncio.create_task(feed.snapshot())
        await asyncio.sleep(0.2)
        await feed.aclose()
        assert await reading == 0
        with pytest.raises(gs.ClosedError):
            await asking

    asyncio.run(main())


@pytest.mark.parametrize(
    ("endpoint", "options", "error", "text"),
    [
        ("tcp://127.0.0.1", {}, gs.EndpointError, "write tcp://HOST:PORT"),
        ("tcp://127.0.0.1:99999", {}, gs.EndpointError, "no endpoint"),
        (5556, {}, gs.OptionError, "an endpoint is a text"),
        ("ipc:///x", {"scopes": "thesis"}, gs.OptionError, r"write scopes=\['thesis'\]"),
        ("ipc:///x", {"scopes": 5}, gs.OptionError, "scopes is a list of names"),
        ("ipc:///x", {"key_file": 5}, gs.OptionError, "key_file is a path"),
        ("ipc:///x", {"types": [11]}, gs.OptionError, "has something else in it"),
        ("ipc:///x", {"types": ["THRUSTS"]}, gs.UnknownTypeError, "did you mean 'THRUST'"),
        ("ipc:///x", {"edges": False, "levels": False}, gs.OptionError, "nothing is subscribed to"),
        ("ipc:///x", {"policy": "lossy"}, gs.OptionError, "'broadcast' or 'lossless'"),
        ("ipc:///x", {"past_edges": -1}, gs.OptionError, "number of edges"),
        ("ipc:///x", {"resume": {"thesis": 3}}, gs.OptionError, "a Position"),
        ("ipc:///x", {"wait": "long"}, gs.OptionError, "wait is seconds"),
        ("ipc:///x", {"scope": ["thesis"]}, gs.OptionError, "'scope' is no option; did you mean 'scopes'"),
    ],
)
def test_wrong_arguments_are_said_before_anything_is_opened(endpoint: Any, options: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        gs.connect(endpoint, **options)


def test_every_name_of_the_package_is_there() -> None:
    assert {name for name in gs.__all__ if getattr(gs, name, None) is None} == set()
    assert len(gs.__all__) == len(set(gs.__all__))
    with pytest.raises(AttributeError, match="no attribute 'connekt'"):
        gs.connekt  # noqa: B018


def test_a_dead_endpoint_is_said_in_time(tmp_path: Path) -> None:
    with gs.connect_sync(f"ipc://{tmp_path}/nobody", wait=0.2) as feed, pytest.raises(gs.NoAnswerError, match="is an engine or relay"):
        until(feed.events(), gs.Edge)

    async def dead() -> None:
        async with gs.connect("tcp://127.0.0.1:9", wait=0.2) as feed:
            await feed.snapshot()

    with pytest.raises(gs.NoAnswerError):
        asyncio.run(dead())


def test_what_is_not_closed_is_warned_about(node: ScriptedNode) -> None:
    feed = gs.connect_sync(node.endpoint)
    assert feed.state is gs.State.CONNECTING
    with pytest.warns(ResourceWarning, match="use `with`"):
        del feed
