#include "simulate/line.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "base/log.hpp"

namespace groundswell::simulate {
namespace {

constexpr std::int64_t kLongestHeldBackNs = 100'000'000;
constexpr std::uint64_t kLineKey = 0x6661756c74000010ULL;  // plus the line's number; a stream that no name's key should meet

}  // namespace

Line::Line(net::Socket socket, std::uint8_t number, const FaultOptions& faults, std::uint64_t seed)
    : socket_(std::move(socket)),
      number_(number),
      faults_(faults),
      loss_(faults.loss[number]),
      delay_ns_(number == 1 ? static_cast<std::int64_t>(faults.delay_ns) : 0),
      random_(seed, 0, kLineKey + number) {}

void Line::begin_session(std::uint32_t session) {
  dead_.clear();
  for (const DeadLine& dead : faults_.dead_lines) {
    if (dead.line != number_) continue;
    dead_.emplace_back(config::new_york_time_ns(session, dead.from_seconds), config::new_york_time_ns(session, dead.to_seconds));
  }
}

bool Line::is_dead(std::uint64_t market_ns) const noexcept {
  return std::any_of(dead_.begin(), dead_.end(), [&](const auto& dead) { return market_ns >= dead.first && market_ns < dead.second; });
}

void Line::send(wire::TickBatch batch, std::uint64_t market_ns) {
  batch.line = number_;
  if (number_ == 1 && faults_.disagree > 0) disagree(batch);
  const bool lost = happens(loss_), twice = happens(faults_.duplicate), late = happens(faults_.reorder);
  if (lost) {
    ++counters_.lost;
    return;
  }
  const std::span<const std::byte> frame = encoder_.encode(batch);
  if (late && held_back_.empty()) {
    ++counters_.reordered;
    held_back_.assign(frame.begin(), frame.end());
    held_back_since_ns_ = monotonic_clock_ns();
    held_back_market_ns_ = market_ns;
    return;
  }
  emit(frame, market_ns);
  counters_.duplicated += twice;
  if (twice) emit(frame, market_ns);
  send_held_back();
}

void Line::disagree(wire::TickBatch& batch) {
  changed_.assign(batch.ticks.begin(), batch.ticks.end());
  for (Tick& tick : changed_) {
    if (!happens(faults_.disagree)) continue;
    ++tick.size;
    ++counters_.disagreeing_ticks;
  }
  batch.ticks = changed_;
}

void Line::send_held_back() {
  if (!held_back_.empty()) emit(held_back_, held_back_market_ns_);
  held_back_.clear();
}

void Line::send(wire::FeedHeartbeat heartbeat, std::uint64_t market_ns) {
  heartbeat.line = number_;
  emit(encoder_.encode(heartbeat), market_ns);
}

void Line::send(const wire::Instruments& instruments, std::uint64_t market_ns) { emit(encoder_.encode(instruments), market_ns); }

void Line::emit(std::span<const std::byte> frame, std::uint64_t market_ns) {
  if (is_dead(market_ns)) return;
  if (waiting_.empty() && delay_ns_ == 0 && socket_.send(frame)) return;
  const std::int64_t due_ns = delay_ns_ == 0 ? 0 : monotonic_clock_ns() + delay_ns_;
  waiting_.push_back({due_ns, {frame.begin(), frame.end()}});
}

bool Line::pump(std::int64_t monotonic_ns) {
  if (const auto renewed = socket_.renew_if_revoked(); !renewed) log_error("feed", "{}", renewed.error().message);
  if (!held_back_.empty() && monotonic_ns - held_back_since_ns_ >= kLongestHeldBackNs) send_held_back();
  for (; !waiting_.empty() && waiting_.front().due_ns <= monotonic_ns; waiting_.pop_front()) {
    if (!socket_.send(waiting_.front().frame)) return false;
  }
  return true;
}

}  // namespace groundswell::simulate
