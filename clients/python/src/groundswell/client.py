"""The live stream: joins a node, that is an engine or a relay, at any moment, and passes on every edge once and in order.

    async with connect() as feed:
        async for event in feed.events():
            ...

    with connect_sync() as feed:
        for event in feed.events():
            ...

Nothing is passed on before the snapshot of the join; then every edge of the wanted scopes comes once and in order, or a `Lost` says which
did not. `State.LIVE` means: nothing that was published up to the last heartbeat is missing. A second without a heartbeat is
`State.STALE`. A `RecordingChange` means: forget everything.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator, Iterator
from types import TracebackType
from typing import Unpack

import zmq

from groundswell import errors
from groundswell._connection import Connection
from groundswell._options import Options, Position, SubscribeOptions, options_of
from groundswell._scope import Counters
from groundswell.events import Edge, Event, Lost, Snapshot, State

__all__ = ["Counters", "Feed", "Position", "SubscribeOptions", "SyncFeed", "connect", "connect_sync"]

_WAIT_MS = 100  # questions fall due meanwhile


def connect(endpoint: str | None = None, **options: Unpack[SubscribeOptions]) -> Feed:
    """A subscription for asyncio. `endpoint` None is GROUNDSWELL_ENDPOINT, or tcp://127.0.0.1:5556; `options` are SubscribeOptions.

    It connects when it is entered, whether or not anybody is there. Raises OptionError, EndpointError, UnknownTypeError at once;
    KeyFileError when entered; while it is used NoAnswerError, KeyRefusedError, KeyWantedError, ServerKeyError, NotLiveError,
    OtherVersionError, UnknownScopeError, UnknownSignalError, after which it is over.
    """
    return Feed(options_of(endpoint, options))


def connect_sync(endpoint: str | None = None, **options: Unpack[SubscribeOptions]) -> SyncFeed:
    """As connect(), for code that may block."""
    return SyncFeed(options_of(endpoint, options))


class _Feed:
    """What both feeds have in common. Used by one thread."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._connection: Connection | None = None
        self._closed = False

    @property
    def state(self) -> State:
        """How much may be relied on what came so far."""
        return self._open().state

    @property
    def position(self) -> Position:
        """After the event that was given last; for `resume` of a later subscription."""
        connection = self._open()
        next_edges = connection.subscription.positions()
        for event in reversed(connection.pending):  # what has come and was not given yet
            if isinstance(event, Edge):
                next_edges[event.scope] = event.scope_seq
            elif isinstance(event, Lost):
                next_edges[event.scope] = event.first_scope_seq
        return Position(connection.subscription.recording_id, next_edges)

    @property
    def counters(self) -> Counters:
        """What was seen, asked for and lost so far."""
        return self._open().counters

    def _open(self) -> Connection:
        if self._closed:
            raise errors.ClosedError(f"the subscription to {self._options.endpoint} is closed; open another one")
        if self._connection is None:
            self._connection = Connection(self._options)
        return self._connection

    def _close(self) -> None:
        self._closed = True
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def __del__(self) -> None:
        if getattr(self, "_connection", None) is not None:
            warnings.warn(
                f"a subscription to {self._options.endpoint} was not closed; use `with`", ResourceWarning, stacklevel=2, source=self
            )
            self._close()

    def _next(self, connection: Connection) -> Event | None:
        """The next event that waits; raises what ends the subscription once all before it was given."""
        if connection.pending:
            event = connection.pending.popleft()
            if self._options.on_lost == "raise" and isinstance(event, Lost):
                raise errors.TooOldError(event.advice)
            return event
        if connection.failure is not None:
            raise connection.failure
        return None

    def _taken_snapshot(self) -> Snapshot | None:
        connection = self._open()
        connection.turn()
        if connection.failure is not None:
            raise connection.failure
        return connection.snapshot


class Feed(_Feed):
    """A subscription for asyncio. Used by one event loop."""

    async def events(self) -> AsyncIterator[Event]:
        """Everything that comes, as it comes. Ends by an exception or when the feed is closed; may be begun again where it was left."""
        while not self._closed:
            connection = self._open()
            connection.turn()
            while not self._closed and (event := self._next(connection)) is not None:
                yield event
            if not self._closed:
                await self._wait(connection)

    async def snapshot(self) -> Snapshot:
        """All that the wanted scopes stand at now. Events that come meanwhile wait for events()."""
        connection = self._open()
        connection.ask_for_snapshot()
        while (snapshot := self._taken_snapshot()) is None:
            await self._wait(connection)
        return snapshot

    async def _wait(self, connection: Connection) -> None:
        sockets = [socket.zmq for socket in connection.sockets()]
        if any(int(socket.getsockopt(zmq.EVENTS)) & zmq.POLLIN for socket in sockets):
            await asyncio.sleep(0)
            return
        # Level by level: a descriptor of libzmq tells of news only once they were asked for, as above.
        loop, news = asyncio.get_running_loop(), asyncio.Event()
        descriptors = [socket.fileno() for socket in sockets]
        for descriptor in descriptors:
            loop.add_reader(descriptor, news.set)
        try:
            async with asyncio.timeout(_WAIT_MS / 1000):
                await news.wait()
        except TimeoutError:
            pass
        finally:
            for descriptor in descriptors:
                loop.remove_reader(descriptor)

    async def aclose(self) -> None:
        """Closes the sockets; any number of times."""
        self._close()

    async def __aenter__(self) -> Feed:
        """Connects."""
        self._open()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        """Closes."""
        self._close()


class SyncFeed(_Feed):
    """A subscription that blocks. Used by one thread."""

    def events(self) -> Iterator[Event]:
        """Everything that comes, as it comes. Ends by an exception or when the feed is closed; may be begun again where it was left."""
        while not self._closed:
            connection = self._open()
            connection.turn()
            while not self._closed and (event := self._next(connection)) is not None:
                yield event
            if not self._closed:
                self._wait(connection)

    def snapshot(self) -> Snapshot:
        """All that the wanted scopes stand at now. Events that come meanwhile wait for events()."""
        connection = self._open()
        connection.ask_for_snapshot()
        while (snapshot := self._taken_snapshot()) is None:
            self._wait(connection)
        return snapshot

    def _wait(self, connection: Connection) -> None:
        poller = zmq.Poller()
        for socket in connection.sockets():
            poller.register(socket.zmq, zmq.POLLIN)
        poller.poll(_WAIT_MS)

    def close(self) -> None:
        """Closes the sockets; any number of times."""
        self._close()

    def __enter__(self) -> SyncFeed:
        """Connects."""
        self._open()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        """Closes."""
        self._close()
