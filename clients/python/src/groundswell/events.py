"""What comes out of the live stream and of recordings: frozen, typed, with names instead of numbers.

Times are nanoseconds UTC since 1970-01-01, sessions New York trade dates as yyyymmdd. A number that is absent is `None`, never NaN.
`(recording_id, eseq)` names an edge for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum, IntFlag

from groundswell.errors import GroundswellError


class Validity(IntEnum):
    """Whether a number may be relied on; the first that applies, in this order."""

    INSUFFICIENT = 0
    WARMUP = 1
    UNDEFINED = 2
    HALTED_MARKET = 3
    STALE_INPUT = 4
    PROVISIONAL = 5
    OK = 6


class Flag(IntFlag):
    """What else is to be known of a number. The `flags` of events are plain integers: `event.flags & Flag.FEED_GAP`."""

    GAP = 1 << 0
    FEED_GAP = 1 << 1
    STALE_MEMBERS = 1 << 2
    HALTED_MEMBERS = 1 << 3
    SUSPECT_MEMBERS = 1 << 4
    CARRIED = 1 << 5
    NO_SHARES = 1 << 6
    SMALL_N = 1 << 7
    LOW_DIR = 1 << 8
    ONE_FACTOR = 1 << 9
    UNIT_BETA = 1 << 10
    STALE_STATE = 1 << 11
    HANDOFF = 1 << 12
    PARTIAL_SESSION = 1 << 13
    LATE_COMMIT = 1 << 14
    APPROX_CANCEL = 1 << 15
    PROVISIONAL = 1 << 16
    REVISED = 1 << 17


class Clock(IntEnum):
    """Of which state a number is: of the running session, or of its committed close."""

    LIVE = 0
    CLOSE = 1


# Types of edges by their number on the wire. Names are the contract; a number that is not here is passed on as UNKNOWN.
EDGE_TYPES: dict[int, str] = dict(
    enumerate(
        (
            "COMMIT ROSTER_CHANGE HALT_MEMBER MARKET_HALT MARKET_RESUME FEED_GAP_OPEN FEED_GAP_CLOSED CORP_ACTION_SUSPECT THRESHOLD "
            "PCT_ABOVE THRUST OSC_ZERO_CROSS OSC_ZERO_CROSS_LIVE TICK_EXTREME QUADRANT COVERAGE_LOST COVERAGE_RESTORED NH_SURGE "
            "RANK_SHIFT NARROW_LEADERSHIP ONE_FACTOR FRAGILE RS_NEW_HIGH RS_NEW_LOW STATE_CHANGE PROVISIONAL_STATE WAVE_LEAD_CHANGE "
            "REWARD_ON REWARD_OFF PAINTED PAINT_CLEARED"
        ).split(),
        start=1,
    )
) | {32: "REVISION", 33: "SUSPECT_TICK"}


@dataclass(frozen=True, slots=True)
class Why:
    """One member's part of an edge. The parts sum exactly to the scope's change of the type's driver lane."""

    symbol: str
    delta: int  # in the unit of the driver lane


@dataclass(frozen=True, slots=True)
class Edge:
    """One event: a trigger that went on or off, a commit, a halt, a gap."""

    recording_id: int
    config_hash: int
    universe: str  # main
    scope: str  # e.g. gpu_accelerators, wave:compute, thesis
    type: str  # of EDGE_TYPES, e.g. THRUST
    signal: str  # "" when the type has none
    trigger: str  # likewise
    subject: str  # symbol of a member's edge, else ""
    direction: int  # +1 up, on, final; -1 down, off, provisional; 0 none
    value: float | None  # in the unit of the signal
    prior: float | None  # the value before
    threshold: float | None
    validity: Validity
    clock: Clock
    flags: int  # bits of Flag
    n_valid: int  # members whose contribution enters the value
    n_members: int
    session: int
    ts_event: int
    eseq: int  # number in the universe, from 1
    scope_seq: int  # number in the scope, from 1
    cause_jseq: int  # the record during whose application it arose
    event_id: str  # 32 hexadecimal digits
    definition: int  # definition id of the signal; 0 when the type has none
    roster: int  # hash of the session's roster
    unjournaled: bool  # published while the journal failed: the recording may lack it
    past: bool  # from before the join, asked for by `past_edges`
    why: tuple[Why, ...]  # the largest first


@dataclass(frozen=True, slots=True)
class Level:
    """One number of a scope."""

    signal: str
    value: float | None  # in the unit of the catalog's signal
    validity: Validity
    flags: int  # bits of Flag
    n_valid: int
    n_members: int
    subject: str  # a symbol, in scope `symbols`; else ""


@dataclass(frozen=True, slots=True)
class Levels:
    """Numbers of one scope at one step or commit: `full` = all of them as they stand on this clock, else those that changed."""

    recording_id: int
    universe: str
    scope: str
    session: int
    ts_event: int
    cause_jseq: int
    level_seq: int
    clock: Clock
    full: bool
    levels: tuple[Level, ...]

    def __getitem__(self, signal: str) -> Level:
        """The level of a signal; KeyError when it is not among these."""
        for level in self.levels:
            if level.signal == signal:
                return level
        raise KeyError(signal)


class Phase(IntEnum):
    """State of a trigger in a scope."""

    UNPRIMED = 0
    OFF = 1
    ON = 2


@dataclass(frozen=True, slots=True)
class TriggerState:
    """A trigger in a scope, as a snapshot has it."""

    trigger: str
    scope: str
    subject: str
    phase: Phase
    value: float | None  # the last one it saw
    since: int  # ns UTC since what would change it has held; 0 = it does not hold


class State(Enum):
    """How much may be relied on what came so far. Trade in LIVE only."""

    CONNECTING = "connecting"  # nothing heard yet
    JOINING = "joining"  # heartbeats come, the snapshot has not
    LIVE = "live"  # whole: nothing that was published until the last heartbeat is missing
    REPAIRING = "repairing"  # something is missing and was asked for
    STALE = "stale"  # no heartbeat for a second: nobody knows what is true now


@dataclass(frozen=True, slots=True)
class StateChange:
    """The subscription's own state is another one now."""

    state: State


class Mode(IntEnum):
    """What a node's numbers are made of."""

    LIVE = 0
    REPLAY = 1
    SIMULATED = 2


class NodeState(IntEnum):
    """How the node says that it is."""

    STARTING = 0
    RUNNING = 1
    DEGRADED = 2
    STOPPING = 3


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A node is alive; every 250 ms."""

    recording_id: int
    started: int  # ns UTC, of the process
    sent: int  # ns UTC
    event_time: int  # ns UTC, of the newest record; 0 = none yet
    written_jseq: int  # records that outlive the process
    synced_jseq: int  # records that outlive the machine
    state: NodeState
    mode: Mode


@dataclass(frozen=True, slots=True)
class RecordingChange:
    """Another recording, or the first: forget everything that came before."""

    recording_id: int


@dataclass(frozen=True, slots=True)
class Lost:
    """Edges that nobody holds any more: what they said nobody here knows. Their numbers are inclusive."""

    scope: str
    first_scope_seq: int
    last_scope_seq: int
    advice: str


@dataclass(frozen=True, slots=True)
class Operation:
    """What the node tells its operators."""

    number: int  # of the node since its start
    time: int
    severity: str  # I, W or E
    component: str
    text: str
    node: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """What does not end the subscription, told once per spell."""

    error: GroundswellError


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a node's scopes stand at, at one record boundary."""

    recording_id: int
    jseq: int  # the last record applied
    event_time: int  # ns UTC; 0 = none yet
    levels: tuple[Levels, ...]
    triggers: tuple[TriggerState, ...]


Event = Edge | Levels | TriggerState | StateChange | Heartbeat | RecordingChange | Lost | Operation | Trouble
