// The core thread: frames in, records out, and the fold. Only writer of state.
#include <chrono>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "pipeline/live_impl.hpp"
#include "pipeline/setup.hpp"

namespace groundswell::pipeline {
namespace {

constexpr int kFramesPerTurn = 64;
constexpr int kCoreWaitMs = 50;
constexpr std::int64_t kDrainNs = 1'000'000'000;

class TeeSink final : public Sink {  // the digest sees all that the fold makes, before anything conflates
 public:
  TeeSink(Sink& first, Sink& second) : first_(first), second_(second) {}
  void on_levels(const LevelBatchView& batch) noexcept override {
    first_.on_levels(batch);
    second_.on_levels(batch);
  }
  void on_edge(const Edge& edge, std::span<const Why> why) noexcept override {
    first_.on_edge(edge, why);
    second_.on_edge(edge, why);
  }

 private:
  Sink& first_;
  Sink& second_;
};

}  // namespace

void LiveEngine::Impl::wake_edge() noexcept {
  if (!edge_asleep.exchange(false)) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_edge_fd, &one, sizeof one);  // full means it is awake
}

bool LiveEngine::Impl::wait_for_edge() noexcept {
  wake_edge();
  std::this_thread::sleep_for(std::chrono::microseconds(50));
  return !failed.load();
}

void LiveEngine::Impl::tap(const Record* items, std::size_t count) {
  while (count > 0) {
    const std::size_t pushed = records.push(items, count);
    items += pushed;
    count -= pushed;
    if (count == 0) return;
    ++journal_waits;
    if (!wait_for_edge()) return;
  }
}

void LiveEngine::Impl::take(Sink& sink) {
  tap(batch.data(), batch.size());
  for (const Record& record : batch) fold->apply(record, next_jseq++, sink);
  batch.clear();
  event_time_ns.store(fold->event_time_ns(), std::memory_order_relaxed);
}

void LiveEngine::Impl::announce_conditions() {
  const auto& sets = merge->condition_sets();
  for (std::size_t i = 0; i < sets.size(); ++i) {
    fold->add_condition(static_cast<std::uint16_t>(i), config::eligibility_of(config.conditions, sets[i]));
  }
  {
    const std::scoped_lock lock(catalogs_mutex);
    catalogs.push_back(engine_catalog(config, *fold, sets));
  }
  const Record marker = make_record(kCatalogChanged, 0, 0);
  tap(&marker, 1);
}

void LiveEngine::Impl::fold_history() {
  const std::size_t feed = lines.size();  // the merge has a place for it behind the real feeds
  TeeSink sink(*digest, *outbox);
  std::uint64_t rolls = 0, seen = 0;
  while (const auto block = history->next()) {
    if (block->type != journal::BlockType::kRecords) continue;
    for (const Record& record : block->records()) rolls += record.kind == RecordKind::kSessionRoll;
  }
  history->rewind();
  while (const auto block = history->next()) {
    if (block->type == journal::BlockType::kCatalog) {
      const auto catalog = journal::parse_catalog(block->payload);
      if (!catalog) return fail_with(catalog.error());
      wire::Instruments names;
      for (std::size_t i = 0; i < catalog->symbols.size(); ++i)
        names.symbols.push_back({static_cast<std::uint32_t>(i), catalog->symbols[i]});
      for (std::size_t i = 1; i < catalog->condition_sets.size(); ++i)
        names.condition_sets.push_back({static_cast<std::uint16_t>(i), catalog->condition_sets[i]});
      if (merge->instruments(feed, names)) announce_conditions();
    }
    if (block->type != journal::BlockType::kRecords) continue;
    for (Record record : block->records()) {
      seen += record.kind == RecordKind::kSessionRoll;
      if (seen == 0 || seen + config.history_sessions <= rolls || !merge->adopt(feed, record)) continue;
      record.feed = 0;
      batch.push_back(record);
    }
    take(sink);
    if (failed || stop_requested) return;
    wake_edge();
  }
  log_info("engine", "history: {} sessions folded from {}", std::min<std::uint64_t>(rolls, config.history_sessions),
           config.history_recording);
  history.reset();
}

void LiveEngine::Impl::watch_lines() {
  silences.resize(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    Silence& silence = silences[i];
    const std::uint64_t frames = lines[i].counters().in;
    if (silence.told && frames != silence.frames) {
      silence.told = false;
      log_info("feed", "'{}' is back", config.feeds[i].name);
    }
    if (!lines[i].reopen_if_dead(monotonic_clock_ns()) || silence.told) continue;
    silence = {true, frames};
    log_warning("feed", "'{}' is silent; connecting anew every 3 s", config.feeds[i].name);
  }
}

void LiveEngine::Impl::run_core() {
  TeeSink sink(*digest, *outbox);
  batch.reserve(wire::kMaxTicksPerBatch * 2);
  if (history) fold_history();
  std::vector<net::Socket*> sockets;
  for (feed::FeedLine& line : lines) sockets.push_back(&line.socket());  // a reopened line keeps its place
  bool more = true;
  std::int64_t drain_until_ns = 0;  // monotonic; once asked to stop: what has arrived is taken, but a flood does not hold us
  const auto going = [&] { return drain_until_ns == 0 || (more && monotonic_clock_ns() < drain_until_ns); };
  while (!failed && going()) {
    if (!more) net::wait_any(sockets, -1, outbox->levels_waiting() ? 1 : kCoreWaitMs);
    more = false;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      for (int frame = 0; frame < kFramesPerTurn; ++frame) {
        const auto received = lines[i].receive();
        if (!received.any) break;
        more = true;
        if (received.verdict != wire::Verdict::kOk) continue;
        const std::int64_t now_ns = wall_clock_ns();
        const wire::FeedDecoder& decoder = lines[i].decoder();
        switch (decoder.kind()) {
          case wire::FrameKind::kTicks: merge->ticks(i, decoder.ticks(), now_ns, batch); break;
          case wire::FrameKind::kInstruments:
            if (merge->instruments(i, decoder.instruments())) announce_conditions();
            break;
          case wire::FrameKind::kHeartbeat: merge->heartbeat(i, decoder.heartbeat(), now_ns, batch); break;
        }
        take(sink);
      }
    }
    watch_lines();
    merge->clock(wall_clock_ns(), batch);
    take(sink);
    outbox->send_waiting();
    wake_edge();
    if (stop_requested && drain_until_ns == 0) {
      drain_until_ns = monotonic_clock_ns() + kDrainNs;
      more = true;
    }
  }
  while (outbox->levels_waiting() && wait_for_edge()) outbox->send_waiting();
  core_done = true;
  edge_asleep = true;
  wake_edge();
}

}  // namespace groundswell::pipeline
