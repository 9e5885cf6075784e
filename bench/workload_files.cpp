#include "workload_files.hpp"

#include <array>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "simulate/simulator.hpp"

namespace groundswell::bench {
namespace {

struct TradeRow {
  std::uint64_t number;
  std::int64_t ts_event_ns, price_e9;
  std::uint32_t symbol, size;
};
static_assert(sizeof(TradeRow) == 32);
struct BarRow {
  std::int64_t open_e9, high_e9, low_e9, close_e9;
  std::uint64_t volume_shares;
};
static_assert(sizeof(BarRow) == 40);

// At most `most` rows; nothing when the file is not whole.
template <class Row>
Result<std::vector<Row>> read_rows(const std::filesystem::path& path, std::size_t most) {
  std::ifstream file(path, std::ios::binary);
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(path, error);
  if (error || bytes % sizeof(Row) != 0) return fail(Exit::kNoInput, path.string() + ": not found, or cut short");
  std::vector<Row> rows(std::min<std::size_t>(most, bytes / sizeof(Row)));
  file.read(reinterpret_cast<char*>(rows.data()), static_cast<std::streamsize>(rows.size() * sizeof(Row)));
  if (!file) return fail(Exit::kNoInput, path.string() + ": cannot be read");
  return rows;
}

// The two first columns of a table whose values hold neither commas nor quotes; without its header.
Result<std::vector<std::array<std::string, 2>>> read_pairs(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return fail(Exit::kNoInput, path.string() + ": not found, or empty");
  std::vector<std::array<std::string, 2>> rows;
  while (std::getline(file, line)) {
    const std::size_t first = line.find(','), second = line.find(',', first + 1);
    if (first == std::string::npos) return fail(Exit::kConfig, path.string() + ": a row has fewer than two columns");
    rows.push_back({line.substr(0, first), line.substr(first + 1, second - first - 1)});
  }
  return rows;
}

std::uint32_t date_of(const std::string& text) {  // 2026-01-02
  return static_cast<std::uint32_t>(std::stoul(text.substr(0, 4) + text.substr(5, 2) + text.substr(8, 2)));
}

}  // namespace

Result<WorkloadFiles> read_workload(const std::filesystem::path& folder, const config::Calendar& calendar, std::size_t most_ticks) {
  std::ifstream about_file(folder / "workload.json");
  const nlohmann::json about = nlohmann::json::parse(about_file, nullptr, false);
  if (!about.is_object()) return fail(Exit::kNoInput, (folder / "workload.json").string() + ": not found, or no JSON object");
  const auto reference = read_pairs(folder / "reference.csv"), levels = read_pairs(folder / "levels.csv"),
             roster = read_pairs(folder / "roster.csv");
  for (const auto* table : {&reference, &levels, &roster}) {
    if (!*table) return table->error();
  }
  WorkloadFiles workload;
  std::map<std::string, std::uint32_t> symbol_ids, basket_ids;
  for (const auto& row : *reference) {
    symbol_ids[row[0]] = static_cast<std::uint32_t>(workload.symbols.size());
    workload.symbols.push_back(row[0]);
  }
  workload.universe.version = "bench";
  workload.universe.benchmarks[0] = about.value("benchmark", "");
  for (const auto& row : *levels) {
    const std::size_t index = workload.universe.baskets.size();
    basket_ids[row[0]] = static_cast<std::uint32_t>(index);
    workload.universe.baskets.push_back(
        {.id = row[0], .name = "", .wave = static_cast<Wave>(index % kWaveNames.size() + 1), .members = {}});
  }
  workload.baskets_of.resize(workload.symbols.size());
  for (const auto& [basket, symbol] : *roster) {
    if (!basket_ids.contains(basket) || !symbol_ids.contains(symbol))
      return fail(Exit::kConfig, (folder / "roster.csv").string() + ": " + basket + "," + symbol + " is in no other table");
    workload.universe.baskets[basket_ids[basket]].members.push_back({.symbol = symbol});
    workload.baskets_of[symbol_ids[symbol]].push_back(basket_ids[basket]);
  }

  const auto bars = read_rows<BarRow>(folder / "history.bin", ~std::size_t{0});
  if (!bars) return bars.error();
  const auto dates = about.value("history_dates", std::vector<std::string>());
  if (bars->size() != dates.size() * workload.symbols.size())
    return fail(Exit::kConfig, (folder / "history.bin").string() + ": not one bar for each symbol and session");
  for (std::size_t session = 0; session < dates.size(); ++session) {
    const config::SessionTimes times = calendar.times(date_of(dates[session]));
    workload.history.push_back(roll_record(times.session, SessionMode::kBars, times.open_ns, times.close_ns, 0, times.close_ns));
    for (std::uint32_t symbol = 0; symbol < workload.symbols.size(); ++symbol) {
      const BarRow& row = (*bars)[session * workload.symbols.size() + symbol];
      const simulate::SessionBar bar{.open_e9 = row.open_e9,
                                     .high_e9 = row.high_e9,
                                     .low_e9 = row.low_e9,
                                     .close_e9 = row.close_e9,
                                     .volume_shares = row.volume_shares,
                                     .listed = true};
      for (const Record& record : simulate::bar_records(bar, symbol, times.close_ns)) workload.history.push_back(record);
    }
    workload.history.push_back(pulse_record(times.close_ns + 1));
  }
  const config::SessionTimes times = calendar.times(date_of(about.value("session", "2026-01-02")));
  if (times.open_ns != about.value("session_open_ns", std::uint64_t{0}) ||
      times.close_ns != about.value("session_close_ns", std::uint64_t{0}))
    return fail(Exit::kConfig, (folder / "workload.json").string() + ": its session has other hours than the calendar says");
  workload.roll = roll_record(times.session, SessionMode::kLive, times.open_ns, times.close_ns, 0, times.final_ns).roll;

  const auto trades = read_rows<TradeRow>(folder / "trades.bin", most_ticks);
  if (!trades) return trades.error();
  workload.ticks.reserve(trades->size());
  for (const TradeRow& row : *trades) {
    Tick tick{};
    tick.ts_event_ns = static_cast<std::uint64_t>(row.ts_event_ns);
    tick.price_e9 = row.price_e9;
    tick.size = row.size;
    tick.symbol = row.symbol;
    tick.action = Action::kTrade;
    tick.flags = kFlagLast;
    workload.ticks.push_back(numbered_tick_record(tick, row.number, 0, 1));
  }
  return workload;
}

}  // namespace groundswell::bench
