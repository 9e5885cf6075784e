"""The shell around a Subscription: sockets, clock, reconnecting, the credit stream, and events with names for what comes.

Nothing here waits: turn() takes what has come and leaves events in `pending`. client.py waits, by a thread or by asyncio.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import zmq

from groundswell import _wire as wire
from groundswell import errors
from groundswell._convert import edges_of, levels_of, nearest, triggers_of
from groundswell._keys import peer_keys
from groundswell._layout import MalformedError
from groundswell._options import Options
from groundswell._scope import Counters
from groundswell._socket import Handshake, Socket, refusal
from groundswell._subscription import Subscription
from groundswell.events import Event, Heartbeat, Lost, Mode, NodeState, Operation, RecordingChange, Snapshot, State, StateChange, Trouble

SECOND_NS = 1_000_000_000
STALE_NS, SILENT_NS, BAD_HANDSHAKE_NS = SECOND_NS, 3 * SECOND_NS, 5 * SECOND_NS
MESSAGES_PER_TURN = 1_000
MOST_SCOPES = 12  # that are subscribed to by name; beyond it everything is taken, and sorted out here
UNANSWERED_BEFORE_REOPENING = 3
FIRST_STREAM_ID = 1 << 63  # far from the subscription's own numbers
CREDIT = 256  # batches on their way to us
CREDIT_EVERY_NS, STREAM_AGAIN_NS = 5 * SECOND_NS, SECOND_NS // 2


class Connection:
    """A joined or joining subscription. Used by one thread or one event loop."""

    def __init__(self, options: Options) -> None:
        """Connects, whether or not anybody is there. Raises OptionError, EndpointError, KeyFileError."""
        self.pending: deque[Event] = deque()
        self.failure: errors.GroundswellError | None = None
        self.state = State.CONNECTING
        self.snapshot: Snapshot | None = None  # that was asked for
        self.subscription = Subscription(
            self,
            edges=options.edges,
            levels=options.levels,
            scopes=options.scopes,
            past_edges=options.past_edges,
            recording_id=options.resume.recording_id if options.resume else 0,
            resume=dict(options.resume.next_edges) if options.resume else {},
        )
        self._options = options
        self._keys = peer_keys(options.server_key, options.key_file)
        self._control_endpoint = options.control or wire.control_endpoint_of(options.endpoint)
        self._catalog = wire.Catalog([], {}, [], [])
        self._signals: frozenset[int] = frozenset()
        self._types = frozenset(options.types)
        self._new_recording: int | None = None  # to be told, once its mode is known
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._publications: Socket | None = None
        self._control: Socket | None = None
        self._now = self._opened_at = self._heard_at = time.monotonic_ns()
        self.heard = False
        self._reconnect_at = self._bad_handshake_since = 0
        self._unanswered_seen = 0
        self._told_no_answer = False
        self._unsent: bytes | None = None  # a question that found no connection
        self._stream_id = self._streams = self._used_credit = self._credit_at = self._stream_at = self._conflated_before = 0
        self._stream_refused = options.policy != "lossless"
        self._stream_conflated = 0
        try:
            self._open_control()
            if self._stream_refused:
                self._open_publications()
        except errors.GroundswellError:
            self.close()
            raise

    def close(self) -> None:
        """Closes the sockets and ends their threads; any number of times."""
        for socket in self.sockets():
            socket.close()
        self._publications = self._control = None
        self._context.term()

    def sockets(self) -> list[Socket]:
        """Those to wait for."""
        return [socket for socket in (self._publications, self._control) if socket is not None]

    @property
    def counters(self) -> Counters:
        """What was seen and asked for so far."""
        self.subscription.counters.conflated = self._conflated_before + self._stream_conflated
        return self.subscription.counters

    def ask_for_snapshot(self) -> None:
        """`snapshot` is set when it has come."""
        self.snapshot = None
        self.subscription.ask_for_snapshot()

    def turn(self) -> None:
        """Takes what has come, at most 1,000 messages a socket; asks for what is missing. Call it at least ten times a second."""
        self._now = time.monotonic_ns()
        for _ in range(MESSAGES_PER_TURN):
            if self.failure or self._publications is None or (frames := self._publications.receive()) is None:
                break
            if len(frames) == 2:
                self._hear(str(frames[0], "latin-1"), frames[1])
        for _ in range(MESSAGES_PER_TURN):
            if self.failure or self._control is None or (frames := self._control.receive()) is None:
                break
            self._unanswered_seen = self.subscription.counters.unanswered
            self._told_no_answer = False
            self._take_reply(frames[-1])
        self.subscription.clock(self._now)
        self._ask()
        self._watch()
        self._tell_state()

    # Sockets.

    def _topics(self) -> list[str]:
        options = self._options
        scopes = options.scopes if 0 < len(options.scopes) <= MOST_SCOPES else ("",)
        topics = []
        for scope in scopes:
            topics += [wire.topic("E", "main", scope)] * options.edges + [wire.topic("L", "main", scope)] * options.levels
        # Heartbeats last: when one comes, everything before it is subscribed to.
        return [*topics, *["O."] * options.operations, "H.", "K."]

    def _open_publications(self) -> None:
        if self._publications is not None:
            self._publications.close()
        self._publications = Socket(self._context, zmq.SUB, self._options.endpoint, wire.MAX_SIGNAL_BYTES, self._keys)
        for topic in self._topics():
            self._publications.zmq.subscribe(topic)

    def _open_control(self) -> None:
        if self._control is not None:
            self._control.close()
        self._control = Socket(self._context, zmq.DEALER, self._control_endpoint, wire.MAX_REPLY_BYTES, self._keys)
        self._unsent = None
        self._stream_id = self._stream_at = 0

    def _ask(self) -> None:
        if not self._stream_refused:
            self._ask_for_stream()
        outgoing = self.subscription.outgoing
        while self._control is not None and (self._unsent is not None or outgoing):
            question = self._unsent if self._unsent is not None else outgoing.popleft()
            if not self._control.send(question):
                self._unsent = question
                return
            self._unsent = None

    def _watch(self) -> None:
        endpoint = self._options.endpoint
        for socket in self.sockets():
            handshake = socket.handshake()
            if refused := refusal(handshake, endpoint, self._keys is not None):
                self._fail(refused)
            elif handshake is not Handshake.FAILED or self._keys is None:
                if socket is not self._control:
                    self._bad_handshake_since = 0
            elif self._bad_handshake_since == 0:
                self._bad_handshake_since = self._now
            elif self._now - self._bad_handshake_since > BAD_HANDSHAKE_NS:
                self._fail(
                    errors.ServerKeyError(
                        f"{endpoint}: does not prove the key that was given as server_key; ask its operator for its public key"
                    )
                )
        if self.subscription.counters.unanswered - self._unanswered_seen >= UNANSWERED_BEFORE_REOPENING:
            self._unanswered_seen = self.subscription.counters.unanswered
            if not self._told_no_answer:
                text = f"{self._control_endpoint}: nobody answers there; is it the control endpoint of {endpoint}?"
                self.pending.append(Trouble(errors.NoAnswerError(text)))
            self._told_no_answer = True
            self.subscription.forget_questions()
            self._open_control()
        if self._now - self._heard_at < SILENT_NS:
            self._reconnect_at = 0
        elif self._reconnect_at == 0:
            self._reconnect_at = self._now + random.randrange(SECOND_NS)  # not all subscribers at once
        elif self._now >= self._reconnect_at:
            self._reconnect()

    def _reconnect(self) -> None:
        """libzmq gives up a connection for good when a peer breaks its rules; and a node that moved has another address."""
        self._reconnect_at = self._now + SILENT_NS + random.randrange(SECOND_NS)
        self.subscription.counters.reconnects += 1
        self.subscription.forget_questions()
        self._open_control()
        if self._publications is not None:
            self._open_publications()

    def _tell_state(self) -> None:
        if not self.heard:
            state = State.CONNECTING
            wait = self._options.wait
            if wait is not None and self._now - self._opened_at > wait * SECOND_NS:
                self._fail(
                    errors.NoAnswerError(
                        f"{self._options.endpoint}: nothing heard there for {wait:g} s; is an engine or relay publishing there "
                        "(groundswell health)? wait=None waits for ever"
                    )
                )
        elif self._now - self._heard_at > STALE_NS:
            state = State.STALE
        elif not self.subscription.joined:
            state = State.JOINING
        else:
            state = State.LIVE if self.subscription.is_whole else State.REPAIRING
        if state is not self.state:
            self.state = state
            self.pending.append(StateChange(state))

    def _fail(self, error: errors.GroundswellError) -> None:
        self.failure = self.failure or error

    # What comes.

    def _hear(self, topic: str, message: bytes | memoryview) -> None:
        refused = self.subscription.counters.refused
        self.subscription.hear(topic, message, self._now)
        if topic.startswith("H") and self.subscription.counters.refused != refused:
            self._fail(
                errors.OtherVersionError(
                    f"{self._options.endpoint}: what is published there is of another version than this package reads; update the older "
                    "one of the two"
                )
            )

    def _ask_for_stream(self) -> None:
        again = self._used_credit >= CREDIT // 4 or self._now >= self._credit_at
        if self._control is None or not (again if self._stream_id else self._now >= self._stream_at):
            return
        number = FIRST_STREAM_ID + self._streams
        if self._stream_id:
            request = wire.request(number, "credit", stream=self._stream_id, credit=self._used_credit)
        else:
            request = wire.request(number, "stream", topics=self._topics(), credit=CREDIT)
        if not self._control.send(request):
            return
        if not self._stream_id:
            self._stream_id = number
            self._conflated_before += self._stream_conflated
            self._stream_conflated = 0
        self._streams += 1
        self._used_credit = 0
        self._credit_at = self._now + CREDIT_EVERY_NS

    def _take_reply(self, frame: bytes) -> None:
        """An answer to the subscription, or a part of the stream."""
        try:
            reply = wire.read_reply(frame)
        except MalformedError:
            self.subscription.counters.refused += 1
            return
        if reply.id < FIRST_STREAM_ID:
            self.subscription.hear_reply(reply, frame, self._now)
            return
        if reply.id != self._stream_id:
            return  # of an earlier one, or to a credit
        if reply.status == wire.OK:
            try:
                batch = wire.read_stream(reply.rows, reply.body)
            except MalformedError:
                self.subscription.counters.refused += 1
                return
            self._used_credit += 1
            self._stream_conflated = batch.conflated
            for topic, message in batch.messages:
                if self.failure is None:
                    self._hear(topic, message)
        if reply.more:
            return
        self._stream_id = 0  # cut: what was missed meanwhile is found by the numbers
        self._stream_at = self._now + STREAM_AGAIN_NS
        if reply.status in {wire.BAD_REQUEST, wire.NOT_FOUND}:  # an engine has no streams
            self._stream_refused = True
            self._open_publications()

    # What the subscription tells.

    def on_recording(self, recording_id: int) -> None:
        """Told with the heartbeat, which follows."""
        self._new_recording = recording_id

    def on_heartbeat(self, heartbeat: wire.HeartbeatMessage) -> None:
        """A sign of life."""
        if heartbeat.mode != Mode.LIVE and not self._options.any_mode:
            mode = Mode(heartbeat.mode).name.lower()
            self._fail(
                errors.NotLiveError(
                    f"{self._options.endpoint}: what is published there is {mode}, not live; any_mode=True takes it all the same"
                )
            )
            return
        self.heard = True
        self._heard_at = self._now
        if self._new_recording is not None:
            self.pending.append(RecordingChange(self._new_recording))
            self._new_recording = None
        self.pending.append(
            Heartbeat(
                heartbeat.recording_id,
                heartbeat.started,
                heartbeat.send_ts,
                heartbeat.event_time,
                heartbeat.written_jseq,
                heartbeat.synced_jseq,
                NodeState(heartbeat.state),
                Mode(heartbeat.mode),
            )
        )

    def on_catalog(self, catalog: wire.Catalog) -> None:
        """Names."""
        self._catalog = catalog
        for scope in self._options.scopes:
            if scope not in catalog.scopes:
                self._fail(errors.UnknownScopeError(f"{self._options.endpoint}: {nearest('scope', scope, catalog.scopes)}"))
        indices = {name: index for index, name in catalog.signals.items()}
        for signal in self._options.signals:
            if signal not in indices:
                self._fail(errors.UnknownSignalError(f"{self._options.endpoint}: {nearest('signal', signal, list(indices))}"))
        self._signals = frozenset(indices[signal] for signal in self._options.signals if signal in indices)

    def on_snapshot(self, head: wire.SnapshotHead) -> None:
        """Its trigger states; its levels follow by themselves."""
        self._tell(lambda: self.pending.extend(triggers_of(self._catalog, head)))

    def on_levels(self, batch: wire.LevelBatch) -> None:
        """Those that are wanted."""
        if self.failure is None and (levels := levels_of(self._catalog, batch, self._signals)) is not None:
            self.pending.append(levels)

    def on_edges(self, batch: wire.EdgeBatch, past: bool) -> None:
        """Those that are wanted."""
        if self.failure is None:
            self.pending.extend(edges_of(self._catalog, batch, past, self._types))

    def on_lost(self, scope: int, first: int, last: int) -> None:
        """Nobody has them any more."""
        name = self._catalog.scopes[scope]
        advice = (
            f"edges {first} to {last} of {name} are older than what {self._control_endpoint} holds: lost here; read them from the "
            "recording, and take states from the snapshot"
        )
        self._tell(lambda: self.pending.append(Lost(name, first, last, advice)))

    def on_operation(self, operation: tuple[int, int, str, str, str, str]) -> None:
        """Words to operators."""
        self._tell(lambda: self.pending.append(Operation(*operation)))

    def on_requested_snapshot(self, head: wire.SnapshotHead, levels: list[wire.LevelBatch]) -> None:
        """For the user."""
        batches = (levels_of(self._catalog, batch, self._signals) for batch in levels)
        self.snapshot = Snapshot(
            head.header.recording_id,
            head.jseq,
            head.event_time,
            tuple(batch for batch in batches if batch is not None),
            tuple(triggers_of(self._catalog, head)),
        )

    def _tell(self, tell: Callable[[], Any]) -> None:
        if self.failure is None:
            tell()
