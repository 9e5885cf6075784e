#include "pipeline/reload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "config/calendar.hpp"
#include "pipeline/outbox.hpp"
#include "pipeline/references.hpp"
#include "pipeline/setup.hpp"
#include "signal/names.hpp"

namespace groundswell::pipeline {
namespace {

bool same_action(const ActionRow& a, const ActionRow& b) {
  return a.symbol == b.symbol && a.ex_session == b.ex_session && a.type == b.type && a.price_factor_e12 == b.price_factor_e12 &&
         a.share_factor_e12 == b.share_factor_e12 && a.cash_e9 == b.cash_e9;
}

}  // namespace

Result<void> check_size(std::size_t scopes, std::size_t symbols) {
  const LevelSlots slots(scopes, signal::signal_count(), symbols, signal::symbol_signals(), scopes - 1);
  if (slots.largest() + kHeadCells <= kLevelRing / 2) return {};
  return fail(Exit::kConfig, fmt::format("the universe has {} symbols, more than one batch of numbers holds; leave some out", symbols));
}

Result<bool> Reload::hand_on(config::Config next) {
  const std::uint8_t what = changed_references(newest_, next);
  if (what == 0) return false;
  auto data = reference_data(next, newest_);
  if (!data) return data.error();
  // As if all of both were new: symbols and scopes that leave keep their numbers.
  const std::size_t scopes = signal::scope_names(next.universe).size() + signal::scope_names(newest_.universe).size() + 1;
  const std::size_t symbols = universe_symbols(next.universe).size() + universe_symbols(newest_.universe).size();
  if (const auto fits = check_size(scopes, symbols); !fits) return fits.error();
  const std::uint32_t session = status_.session.load();
  for (const ActionRow& action : next.actions) {
    const bool known =
        std::any_of(newest_.actions.begin(), newest_.actions.end(), [&](const ActionRow& before) { return same_action(before, action); });
    if (known || action.ex_session > session) continue;
    operations_.tell(wire::Severity::kWarning, "reference", "the {} of {} on {} is new, but that session has begun: it is not applied",
                     action.type, action.symbol, config::format_date(action.ex_session));
  }
  to_.updates.put(
      {.texts = config_texts(next), .hash = config_block_hash(next), .data = std::move(*data), .aliases = next.aliases, .what = what});
  newest_ = std::move(next);
  ++to_.put;
  return true;
}

Result<bool> Reload::from_disk() {
  const std::scoped_lock lock(mutex_);
  auto next = config::reload_references(newest_);
  auto changed = next ? hand_on(std::move(*next)) : Result<bool>(next.error());
  if (!changed) {
    std::istringstream findings(changed.error().message);
    for (std::string finding; std::getline(findings, finding);) operations_.tell(wire::Severity::kError, "reference", "{}", finding);
    operations_.tell(wire::Severity::kError, "reference", "the new reference data is refused; what was in force stays");
  } else if (!*changed) {
    operations_.tell(wire::Severity::kInfo, "reference", "the reference data has not changed");
  }
  return changed;
}

}  // namespace groundswell::pipeline
