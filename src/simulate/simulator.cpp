#include "simulate/simulator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/durations.hpp"
#include "base/log.hpp"
#include "simulate/tape_generator.hpp"

namespace groundswell::simulate {
namespace {

constexpr std::int64_t kHeartbeatEveryNs = 1'000'000'000;
constexpr std::int64_t kFastHeartbeatEveryNs = 250'000'000;  // speed > 1: market time still moves smoothly
constexpr std::int64_t kJoinHeartbeatEveryNs = 100'000'000;
constexpr std::int64_t kLongestSleepNs = 20'000'000;
constexpr std::int64_t kShortestSleepNs = 500'000;  // what falls due meanwhile goes out as one batch
constexpr std::int64_t kServeEveryNs = 1'000'000;   // fills and delayed frames, while nothing else is to be done
constexpr std::int64_t kLingerNs = 300'000'000;
constexpr int kPushLingerMs = 10'000;
constexpr std::size_t kMostWaitingFrames = 65'536;  // of the delayed line
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
  Simulation(std::vector<net::Socket> lines, std::optional<net::Socket> fills, const SimulatorOptions& options,
             const std::atomic<bool>& stop)
      : options_(options), stop_(stop), clock_(options.speed), model_(make_model(options)) {
    for (net::Socket& socket : lines) {
      report_.endpoints.push_back(socket.last_endpoint());
      lines_.emplace_back(std::move(socket), static_cast<std::uint8_t>(options.line + lines_.size()), options.faults, options.seed);
    }
    if (fills) {
      report_.fill_endpoint = fills->last_endpoint();
      fills_.emplace(std::move(*fills), options.feed, options.fill_log_ticks, options.faults.fill_lie);
    }
    begin_epoch(options.feed_epoch != 0 ? options.feed_epoch : static_cast<std::uint64_t>(wall_clock_ns()));
    name_members();
  }
  const SimulatorReport& report() const { return report_; }
  SimulatorReport run();

 private:
  bool done() const { return stop_.load(std::memory_order_relaxed) || (options_.max_ticks != 0 && report_.ticks >= options_.max_ticks); }
  void name_members();
  void begin_epoch(std::uint64_t feed_epoch);
  void wait_for_subscribers(std::uint64_t market_ns);
  void play_session(const config::SessionTimes& times, std::uint64_t start_ns);
  void play_ticks(FaultyTape& tape);
  std::uint64_t next_restart_ns() const { return restarts_ns_.empty() ? kNoTime : restarts_ns_.front(); }
  void restart_feed();
  void wait_until(std::uint64_t market_ns);
  void linger();
  void keep_alive(std::uint64_t market_ns, std::int64_t heartbeat_every_ns);
  void send_instruments(std::uint64_t market_ns);
  void send_heartbeat(std::uint64_t market_ns);
  void send_ticks(std::span<const DueTick> ticks, std::uint64_t market_ns);
  void serve();
  bool pump();
  void sleep(std::int64_t duration_ns);
  std::int64_t heartbeat_every_ns() const { return options_.speed > 1 ? kFastHeartbeatEveryNs : kHeartbeatEveryNs; }

  const SimulatorOptions& options_;
  const std::atomic<bool>& stop_;
  std::deque<Line> lines_;
  std::optional<feed::FillServer> fills_;
  MarketClock clock_;
  MarketModel model_;
  SteppedClock stepped_clock_;
  std::vector<std::uint32_t> members_;          // dense ids, without the benchmarks
  std::vector<wire::Instruments> instruments_;  // one per frame
  std::deque<std::uint64_t> restarts_ns_;       // still to come in this session, rising
  SimulatorReport report_;
  std::uint64_t next_tick_ = 1;  // of the epoch
  std::uint64_t next_trade_id_ = 1;
  std::int64_t last_instruments_wall_ns_ = 0, last_heartbeat_wall_ns_ = 0;
  std::uint64_t last_heartbeat_market_ns_ = 0;
};

void Simulation::name_members() {
  for (std::uint32_t symbol = 0; symbol < model_.symbols().size(); ++symbol) {
    const auto& benchmarks = options_.universe.benchmarks;
    if (std::find(benchmarks.begin(), benchmarks.end(), model_.symbols()[symbol]) == benchmarks.end()) members_.push_back(symbol);
  }
}

void Simulation::begin_epoch(std::uint64_t feed_epoch) {
  report_.feed_epoch = feed_epoch;
  next_tick_ = 1;
  if (fills_) fills_->begin_epoch(feed_epoch);
  instruments_.clear();
  for (std::size_t symbol = 0; symbol < model_.symbols().size(); ++symbol) {
    if (symbol % kInstrumentsPerFrame == 0) instruments_.push_back({feed_epoch, {}, {}});
    instruments_.back().symbols.push_back({static_cast<std::uint32_t>(symbol + 1), model_.symbols()[symbol]});
  }
  const std::vector<ConditionSet>& sets = tape_condition_sets();
  for (std::uint16_t index = 1; index < sets.size(); ++index) instruments_.front().condition_sets.push_back({index, sets[index]});
}

SimulatorReport Simulation::run() {
  config::SessionTimes times = options_.calendar.times(options_.session);
  std::uint64_t start_ns = config::new_york_time_ns(options_.session, options_.start_seconds);
  stepped_clock_ = SteppedClock(options_.faults.clock_steps, times.session);
  for (Line& line : lines_) line.begin_session(times.session);
  send_instruments(start_ns);
  send_heartbeat(start_ns);
  if (options_.pattern == Pattern::kPub) wait_for_subscribers(start_ns);
  while (!done()) {
    play_session(times, start_ns);
    if (options_.sessions != 0 && report_.sessions >= options_.sessions) break;
    times = options_.calendar.next_session(times.final_ns);
    start_ns = config::new_york_time_ns(times.session, kUsualStartSeconds);
  }
  linger();
  for (const Line& line : lines_) report_.lines.push_back(line.counters());
  if (fills_) report_.fills = fills_->counters();
  return report_;
}

// The last market time is repeated: a receiver sees a live line on which nothing happens.
void Simulation::linger() {
  const std::int64_t until_ns = monotonic_clock_ns() + kLingerNs;
  send_heartbeat(report_.last_market_time_ns);
  const auto is_delayed = [](const Line& line) { return line.waiting() != 0; };
  while (!stop_ && (!options_.exit_when_done || monotonic_clock_ns() < until_ns)) {
    sleep(kLongestSleepNs);
    keep_alive(report_.last_market_time_ns, heartbeat_every_ns());
  }
  while (!stop_ && std::any_of(lines_.begin(), lines_.end(), is_delayed)) sleep(kLongestSleepNs);
  if (stop_ || options_.pattern != Pattern::kPush) return;
  for (Line& line : lines_) line.socket().linger(kPushLingerMs);
}

void Simulation::wait_for_subscribers(std::uint64_t market_ns) {
  const std::int64_t until_ns = monotonic_clock_ns() + static_cast<std::int64_t>(options_.join_wait_ns);
  while (!stop_ && monotonic_clock_ns() < until_ns) {
    sleep(kLongestSleepNs);
    if (monotonic_clock_ns() - last_heartbeat_wall_ns_ < kJoinHeartbeatEveryNs) continue;
    send_instruments(market_ns);
    send_heartbeat(market_ns);
  }
  send_instruments(market_ns);
}

void Simulation::play_session(const config::SessionTimes& times, std::uint64_t start_ns) {
  log_info("simulate", "session {} starts at {}, profile {}", config::format_date(times.session), config::format_utc(start_ns),
           kProfileNames[static_cast<std::size_t>(report_.sessions == 0 ? options_.profile : Profile::kOpen)]);
  TapeGenerator generator(model_, times, {options_.seed, options_.rate, options_.quotes_per_trade, start_ns, next_trade_id_});
  FaultyTape tape(generator, options_.faults, options_.seed, times, start_ns, members_);
  stepped_clock_ = SteppedClock(options_.faults.clock_steps, times.session);
  for (Line& line : lines_) line.begin_session(times.session);
  restarts_ns_.clear();
  for (const unsigned seconds : options_.faults.restarts_seconds) {
    const std::uint64_t time_ns = config::new_york_time_ns(times.session, seconds);
    if (time_ns > start_ns) restarts_ns_.push_back(time_ns);
  }
  std::sort(restarts_ns_.begin(), restarts_ns_.end());
  clock_.set(start_ns);
  send_heartbeat(start_ns);
  play_ticks(tape);
  next_trade_id_ = generator.next_trade_id();
  report_.tape.halts += tape.counters().halts;
  report_.tape.bad_ticks += tape.counters().bad_ticks;
  report_.tape.suppressed += tape.counters().suppressed;
  report_.tape.repeats += tape.counters().repeats;
  report_.tape.corrections += tape.counters().corrections;
  report_.tape.cancels += tape.counters().cancels;
  report_.tape.outliers += tape.counters().outliers;
  // The final commit needs a time beyond it, and no tick comes to bring one.
  const std::uint64_t end_ns = times.final_ns + kSecondNs;
  if (!done()) wait_until(end_ns);
  if (done()) return;
  send_heartbeat(end_ns);
  ++report_.sessions;
}

void Simulation::play_ticks(FaultyTape& tape) {
  std::array<DueTick, kTicksPerBatch> ticks;
  std::size_t head = 0, count = 0;
  while (!done()) {
    if (head == count) {
      head = 0;
      count = tape.next(ticks);
      if (count == 0) return;
    }
    const std::uint64_t now_ns = clock_.now_ns();
    if (ticks[head].due_ns >= next_restart_ns() && now_ns >= next_restart_ns()) restart_feed();
    const std::uint64_t restart_ns = next_restart_ns();
    std::size_t due = head;
    while (due < count && ticks[due].due_ns <= now_ns && ticks[due].due_ns < restart_ns) ++due;
    if (options_.max_ticks != 0) due = std::min<std::size_t>(due, head + options_.max_ticks - report_.ticks);
    const std::span<const DueTick> batch = std::span(ticks).subspan(head, due - head);
    head = due;
    // Market time never runs ahead of the ticks: one that is still to be sent would arrive late.
    const std::uint64_t reached_ns = head < count ? std::min(now_ns, ticks[head].due_ns - 1) : ticks[count - 1].due_ns;
    if (!batch.empty()) send_ticks(batch, std::max(reached_ns, batch.back().due_ns));
    keep_alive(reached_ns, heartbeat_every_ns());
    if (clock_.paced() && head < count && ticks[head].due_ns > now_ns) sleep(clock_.wait_ns(ticks[head].due_ns));
  }
}

// As when a gateway's process ends and begins again: nothing of the old epoch can be asked for any more.
void Simulation::restart_feed() {
  const std::uint64_t market_ns = restarts_ns_.front();
  restarts_ns_.pop_front();
  ++report_.restarts;
  begin_epoch(report_.feed_epoch + 1);
  send_instruments(market_ns);
  send_heartbeat(std::max(market_ns, report_.last_market_time_ns));
}

void Simulation::wait_until(std::uint64_t market_ns) {
  while (clock_.paced() && !done() && clock_.now_ns() < market_ns) {
    keep_alive(clock_.now_ns(), heartbeat_every_ns());
    sleep(clock_.wait_ns(market_ns));
  }
}

// At speed 0 wall time says nothing about market time: there a heartbeat goes out each market second too.
void Simulation::keep_alive(std::uint64_t market_ns, std::int64_t every_ns) {
  const std::int64_t wall_ns = monotonic_clock_ns();
  if (wall_ns - last_instruments_wall_ns_ >= options_.instruments_every_ns) send_instruments(market_ns);
  const bool market_second_passed = !clock_.paced() && market_ns >= last_heartbeat_market_ns_ + kSecondNs;
  if (wall_ns - last_heartbeat_wall_ns_ >= every_ns || market_second_passed) send_heartbeat(market_ns);
  serve();
}

void Simulation::send_instruments(std::uint64_t market_ns) {
  for (const wire::Instruments& part : instruments_) {
    for (Line& line : lines_) line.send(part, market_ns);
  }
  serve();
  last_instruments_wall_ns_ = monotonic_clock_ns();
}

void Simulation::send_heartbeat(std::uint64_t market_ns) {
  const std::uint64_t time_ns = std::max(market_ns, report_.last_market_time_ns);
  wire::FeedHeartbeat heartbeat;
  heartbeat.feed_epoch = report_.feed_epoch;
  heartbeat.next_tick = next_tick_;
  heartbeat.market_time_ns = stepped_clock_.wire_time_ns(time_ns);
  heartbeat.send_ns = heartbeat.market_time_ns;
  heartbeat.feed = options_.feed;
  heartbeat.mode = wire::Mode::kSimulated;
  for (Line& line : lines_) line.send(heartbeat, time_ns);
  serve();
  last_heartbeat_wall_ns_ = monotonic_clock_ns();
  last_heartbeat_market_ns_ = report_.last_market_time_ns = time_ns;
}

void Simulation::send_ticks(std::span<const DueTick> ticks, std::uint64_t market_ns) {
  std::array<Tick, kTicksPerBatch> sent;
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    sent[i] = ticks[i].tick;
    ++sent[i].symbol;  // on the wire 1..N: the sender's numbers, not the engine's
  }
  wire::TickBatch batch;
  batch.feed_epoch = report_.feed_epoch;
  batch.first_tick = next_tick_;
  batch.send_ns = stepped_clock_.wire_time_ns(market_ns);
  batch.feed = options_.feed;
  batch.ticks = std::span(sent).first(ticks.size());
  if (fills_) fills_->append(batch.ticks);  // first: whoever misses it may ask at once
  for (Line& line : lines_) line.send(batch, market_ns);
  serve();
  next_tick_ += ticks.size();
  report_.ticks += ticks.size();
  ++report_.batches;
  report_.last_market_time_ns = std::max(report_.last_market_time_ns, market_ns);
}

// A PUB loses for a slow subscriber and says so by the numbers. A PUSH without room is tried again: it must not lose.
void Simulation::serve() {
  if (fills_) fills_->serve();
  while (!pump() && !stop_) {
    if (fills_) fills_->serve();
    sleep_ns(kShortestSleepNs);
  }
}

bool Simulation::pump() {
  const std::int64_t now_ns = monotonic_clock_ns();
  bool ready = true;
  for (Line& line : lines_) ready = line.pump(now_ns) && line.waiting() < kMostWaitingFrames && ready;
  return ready;
}

void Simulation::sleep(std::int64_t duration_ns) {
  const bool serves = fills_.has_value() || std::any_of(lines_.begin(), lines_.end(), [](const Line& line) { return line.waiting() != 0; });
  for (const std::int64_t slice_ns = serves ? kServeEveryNs : duration_ns; duration_ns > 0 && !stop_; duration_ns -= slice_ns) {
    sleep_ns(std::min(slice_ns, duration_ns));
    serve();
  }
}

std::size_t line_count(const SimulatorOptions& options) { return options.line_b.empty() ? 1 : 2; }

Result<void> check_lines(const SimulatorOptions& options) {
  const auto wrong = [](const char* what) { return fail(Exit::kUsage, std::string("simulate: ") + what); };
  if (options.line > 1) return wrong("a line is 0 (A) or 1 (B)");
  if (options.line != 0 && !options.line_b.empty()) return wrong("with a second line the first one is A");
  if (options.fill_log_ticks == 0 || options.fill_log_ticks > std::size_t{1} << 28) {
    return wrong("the log behind fills has 1 to 268435456 ticks");
  }
  const FaultOptions& faults = options.faults;
  const bool has_b = options.line == 1 || !options.line_b.empty();
  const bool about_b = faults.loss[1] != 0 || faults.disagree != 0 || faults.delay_ns != 0;
  if (about_b && !has_b) return wrong("loss-b, disagree and delay are faults of line B; give it an endpoint");
  if (faults.fill_lie != FillLie::kNone && options.fill_endpoint.empty())
    return wrong("fill-lies needs an endpoint where fills are answered");
  return check_faults(faults);
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
  if (const Result<void> checked = check_lines(options); !checked) return checked;
  const std::string date = config::format_date(options.session);
  if (!config::parse_date(date) || !options.calendar.is_session(options.session)) {
    return wrong(fmt::format("{} is no session; choose a weekday that is not closed in the calendar", date));
  }
  const config::SessionTimes times = options.calendar.times(options.session);
  const std::uint64_t start_ns = config::new_york_time_ns(options.session, options.start_seconds);
  if (start_ns < times.roll_ns || start_ns >= times.close_ns) return wrong("start is not between 03:30 and the close, New York time");
  return {};
}

Result<SimulatorReport> run_simulator(net::Context& context, const SimulatorOptions& options, const std::atomic<bool>& stop,
                                      const std::function<void(const SimulatorReport&)>& attached) {
  if (const Result<void> checked = check_options(options); !checked) return checked.error();
  const net::SocketType type = options.pattern == Pattern::kPub ? net::SocketType::kPub : net::SocketType::kPush;
  std::vector<net::Socket> lines;
  for (std::size_t line = 0; line < line_count(options); ++line) {
    const std::string& endpoint = line == 0 ? options.endpoint : options.line_b;
    Result<net::Socket> socket = net::Socket::open(context, type, options.attach, endpoint, wire::kMaxFeedFrameBytes, options.keys);
    if (!socket) return socket.error();
    lines.push_back(std::move(*socket));
  }
  std::optional<net::Socket> fills;
  if (!options.fill_endpoint.empty()) {
    Result<net::Socket> socket =
        net::Socket::open(context, net::SocketType::kRouter, net::Attach::kBind, options.fill_endpoint, wire::kMaxRequestBytes);
    if (!socket) return socket.error();
    fills = std::move(*socket);
  }
  Simulation simulation(std::move(lines), std::move(fills), options, stop);
  if (attached) attached(simulation.report());
  return simulation.run();
}

}  // namespace groundswell::simulate
