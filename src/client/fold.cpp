#include "groundswell/client/fold.hpp"

#include "client/journal_reader_impl.hpp"
#include "client/shared.hpp"
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

  void on_levels(const pipeline::LevelBatchView& batch) noexcept override {
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
    handler->on_edge(edge_event(names, edge, why, recording_id, config_hash, false));
  }

  config::Config config;
  pipeline::Fold fold;
  Names names;
  std::optional<pipeline::References> references;  // of the recording, when its own configuration is used
  std::uint64_t recording_id, config_hash;
  Handler* handler = nullptr;
};

Fold::Fold(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Fold::Fold(Fold&&) noexcept = default;
Fold& Fold::operator=(Fold&&) noexcept = default;
Fold::~Fold() = default;

Result<Fold> Fold::open(JournalReader& recording, const std::string& universe) {
  journal::Reader& reader = recording.impl_->reader;
  std::optional<config::Config> config;
  if (universe.empty()) {
    auto recorded = pipeline::recorded_config(reader);
    if (!recorded) return file_error(recorded.error());
    config = std::move(*recorded);
    if (!config) return Error{ErrorCode::kConfiguration, "the recording has no configuration, as imports do: name a baskets.toml"};
  } else {
    auto loaded = config::config_for_universe(universe);
    if (!loaded) return file_error(loaded.error());
    config = std::move(*loaded);
  }
  const auto catalog = pipeline::recorded_catalog(reader);
  reader.rewind();
  if (!catalog) return file_error(catalog.error());
  const auto setup = pipeline::fold_setup(*config, catalog->symbols, catalog->condition_sets);
  if (!setup) return file_error(setup.error());
  auto impl = std::make_unique<Impl>(std::move(*config), *setup, catalog->condition_sets, reader.info().recording_id);
  if (universe.empty()) impl->references.emplace(impl->config);
  return Fold(std::move(impl));
}

void Fold::apply(const Record& record, std::uint64_t jseq, Handler& handler) {
  impl_->handler = &handler;
  impl_->fold.apply(record, jseq, *impl_);
}

Result<std::uint64_t> Fold::run(JournalReader& recording, Handler& handler) {
  std::uint64_t count = 0;
  journal::Reader& reader = recording.impl_->reader;
  reader.rewind();
  while (const auto block = reader.next()) {
    if (impl_->references) {
      if (const auto taken = impl_->references->take(*block); !taken) return file_error(taken.error());
    }
    if (block->type != journal::BlockType::kRecords) continue;
    std::uint64_t jseq = block->first_jseq;
    for (const Record& record : block->records()) {
      if (impl_->references) {
        if (const auto observed = impl_->references->observe(record, &impl_->fold); !observed) return file_error(observed.error());
      }
      apply(record, jseq++, handler);
      if (record.kind == RecordKind::kReferenceChange)
        impl_->names = Names(pipeline::engine_catalog(impl_->config, impl_->fold, recording.names().catalog().condition_sets));
    }
    count += block->records().size();
  }
  return count;
}

const Names& Fold::names() const noexcept { return impl_->names; }
std::uint64_t Fold::event_time_ns() const noexcept { return impl_->fold.event_time_ns(); }
std::uint32_t Fold::session() const noexcept { return impl_->fold.session(); }
std::uint64_t Fold::next_eseq() const noexcept { return impl_->fold.next_eseq(); }

}  // namespace groundswell::client
