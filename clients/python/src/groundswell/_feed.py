"""Frames of a feed, and the ring that lost ticks are given again from (schemas/README.md, "Feed frames" and "Fills")."""

from __future__ import annotations

import time
from struct import Struct, pack
from typing import Any

import capnp
import zmq

from groundswell import _wire as wire
from groundswell._layout import row_of

MOST_FILLED = 16_384  # ticks of one request
_ENVELOPE = Struct("<2sBBHHII")
_BATCH = row_of(wire.SCHEMAS["tick"].TickBatch)
TICK = row_of(wire.SCHEMAS["tick"].Tick)
_TICK_FIELDS = "tsEvent price size tradeId symbol tsRecvDelta condSet venue action side flags spare"
assert " ".join(TICK.names) == _TICK_FIELDS and not TICK.pointers
assert " ".join(_BATCH.names) == "feedEpoch firstTick sendTs feed line flags" and _BATCH.pointers == ("ticks",)
ROW_BYTES = TICK.data.size


def names_frame(message: Any) -> bytes:
    """Instruments: they hold for the connection, and name no feed."""
    return _ENVELOPE.pack(b"TC", 1, 0, 0, 0, 0, 0) + bytes(message.to_bytes())


def heartbeat_frame(message: Any) -> bytes:
    """A FeedHeartbeat."""
    return _ENVELOPE.pack(b"TH", 1, message.line, message.feed, 0, 0, 0) + bytes(message.to_bytes())


def ticks_frame(feed_epoch: int, first_tick: int, feed: int, line: int, rows: list[bytes]) -> bytes:
    """A TickBatch."""
    return _ENVELOPE.pack(b"TK", 1, line, feed, 0, len(rows), 0) + _batch(feed_epoch, first_tick, feed, line, rows)


def _batch(feed_epoch: int, first_tick: int, feed: int, line: int, rows: list[bytes]) -> bytes:
    """Flat: stream header, root pointer, the struct, the pointer to its list, the list's tag, the rows."""
    row_words = ROW_BYTES // 8
    body = (
        pack("<iHH", 0, _BATCH.data.size // 8, 1)
        + _BATCH.data.pack(feed_epoch, first_tick, time.time_ns(), feed, line, 0)
        + pack("<II", 1, (len(rows) * row_words) << 3 | 7)
        + pack("<IHH", len(rows) << 2, row_words, 0)
        + b"".join(rows)
    )
    return pack("<II", 0, len(body) // 8) + body


class FillServer:
    """Answers tick fills from a ring of the last ticks that were sent. Used by one thread."""

    def __init__(self, router: zmq.Socket[bytes], feed: int, most_ticks: int) -> None:
        """`router` is bound, and closed by this."""
        self.requests = self.ticks = self.refused = 0
        self._router, self._feed, self._most = router, feed, most_ticks
        self.begin_epoch(0)

    def begin_epoch(self, feed_epoch: int) -> None:
        """Forgets the ticks of the last one."""
        self._epoch, self._next = feed_epoch, 1
        self._log = bytearray()

    def append(self, rows: list[bytes]) -> None:
        """The next ticks of the epoch, as sent."""
        for row in rows:
            at = (self._next - 1) % self._most * ROW_BYTES
            self._log[at : at + ROW_BYTES] = row
            self._next += 1

    def serve(self) -> None:
        """Answers all that wait; never blocks."""
        while self._router.poll(0):
            frames = self._router.recv_multipart()
            self.requests += 1
            if len(frames) == 2:
                self._answer(*frames)
            else:
                self.refused += 1  # a question is one frame

    def close(self) -> None:
        """Closes the socket."""
        self._router.close()

    def _answer(self, peer: bytes, question: bytes) -> None:
        limits = {"traversal_limit_in_words": len(question) // 8 + 64, "nesting_limit": 8}
        try:
            with wire.SCHEMAS["control"].Request.from_bytes(question, **limits) as request:
                number, deadline = int(request.id), int(request.deadlineNs)
                if request.which() != "tickFill":
                    self._send(peer, number, wire.BAD_REQUEST, text="only ticks can be asked for here")
                    return
                fill = request.tickFill
                epoch, first, last = int(fill.feedEpoch), int(getattr(fill, "from")), int(fill.to)
        except (capnp.KjException, ValueError):
            self._send(peer, 0, wire.BAD_REQUEST, text="this is no request")
            return
        oldest = max(1, self._next - self._most)
        if epoch != self._epoch:
            self._send(peer, number, wire.BAD_REQUEST, text=f"the feed epoch is {self._epoch}")
        elif first == 0 or last < first or last - first >= MOST_FILLED:
            self._send(peer, number, wire.BAD_REQUEST, text=f"a range has 1 to {MOST_FILLED} ticks")
        elif last >= self._next:
            self._send(peer, number, wire.BAD_REQUEST, text=f"the next tick is {self._next}")
        elif first < oldest:
            self._send(peer, number, wire.GAP_TOO_OLD, text=f"ticks before {oldest} are gone", oldest=oldest)
        elif deadline and deadline < time.time_ns():
            self._send(peer, number, wire.TOO_LATE, text="the deadline has passed")
        else:
            self._give_again(peer, number, first, last)

    def _give_again(self, peer: bytes, number: int, first: int, last: int) -> None:
        for chunk, start in enumerate(range(first, last + 1, wire.MAX_TICKS_PER_BATCH)):
            end = min(last + 1, start + wire.MAX_TICKS_PER_BATCH)
            places = [(tick - 1) % self._most * ROW_BYTES for tick in range(start, end)]
            batch = _batch(self._epoch, start, self._feed, 0, [bytes(self._log[at : at + ROW_BYTES]) for at in places])
            with wire.SCHEMAS["tick"].TickBatch.from_bytes(batch) as body:
                self._send(peer, number, wire.OK, body=body, more=end <= last, chunk=chunk)
            self.ticks += end - start

    def _send(self, peer: bytes, number: int, status: int, **fields: Any) -> None:
        self.refused += status != wire.OK
        frame = wire.SCHEMAS["control"].Reply.new_message(id=number, status=status, **fields).to_bytes()
        try:
            self._router.send_multipart([peer, frame], zmq.NOBLOCK)
        except zmq.ZMQError:
            self.refused += 1  # whoever asked has gone, or takes nothing
