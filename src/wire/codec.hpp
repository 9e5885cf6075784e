// Structs <-> Cap'n Proto bytes, both directions, no I/O. Generated headers are fenced into the .cpp files of this folder.
// Feed frames (ticks in): a 16-byte envelope, then a flat message. Signal frames (out): a topic frame, then a flat message. Control frames
// (fills): a flat message.
// Nothing here throws: kj exceptions are caught and become a Verdict. Layouts, limits and evolution: schemas/README.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "groundswell/catalog.hpp"
#include "groundswell/tick.hpp"
#include "groundswell/value.hpp"

namespace groundswell::wire {

inline constexpr std::size_t kEnvelopeBytes = 16;
inline constexpr std::uint8_t kWireVersion = 1;
inline constexpr std::size_t kMaxFeedFrameBytes = 64 * 1024;
inline constexpr std::size_t kMaxTicksPerBatch = 1024;

// Why a frame was refused; each is a named counter. Malformed: not a whole Cap'n Proto message, one that contradicts its envelope, lists
// that claim more than the bytes hold, or a code (mode, state, validity, clock) that this version has no name for. Action bytes are not
// judged here.
enum class Verdict : std::uint8_t { kOk = 0, kMalformed, kOversized, kWrongVersion, kUnknownKind };
inline constexpr std::array<std::string_view, 5> kVerdictNames{"ok", "malformed", "oversized", "wrong_version", "unknown_kind"};

enum class Mode : std::uint8_t { kLive = 0, kReplay = 1, kSimulated = 2 };
inline constexpr std::array<std::string_view, 3> kModeNames{"live", "replay", "simulated"};

struct TickBatch {  // TK
  std::uint64_t feed_epoch = 0;
  std::uint64_t first_tick = 0;  // tick_no of ticks[0]
  std::uint64_t send_ns = 0;
  std::uint16_t feed = 0;
  std::uint8_t line = 0;
  std::span<const Tick> ticks;  // when decoded: valid until the next decode
};
struct Instrument {
  std::uint32_t id = 0;
  std::string name;
  friend bool operator==(const Instrument&, const Instrument&) = default;
};
struct FeedConditionSet {
  std::uint16_t id = 0;
  ConditionSet set;
  friend bool operator==(const FeedConditionSet&, const FeedConditionSet&) = default;
};
struct Instruments {  // TC; names no feed: the connection does
  std::uint64_t feed_epoch = 0;
  std::vector<Instrument> symbols;
  std::vector<FeedConditionSet> condition_sets;
  friend bool operator==(const Instruments&, const Instruments&) = default;
};
struct FeedHeartbeat {  // TH
  std::uint64_t feed_epoch = 0;
  std::uint64_t next_tick = 0;
  std::uint64_t market_time_ns = 0;  // 0 = the feed has no market time of its own
  std::uint64_t send_ns = 0;
  std::uint16_t feed = 0;
  std::uint8_t line = 0;
  Mode mode = Mode::kLive;
  friend bool operator==(const FeedHeartbeat&, const FeedHeartbeat&) = default;
};

enum class FrameKind : std::uint8_t { kTicks, kInstruments, kHeartbeat };

// Decodes feed frames. One per thread. Every frame is first copied into aligned scratch (about 0.6 ns a tick): Cap'n Proto needs 8-byte
// alignment, libzmq does not give it, and the frame's own bytes may go as soon as decode() returns. A tick frame is decoded without
// allocation, unless it comes in several segments, as no encoder here writes it.
class FeedDecoder {
 public:
  FeedDecoder();
  ~FeedDecoder();
  // On kOk, kind() says which of the three is filled. Else none of them may be read.
  Verdict decode(std::span<const std::byte> frame);
  FrameKind kind() const noexcept;
  const TickBatch& ticks() const noexcept;
  const Instruments& instruments() const noexcept;
  const FeedHeartbeat& heartbeat() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Encodes feed frames. One per thread; the span is valid until the next encode. A TickBatch has up to kMaxTicksPerBatch ticks. Instruments
// of any length are encoded, but receivers refuse frames over kMaxFeedFrameBytes: split long tables, each part is an Instruments by itself.
class FeedEncoder {
 public:
  FeedEncoder();
  ~FeedEncoder();
  std::span<const std::byte> encode(const TickBatch& batch);
  std::span<const std::byte> encode(const Instruments& instruments);
  std::span<const std::byte> encode(const FeedHeartbeat& heartbeat);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct Header {
  std::uint64_t recording_id = 0;
  std::uint64_t catalog_hash = 0;
  std::uint64_t config_hash = 0;
  std::uint64_t send_ns = 0;
  std::uint32_t session = 0;   // yyyymmdd
  std::uint16_t universe = 0;  // 0 main
  std::uint16_t scope = 0;
  friend bool operator==(const Header&, const Header&) = default;
};
struct LevelBatch {
  Header header;
  std::uint64_t level_seq = 0;
  std::uint64_t ts_event_ns = 0;
  std::uint64_t cause_jseq = 0;
  Clock clock = Clock::kLive;
  bool full = false;
  bool last = true;
  std::uint64_t roster = 0;       // hash of the session's roster
  std::span<const Level> levels;  // when decoded: valid until the next decode
};
struct EdgeWithWhy {
  Edge edge;
  std::vector<Why> why;
};
struct EdgeBatch {
  Header header;
  std::uint64_t scope_seq = 0;  // of the first edge
  std::vector<EdgeWithWhy> edges;
};
struct NextNumbers {  // one row per universe and scope
  std::uint16_t universe = 0;
  std::uint16_t scope = 0;
  std::uint64_t eseq = 0;
  std::uint64_t scope_seq = 0;
  std::uint64_t level_seq = 0;
  friend bool operator==(const NextNumbers&, const NextNumbers&) = default;
};
enum class EngineState : std::uint8_t { kStarting = 0, kRunning = 1, kDegraded = 2, kStopping = 3 };
inline constexpr std::array<std::string_view, 4> kEngineStateNames{"starting", "running", "degraded", "stopping"};
struct Heartbeat {
  std::uint64_t recording_id = 0;
  std::uint64_t started_ns = 0;
  std::uint64_t send_ns = 0;
  std::uint64_t event_time_ns = 0;
  std::uint64_t written_jseq = 0;
  std::uint64_t synced_jseq = 0;
  std::uint64_t catalog_hash = 0;
  std::uint64_t config_hash = 0;
  EngineState state = EngineState::kRunning;
  Mode mode = Mode::kLive;
  std::vector<NextNumbers> next;
  friend bool operator==(const Heartbeat&, const Heartbeat&) = default;
};

enum class Severity : std::uint8_t { kInfo = 'I', kWarning = 'W', kError = 'E' };
struct Operation {            // O; in no recording
  std::uint64_t number = 0;   // of the node since its start, from 1
  std::uint64_t time_ns = 0;  // UTC
  Severity severity = Severity::kInfo;
  std::string component;
  std::string text;
  std::string node;
  friend bool operator==(const Operation&, const Operation&) = default;
};

// Encodes and decodes signal messages. One per thread; an encoded span is valid until the next encode. A refused message leaves `out`
// alone. In an EdgeBatch, scope_seq, session and scope of an edge are those of its batch (scope_seq counting up): they travel once.
class SignalCodec {
 public:
  SignalCodec();
  ~SignalCodec();
  std::span<const std::byte> encode(const LevelBatch& batch);
  std::span<const std::byte> encode(const EdgeBatch& batch);
  std::span<const std::byte> encode(const Heartbeat& heartbeat);
  std::span<const std::byte> encode(const Catalog& catalog);
  std::span<const std::byte> encode(const Operation& operation);
  Verdict decode(std::span<const std::byte> message, LevelBatch& out);  // out.levels: valid until the next decode
  Verdict decode(std::span<const std::byte> message, EdgeBatch& out);
  Verdict decode(std::span<const std::byte> message, Heartbeat& out);
  Verdict decode(std::span<const std::byte> message, Catalog& out);
  Verdict decode(std::span<const std::byte> message, Operation& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};
std::uint64_t catalog_hash(const Catalog& catalog);  // first 8 bytes of SHA-256 of its canonical encoding

// Questions to a feed and their answers: DEALER to ROUTER, a frame per message; an answer comes in chunks, each a frame.
inline constexpr std::size_t kMaxRequestBytes = 1024;

enum class ReplyStatus : std::uint8_t { kOk, kBadRequest, kNotFound, kGapTooOld, kTooLate, kBusy, kSlow, kCanceled, kInternal };
inline constexpr std::array<std::string_view, 9> kReplyStatusNames{"ok",   "bad_request", "not_found", "gap_too_old", "too_late",
                                                                   "busy", "slow",        "canceled",  "internal"};

struct TickFillRequest {          // ticks again, by number in their feed epoch
  std::uint64_t id = 0;           // the asker's own number, repeated in every chunk
  std::uint64_t deadline_ns = 0;  // UTC, after which an answer is of no use; 0 = none
  std::uint64_t feed_epoch = 0;
  std::uint64_t from_tick = 0, to_tick = 0;  // inclusive; whether that is a range is for the server to judge
  friend bool operator==(const TickFillRequest&, const TickFillRequest&) = default;
};
struct TickFillReply {  // a chunk
  std::uint64_t id = 0;
  ReplyStatus status = ReplyStatus::kOk;
  bool more = false;              // another chunk follows
  std::uint32_t chunk = 0;        // from 0
  std::uint64_t oldest_tick = 0;  // with kGapTooOld: the oldest that the sender still has
  std::string text;               // for people: what went wrong
  TickBatch batch;                // with kOk; its feed and line are the sender's. When decoded: valid until the next decode
};

// Encodes and decodes fills. One per thread; an encoded span is valid until the next encode. Texts are cut at kMaxReplyTextBytes. A request
// over kMaxRequestBytes or a reply over kMaxFeedFrameBytes is kOversized; a request for something else than ticks is kUnknownKind, and then
// out.id is what to answer to. Else a refused message leaves `out` alone.
class ControlCodec {
 public:
  static constexpr std::size_t kMaxReplyTextBytes = 1024;
  ControlCodec();
  ~ControlCodec();
  std::span<const std::byte> encode(const TickFillRequest& request);
  std::span<const std::byte> encode(const TickFillReply& reply);
  Verdict decode(std::span<const std::byte> frame, TickFillRequest& out);
  Verdict decode(std::span<const std::byte> frame, TickFillReply& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Topics. Every level ends with '.', so that a prefix never matches a longer name; bytes outside [A-Za-z0-9_:-] are written %XX.
// topic('L', "main", "wave:compute") = "L.main.wave:compute."
std::string topic(char kind, std::string_view universe_or_node, std::string_view scope = {});

}  // namespace groundswell::wire
