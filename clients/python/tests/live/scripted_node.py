"""A node that publishes and answers what a test tells it to."""

from __future__ import annotations

import hashlib
import threading
import time
from typing import Any

import zmq

from groundswell import _wire as wire

SIGNAL, CONTROL, CATALOG = wire.SCHEMAS["signal"], wire.SCHEMAS["control"], wire.SCHEMAS["catalog"]
SCOPES = ["chips", "power", "symbols"]
NONE_16, NONE_32 = wire.NONE_16, wire.NONE_32


def catalog(*more_scopes: str) -> bytes:
    """Two signals, two symbols, one trigger."""
    message = CATALOG.Catalog.new_message(
        universes=["main"],
        scopes=[*SCOPES, *more_scopes],
        signals=[{"id": "ad_pct", "index": 0}, {"id": "pct_above_sma_50", "index": 3}],
        symbols=["AAA", "BBB"],
        triggers=[{"name": "thrust", "type": "THRUST"}],
    )
    return bytes(message.to_bytes())


def edge_batch(first: int, count: int = 1, scope: int = 0, recording: int = 7) -> bytes:
    """Edges of type THRUST, whose value is their number."""
    edges = [
        {
            "eseq": number,
            "type": 11,
            "value": number,
            "present": 1,
            "validity": 6,
            "signal": 3,
            "trigger": 0,
            "subject": NONE_32,
            "why": [{"delta": 2, "symbol": 1}, {"delta": -1, "symbol": 0}],
        }
        for number in range(first, first + count)
    ]
    return bytes(SIGNAL.EdgeBatch.new_message(header=header(scope, recording), scopeSeq=first, edges=edges).to_bytes())


def header(scope: int = 0, recording: int = 7) -> dict[str, int]:
    """Of a batch."""
    return {"recordingId": recording, "scope": scope, "session": 20261120}


def level_batch(number: int, value: float, scope: int = 0, full: bool = False, recording: int = 7) -> Any:
    """One level."""
    return SIGNAL.LevelBatch.new_message(
        header=header(scope, recording),
        levelSeq=number,
        full=full,
        last=True,
        levels=[{"signal": 3, "value": value, "present": 1, "validity": 6}],
    )


class ScriptedNode:
    """Publishes on ipc://FOLDER/node; answers from a thread of its own, unless it is mute."""

    def __init__(self, folder: Any) -> None:
        self.endpoint = f"ipc://{folder}/node"
        self.recording, self.mode = 7, 0
        self.next_edges, self.next_levels = [1] * len(SCOPES), [1] * len(SCOPES)
        self.oldest = 1  # edge that is still held
        self.mute = False
        self.answers = threading.Event()  # cleared: they wait
        self.answers.set()
        self.questions: list[str] = []
        self.catalog = catalog()
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._publisher = self._context.socket(zmq.XPUB)
        self._publisher.linger = 0
        self._publisher.setsockopt(zmq.XPUB_VERBOSE, 1)
        self._one_at_a_time = threading.Lock()
        self.beats = False  # five times a second
        self._publisher.bind(self.endpoint)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._answer)
        self._thread.start()

    def __enter__(self) -> ScriptedNode:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._publisher.close()
        self._context.term()

    def wait_for_subscriber(self) -> None:
        """The last prefix that a client subscribes to."""
        while True:
            with self._one_at_a_time:
                if self._publisher.poll(10) and self._publisher.recv() == b"\x01K.":
                    return

    def publish(self, topic: str, message: bytes) -> None:
        """As it is."""
        with self._one_at_a_time:
            self._publisher.send_multipart([topic.encode(), message])

    def edges(self, first: int, count: int = 1, scope: int = 0) -> None:
        """Publishes, and knows of them."""
        self.next_edges[scope] = max(self.next_edges[scope], first + count)
        self.publish(f"E.main.{SCOPES[scope]}.", edge_batch(first, count, scope, self.recording))

    def beat(self) -> None:
        """A heartbeat with the numbers so far."""
        rows = zip(self.next_edges, self.next_levels, strict=True)
        message = SIGNAL.Heartbeat.new_message(
            recordingId=self.recording,
            catalogHash=int.from_bytes(hashlib.sha256(self.catalog).digest()[:8], "big"),
            state=1,
            mode=self.mode,
            next=[{"scope": scope, "scopeSeq": edge, "levelSeq": level} for scope, (edge, level) in enumerate(rows)],
        )
        self.publish("H.scripted.", bytes(message.to_bytes()))

    def _answer(self) -> None:
        router = self._context.socket(zmq.ROUTER)
        router.linger = 0
        router.bind(self.endpoint + ".control")
        beat_at = 0.0
        while not self._stop.is_set():
            if self.beats and time.monotonic() > beat_at:
                beat_at = time.monotonic() + 0.2
                self.beat()
            if not router.poll(10):
                continue
            self.answers.wait()
            peer, question = router.recv_multipart()
            with CONTROL.Request.from_bytes(question) as request:
                self.questions.append(str(request.which()))
                if self.mute:
                    continue
                for frame in self._answers(request):
                    router.send_multipart([peer, frame])
        router.close()

    def _answers(self, request: Any) -> list[bytes]:
        number, kind = int(request.id), request.which()
        if kind == "catalog":
            with CATALOG.Catalog.from_bytes(self.catalog) as body:
                return [self._reply(number, body=body)]
        if kind == "snapshot":
            rows = zip(self.next_edges, self.next_levels, strict=True)
            head = CONTROL.Snapshot.new_message(
                header=header(0, self.recording),
                jseq=9,
                positions=[{"scope": scope, "scopeSeq": edge, "levelSeq": level} for scope, (edge, level) in enumerate(rows)],
                triggers=[{"trigger": 0, "scope": 0, "state": 2, "subject": NONE_32, "value": 1.5, "present": 1}],
            )
            levels = level_batch(max(self.next_levels[0] - 1, 0), 42.0, full=True, recording=self.recording)
            return [self._reply(number, body=head, more=True), self._reply(number, body=levels, chunk=1)]
        if kind == "fill":
            first, last = int(getattr(request.fill, "from")), int(request.fill.to)
            scope = SCOPES.index(str(request.fill.scope))
            if first < self.oldest:
                return [self._reply(number, status=wire.GAP_TOO_OLD, oldest=self.oldest)]
            with SIGNAL.EdgeBatch.from_bytes(edge_batch(first, last - first + 1, scope, self.recording)) as body:
                return [self._reply(number, body=body)]
        return [self._reply(number, status=wire.BAD_REQUEST, text="an engine has no streams")]

    @staticmethod
    def _reply(number: int, **fields: Any) -> bytes:
        return bytes(CONTROL.Reply.new_message(id=number, **fields).to_bytes())
