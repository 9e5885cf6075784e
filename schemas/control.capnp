@0xa819b27dfefbce2a;
# Questions to a node and their answers: snapshots, members, fills of lost edges or ticks, streams with credit. A request is one frame, a reply one per
# chunk.
# Evolution: README.md.

using Cxx = import "/capnp/c++.capnp";
using Header = import "signal.capnp".Header;
using Next = import "signal.capnp".Next;
$Cxx.namespace("groundswell::schema");

struct Request @0xeacc6bff2e25dfa9 {
  # One question. At most 1,024 bytes.
  id @0 :UInt64;            # the asker's own number, repeated in every reply
  deadlineNs @1 :UInt64;    # ns UTC after which an answer is of no use; 0 = none
  union {
    hello @2 :Text;         # name and version of the client; answered with the node's, as `text`
    snapshot @3 :Fill;      # levels, trigger states and positions of a scope; `from` and `to` are not used
    fill @4 :Fill;          # edges again, by number in their scope
    tickFill @5 :TickFill;  # ticks again, by number in their feed epoch: asked of a feed
    replay @6 :Replay;      # a recording, as a stream
    catalog @7 :Void;       # the current catalog
    stats @8 :Void;         # counters, as text: one JSON object
    cancel @9 :UInt64;      # id of the asker's request to give up: a stream, or a snapshot that is waited for
    stream @10 :Stream;     # everything that is published, as replies, for as long as there is credit
    credit @11 :Credit;     # more of it for a stream
    members @12 :Fill;      # members of a scope as they stand; `from` and `to` are not used
  }
}

struct Fill @0xa06b79ceabaca4c8 {
  # A run of a scope's edges.
  universe @0 :Text;    # name in the catalog, e.g. main
  scope @1 :Text;       # name in the catalog; empty = every scope (snapshot only)
  from @2 :UInt64;      # first scopeSeq wanted
  to @3 :UInt64;        # last scopeSeq wanted, inclusive; UInt64 max = up to the newest
}

struct TickFill @0x843f3fa115b78765 {
  # A run of a feed's ticks.
  feedEpoch @0 :UInt64;    # epoch of the numbers
  from @1 :UInt64;         # first tick number wanted
  to @2 :UInt64;           # last tick number wanted, inclusive
}

struct Stream @0xa43b5f6f3e8d21c7 {
  # What is published from now on, through a queue of the asker's own at the node. One reply costs one credit.
  topics @0 :List(Text);   # only messages whose topic begins with one of these; at least one
  credit @1 :UInt32;       # replies that may be sent before more is asked for
}

struct Credit @0xc5b9de0a2f7741e9 {
  # So many replies more. Nothing is a sign of life.
  stream @0 :UInt64;   # id of the stream's request
  credit @1 :UInt32;   # replies, on top of what is left
}

struct Replay @0x9ce8231d7a861086 {
  # A recording, or a part of one, sent again with mode `replay`.
  journal @0 :Text;       # name of the recording as the node knows it
  fromJseq @1 :UInt64;    # first record, from 1; 0 = the beginning
  toJseq @2 :UInt64;      # last record, inclusive; 0 = the end
  speed @3 :Float64;      # times event time: 1 = as it happened; 0 = as fast as it can be read
  topic @4 :Text;         # only messages whose topic begins so; empty = all
  credit @5 :UInt32;      # replies the asker takes before it asks for more; 0 = no limit
}

struct Reply @0xa32a24353e87ed13 {
  # One chunk of an answer.
  id @0 :UInt64;            # of the request
  status @1 :UInt16;        # 0 OK, 1 BAD_REQUEST, 2 NOT_FOUND, 3 GAP_TOO_OLD, 4 TOO_LATE, 5 BUSY, 6 SLOW, 7 CANCELED, 8 INTERNAL
  more @2 :Bool;            # another chunk follows
  chunk @3 :UInt32;         # number of the chunk, from 0
  oldest @4 :UInt64;        # with GAP_TOO_OLD the oldest number still held; else 0
  text @5 :Text;            # for people: what went wrong, or the text that was asked for
  body @6 :AnyPointer;      # snapshot -> Snapshot, then LevelBatch; fill -> EdgeBatch; tickFill -> TickBatch; catalog -> Catalog;
                            # stream -> StreamBatch; members -> MemberBatch
}

struct StreamBatch @0xd0f1b39a51c86e45 {
  # What a stream brings. Edges are all there, in order. Levels that wait conflate: a `full` batch takes the place of those it overwrites.
  seq @0 :UInt64;                      # number of the last message in it, from 1 in each stream, conflated ones left out
  lastSeq @1 :UInt64;                  # number of the newest message that waits at the node; more than `seq`: the asker is behind
  conflated @2 :UInt64;                # level batches that were overwritten before they were sent, since the stream began
  dropped @3 :UInt64;                  # words to operators that were dropped before they were sent, since the stream began
  lagNs @4 :UInt64;                    # how long the oldest of these messages waited at the node
  messages @5 :List(StreamMessage);    # in the order of their publication, but for levels that waited
}

struct StreamMessage @0x87e2c6d9b0a3f514 {
  # One message as it is published.
  topic @0 :Text;      # e.g. E.main.thesis.
  message @1 :Data;    # the flat message of that topic
}

struct Snapshot @0x8d63a2481f4161c8 {
  # First chunk of a snapshot: the positions at one record boundary. The levels follow, in LevelBatches with `full`: one for each scope and
  # clock, in several chunks if it is long, the last of them with `last`. A client drops what it buffered below `positions`, and takes up
  # from there.
  header @0 :Header;                    # where it belongs; `scope` is not used
  jseq @1 :UInt64;                      # the last record applied
  eventTime @2 :UInt64;                 # ns UTC, event time at that record; 0 = none yet
  positions @3 :List(Next);             # next numbers per universe and scope
  triggers @4 :List(TriggerState);      # state of every trigger in every scope it watches
}

struct TriggerState @0x8979eff2488d337c {
  # One trigger in one scope.
  trigger @0 :UInt16;     # index of the trigger
  scope @1 :UInt16;       # index into the catalog's scopes
  universe @2 :UInt16;    # index into the catalog's universes
  state @3 :UInt8;        # 0 unprimed, 1 off, 2 on
  subject @4 :UInt32;     # symbol index in the catalog for a member's trigger; UInt32 max = no subject
  sinceNs @5 :UInt64;     # ns UTC, event time since when what would change the state has held (a dwell); 0 = it does not hold
  value @6 :Float64;      # the last value it saw, in the unit of its signal; 0 when not present
  present @7 :UInt8;      # 1 = `value` is a number, 0 = there is none
}

struct MemberBatch @0xf0a4fd951dfb1911 {
  # Members of a scope at one record boundary, or some of them: every chunk has the head, and is of the same record.
  header @0 :Header;                 # where it belongs
  jseq @1 :UInt64;                   # the last record applied
  eventTime @2 :UInt64;              # ns UTC, event time at that record; 0 = none yet
  members @3 :List(MemberRow);       # of the session's roster, by rising symbol; none: the scope has no members, or is gone
}

struct MemberRow @0xc4f9a4891e4d3757 {
  # One member in the running session.
  lastE9 @0 :Int64;           # last eligible price, 1e-9 dollar; `refE9` until it trades; the official close once there is a commit
  refE9 @1 :Int64;            # the close that the session's returns are against, adjusted, 1e-9 dollar; 0 = none: it is in no sum
  volumeShares @2 :UInt64;    # of the session
  lastTradeNs @3 :UInt64;     # ns UTC, event time of its last eligible trade in the session; 0 = none
  symbol @4 :UInt32;          # index in the catalog
  role @5 :UInt8;             # in this scope: 0 follower, 1 leader, 2 spender
  halted @6 :Bool;            # itself, or the whole market
  quarantined @7 :Bool;       # a price far from the others waits for trades that confirm it
  suspect @8 :Bool;           # it opened as if a corporate action had not been told: `refE9` is 0
  counts @9 :Bool;            # it traded and has a reference: it is advancing, declining or unchanged
}
