// A line of the simulated feed: a socket, and what goes wrong on it. Both lines are given the same ticks and heartbeats; each draws its own
// faults from the seed. Thread: the simulator's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <utility>
#include <vector>

#include "base/socket.hpp"
#include "config/calendar.hpp"
#include "simulate/fault_options.hpp"
#include "simulate/random.hpp"
#include "wire/codec.hpp"

namespace groundswell::simulate {

struct LineFaultCounters {  // batches
  std::uint64_t lost = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;
  std::uint64_t disagreeing_ticks = 0;
};

class Line {
 public:
  // `number`: 0 A, 1 B: what its frames say, and which faults are meant for it.
  Line(net::Socket socket, std::uint8_t number, const FaultOptions& faults, std::uint64_t seed);

  void begin_session(std::uint32_t session);  // from when to when it is dead

  // `market_ns`: true market time, whatever the frame says. feed and line of the message are those of the line.
  void send(wire::TickBatch batch, std::uint64_t market_ns);
  void send(wire::FeedHeartbeat heartbeat, std::uint64_t market_ns);
  void send(const wire::Instruments& instruments, std::uint64_t market_ns);
  // Sends what is waiting and due, monotonic. Returns whether all that is due is gone: a PUSH may have no room.
  bool pump(std::int64_t monotonic_ns);
  std::size_t waiting() const noexcept { return waiting_.size() + (held_back_.empty() ? 0 : 1); }

  net::Socket& socket() noexcept { return socket_; }
  const LineFaultCounters& counters() const noexcept { return counters_; }

 private:
  struct Waiting {
    std::int64_t due_ns;  // monotonic
    std::vector<std::byte> frame;
  };
  bool happens(double share) { return share > 0 && random_.uniform() < share; }
  bool is_dead(std::uint64_t market_ns) const noexcept;
  void disagree(wire::TickBatch& batch);
  void send_held_back();
  void emit(std::span<const std::byte> frame, std::uint64_t market_ns);

  net::Socket socket_;
  std::uint8_t number_;
  const FaultOptions& faults_;
  double loss_;
  std::int64_t delay_ns_;
  Random random_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> dead_;  // market time [from, to)
  wire::FeedEncoder encoder_;
  std::vector<Tick> changed_;            // ticks of a batch in which some differ from line A's
  std::vector<std::byte> held_back_;     // a frame that goes out after the next batch, or after 100 ms
  std::int64_t held_back_since_ns_ = 0;  // monotonic
  std::uint64_t held_back_market_ns_ = 0;
  std::deque<Waiting> waiting_;
  LineFaultCounters counters_;
};

}  // namespace groundswell::simulate
