#include "simulate/simulator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "simulate/tape_generator.hpp"
#include "wire/codec.hpp"

namespace groundswell::simulate {
namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kInstrumentsEveryNs = 5'000'000'000;
constexpr std::int64_t kHeartbeatEveryNs = 1'000'000'000;
constexpr std::int64_t kFastHeartbeatEveryNs = 250'000'000;  // speed > 1: market time still moves smoothly
constexpr std::int64_t kJoinHeartbeatEveryNs = 100'000'000;
constexpr std::int64_t kLongestSleepNs = 20'000'000;
constexpr std::int64_t kShortestSleepNs = 500'000;  // what falls due meanwhile goes out as one batch
constexpr std::int64_t kLingerNs = 300'000'000;
constexpr std::size_t kTicksPerBatch = 64;
constexpr std::size_t kInstrumentsPerFrame = 500;  // far below the largest frame, whatever the names
constexpr unsigned kUsualStartSeconds = 9 * 3600 + 29 * 60 + 30;

void sleep_ns(std::int64_t duration_ns) { std::this_thread::sleep_for(std::chrono::nanoseconds(duration_ns)); }

// Wall time to market time. At speed 0 everything is due at once.
class MarketClock {
 public:
  explicit MarketClock(double speed) : speed_(speed) {}
  bool paced() const { return speed_ > 0; }
  void set(std::uint64_t market_ns) {
    market_ns_ = market_ns;
    wall_ns_ = monotonic_clock_ns();
  }
  std::uint64_t now_ns() const {
    if (!paced()) return kNoTime;
    return market_ns_ + static_cast<std::uint64_t>(static_cast<double>(monotonic_clock_ns() - wall_ns_) * speed_);
  }
  // Wall time until `market_ns`, between the shortest and the longest sleep.
  std::int64_t wait_ns(std::uint64_t market_ns) const {
    const std::uint64_t now = now_ns();
    const double wait = market_ns > now ? static_cast<double>(market_ns - now) / speed_ : 0;
    return static_cast<std::int64_t>(std::clamp(wait, static_cast<double>(kShortestSleepNs), static_cast<double>(kLongestSleepNs)));
  }

 private:
  double speed_;
  std::uint64_t market_ns_ = 0;
  std::int64_t wall_ns_ = 0;
};

class Simulation {
 public:
  Simulation(net::Socket socket, const SimulatorOptions& options, const std::atomic<bool>& stop)
      : socket_(std::move(socket)), options_(options), stop_(stop), clock_(options.speed), model_(make_model(options)) {
    report_.endpoint = socket_.last_endpoint();
    report_.feed_epoch = options.feed_epoch != 0 ? options.feed_epoch : static_cast<std::uint64_t>(wall_clock_ns());
    name_instruments();
  }
  SimulatorReport run();

 private:
  bool done() const { return stop_.load(std::memory_order_relaxed) || (options_.max_ticks != 0 && report_.ticks >= options_.max_ticks); }
  void name_instruments();
  void wait_for_subscribers(std::uint64_t market_ns);
  void play_session(const config::SessionTimes& times, std::uint64_t start_ns);
  void play_ticks(TapeGenerator& tape);
  void wait_until(std::uint64_t market_ns);
  void keep_alive(std::uint64_t market_ns, std::int64_t heartbeat_every_ns);
  void send_instruments();
  void send_heartbeat(std::uint64_t market_ns);
  void send_ticks(std::span<const Tick> ticks, std::uint64_t market_ns);
  void send(std::span<const std::byte> frame);
  std::int64_t heartbeat_every_ns() const { return options_.speed > 1 ? kFastHeartbeatEveryNs : kHeartbeatEveryNs; }

  net::Socket socket_;
  const SimulatorOptions& options_;
  const std::atomic<bool>& stop_;
  MarketClock clock_;
  MarketModel model_;
  wire::FeedEncoder encoder_;
  std::vector<wire::Instruments> instruments_;  // one per frame
  SimulatorReport report_;
  std::uint64_t next_trade_id_ = 1;
  std::int64_t last_instruments_wall_ns_ = 0, last_heartbeat_wall_ns_ = 0;
  std::uint64_t last_heartbeat_market_ns_ = 0;
};

void Simulation::name_instruments() {
  for (std::size_t symbol = 0; symbol < model_.symbols().size(); ++symbol) {
    if (symbol % kInstrumentsPerFrame == 0) instruments_.push_back({report_.feed_epoch, {}, {}});
    instruments_.back().symbols.push_back({static_cast<std::uint32_t>(symbol + 1), model_.symbols()[symbol]});
  }
  const std::vector<ConditionSet>& sets = tape_condition_sets();
  for (std::uint16_t index = 1; index < sets.size(); ++index) instruments_.front().condition_sets.push_back({index, sets[index]});
}

SimulatorReport Simulation::run() {
  config::SessionTimes times = options_.calendar.times(options_.session);
  std::uint64_t start_ns = config::new_york_time_ns(options_.session, options_.start_seconds);
  send_instruments();
  send_heartbeat(start_ns);
  if (options_.pattern == Pattern::kPub) wait_for_subscribers(start_ns);
  while (!done()) {
    play_session(times, start_ns);
    if (options_.sessions != 0 && report_.sessions >= options_.sessions) break;
    times = options_.calendar.next_session(times.final_ns);
    start_ns = config::new_york_time_ns(times.session, kUsualStartSeconds);
  }
  // The last market time is repeated: a receiver sees a live line on which nothing happens.
  const std::int64_t linger_until_ns = monotonic_clock_ns() + kLingerNs;
  send_heartbeat(report_.last_market_time_ns);
  while (!stop_ && (!options_.exit_when_done || monotonic_clock_ns() < linger_until_ns)) {
    sleep_ns(kLongestSleepNs);
    keep_alive(report_.last_market_time_ns, heartbeat_every_ns());
  }
  return report_;
}

void Simulation::wait_for_subscribers(std::uint64_t market_ns) {
  const std::int64_t until_ns = monotonic_clock_ns() + static_cast<std::int64_t>(options_.join_wait_ns);
  while (!stop_ && monotonic_clock_ns() < until_ns) {
    sleep_ns(kLongestSleepNs);
    if (monotonic_clock_ns() - last_heartbeat_wall_ns_ < kJoinHeartbeatEveryNs) continue;
    send_instruments();
    send_heartbeat(market_ns);
  }
  send_instruments();
}

void Simulation::play_session(const config::SessionTimes& times, std::uint64_t start_ns) {
  log_info("simulate", "session {} starts at {}, profile {}", config::format_date(times.session), config::format_utc(start_ns),
           kProfileNames[static_cast<std::size_t>(report_.sessions == 0 ? options_.profile : Profile::kOpen)]);
  TapeGenerator tape(model_, times, {options_.seed, options_.rate, options_.quotes_per_trade, start_ns, next_trade_id_});
  clock_.set(start_ns);
  send_heartbeat(start_ns);
  play_ticks(tape);
  next_trade_id_ = tape.next_trade_id();
  // The final commit needs a time beyond it, and no tick comes to bring one.
  const std::uint64_t end_ns = times.final_ns + kSecondNs;
  if (!done()) wait_until(end_ns);
  if (done()) return;
  send_heartbeat(end_ns);
  ++report_.sessions;
}

void Simulation::play_ticks(TapeGenerator& tape) {
  std::array<Tick, kTicksPerBatch> ticks;
  std::size_t head = 0, count = 0;
  while (!done()) {
    if (head == count) {
      head = 0;
      count = tape.next(ticks);
      if (count == 0) return;
    }
    const std::uint64_t now_ns = clock_.now_ns();
    std::size_t due = head;
    while (due < count && ticks[due].ts_event_ns <= now_ns) ++due;
    if (options_.max_ticks != 0) due = std::min<std::size_t>(due, head + options_.max_ticks - report_.ticks);
    const std::span<const Tick> batch = std::span(ticks).subspan(head, due - head);
    head = due;
    // Market time never runs ahead of the ticks: one that is still to be sent would arrive late.
    const std::uint64_t reached_ns = head < count ? std::min(now_ns, ticks[head].ts_event_ns - 1) : ticks[count - 1].ts_event_ns;
    if (!batch.empty()) send_ticks(batch, std::max(reached_ns, batch.back().ts_event_ns));
    keep_alive(reached_ns, heartbeat_every_ns());
    if (clock_.paced() && head < count && ticks[head].ts_event_ns > now_ns) sleep_ns(clock_.wait_ns(ticks[head].ts_event_ns));
  }
}

void Simulation::wait_until(std::uint64_t market_ns) {
  while (clock_.paced() && !done() && clock_.now_ns() < market_ns) {
    keep_alive(clock_.now_ns(), heartbeat_every_ns());
    sleep_ns(clock_.wait_ns(market_ns));
  }
}

// At speed 0 wall time says nothing about market time: there a heartbeat goes out each market second too.
void Simulation::keep_alive(std::uint64_t market_ns, std::int64_t every_ns) {
  const std::int64_t wall_ns = monotonic_clock_ns();
  if (wall_ns - last_instruments_wall_ns_ >= kInstrumentsEveryNs) send_instruments();
  const bool market_second_passed = !clock_.paced() && market_ns >= last_heartbeat_market_ns_ + kSecondNs;
  if (wall_ns - last_heartbeat_wall_ns_ >= every_ns || market_second_passed) send_heartbeat(market_ns);
}

void Simulation::send_instruments() {
  for (const wire::Instruments& part : instruments_) send(encoder_.encode(part));
  last_instruments_wall_ns_ = monotonic_clock_ns();
}

void Simulation::send_heartbeat(std::uint64_t market_ns) {
  wire::FeedHeartbeat heartbeat;
  heartbeat.feed_epoch = report_.feed_epoch;
  heartbeat.next_tick = report_.ticks + 1;
  heartbeat.market_time_ns = std::max(market_ns, report_.last_market_time_ns);
  heartbeat.send_ns = heartbeat.market_time_ns;
  heartbeat.feed = options_.feed;
  heartbeat.line = options_.line;
  heartbeat.mode = wire::Mode::kSimulated;
  send(encoder_.encode(heartbeat));
  last_heartbeat_wall_ns_ = monotonic_clock_ns();
  last_heartbeat_market_ns_ = report_.last_market_time_ns = heartbeat.market_time_ns;
}

void Simulation::send_ticks(std::span<const Tick> ticks, std::uint64_t market_ns) {
  std::array<Tick, kTicksPerBatch> numbered;
  std::copy(ticks.begin(), ticks.end(), numbered.begin());
  for (Tick& tick : std::span(numbered).first(ticks.size())) ++tick.symbol;  // on the wire 1..N: the sender's numbers, not the engine's
  wire::TickBatch batch;
  batch.feed_epoch = report_.feed_epoch;
  batch.first_tick = report_.ticks + 1;
  batch.send_ns = market_ns;
  batch.feed = options_.feed;
  batch.line = options_.line;
  batch.ticks = std::span(numbered).first(ticks.size());
  send(encoder_.encode(batch));
  report_.ticks += ticks.size();
  ++report_.batches;
  report_.last_market_time_ns = std::max(report_.last_market_time_ns, market_ns);
}

// A PUB loses for a slow subscriber and says so by the numbers. A PUSH without room is tried again: it must not lose.
void Simulation::send(std::span<const std::byte> frame) {
  while (!socket_.send(frame) && options_.pattern == Pattern::kPush && !stop_) sleep_ns(kShortestSleepNs);
}

}  // namespace

Result<void> check_options(const SimulatorOptions& options) {
  const auto wrong = [](std::string what) { return fail(Exit::kUsage, "simulate: " + std::move(what)); };
  if (universe_symbols(options.universe).empty()) return wrong("the universe has no symbols; give a universe file with baskets");
  if (!(options.rate >= 0.01 && options.rate <= 10e6)) return wrong(fmt::format("rate {} is not between 0.01 and 10000000", options.rate));
  if (!(options.speed >= 0 && options.speed <= 100'000)) return wrong(fmt::format("speed {} is not between 0 and 100000", options.speed));
  if (!(options.quotes_per_trade >= 0 && options.quotes_per_trade <= 100)) {
    return wrong(fmt::format("quotes_per_trade {} is not between 0 and 100", options.quotes_per_trade));
  }
  if (options.history_sessions > 5000) return wrong(fmt::format("{} sessions of history are more than 5000", options.history_sessions));
  if (options.line > 1) return wrong(fmt::format("line {} is neither 0 (A) nor 1 (B)", options.line));
  const std::string date = config::format_date(options.session);
  if (!config::parse_date(date) || !options.calendar.is_session(options.session)) {
    return wrong(fmt::format("{} is no session; choose a weekday that is not closed in the calendar", date));
  }
  const config::SessionTimes times = options.calendar.times(options.session);
  const std::uint64_t start_ns = config::new_york_time_ns(options.session, options.start_seconds);
  if (start_ns < times.roll_ns || start_ns >= times.close_ns) return wrong("start is not between 03:30 and the close, New York time");
  return {};
}

Result<SimulatorReport> run_simulator(net::Context& context, const SimulatorOptions& options, const std::atomic<bool>& stop) {
  if (const Result<void> checked = check_options(options); !checked) return checked.error();
  const net::SocketType type = options.pattern == Pattern::kPub ? net::SocketType::kPub : net::SocketType::kPush;
  Result<net::Socket> socket = net::Socket::open(context, type, options.attach, options.endpoint, wire::kMaxFeedFrameBytes);
  if (!socket) return socket.error();
  return Simulation(std::move(*socket), options, stop).run();
}

}  // namespace groundswell::simulate
