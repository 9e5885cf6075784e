// What there is to publish: the registry as data, for the wire, triggers and docs. The few functions that look into the registry itself are
// defined in book.cpp, beside the only other code that does.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "groundswell/thesis.hpp"
#include "groundswell/universe.hpp"
#include "signal/signal.hpp"

namespace groundswell::signal {

// The catalog rows, benchmark placeholders filled in; rows of benchmarks that the universe lacks are left out (their index stays unused).
struct CatalogRow {
  const SignalInfo* info;
  const FamilyInfo* family;
  std::string id;
  std::string definition_text;
  std::uint64_t definition;  // definition id
  std::uint16_t index;
};
struct BookOptions {
  CoverageRule coverage;
  std::map<std::string, CoverageRule> coverage_by_signal;  // by signal id
  ThesisThresholds thesis;
};
std::vector<CatalogRow> signal_catalog(const Universe& universe, const BookOptions& options);
const CoverageRule& coverage_rule(const BookOptions& options, const std::string& id);  // of the signal `id`
std::span<const SignalInfo> signal_infos() noexcept;                                   // by index, placeholders in ids
std::span<const FamilyInfo> family_infos() noexcept;                                   // by index of the signal
std::size_t signal_count() noexcept;                                                   // size of a block of levels
std::vector<Level> blank_levels();                                                     // one of each signal, by its index
std::vector<std::uint16_t> symbol_signals();                                           // catalog indices of what scope `symbols` publishes
FamilyMask family_of(std::uint16_t signal) noexcept;                                   // its own bit
FamilyMask families_of(std::uint16_t signal) noexcept;                                 // its family and those it reads
bool evaluates_per_record(std::uint16_t signal) noexcept;                              // first form, no benchmark, has a live value
Driver driver_of(std::uint16_t signal) noexcept;                                       // unknown when its family has none

struct NamedSignal {  // by a setting
  std::string id, place;
  bool live;  // it has to have a live value
};
// 78: what is no signal, or has no live value; every finding with its place.
Result<void> check_signal_ids(const Universe& universe, const BookOptions& options, const std::vector<NamedSignal>& named);

}  // namespace groundswell::signal
