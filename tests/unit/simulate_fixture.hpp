// What the tests of the simulator share: a made-up universe and a calendar with one holiday and one half day.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/sha256.hpp"
#include "config/calendar.hpp"
#include "groundswell/universe.hpp"
#include "simulate/simulator.hpp"
#include "simulate/tape_generator.hpp"

namespace groundswell::simulate {

inline void add_baskets(Universe& universe, Wave wave, const std::string& prefix, int baskets, int members) {
  for (int basket = 0; basket < baskets; ++basket) {
    Basket made;
    made.id = prefix + std::to_string(basket);
    made.name = made.id;
    made.wave = wave;
    for (int member = 0; member < members; ++member) {
      made.members.push_back({made.id + "M" + std::to_string(member), member < 2 ? Role::kLeader : Role::kFollower});
    }
    universe.baskets.push_back(made);
  }
}

inline Universe test_universe() {
  Universe universe;
  universe.version = "test";
  universe.benchmarks = {"PRIMARY", "GROWTH", "EQUAL"};
  add_baskets(universe, Wave::kCompute, "C", 5, 8);
  add_baskets(universe, Wave::kPhysical, "P", 6, 8);
  add_baskets(universe, Wave::kMonetization, "N", 3, 8);
  return universe;
}

inline config::Calendar test_calendar() {
  constexpr const char* kDates = "date,kind,name\n2026-09-07,closed,Labor Day\n2026-11-26,closed,Thanksgiving\n2026-11-27,half,\n";
  const auto calendar = config::Calendar::parse(kDates, "test");
  EXPECT_TRUE(calendar.has_value());
  return calendar.has_value() ? *calendar : config::Calendar{};
}

inline SimulatorOptions test_options() {
  SimulatorOptions options;
  options.universe = test_universe();
  options.calendar = test_calendar();
  options.seed = 11;
  options.rate = 2;
  options.history_sessions = 5;
  options.speed = 0;
  options.exit_when_done = true;
  return options;
}

inline std::vector<Tick> whole_tape(MarketModel& model, std::uint32_t session, const TapeOptions& options) {
  TapeGenerator tape(model, test_calendar().times(session), options);
  std::vector<Tick> ticks;
  std::vector<Tick> part(777);
  for (std::size_t count = part.size(); count == part.size();) {
    count = tape.next(part);
    ticks.insert(ticks.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(count));
  }
  return ticks;
}

inline std::string digest_of(const void* bytes, std::size_t length) {
  Sha256 sha;
  sha.update(bytes, length);
  const Sha256::Digest digest = sha.finish();
  return hex(digest.data(), 8);
}

}  // namespace groundswell::simulate
