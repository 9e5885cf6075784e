#include <array>
#include <chrono>
#include <vector>

#include "base/sha256.hpp"
#include "groundswell/record.hpp"
#include "journal/writer.hpp"
#include "simulate/random.hpp"
#include "simulate/simulator.hpp"

namespace groundswell::simulate {
namespace {

std::uint32_t day_before(std::uint32_t date) {
  using namespace std::chrono;
  const year_month_day today{year{static_cast<int>(date / 10'000)}, month{date / 100 % 100}, day{date % 100}};
  const year_month_day before{sys_days{today} - days{1}};
  return static_cast<std::uint32_t>(static_cast<int>(before.year())) * 10'000 + static_cast<unsigned>(before.month()) * 100 +
         static_cast<unsigned>(before.day());
}

std::uint32_t minutes_of(const config::SessionTimes& times) {
  return static_cast<std::uint32_t>((times.close_ns - times.open_ns) / 60'000'000'000);
}

ModelOptions model_options(const SimulatorOptions& options) {
  return {options.seed, options.profile, options.rate, options.history_sessions, options.regime};
}

// A number of its own for each history, and the same for the same one.
std::uint64_t history_id(const SimulatorOptions& options, const std::vector<std::string>& symbols) {
  std::string names;
  for (const std::string& symbol : symbols) names += symbol + '\n';
  const std::uint64_t length_and_rate = options.history_sessions ^ (static_cast<std::uint64_t>(options.rate * 1000) << 16) ^
                                        (static_cast<std::uint64_t>(options.regime) << 60);
  return Random(options.seed ^ length_and_rate, options.session, sha256_prefix64(names)).bits() | 1;
}

Result<void> append_session(journal::Writer& writer, const config::SessionTimes& times, std::span<const SessionBar> bars,
                            std::vector<Record>& records) {
  records.clear();
  records.push_back(roll_record(times.session, SessionMode::kBars, times.open_ns, times.close_ns, 0, times.close_ns,
                                times.half_day ? kRollHalfDay : std::uint8_t{0}));
  for (std::uint32_t symbol = 0; symbol < bars.size(); ++symbol) {
    if (!bars[symbol].listed) continue;
    const std::array<Record, 4> group = bar_records(bars[symbol], symbol, times.close_ns);
    records.insert(records.end(), group.begin(), group.end());
  }
  records.push_back(pulse_record(times.close_ns + 1));
  return writer.append(records);
}

}  // namespace

std::array<Record, 4> bar_records(const SessionBar& bar, std::uint32_t symbol, std::uint64_t close_ns) {
  const auto record = [&](Action action, std::int64_t price_e9) {
    Tick tick{};
    tick.ts_event_ns = close_ns;
    tick.price_e9 = price_e9;
    tick.symbol = symbol;
    tick.action = action;
    if (action == Action::kBarClose) {
      tick.size = bar.volume_shares;
      tick.flags = kFlagLast;
    }
    return tick_record(tick, 0, 0);
  };
  return {record(Action::kBarOpen, bar.open_e9), record(Action::kBarHigh, bar.high_e9), record(Action::kBarLow, bar.low_e9),
          record(Action::kBarClose, bar.close_e9)};
}

std::vector<std::uint32_t> sessions_before(const config::Calendar& calendar, std::uint32_t session, std::uint32_t count) {
  std::vector<std::uint32_t> sessions(count);
  std::uint32_t date = session;
  for (std::size_t index = count; index-- > 0;) {
    do date = day_before(date);
    while (!calendar.is_session(date));
    sessions[index] = date;
  }
  return sessions;
}

MarketModel make_model(const SimulatorOptions& options) {
  MarketModel model(options.universe, model_options(options));
  for (const std::uint32_t session : sessions_before(options.calendar, options.session, options.history_sessions)) {
    model.next_session(session, minutes_of(options.calendar.times(session)));
  }
  return model;
}

Result<std::uint64_t> write_history(const SimulatorOptions& options) {
  if (const Result<void> checked = check_options(options); !checked) return checked.error();
  if (options.history_sessions == 0) return fail(Exit::kUsage, "simulate: no sessions of history to write; ask for at least 1");
  const std::vector<std::uint32_t> sessions = sessions_before(options.calendar, options.session, options.history_sessions);
  MarketModel model(options.universe, model_options(options));
  journal::WriterOptions writer_options;
  writer_options.recording_id = history_id(options, model.symbols());
  writer_options.created_ns = static_cast<std::int64_t>(options.calendar.times(sessions.back()).final_ns);
  Result<journal::Writer> writer = journal::Writer::create(options.history_path, writer_options);
  if (!writer) return writer.error();
  const Catalog catalog{model.symbols(), {ConditionSet{}}, {}, {}, {}};
  if (const Result<void> appended = writer->append_catalog(catalog); !appended) return appended.error();
  std::vector<Record> records;
  for (const std::uint32_t session : sessions) {
    const config::SessionTimes times = options.calendar.times(session);
    const Result<void> appended = append_session(*writer, times, model.next_session(session, minutes_of(times)), records);
    if (!appended) return appended.error();
  }
  const std::uint64_t count = writer->appended_jseq();
  if (const Result<void> closed = writer->close(); !closed) return closed.error();
  return count;
}

}  // namespace groundswell::simulate
