"""What a subscriber of a node's stream keeps in mind, as a machine without sockets, threads or clock.

The rules are those of src/wire/subscription.hpp:

    join    a heartbeat and the catalog, then a snapshot, then what was published since without what it holds
    edges   a number that jumps, also in a heartbeat: fill; later ones wait. What nobody has any more is told as lost
    levels  a number that jumps: snapshot of the scope; later ones wait
    another recording id: everything is forgotten, and it joins anew

Times are nanoseconds of a monotonic clock. Only universe main is followed.
"""

from __future__ import annotations

from collections import deque

from groundswell import _wire as wire
from groundswell._layout import MalformedError, Rows
from groundswell._scope import Counters, Question, Scope, Sink

MOST_HELD_EDGES = 65_536  # batches that wait; what comes on top is left out and asked for again
MOST_HELD_LEVELS = 4_096
MOST_SNAPSHOT_LEVELS = 1 << 20
ANSWER_WITHIN_NS = 2_000_000_000
ASK_AGAIN_NS = 200_000_000
EVERY_SCOPE = -1
UNIVERSE = "main"


class Subscription:
    """Takes what is published by hear() and answers by hear_reply(); `outgoing` are the questions to send."""

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

    def hear_reply(self, reply: wire.Reply, frame: bytes, now: int) -> None:
        """Something that the control service answered; `frame` is what `reply` was read from."""
        try:
            self._hear_reply(reply, frame, now)
        except MalformedError:
            self.counters.refused += 1
        self._ask_what_is_missing(now)

    def _hear_reply(self, reply: wire.Reply, frame: bytes, now: int) -> None:
        question = self._questions.get(reply.id)
        if question is None or (reply.status == wire.OK and reply.chunk != question.next_chunk):
            raise MalformedError
        if reply.status != wire.OK:
            del self._questions[reply.id]
            self._refused(question, reply, now)
            return
        try:
            self._take_chunk(question, reply, frame)
        except MalformedError:
            del self._questions[reply.id]
            raise
        question.next_chunk += 1
        question.until = now + ANSWER_WITHIN_NS
        if reply.more or self._questions.pop(reply.id, None) is None:  # the latter: another recording began meanwhile
            return
        if question.kind == "fill" and not question.brought_something:
            self._scopes[question.scope].fill_at = now + ASK_AGAIN_NS
        if question.kind == "snapshot":
            self._finish_snapshot(question)

    def clock(self, now: int) -> None:
        """Now and then: what is overdue is asked again."""
        overdue = [number for number, question in self._questions.items() if question.until <= now]
        self.counters.unanswered += len(overdue)
        for number in overdue:
            del self._questions[number]
        self._ask_what_is_missing(now)

    def forget_questions(self) -> None:
        """The control service is asked anew: its socket was opened again."""
        self._questions.clear()
        self.outgoing.clear()

    def ask_for_snapshot(self) -> None:
        """For the user, as soon as it has joined: told by on_requested_snapshot(), and not taken by the machine itself."""
        self._user_asked, self._user_at = True, 0

    @property
    def is_whole(self) -> bool:
        """Joined, and nothing is asked for or waits."""
        if not self.joined or any(not question.for_user for question in self._questions.values()):
            return False
        return not any(scope.wanted and (scope.levels_missing or self._edges_missing(scope)) for scope in self._scopes)

    def positions(self) -> dict[str, int]:
        """Next edge by wanted scope: what to resume from."""
        names = self.catalog.scopes if self.catalog else []
        return {name: scope.next_edge for name, scope in zip(names, self._scopes, strict=False) if scope.wanted and scope.next_edge}

    # What is published.

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
            self._look = True
            scope.held_edges[batch.scope_seq] = batch

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
        while scope.held_edges and (first := min(scope.held_edges)) <= scope.next_edge:
            self._edges_held -= 1
            self._pass_edges(scope, scope.held_edges.pop(first))

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

    # What is asked, and what is made of the answers.

    def _take_chunk(self, question: Question, reply: wire.Reply, frame: bytes) -> None:
        if question.kind == "catalog":
            self._take_catalog(wire.read_catalog(frame, reply=True), self._wanted_catalog_hash)
        elif question.kind == "fill":
            edges = wire.read_edges(reply.rows, reply.body)
            if edges.header.scope != question.scope:
                raise MalformedError
            question.brought_something |= bool(edges.edges)
            self._take_edges(edges, filled=True)
        elif reply.chunk == 0:
            question.head = wire.read_snapshot(reply.rows, reply.body)
        else:
            levels = wire.read_levels(reply.rows, reply.body)
            question.level_count += len(levels.levels)
            if question.level_count > MOST_SNAPSHOT_LEVELS:
                raise MalformedError
            question.levels.append(levels)

    def _finish_snapshot(self, question: Question) -> None:
        head = question.head
        if head is None or head.header.recording_id != self.recording_id:
            return
        if question.for_user:
            self._user_asked = False
            self._sink.on_requested_snapshot(head, [batch for batch in question.levels if self._wanted(batch.header)])
            return
        if question.scope == EVERY_SCOPE:
            self._join(head)
        self._sink.on_snapshot(head)
        for scope, row in self._wanted_rows(head.positions):
            for batch in question.levels:
                if batch.header.scope == row.scope and self._levels:
                    self.counters.level_batches += 1
                    self._sink.on_levels(batch)
            scope.next_level = row.level_seq
            scope.levels_missing = False
            self._drain_levels(scope)
            self._look_for_missing_levels(scope)  # a heartbeat may know of later ones
            self._drain_edges(scope)

    def _join(self, head: wire.SnapshotHead) -> None:
        self.joined = True
        names = self.catalog.scopes if self.catalog else []
        for scope, row in self._wanted_rows(head.positions):
            scope.joined_at = row.scope_seq
            scope.edges_end = max(scope.edges_end, row.scope_seq)
            for first, batch in scope.held_edges.items():
                scope.edges_end = max(scope.edges_end, first + len(batch.edges))
            scope.next_edge = row.scope_seq - min(self._past_edges, row.scope_seq - 1)
            kept = self._resume.get(names[row.scope], 0) if self._resume_recording == self.recording_id else 0
            if 0 < kept <= row.scope_seq:
                scope.next_edge = kept
                scope.resumed = True

    def _refused(self, question: Question, reply: wire.Reply, now: int) -> None:
        if question.kind == "fill":
            scope = self._scopes[question.scope]
            if reply.status == wire.GAP_TOO_OLD:
                self._give_up_edges(question.scope, min(reply.oldest, scope.edges_end))
            elif reply.status in {wire.BAD_REQUEST, wire.NOT_FOUND}:
                self._give_up_edges(question.scope, min(scope.held_edges, default=scope.edges_end))
            else:
                self.counters.put_off += 1
                scope.fill_at = now + ASK_AGAIN_NS
            return
        self.counters.put_off += 1
        if question.kind == "catalog":
            self._catalog_at = now + ASK_AGAIN_NS
        elif question.for_user:
            self._user_at = now + ASK_AGAIN_NS
        elif question.scope == EVERY_SCOPE:
            self._join_at = now + ASK_AGAIN_NS
        else:
            self._scopes[question.scope].snapshot_at = now + ASK_AGAIN_NS

    def _is_open(self, kind: str, scope: int) -> bool:
        return any(each.kind == kind and each.scope in {scope, EVERY_SCOPE} and not each.for_user for each in self._questions.values())

    def _ask_what_is_missing(self, now: int) -> None:
        self._look = False
        if self.recording_id == 0:
            return
        stale_catalog = self.catalog is None or self._catalog_hash != self._wanted_catalog_hash
        if stale_catalog and now >= self._catalog_at and not self._is_open("catalog", 0):
            self._catalog_at = now + ANSWER_WITHIN_NS
            self._ask("catalog", 0, now)
        if self.catalog is None or (stale_catalog and not self.joined):
            return
        if not self.joined:
            if now >= self._join_at and not self._is_open("snapshot", EVERY_SCOPE):
                self._ask("snapshot", EVERY_SCOPE, now)
            return
        if self._user_asked and now >= self._user_at and not any(each.for_user for each in self._questions.values()):
            self._ask("snapshot", EVERY_SCOPE, now, for_user=True)
        for index, scope in enumerate(self._scopes):
            if not scope.wanted:
                continue
            if scope.levels_missing and now >= scope.snapshot_at and not self._is_open("snapshot", index):
                scope.snapshot_at = now + ASK_AGAIN_NS
                self._ask("snapshot", index, now)
            if self._edges_missing(scope) and now >= scope.fill_at and not self._is_open("fill", index):
                last = min(scope.held_edges, default=scope.edges_end) - 1
                self._ask("fill", index, now, numbers={"from": scope.next_edge, "to": last})

    def _ask(self, kind: str, scope: int, now: int, for_user: bool = False, numbers: dict[str, int] | None = None) -> None:
        self._last_id += 1
        self._questions[self._last_id] = Question(kind, scope, now + ANSWER_WITHIN_NS, for_user)
        if kind == "catalog":
            self.outgoing.append(wire.request(self._last_id, kind))
            return
        name = ""
        if scope != EVERY_SCOPE and self.catalog is not None:
            name = self.catalog.scopes[scope]
        elif len(self._wanted_names) == 1:
            name = self._wanted_names[0]
        if kind == "fill":
            self.counters.fills += 1
        else:
            self.counters.snapshots += 1
        self.outgoing.append(wire.request(self._last_id, kind, universe=UNIVERSE, scope=name, **(numbers or {})))
