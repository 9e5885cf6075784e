#include "client/fold_engine.hpp"

#include <filesystem>

#include "client/shared.hpp"
#include "pipeline/replay.hpp"
#include "pipeline/setup.hpp"

namespace groundswell::client {
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

FoldEngine::FoldEngine(config::Config config, const pipeline::FoldSetup& setup, std::vector<ConditionSet> condition_sets,
                       std::uint64_t recording_id)
    : config_(std::move(config)),
      condition_sets_(std::move(condition_sets)),
      fold_(setup),
      names_(pipeline::engine_catalog(config_, fold_, condition_sets_)),
      recording_id_(recording_id),
      config_hash_(setup.config_hash) {}

Result<std::unique_ptr<FoldEngine>> FoldEngine::open(journal::Reader& reader, const FoldOptions& options) {
  auto config = config_for(reader, options);
  if (!config) return config.error();
  auto catalog = pipeline::recorded_catalog(reader);
  reader.rewind();
  if (!catalog) return file_error(catalog.error());
  const auto setup = pipeline::fold_setup(*config, catalog->symbols, catalog->condition_sets);
  if (!setup) return file_error(setup.error());
  std::unique_ptr<FoldEngine> engine(
      new FoldEngine(std::move(*config), *setup, std::move(catalog->condition_sets), reader.info().recording_id));
  if (options.config.empty() && options.universe.empty()) engine->references_.emplace(engine->config_);
  const pipeline::Fold& fold = engine->fold_;
  if (options.digest) engine->digest_.emplace(pipeline::ScopeNames{fold.scope_names(), fold.symbols()}, fold.signal_names());
  return engine;
}

void FoldEngine::on_names(const pipeline::Names& of) {
  if (digest_) digest_->on_names(of);
}

void FoldEngine::on_levels(const pipeline::LevelBatchView& batch) noexcept {
  if (digest_) digest_->on_levels(batch);
  handler_->on_levels({.universe = "main",
                       .scope = names_.scope(batch.scope),
                       .scope_index = batch.scope,
                       .session = batch.session,
                       .ts_event_ns = batch.ts_event_ns,
                       .cause_jseq = batch.cause_jseq,
                       .level_seq = batch.level_seq,
                       .recording_id = recording_id_,
                       .clock = batch.clock,
                       .full = false,
                       .levels = batch.levels});
}

void FoldEngine::on_edge(const Edge& edge, std::span<const Why> why) noexcept {
  if (digest_) digest_->on_edge(edge, why);
  handler_->on_edge(edge_event(names_, edge, why, recording_id_, config_hash_, false));
}

void FoldEngine::apply(const Record& record, std::uint64_t jseq, Handler& handler) {
  handler_ = &handler;
  fold_.apply(record, jseq, *this);
}

std::optional<Error> FoldEngine::take(const journal::BlockView& block) {
  if (!references_) return std::nullopt;
  const auto taken = references_->take(block);
  return taken ? std::nullopt : std::optional(file_error(taken.error()));
}

std::optional<Error> FoldEngine::follow(const Record& record, std::uint64_t jseq, Handler& handler) {
  if (references_) {
    if (const auto observed = references_->observe(record, &fold_); !observed) return file_error(observed.error());
  }
  apply(record, jseq, handler);
  if (record.kind == RecordKind::kReferenceChange) names_ = Names(pipeline::engine_catalog(config_, fold_, condition_sets_));
  return std::nullopt;
}

}  // namespace groundswell::client
