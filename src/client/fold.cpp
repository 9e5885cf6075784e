#include "groundswell/client/fold.hpp"

#include <filesystem>
#include <optional>

#include "client/journal_reader_impl.hpp"
#include "client/shared.hpp"
#include "pipeline/digest.hpp"
#include "pipeline/references.hpp"
#include "pipeline/replay.hpp"
#include "pipeline/setup.hpp"

namespace groundswell::client {

struct Fold::Impl final : pipeline::Sink {
  Impl(config::Config of, const pipeline::FoldSetup& setup, const std::vector<ConditionSet>& condition_sets, std::uint64_t recording)
      : config(std::move(of)),
        fold(setup),
        names(pipeline::engine_catalog(config, fold, condition_sets)),
        recording_id(recording),
        config_hash(setup.config_hash) {}

  void on_names(const pipeline::Names& of) override {
    if (digest) digest->on_names(of);
  }
  void on_levels(const pipeline::LevelBatchView& batch) noexcept override {
    if (digest) digest->on_levels(batch);
    handler->on_levels({.universe = "main",
                        .scope = names.scope(batch.scope),
                        .scope_index = batch.scope,
                        .session = batch.session,
                        .ts_event_ns = batch.ts_event_ns,
                        .cause_jseq = batch.cause_jseq,
                        .level_seq = batch.level_seq,
                        .recording_id = recording_id,
                        .clock = batch.clock,
                        .full = false,
                        .levels = batch.levels});
  }
  void on_edge(const Edge& edge, std::span<const Why> why) noexcept override {
    if (digest) digest->on_edge(edge, why);
    handler->on_edge(edge_event(names, edge, why, recording_id, config_hash, false));
  }

  config::Config config;
  pipeline::Fold fold;
  Names names;
  std::optional<pipeline::References> references;  // of the recording, when its own configuration is used
  std::optional<pipeline::DigestSink> digest;
  std::uint64_t recording_id, config_hash;
  Handler* handler = nullptr;
};

Fold::Fold(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Fold::Fold(Fold&&) noexcept = default;
Fold& Fold::operator=(Fold&&) noexcept = default;
Fold::~Fold() = default;

namespace {

Result<config::Config> config_for(journal::Reader& reader, const FoldOptions& options) {
  if (!options.config.empty()) {
    config::Overrides overrides;
    if (!options.universe.empty()) overrides.values["universe.file"] = "'" + std::filesystem::absolute(options.universe).string() + "'";
    auto loaded = config::load_config(options.config, overrides);
    if (!loaded) return file_error(loaded.error());
    return std::move(*loaded);
  }
  auto recorded = pipeline::recorded_config(reader, options.universe);
  if (!recorded) return file_error(recorded.error());
  if (*recorded) return std::move(**recorded);
  if (options.universe.empty())
    return Error{ErrorCode::kConfiguration, "the recording has no configuration, as imports do: name a universe, that is a baskets.toml"};
  auto loaded = config::config_for_universe(options.universe);
  if (!loaded) return file_error(loaded.error());
  return std::move(*loaded);
}

}  // namespace

Result<Fold> Fold::open(JournalReader& recording, const FoldOptions& options) {
  journal::Reader& reader = recording.impl_->reader;
  auto config = config_for(reader, options);
  if (!config) return config.error();
  const auto catalog = pipeline::recorded_catalog(reader);
  reader.rewind();
  if (!catalog) return file_error(catalog.error());
  const auto setup = pipeline::fold_setup(*config, catalog->symbols, catalog->condition_sets);
  if (!setup) return file_error(setup.error());
  auto impl = std::make_unique<Impl>(std::move(*config), *setup, catalog->condition_sets, reader.info().recording_id);
  if (options.config.empty() && options.universe.empty()) impl->references.emplace(impl->config);
  if (options.digest) impl->digest.emplace(pipeline::ScopeNames{impl->fold.scope_names(), impl->fold.symbols()}, impl->fold.signal_names());
  return Fold(std::move(impl));
}

void Fold::apply(const Record& record, std::uint64_t jseq, Handler& handler) {
  impl_->handler = &handler;
  impl_->fold.apply(record, jseq, *impl_);
}

Result<JournalReader::Kind> Fold::advance(JournalReader& recording, Handler& handler) {
  JournalReader::Impl& source = *recording.impl_;
  source.records = {};
  source.edges = {};
  while (const auto block = source.reader.next()) {
    if (impl_->references) {
      if (const auto taken = impl_->references->take(*block); !taken) return file_error(taken.error());
    }
    if (block->type == journal::BlockType::kEdges) return JournalReader::Kind::kEdges;
    if (block->type != journal::BlockType::kRecords) continue;
    source.records = block->records();
    source.first_jseq = block->first_jseq;
    std::uint64_t jseq = block->first_jseq;
    for (const Record& record : source.records) {
      if (impl_->references) {
        if (const auto observed = impl_->references->observe(record, &impl_->fold); !observed) return file_error(observed.error());
      }
      apply(record, jseq++, handler);
      if (record.kind == RecordKind::kReferenceChange)
        impl_->names = Names(pipeline::engine_catalog(impl_->config, impl_->fold, recording.names().catalog().condition_sets));
    }
    return JournalReader::Kind::kRecords;
  }
  return JournalReader::Kind::kEnd;
}

Result<std::uint64_t> Fold::run(JournalReader& recording, Handler& handler) {
  std::uint64_t count = 0;
  recording.rewind();
  for (;;) {
    const auto kind = advance(recording, handler);
    if (!kind) return kind.error();
    if (*kind == JournalReader::Kind::kEnd) return count;
    count += recording.records().size();
  }
}

const Names& Fold::names() const noexcept { return impl_->names; }
std::uint64_t Fold::event_time_ns() const noexcept { return impl_->fold.event_time_ns(); }
std::uint32_t Fold::session() const noexcept { return impl_->fold.session(); }
std::uint64_t Fold::next_eseq() const noexcept { return impl_->fold.next_eseq(); }
std::string Fold::digest() const { return impl_->digest ? impl_->digest->text() : std::string(); }

}  // namespace groundswell::client
