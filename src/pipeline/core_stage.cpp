#include "pipeline/core_stage.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "pipeline/references.hpp"
#include "pipeline/setup.hpp"

namespace groundswell::pipeline {
namespace {

constexpr std::size_t kAtOnce = 512;                // records of a feed
constexpr std::int64_t kClockEveryNs = 50'000'000;  // pulses of the wall clock come every 100 ms of silence

MergeOptions merge_options(const config::Config& config, const Fold& fold, std::vector<AliasRow> aliases) {
  std::vector<std::string> feed_names;
  for (const config::Feed& feed : config.feeds) feed_names.push_back(feed.name);
  feed_names.emplace_back(kHistoryFeed);
  return {.symbols = fold.symbols(),
          .feed_names = std::move(feed_names),
          .aliases = std::move(aliases),
          .time_from_feed = config.time_source == config::TimeSource::kFeed,
          .lateness_ns = config.lateness_ns,
          .future_limit_ns = config.future_limit_ns,
          .late_limit_ns = config.late_limit_ns};
}

// Whether what was sent while we were down can be had: then a session that we come back to is a whole one.
bool goes_on_whole(const config::Config& config) {
  return std::all_of(config.feeds.begin(), config.feeds.end(), [](const config::Feed& feed) { return !feed.fill.empty(); });
}

}  // namespace

// The digest sees all that the fold makes, before anything conflates.
class CoreStage::Out final : public Sink {
 public:
  Out(DigestSink& digest, JournalLink& journal, OutboxSender& outbox, Shadow* shadow)
      : digest_(digest), journal_(journal), outbox_(outbox), to_shadow_(shadow != nullptr ? &shadow->main_output() : nullptr) {}
  void on_names(const Names& names) override {
    digest_.on_names(names);
    outbox_.grow(level_slots(names.scopes, names.symbols));
    if (to_shadow_ != nullptr) to_shadow_->on_names(names);
  }
  void on_levels(const LevelBatchView& batch) noexcept override {
    digest_.on_levels(batch);
    outbox_.levels(batch, cause_recv_ns_);
    if (to_shadow_ != nullptr) to_shadow_->on_levels(batch);
  }
  void on_edge(const Edge& edge, std::span<const Why> why) noexcept override {
    digest_.on_edge(edge, why);
    journal_.edge(edge, why, cause_recv_ns_);
    if (to_shadow_ != nullptr) to_shadow_->on_edge(edge, why);
    ++edges_made_;
  }
  void journal_only(const wire::EdgeWithWhy& edge) {  // the digest has it
    journal_.edge(edge.edge, edge.why, 0);
    ++edges_made_;
  }
  std::uint64_t edges_made() const { return edges_made_; }
  void begin(std::int64_t cause_recv_ns) noexcept { cause_recv_ns_ = cause_recv_ns; }  // what comes is caused by a record of then

 private:
  DigestSink& digest_;
  JournalLink& journal_;
  OutboxSender& outbox_;
  Sink* to_shadow_;
  std::uint64_t edges_made_ = 0;
  std::int64_t cause_recv_ns_ = 0;
};

CoreStage::CoreStage(const Surroundings& surroundings, State state)
    : Stage("core"),
      around_(surroundings),
      state_(std::move(state)),
      merge_(merge_options(around_.config, *state_.fold, std::move(state_.aliases)), around_.calendar,
             around_.feeds.size() + 1),  // history is the last feed
      out_(std::make_unique<Out>(*state_.digest, around_.journal, around_.outbox, state_.shadow.get())),
      taken_(kAtOnce) {
  batch_.reserve(2 * kAtOnce);
  state_.fold->view(around_.views.memory());  // later ones find room
  merge_.resume(state_.condition_sets, state_.fold->event_time_ns(), state_.fold->roll(), goes_on_whole(around_.config));
  const auto& feeds = state_.feeds.by_number();
  for (std::size_t feed = 0; feed < around_.feeds.size() && feed + 1 < feeds.size(); ++feed)
    merge_.resume_feed(feed, feeds[feed + 1].feed_epoch);
  if (state_.next_aliases_session)
    merge_.set_references(state_.fold->symbols(), std::move(state_.next_aliases), *state_.next_aliases_session);
  if (state_.history == nullptr) return;
  while (const auto block = state_.history->next()) {
    if (block->type != journal::BlockType::kRecords) continue;
    for (const Record& record : block->records()) history_rolls_ += record.kind == RecordKind::kSessionRoll;
  }
  state_.history->rewind();
}

CoreStage::~CoreStage() = default;

std::uint64_t CoreStage::edges_made() const noexcept { return out_->edges_made(); }
std::string CoreStage::digest() { return state_.digest->text(); }

void CoreStage::fold_batch() {
  if (batch_.empty()) return;
  if (around_.journal.records(batch_)) {
    for (const Record& record : batch_) {
      out_->begin(state_.history == nullptr ? record.recv_ns : 0);  // of history, when it was received means nothing now
      state_.fold->apply(record, state_.next_jseq, *out_);
      if (state_.shadow) state_.shadow->apply(record, state_.next_jseq, around_.shadow);
      ++state_.next_jseq;
      state_.feeds.observe(record);
    }
  }
  batch_.clear();
  around_.status.session.store(state_.fold->session(), std::memory_order_relaxed);
  around_.status.event_time_ns.store(state_.fold->event_time_ns(), std::memory_order_relaxed);
}

void CoreStage::announce_conditions() {
  const auto& sets = merge_.condition_sets();
  for (std::size_t i = 0; i < sets.size(); ++i) {
    const Eligibility may = config::eligibility_of(around_.config.conditions, sets[i]);
    state_.fold->add_condition(static_cast<std::uint16_t>(i), may);
    if (state_.shadow) state_.shadow->add_condition(static_cast<std::uint16_t>(i), may);
  }
  announce_catalog();
}

void CoreStage::announce_catalog() { around_.journal.catalog(engine_catalog(around_.config, *state_.fold, merge_.condition_sets())); }

// Its text first, then the record that names it, then the numbers of what it brings: a recording that breaks off in between says less, and
// never anything else.
void CoreStage::take_references() {
  ReferenceUpdate update = around_.references.updates.take();
  ++references_taken_;
  const std::uint32_t session = merge_.next_session();
  around_.journal.config(std::move(update.texts));
  state_.fold->offer(update.data);
  if (state_.shadow) state_.shadow->offer(update.data);
  batch_.push_back(reference_record(++state_.config_blocks, update.hash, session, update.what, wall_clock_ns()));
  fold_batch();
  merge_.set_references(state_.fold->symbols(), std::move(update.aliases), session);
  announce_catalog();
  around_.operations.tell(wire::Severity::kInfo, "reference", "new reference data ({}) recorded; it holds from {} on",
                          changed_text(update.what), session == 0 ? "the next session" : "session " + config::format_date(session));
  around_.references.taken = references_taken_;
}

std::size_t CoreStage::take_history() {
  const std::size_t feed = around_.feeds.size();
  const auto block = around_.status.stop_requested ? std::nullopt : state_.history->next();
  if (!block) {
    log_info("engine", "history: {} sessions folded from {}", std::min<std::uint64_t>(history_rolls_seen_, around_.config.history_sessions),
             around_.config.history_recording);
    state_.history.reset();
    return 1;
  }
  if (block->type == journal::BlockType::kCatalog) {
    const auto catalog = journal::parse_catalog(block->payload);
    if (!catalog) {
      around_.status.fail(catalog.error());
      return 0;
    }
    wire::Instruments names;
    for (std::size_t i = 0; i < catalog->symbols.size(); ++i) names.symbols.push_back({static_cast<std::uint32_t>(i), catalog->symbols[i]});
    for (std::size_t i = 1; i < catalog->condition_sets.size(); ++i)
      names.condition_sets.push_back({static_cast<std::uint16_t>(i), catalog->condition_sets[i]});
    if (merge_.instruments(feed, names)) announce_conditions();
  }
  if (block->type != journal::BlockType::kRecords) return 1;
  for (Record record : block->records()) {
    history_rolls_seen_ += record.kind == RecordKind::kSessionRoll;
    const bool wanted = history_rolls_seen_ > 0 && history_rolls_seen_ + around_.config.history_sessions > history_rolls_;
    if (!wanted || !merge_.adopt(feed, record)) continue;
    record.feed = 0;
    batch_.push_back(record);
  }
  fold_batch();
  return 1;
}

std::size_t CoreStage::take_feed(std::size_t feed) {
  FeedLink& link = *around_.feeds[feed];
  const std::size_t count = link.records.pop(taken_.data(), taken_.size());
  for (std::size_t i = 0; i < count; ++i) {
    const Record& record = taken_[i];
    if (record.kind == kSendTimeMark) {
      merge_.sent(feed, record.pulse.time_ns);
    } else if (record.kind == kInstrumentsMark) {
      if (!merge_.instruments(feed, link.instruments.take())) continue;
      fold_batch();  // what came before the new conditions knows nothing of them
      announce_conditions();
    } else {
      merge_.take(feed, record, batch_);
    }
  }
  fold_batch();
  return count;
}

bool CoreStage::feeds_ended() const noexcept {
  return std::all_of(around_.feeds.begin(), around_.feeds.end(),
                     [](const FeedLink* link) { return link->closed.load() && link->records.used_slots() == 0; });
}

bool CoreStage::has_work() const noexcept {
  return around_.references.put > around_.references.taken ||
         std::any_of(around_.feeds.begin(), around_.feeds.end(), [](const FeedLink* link) { return link->records.used_slots() > 0; });
}

std::vector<std::byte> CoreStage::snapshot() const {
  std::vector<std::byte> taken;
  take_snapshot(identity_, *state_.fold, *state_.digest, state_.feeds, taken);
  return taken;
}

// Between records: what the fold has taken in is whole.
void CoreStage::take_snapshot_if_due(std::int64_t now_ns) {
  if (snapshot_at_ns_ == 0) snapshot_at_ns_ = now_ns + static_cast<std::int64_t>(around_.config.snapshot_ns);
  if (now_ns < snapshot_at_ns_) return;
  std::vector<std::byte>* const taken = around_.snapshots.free();
  if (taken == nullptr) return;
  snapshot_at_ns_ = now_ns + static_cast<std::int64_t>(around_.config.snapshot_ns);
  take_snapshot(identity_, *state_.fold, *state_.digest, state_.feeds, *taken);
  around_.snapshots.hand_on(state_.next_jseq - 1);
}

std::size_t CoreStage::step(std::int64_t now_ns) {
  if (finished_) return 0;
  std::size_t work = state_.unpublished.size();
  for (const wire::EdgeWithWhy& edge : state_.unpublished) out_->journal_only(edge);
  state_.unpublished.clear();
  if (state_.catalog_is_behind) announce_catalog();
  state_.catalog_is_behind = false;
  if (state_.history != nullptr) {
    work += take_history();
  } else {
    for (; references_taken_ < around_.references.put; ++work) take_references();
    for (std::size_t feed = 0; feed < around_.feeds.size(); ++feed) work += take_feed(feed);
    merge_.clock(wall_clock_ns(), batch_);
    work += batch_.size();
    fold_batch();
  }
  if (state_.history == nullptr) take_snapshot_if_due(now_ns);
  std::size_t answered = around_.views.answer(*state_.fold);  // between records too
  answered += around_.members.answer(*state_.fold);
  around_.outbox.send_waiting();
  due_ns_ = now_ns + (around_.outbox.levels_waiting() ? kRetryAfterNs : kClockEveryNs);
  if (work == 0 && around_.status.stop_requested && state_.history == nullptr && feeds_ended() && !around_.outbox.levels_waiting()) {
    around_.journal.close();
    finished_ = true;
  }
  return work + answered;  // so that who waits for it is woken
}

}  // namespace groundswell::pipeline
