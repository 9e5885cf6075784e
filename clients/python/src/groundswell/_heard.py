"""What is published, as a subscription takes it: held, passed on once and in order, or known to be missing."""

from __future__ import annotations

from collections import deque
from heapq import heappop

from groundswell import _wire as wire
from groundswell._layout import MalformedError, Rows
from groundswell._scope import Counters, Question, Scope, Sink

MOST_HELD_EDGES = 65_536  # batches that wait; what comes on top is left out and asked for again
MOST_HELD_LEVELS = 4_096
UNIVERSE = "main"


class Heard:
    """The half of a Subscription that listens; the other half asks for what it misses."""

    def __init__(
        self,
        sink: Sink,
        *,
        edges: bool,
        levels: bool,
        scopes: tuple[str, ...],
        past_edges: int,
        recording_id: int,
        resume: dict[str, int],
    ) -> None:
        """`resume`: next edge by scope, of an earlier subscription to recording `recording_id`."""
        self._sink = sink
        self._edges, self._levels, self._wanted_names = edges, levels, scopes
        self._past_edges, self._resume_recording, self._resume = past_edges, recording_id, resume
        self.counters = Counters()
        self.outgoing: deque[bytes] = deque()
        self.recording_id = 0
        self.catalog: wire.Catalog | None = None
        self.joined = False
        self._catalog_hash = self._wanted_catalog_hash = 0
        self._scopes: list[Scope] = []
        self._edges_held = self._levels_held = 0
        self._join_at = self._catalog_at = 0
        self._questions: dict[int, Question] = {}
        self._last_id = 0
        self._look = False  # something may be missing that was not when it was last looked for
        self._user_asked, self._user_at = False, 0

    def hear(self, topic: str, message: bytes | memoryview, now: int) -> None:
        """Something that was published."""
        kind = topic[:1]
        if kind and kind in "ELCK" and not topic.startswith(f"{kind}.{UNIVERSE}."):
            return
        try:
            self._hear(kind, message)
        except MalformedError:
            self.counters.refused += 1
        if self._look:
            self._ask_what_is_missing(now)

    def _ask_what_is_missing(self, now: int) -> None:
        raise NotImplementedError

    def _hear(self, kind: str, message: bytes | memoryview) -> None:
        if kind == "E":
            rows = Rows(message)
            self._take_edges(wire.read_edges(rows, rows.root()), filled=False)
        elif kind in {"L", "C"}:
            rows = Rows(message)
            batch = wire.read_levels(rows, rows.root())
            if kind == "L":
                self._take_levels(batch)
            elif not self._levels and self._wanted(batch.header):
                self._sink.on_levels(batch)
        elif kind == "H":
            rows = Rows(message)
            self._take_heartbeat(wire.read_heartbeat(rows, rows.root()))
        elif kind == "K":
            number = wire.catalog_hash(message)
            if self.catalog is None or number != self._catalog_hash:
                self._take_catalog(wire.read_catalog(message), number)
        elif kind == "O":
            rows = Rows(message)
            self._sink.on_operation(wire.read_operation(rows, rows.root()))
        else:
            raise MalformedError

    def positions(self) -> dict[str, int]:
        """Next edge by wanted scope: what to resume from."""
        names = self.catalog.scopes if self.catalog else []
        return {name: scope.next_edge for name, scope in zip(names, self._scopes, strict=False) if scope.wanted and scope.next_edge}

    def _wanted(self, header: wire.Header) -> Scope | None:
        if header.recording_id != self.recording_id or header.universe != 0 or header.scope >= len(self._scopes):
            return None
        scope = self._scopes[header.scope]
        return scope if scope.wanted else None

    def _wanted_rows(self, rows: list[wire.Next]) -> list[tuple[Scope, wire.Next]]:
        known = len(self._scopes)
        return [
            (self._scopes[row.scope], row) for row in rows if row.universe == 0 and row.scope < known and self._scopes[row.scope].wanted
        ]

    def _take_heartbeat(self, heartbeat: wire.HeartbeatMessage) -> None:
        self._look = True
        if heartbeat.recording_id != self.recording_id:
            self._begin_recording(heartbeat.recording_id)
        self._wanted_catalog_hash = heartbeat.catalog_hash
        for scope, row in self._wanted_rows(heartbeat.next):
            scope.edges_end = max(scope.edges_end, row.scope_seq)
            scope.levels_end = max(scope.levels_end, row.level_seq)
            if self.joined:
                self._look_for_missing_levels(scope)
        self._sink.on_heartbeat(heartbeat)

    def _begin_recording(self, recording_id: int) -> None:
        self.recording_id = recording_id
        self.joined = False
        self._join_at = self._catalog_at = 0
        self._scopes.clear()
        self._edges_held = self._levels_held = 0
        self._questions.clear()
        self.outgoing.clear()
        if self.catalog is not None:
            self._fit_scopes(self.catalog)
        self.counters.recordings += 1
        self._sink.on_recording(recording_id)

    def _take_catalog(self, catalog: wire.Catalog, number: int) -> None:
        self._look = True
        self.catalog, self._catalog_hash = catalog, number
        self._fit_scopes(catalog)
        self._sink.on_catalog(catalog)

    def _fit_scopes(self, catalog: wire.Catalog) -> None:
        while len(self._scopes) < len(catalog.scopes):
            first = 1 if self.joined else 0  # a scope that is new in the recording: all of it is still to come
            self._scopes.append(Scope(next_edge=first, next_level=first, joined_at=first))
        for scope, name in zip(self._scopes, catalog.scopes, strict=False):
            scope.wanted = not self._wanted_names or name in self._wanted_names

    def _take_levels(self, batch: wire.LevelBatch) -> None:
        scope = self._wanted(batch.header)
        if scope is None or not self._levels:
            return
        if self.joined and not scope.levels_missing and not batch.full and batch.level_seq > scope.next_level:
            scope.levels_missing = self._look = True
        if self.joined and not scope.levels_missing:
            self._pass_levels(scope, batch)
        elif self._levels_held == MOST_HELD_LEVELS:
            self.counters.left_out += 1  # the number will have jumped when there is room again
        else:
            self._levels_held += 1
            scope.held_levels.append(batch)

    def _pass_levels(self, scope: Scope, batch: wire.LevelBatch) -> None:
        if batch.level_seq < scope.next_level:
            self.counters.old_levels += 1
            return
        if batch.last:
            scope.next_level = batch.level_seq + 1
        self.counters.level_batches += 1
        self._sink.on_levels(batch)

    def _drain_levels(self, scope: Scope) -> None:
        while scope.held_levels and not scope.levels_missing:
            first = scope.held_levels[0]
            if not first.full and first.level_seq > scope.next_level:
                scope.levels_missing = True
                return
            scope.held_levels.popleft()
            self._levels_held -= 1
            self._pass_levels(scope, first)

    def _take_edges(self, batch: wire.EdgeBatch, filled: bool) -> None:
        scope = self._wanted(batch.header)
        if scope is None or not self._edges or not batch.edges:
            return
        end = batch.scope_seq + len(batch.edges)
        scope.edges_end = max(scope.edges_end, end)
        if self.joined and batch.scope_seq <= scope.next_edge:
            if filled and end > scope.next_edge:
                self.counters.filled_edges += end - scope.next_edge
            self._pass_edges(scope, batch)
            self._drain_edges(scope)
        elif self._edges_held >= MOST_HELD_EDGES:  # filled later
            self.counters.left_out += 1
        elif batch.scope_seq in scope.held_edges:
            self.counters.duplicate_edges += len(batch.edges)
        else:
            self._edges_held += 1
            self._look |= not scope.held_edges  # a gap; of further ones clock() takes care
            scope.hold(batch)

    def _pass_edges(self, scope: Scope, batch: wire.EdgeBatch) -> None:
        """Of a batch that begins at or before the next number, what is new; what lies before the join apart."""
        seen = min(scope.next_edge - batch.scope_seq, len(batch.edges))
        self.counters.duplicate_edges += seen
        new = batch.edges[seen:] if seen else batch.edges
        past = 0
        if not scope.resumed and scope.next_edge < scope.joined_at:
            past = min(len(new), scope.joined_at - scope.next_edge)
        for part, is_past in ((new[:past], True), (new[past:] if past else new, False)):
            if part:
                first = scope.next_edge
                scope.next_edge += len(part)
                self.counters.edges += len(part)
                self._sink.on_edges(wire.EdgeBatch(batch.header, first, part), is_past)

    def _drain_edges(self, scope: Scope) -> None:
        while scope.held_firsts and scope.held_firsts[0] <= scope.next_edge:
            self._edges_held -= 1
            self._pass_edges(scope, scope.held_edges.pop(heappop(scope.held_firsts)))

    def _give_up_edges(self, index: int, next_edge: int) -> None:
        scope = self._scopes[index]
        if next_edge <= scope.next_edge:
            return
        first, scope.next_edge = scope.next_edge, next_edge
        if scope.resumed or first >= scope.joined_at:
            self.counters.lost_edges += next_edge - first
            self._sink.on_lost(index, first, next_edge - 1)
        self._drain_edges(scope)

    def _edges_missing(self, scope: Scope) -> bool:
        return self._edges and scope.next_edge != 0 and scope.next_edge < scope.edges_end

    def _look_for_missing_levels(self, scope: Scope) -> None:
        if scope.next_level < scope.levels_end:
            scope.levels_missing = self._levels
