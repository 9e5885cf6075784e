// From what users wrote to what the fold takes: config + the recording's catalog -> FoldSetup, hashes, the catalog that goes on the wire.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "groundswell/catalog.hpp"
#include "pipeline/fold.hpp"
#include "pipeline/outbox.hpp"

namespace groundswell::pipeline {

// `symbols` and `condition_sets` by the recording's dense ids. Errors: 78 (what is no signal or no scope, with
// the place of the setting that names it).
Result<FoldSetup> fold_setup(const config::Config& config, const std::vector<std::string>& symbols,
                             const std::vector<ConditionSet>& condition_sets);

signal::BookOptions book_options(const config::Config& config);

// First 8 bytes of SHA-256 over definition ids in registry order, benchmarks, condition tables, grid step and levels.emit: what decides
// which numbers come out, and nothing else (no rosters: they have versions).
std::uint64_t config_hash(const config::Config& config);
std::uint64_t definition_set_hash(const config::Config& config);

// Places of the fold's levels on their way out; the scopes and symbols by number.
LevelSlots level_slots(const std::vector<std::string>& scopes, const std::vector<std::string>& symbols);

Catalog engine_catalog(const config::Config& config, const Fold& fold, const std::vector<ConditionSet>& condition_sets);

}  // namespace groundswell::pipeline
