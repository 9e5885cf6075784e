// Sends ticks to an engine: names its symbols, numbers what it sends, beats, and gives again what was lost.
//
//   auto feed = TickPublisher::open({.endpoint = "tcp://127.0.0.1:5555", .fill_endpoint = "tcp://127.0.0.1:5557"});
//   const std::uint32_t nvda = feed->add_symbol("NVDA");
//   feed->send(ticks);      // Tick::symbol is what add_symbol() gave
//   feed->turn(0);          // every 10 ms or so, and after sending
//
// Thread: one. Nothing allocates in send() once every symbol is known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "groundswell/catalog.hpp"
#include "groundswell/client/error.hpp"
#include "groundswell/client/events.hpp"
#include "groundswell/tick.hpp"

namespace groundswell::client {

struct TickPublisherOptions {
  std::string endpoint = "tcp://127.0.0.1:5555";  // bound, unless `connects`; beyond this machine only with allow_list
  bool connects = false;
  bool push = false;          // true: PUSH, waits for the engine (pattern = "pull"); false: PUB, whoever is slow loses and asks for it
  std::string fill_endpoint;  // where lost ticks are given again, bound; "" = nowhere
  std::size_t fill_ticks = std::size_t{1} << 20;  // how many of the last ones; 48 bytes each
  std::string key_file, allow_list;               // of what is bound (docs/security.md)
  std::string server_key;                         // of what is connected to, with key_file
  std::uint16_t feed = 1;
  std::uint8_t line = 0;         // 0 A, 1 B: two senders of the same ticks, numbers and epoch are two lines
  std::uint64_t feed_epoch = 0;  // greater than every earlier one; 0 = the wall clock, ns
  Mode mode = Mode::kLive;
};

struct TickPublisherCounters {
  std::uint64_t ticks = 0, batches = 0;
  std::uint64_t fill_requests = 0, filled_ticks = 0;
};

class TickPublisher {
 public:
  // Errors: kOption, kEndpoint, kKeyFile.
  static Result<TickPublisher> open(const TickPublisherOptions& options);
  TickPublisher(TickPublisher&&) noexcept;
  TickPublisher& operator=(TickPublisher&&) noexcept;
  ~TickPublisher();

  // The id of a name, from 1; announced before it is used. The same name gives the same id.
  std::uint32_t add_symbol(std::string_view name);
  // For Tick::condition_set; 0 is a regular trade.
  std::uint16_t add_condition_set(const ConditionSet& set);

  // Sends them under the next numbers, in batches of at most 1,024. A quote is two ticks and a bar four, of which the last has kFlagLast.
  // Errors: kSlow: with push, nobody took them for 10 s. They count as sent: an engine that comes later asks for them again.
  Result<bool> send(std::span<const Tick> ticks);
  // Heartbeats (every second), names (every five), answers to fills. `market_time_ns`: for an engine with time.source = "feed"; 0 = none.
  void turn(std::uint64_t market_time_ns);
  // After a loss of state: numbers begin at 1 again, under a greater epoch; what was to be given again is forgotten.
  void begin_epoch(std::uint64_t feed_epoch);

  std::uint64_t feed_epoch() const noexcept;
  std::uint64_t next_tick() const noexcept;
  std::string endpoint() const;       // with the port chosen for tcp://…:*
  std::string fill_endpoint() const;  // likewise; "" = none
  TickPublisherCounters counters() const noexcept;

 private:
  struct Impl;
  explicit TickPublisher(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundswell::client
