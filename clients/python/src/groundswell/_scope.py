"""What a subscription keeps for each scope and question, what it counts, and whom it tells."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from heapq import heappush
from typing import Protocol

from groundswell import _wire as wire


class Sink(Protocol):
    """Who is told what comes out, in order."""

    def on_recording(self, recording_id: int) -> None: ...
    def on_heartbeat(self, heartbeat: wire.HeartbeatMessage) -> None: ...
    def on_catalog(self, catalog: wire.Catalog) -> None: ...
    def on_snapshot(self, head: wire.SnapshotHead) -> None: ...
    def on_levels(self, batch: wire.LevelBatch) -> None: ...
    def on_edges(self, batch: wire.EdgeBatch, past: bool) -> None: ...
    def on_lost(self, scope: int, first: int, last: int) -> None: ...
    def on_operation(self, operation: tuple[int, int, str, str, str, str]) -> None: ...
    def on_requested_snapshot(self, head: wire.SnapshotHead, levels: list[wire.LevelBatch]) -> None: ...


@dataclass(slots=True)
class Counters:
    """What a subscription has seen and asked for; it adds up: every edge of the wanted scopes is passed on or lost."""

    edges: int = 0  # passed on, before the filters of types and signals
    level_batches: int = 0
    duplicate_edges: int = 0  # dropped: seen already
    old_levels: int = 0
    filled_edges: int = 0  # of `edges`: asked for again
    lost_edges: int = 0
    snapshots: int = 0  # asked for
    fills: int = 0
    put_off: int = 0  # answers that said: later
    unanswered: int = 0
    refused: int = 0  # messages and answers that were none
    left_out: int = 0  # batches for which there was no room to wait
    recordings: int = 0
    reconnects: int = 0
    conflated: int = 0  # levels, by the relay; policy lossless only


@dataclass(slots=True)
class Scope:
    wanted: bool = False
    next_edge: int = 0  # 0 = not known yet
    edges_end: int = 0  # there are edges up to here, exclusive
    joined_at: int = 0  # an edge below it is of the past, unless resumed
    resumed: bool = False
    held_edges: dict[int, wire.EdgeBatch] = field(default_factory=dict)  # by number of the first
    held_firsts: list[int] = field(default_factory=list)  # those numbers, as a heap
    fill_at: int = 0  # not before
    next_level: int = 0
    levels_end: int = 0
    levels_missing: bool = False  # a snapshot of the scope is needed
    held_levels: deque[wire.LevelBatch] = field(default_factory=deque)
    snapshot_at: int = 0

    def hold(self, batch: wire.EdgeBatch) -> None:
        """Edges that come before their time."""
        self.held_edges[batch.scope_seq] = batch
        heappush(self.held_firsts, batch.scope_seq)

    def known_until(self) -> int:
        """Number of the first edge that is held, else of the next one that nobody has yet: what is missing lies before it."""
        return self.held_firsts[0] if self.held_firsts else self.edges_end


@dataclass(slots=True)
class Question:
    kind: str  # catalog, fill, snapshot
    scope: int
    until: int
    for_user: bool = False
    next_chunk: int = 0
    head: wire.SnapshotHead | None = None
    levels: list[wire.LevelBatch] = field(default_factory=list)
    level_count: int = 0
    brought_something: bool = False
