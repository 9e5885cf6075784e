// A market to test with: the default universe, history as BARS sessions and live sessions from the seeded simulator, all as records in
// memory.
#pragma once

#include <cstdint>
#include <vector>

#include "config/config.hpp"
#include "config/tables.hpp"
#include "groundswell/record.hpp"
#include "pipeline/setup.hpp"
#include "simulate/simulator.hpp"
#include "simulate/tape_generator.hpp"

namespace groundswell::test {

inline const std::string kSourceDir = GROUNDSWELL_SOURCE_DIR;

inline config::Config default_config() { return config::config_for_universe(kSourceDir + "/config/baskets.toml").value(); }

inline pipeline::FoldSetup default_setup(const config::Config& config) {
  return pipeline::fold_setup(config, universe_symbols(config.universe), simulate::tape_condition_sets()).value();
}

struct SimulatedTape {
  std::vector<Record> records;
  std::vector<std::size_t> live_rolls;  // positions of the LIVE rolls
  simulate::TapeFaultCounters faults;
  std::vector<Filing> filings;  // made up, for whoever wants them in the setup
};

// `rate`: mean trades per second of regular hours over all symbols.
inline SimulatedTape simulated_tape(const Universe& universe, std::uint64_t seed, std::uint32_t history_sessions, unsigned live_sessions,
                                    double rate, double quotes_per_trade = 0, const simulate::FaultOptions& faults = {},
                                    simulate::Regime regime = simulate::Regime::kNull) {
  simulate::SimulatorOptions options;
  options.universe = universe;
  options.calendar = config::Calendar::load(kSourceDir + "/config/calendar/us_equities.csv").value();
  options.seed = seed;
  options.profile = simulate::Profile::kRotation;
  options.rate = rate;
  options.history_sessions = history_sessions;
  simulate::MarketModel model(
      universe, {.seed = seed, .profile = options.profile, .rate = rate, .history_sessions = history_sessions, .regime = regime});
  SimulatedTape tape;
  config::Findings findings;
  tape.filings = config::parse_fundamentals(simulate::fundamentals_text(options), "fundamentals.csv", universe, findings);
  for (const std::uint32_t session : simulate::sessions_before(options.calendar, options.session, history_sessions)) {
    const config::SessionTimes times = options.calendar.times(session);
    const auto minutes = static_cast<std::uint32_t>((times.close_ns - times.open_ns) / 60'000'000'000);
    tape.records.push_back(roll_record(session, SessionMode::kBars, times.open_ns, times.close_ns, 0, times.close_ns));
    const auto bars = model.next_session(session, minutes);
    for (std::uint32_t symbol = 0; symbol < bars.size(); ++symbol) {
      const simulate::SessionBar& bar = bars[symbol];
      if (!bar.listed) continue;
      const auto add = [&](Action action, std::int64_t price_e9, std::uint64_t size, std::uint8_t flags) {
        Tick tick{};
        tick.ts_event_ns = times.close_ns;
        tick.price_e9 = price_e9;
        tick.size = size;
        tick.symbol = symbol;
        tick.action = action;
        tick.flags = flags;
        tape.records.push_back(tick_record(tick, 0, 0));
      };
      add(Action::kBarOpen, bar.open_e9, 0, 0);
      add(Action::kBarHigh, bar.high_e9, 0, 0);
      add(Action::kBarLow, bar.low_e9, 0, 0);
      add(Action::kBarClose, bar.close_e9, bar.volume_shares, kFlagLast);
    }
    tape.records.push_back(pulse_record(times.close_ns + 1));
  }
  std::uint32_t session = options.session;
  std::uint64_t trade_id = 1;
  for (unsigned i = 0; i < live_sessions; ++i) {
    const config::SessionTimes times = options.calendar.times(session);
    tape.live_rolls.push_back(tape.records.size());
    tape.records.push_back(roll_record(session, SessionMode::kLive, times.open_ns, times.close_ns, times.provisional_ns, times.final_ns));
    simulate::TapeGenerator generator(model, times,
                                      {.seed = seed, .rate = rate, .quotes_per_trade = quotes_per_trade, .first_trade_id = trade_id});
    simulate::FaultyTape faulty(generator, faults, seed, times, times.open_ns, {});
    std::vector<simulate::DueTick> ticks(1024);
    for (std::size_t count = ticks.size(); count == ticks.size();) {
      count = faulty.next(ticks);
      for (std::size_t k = 0; k < count; ++k) tape.records.push_back(tick_record(ticks[k].tick, 0, 1));
    }
    tape.faults = faulty.counters();
    trade_id = generator.next_trade_id();
    tape.records.push_back(pulse_record(times.final_ns + 1));
    session = options.calendar.next_session(times.final_ns).session;
  }
  return tape;
}

}  // namespace groundswell::test
