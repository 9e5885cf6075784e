#include "import/dbn_instruments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace groundswell::dbn {
namespace {

std::string date_of(std::uint32_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

}  // namespace

std::size_t Instruments::KeyHash::operator()(const Key& key) const noexcept {
  constexpr std::uint64_t kMultiplier = 0x9e37'79b9'7f4a'7c15;
  const std::uint64_t mixed = (std::uint64_t{key.instrument.number} << 32 | key.day) * kMultiplier + key.instrument.dataset;
  return static_cast<std::size_t>(mixed ^ mixed >> 32);
}

std::uint32_t Instruments::dataset(std::string_view name) {
  const auto found = std::find(datasets_.begin(), datasets_.end(), name);
  if (found == datasets_.end()) datasets_.emplace_back(name);
  return static_cast<std::uint32_t>(std::find(datasets_.begin(), datasets_.end(), name) - datasets_.begin());
}

Result<void> Instruments::add(std::uint32_t dataset, std::uint32_t instrument, std::uint32_t first_day, std::uint32_t end_day,
                              std::string_view symbol, const std::string& place) {
  std::vector<Name>& names = names_[{dataset, instrument}];
  Name added{first_day, end_day, end_day == kNoEndDay, std::string{symbol}};
  for (Name& name : names) {
    if (name.symbol == symbol && name.first_day <= first_day && end_day <= name.end_day) return {};
    const bool together = name.first_day < added.end_day && added.first_day < name.end_day;
    if (name.symbol == symbol || !together) continue;
    if (name.open_ended && name.first_day < added.first_day) {
      name.end_day = added.first_day;
    } else if (added.open_ended && added.first_day < name.first_day) {
      added.end_day = std::min(added.end_day, name.first_day);
    } else {
      return fail(Exit::kBadData, fmt::format("{}: instrument {} of {} is called '{}' here and '{}' elsewhere on {}; import what "
                                              "contradicts each other separately",
                                              place, instrument, datasets_[dataset], symbol, name.symbol,
                                              date_of(std::max(name.first_day, added.first_day))));
    }
  }
  names.push_back(std::move(added));
  return {};
}

std::uint32_t Instruments::key(std::uint32_t dataset, std::uint32_t instrument, std::uint32_t day, const std::string& label,
                               std::uint64_t record_number) {
  const Key key{{dataset, instrument}, day};
  const auto [at, is_new] = keys_.try_emplace(key, static_cast<std::uint32_t>(first_met_.size()));
  if (is_new) first_met_.push_back({key, label, record_number});
  return at->second;
}

const std::string* Instruments::name_of(const Key& key) const {
  const auto names = names_.find(key.instrument);
  if (names == names_.end()) return nullptr;
  const auto name = std::find_if(names->second.begin(), names->second.end(),
                                 [&key](const Name& one) { return one.first_day <= key.day && key.day < one.end_day; });
  return name == names->second.end() ? nullptr : &name->symbol;
}

Result<std::vector<std::uint32_t>> Instruments::resolve(importer::Symbols& symbols) const {
  std::vector<std::uint32_t> ids;
  ids.reserve(first_met_.size());
  for (const FirstMet& met : first_met_) {
    const std::string* const symbol = name_of(met.key);
    if (symbol == nullptr) {
      return fail(Exit::kBadData, fmt::format("{}: record {}: nothing says what instrument {} of {} is called on {}; import the "
                                              "definitions of that day with it",
                                              met.label, met.record_number, met.key.instrument.number,
                                              datasets_[met.key.instrument.dataset], date_of(met.key.day)));
    }
    if (!importer::is_symbol(*symbol)) {
      return fail(Exit::kBadData, fmt::format("{}: record {}: instrument {} is called '{}'; a recording holds symbols of 1 to 32 visible "
                                              "characters",
                                              met.label, met.record_number, met.key.instrument.number, *symbol));
    }
    ids.push_back(symbols.id(*symbol));
  }
  return ids;
}

}  // namespace groundswell::dbn
