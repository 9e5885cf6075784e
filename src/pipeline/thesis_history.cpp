#include "pipeline/thesis_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "base/assert.hpp"
#include "config/calendar.hpp"

namespace groundswell::pipeline {
namespace {

using signal::Passage;

std::string_view name_of(ThesisState state) { return kThesisStateNames[static_cast<std::size_t>(state)]; }

bool enters(const ThesisClose& close) { return close.account.after.state_number != close.account.before.state_number; }

// "entered were: DIVERGING 3, BREAKING 1".
std::string entered_states(const std::vector<ThesisClose>& closes) {
  std::map<ThesisState, std::size_t> entries;
  for (const ThesisClose& close : closes) {
    if (enters(close)) ++entries[close.account.after.state()];
  }
  std::string text;
  for (const auto& [state, count] : entries) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name_of(state), count);
  return text.empty() ? "none was" : "entered were: " + text;
}

Error never_entered(const std::vector<ThesisClose>& closes, ThesisState state, const ThesisThresholds& thresholds) {
  std::string nearest;
  if (state > ThesisState::kNeutral) {
    const auto held = [&](const ThesisClose& close) { return close.account.after.enter[static_cast<std::size_t>(state)]; };
    const auto most = std::max_element(closes.begin(), closes.end(), [&](const auto& a, const auto& b) { return held(a) < held(b); });
    if (state == ThesisState::kConfirmed) nearest = "it is entered from BROADENING alone; ";
    nearest += held(*most) == 0
                   ? "its conditions never held; "
                   : fmt::format("its conditions held at {} closes in a row up to {}, {} are needed; ", held(*most),
                                 config::format_date(most->session), signal::thesis_dwell(state, Passage::kEnter).count_of(thresholds));
  }
  return fail(Exit::kNoInput, fmt::format("{} was not entered at the {} closes from {} to {}: {}{}", name_of(state), closes.size(),
                                          config::format_date(closes.front().session), config::format_date(closes.back().session), nearest,
                                          entered_states(closes)));
}

// The last close before what made `state`, or would make it, began to hold: its own conditions, or those to leave the state before.
std::size_t baseline_of(const std::vector<ThesisClose>& closes, std::size_t close, ThesisState state) {
  const signal::ThesisAccount& account = closes[close].account;
  std::size_t held = account.after.enter[static_cast<std::size_t>(state)];
  if (held == 0 && enters(closes[close]) && account.before.state() > ThesisState::kNeutral) held = account.before.exit + std::size_t{1};
  std::size_t place = close;  // closes without a required input neither count nor break the row
  while (held > 0 && place > 0) {
    const signal::ThesisAccount& at = closes[place--].account;
    held -= at.traded && at.after.missing == 0;
  }
  return place;
}

}  // namespace

ThesisHistory::ThesisHistory(const Fold& fold) : fold_(fold), symbols_(fold.symbols()) {
  for (std::size_t lane = 0; lane < drivers_.size(); ++lane) {
    for (const signal::CatalogRow& row : fold.signals()) {
      if (row.id == kThesisLaneSignals[lane]) drivers_[lane] = signal::driver_of(row.index);
    }
    GS_ASSERT(drivers_[lane].known());
  }
}

void ThesisHistory::on_edge(const Edge& edge, std::span<const Why>) noexcept {
  if (edge.type != EdgeType::kCommit || edge.direction < 0) return;
  const signal::Book& book = fold_.book();
  if (closes_.empty() || closes_.back().session != edge.session) closes_.emplace_back();
  ThesisClose& close = closes_.back();
  close.session = edge.session;
  close.ts_event_ns = edge.ts_event_ns;
  close.cause_jseq = edge.cause_jseq;
  close.revised = (edge.flags & kFlagRevised) != 0;
  close.account = book.thesis_account();
  for (std::size_t lane = 0; lane < drivers_.size(); ++lane) {
    close.lanes[lane].clear();
    for (const std::uint32_t symbol : book.members(book.scope_count() - 1))
      close.lanes[lane].push_back({book.driver_value(symbol, drivers_[lane]), symbol, 0});
  }
}

Result<ThesisMoment> find_state(const std::vector<ThesisClose>& closes, ThesisState state, std::optional<std::uint32_t> session,
                                const ThesisThresholds& thresholds) {
  if (closes.empty()) return fail(Exit::kNoInput, "the recording has no final commit: no session of it was closed");
  auto end = closes.end();
  if (session) {
    const auto at = std::lower_bound(closes.begin(), closes.end(), *session, [](const auto& c, std::uint32_t s) { return c.session < s; });
    if (at == closes.end() || at->session != *session) {
      std::string around;
      if (at != closes.begin()) around += config::format_date(std::prev(at)->session);
      if (at != closes.end()) around += (around.empty() ? "" : " and ") + config::format_date(at->session);
      return fail(Exit::kNoInput,
                  fmt::format("{} is no session that was closed in the recording; next to it: {}", config::format_date(*session), around));
    }
    end = std::next(at);
    if (at->account.after.state() != state || state == ThesisState::kUnknown) {
      const auto place = static_cast<std::size_t>(at - closes.begin());
      return ThesisMoment{.asked = state, .close = place, .entered = false, .baseline = baseline_of(closes, place, state)};
    }
  }
  while (end != closes.begin()) {
    --end;
    if (!enters(*end) || end->account.after.state() != state) continue;
    const auto place = static_cast<std::size_t>(end - closes.begin());
    return ThesisMoment{.asked = state, .close = place, .entered = true, .baseline = baseline_of(closes, place, state)};
  }
  return never_entered(closes, state, thresholds);
}

std::vector<Why> lane_changes(const ThesisClose& from, const ThesisClose& to, std::size_t lane) {
  std::map<std::uint32_t, std::int64_t> changes;  // a member that came or left counts from or to nothing
  for (const Why& part : from.lanes[lane]) changes[part.symbol] -= part.delta;
  for (const Why& part : to.lanes[lane]) changes[part.symbol] += part.delta;
  std::vector<Why> parts;
  for (const auto& [symbol, delta] : changes) {
    if (delta != 0) parts.push_back({delta, symbol, 0});
  }
  std::stable_sort(parts.begin(), parts.end(), [](const Why& a, const Why& b) { return std::abs(a.delta) > std::abs(b.delta); });
  return parts;
}

}  // namespace groundswell::pipeline
