@0xbec954d26a759774;
# What feeds send: ticks, the tables that name their numbers, and heartbeats. Each travels as one frame: a 16-byte envelope, then the flat
# message (README.md). Times are nanoseconds UTC since 1970-01-01. Fields are never renumbered, retyped or removed: README.md, "Evolution".

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("groundswell::schema");

struct Tick @0xca914da31d08ea5c {
  # What happened to one symbol. 48 bytes of data, no pointers, no holes, every default zero: the data section is the struct `Tick` of
  # include/groundswell/tick.hpp byte for byte, and the body of a tick record in a recording.
  tsEvent @0 :UInt64;      # ns UTC, clock of the venue or consolidator; for bars the END of the bar; UInt64 max = no time
  price @1 :Int64;         # 1e-9 dollar a share; Int64 max = no price (an absent quote side)
  size @2 :UInt64;         # shares; for bars only the close carries it: the bar's volume
  tradeId @3 :UInt64;      # venue trade id, 0 = none; status: 1 halt, 2 resume, 3 market halt, 4 market resume; bar: ns, 0 = a session
  symbol @4 :UInt32;       # on a feed the sender's id from Instruments; in a recording the dense id from its catalog
  tsRecvDelta @5 :Int32;   # ns, receive time minus tsEvent, saturating at about +-2.1 s; 0 = unknown
  condSet @6 :UInt16;      # index of a set of sale conditions: the sender's, or in a recording the catalog's; 0 = the empty set
  venue @7 :UInt8;         # sender's venue code; 0 = unknown
  action @8 :UInt8;        # ASCII: T trade, X cancel and R correction of tradeId, Q one side of a quote, o h l c a bar, S status
  side @9 :UInt8;          # ASCII: B bid or A ask of a quote; 0 = none
  flags @10 :UInt8;        # 0x80 last tick of its group (a quote is two, a bar four, a trade one), 0x01 the sender doubts the trade
  spare @11 :UInt16;       # 0
}

struct TickBatch @0x8387fc1d07d8598a {
  # Consecutive ticks of one feed, frame TK: at most 1024 of them, and the frame at most 64 KiB.
  feedEpoch @0 :UInt64;    # run of the feed's tick numbers; greater than every earlier one; both lines of a feed carry the same
  firstTick @1 :UInt64;    # number of the first tick in the epoch, from 1; the others follow without a gap
  sendTs @2 :UInt64;       # ns UTC when sent; 0 = unknown
  feed @3 :UInt16;         # feed number of the sender; the envelope repeats it
  line @4 :UInt8;          # 0 line A, 1 line B; the envelope repeats it
  flags @5 :UInt8;         # 0
  ticks @6 :List(Tick);    # in the order of their numbers; the envelope repeats how many
}

struct Instruments @0x80564ec6fbe654f0 {
  # Frame TC: what the sender's numbers stand for. Sent at the start, before a number is used and every 5 s; tables too long for one frame
  # are sent in several, each complete by itself. A number means the same for a whole feed epoch.
  feedEpoch @0 :UInt64;            # epoch for which the numbers hold
  condSets @1 :List(CondSet);      # sets of sale conditions; number 0 is always the empty set and need not be sent
  symbols @2 :List(Instrument);    # instruments
}

struct Instrument @0xb8b9cd261e86ff38 {
  # One instrument of a feed.
  id @0 :UInt32;       # the sender's number, as in Tick.symbol
  name @1 :Text;       # the sender's name for it, never empty; the receiver maps it to a permanent symbol
  sizeExp @2 :UInt8;   # sizes count 10^-sizeExp shares; 0 = whole shares, the only value of version 1
}

struct CondSet @0xa3886abe1fdddb02 {
  # A set of sale conditions as a trade carries it.
  id @0 :UInt16;       # index, as in Tick.condSet; 0 = the empty set
  tape @1 :UInt8;      # ASCII A, B or C; 0 = any
  codes @2 :Text;      # the codes as the sender wrote them; empty = regular
  scheme @3 :Text;     # vocabulary of the codes: letters_utp, letters_cta, flags_lean; empty = letters_utp on tape C, else letters_cta
}

struct FeedHeartbeat @0xae96511434f8bfe2 {
  # Frame TH, every second: shows the loss of a last tick, and the market's time when a feed has its own.
  feedEpoch @0 :UInt64;    # current epoch
  nextTick @1 :UInt64;     # number that the next tick will have
  marketTime @2 :UInt64;   # ns UTC; 0 = the feed has no market time of its own
  sendTs @3 :UInt64;       # ns UTC when sent; 0 = unknown
  feed @4 :UInt16;         # feed number of the sender; the envelope repeats it
  line @5 :UInt8;          # 0 line A, 1 line B; the envelope repeats it
  mode @6 :UInt8;          # 0 live, 1 replay, 2 simulated
}
