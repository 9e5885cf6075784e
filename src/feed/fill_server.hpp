// Answers tick fills from a ring of the last ticks that the feed sent, on a ROUTER socket (schemas/README.md, "Fills"). What was lost on a
// line is in it all the same. Thread: one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/socket.hpp"
#include "groundswell/tick.hpp"
#include "wire/codec.hpp"

namespace groundswell::feed {

// What a server may be told to do wrong, for tests of whoever asks (docs/simulate.md).
enum class FillLie : std::uint8_t { kNone, kWrongEpoch, kWrongRange, kEndless, kSilent };
inline constexpr std::array<std::string_view, 5> kFillLieNames{"none", "wrong_epoch", "wrong_range", "endless", "silent"};

struct FillServerCounters {
  std::uint64_t requests = 0;
  std::uint64_t answered = 0;  // with ticks
  std::uint64_t ticks = 0;     // in those
  std::uint64_t refused = 0;   // malformed, empty or too long a range, another epoch, not sent yet, too late
  std::uint64_t too_old = 0;
};

class FillServer {
 public:
  static constexpr std::size_t kMaxTicksPerRequest = 16'384;

  FillServer(net::Socket router, std::uint16_t feed, std::size_t log_ticks, FillLie lie = FillLie::kNone);

  void begin_epoch(std::uint64_t feed_epoch);  // forgets the ticks of the last one
  void append(std::span<const Tick> ticks);    // the next ones of the epoch, as sent
  void serve();                                // answers all that wait; never blocks
  std::uint64_t oldest_tick() const noexcept;  // that is still there; the next one when there is none
  net::Socket& socket() noexcept { return router_; }
  const FillServerCounters& counters() const noexcept { return counters_; }

 private:
  void answer(const net::Frame& peer, std::span<const std::byte> question);
  void answer_with_ticks(const net::Frame& peer, const wire::TickFillRequest& request);
  void lie_endlessly(const net::Frame& peer, const wire::TickFillRequest& request);
  void send(const net::Frame& peer, const wire::TickFillReply& reply);

  net::Socket router_;
  std::uint16_t feed_;
  FillLie lie_;
  std::vector<Tick> log_;  // by number modulo its size
  std::uint64_t feed_epoch_ = 0, next_tick_ = 1;
  std::vector<Tick> chunk_;
  wire::ControlCodec codec_;
  FillServerCounters counters_;
};

}  // namespace groundswell::feed
