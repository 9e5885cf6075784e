// A live engine without sockets and threads: records in, journal first, edges written behind their causes, some of them late, as when the
// edge thread lags. For tests of recordings that break off and are gone on with.
#pragma once

#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "journal/reader.hpp"
#include "journal/writer.hpp"
#include "pipeline/references.hpp"
#include "pipeline/restart.hpp"
#include "pipeline/setup.hpp"
#include "pipeline/snapshot.hpp"
#include "support/random_tape.hpp"
#include "support/simulated_tape.hpp"

namespace groundswell::test {

// The universe of RandomTape as a configuration.
inline config::Config random_tape_config(const std::string& settings = "", const std::string& more_of_beta = "") {
  std::vector<config::Config::File> files = default_config().files;
  for (config::Config::File& file : files) {
    if (file.name == "groundswell.toml") {
      file.text = settings +
                  "\n[[trigger]]\ntype = \"THRESHOLD\"\nsignal = \"net_adv\"\nscopes = [\"baskets\", \"thesis\"]\nevaluate = \"record\"\n"
                  "enter = \">= 2\"\nexit = \"<= 0\"\n";
    }
    if (file.name == "baskets.toml") {
      file.text = R"(version = "t"
benchmarks = { primary = "SPX", equal_weight = "EQW" }
[[basket]]
id = "alpha"
wave = "compute"
name = "Alpha"
members = [{ symbol = "A0", role = "leader" }, { symbol = "A1" }, { symbol = "A2" }]
[[basket]]
id = "beta"
wave = "physical"
name = "Beta"
members = [{ symbol = "B0" }, { symbol = "B1", role = "leader" }, { symbol = "B2" },
  { symbol = "B3", from = "2024-01-03" }, { symbol = "A0" })" +
                  more_of_beta + R"(]
[[basket]]
id = "gamma"
wave = "monetization"
name = "Gamma"
members = [{ symbol = "C0" }, { symbol = "C1", role = "leader" }, { symbol = "C2", to = "2024-01-04" }]
)";
    }
  }
  auto config = config::load_config_texts(files);
  if (!config) throw std::runtime_error(config.error().message);
  return std::move(*config);
}

class RecordedEngine final : public pipeline::Sink {
 public:
  static constexpr std::uint64_t kSegmentBytes = 96 * 1024;
  static constexpr std::size_t kBlockBytes = 16 * kRecordBytes;

  // A new recording.
  RecordedEngine(const std::filesystem::path& path, const config::Config& config) : path_(path), config_(config) {
    const std::vector<std::string> symbols = universe_symbols(config.universe);
    const auto setup = pipeline::fold_setup(config, symbols, simulate::tape_condition_sets()).value();
    fold_ = std::make_unique<pipeline::Fold>(setup);
    std::vector<std::string> names(signal::signal_count());
    for (const signal::CatalogRow& row : fold_->signals()) names[row.index] = row.id;
    digest_ = std::make_unique<pipeline::DigestSink>(pipeline::ScopeNames(fold_->scope_names(), fold_->symbols()), names);
    catalog_ = pipeline::engine_catalog(config, *fold_, simulate::tape_condition_sets());
    auto writer = journal::Writer::create(path, {.recording_id = 42,
                                                 .config_hash = setup.config_hash,
                                                 .definition_set_hash = pipeline::definition_set_hash(config),
                                                 .segment_bytes = kSegmentBytes,
                                                 .block_bytes = kBlockBytes});
    if (!writer) throw std::runtime_error(writer.error().message);
    writer_ = std::make_unique<journal::Writer>(std::move(*writer));
    std::vector<journal::ConfigText> texts;
    for (const config::Config::File& file : config.files) texts.push_back({file.name, file.text});
    writer_->append_config(texts).value();
    writer_->append_catalog(catalog_).value();
  }
  // One that goes on.
  RecordedEngine(const std::filesystem::path& path, const config::Config& config, pipeline::Restarted restarted)
      : path_(path),
        config_(config),
        fold_(std::move(restarted.fold)),
        digest_(std::move(restarted.digest)),
        writer_(std::make_unique<journal::Writer>(std::move(restarted.writer))),
        catalog_(std::move(restarted.catalog)),
        feeds_(std::move(restarted.feeds)),
        unwritten_(std::make_move_iterator(restarted.unpublished.begin()), std::make_move_iterator(restarted.unpublished.end())) {
    next_jseq_ = restarted.next_jseq;
    config_blocks_ = restarted.references.config_blocks();
    write_edges(0);
  }

  // `lag`: how many edges may be unwritten after it.
  void apply(const Record& record, std::size_t lag = 0) {
    writer_->append({&record, 1}).value();
    digest_and_self_.engine = this;
    fold_->apply(record, next_jseq_++, digest_and_self_);
    feeds_.observe(record);
    write_edges(lag);
  }
  // New reference data, as the core of a live engine takes it.
  void change(const config::Config& next, std::uint32_t effective_session) {
    writer_->append_config(pipeline::config_texts(next)).value();
    fold_->offer(pipeline::reference_data(next, config_).value());
    apply(reference_record(++config_blocks_, pipeline::config_block_hash(next), effective_session,
                           pipeline::changed_references(config_, next)));
    catalog_ = pipeline::engine_catalog(config_, *fold_, simulate::tape_condition_sets());
    writer_->append_catalog(catalog_).value();
  }
  void write_edges(std::size_t lag) {
    for (; unwritten_.size() > lag; unwritten_.pop_front()) {
      const Edge& edge = unwritten_.front().edge;
      wire::EdgeBatch batch;
      batch.header = {.recording_id = 42, .catalog_hash = 1, .config_hash = 2, .send_ns = 3 + edge.eseq, .session = edge.session};
      batch.header.scope = edge.scope;
      batch.scope_seq = edge.scope_seq;
      batch.edges = {unwritten_.front()};
      writer_->append_edges(codec_.encode(batch), 1).value();
    }
  }
  void take_snapshot() {
    std::vector<std::byte> taken;
    pipeline::take_snapshot(
        {.recording_id = 42, .config_hash = pipeline::config_hash(config_), .definition_set_hash = pipeline::definition_set_hash(config_)},
        *fold_, *digest_, feeds_, taken);
    pipeline::write_snapshot(path_, taken).value();
  }
  void flush() { writer_->flush().value(); }
  void close() {
    write_edges(0);
    writer_->close().value();
  }
  const pipeline::Fold& fold() const { return *fold_; }
  std::string digest() const { return digest_->text(); }
  const pipeline::FeedPositions& feeds() const { return feeds_; }

  void on_levels(const pipeline::LevelBatchView&) noexcept override {}
  void on_edge(const Edge& edge, std::span<const Why> why) noexcept override { unwritten_.push_back({edge, {why.begin(), why.end()}}); }

 private:
  struct DigestAndSelf final : pipeline::Sink {
    RecordedEngine* engine = nullptr;
    void on_names(const pipeline::Names& names) override { engine->digest_->on_names(names); }
    void on_levels(const pipeline::LevelBatchView& batch) noexcept override { engine->digest_->on_levels(batch); }
    void on_edge(const Edge& edge, std::span<const Why> why) noexcept override {
      engine->digest_->on_edge(edge, why);
      engine->on_edge(edge, why);
    }
  };
  std::filesystem::path path_;
  const config::Config& config_;
  std::unique_ptr<pipeline::Fold> fold_;
  std::unique_ptr<pipeline::DigestSink> digest_;
  std::unique_ptr<journal::Writer> writer_;
  Catalog catalog_;
  pipeline::FeedPositions feeds_;
  std::deque<wire::EdgeWithWhy> unwritten_;
  DigestAndSelf digest_and_self_;
  wire::SignalCodec codec_;
  std::uint64_t next_jseq_ = 1, config_blocks_ = 1;
};

// The records and the bytes of the edges of a recording.
struct RecordingContents {
  std::vector<Record> records;
  std::vector<std::string> edges;  // payloads of EDGES blocks
};
inline RecordingContents contents_of(const std::filesystem::path& path) {
  auto reader = journal::Reader::open(path);
  if (!reader) throw std::runtime_error(reader.error().message);
  RecordingContents contents;
  while (const auto block = reader->next()) {
    if (block->type == journal::BlockType::kRecords) {
      const auto records = block->records();
      contents.records.insert(contents.records.end(), records.begin(), records.end());
    }
    if (block->type == journal::BlockType::kEdges)
      contents.edges.emplace_back(reinterpret_cast<const char*>(block->payload.data()), block->payload.size());
  }
  return contents;
}

}  // namespace groundswell::test
