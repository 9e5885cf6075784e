#include "bench/latency.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <fstream>
#include <thread>
#include <utility>

#include "base/clock.hpp"
#include "base/socket.hpp"
#include "config/calendar.hpp"
#include "pipeline/live.hpp"
#include "wire/codec.hpp"

namespace groundswell::bench {
namespace {

// What we subscribe to at both. It is narrower than what the other subscribers want, so libzmq serves us last at both.
constexpr const char* kEdges = "E.main.chips.";
constexpr const char* kAnyPort = "tcp://127.0.0.1:*";
constexpr int kRounds = 20, kTicksPerRound = 500, kWarmUp = 200;
constexpr int kPatienceMs = 5'000;
constexpr std::uint64_t kMostFramesPerSecond = 10'000;
constexpr int kOpenLoopRounds = 5;             // of a second each, and one before that does not count
constexpr std::uint64_t kTickEveryNs = 1'000;  // of event time: whole tests stay within their session
constexpr std::int64_t kHundred = 100 * kPriceScale;
constexpr const char* kUniverse = R"(version = "bench"
benchmarks = { primary = "SPY" }
[[basket]]
id = "chips"
wave = "compute"
name = "Chips"
members = [ { symbol = "AAA" }, { symbol = "BBB" }, { symbol = "CCC" }, { symbol = "DDD" } ]
)";

// Fires, in or out, whenever the third member moves to the other side of its previous close.
Trigger one_edge_per_tick() {
  Trigger trigger;
  trigger.name = "adv";
  trigger.type = static_cast<std::uint8_t>(find_trigger_type("THRESHOLD") - kTriggerTypes.data());
  trigger.signal = "adv";
  trigger.scopes = {"baskets"};
  trigger.evaluate = Evaluate::kRecord;
  trigger.enter = {.test = Threshold::Test::kAtLeast, .magnitude = false, .bound = 3.0};
  trigger.exit = {.test = Threshold::Test::kAtMost, .magnitude = false, .bound = 2.0};
  return trigger;
}

Result<config::Config> engine_config(const std::filesystem::path& folder, const std::string& feed_endpoint, config::Threads threads) {
  const std::filesystem::path universe = folder / "baskets.toml";
  std::ofstream(universe) << kUniverse;
  auto config = config::config_for_universe(universe);
  if (!config) return config.error();
  config->time_source = config::TimeSource::kFeed;
  config->triggers = {one_edge_per_tick()};
  config->feeds = {config::Feed{}};
  config->feeds[0].name = "bench";
  config->feeds[0].endpoint = feed_endpoint;
  config->publish_endpoint = kAnyPort;
  config->journal_recording = (folder / "latency").string();
  config->threads = threads;
  return config;
}

// The sender and the receiver in one: what is measured is the way through the engine and back.
class Tape {
 public:
  explicit Tape(net::Socket socket) : socket_(std::move(socket)) {}

  void announce() {
    wire::Instruments instruments{.feed_epoch = 1, .symbols = {}, .condition_sets = {}};
    for (const char* symbol : {"SPY", "AAA", "BBB", "CCC", "DDD"})
      instruments.symbols.push_back({static_cast<std::uint32_t>(instruments.symbols.size() + 1), symbol});
    socket_.send(encoder_.encode(instruments));
  }
  void set_time(std::uint64_t time_ns) {
    time_ns_ = time_ns;
    socket_.send(encoder_.encode(wire::FeedHeartbeat{.feed_epoch = 1,
                                                     .next_tick = next_tick_,
                                                     .market_time_ns = time_ns,
                                                     .send_ns = time_ns,
                                                     .feed = 1,
                                                     .line = 0,
                                                     .mode = wire::Mode::kSimulated}));
  }
  // `count` trades in one frame, the last of `symbol`, those before it of another and at a price that it had.
  std::span<const std::byte> trades(std::size_t count, std::uint32_t symbol, std::int64_t price_e9) {
    ticks_.assign(count, tick(kOtherSymbol, kHundred + kPriceScale));
    ticks_.back() = tick(symbol, price_e9);
    const std::uint64_t first_tick = std::exchange(next_tick_, next_tick_ + count);
    return encoder_.encode(
        wire::TickBatch{.feed_epoch = 1, .first_tick = first_tick, .send_ns = time_ns_, .feed = 1, .line = 0, .ticks = ticks_});
  }
  std::span<const std::byte> trade(std::uint32_t symbol, std::int64_t price_e9) { return trades(1, symbol, price_e9); }
  void send(std::span<const std::byte> frame) { socket_.send(frame); }

 private:
  static constexpr std::uint32_t kOtherSymbol = 2;
  Tick tick(std::uint32_t symbol, std::int64_t price_e9) {
    time_ns_ += kTickEveryNs;
    return Tick{.ts_event_ns = time_ns_,
                .price_e9 = price_e9,
                .size = 100,
                .trade_id = 0,
                .symbol = symbol,
                .ts_recv_delta_ns = 0,
                .cond_set = 0,
                .venue = 0,
                .action = Action::kTrade,
                .side = 0,
                .flags = kFlagLast,
                .spare = 0};
  }
  net::Socket socket_;
  wire::FeedEncoder encoder_;
  std::vector<Tick> ticks_;
  std::uint64_t next_tick_ = 1, time_ns_ = 0;
};

// Topic and payload of one message; nothing when none comes.
bool receive_pair(net::Socket& socket, net::Frame& topic, net::Frame& payload) {
  return socket.receive(topic, kPatienceMs) && topic.more() && socket.receive(payload, kPatienceMs);
}

Result<net::Socket> subscribe(net::Context& context, const std::string& endpoint, std::string_view prefix) {
  auto socket = net::Socket::open(context, net::SocketType::kSub, net::Attach::kConnect, endpoint, 1 << 20);
  if (!socket) return socket.error();
  if (const auto done = socket->subscribe(prefix); !done) return done.error();
  return socket;
}

// One hop in, one hop out: passes every frame on as a topic and a payload of the edge's size.
class Relay {
 public:
  static Result<std::unique_ptr<Relay>> start(net::Context& context, const std::string& from, std::string topic,
                                              std::size_t payload_bytes) {
    auto in = subscribe(context, from, "");
    if (!in) return in.error();
    auto out = net::Socket::open(context, net::SocketType::kXPub, net::Attach::kBind, kAnyPort, 1024);
    if (!out) return out.error();
    return std::unique_ptr<Relay>(new Relay(std::move(*in), std::move(*out), std::move(topic), payload_bytes));
  }
  ~Relay() {
    stop_ = true;
    thread_.join();
  }
  const std::string& endpoint() const noexcept { return endpoint_; }

 private:
  Relay(net::Socket in, net::Socket out, std::string topic, std::size_t payload_bytes)
      : in_(std::move(in)), out_(std::move(out)), endpoint_(out_.last_endpoint()), topic_(std::move(topic)), payload_(payload_bytes) {
    thread_ = std::thread([this] { run(); });
  }
  void run() {
    net::Frame frame, subscription;
    while (!stop_) {
      while (out_.receive(subscription, 0)) {
      }
      if (!in_.receive(frame, 100)) continue;
      out_.send(topic_, true);
      out_.send(std::span<const std::byte>(payload_));
    }
  }
  net::Socket in_, out_;
  std::string endpoint_, topic_;
  std::vector<std::byte> payload_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

// Subscribers beside the one that measures: they take what comes.
class Listeners {
 public:
  Result<void> start(net::Context& context, const std::string& endpoint, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      auto socket = subscribe(context, endpoint, "E.");
      if (!socket) return socket.error();
      sockets_.push_back(std::move(*socket));
    }
    if (count > 0) thread_ = std::thread([this] { run(); });
    return {};
  }
  ~Listeners() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run() {
    net::Frame frame;
    while (!stop_) {
      if (!sockets_.front().receive(frame, 100)) continue;  // what comes to one comes to all
      for (net::Socket& socket : sockets_) {
        while (socket.receive(frame, 0)) {
        }
      }
    }
  }
  std::vector<net::Socket> sockets_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

Error nothing_came(const char* what) { return fail(Exit::kInternal, std::string("tick to edge: no ") + what + " within 5 s"); }

class LatencyMeasurement {
 public:
  Result<void> prepare(const std::filesystem::path& folder, std::size_t subscribers, config::Threads threads) {
    auto feed = net::Socket::open(context_, net::SocketType::kPub, net::Attach::kBind, kAnyPort, 1024);
    auto relay_feed = net::Socket::open(context_, net::SocketType::kPub, net::Attach::kBind, kAnyPort, 1024);
    if (!feed) return feed.error();
    if (!relay_feed) return relay_feed.error();
    const auto config = engine_config(folder, feed->last_endpoint(), threads);
    if (!config) return config.error();
    auto engine = pipeline::LiveEngine::start(context_, *config);
    if (!engine) return engine.error();
    engine_ = std::move(*engine);
    const std::string relay_endpoint = relay_feed->last_endpoint();
    tape_.emplace(std::move(*feed));
    relay_feed_.emplace(std::move(*relay_feed));
    auto edges = subscribe(context_, engine_->publish_endpoint(), kEdges);
    if (!edges) return edges.error();
    edges_.emplace(std::move(*edges));
    // A publisher cannot know that its subscribers are there: give the engine and our subscription time to join.
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    play_history();
    for (int i = 0; i < 2; ++i) {  // the first move primes nothing: the state is known from the trades before
      tape_->send(tape_->trade(4, price()));
      if (!receive_pair(*edges_, topic_, payload_)) return nothing_came("edge");
    }
    const auto name = topic_.bytes();
    auto relay = Relay::start(context_, relay_endpoint, {reinterpret_cast<const char*>(name.data()), name.size()}, payload_.bytes().size());
    if (!relay) return relay.error();
    relay_ = std::move(*relay);
    auto relayed = subscribe(context_, relay_->endpoint(), kEdges);
    if (!relayed) return relayed.error();
    relayed_.emplace(std::move(*relayed));
    if (const auto done = listeners_.start(context_, engine_->publish_endpoint(), subscribers - 1); !done) return done.error();
    if (const auto done = relay_listeners_.start(context_, relay_->endpoint(), subscribers - 1); !done) return done.error();
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    return {};
  }

  // Ticks come when they come, whether or not the answers have: each is late from the moment when its frame was to be sent.
  Result<TickToEdge> run_open_loop(std::uint64_t ticks_per_second) {
    TickToEdge result;
    std::vector<double> warm_up;
    for (int i = 0; i <= kOpenLoopRounds; ++i) {
      auto& ours_us = i == 0 ? warm_up : result.ours_us;
      auto& relay_us = i == 0 ? warm_up : result.relay_us;
      const std::uint64_t frames = std::min(ticks_per_second, kMostFramesPerSecond);
      const std::size_t ticks = ticks_per_second / frames;
      std::span<const std::byte> frame;
      const auto send = [&] { tape_->send(frame = tape_->trades(ticks, 4, price())); };
      if (const auto done = open_loop_round(frames, *edges_, send, ours_us); !done) return done.error();
      const auto send_again = [&] { relay_feed_->send(frame); };  // the last of ours, which the encoder still holds
      if (const auto done = open_loop_round(frames, *relayed_, send_again, relay_us); !done) return done.error();
    }
    std::sort(result.ours_us.begin(), result.ours_us.end());
    std::sort(result.relay_us.begin(), result.relay_us.end());
    return result;
  }
  Result<void> stop() {
    if (const auto stopped = engine_->stop(); !stopped) return stopped.error();
    return {};
  }

  Result<TickToEdge> run() {
    TickToEdge result;
    std::vector<double> warm_up;
    if (const auto done = round(kWarmUp, warm_up, warm_up); !done) return done.error();
    for (int i = 0; i < kRounds; ++i) {
      if (const auto done = round(kTicksPerRound, result.ours_us, result.relay_us); !done) return done.error();
    }
    std::sort(result.ours_us.begin(), result.ours_us.end());
    std::sort(result.relay_us.begin(), result.relay_us.end());
    return result;
  }

 private:
  // One second of `frames` at even times, and an answer to each.
  template <class Send>
  Result<void> open_loop_round(std::uint64_t frames, net::Socket& answers, Send&& send, std::vector<double>& late_us) {
    const int timer = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (timer < 0) return fail(Exit::kInternal, "no timer can be had from the system");
    const std::int64_t every_ns = 1'000'000'000 / static_cast<std::int64_t>(frames), start_ns = monotonic_clock_ns() + every_ns;
    const auto due_ns = [&](std::uint64_t frame) { return start_ns + static_cast<std::int64_t>(frame) * every_ns; };
    Result<void> done;
    net::Socket* const sockets[] = {&answers};
    for (std::uint64_t sent = 0, answered = 0; answered < frames && done;) {
      if (sent < frames && monotonic_clock_ns() >= due_ns(sent)) {
        send();
        ++sent;
        continue;
      }
      if (answers.receive(topic_, 0)) {
        if (!topic_.more() || !answers.receive(payload_, kPatienceMs)) done = nothing_came("payload");
        late_us.push_back(static_cast<double>(monotonic_clock_ns() - due_ns(answered++)) / 1e3);
        continue;
      }
      const std::int64_t next_ns = sent < frames ? due_ns(sent) : monotonic_clock_ns() + kPatienceMs * std::int64_t{1'000'000};
      const itimerspec at{.it_interval = {}, .it_value = {.tv_sec = next_ns / 1'000'000'000, .tv_nsec = next_ns % 1'000'000'000}};
      ::timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, nullptr);
      if (net::wait_any(sockets, timer, kPatienceMs) == 0) done = nothing_came("answer");
    }
    ::close(timer);
    return done;
  }
  std::int64_t price() {
    up_ = !up_;
    return up_ ? kHundred + kPriceScale : kHundred - kPriceScale;
  }
  // A session in which all close at 100 dollars, then the open of the next: two members up, two down.
  void play_history() {
    const auto at = [](std::uint32_t session, unsigned hours, unsigned minutes) {
      return config::new_york_time_ns(session, hours * 3600 + minutes * 60);
    };
    tape_->announce();
    tape_->set_time(at(20261119, 10, 0));
    for (std::uint32_t symbol = 1; symbol <= 5; ++symbol) tape_->send(tape_->trade(symbol, kHundred));
    tape_->set_time(at(20261119, 18, 0));
    tape_->set_time(at(20261120, 9, 31));
    for (std::uint32_t symbol = 2; symbol <= 5; ++symbol)
      tape_->send(tape_->trade(symbol, symbol < 4 ? kHundred + kPriceScale : kHundred - kPriceScale));
  }
  Result<void> round(int ticks, std::vector<double>& ours_us, std::vector<double>& relay_us) {
    for (int i = 0; i < ticks; ++i) {
      const auto frame = tape_->trade(4, price());
      const std::int64_t sent_ns = monotonic_clock_ns();
      tape_->send(frame);
      if (!receive_pair(*edges_, topic_, payload_)) return nothing_came("edge");
      ours_us.push_back(static_cast<double>(monotonic_clock_ns() - sent_ns) / 1e3);
      last_frame_.assign(frame.begin(), frame.end());
    }
    for (int i = 0; i < ticks; ++i) {
      const std::int64_t sent_ns = monotonic_clock_ns();
      relay_feed_->send(std::span<const std::byte>(last_frame_));
      if (!receive_pair(*relayed_, topic_, payload_)) return nothing_came("answer of the relay");
      relay_us.push_back(static_cast<double>(monotonic_clock_ns() - sent_ns) / 1e3);
    }
    return {};
  }

  net::Context context_;
  std::unique_ptr<pipeline::LiveEngine> engine_;
  std::optional<Tape> tape_;
  std::optional<net::Socket> relay_feed_, edges_, relayed_;
  std::unique_ptr<Relay> relay_;
  Listeners listeners_, relay_listeners_;
  net::Frame topic_, payload_;
  std::vector<std::byte> last_frame_;
  bool up_ = false;
};

}  // namespace

Result<TickToEdge> measure_tick_to_edge(const std::filesystem::path& folder) {
  LatencyMeasurement measurement;
  if (const auto done = measurement.prepare(folder, 1, config::Threads::kAuto); !done) return done.error();
  auto measured = measurement.run();
  if (!measured) return measured.error();
  if (const auto stopped = measurement.stop(); !stopped) return stopped.error();
  return measured;
}

Result<TickToEdge> measure_open_loop(const std::filesystem::path& folder, std::uint64_t ticks_per_second, std::size_t subscribers,
                                     config::Threads threads) {
  LatencyMeasurement measurement;
  if (const auto done = measurement.prepare(folder, subscribers, threads); !done) return done.error();
  auto measured = measurement.run_open_loop(ticks_per_second);
  if (!measured) return measured.error();
  if (const auto stopped = measurement.stop(); !stopped) return stopped.error();
  return measured;
}

double percentile(const std::vector<double>& rising, double percent) noexcept {
  const auto rank = static_cast<std::size_t>(std::ceil(percent / 100.0 * static_cast<double>(rising.size())));
  return rising[std::min(rising.size() - 1, rank == 0 ? 0 : rank - 1)];
}

}  // namespace groundswell::bench
