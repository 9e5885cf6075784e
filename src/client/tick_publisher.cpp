#include "groundswell/client/tick_publisher.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

#include "base/clock.hpp"
#include "client/shared.hpp"
#include "feed/fill_server.hpp"

namespace groundswell::client {
namespace {

constexpr std::int64_t kHeartbeatNs = 1'000'000'000, kNamesNs = 5'000'000'000, kPatienceNs = 10'000'000'000;
constexpr std::size_t kNamesPerFrame = 1'000;  // of at most 32 characters each: far below the largest frame
constexpr std::size_t kLargestName = 32;

}  // namespace

struct TickPublisher::Impl {
  std::shared_ptr<net::Context> context;
  std::optional<net::Socket> line;
  std::optional<feed::FillServer> fills;
  TickPublisherOptions options;
  std::string endpoint, fill_endpoint;
  std::uint64_t feed_epoch = 0, next_tick = 1;
  wire::FeedEncoder encoder;
  std::vector<wire::Instrument> symbols;
  std::map<std::string, std::uint32_t, std::less<>> ids;
  std::vector<wire::FeedConditionSet> condition_sets;
  std::size_t symbols_announced = 0, sets_announced = 0;
  std::int64_t heartbeat_at_ns = 0, names_at_ns = 0;  // monotonic
  TickPublisherCounters counters;

  // PUB: always taken. PUSH: false when there is no room; with `waits`, for ten seconds.
  bool emit(std::span<const std::byte> frame, bool waits) {
    if (line->send(frame) || !options.push) return true;
    const std::int64_t until_ns = monotonic_clock_ns() + kPatienceNs;
    while (waits && monotonic_clock_ns() < until_ns) {
      serve();
      std::this_thread::sleep_for(std::chrono::microseconds(100));
      if (line->send(frame)) return true;
    }
    return false;
  }
  void serve() {
    if (fills) fills->serve();
  }
  // From `first` on; nothing new: nothing is sent.
  bool announce(std::size_t first_symbol, std::size_t first_set, bool waits) {
    for (bool more = true; more;) {
      wire::Instruments part{.feed_epoch = feed_epoch, .symbols = {}, .condition_sets = {}};
      const std::size_t last_symbol = std::min(symbols.size(), first_symbol + kNamesPerFrame);
      const std::size_t last_set = std::min(condition_sets.size(), first_set + kNamesPerFrame);
      part.symbols.assign(symbols.begin() + static_cast<std::ptrdiff_t>(first_symbol),
                          symbols.begin() + static_cast<std::ptrdiff_t>(last_symbol));
      part.condition_sets.assign(condition_sets.begin() + static_cast<std::ptrdiff_t>(first_set),
                                 condition_sets.begin() + static_cast<std::ptrdiff_t>(last_set));
      first_symbol = last_symbol;
      first_set = last_set;
      more = first_symbol < symbols.size() || first_set < condition_sets.size();
      if (!emit(encoder.encode(part), waits)) return false;
    }
    symbols_announced = symbols.size();
    sets_announced = condition_sets.size();
    return true;
  }
};

TickPublisher::TickPublisher(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TickPublisher::TickPublisher(TickPublisher&&) noexcept = default;
TickPublisher& TickPublisher::operator=(TickPublisher&&) noexcept = default;
TickPublisher::~TickPublisher() = default;

Result<TickPublisher> TickPublisher::open(const TickPublisherOptions& options) {
  if (options.line > 1) return Error{ErrorCode::kOption, "line: 0 is A, 1 is B"};
  if (options.fill_ticks == 0) return Error{ErrorCode::kOption, "fill_ticks: at least one"};
  auto impl = std::make_unique<Impl>();
  impl->options = options;
  auto keys = peer_keys(options.server_key, options.key_file);
  if (!keys) return keys.error();
  if (options.allow_list.empty()) {
    impl->context = shared_context();
  } else {  // of its own: what it demands is not demanded of others
    impl->context = std::make_shared<net::Context>();
    auto own = net::read_key_file(options.key_file);
    if (!own) return to_client(ErrorCode::kKeyFile, own.error());
    impl->context->prove(std::move(*own));
    if (const auto done = impl->context->demand_keys(options.allow_list); !done) return to_client(ErrorCode::kKeyFile, done.error());
  }
  auto line =
      net::Socket::open(*impl->context, options.push ? net::SocketType::kPush : net::SocketType::kPub,
                        options.connects ? net::Attach::kConnect : net::Attach::kBind, options.endpoint, wire::kMaxFeedFrameBytes, *keys);
  if (!line) return endpoint_error(line.error());
  impl->endpoint = line->last_endpoint();
  impl->line = std::move(*line);
  if (!options.fill_endpoint.empty()) {
    auto router =
        net::Socket::open(*impl->context, net::SocketType::kRouter, net::Attach::kBind, options.fill_endpoint, wire::kMaxRequestBytes);
    if (!router) return endpoint_error(router.error());
    impl->fill_endpoint = router->last_endpoint();
    impl->fills.emplace(std::move(*router), options.feed, options.fill_ticks);
  }
  TickPublisher publisher(std::move(impl));
  publisher.begin_epoch(options.feed_epoch != 0 ? options.feed_epoch : static_cast<std::uint64_t>(wall_clock_ns()));
  return publisher;
}

std::uint32_t TickPublisher::add_symbol(std::string_view name) {
  name = name.substr(0, kLargestName);
  if (const auto known = impl_->ids.find(name); known != impl_->ids.end()) return known->second;
  const auto id = static_cast<std::uint32_t>(impl_->symbols.size() + 1);
  impl_->symbols.push_back({.id = id, .name = std::string(name)});
  impl_->ids.emplace(std::string(name), id);
  return id;
}

std::uint16_t TickPublisher::add_condition_set(const ConditionSet& set) {
  for (const wire::FeedConditionSet& each : impl_->condition_sets) {
    if (each.set == set) return each.id;
  }
  const auto id = static_cast<std::uint16_t>(impl_->condition_sets.size() + 1);
  impl_->condition_sets.push_back({.id = id, .set = set});
  return id;
}

Result<bool> TickPublisher::send(std::span<const Tick> ticks) {
  Impl& m = *impl_;
  const Error slow{ErrorCode::kSlow,
                   m.options.endpoint + ": nobody took what is sent for 10 s; is the engine running, and does it pull there?"};
  if (m.symbols.size() > m.symbols_announced || m.condition_sets.size() > m.sets_announced) {
    if (!m.announce(m.symbols_announced, m.sets_announced, true)) return slow;
  }
  while (!ticks.empty()) {
    const std::span<const Tick> part = ticks.first(std::min(ticks.size(), wire::kMaxTicksPerBatch));
    if (m.fills) m.fills->append(part);  // first: whoever misses it may ask at once
    const wire::TickBatch batch{.feed_epoch = m.feed_epoch,
                                .first_tick = m.next_tick,
                                .send_ns = static_cast<std::uint64_t>(wall_clock_ns()),
                                .feed = m.options.feed,
                                .line = m.options.line,
                                .ticks = part};
    m.next_tick += part.size();
    m.counters.ticks += part.size();
    ++m.counters.batches;
    if (!m.emit(m.encoder.encode(batch), true)) return slow;
    ticks = ticks.subspan(part.size());
  }
  return true;
}

void TickPublisher::turn(std::uint64_t market_time_ns) {
  Impl& m = *impl_;
  m.serve();
  static_cast<void>(m.line->renew_if_revoked());
  const std::int64_t now_ns = monotonic_clock_ns();
  // What finds no room is tried again with the next turn.
  if (now_ns >= m.names_at_ns && m.announce(0, 0, false)) m.names_at_ns = now_ns + kNamesNs;
  if (now_ns < m.heartbeat_at_ns) return;
  const wire::FeedHeartbeat heartbeat{.feed_epoch = m.feed_epoch,
                                      .next_tick = m.next_tick,
                                      .market_time_ns = market_time_ns,
                                      .send_ns = static_cast<std::uint64_t>(wall_clock_ns()),
                                      .feed = m.options.feed,
                                      .line = m.options.line,
                                      .mode = static_cast<wire::Mode>(m.options.mode)};
  if (m.emit(m.encoder.encode(heartbeat), false)) m.heartbeat_at_ns = now_ns + kHeartbeatNs;
}

void TickPublisher::begin_epoch(std::uint64_t feed_epoch) {
  impl_->feed_epoch = feed_epoch;
  impl_->next_tick = 1;
  impl_->symbols_announced = impl_->sets_announced = 0;
  impl_->heartbeat_at_ns = impl_->names_at_ns = 0;
  if (impl_->fills) impl_->fills->begin_epoch(feed_epoch);
}

std::uint64_t TickPublisher::feed_epoch() const noexcept { return impl_->feed_epoch; }
std::uint64_t TickPublisher::next_tick() const noexcept { return impl_->next_tick; }
std::string TickPublisher::endpoint() const { return impl_->endpoint; }
std::string TickPublisher::fill_endpoint() const { return impl_->fill_endpoint; }
TickPublisherCounters TickPublisher::counters() const noexcept {
  TickPublisherCounters counters = impl_->counters;
  if (impl_->fills) {
    counters.fill_requests = impl_->fills->counters().requests;
    counters.filled_ticks = impl_->fills->counters().ticks;
  }
  return counters;
}

}  // namespace groundswell::client
