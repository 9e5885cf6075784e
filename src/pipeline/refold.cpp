#include "pipeline/refold.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace groundswell::pipeline {
namespace {

class BothSinks final : public Sink {
 public:
  BothSinks(Sink& first, Sink& second) : first_(first), second_(second) {}
  void on_names(const Names& names) override {
    first_.on_names(names);
    second_.on_names(names);
  }
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

class Nowhere final : public Sink {
 public:
  void on_levels(const LevelBatchView&) noexcept override {}
  void on_edge(const Edge&, std::span<const Why>) noexcept override {}
};

// Names the first field in which two edges differ; "" = none does.
class FieldDifference {
 public:
  template <class T>
  FieldDifference& field(const char* name, T recorded, T made) {
    if (!text_.empty() || std::memcmp(&recorded, &made, sizeof recorded) == 0) return *this;
    if constexpr (std::is_enum_v<T>) {
      text_ = fmt::format("{} is {} in the recording, {} when folded again", name, static_cast<int>(recorded), static_cast<int>(made));
    } else {
      text_ = fmt::format("{} is {} in the recording, {} when folded again", name, recorded, made);
    }
    return *this;
  }
  const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

std::string difference_of(const wire::EdgeWithWhy& recorded, const wire::EdgeWithWhy& made) {
  const Edge &r = recorded.edge, &m = made.edge;
  FieldDifference difference;
  difference.field("eseq", r.eseq, m.eseq).field("cause_jseq", r.cause_jseq, m.cause_jseq).field("type", r.type, m.type);
  difference.field("scope", r.scope, m.scope).field("scope_seq", r.scope_seq, m.scope_seq).field("subject", r.subject, m.subject);
  difference.field("trigger", r.trigger, m.trigger).field("signal", r.signal, m.signal).field("direction", r.direction, m.direction);
  difference.field("session", r.session, m.session).field("ts_event", r.ts_event_ns, m.ts_event_ns).field("clock", r.clock, m.clock);
  difference.field("present", r.present, m.present).field("value", r.value, m.value).field("prior", r.prior, m.prior);
  difference.field("threshold", r.threshold, m.threshold).field("validity", r.validity, m.validity).field("flags", r.flags, m.flags);
  difference.field("n_valid", r.n_valid, m.n_valid).field("n_members", r.n_members, m.n_members);
  difference.field("definition", r.definition, m.definition).field("roster", r.roster, m.roster);
  difference.field("event_id", r.event_id.hi, m.event_id.hi).field("event_id", r.event_id.lo, m.event_id.lo);
  if (!difference.text().empty()) return difference.text();
  difference.field("number of parts", recorded.why.size(), made.why.size());
  for (std::size_t i = 0; i < std::min(recorded.why.size(), made.why.size()); ++i) {
    difference.field("symbol of a part", recorded.why[i].symbol, made.why[i].symbol);
    difference.field("delta of a part", recorded.why[i].delta, made.why[i].delta);
  }
  return difference.text();
}

bool is_same(std::span<const std::byte> a, std::span<const std::byte> b) noexcept {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

void EdgeCheck::on_edge(const Edge& edge, std::span<const Why> why) noexcept { waiting_.push_back({edge, {why.begin(), why.end()}}); }

Result<void> EdgeCheck::compare(const journal::BlockView& block) {
  auto recorded = journal::parse_edges(block.payload);
  if (!recorded) return recorded.error();
  wire::EdgeBatch made{recorded->header, recorded->scope_seq, {}};
  for (const wire::EdgeWithWhy& edge : recorded->edges) {
    if (edge.edge.eseq < first_eseq_) continue;
    if (waiting_.empty()) {
      difference_ = fmt::format("edge {} of record {}: the fold does not make it", edge.edge.eseq, edge.edge.cause_jseq);
      return {};
    }
    const std::string difference = difference_of(edge, waiting_.front());
    if (!difference.empty()) {
      difference_ = fmt::format("edge {} of record {}: {}", edge.edge.eseq, edge.edge.cause_jseq, difference);
      return {};
    }
    made.edges.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    ++compared_;
  }
  const bool is_whole = made.edges.size() == recorded->edges.size();
  if (is_whole && !is_same(codec_.encode(made), block.payload)) {
    difference_ = fmt::format("block {} before record {}: equal edges in other bytes", block.block_seq, block.first_jseq);
  }
  return {};
}

Result<void> refold(journal::Reader& recording, References& references, std::uint64_t after_jseq, Fold& fold, Sink& sink, EdgeCheck& check,
                    FeedPositions& feeds, Shadow* shadow) {
  BothSinks checked(sink, check);
  Nowhere nowhere;
  BothSinks shadowed(checked, shadow != nullptr ? shadow->main_output() : nowhere);
  Sink& out = shadow != nullptr ? static_cast<Sink&>(shadowed) : checked;
  recording.rewind();
  while (const auto block = recording.next()) {
    if (const auto taken = references.take(*block); !taken) return taken;
    if (block->type == journal::BlockType::kCatalog) {
      const auto catalog = journal::parse_catalog(block->payload);
      if (!catalog) return catalog.error();
      for (std::size_t i = 0; i < catalog->condition_sets.size(); ++i) {
        const Eligibility may = config::eligibility_of(references.announced().conditions, catalog->condition_sets[i]);
        fold.add_condition(static_cast<std::uint16_t>(i), may);
        if (shadow != nullptr) shadow->add_condition(static_cast<std::uint16_t>(i), may);
      }
    }
    if (block->type == journal::BlockType::kEdges && block->first_jseq > after_jseq + 1) {  // else all are from before
      if (const auto compared = check.compare(*block); !compared) return compared;
      if (!check.difference().empty()) return {};
    }
    if (block->type != journal::BlockType::kRecords) continue;
    std::uint64_t jseq = block->first_jseq;
    for (const Record& record : block->records()) {
      const bool is_new = jseq > after_jseq;
      if (const auto observed = references.observe(record, is_new ? &fold : nullptr, shadow); !observed) return observed;
      if (is_new) {
        fold.apply(record, jseq, out);
        if (shadow != nullptr) shadow->apply(record, jseq, nowhere);
        feeds.observe(record);
      }
      ++jseq;
    }
  }
  return {};
}

Result<void> rehearse(journal::Reader& recording, References references, std::uint64_t jseq, Fold& fold) {
  recording.rewind();
  while (const auto block = recording.next()) {
    if (const auto taken = references.take(*block); !taken) return taken;
    if (block->type != journal::BlockType::kRecords) continue;
    if (block->first_jseq > jseq) break;
    for (const Record& record : block->records().first(std::min<std::size_t>(block->count, jseq + 1 - block->first_jseq))) {
      if (const auto observed = references.observe(record, &fold); !observed) return observed;
      fold.rehearse(record);
    }
  }
  return {};
}

Result<std::uint64_t> last_recorded_eseq(journal::Reader& recording) {
  std::vector<std::byte> last;  // its bytes: a block's own are gone with the next one
  recording.rewind();
  while (const auto block = recording.next()) {
    if (block->type == journal::BlockType::kEdges) last.assign(block->payload.begin(), block->payload.end());
  }
  if (last.empty()) return std::uint64_t{0};
  const auto edges = journal::parse_edges(last);
  if (!edges) return edges.error();
  return edges->edges.empty() ? std::uint64_t{0} : edges->edges.back().edge.eseq;
}

}  // namespace groundswell::pipeline
