#include "pipeline/setup.hpp"

#include <fmt/format.h>

#include "base/sha256.hpp"

namespace groundswell::pipeline {
namespace {

signal::BookOptions book_options(const config::Config& config) {
  const auto rule = [](const config::Coverage& coverage) { return signal::CoverageRule{coverage.min_members, coverage.share_e4}; };
  signal::BookOptions options{.coverage = rule(config.coverage), .coverage_by_signal = {}};
  for (const auto& [id, coverage] : config.coverage_by_signal) options.coverage_by_signal.emplace(id, rule(coverage));
  return options;
}

std::string definitions(const config::Config& config) {
  std::string text;
  for (const signal::CatalogRow& row : signal::signal_catalog(config.universe, book_options(config)))
    text += fmt::format("{:016x}\n", row.definition);
  return text;
}

}  // namespace

std::uint64_t definition_set_hash(const config::Config& config) { return sha256_prefix64(definitions(config)); }

std::uint64_t config_hash(const config::Config& config) {
  std::string text = definitions(config);
  for (const std::string& benchmark : config.universe.benchmarks) text += "benchmark|" + benchmark + "\n";
  for (const config::ConditionScheme& scheme : config.conditions) {
    for (const config::ConditionRule& rule : scheme.rules) {
      const Eligibility& e = rule.eligibility;
      text += fmt::format("condition|{}|{}|", scheme.name, rule.code);
      for (const bool may : {e.high_low, e.last, e.last_if_first, e.last_if_same_venue, e.volume, e.vwap, e.opening, e.closing,
                             e.official_close, e.corrected_close})
        text += may ? '1' : '0';
      text += '\n';
    }
  }
  for (const Trigger& trigger : config.triggers) text += "trigger|" + trigger.name + "|" + canonical_text(trigger) + "\n";
  text += "volume_curve";
  for (const std::int64_t share_e9 : config.volume_curve.cumulative_e9) text += fmt::format("|{}", share_e9);
  text += fmt::format("\nsuspect|{}", config.suspect == Suspicion::kLatched ? "latched" : "session");
  text += fmt::format("\ngrid|{}\nemit|{}\n", config.grid_step_ns, config.emit == config::Emit::kRecord ? "record" : "grid");
  return sha256_prefix64(text);
}

Result<FoldSetup> fold_setup(const config::Config& config, const std::vector<std::string>& symbols,
                             const std::vector<ConditionSet>& condition_sets) {
  FoldSetup setup;
  setup.universe = config.universe;
  setup.symbols = symbols;
  for (const ConditionSet& set : condition_sets) setup.conditions.push_back(config::eligibility_of(config.conditions, set));
  setup.book = book_options(config);
  if (const auto ids = signal::check_signal_ids(config.universe, setup.book); !ids) return ids.error();
  if (const auto checked = signal::check_triggers(config.universe, setup.book, config.triggers); !checked) return checked.error();
  setup.triggers = config.triggers;
  setup.suspicion = config.suspect;
  setup.grid_step_ns = config.grid_step_ns;
  setup.emit_every_record = config.emit == config::Emit::kRecord;
  setup.shares = config.shares;
  setup.actions = config.actions;
  setup.volume_curve = config.volume_curve;
  setup.config_hash = config_hash(config);
  return setup;
}

Catalog engine_catalog(const config::Config& config, const Fold& fold, const std::vector<ConditionSet>& condition_sets) {
  Catalog catalog;
  catalog.symbols = fold.symbols();
  catalog.condition_sets = condition_sets;
  catalog.scopes = fold.scope_names();
  for (const signal::CatalogRow& row : fold.signals()) {
    catalog.signals.push_back({.id = row.id, .unit = std::string(row.info->unit), .definition = row.definition, .index = row.index});
  }
  for (const Trigger& trigger : config.triggers)
    catalog.triggers.push_back({trigger.name, std::string(trigger.info().name), trigger.signal, canonical_text(trigger)});
  catalog.universe_version = config.universe.version;
  return catalog;
}

}  // namespace groundswell::pipeline
