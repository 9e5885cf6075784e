#include "pipeline/setup.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/sha256.hpp"
#include "base/words.hpp"
#include "pipeline/scope_names.hpp"

namespace groundswell::pipeline {
signal::BookOptions book_options(const config::Config& config) {
  const auto rule = [](const config::Coverage& coverage) { return signal::CoverageRule{coverage.min_members, coverage.share_e4}; };
  signal::BookOptions options{.coverage = rule(config.coverage), .coverage_by_signal = {}, .thesis = config.thesis};
  for (const auto& [id, coverage] : config.coverage_by_signal) options.coverage_by_signal.emplace(id, rule(coverage));
  return options;
}

namespace {

struct ThresholdsText {
  std::string text;
  void number(std::string_view key, double value, double, double) { text += fmt::format("thesis|{}|{}\n", key, value); }
  void integer(std::string_view key, std::uint32_t value, std::uint32_t, std::uint32_t) {
    text += fmt::format("thesis|{}|{}\n", key, value);
  }
};

std::string definitions(const config::Config& config) {
  std::string text;
  for (const signal::CatalogRow& row : signal::signal_catalog(config.universe, book_options(config)))
    text += fmt::format("{:016x}\n", row.definition);
  return text;
}

// By settings outside of triggers.
std::vector<signal::NamedSignal> named_signals(const config::Config& config) {
  std::vector<signal::NamedSignal> named;
  for (const std::string& id : words(config.live_signals)) named.push_back({id, config.live_signals_place, true});
  for (const auto& [id, coverage] : config.coverage_by_signal) named.push_back({id, coverage.place, false});
  return named;
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
  ThresholdsText thesis;
  visit_thresholds(config.thesis, thesis);
  text += thesis.text;
  text += "volume_curve";
  for (const std::int64_t share_e9 : config.volume_curve.cumulative_e9) text += fmt::format("|{}", share_e9);
  text += fmt::format("\nsuspect|{}", config.suspect == Suspicion::kLatched ? "latched" : "session");
  text += fmt::format("\ngrid|{}\nemit|{}\n", config.grid_step_ns, config.emit == config::Emit::kRecord ? "record" : "grid");
  if (config.live_scopes == config::LiveScopes::kBaskets) text += "live_scopes|baskets\n";
  if (!config.live_signals.empty()) text += fmt::format("live|{}\n", fmt::join(words(config.live_signals), " "));
  return sha256_prefix64(text);
}

Result<FoldSetup> fold_setup(const config::Config& config, const std::vector<std::string>& symbols,
                             const std::vector<ConditionSet>& condition_sets) {
  FoldSetup setup;
  setup.universe = config.universe;
  setup.symbols = symbols;
  for (const ConditionSet& set : condition_sets) setup.conditions.push_back(config::eligibility_of(config.conditions, set));
  setup.book = book_options(config);
  setup.live_signals = words(config.live_signals);
  if (const auto ids = signal::check_signal_ids(config.universe, setup.book, named_signals(config)); !ids) return ids.error();
  if (const auto checked = signal::check_triggers(config.universe, setup.book, config.triggers); !checked) return checked.error();
  setup.live_baskets_only = config.live_scopes == config::LiveScopes::kBaskets;
  setup.triggers = config.triggers;
  setup.suspicion = config.suspect;
  setup.grid_step_ns = config.grid_step_ns;
  setup.emit_every_record = config.emit == config::Emit::kRecord;
  setup.shares = config.shares;
  setup.actions = config.actions;
  setup.filings = config.filings;
  setup.volume_curve = config.volume_curve;
  setup.config_hash = config_hash(config);
  return setup;
}

LevelSlots level_slots(const std::vector<std::string>& scopes, const std::vector<std::string>& symbols) {
  const auto of_symbols = std::find(scopes.begin(), scopes.end(), kSymbolsScope);
  return {scopes.size(), signal::signal_count(), symbols.size(), signal::symbol_signals(),
          static_cast<std::size_t>(of_symbols - scopes.begin())};
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
  catalog.universe_version = fold.universe_version();
  catalog.rosters = fold.rosters();
  return catalog;
}

}  // namespace groundswell::pipeline
