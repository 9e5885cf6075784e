@0xf4720b5148d60edf;
# What the indices in batches and records stand for. Topic K: at the start, on every change and every 5 s; payload of a recording's CATALOG
# blocks. Names are the contract, indices are not. Evolution: README.md.

using Cxx = import "/capnp/c++.capnp";
using CondSet = import "tick.capnp".CondSet;
$Cxx.namespace("groundswell::schema");

struct Catalog @0xc6f7fc805ae707ba {
  # Its hash, the `catalogHash` of every batch, is the first 8 bytes, big-endian, of the SHA-256 of the message as sent: one segment,
  # objects in the order of the fields here. Lists grow only at the end within a recording.
  universeVersion @0 :Text;        # `version` of the universe file; empty in imports
  universes @1 :List(Text);        # by index: main, …
  scopes @2 :List(Text);           # by index: basket ids, wave:…, thesis, symbols; empty in imports
  signals @3 :List(Signal);        # in index order; empty in imports
  symbols @4 :List(Text);          # permanent symbols, by the recording's dense id
  condSets @5 :List(CondSet);      # by index, each with its index as `id`; the first is the empty set
  triggers @6 :List(Trigger);      # by index, in the order of the configuration; empty in imports
  rosters @7 :List(Roster);        # those that numbers carry or will carry, in the order they came; empty in imports
}

struct Roster @0xd5a3e17c40b96f82 {
  # Who is in which basket, from a session on. Every number carries its hash.
  hash @0 :UInt64;          # first 8 bytes, big-endian, of the SHA-256 of the roster in canonical text
  version @1 :Text;         # `version` of the universe file that it comes from
  fromSession @2 :UInt32;   # yyyymmdd; 0 = the first of all
}

struct Trigger @0xb7a1c43f0e9d2586 {
  # What turns a signal's numbers into edges.
  name @0 :Text;     # unique
  type @1 :Text;     # e.g. PCT_ABOVE
  signal @2 :Text;   # id of the signal it watches
  rule @3 :Text;     # the whole rule, one line: thresholds, dwell, scopes
}

struct Signal @0xcebbf808f32b108b {
  # One entry of the list of signals.
  id @0 :Text;              # e.g. pct_above_sma_50
  unit @1 :Text;            # unit of its values, e.g. percent
  definition @2 :UInt64;    # definition id: first 8 bytes, big-endian, of the SHA-256 of `id|formula version|parameters`
  index @3 :UInt16;         # as in Level.signal and Edge.signal
}
