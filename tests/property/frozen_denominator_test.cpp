// Signals that divide by a deviation: while the session runs it is the last commit's, at the commit it includes the session. The whole fold
// against the definitions, computed from the strength line that it publishes.
#include <gtest/gtest.h>

#include <map>

#include "support/capture_sink.hpp"
#include "support/simulated_tape.hpp"
#include "support/tape.hpp"

namespace groundswell {
namespace {

using namespace test;
using Series = std::vector<double>;

double mean(const Series& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}
double deviation(const Series& values, std::size_t lost_degrees) {
  const double center = mean(values);
  double squares = 0.0;
  for (const double value : values) squares += (value - center) * (value - center);
  return std::sqrt(squares / static_cast<double>(values.size() - lost_degrees));
}
Series last(const Series& values, std::size_t count) {
  return {values.end() - static_cast<std::ptrdiff_t>(std::min(count, values.size())), values.end()};
}

// One session's log excess over the benchmark, from a strength line.
Series excess_of(const Series& line) {
  Series excess;
  for (std::size_t t = 1; t < line.size(); ++t) excess.push_back(std::log(line[t] / line[t - 1]));
  return excess;
}
// A wave's is the mean of its baskets'.
Series mean_of(const std::vector<Series>& each) {
  Series mean(each.front().size());
  for (const Series& one : each) {
    for (std::size_t t = 0; t < mean.size(); ++t) mean[t] += one[t] / static_cast<double>(each.size());
  }
  return mean;
}

// By the definitions: the newest of `line` is the session asked about. Denominators with it, or without.
struct Numbers {
  double rot_ratio, rot_mom, z21, z63;
};
Numbers numbers(const Series& line, const Series& excess, bool with_session) {
  const std::size_t n = line.size();
  const auto divisor = [&](const Series& values, std::size_t window, std::size_t lost_degrees) {
    const Series before(values.begin(), values.end() - 1);
    return deviation(last(with_session ? values : before, window), lost_degrees);
  };
  Series changes;
  double before = 0.0, ratio = 0.0;
  for (std::size_t t = 62; t < n; ++t) {
    const Series past(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(t) + 1);
    const Series window = last(past, 63);
    const double spread = t + 1 < n ? deviation(window, 0) : divisor(past, 63, 0);
    ratio = 100.0 + (line[t] - mean(window)) / spread;
    if (t > 62) changes.push_back(100.0 * (ratio / before - 1.0));
    before = ratio;
  }
  Numbers all{};
  all.rot_ratio = ratio;
  all.rot_mom = 100.0 + (changes.back() - mean(last(changes, 63))) / divisor(changes, 63, 0);
  const auto score = [&](std::size_t window) {
    return mean(last(excess, window)) * std::sqrt(static_cast<double>(window)) / divisor(excess, 252, 1);
  };
  all.z21 = score(21);
  all.z63 = score(63);
  return all;
}

TEST(FrozenDenominators, LiveDividesByTheLastCommitAndTheCommitByItsOwn) {
  const config::Config config = default_config();
  SimulatedTape tape = simulated_tape(config.universe, 12, 300, 1, 5);
  const SessionRoll roll = tape.records[tape.live_rolls[0]].roll;
  pipeline::FoldSetup setup = default_setup(config);
  const auto primary = static_cast<std::uint32_t>(std::find(setup.symbols.begin(), setup.symbols.end(), config.universe.benchmarks[0]) -
                                                  setup.symbols.begin());
  std::vector<Record> records;
  std::int64_t primary_e9 = 0;
  for (const Record& record : tape.records) {  // without the prints after the close, which come after the last step
    const bool tick = record.kind == RecordKind::kTick;
    if (tick && record.tick.ts_event_ns >= roll.close_ns) continue;
    if (tick && record.tick.symbol == primary && record.tick.action == Action::kTrade) primary_e9 = record.tick.price_e9;
    if (!tick && record.kind == RecordKind::kPulse && record.pulse.time_ns > roll.close_ns) {  // the benchmark is fresh at the last step
      records.push_back(trade(primary, roll.close_ns - 1, primary_e9));
    }
    records.push_back(record);
  }
  pipeline::Fold fold(setup);
  CaptureSink sink(fold, CaptureSink::Keep::kEverything);
  std::uint64_t jseq = 0;
  for (const Record& record : records) fold.apply(record, ++jseq, sink);

  std::map<std::string, Series> lines;  // by scope: the committed strength lines
  for (const CaptureSink::Row& row : sink.rows) {
    if (row.clock == Clock::kClose && row.signal == "rs_spy" && row.level.validity == Validity::kOk) {
      lines[row.scope].push_back(row.level.value);
    }
  }
  ASSERT_EQ(lines.size(), fold.book().scope_count());
  for (const auto& each : lines) {
    const std::string& scope = each.first;
    const auto& line = each.second;
    SCOPED_TRACE(scope);
    ASSERT_EQ(line.size(), 301U);
    Series excess = excess_of(line);
    if (scope.starts_with("wave:")) {
      std::vector<Series> of_baskets;
      for (const Basket& basket : config.universe.baskets) {
        const std::string wave{kWaveNames[static_cast<std::size_t>(basket.wave) - 1]};
        if (scope == "wave:" + wave) of_baskets.push_back(excess_of(lines.at(basket.id)));
      }
      excess = mean_of(of_baskets);
    }
    std::size_t moved = 0;
    for (const Clock clock : {Clock::kLive, Clock::kClose}) {
      const Numbers expected = numbers(line, excess, clock == Clock::kClose);
      const auto expect = [&](const char* signal, double value) {
        const Level& level = sink.level(scope, signal, clock);
        EXPECT_EQ(level.validity, Validity::kOk) << signal;
        EXPECT_NEAR(level.value, value, 1e-8) << signal << ' ' << kClockNames[static_cast<std::size_t>(clock)];
        moved += std::abs(level.value - sink.level(scope, signal, clock == Clock::kLive ? Clock::kClose : Clock::kLive).value) > 1e-6;
      };
      expect("rot_ratio", expected.rot_ratio);
      expect("rot_mom", expected.rot_mom);
      expect("z21", expected.z21);
      expect("z63", expected.z63);
    }
    EXPECT_GE(moved, 6U);  // the denominators differ, so the test can tell them apart
    const double z21 = sink.level(scope, "z21", Clock::kLive).value / sink.level(scope, "z21").value;
    const double z63 = sink.level(scope, "z63", Clock::kLive).value / sink.level(scope, "z63").value;
    EXPECT_NEAR(z21, z63, 1e-12);  // numerators are equal: both quotients are that of the two deviations
  }
}

}  // namespace
}  // namespace groundswell
