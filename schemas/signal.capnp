@0xdfbf1352a760498c;
# What the engine publishes: levels (a scope's numbers at a step or commit), edges (numbered events), heartbeats, and words to operators.
# Each travels as two frames: a topic, then the flat message (README.md). Times are nanoseconds UTC since 1970-01-01, sessions New York trade dates as yyyymmdd.
# Indices of scopes and signals mean what the catalog with the header's `catalogHash` says. Evolution: README.md.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("groundswell::schema");

struct Header @0xe1d62ff3782be9c5 {
  # Where a batch belongs. A batch never spans two sessions or scopes.
  recordingId @0 :UInt64;   # recording that all numbers belong to; another id means: forget everything, take a snapshot
  catalogHash @1 :UInt64;   # catalog that the indices refer to: first 8 bytes, big-endian, of the SHA-256 of its message
  configHash @2 :UInt64;    # configuration that made the numbers: first 8 bytes, big-endian, of a SHA-256
  sendTs @3 :UInt64;        # ns UTC when sent: the only field that a replay does not repeat
  session @4 :UInt32;       # yyyymmdd
  universe @5 :UInt16;      # index into the catalog's universes; 0 main
  scope @6 :UInt16;         # index into the catalog's scopes
}

struct Level @0xb9f56cbf8eabba49 {
  # One number. 32 bytes of data, no pointers, every default zero: the struct `Level` of include/groundswell/value.hpp byte for byte.
  value @0 :Float64;     # in the unit of the catalog's signal; 0 when not present, never NaN
  flags @1 :UInt32;      # bits: enum Flag of include/groundswell/value.hpp, GAP is bit 0
  subject @2 :UInt32;    # symbol index in the catalog, in scope `symbols`; else 0
  nValid @3 :UInt32;     # members whose contribution enters this number
  nMembers @4 :UInt32;   # members of the session's roster that ever had an official close
  signal @5 :UInt16;     # index into the catalog's signals
  validity @6 :UInt8;    # 0 INSUFFICIENT, 1 WARMUP, 2 UNDEFINED, 3 HALTED_MARKET, 4 STALE_INPUT, 5 PROVISIONAL, 6 OK
  present @7 :UInt8;     # 1 = `value` is a number, 0 = there is none
  spare @8 :UInt32;      # 0
}

struct LevelBatch @0xd2452cfbf2ffb9ad {
  # Levels of one scope at one step. Topic L: those that changed. Topic C and snapshots: all of them, `full`.
  header @0 :Header;         # where it belongs
  levelSeq @1 :UInt64;       # number of the batch in its scope, from 1; a jump means conflated or lost: take a snapshot
  tsEvent @2 :UInt64;        # ns UTC, the step or commit
  causeJseq @3 :UInt64;      # number of the record during whose application it arose
  clock @4 :UInt8;           # 0 live, 1 close
  full @5 :Bool;             # every level of the scope, not only the changed ones
  last @6 :Bool;             # no more batches of this scope and step follow
  levels @7 :List(Level);    # in catalog order
  roster @8 :UInt64;         # hash of the session's roster, as in Edge.roster; the catalog's rosters say whose it is
}

struct Edge @0xbf8bdf43b01d365c {
  # One event, for ever named by (recordingId, universe, eseq).
  eseq @0 :UInt64;           # number in the universe, from 1
  eventIdHi @1 :UInt64;      # bytes 0 to 7 of the event id, big-endian (README.md, "Event ids")
  eventIdLo @2 :UInt64;      # bytes 8 to 15 of the event id, big-endian
  tsEvent @3 :UInt64;        # ns UTC: its instant, or event time after the record that caused it
  causeJseq @4 :UInt64;      # number of the record during whose application it arose
  value @5 :Float64;         # in the unit of the signal; 0 when not present, never NaN
  prior @6 :Float64;         # the value before, in the same unit; 0 = there was none
  threshold @7 :Float64;     # in the same unit; 0 when the type has none
  definition @8 :UInt64;     # definition id of the signal; 0 when the type has none
  roster @9 :UInt64;         # hash of the session's roster: first 8 bytes, big-endian, of a SHA-256
  flags @10 :UInt32;         # bits, as in Level.flags
  subject @11 :UInt32;       # symbol index in the catalog for a member's edge; UInt32 max = no subject
  nValid @12 :UInt32;        # members whose contribution enters the value
  nMembers @13 :UInt32;      # members, as in Level.nMembers
  type @14 :UInt16;          # enum EdgeType of include/groundswell/value.hpp: 1 COMMIT, 2 ROSTER_CHANGE, 3 HALT_MEMBER, …
  trigger @15 :UInt16;       # index of the trigger; UInt16 max = the type has none
  signal @16 :UInt16;        # index into the catalog's signals; UInt16 max = the type has none
  direction @17 :Int8;       # +1 up, on, final; -1 down, off, provisional; 0 none
  validity @18 :UInt8;       # as in Level.validity
  clock @19 :UInt8;          # 0 live, 1 close
  present @20 :UInt8;        # bits: 1 `value`, 2 `prior`, 4 `threshold` is a number
  unjournaled @21 :Bool;     # published while the journal failed: a replay of the recording may lack it
  why @22 :List(Why);        # parts of the change, by falling size, then symbol; empty when the type has no driver lane
}

struct Why @0x8b082e6b22a3bbe2 {
  # One member's part of an edge. The parts sum exactly to the scope's change of the type's driver lane.
  delta @0 :Int64;     # in the unit of the driver lane
  symbol @1 :UInt32;   # symbol index in the catalog
}

struct EdgeBatch @0xed4a9d15d4343c30 {
  # Consecutive edges of one scope. Topic E, and the payload of a recording's EDGES blocks.
  header @0 :Header;        # where it belongs
  scopeSeq @1 :UInt64;      # number of the first edge in its scope, from 1; the others follow without a gap
  edges @2 :List(Edge);     # in the order of their numbers
}

struct Heartbeat @0x82f7ac0fdffd3728 {
  # Topic H, every 250 ms; 1 s of silence means the node is dead.
  recordingId @0 :UInt64;    # current recording
  startedNs @1 :UInt64;      # ns UTC when the process started: information, a restart changes no number
  sendTs @2 :UInt64;         # ns UTC when sent
  eventTime @3 :UInt64;      # ns UTC, event time of the newest applied record; 0 = none yet
  writtenJseq @4 :UInt64;    # last record handed to the operating system; 0 = none
  syncedJseq @5 :UInt64;     # last record known to survive a power failure; 0 = none
  catalogHash @6 :UInt64;    # current catalog, as in Header
  configHash @7 :UInt64;     # current configuration, as in Header
  state @8 :UInt8;           # 0 starting, 1 running, 2 degraded, 3 stopping
  mode @9 :UInt8;            # 0 live, 1 replay, 2 simulated
  next @10 :List(Next);      # one row per universe and scope
}

struct Next @0xa973a4c270ccaeb2 {
  # Numbers that the next messages of a scope will have, so that the loss of a last message shows too.
  universe @0 :UInt16;    # index into the catalog's universes
  scope @1 :UInt16;       # index into the catalog's scopes
  eseq @2 :UInt64;        # next edge of the universe
  scopeSeq @3 :UInt64;    # next edge of the scope
  levelSeq @4 :UInt64;    # next level batch of the scope
}

struct Operation @0xee2de978626bf66e {
  # Topic O.<severity>.<component>.: what operators should know as it happens, by a node that watches itself. In no recording; a replay has
  # none. A jump of `number` means that messages were lost.
  number @0 :UInt64;      # of the node since its start, from 1
  time @1 :UInt64;        # ns UTC, wall clock
  severity @2 :UInt8;     # ASCII: I information, W something needs a look, E something does not work
  component @3 :Text;     # feed, engine, journal, pipeline
  text @4 :Text;          # one line, for people
  node @5 :Text;          # name of the node, as in its heartbeats' topic
}
