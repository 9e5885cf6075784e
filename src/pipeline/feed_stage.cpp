#include "pipeline/feed_stage.hpp"

#include <algorithm>
#include <utility>

#include "base/clock.hpp"

namespace groundswell::pipeline {
namespace {

constexpr int kFramesPerStep = 64;
constexpr std::int64_t kTellAgainNs = 10'000'000'000;
constexpr std::int64_t kDrainNs = 1'000'000'000;
constexpr std::int64_t kLookAgainNs = 10'000'000;  // while something is missing
constexpr std::int64_t kWatchEveryNs = 200'000'000;
constexpr std::int64_t kClockWindowNs = 5'000'000'000;
constexpr std::size_t kMostTables = 64;  // of instruments, up to 64 KiB each, that the core has not looked at
constexpr std::int64_t kShortestFillDeadlineNs = 200'000'000;

sequence::Now read_clocks() { return {.wall_ns = wall_clock_ns(), .monotonic_ns = monotonic_clock_ns()}; }

char letter_of(std::size_t line) { return static_cast<char>('A' + line); }

sequence::SequencerOptions sequencer_options(const config::Feed& config, std::uint16_t feed) {
  sequence::SequencerOptions options;
  options.feed = feed;
  options.lines = config.line_b.empty() ? 1 : 2;
  options.can_fill = !config.fill.empty();
  options.hold_ticks = config.hold_ticks;
  options.repair_ns = static_cast<std::int64_t>(config.repair_ns);
  return options;
}

}  // namespace

Result<std::unique_ptr<FeedStage>> FeedStage::open(net::Context& context, const config::Feed& config, std::uint16_t feed, FeedLink& out,
                                                   Operations& operations, const EngineStatus& status) {
  std::unique_ptr<FeedStage> stage(new FeedStage(config, sequencer_options(config, feed), out, operations, status));
  const auto named = [&](const Error& error) { return fail(error.exit, "feed '" + config.name + "': " + error.message); };
  const net::PeerKeys keys{.server_key = config.server_key, .own = context.own_key()};
  for (const std::string& endpoint : {config.endpoint, config.line_b}) {
    if (endpoint.empty()) continue;
    auto line = feed::FeedLine::open(context, endpoint, config.pattern == config::FeedPattern::kPull,
                                     config.mode == config::EndpointMode::kBind, keys);
    if (!line) return named(line.error());
    stage->lines_.push_back({.line = std::move(*line)});
  }
  if (!config.fill.empty()) {
    auto fill = feed::FillClient::open(context, config.fill, keys);
    if (!fill) return named(fill.error());
    stage->fill_.emplace(std::move(*fill));
  }
  return stage;
}

FeedStage::FeedStage(const config::Feed& config, const sequence::SequencerOptions& options, FeedLink& out, Operations& operations,
                     const EngineStatus& status)
    : Stage("feed:" + config.name),
      config_(config),
      link_(out),
      operations_(operations),
      status_(status),
      sequencer_(options),
      lost_told_(kTellAgainNs),
      mismatch_told_(kTellAgainNs),
      fills_told_(kTellAgainNs),
      nameless_told_(kTellAgainNs) {}

void FeedStage::resume(std::uint64_t feed_epoch, std::uint64_t next_tick) noexcept { sequencer_.resume(feed_epoch, next_tick); }

std::string FeedStage::endpoint() { return lines_.front().line.socket().last_endpoint(); }

void FeedStage::wait_on(std::vector<net::Socket*>& sockets) {
  if (is_stuck()) return;
  for (Line& line : lines_) sockets.push_back(&line.line.socket());
  if (fill_) sockets.push_back(&fill_->socket());
}

bool FeedStage::pass_on() {
  const std::size_t pushed = link_.records.push(out_.data() + passed_on_, out_.size() - passed_on_);
  passed_on_ += pushed;
  work_ += pushed;
  if (passed_on_ < out_.size()) {
    ++waits_;
    return false;
  }
  out_.clear();
  passed_on_ = 0;
  return true;
}

bool FeedStage::is_stuck() const { return passed_on_ < out_.size() || link_.instruments.waiting() >= kMostTables; }

// Ticks that were lost while every line was dead, the sequencer cannot tell from others.
void FeedStage::sequenced(std::size_t from) {
  for (Record& record : std::span(out_).subspan(from)) {
    if (record.kind != RecordKind::kGap || record.gap.cause != GapCause::kLost || outage_.to_tick == 0) continue;
    const Gap& gap = record.gap;
    if (gap.feed_epoch == outage_.feed_epoch && gap.from_tick >= outage_.from_tick && gap.from_tick < outage_.to_tick)
      record.gap.cause = GapCause::kDown;
  }
}

void FeedStage::after_outage(std::uint64_t feed_epoch, std::uint64_t tick) noexcept {
  if (outage_.from_tick != 0 && outage_.to_tick == 0 && feed_epoch == outage_.feed_epoch) outage_.to_tick = tick;
}

// The sender's clock as far as we know it: a held tick may come out long after its own batch, but not before it.
void FeedStage::mark_send_time(const wire::TickBatch& batch, sequence::Now now) {
  if (batch.send_ns <= sent_ns_) return;
  sent_ns_ = batch.send_ns;
  Record mark = make_record(kSendTimeMark, now.wall_ns, 0);
  mark.pulse.time_ns = batch.send_ns;
  out_.push_back(mark);
}

void FeedStage::compare_clocks(std::uint64_t send_ns, sequence::Now now) noexcept {
  if (send_ns == 0) return;  // it does not say
  if (now.monotonic_ns >= offset_window_ends_ns_) {
    offset_before_ns_ = std::exchange(offset_ns_, kNoOffset);
    offset_window_ends_ns_ = now.monotonic_ns + kClockWindowNs;
  }
  offset_ns_ = std::min(offset_ns_, now.wall_ns - static_cast<std::int64_t>(send_ns));
}

std::optional<std::int64_t> FeedStage::clock_offset_ns() const noexcept {
  const std::int64_t least_ns = std::min(offset_ns_, offset_before_ns_);
  if (least_ns == kNoOffset || mode_ != wire::Mode::kLive) return std::nullopt;
  return least_ns;
}

void FeedStage::take_frame(std::size_t line, sequence::Now now) {
  const wire::FeedDecoder& decoder = lines_[line].line.decoder();
  const std::size_t before = out_.size();
  switch (decoder.kind()) {
    case wire::FrameKind::kTicks:
      tick_at_ns_.store(now.wall_ns, std::memory_order_relaxed);
      compare_clocks(decoder.ticks().send_ns, now);
      if (decoder.ticks().feed_epoch > named_epoch_) {
        before_names_ += decoder.ticks().ticks.size();
        if (nameless_since_ns_ == 0) nameless_since_ns_ = now.monotonic_ns;
        break;
      }
      mark_send_time(decoder.ticks(), now);
      after_outage(decoder.ticks().feed_epoch, decoder.ticks().first_tick);
      sequencer_.ticks(line, decoder.ticks(), now, out_);
      break;
    case wire::FrameKind::kInstruments:
      named_epoch_ = std::max(named_epoch_, decoder.instruments().feed_epoch);
      nameless_since_ns_ = 0;
      link_.instruments.put(decoder.instruments());
      out_.push_back(make_record(kInstrumentsMark, now.wall_ns, 0));
      break;
    case wire::FrameKind::kHeartbeat:
      ++heartbeats_;
      compare_clocks(decoder.heartbeat().send_ns, now);
      if (decoder.heartbeat().feed_epoch >= sequencer_.feed_epoch()) mode_ = decoder.heartbeat().mode;
      if (decoder.heartbeat().feed_epoch > named_epoch_) break;
      after_outage(decoder.heartbeat().feed_epoch, decoder.heartbeat().next_tick);
      sequencer_.heartbeat(line, decoder.heartbeat(), now, out_);
      break;
  }
  sequenced(before);
}

bool FeedStage::receive() {
  std::size_t drained = 0;
  for (std::size_t line = 0; line < lines_.size(); ++line) {
    for (int frame = 0; frame < kFramesPerStep && pass_on() && !is_stuck(); ++frame) {
      const auto received = lines_[line].line.receive();
      drained += !received.any;
      if (!received.any) break;
      ++work_;
      const sequence::Now now = read_clocks();
      frame_at_ns_[line].store(now.wall_ns, std::memory_order_relaxed);
      if (received.verdict == wire::Verdict::kOk) take_frame(line, now);
    }
  }
  return drained == lines_.size();
}

void FeedStage::ask_and_take_fills(sequence::Now now) {
  for (int frame = 0; frame < kFramesPerStep && pass_on(); ++frame) {
    const std::size_t before = out_.size();
    const feed::FillClient::Answer answer = fill_->receive();
    if (answer.kind == feed::FillClient::Kind::kNothing) break;
    ++work_;
    if (answer.kind == feed::FillClient::Kind::kTicks) {
      mark_send_time(*answer.batch, now);
      sequencer_.fill(*answer.batch, now, out_);
    }
    if (answer.kind == feed::FillClient::Kind::kDenied)
      sequencer_.fill_refused({answer.range.feed_epoch, answer.range.from_tick, answer.range.to_tick}, now, out_);
    sequenced(before);
  }
  fill_->clock(now.monotonic_ns);
  const std::int64_t deadline_ns = std::max(kShortestFillDeadlineNs, static_cast<std::int64_t>(config_.repair_ns));
  while (const auto wanted = named_epoch_ == 0 ? std::nullopt : sequencer_.wanted(now.monotonic_ns)) {
    if (!fill_->ask({wanted->feed_epoch, wanted->from_tick, wanted->to_tick}, now.monotonic_ns, deadline_ns)) break;
    ++work_;  // the socket is not drained any more
  }
}

void FeedStage::watch_lines(std::int64_t now_ns) {
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    Line& line = lines_[i];
    line.line.reopen_if_dead(now_ns);
    const std::uint64_t frames = line.line.counters().in;
    if (frames != line.frames_seen || line.alive_at_ns == 0) {
      line.frames_seen = frames;
      line.alive_at_ns = now_ns;
      if (line.silent) operations_.tell(wire::Severity::kInfo, "feed", "'{}': line {} is back", config_.name, letter_of(i));
      line.silent = false;
    } else if (!line.silent && now_ns - line.alive_at_ns >= kLineDeadNs) {
      line.silent = true;
      ++line.silences;
      operations_.tell(wire::Severity::kWarning, "feed", "'{}': line {} has been silent for 3 s", config_.name, letter_of(i));
    }
  }
  const bool dead = std::all_of(lines_.begin(), lines_.end(), [](const Line& line) { return line.silent; });
  if (dead && !outage_.now) {
    outage_ = {.now = true, .feed_epoch = sequencer_.feed_epoch(), .from_tick = sequencer_.next_tick(), .to_tick = 0};
    operations_.tell(wire::Severity::kError, "feed", "'{}' is dead: every line of it is silent", config_.name);
  } else if (!dead && outage_.now) {
    outage_.now = false;
    operations_.tell(wire::Severity::kInfo, "feed", "'{}' lives again", config_.name);
  }
}

void FeedStage::tell_of_losses(std::int64_t now_ns) {
  const sequence::SequenceCounters& counters = sequencer_.counters();
  if (lost_told_.is_due(counters.gaps, now_ns))
    operations_.tell(wire::Severity::kWarning, "feed", "'{}': ticks lost until now: {}, gaps: {}", config_.name, counters.lost,
                     counters.gaps);
  if (mismatch_told_.is_due(counters.mismatches, now_ns))
    operations_.tell(wire::Severity::kWarning, "feed", "'{}': the lines disagree: second copies of ticks with other bytes until now: {}",
                     config_.name, counters.mismatches);
  if (nameless_since_ns_ != 0 && now_ns - nameless_since_ns_ >= kTellAgainNs && nameless_told_.is_due(before_names_, now_ns))
    operations_.tell(wire::Severity::kWarning, "feed",
                     "'{}': its sender does not say what its ids stand for (TC frames, every 5 s); ticks that were not taken until now: {}",
                     config_.name, before_names_);
  const std::uint64_t lies = counters.fills_refused + fills().refused + fills().malformed - fills().denied;
  if (fills().asked > 0 && fills_told_.is_due(lies, now_ns))
    operations_.tell(wire::Severity::kWarning, "feed", "'{}': answers to fills that were none, and were dropped, until now: {}",
                     config_.name, lies);
}

// What is behind a missing tick when we stop: a sender that gives ticks again will give these again too, after a restart; what no one else
// will bring is passed on, behind a gap.
void FeedStage::finish(std::int64_t now_ns) {
  if (stop_at_ns_ == 0) stop_at_ns_ = now_ns + kDrainNs;
  const bool missing = sequencer_.deadline_ns() != kNever;
  if ((work_ > 0 || missing || passed_on_ < out_.size()) && now_ns < stop_at_ns_) return;
  if (missing && !fill_) {
    const std::size_t before = out_.size();
    sequencer_.clock({.wall_ns = wall_clock_ns(), .monotonic_ns = kNever - 1}, out_);
    sequenced(before);
  }
  if (!pass_on()) return;
  link_.closed = true;
  finished_ = true;
}

std::size_t FeedStage::step(std::int64_t now_ns) {
  if (finished_) return 0;
  work_ = 0;
  const bool drained = receive();
  const sequence::Now now = read_clocks();
  if (drained && named_epoch_ != 0) {  // else what seems to be missing may lie in a queue of ours; the hold bounds how long that can go on
    const std::size_t before = out_.size();
    sequencer_.clock(now, out_);
    sequenced(before);
  }
  if (fill_) ask_and_take_fills(now);
  watch_lines(now_ns);
  tell_of_losses(now_ns);
  pass_on();
  due_ns_ = is_stuck() ? now_ns + kRetryAfterNs : sequencer_.deadline_ns() != kNever ? now_ns + kLookAgainNs : now_ns + kWatchEveryNs;
  if (status_.stop_requested) finish(now_ns);
  return work_;
}

}  // namespace groundswell::pipeline
