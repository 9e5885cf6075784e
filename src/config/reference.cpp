// shares.csv, actions.csv, aliases.csv and volume_curve.csv.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "base/decimal.hpp"
#include "config/calendar.hpp"
#include "config/row_reader.hpp"
#include "config/tables.hpp"
#include "config/words.hpp"
#include "groundswell/tick.hpp"

namespace groundswell::config {
namespace {

constexpr std::int64_t kOneE12 = 1'000'000'000'000;
constexpr std::int64_t kLargestFactorE12 = 1'000'000 * kOneE12;
constexpr std::int64_t kLargestFloatShares = 10'000'000'000'000;  // ten trillion: more than any company has
constexpr std::array<std::string_view, 4> kActionTypes{"split", "spin", "cash", "special"};

ActionRow read_action(const CsvRow& row, RowReader& reader) {
  ActionRow action;
  action.symbol = reader.symbol();
  action.ex_session = reader.date("ex_session");
  action.type = row.at("type").text;
  if (std::find(kActionTypes.begin(), kActionTypes.end(), action.type) == kActionTypes.end()) {
    reader.refuse(row.at("type"),
                  fmt::format("unknown type '{}'; write {}", action.type, join({kActionTypes.begin(), kActionTypes.end()})));
  }
  action.price_factor_e12 = reader.positive("price_factor", 12, kLargestFactorE12, 0);
  action.share_factor_e12 = reader.positive("share_factor", 12, kLargestFactorE12, kOneE12);
  action.cash_e9 = reader.positive("cash", 9, kMaxPriceE9, 0);
  if (reader.good() && action.price_factor_e12 == 0 && action.cash_e9 == 0) {
    reader.refuse(row.at("price_factor"), "neither price_factor nor cash; write one of them");
  }
  return action;
}

}  // namespace

std::vector<SharesRow> parse_shares(std::string_view text, const std::string& file_name, const Universe& universe, Findings& findings) {
  std::vector<SharesRow> shares;
  const std::set<std::string> symbols = known_symbols(universe);
  std::set<std::tuple<std::string, std::uint32_t>> seen;
  for (const CsvRow& row : parse_csv(text, file_name, {{"symbol"}, {"effective"}, {"float_shares"}}, findings).rows) {
    RowReader reader(row, symbols, findings);
    SharesRow entry{reader.symbol(), reader.date("effective"), 0};
    const CsvField& number = row.at("float_shares");
    const bool whole = number.text.find_first_not_of("0123456789") == std::string::npos;
    if (!whole) {
      reader.refuse(number, fmt::format("bad float_shares '{}'; write a whole number above 0", number.text));
    } else {
      entry.float_shares = reader.positive("float_shares", 0, kLargestFloatShares, std::nullopt);
    }
    if (reader.good() && !seen.emplace(entry.symbol, entry.effective_session).second) {
      reader.refuse(row.at("symbol"),
                    fmt::format("{} has a row for {} already; keep one", entry.symbol, format_date(entry.effective_session)));
    }
    if (reader.good()) shares.push_back(std::move(entry));
  }
  return shares;
}

std::vector<ActionRow> parse_actions(std::string_view text, const std::string& file_name, const Universe& universe, Findings& findings) {
  const std::vector<CsvColumn> columns{{"symbol"},     {"ex_session"}, {"type"}, {"price_factor", false}, {"share_factor", false},
                                       {"cash", false}};
  std::vector<ActionRow> actions;
  const std::set<std::string> symbols = known_symbols(universe);
  std::set<std::tuple<std::string, std::uint32_t, std::string>> seen;
  for (const CsvRow& row : parse_csv(text, file_name, columns, findings).rows) {
    RowReader reader(row, symbols, findings);
    ActionRow action = read_action(row, reader);
    if (reader.good() && !seen.emplace(action.symbol, action.ex_session, action.type).second) {
      reader.refuse(row.at("symbol"),
                    fmt::format("{} has a {} on {} already; keep one", action.symbol, action.type, format_date(action.ex_session)));
    }
    if (reader.good()) actions.push_back(std::move(action));
  }
  return actions;
}

std::vector<AliasRow> parse_aliases(std::string_view text, const std::string& file_name, const Universe& universe,
                                    const std::vector<Feed>& feeds, Findings& findings) {
  struct Placed {
    AliasRow row;
    std::uint32_t line;
  };
  std::vector<Placed> placed;
  const std::set<std::string> symbols = known_symbols(universe);
  const auto is_feed = [&](const std::string& name) {
    return feeds.empty() || name == kHistoryFeed || std::any_of(feeds.begin(), feeds.end(), [&](const Feed& f) { return f.name == name; });
  };
  for (const CsvRow& row : parse_csv(text, file_name, {{"feed"}, {"name"}, {"from"}, {"to"}, {"symbol"}}, findings).rows) {
    RowReader reader(row, symbols, findings);
    AliasRow alias;
    alias.feed = row.at("feed").text;
    alias.name = row.at("name").text;
    alias.from_session = reader.date("from", alias.from_session);
    alias.to_session = reader.date("to", alias.to_session);
    alias.symbol = reader.symbol();
    if (!is_feed(alias.feed)) {
      reader.refuse(row.at("feed"), fmt::format("no feed is named '{}'; write the name of a [[feed]], or {}", alias.feed, kHistoryFeed));
    }
    if (alias.name.empty()) reader.refuse(row.at("name"), "no name; write what the feed calls the symbol");
    if (reader.good() && alias.from_session >= alias.to_session) {
      reader.refuse(row.at("to"),
                    fmt::format("the name ends on {} but begins on {}; `to` is the first session without it and must be later",
                                format_date(alias.to_session), format_date(alias.from_session)));
    }
    const auto other = std::find_if(placed.begin(), placed.end(), [&](const Placed& each) {
      return each.row.feed == alias.feed && each.row.name == alias.name && each.row.from_session < alias.to_session &&
             alias.from_session < each.row.to_session;
    });
    if (reader.good() && other != placed.end()) {
      reader.refuse(row.at("name"), fmt::format("{} of feed {} stands for {} at that time already, in line {}; part their dates",
                                                alias.name, alias.feed, other->row.symbol, other->line));
    }
    if (reader.good()) placed.push_back({std::move(alias), row.at("feed").at.line});
  }
  std::vector<AliasRow> aliases;
  for (Placed& each : placed) aliases.push_back(std::move(each.row));
  return aliases;
}

VolumeCurve parse_volume_curve(std::string_view text, const std::string& file_name, Findings& findings) {
  constexpr std::int64_t kOneE9 = 1'000'000'000;
  constexpr std::size_t kMinutesOfADay = 1'440;
  VolumeCurve curve;
  const std::size_t before = findings.size();
  const Csv csv = parse_csv(text, file_name, {{"minute"}, {"share"}}, findings);
  std::int64_t last_e9 = 0;
  for (const CsvRow& row : csv.rows) {
    const std::size_t minute = curve.cumulative_e9.size() + 1;
    if (row.at("minute").text != std::to_string(minute) || minute > kMinutesOfADay) {
      findings.add(row.at("minute").at,
                   fmt::format("bad minute '{}'; write 1, 2, 3 and so on, up to the last of a full session", row.at("minute").text));
      return {};
    }
    const std::optional<std::int64_t> share_e9 = parse_decimal(row.at("share").text, 9);
    if (!share_e9 || *share_e9 <= last_e9 || *share_e9 > kOneE9) {
      findings.add(row.at("share").at,
                   fmt::format("bad share '{}'; write a decimal above the row before and at most 1", row.at("share").text));
      return {};
    }
    curve.cumulative_e9.push_back(last_e9 = *share_e9);
  }
  if (last_e9 != kOneE9 && findings.size() == before) {
    findings.add(csv.rows.empty() ? Position{file_name, 1, 1} : csv.rows.back().at("share").at,
                 "the share of the last minute is not 1; by then the whole session's volume has traded");
  }
  return curve;
}

}  // namespace groundswell::config
