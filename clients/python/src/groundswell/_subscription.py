"""What a subscriber of a node's stream keeps in mind, as a machine without sockets, threads or clock.

The rules are those of src/wire/subscription.hpp:

    join    a heartbeat and the catalog, then a snapshot, then what was published since without what it holds
    edges   a number that jumps, also in a heartbeat: fill; later ones wait. What nobody has any more is told as lost
    levels  a number that jumps: snapshot of the scope; later ones wait
    another recording id: everything is forgotten, and it joins anew

Times are nanoseconds of a monotonic clock. Only universe main is followed.
"""

from __future__ import annotations

from groundswell import _wire as wire
from groundswell._heard import UNIVERSE, Heard
from groundswell._layout import MalformedError
from groundswell._scope import Question

MOST_SNAPSHOT_LEVELS = 1 << 20
ANSWER_WITHIN_NS = 2_000_000_000
ASK_AGAIN_NS = 200_000_000
EVERY_SCOPE = -1


class Subscription(Heard):
    """Takes what is published by hear() and answers by hear_reply(); `outgoing` are the questions to send."""

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
                self._give_up_edges(question.scope, scope.known_until())
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
                last = scope.known_until() - 1
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
