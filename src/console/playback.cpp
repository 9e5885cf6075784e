#include "console/playback.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "client/shared.hpp"
#include "journal/reader.hpp"

namespace groundswell::console {
namespace {

constexpr std::uint64_t kEver = ~std::uint64_t{0};
constexpr std::uint64_t kRecordsPerLook = 16'384;

}  // namespace

client::Result<std::unique_ptr<Playback>> Playback::open(const std::string& path, const std::string& universe, const GoOn& go_on) {
  bool given_up = false;
  auto reader = journal::Reader::open(path, [&](std::uint64_t, std::uint64_t) { given_up |= !go_on(0); });
  if (!reader) return client::file_error(reader.error());
  std::unique_ptr<Playback> playback(new Playback(std::move(*reader)));
  playback->survey(universe);
  if (auto error = playback->begin_again()) return std::move(*error);
  if (playback->marking_) {  // nothing has the events of an import but its fold
    const auto folded = playback->fold_until(kEver, kEver, go_on);
    if (!folded) return folded.error();
    playback->marking_ = false;
    given_up |= *folded == Arrival::kGivenUp;
  }
  playback->choose_marks();
  const auto begun = playback->seek(playback->begin_ns_, go_on);
  if (!begun) return begun.error();
  if (given_up || *begun == Arrival::kGivenUp) return std::unique_ptr<Playback>();
  playback->keep();
  return playback;
}

// What a recording says of itself: where the feeds joined, and its EDGES blocks.
void Playback::survey(const std::string& universe) {
  std::size_t configs = 0;
  bool joined = false;
  std::vector<std::string> scopes;
  reader_.rewind();
  while (const auto block = reader_.next()) {
    if (block->type == journal::BlockType::kConfig) ++configs;
    if (block->type == journal::BlockType::kCatalog) {
      if (const auto catalog = journal::parse_catalog(block->payload)) scopes = catalog->scopes;
    }
    if (block->type == journal::BlockType::kEdges) {
      const auto batch = journal::parse_edges(block->payload);
      has_edges_ = true;
      if (!batch || batch->header.universe != 0) continue;
      for (const wire::EdgeWithWhy& each : batch->edges) {
        add_mark(each.edge, each.edge.scope < scopes.size() ? scopes[each.edge.scope] : std::string());
      }
    }
    if (block->type != journal::BlockType::kRecords || begin_ns_ != 0) continue;
    std::uint64_t jseq = block->first_jseq;
    for (const Record& record : block->records()) {
      joined |= record.kind == RecordKind::kGap && record.gap.cause == GapCause::kJoin;
      if (joined && event_time_ns(record) != 0) {
        begin_ns_ = event_time_ns(record);
        begin_jseq_ = jseq;
        break;
      }
      ++jseq;
    }
  }
  const journal::RecordingInfo& info = reader_.info();
  if (begin_ns_ == 0) begin_ns_ = info.first_event_ns;
  end_ns_ = std::max(info.last_event_ns, begin_ns_);
  if (configs == 0) universe_ = universe;
  keeps_ = configs <= 1;  // a state fits a fold that was made of the same reference data
  marking_ = !has_edges_;
}

std::optional<client::Error> Playback::begin_again() {
  auto engine = client::FoldEngine::open(reader_, {.config = {}, .universe = universe_});
  if (!engine) return engine.error();
  auto model = std::make_unique<Model>((*engine)->config().universe, (*engine)->names());
  if (model_) model->count_on_from(model_->changes(), model_->beginnings() + 1, model_->told_events());
  model_ = std::move(model);
  engine_ = std::move(*engine);
  model_->on_recording(reader_.info().recording_id);
  model_->on_state(client::State::kLive);  // nothing of a recording is missing
  history_.clear();
  reader_.rewind();
  records_ = {};
  place_ = 0;
  next_jseq_ = 1;
  at_ns_ = 0;
  at_end_ = false;
  kept_.clear();
  keep();
  return std::nullopt;
}

void Playback::on_levels(const client::LevelsEvent& event) {
  model_->on_levels(event);
  history_.on_levels(event, engine_->names());
}

void Playback::on_edge(const client::EdgeEvent& event) {
  model_->on_edge(event);
  if (marking_) add_mark(event.edge, std::string(event.scope));
}

void Playback::add_mark(const Edge& edge, std::string scope) {
  marks_.push_back({edge.ts_event_ns, edge.eseq, edge_type_name(edge.type), std::move(scope)});
  mark_jseqs_.push_back(edge.cause_jseq);
}

// Those of what is to be watched, and of these the last.
void Playback::choose_marks() {
  const auto first = std::lower_bound(mark_jseqs_.begin(), mark_jseqs_.end(), begin_jseq_);
  auto drop = static_cast<std::size_t>(first - mark_jseqs_.begin());
  drop += mark_jseqs_.size() - drop - std::min(mark_jseqs_.size() - drop, kMostMarks);
  marks_.erase(marks_.begin(), marks_.begin() + static_cast<std::ptrdiff_t>(drop));
  mark_jseqs_.erase(mark_jseqs_.begin(), mark_jseqs_.begin() + static_cast<std::ptrdiff_t>(drop));
}

std::optional<client::Error> Playback::next_block() {
  while (const auto block = reader_.next()) {
    if (auto error = engine_->take(*block)) return error;
    if (block->type != journal::BlockType::kRecords) continue;
    records_ = block->records();
    place_ = 0;
    return std::nullopt;
  }
  at_end_ = true;
  return std::nullopt;
}

std::uint64_t Playback::next_ns() const noexcept {
  for (std::size_t i = place_; i < records_.size(); ++i) {
    if (const std::uint64_t time_ns = event_time_ns(records_[i]); time_ns != 0) return time_ns;
  }
  return 0;
}

client::Result<Playback::Arrival> Playback::fold_until(std::uint64_t time_ns, std::uint64_t jseq, const GoOn& go_on) {
  const auto records = static_cast<double>(std::max<std::uint64_t>(reader_.info().records, 1));
  for (std::uint64_t count = 0;;) {
    if (place_ == records_.size()) {
      if (auto error = next_block()) return std::move(*error);
      if (at_end_) return Arrival::kThere;
      continue;
    }
    const Record& record = records_[place_];
    const std::uint64_t record_ns = event_time_ns(record);
    if (record_ns > time_ns || next_jseq_ > jseq) return Arrival::kThere;
    if (auto error = engine_->follow(record, next_jseq_, *this)) return std::move(*error);
    at_ns_ = std::max(at_ns_, record_ns);
    ++place_;
    if (next_jseq_++ >= keep_at_jseq_) keep();
    if (++count % kRecordsPerLook == 0 && !go_on(static_cast<double>(next_jseq_) / records)) return Arrival::kGivenUp;
  }
}

client::Result<Playback::Arrival> Playback::forward_to(std::uint64_t time_ns, const GoOn& go_on) {
  return fold_until(time_ns, kEver, go_on);
}

client::Result<Playback::Arrival> Playback::seek(std::uint64_t time_ns, const GoOn& go_on) {
  time_ns = std::max(time_ns, begin_ns_);
  if (time_ns < at_ns_) {
    if (auto error = back_before(time_ns, kEver)) return std::move(*error);
  }
  return fold_until(time_ns, kEver, go_on);
}

client::Result<Playback::Arrival> Playback::step(int direction, const GoOn& go_on) {
  const std::uint64_t at_jseq = next_jseq_ - 1;
  if (direction > 0) {
    const auto next = std::upper_bound(mark_jseqs_.begin(), mark_jseqs_.end(), at_jseq);
    return next == mark_jseqs_.end() ? Arrival::kThere : fold_until(kEver, *next, go_on);
  }
  const auto here = std::lower_bound(mark_jseqs_.begin(), mark_jseqs_.end(), at_jseq);
  if (here == mark_jseqs_.begin()) return Arrival::kThere;
  if (auto error = back_before(kEver, *(here - 1))) return std::move(*error);
  return fold_until(kEver, *(here - 1), go_on);
}

void Playback::keep() {
  keep_at_jseq_ = next_jseq_ + keep_every_;
  if (!keeps_ || (!kept_.empty() && kept_.back().jseq >= next_jseq_ - 1)) return;
  if (kept_.size() == kMostKept) {  // every other one goes, and from here on they are twice as far apart
    for (std::size_t i = 1; i < kMostKept / 2; ++i) kept_[i] = std::move(kept_[2 * i]);
    kept_.resize(kMostKept / 2);
    keep_every_ *= 2;
  }
  Kept& now = kept_.emplace_back(
      Kept{.jseq = next_jseq_ - 1, .at_ns = at_ns_, .state = {}, .model = std::make_unique<Model>(*model_), .history = history_.moment()});
  StateWriter archive(now.state);
  engine_->fold().save(archive);
  now.state.shrink_to_fit();
}

std::optional<client::Error> Playback::back_before(std::uint64_t time_ns, std::uint64_t jseq) {
  auto kept = kept_.end();
  while (kept != kept_.begin() && ((kept - 1)->at_ns > time_ns || (kept - 1)->jseq > jseq)) --kept;
  if (kept == kept_.begin()) return begin_again();
  --kept;
  StateReader archive(kept->state);
  engine_->fold().restore(archive);
  GS_ASSERT(archive.is_complete());
  auto model = std::make_unique<Model>(*kept->model);
  model->count_on_from(model_->changes(), model_->beginnings(), model_->told_events());
  model_ = std::move(model);
  at_ns_ = kept->at_ns;
  next_jseq_ = kept->jseq + 1;
  history_.back_to(kept->history);
  at_end_ = false;
  records_ = {};
  place_ = 0;
  reader_.rewind();
  while (const auto block = reader_.next()) {
    if (block->type != journal::BlockType::kRecords || block->first_jseq + block->count <= next_jseq_) continue;
    records_ = block->records();
    place_ = next_jseq_ - block->first_jseq;
    break;
  }
  return std::nullopt;
}

}  // namespace groundswell::console
