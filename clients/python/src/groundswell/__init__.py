"""Groundswell from Python: the live stream, recordings, back-tests and feed gateways. docs/python.md of the project says how.

import groundswell as gs

async with gs.connect() as feed:
    async for event in feed.events():
        ...
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from groundswell.errors import (
    ClosedError,
    EndpointError,
    GroundswellError,
    KeyFileError,
    KeyRefusedError,
    KeyWantedError,
    NoAnswerError,
    NotLiveError,
    OptionError,
    OtherVersionError,
    ServerKeyError,
    SlowError,
    TooOldError,
    UnknownScopeError,
    UnknownSignalError,
    UnknownTypeError,
)
from groundswell.events import (
    EDGE_TYPES,
    Clock,
    Edge,
    Event,
    Flag,
    Heartbeat,
    Level,
    Levels,
    Lost,
    Mode,
    NodeState,
    Operation,
    Phase,
    RecordingChange,
    Snapshot,
    State,
    StateChange,
    TriggerState,
    Trouble,
    Validity,
    Why,
)

if TYPE_CHECKING:
    from groundswell.client import Counters, Feed, Position, SubscribeOptions, SyncFeed, connect, connect_sync
    from groundswell.publisher import NO_PRICE, Tick, TickPublisher, price_e9

# Where names live that need more than the standard library: imported when they are first asked for.
_LAZY = {
    "groundswell.client": ("Counters", "Feed", "Position", "SubscribeOptions", "SyncFeed", "connect", "connect_sync"),
    "groundswell.publisher": ("NO_PRICE", "Tick", "TickPublisher", "price_e9"),
}
_MODULES = {name: module for module, names in _LAZY.items() for name in names}

__all__ = [
    "EDGE_TYPES",
    "NO_PRICE",
    "Clock",
    "ClosedError",
    "Counters",
    "Edge",
    "EndpointError",
    "Event",
    "Feed",
    "Flag",
    "GroundswellError",
    "Heartbeat",
    "KeyFileError",
    "KeyRefusedError",
    "KeyWantedError",
    "Level",
    "Levels",
    "Lost",
    "Mode",
    "NoAnswerError",
    "NodeState",
    "NotLiveError",
    "Operation",
    "OptionError",
    "OtherVersionError",
    "Phase",
    "Position",
    "RecordingChange",
    "ServerKeyError",
    "SlowError",
    "Snapshot",
    "State",
    "StateChange",
    "SubscribeOptions",
    "SyncFeed",
    "Tick",
    "TickPublisher",
    "TooOldError",
    "TriggerState",
    "Trouble",
    "UnknownScopeError",
    "UnknownSignalError",
    "UnknownTypeError",
    "Validity",
    "Why",
    "connect",
    "connect_sync",
    "price_e9",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module 'groundswell' has no attribute '{name}'")
    return getattr(import_module(module), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
