#include "web/live.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/durations.hpp"
#include "base/log.hpp"

namespace groundswell::web {
namespace {

constexpr std::int64_t kLevelsEveryNs = 250'000'000;
constexpr std::int64_t kSubscribeAgainNs = 3'000'000'000;  // after an error that ended a subscription
constexpr std::int64_t kStatsOldNs = 5'000'000'000;
constexpr int kPollsPerTurn = 4;            // of up to 1,000 messages
constexpr std::uint64_t kPastEvents = 500;  // of each scope

std::int64_t to_ms(std::int64_t time_ns) noexcept { return time_ns / 1'000'000; }

}  // namespace

LiveSession::LiveSession(Live& live, Peer& peer, std::int64_t now_ns) : Session(peer, now_ns), live_(live) {
  live_.sessions_.insert(this);
  send(console::hello_message(live_.options_.version, "live"));
  if (!live_.catalog_->empty()) send(live_.catalog_);
}
LiveSession::~LiveSession() { live_.sessions_.erase(this); }

void LiveSession::on_subscribe() { live_.send_all_to(*this); }

bool LiveSession::has_basket(const std::string& basket) const {
  const std::vector<std::string>& scopes = live_.model_->names().catalog().scopes;
  return std::find(scopes.begin(), scopes.end(), basket) != scopes.end() && basket != pipeline::kSymbolsScope;
}

void LiveSession::on_basket() { live_.ask_members(); }

Result<std::unique_ptr<Live>> Live::open(const LiveOptions& options) {
  std::unique_ptr<Live> live(new Live(options));
  if (const auto subscribed = live->subscribe(); !subscribed) return subscribed.error();
  net::PeerKeys keys;
  keys.server_key = options.upstream.server_key;
  if (!keys.server_key.empty()) {
    auto own = net::read_key_file(options.upstream.key_file);
    if (!own) return own.error();
    keys.own = std::move(*own);
  }
  const std::string& control = options.upstream.control;
  auto question =
      client::StatsQuestion::open(live->context_, control.empty() ? wire::control_endpoint_of(options.upstream.endpoint) : control, keys);
  if (!question) return question.error();
  live->question_ = std::move(*question);
  live->started_ns_ = live->now_ns_ = monotonic_clock_ns();
  return live;
}
Live::~Live() = default;

// A new subscription names things anew, so the model begins anew too; its numbers go on.
Result<void> Live::subscribe() {
  client::SubscriberOptions wanted = options_.upstream;
  wanted.any_mode = wanted.operations = true;
  wanted.past_edges = kPastEvents;
  auto opened = client::Subscriber::open(wanted);
  if (!opened) {
    const bool is_key = opened.error().code == client::ErrorCode::kKeyFile;
    return fail(is_key ? Exit::kNoPermission : Exit::kUsage, opened.error().message);
  }
  std::unique_ptr<console::Model> before = std::move(model_);
  subscriber_ = std::move(*opened);
  model_ = std::make_unique<console::Model>(options_.universe, subscriber_->names());
  if (before) model_->count_on_from(before->changes(), before->beginnings() + 1, before->told_events());
  return {};
}

void Live::on_levels(const client::LevelsEvent& event) {
  model_->on_levels(event);
  history_.on_levels(event, subscriber_->names());
}

void Live::on_state(client::State state) {
  model_->on_state(state);
  health_due_ = true;
}

void Live::on_recording(std::uint64_t recording_id) {
  model_->on_recording(recording_id);
  history_.clear();
  backfill_.start(options_.recordings, recording_id);
}

void Live::on_heartbeat(const client::HeartbeatEvent& heartbeat) {
  health_due_ |= !model_->heartbeat() || model_->heartbeat()->state != heartbeat.state;
  trouble_.clear();
  model_->on_heartbeat(heartbeat);
}

void Live::turn(std::int64_t now_ns, const ServerCounters& server) {
  now_ns_ = now_ns;
  hear();
  if (auto filled = backfill_.take()) {
    filled->append(history_);
    history_ = std::move(*filled);
  }
  ask_stats();
  for (LiveSession* each : sessions_) each->look(now_ns);
  send_catalog();
  send_events();
  if (now_ns >= levels_due_ns_) {
    levels_due_ns_ = now_ns + kLevelsEveryNs;
    send_levels();
  }
  if (health_due_ || now_ns >= health_due_ns_) {
    health_due_ns_ = now_ns + std::int64_t{kSecondNs};
    health_due_ = false;
    send_health(server);
    ask_members();
  }
}

// An error ends a subscription: another one is tried until its reason is gone. What the failed one has named stays readable until then.
void Live::hear() {
  if (failed_) {
    if (now_ns_ < again_at_ns_) return;
    again_at_ns_ = now_ns_ + kSubscribeAgainNs;
    if (const auto subscribed = subscribe(); !subscribed) {
      trouble_ = subscribed.error().message;
      return;
    }
    failed_ = false;
  }
  model_->set_time(now_ns_);
  for (int i = 0; i < kPollsPerTurn; ++i) {
    const auto polled = subscriber_->poll(*this, 0);
    if (polled && !*polled) return;
    if (polled) continue;
    if (trouble_ != polled.error().message) log_warning("web", "{}; trying again every three seconds", polled.error().message);
    trouble_ = polled.error().message;
    model_->on_state(client::State::kConnecting);
    failed_ = health_due_ = true;
    again_at_ns_ = now_ns_ + kSubscribeAgainNs;
    return;
  }
}

void Live::send_catalog() {
  const Catalog& now = model_->names().catalog();
  if (now.scopes.empty()) return;
  const std::vector<std::size_t> sizes{now.scopes.size(), now.signals.size(), now.symbols.size(), now.triggers.size(), now.rosters.size()};
  if (sizes == catalog_sizes_ && beginnings_ == model_->beginnings()) return;
  catalog_sizes_ = sizes;
  beginnings_ = model_->beginnings();
  catalog_ = std::make_shared<const std::string>(console::catalog_message(*model_));
  events_at_ = model_->told_events();
  for (LiveSession* each : sessions_) {
    each->send(catalog_);
    if (each->channels()) send_all_to(*each);
  }
}

void Live::send_all_to(LiveSession& session) {
  const Channels& wanted = *session.channels();
  if (!catalog_->empty() && wanted.levels) {
    session.send(levels_since(0));
    session.send(subjects_since(0));
    session.levels_at_ = model_->changes();
  }
  if (!catalog_->empty() && wanted.events) session.send(console::events_message(*model_, 0));
  health_due_ |= wanted.health;
}

void Live::send_events() {
  if (events_at_ == model_->told_events() || catalog_->empty()) return;
  const auto text = std::make_shared<const std::string>(console::events_message(*model_, events_at_));
  events_at_ = model_->told_events();
  for (LiveSession* each : sessions_) {
    if (each->channels() && each->channels()->events) each->send(text);
  }
}

Text Live::levels_since(std::uint64_t number) {
  if (written_at_ != model_->changes()) {
    levels_texts_.clear();
    subjects_texts_.clear();
    written_at_ = model_->changes();
  }
  Text& text = levels_texts_[number];
  if (!text) text = std::make_shared<const std::string>(console::levels_message(*model_, number));
  return text;
}

Text Live::subjects_since(std::uint64_t number) {
  levels_since(number);  // of the same change
  Text& text = subjects_texts_[number];
  if (!text) text = std::make_shared<const std::string>(console::subjects_message(*model_, number));
  return text;
}

void Live::send_levels() {
  if (catalog_->empty()) return;
  const bool fresh = levels_at_ != model_->changes();
  levels_at_ = model_->changes();
  for (LiveSession* each : sessions_) {
    if (!each->channels() || !each->channels()->levels || each->levels_at_ == levels_at_) continue;
    if (each->is_behind()) {
      conflated_ += fresh ? 1 : 0;
      continue;
    }
    each->send(levels_since(each->levels_at_));
    if (const Text subjects = subjects_since(each->levels_at_); !subjects->empty()) each->send(subjects);
    each->levels_at_ = levels_at_;
  }
}

void Live::send_health(const ServerCounters& server) {
  const auto text = std::make_shared<const std::string>(
      console::health_message(*model_, {.now_ms = to_ms(wall_clock_ns()),
                                        .monotonic_ns = now_ns_,
                                        .stale = staleness(),
                                        .mode = {},
                                        .trouble = trouble_,
                                        .stats = stats_,
                                        .sessions = server.sessions,
                                        .conflated = conflated_,
                                        .uptime_s = static_cast<std::uint64_t>((now_ns_ - started_ns_) / std::int64_t{kSecondNs})}));
  for (LiveSession* each : sessions_) {
    if (each->channels() && each->channels()->health && !each->is_behind()) each->send(text);
  }
}

void Live::ask_members() {
  if (failed_) return;
  for (const LiveSession* each : sessions_) {
    if (!each->basket().empty()) subscriber_->ask_members(each->basket());
  }
}

void Live::on_members(const client::MembersEvent& members) {
  if (members.error) return;  // health says what is wrong with the node; the question is asked again
  const auto text =
      std::make_shared<const std::string>(console::members_message(*model_, members.scope, members.event_time_ns, members.members));
  for (LiveSession* each : sessions_) {
    if (each->basket() == members.scope && !each->is_behind()) each->send(text);
  }
}

void Live::ask_stats() {
  while (const auto answer = question_->answer(0)) {
    if (*answer) take_stats(**answer);
  }
  if (now_ns_ >= stats_due_ns_) {
    stats_due_ns_ = now_ns_ + std::int64_t{kSecondNs};
    question_->ask(now_ns_);
  }
  if (!stats_.empty() && now_ns_ - stats_at_ns_ > kStatsOldNs) stats_.clear();
}

void Live::take_stats(const std::string& text) {
  const auto parsed = nlohmann::json::parse(text, nullptr, false);
  if (!parsed.is_object()) return;
  stats_ = text;
  stats_at_ns_ = now_ns_;
  feeds_.clear();
  try {
    for (const nlohmann::json& feed : parsed.value("feeds", nlohmann::json::array())) {
      FeedAge& told = feeds_[feed.at("name")];
      std::optional<std::int64_t> newest_ms;
      for (const nlohmann::json& line : feed.at("lines")) {
        told.limit_ms = line.at("limit_ms");
        if (line.at("last_frame_age_ms").is_null()) continue;  // it has never come
        const std::int64_t age_ms = line.at("last_frame_age_ms");
        newest_ms = std::min(newest_ms.value_or(age_ms), age_ms);
      }
      told.age_ms = newest_ms.value_or(to_ms(now_ns_ - started_ns_));
    }
  } catch (const nlohmann::json::exception&) {  // an engine of another version: what it does not say of its feeds is not known
    feeds_.clear();
  }
}

std::optional<console::Staleness> Live::staleness() const {
  if (model_->state() == client::State::kStale || model_->state() == client::State::kConnecting) {
    const std::int64_t since_ns = model_->heartbeat() ? model_->heartbeat_at_ns() : started_ns_;
    return console::Staleness{.what = "engine", .name = options_.upstream.endpoint, .for_ms = to_ms(now_ns_ - since_ns)};
  }
  for (const auto& [name, told] : feeds_) {
    const std::int64_t age_ms = told.age_ms + to_ms(now_ns_ - stats_at_ns_);
    if (age_ms > told.limit_ms + to_ms(std::int64_t{kSecondNs})) return console::Staleness{.what = "feed", .name = name, .for_ms = age_ms};
  }
  return std::nullopt;
}

std::vector<std::string> Live::not_ready() const {
  std::vector<std::string> reasons;
  if (!trouble_.empty()) reasons.push_back(trouble_);
  if (catalog_->empty()) reasons.push_back(options_.upstream.endpoint + ": nothing was heard of an engine or relay there yet");
  if (model_->state() == client::State::kJoining) reasons.push_back("joining: the snapshot has not come yet");
  if (const auto stale = staleness(); stale && !catalog_->empty())
    reasons.push_back(std::string(stale->what) + " " + stale->name + " is silent for " + std::to_string(stale->for_ms) + " ms");
  return reasons;
}

}  // namespace groundswell::web
