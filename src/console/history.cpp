#include "console/history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "console/messages.hpp"
#include "pipeline/outputs.hpp"

namespace groundswell::console {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::array<std::string_view, 25> kSignals{
    "ad_pct",  "pct_above_vwap", "pct_above_sma_20", "pct_above_sma_50", "pct_above_sma_200", "hl_pct_20", "upvol_dollar_pct",  "tick_pct",
    "mcc_osc", "excess_1",       "excess_21",        "excess_63",        "rot_ratio",         "rot_mom",   "rank_pct",          "z63",
    "idx_ew",  "rs_spy",         "broadening",       "wave_phi",         "wave_lead",         "state",     "provisional_state", "e_reward",
    "paint"};

void append_value(std::string& out, double value) {
  if (!out.empty()) out += ',';
  out += std::isnan(value) ? std::string("null") : pipeline::number_text(value);
}

}  // namespace

std::span<const std::string_view> History::signals() noexcept { return kSignals; }

bool History::keeps(std::string_view signal) noexcept { return std::find(signals().begin(), signals().end(), signal) != signals().end(); }

History::Column& History::Table::column(std::string_view scope, std::string_view signal) {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const Column& each) { return each.scope == scope && each.signal == signal; });
  if (found != columns.end()) return *found;
  return columns.emplace_back(Column{.scope = std::string(scope), .signal = std::string(signal), .now = kNone, .values = {}});
}

void History::Table::take(const client::LevelsEvent& event, const client::Names& names) {
  const std::size_t signals_known = places.size() / std::max<std::size_t>(names.catalog().scopes.size(), 1);
  for (const Level& level : event.levels) {
    if (level.signal >= signals_known) continue;
    std::int32_t& place = places[event.scope_index * signals_known + level.signal];
    if (place == kNotLookedUp) {
      place = kNotKept;
      if (keeps(names.signal(level.signal))) {
        Column& found = column(event.scope, names.signal(level.signal));
        place = static_cast<std::int32_t>(&found - columns.data());
      }
    }
    if (place != kNotKept) columns[static_cast<std::size_t>(place)].now = level.present != 0 ? level.value : kNone;
  }
}

void History::Table::add_row(std::uint64_t time_ns) {
  for (Column& each : columns) {
    if (std::isnan(each.now)) continue;
    each.values.resize(at_ns.size(), kNone);
    each.values.push_back(each.now);
  }
  at_ns.push_back(time_ns);
}

void History::Table::drop_first(std::size_t rows) {
  at_ns.erase(at_ns.begin(), at_ns.begin() + static_cast<std::ptrdiff_t>(rows));
  for (Column& each : columns)
    each.values.erase(each.values.begin(), each.values.begin() + static_cast<std::ptrdiff_t>(std::min(rows, each.values.size())));
}

void History::Table::cut(std::size_t rows) {
  at_ns.resize(rows);
  for (Column& each : columns) each.values.resize(std::min(rows, each.values.size()));
}

void History::Table::append(const Table& newer) {
  const auto first = at_ns.empty() ? newer.at_ns.begin() : std::upper_bound(newer.at_ns.begin(), newer.at_ns.end(), at_ns.back());
  const auto skipped = static_cast<std::size_t>(first - newer.at_ns.begin());
  for (const Column& from : newer.columns) {
    Column& to = column(from.scope, from.signal);
    to.now = from.now;
    if (from.values.size() <= skipped) continue;
    to.values.resize(at_ns.size(), kNone);
    to.values.insert(to.values.end(), from.values.begin() + static_cast<std::ptrdiff_t>(skipped), from.values.end());
  }
  at_ns.insert(at_ns.end(), first, newer.at_ns.end());
}

void History::look_up_anew(const client::Names& names) {
  known_scopes_ = names.catalog().scopes.size();
  known_signals_ = names.catalog().signals.size();
  std::size_t signals_known = 0;
  for (const SignalEntry& each : names.catalog().signals) signals_known = std::max(signals_known, each.index + std::size_t{1});
  for (Table* table : {&live_, &closes_}) table->places.assign(known_scopes_ * signals_known, kNotLookedUp);
}

void History::on_levels(const client::LevelsEvent& event, const client::Names& names) {
  if (event.scope == pipeline::kSymbolsScope || event.scope_index >= names.catalog().scopes.size()) return;
  if (names.catalog().scopes.size() != known_scopes_ || names.catalog().signals.size() != known_signals_) look_up_anew(names);
  if (event.clock == Clock::kClose) {
    if (event.session < close_session_) return;
    if (event.session != close_session_) {
      for (Column& each : closes_.columns) each.now = kNone;
      closes_.add_row(event.ts_event_ns);
      if (closes_.at_ns.size() > kMostSessions) closes_.drop_first(1);
      close_session_ = event.session;
    }
    // A session's commits, the provisional, the final and revised ones, are one row: it is written anew.
    closes_.take(event, names);
    const std::size_t row = closes_.at_ns.size() - 1;
    closes_.at_ns[row] = std::max(closes_.at_ns[row], event.ts_event_ns);
    for (Column& each : closes_.columns) {
      if (each.scope != event.scope || (std::isnan(each.now) && each.values.size() <= row)) continue;
      each.values.resize(row + 1, kNone);
      each.values[row] = each.now;
    }
    return;
  }
  if (event.session < session_) return;
  if (event.session > session_) {
    live_.cut(0);
    for (Column& each : live_.columns) each.now = kNone;
    session_ = event.session;
    last_ns_ = event.ts_event_ns;
  }
  if (event.ts_event_ns / kEveryNs > last_ns_ / kEveryNs) {
    live_.add_row(event.ts_event_ns / kEveryNs * kEveryNs);
    const std::size_t most = std::min(kMostPoints, kMostNumbers / std::max<std::size_t>(live_.columns.size(), 1));
    if (live_.at_ns.size() > most) live_.drop_first(live_.at_ns.size() - most + most / 16);
  }
  last_ns_ = std::max(last_ns_, event.ts_event_ns);
  live_.take(event, names);
}

void History::clear() { *this = History(); }

History::Moment History::moment() const {
  Moment moment{.ts_event_ns = last_ns_, .close_ns = closes_.at_ns.empty() ? 0 : closes_.at_ns.back(), .session = session_, .numbers = {}};
  for (const Column& each : live_.columns) moment.numbers.push_back(each.now);
  return moment;
}

void History::back_to(const Moment& moment) {
  const auto rows_until = [](const Table& table, std::uint64_t time_ns) {
    return static_cast<std::size_t>(std::upper_bound(table.at_ns.begin(), table.at_ns.end(), time_ns) - table.at_ns.begin());
  };
  if (const std::size_t rows = rows_until(closes_, moment.close_ns); rows < closes_.at_ns.size()) {
    closes_.cut(rows);
    close_session_ = 0;  // any later one begins a row
  }
  live_.cut(moment.session == session_ ? rows_until(live_, moment.ts_event_ns) : 0);
  for (std::size_t i = 0; i < live_.columns.size(); ++i) live_.columns[i].now = i < moment.numbers.size() ? moment.numbers[i] : kNone;
  session_ = moment.session;
  last_ns_ = moment.ts_event_ns;
}

void History::append(const History& newer) {
  if (newer.session_ > session_) {
    live_.cut(0);
    session_ = newer.session_;
    last_ns_ = 0;
  }
  if (newer.session_ == session_) {
    live_.append(newer.live_);
    last_ns_ = std::max(last_ns_, newer.last_ns_);
  }
  closes_.append(newer.closes_);
  close_session_ = std::max(close_session_, newer.close_session_);
  known_scopes_ = 0;  // columns have other places now
}

std::string History::json(const std::vector<std::string>& of_signals, const std::vector<std::string>& of_scopes, Clock clock) const {
  const Table& table = clock == Clock::kLive ? live_ : closes_;
  const bool has_now = clock == Clock::kLive && last_ns_ != 0 && (table.at_ns.empty() || table.at_ns.back() < last_ns_);
  std::string times, series;
  for (const std::uint64_t time_ns : table.at_ns)
    fmt::format_to(std::back_inserter(times), "{}{}", times.empty() ? "" : ",", time_ns / 1'000'000);
  if (has_now) fmt::format_to(std::back_inserter(times), "{}{}", times.empty() ? "" : ",", last_ns_ / 1'000'000);
  for (const std::string& scope : of_scopes) {
    for (const std::string& signal : of_signals) {
      const auto column = std::find_if(table.columns.begin(), table.columns.end(),
                                       [&](const Column& each) { return each.scope == scope && each.signal == signal; });
      const Column* const found = column == table.columns.end() ? nullptr : &*column;
      std::string values;
      for (std::size_t row = 0; row < table.at_ns.size(); ++row)
        append_value(values, found != nullptr && row < found->values.size() ? found->values[row] : kNone);
      if (has_now) append_value(values, found != nullptr ? found->now : kNone);
      fmt::format_to(std::back_inserter(series), R"({}{{"scope":{},"signal":{},"values":[{}]}})", series.empty() ? "" : ",",
                     json_string(scope), json_string(signal), values);
    }
  }
  return fmt::format(R"({{"clock":"{}","at_ms":[{}],"series":[{}]}})", kClockNames[static_cast<std::size_t>(clock)], times, series);
}

}  // namespace groundswell::console
