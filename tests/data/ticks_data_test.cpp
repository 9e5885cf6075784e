// Every trade and quote of three sessions: counts, a replay of all of it, and bars of one second made from the imported trades beside the
// vendor's own. Skipped where the data are absent.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "config/calendar.hpp"
#include "config/config.hpp"
#include "journal/reader.hpp"
#include "support/process.hpp"

namespace groundswell::test {
namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;

class TicksData : public testing::Test {
 protected:
  void SetUp() override {
    const char* const named = std::getenv("GROUNDSWELL_DATA");
    data_ = (named != nullptr ? fs::path{named} : fs::path{GROUNDSWELL_SOURCE_DIR} / "../shared/data") / "ticks";
    if (!fs::exists(data_ / "2013-10/tick")) GTEST_SKIP() << "no " << data_ / "2013-10/tick";
  }

  std::string trades_map() const { return (data_ / "map_trades.toml").string(); }
  std::string ticks() const { return (data_ / "2013-10/tick").string(); }

  std::string run(std::vector<std::string> words) const {
    const Finished finished = run_program(folder_, words);
    EXPECT_EQ(finished.code, 0) << finished.err;
    return finished.out;
  }

  TemporaryFolder folder_;
  fs::path data_;
};

std::uint64_t count_in(const std::string& json, const std::string& name) {
  const std::size_t at = json.find('"' + name + "\":");
  if (at == std::string::npos) return 0;
  std::uint64_t value = 0;
  std::from_chars(json.data() + at + name.size() + 3, json.data() + json.size(), value);
  return value;
}

// Fields of a row of --signals, as they stand there.
std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields{""};
  for (const char c : line) {
    if (c == ',') {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

TEST_F(TicksData, TradesAndQuotesAreImportedAndReplayed) {
  const std::string all = (folder_ / "all.gsj").string(), trades = (folder_ / "trades.gsj").string();
  const std::string report =
      run({"import", "csv", "--json", "-o", all, "--map", trades_map(), ticks(), "--map", (data_ / "map_quotes.toml").string(), ticks()});
  EXPECT_EQ(count_in(report, "files_read"), 12U + 9U);
  EXPECT_EQ(count_in(report, "trades"), 1'684'116U);
  EXPECT_EQ(count_in(report, "quotes"), 5'690'227U);
  EXPECT_EQ(count_in(report, "rows"), 1'684'116U + 5'690'227U);
  EXPECT_EQ(count_in(report, "rows_bad"), 0U);
  EXPECT_EQ(count_in(report, "sessions"), 3U);
  EXPECT_EQ(count_in(report, "records"), 1'684'116U + 2 * 5'690'227U + 2 * 3U);  // a roll and a pulse a session
  run({"import", "csv", "-q", "-o", trades, "--map", trades_map(), ticks()});

  std::ofstream{folder_ / "groundswell.toml"} << "coverage = { min_members = 2, share = 0.6 }\n";
  const std::vector<std::string> settings{
      "-q", "--digest", "-c", (folder_ / "groundswell.toml").string(), "--universe", (data_ / "universe.toml").string()};
  const auto replay = [&](const std::string& recording, const std::vector<std::string>& more) {
    std::vector<std::string> words{"replay", recording};
    words.insert(words.end(), settings.begin(), settings.end());
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  };
  const std::string digest = replay(all, {"--signals", (folder_ / "signals.csv").string()});
  EXPECT_EQ(digest, replay(trades, {}));  // no signal reads quotes

  std::map<std::string, std::set<std::uint64_t>> live_ns, close_ns;  // by session
  std::map<std::string, std::uint64_t> live_values;
  std::ifstream file{folder_ / "signals.csv"};
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const std::vector<std::string> row = fields_of(line);  // session, ts_event, clock, scope, signal, value, validity …
    ASSERT_GE(row.size(), 7U);
    (row[2] == "live" ? live_ns : close_ns)[row[0]].insert(std::stoull(row[1]));
    if (row[2] == "live" && row[6] == "OK") ++live_values[row[0]];
  }
  const config::Calendar every_day;
  for (const auto& [session, date] :
       std::map<std::string, std::uint32_t>{{"2013-10-07", 20131007}, {"2013-10-08", 20131008}, {"2013-10-09", 20131009}}) {
    const config::SessionTimes times = every_day.times(date);
    EXPECT_EQ(close_ns[session], (std::set<std::uint64_t>{times.provisional_ns, times.final_ns}));
    ASSERT_FALSE(live_ns[session].empty()) << session;
    for (const std::uint64_t time_ns : live_ns[session]) EXPECT_EQ(time_ns % kSecondNs, 0U);
    EXPECT_GT(*live_ns[session].begin(), times.open_ns);
    EXPECT_LE(*live_ns[session].rbegin(), times.close_ns);
  }
  EXPECT_EQ(live_values["2013-10-07"], 0U);  // there is no close before it to compare with
  for (const std::string session : {"2013-10-08", "2013-10-09"}) {
    EXPECT_GT(live_ns[session].size(), 20'000U) << session;  // of 23,400 seconds: those in which a sum moved
    EXPECT_GT(live_values[session], 300'000U) << session;
  }
  for (const auto& [session, times] : live_ns)
    std::cout << fmt::format("{}: live levels at {} seconds, {} values\n", session, times.size(), live_values[session]);
}

// --- bars of one second ---

struct Bar {
  std::int64_t open_e9 = 0, high_e9 = 0, low_e9 = 0, close_e9 = 0;
  std::uint64_t volume = 0;
  friend bool operator==(const Bar&, const Bar&) = default;
};
using Bars = std::map<std::uint64_t, Bar>;                                   // by the second's start
using BarsBySymbol = std::map<std::pair<std::string, std::uint32_t>, Bars>;  // and New York date

enum class Counts { kNothing, kVolume, kPriceAndVolume };

// The bits of a trade's conditions (map_trades.toml) that the rules below look at.
constexpr std::uint64_t kAuctionOrOfficial = 0x40 | 0x80 | 0x100'0000 | 0x400'0000;  // opening and closing prints, official open and close
constexpr std::uint64_t kExtendedHours = 0x2000;
constexpr std::uint64_t kVolumeOnly = 0x8 | 0x20 | 0x200 | 0x40000;  // seller's option, sweep, derivatively priced, contingent
constexpr std::uint64_t kExemptAverage = 0x2000'0000 | 0x10'0000;    // both: an average price that is exempt from the trade-through rule

// How the vendor made its bars, found from them: no document says so.
Counts vendor_rule(std::uint64_t codes) {
  if ((codes & kAuctionOrOfficial) != 0) return Counts::kNothing;
  if ((codes & kExtendedHours) != 0) return Counts::kPriceAndVolume;
  const bool volume_only = (codes & kVolumeOnly) != 0 || (codes & kExemptAverage) == kExemptAverage;
  return volume_only ? Counts::kVolume : Counts::kPriceAndVolume;
}

struct Trade {
  std::uint64_t second_ns;
  std::int64_t price_e9;
  std::uint64_t size;
  std::uint64_t codes;
};
using Trades = std::map<std::pair<std::string, std::uint32_t>, std::vector<Trade>>;

Trades read_trades(const fs::path& path) {
  Trades trades;
  auto reader = must(journal::Reader::open(path));
  Catalog catalog;
  std::vector<std::uint64_t> codes;
  while (const auto block = reader.next()) {
    if (block->type == journal::BlockType::kCatalog) {
      catalog = must(journal::parse_catalog(block->payload));
      for (const ConditionSet& set : catalog.condition_sets) codes.push_back(set.codes.empty() ? 0 : std::stoull(set.codes, nullptr, 16));
    }
    if (block->type != journal::BlockType::kRecords) continue;
    for (const Record& record : block->records()) {
      if (record.kind != RecordKind::kTick) continue;
      const Tick& tick = record.tick;
      trades[{catalog.symbols[tick.symbol], config::new_york_date(tick.ts_event_ns)}].push_back(
          {tick.ts_event_ns - tick.ts_event_ns % kSecondNs, tick.price_e9, tick.size, codes[tick.cond_set]});
    }
  }
  return trades;
}

// The vendor's bars, imported as bars of one second.
BarsBySymbol read_bars(const fs::path& path) {
  BarsBySymbol bars;
  auto reader = must(journal::Reader::open(path));
  Catalog catalog;
  Bar bar;
  while (const auto block = reader.next()) {
    if (block->type == journal::BlockType::kCatalog) catalog = must(journal::parse_catalog(block->payload));
    if (block->type != journal::BlockType::kRecords) continue;
    for (const Record& record : block->records()) {
      if (record.kind != RecordKind::kTick) continue;
      const Tick& tick = record.tick;
      if (tick.action == Action::kBarOpen) bar.open_e9 = tick.price_e9;
      if (tick.action == Action::kBarHigh) bar.high_e9 = tick.price_e9;
      if (tick.action == Action::kBarLow) bar.low_e9 = tick.price_e9;
      if (tick.action != Action::kBarClose) continue;
      bar.close_e9 = tick.price_e9;
      bar.volume = tick.size;
      bars[{catalog.symbols[tick.symbol], config::new_york_date(tick.ts_event_ns - kSecondNs)}][tick.ts_event_ns - kSecondNs] = bar;
    }
  }
  return bars;
}

// Volume without a price goes to its second's bar, else to the one before: that bar is still open then.
Bars make_bars(const std::vector<Trade>& trades, const std::function<Counts(std::uint64_t)>& rule) {
  Bars bars;
  for (auto at = trades.begin(); at != trades.end();) {
    const auto end = std::find_if(at, trades.end(), [at](const Trade& trade) { return trade.second_ns != at->second_ns; });
    Bar bar;
    for (auto trade = at; trade != end; ++trade) {
      const Counts counts = rule(trade->codes);
      if (counts != Counts::kNothing) bar.volume += trade->size;
      if (counts != Counts::kPriceAndVolume) continue;
      if (bar.open_e9 == 0) bar.open_e9 = bar.high_e9 = bar.low_e9 = trade->price_e9;
      bar.high_e9 = std::max(bar.high_e9, trade->price_e9);
      bar.low_e9 = std::min(bar.low_e9, trade->price_e9);
      bar.close_e9 = trade->price_e9;
    }
    if (bar.open_e9 != 0) {
      bars[at->second_ns] = bar;
    } else if (!bars.empty()) {
      bars.rbegin()->second.volume += bar.volume;
    }
    at = end;
  }
  return bars;
}

struct Agreement {
  std::uint64_t vendors = 0, extra = 0, missing = 0;  // seconds: the vendor's; only ours; only the vendor's
  std::array<std::uint64_t, 5> equal{};               // open, high, low, close, volume
  std::uint64_t whole = 0;
  std::vector<std::uint64_t> different;  // seconds that are not equal, whosever they are
};

Agreement compare(const Bars& ours, const Bars& theirs) {
  Agreement agreement;
  agreement.vendors = theirs.size();
  for (const auto& [second_ns, bar] : ours) {
    if (theirs.contains(second_ns)) continue;
    ++agreement.extra;
    agreement.different.push_back(second_ns);
  }
  for (const auto& [second_ns, bar] : theirs) {
    const auto found = ours.find(second_ns);
    const Bar mine = found == ours.end() ? Bar{} : found->second;
    agreement.missing += found == ours.end() ? 1U : 0U;
    const std::array same{mine.open_e9 == bar.open_e9, mine.high_e9 == bar.high_e9, mine.low_e9 == bar.low_e9,
                          mine.close_e9 == bar.close_e9, mine.volume == bar.volume};
    for (std::size_t i = 0; i < same.size(); ++i) agreement.equal[i] += same[i] ? 1U : 0U;
    if (mine == bar) {
      ++agreement.whole;
    } else {
      agreement.different.push_back(second_ns);
    }
  }
  return agreement;
}

void print(const std::string& rule, const std::string& symbol, std::uint32_t date, const Agreement& agreement) {
  const auto share = [&](std::uint64_t count) { return 100 * static_cast<double>(count) / static_cast<double>(agreement.vendors); };
  std::cout << fmt::format(
      "{:>9} {:>4} {} {:>6} seconds, +{} -{}: open {:6.2f} high {:6.2f} low {:6.2f} close {:6.2f} volume {:6.2f} all {:7.3f} %\n", rule,
      symbol, date, agreement.vendors, agreement.extra, agreement.missing, share(agreement.equal[0]), share(agreement.equal[1]),
      share(agreement.equal[2]), share(agreement.equal[3]), share(agreement.equal[4]), share(agreement.whole));
}

class SecondBars : public TicksData {
 protected:
  void SetUp() override {
    TicksData::SetUp();
    if (IsSkipped()) return;
    std::ofstream{folder_ / "bars.toml"} << R"(kind = "bar"
interval = "1s"
header = false
symbol = { folder = true }
time = { column = 1, unit = "ms_of_day", date = { filename = "%Y%m%d" }, zone = "America/New_York", edge = "start" }
price_scale = 10000
include = ["*_trade.csv", "*_Trade*.csv"]
columns = { open = 2, high = 3, low = 4, close = 5, volume = 6 }
)";
    run({"import", "csv", "-q", "-o", (folder_ / "trades.gsj").string(), "--map", trades_map(), ticks()});
    run({"import", "csv", "-q", "-o", (folder_ / "bars.gsj").string(), "--map", (folder_ / "bars.toml").string(),
         (data_ / "2013-10/second").string()});
    trades_ = read_trades(folder_ / "trades.gsj");
    vendors_ = read_bars(folder_ / "bars.gsj");
  }
  // Adds up the agreement of all symbols and sessions; prints each.
  Agreement agreement_of(const std::string& name, const std::function<Counts(std::uint64_t)>& rule) const {
    Agreement sum;
    for (const auto& [key, theirs] : vendors_) {
      const Agreement one = compare(make_bars(trades_.at(key), rule), theirs);
      print(name, key.first, key.second, one);
      sum.vendors += one.vendors;
      sum.extra += one.extra;
      sum.missing += one.missing;
      sum.whole += one.whole;
      for (std::size_t i = 0; i < sum.equal.size(); ++i) sum.equal[i] += one.equal[i];
      for (const std::uint64_t second_ns : one.different) sum.different.push_back(second_ns);
    }
    print(name, "all", 0, sum);
    return sum;
  }

  Trades trades_;
  BarsBySymbol vendors_;
};

TEST_F(SecondBars, AgreeWithTheVendors) {
  ASSERT_EQ(vendors_.size(), 12U);
  const auto config = must(config::load_config(fs::path{GROUNDSWELL_SOURCE_DIR} / "config/groundswell.toml"));
  const auto eligibility = [&config](std::uint64_t codes) {
    return config::eligibility_of(config.conditions, {0, codes == 0 ? "" : fmt::format("{:x}", codes), "flags_lean"});
  };
  agreement_of("all", [](std::uint64_t) { return Counts::kPriceAndVolume; });
  std::map<std::uint64_t, Counts> by_codes;
  agreement_of("eligible", [&](std::uint64_t codes) {
    const auto [known, is_new] = by_codes.try_emplace(codes);
    const Eligibility eligible = is_new ? eligibility(codes) : Eligibility{};
    if (is_new) known->second = eligible.high_low ? Counts::kPriceAndVolume : eligible.volume ? Counts::kVolume : Counts::kNothing;
    return known->second;
  });
  const Agreement vendors = agreement_of("vendor's", vendor_rule);
  // All but the seconds in which regular hours begin and end: there the vendor starts a bar anew. AIG's first regular bar of the 9th is
  // such a one, made of its opening print, and its trades without a price are here in the bar before it (09:29:52).
  EXPECT_EQ(vendors.vendors, 133'857U);
  EXPECT_EQ(vendors.missing, 1U);
  EXPECT_EQ(vendors.extra, 0U);
  EXPECT_EQ(vendors.whole, 133'857U - 6U);
  const config::Calendar every_day;
  for (const std::uint64_t second_ns : vendors.different) {
    const config::SessionTimes times = every_day.times(config::new_york_date(second_ns));
    const bool at_open = second_ns == times.open_ns || second_ns == times.open_ns - 8 * kSecondNs;
    EXPECT_TRUE(at_open || second_ns == times.close_ns - kSecondNs) << config::format_utc(second_ns);
  }
}

// Whatever the rule: where only regular trades are, every price is the vendor's.
TEST_F(SecondBars, RegularTradesAlwaysAgree) {
  std::uint64_t compared = 0;
  for (const auto& [key, theirs] : vendors_) {
    std::map<std::uint64_t, bool> regular;
    for (const Trade& trade : trades_.at(key)) {
      const auto [second, is_new] = regular.try_emplace(trade.second_ns, true);
      second->second = second->second && trade.codes == 1;
    }
    const Bars ours = make_bars(trades_.at(key), [](std::uint64_t) { return Counts::kPriceAndVolume; });
    for (const auto& [second_ns, bar] : theirs) {
      const auto only_regular = regular.find(second_ns);
      if (only_regular == regular.end() || !only_regular->second) continue;
      const Bar& mine = ours.at(second_ns);
      EXPECT_EQ(mine.open_e9, bar.open_e9);
      EXPECT_EQ(mine.high_e9, bar.high_e9);
      EXPECT_EQ(mine.low_e9, bar.low_e9);
      EXPECT_EQ(mine.close_e9, bar.close_e9);
      EXPECT_LE(mine.volume, bar.volume);  // plus that of later seconds whose trades have no price
      ++compared;
    }
  }
  EXPECT_EQ(compared, 65'337U);
}

}  // namespace
}  // namespace groundswell::test
