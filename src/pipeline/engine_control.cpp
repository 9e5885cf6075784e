#include "pipeline/engine_control.hpp"

#include <array>
#include <utility>

#include "base/clock.hpp"

namespace groundswell::pipeline {
namespace {

constexpr std::size_t kBlocksPerStep = 256, kBlocksPerQuestion = 8'192;

wire::TriggerPhase phase_of(signal::Triggers::State state) {
  switch (state) {
    case signal::Triggers::State::kUnprimed: return wire::TriggerPhase::kUnprimed;
    case signal::Triggers::State::kOff: return wire::TriggerPhase::kOff;
    case signal::Triggers::State::kOn: return wire::TriggerPhase::kOn;
  }
  return wire::TriggerPhase::kUnprimed;
}

}  // namespace

Result<std::unique_ptr<EngineControl>> EngineControl::open(net::Context& context, const std::string& endpoint, const std::string& name,
                                                           const publish::Publisher& publisher, ViewLink<SignalView>& views,
                                                           ViewLink<MembersView>& members, std::function<std::string()> stats) {
  std::unique_ptr<EngineControl> control(new EngineControl(publisher, views, members, std::move(stats)));
  // Only relays and tools of this machine reach an engine: they may ask more than a stranger.
  auto server =
      publish::ControlServer::open(context, {.endpoint = endpoint, .name = name, .requests_per_second = 1'000, .burst = 2'000}, *control);
  if (!server) return server.error();
  control->server_.emplace(std::move(*server));
  return control;
}

std::size_t EngineControl::step(std::int64_t now_ns, std::uint64_t safe_jseq) {
  std::size_t work = server_->serve(now_ns, wall_clock_ns());
  if (server_->snapshot_wanted()) {
    server_->begin_snapshot();
    views_.ask();
  }
  if (const SignalView* const view = views_.front(safe_jseq)) {
    server_->offer(snapshot_of(*view));
    views_.pop();
    ++work;
  }
  work += serve_members(safe_jseq);
  if (behind_) {
    const auto done = catch_up(kBlocksPerStep);
    behind_ = done && !*done;
    ++work;
  }
  return work;
}

// Whoever asks while a view is on its way waits for the next one, which is taken after the question.
std::size_t EngineControl::serve_members(std::uint64_t safe_jseq) {
  if (members_.is_idle()) {
    std::vector<std::uint16_t> scopes = server_->begin_members();
    if (scopes.empty()) return 0;
    members_.memory().scopes = std::move(scopes);
    members_.ask();
  }
  const MembersView* const view = members_.front(safe_jseq);
  if (view == nullptr) return 0;
  for (std::size_t i = 0; i < view->scopes.size(); ++i) {
    server_->offer_members({.header = publisher_.header(view->scopes[i], view->session, wall_clock_ns()),
                            .jseq = view->jseq,
                            .event_time_ns = view->event_time_ns,
                            .members = view->members[i]});
  }
  members_.pop();
  return 1;
}

Result<bool> EngineControl::catch_up(std::size_t most_blocks) {
  if (!index_) {
    auto opened = journal::EdgeIndex::open(recording_);
    if (!opened) return opened.error();
    index_.emplace(std::move(*opened));
  }
  return index_->advance(most_blocks);
}

publish::ControlSource::Edges EngineControl::edges(std::uint16_t scope, std::uint64_t from, std::uint64_t to) {
  const auto internal = [](const Error& error) {
    return Edges{.status = wire::ReplyStatus::kInternal, .oldest = 0, .text = error.message, .batches = {}};
  };
  const auto caught_up = catch_up(kBlocksPerQuestion);
  if (!caught_up) return internal(caught_up.error());
  behind_ = !*caught_up;
  if (behind_) return {.status = wire::ReplyStatus::kBusy, .oldest = 0, .text = "the recording is being looked through", .batches = {}};
  const std::uint64_t oldest = index_->oldest(scope);
  if (oldest != 0 && from < oldest) {
    return {.status = wire::ReplyStatus::kGapTooOld,
            .oldest = oldest,
            .text = "the oldest that can be had is " + std::to_string(oldest),
            .batches = {}};
  }
  publish::FillAnswer answer(from, to);
  while (oldest != 0 && answer.next() < index_->next(scope) && !answer.is_full()) {
    const auto batch = index_->batch_with(scope, answer.next());
    if (!batch) return internal(batch.error());
    answer.add(*batch);
  }
  return {.status = wire::ReplyStatus::kOk, .oldest = 0, .text = {}, .batches = answer.take()};
}

wire::WholeSnapshot EngineControl::snapshot_of(const SignalView& view) const {
  wire::WholeSnapshot snapshot;
  snapshot.head.header = publisher_.header(0, view.session, wall_clock_ns());
  snapshot.head.jseq = view.jseq;
  snapshot.head.event_time_ns = view.event_time_ns;
  for (std::size_t scope = 0; scope < view.levels.scopes(); ++scope) {
    snapshot.head.positions.push_back({.universe = 0,
                                       .scope = static_cast<std::uint16_t>(scope),
                                       .eseq = view.next_eseq,
                                       .scope_seq = view.next_scope_seq[scope],
                                       .level_seq = view.next_level_seq[scope]});
    // In the order of their numbers, so that a listener may take one after the other.
    std::array<Clock, 2> clocks{Clock::kLive, Clock::kClose};
    if (view.levels.newest(scope, Clock::kClose).level_seq < view.levels.newest(scope, Clock::kLive).level_seq)
      std::swap(clocks[0], clocks[1]);
    for (const Clock clock : clocks) {
      const PublishedLevels::Newest& newest = view.levels.newest(scope, clock);
      if (newest.level_seq == 0) continue;
      std::vector<Level> levels;
      view.levels.append(scope, clock, levels);
      snapshot.levels.emplace_back(
          wire::LevelBatch{.header = publisher_.header(static_cast<std::uint16_t>(scope), newest.session, wall_clock_ns()),
                           .level_seq = newest.level_seq,
                           .ts_event_ns = newest.ts_event_ns,
                           .cause_jseq = newest.cause_jseq,
                           .clock = clock,
                           .full = true,
                           .last = true,
                           .roster = newest.roster,
                           .levels = levels});
    }
  }
  for (const signal::Triggers::Standing& each : view.triggers) {
    snapshot.head.triggers.push_back({.trigger = each.trigger,
                                      .scope = each.scope,
                                      .universe = 0,
                                      .phase = phase_of(each.state),
                                      .present = each.present,
                                      .subject = kNoSubject,
                                      .since_ns = each.since_ns,
                                      .value = each.value});
  }
  return snapshot;
}

}  // namespace groundswell::pipeline
