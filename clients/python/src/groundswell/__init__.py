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
    ConfigurationError,
    DamagedError,
    EndpointError,
    FileError,
    GroundswellError,
    KeyFileError,
    KeyRefusedError,
    KeyWantedError,
    LookAheadError,
    MissingPackageError,
    NaiveTimeError,
    NoAnswerError,
    NotFoundError,
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
    from groundswell.backtest import Backtest, FixedLatency, Latency, Result, UniformLatency
    from groundswell.client import Counters, Feed, Position, SubscribeOptions, SyncFeed, connect, connect_sync
    from groundswell.publisher import NO_PRICE, Tick, TickPublisher, price_e9
    from groundswell.recording import CONFIG_FOLDER, Recording, RecordingInfo, Refold, Table, open_recording

# Where names live that need more than the standard library: imported when they are first asked for.
_LAZY = {
    "groundswell.backtest": ("Backtest", "FixedLatency", "Latency", "Result", "UniformLatency"),
    "groundswell.client": ("Counters", "Feed", "Position", "SubscribeOptions", "SyncFeed", "connect", "connect_sync"),
    "groundswell.publisher": ("NO_PRICE", "Tick", "TickPublisher", "price_e9"),
    "groundswell.recording": ("CONFIG_FOLDER", "Recording", "RecordingInfo", "Refold", "Table", "open_recording"),
}
_MODULES = {name: module for module, names in _LAZY.items() for name in names}

__all__ = [
    "CONFIG_FOLDER",
    "EDGE_TYPES",
    "NO_PRICE",
    "Backtest",
    "Clock",
    "ClosedError",
    "ConfigurationError",
    "Counters",
    "DamagedError",
    "Edge",
    "EndpointError",
    "Event",
    "Feed",
    "FileError",
    "FixedLatency",
    "Flag",
    "GroundswellError",
    "Heartbeat",
    "KeyFileError",
    "KeyRefusedError",
    "KeyWantedError",
    "Latency",
    "Level",
    "Levels",
    "LookAheadError",
    "Lost",
    "MissingPackageError",
    "Mode",
    "NaiveTimeError",
    "NoAnswerError",
    "NodeState",
    "NotFoundError",
    "NotLiveError",
    "Operation",
    "OptionError",
    "OtherVersionError",
    "Phase",
    "Position",
    "Recording",
    "RecordingChange",
    "RecordingInfo",
    "Refold",
    "Result",
    "ServerKeyError",
    "SlowError",
    "Snapshot",
    "State",
    "StateChange",
    "SubscribeOptions",
    "SyncFeed",
    "Table",
    "Tick",
    "TickPublisher",
    "TooOldError",
    "TriggerState",
    "Trouble",
    "UniformLatency",
    "UnknownScopeError",
    "UnknownSignalError",
    "UnknownTypeError",
    "Validity",
    "Why",
    "connect",
    "connect_sync",
    "open_recording",
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
