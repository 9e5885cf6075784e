#include "web/replay_thread.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "base/durations.hpp"

namespace groundswell::web {
namespace {

constexpr std::int64_t kLevelsEveryNs = 250'000'000;
constexpr std::uint64_t kSilenceNs = 300'000'000'000;  // of event time: nights are not waited for
constexpr std::uint64_t kNsPerMs = 1'000'000;

}  // namespace

ReplayThread::ReplayThread(Options options) : options_(std::move(options)), thread_([this] { run(); }) {}

ReplayThread::~ReplayThread() {
  stop();
  thread_.join();
}

void ReplayThread::wish(const std::function<void(Wishes&)>& change) {
  {
    const std::scoped_lock lock(mutex_);
    change(wishes_);
    has_wishes_ = true;
  }
  wake_.notify_one();
}

void ReplayThread::subscribe() {
  wish([](Wishes& all) { all.subscribe = true; });
}
void ReplayThread::members_of(std::string basket) {
  wish([&](Wishes& all) { all.basket = std::move(basket); });
}
void ReplayThread::seek(std::uint64_t to_ms) {
  wish([&](Wishes& all) { all.seek_ms = to_ms; });
}
void ReplayThread::play(double speed) {
  wish([&](Wishes& all) {
    all.speed = speed;
    all.pause = false;
  });
}
void ReplayThread::pause() {
  wish([](Wishes& all) {
    all.pause = true;
    all.speed.reset();
  });
}
void ReplayThread::step(int direction) {
  wish([&](Wishes& all) { all.step += direction; });
}
void ReplayThread::stop() {
  stop_ = true;
  wish([](Wishes&) {});
}
void ReplayThread::ask_history(std::vector<std::string> signals, std::vector<std::string> scopes, Clock clock,
                               std::function<void(std::string)> answer) {
  wish([&](Wishes& all) {
    all.questions.push_back(
        [signals = std::move(signals), scopes = std::move(scopes), clock, answer = std::move(answer)](const console::Playback* playback) {
          answer(playback != nullptr ? playback->history().json(signals, scopes, clock) : console::History().json(signals, scopes, clock));
        });
  });
}

void ReplayThread::run() {
  facts_ = {.state = "loading", .recording = options_.name, .error = {}};
  say_state();
  if (open()) {
    facts_.state = "paused";
    say_state();
    options_.say(Channel::kAlways, console::marks_message(playback_->marks()));
  }
  while (!stop_) {
    Wishes wishes;
    {
      const std::scoped_lock lock(mutex_);
      wishes = std::exchange(wishes_, {});
      has_wishes_ = false;
    }
    obey(std::move(wishes));
    const std::int64_t now_ns = monotonic_clock_ns();
    if (playing_) play_on(now_ns);
    say_changes(now_ns);
    wait(now_ns);
  }
  playback_.reset();
  options_.ended();
}

bool ReplayThread::open() {
  auto opened = console::Playback::open(options_.path, options_.universe_file, [this](double progress) {
    const std::int64_t now_ns = monotonic_clock_ns();
    if (now_ns >= progress_due_ns_) {
      progress_due_ns_ = now_ns + kLevelsEveryNs;
      facts_.progress = progress;
      say_state();
    }
    return !stop_.load();
  });
  if (!opened) return fail(opened.error().message), false;
  if (!*opened) return false;  // stopped
  playback_ = std::move(*opened);
  facts_.from_ms = playback_->begin_ns() / kNsPerMs;
  facts_.to_ms = playback_->end_ns() / kNsPerMs;
  facts_.progress = 1;
  return true;
}

void ReplayThread::fail(const std::string& why) {
  playing_ = false;
  facts_.state = "failed";
  facts_.error = why;
  say_state();
}

// While it folds: what takes long says how far it is, and a newer wish ends it.
bool ReplayThread::go_on(double progress) {
  const std::int64_t now_ns = monotonic_clock_ns();
  if (now_ns >= progress_due_ns_) {
    progress_due_ns_ = now_ns + kLevelsEveryNs;
    facts_.state = "loading";
    facts_.progress = progress;
    say_state();
  }
  const std::scoped_lock lock(mutex_);
  return !stop_ && !wishes_.seek_ms && !wishes_.pause;
}

bool ReplayThread::arrived(const client::Result<console::Playback::Arrival>& arrival) {
  if (!arrival) return fail(arrival.error().message), false;
  facts_.progress = 1;
  facts_.state = playback_->is_at_end() ? "ended" : playing_ ? "playing" : "paused";
  return true;
}

void ReplayThread::obey(Wishes wishes) {
  if (wishes.subscribe) subscribed_ = true;
  if (playback_ != nullptr && facts_.state != "failed") move(wishes);
  for (const auto& question : wishes.questions) question(playback_.get());
}

void ReplayThread::move(const Wishes& wishes) {
  const auto patience = [this](double progress) { return go_on(progress); };
  progress_due_ns_ = monotonic_clock_ns() + kLevelsEveryNs;
  if (wishes.pause) playing_ = false;
  if (wishes.step != 0) {
    playing_ = false;
    if (!arrived(playback_->step(wishes.step > 0 ? 1 : -1, patience))) return;
  }
  // A moment of the scrubber is a millisecond: all of it.
  if (wishes.seek_ms && !arrived(playback_->seek(*wishes.seek_ms * kNsPerMs + (kNsPerMs - 1), patience))) return;
  if (wishes.speed) {
    speed_ = facts_.speed = *wishes.speed;
    playing_ = !playback_->is_at_end();
  }
  if (wishes.speed || wishes.seek_ms || wishes.pause || wishes.step != 0) {
    facts_.state = playback_->is_at_end() ? "ended" : playing_ ? "playing" : "paused";
    base_event_ns_ = playback_->at_ns();
    base_ns_ = monotonic_clock_ns();
  }
  if (wishes.basket) {
    basket_ = *wishes.basket;
    second_due_ns_ = 0;
  }
  if (wishes.seek_ms || wishes.step != 0 || wishes.subscribe) say_all();
  if (wishes.speed || wishes.pause) say_state();
}

void ReplayThread::play_on(std::int64_t now_ns) {
  std::uint64_t target_ns = ~std::uint64_t{0};
  if (speed_ > 0) {
    target_ns = base_event_ns_ + static_cast<std::uint64_t>(static_cast<double>(now_ns - base_ns_) * speed_);
    if (const std::uint64_t next_ns = playback_->next_ns(); next_ns > target_ns + kSilenceNs) {
      base_event_ns_ = target_ns = next_ns;
      base_ns_ = now_ns;
    }
  }
  // A slice at a time: what is due is said between two.
  const auto arrival = playback_->forward_to(target_ns, [&](double) {
    const std::scoped_lock lock(mutex_);
    return !stop_ && !has_wishes_ && monotonic_clock_ns() < levels_due_ns_;
  });
  if (!arrived(arrival)) return;
  if (playback_->is_at_end()) playing_ = false;
}

void ReplayThread::wait(std::int64_t now_ns) {
  std::unique_lock lock(mutex_);
  if (has_wishes_ || stop_ || (playing_ && speed_ == 0)) return;
  const std::int64_t until_ns =
      playing_ ? 10'000'000 : std::max<std::int64_t>(std::min(second_due_ns_ - now_ns, std::int64_t{kSecondNs}), 1'000'000);
  wake_.wait_for(lock, std::chrono::nanoseconds(until_ns), [this] { return has_wishes_ || stop_.load(); });
}

void ReplayThread::say_state() {
  facts_.at_ms = playback_ ? playback_->at_ns() / kNsPerMs : 0;
  options_.say(Channel::kAlways, console::replay_message(facts_));
}

// After a leap, or for one who has just come.
void ReplayThread::say_all() {
  const console::Model& model = playback_->model();
  options_.say(Channel::kAlways, console::catalog_message(model));
  options_.say(Channel::kLevels, console::levels_message(model, 0));
  options_.say(Channel::kLevels, console::subjects_message(model, 0));
  options_.say(Channel::kEvents, console::events_message(model, 0));
  levels_at_ = model.changes();
  events_at_ = model.told_events();
  beginnings_ = model.beginnings();
  second_due_ns_ = 0;
  say_state();
}

void ReplayThread::say_changes(std::int64_t now_ns) {
  if (playback_ == nullptr || !subscribed_) return;
  const console::Model& model = playback_->model();
  if (now_ns >= levels_due_ns_) {
    levels_due_ns_ = now_ns + kLevelsEveryNs;
    if (options_.keeps_up()) {
      if (beginnings_ != model.beginnings()) return say_all();
      if (events_at_ != model.told_events()) options_.say(Channel::kEvents, console::events_message(model, events_at_));
      events_at_ = model.told_events();
      if (levels_at_ != model.changes()) {
        options_.say(Channel::kLevels, console::levels_message(model, levels_at_));
        if (std::string subjects = console::subjects_message(model, levels_at_); !subjects.empty())
          options_.say(Channel::kLevels, std::move(subjects));
        levels_at_ = model.changes();
        say_state();
      }
    }
  }
  if (now_ns < second_due_ns_) return;
  second_due_ns_ = now_ns + std::int64_t{kSecondNs};
  if (!options_.keeps_up()) return;
  options_.say(Channel::kHealth, console::health_message(model, {.now_ms = wall_clock_ns() / 1'000'000,
                                                                 .monotonic_ns = now_ns,
                                                                 .stale = {},
                                                                 .mode = client::Mode::kReplay,
                                                                 .trouble = {},
                                                                 .stats = {}}));
  say_members();
}

void ReplayThread::say_members() {
  if (basket_.empty()) return;
  const console::Model& model = playback_->model();
  const std::uint16_t scope = model.names().scope_index(basket_);
  if (scope == client::Names::kNone || basket_ == pipeline::kSymbolsScope) {
    options_.say(Channel::kAlways, console::error_message("members: there is no basket '" + basket_ + "'"));
    basket_.clear();
    return;
  }
  std::vector<MemberRow> members;
  playback_->fold().member_rows(scope, members);
  options_.say(Channel::kAlways, console::members_message(model, basket_, playback_->at_ns(), members));
}

}  // namespace groundswell::web
