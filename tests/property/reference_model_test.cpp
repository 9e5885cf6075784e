// The fold against a second computation (support/reference): at every commit and at grid steps of random markets, every number of every
// scope that the catalog has. Counts, validities and flags must be equal, values within 1e-9 of max(1, |value|).
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <deque>
#include <iomanip>
#include <random>
#include <set>
#include <sstream>

#include "support/amended_tape.hpp"
#include "support/random_tape.hpp"
#include "support/reference/model.hpp"

namespace groundswell {
namespace {

using namespace test;

// Numbers of the thesis layer, of which tests/second_opinion/thesis_model.py is the second computation.
bool computed_elsewhere(const std::string& id) {
  static const std::set<std::string> kNames{"broadening", "state", "provisional_state", "k_score",   "spoon",
                                            "painted",    "paint", "backlog_share",     "belief_gap"};
  return kNames.contains(id) || id.starts_with("wave_") || id.starts_with("lag_") || id.starts_with("e_");
}

bool full() { return std::getenv("GROUNDSWELL_FULL") != nullptr; }

// What the fold publishes, batch by batch, and what of it is in force.
class Published final : public pipeline::Sink {
 public:
  struct Batch {
    std::size_t scope;
    Clock clock;
    std::uint64_t time_ns;
    std::vector<Level> levels;
  };
  void on_levels(const pipeline::LevelBatchView& batch) noexcept override {
    waiting.push_back({batch.scope, batch.clock, batch.ts_event_ns, {batch.levels.begin(), batch.levels.end()}});
  }
  void on_edge(const Edge&, std::span<const Why>) noexcept override {}
  // Puts in force what was published at that instant, and says whether there was anything. A scope publishes once at an instant. `anew`: a
  // level may be published again as it was, as at the first step of a session and at commits.
  bool take(std::uint64_t time_ns, Clock clock, bool anew) {
    std::vector<std::size_t> seen;
    while (!waiting.empty() && waiting.front().time_ns == time_ns && waiting.front().clock == clock &&
           std::count(seen.begin(), seen.end(), waiting.front().scope) == 0) {
      const Batch& batch = waiting.front();
      seen.push_back(batch.scope);
      for (const Level& level : batch.levels) {
        Level& before = in_force[{clock, batch.scope, level.subject, level.signal}];
        repeated |= !anew && std::memcmp(&before, &level, sizeof level) == 0;
        before = level;
      }
      waiting.pop_front();
    }
    return !seen.empty();
  }
  std::deque<Batch> waiting;
  bool repeated = false;  // a level of a step said nothing new
  std::map<std::tuple<Clock, std::size_t, std::uint32_t, std::uint16_t>, Level> in_force;
};

std::string names(std::uint32_t flags) {
  std::string text;
  for (std::size_t bit = 0; bit < kFlagNames.size(); ++bit) {
    if ((flags >> bit & 1) != 0) text += std::string(kFlagNames[bit]) + ' ';
  }
  return text;
}
std::string text(const reference::Number& n) {
  std::ostringstream out;
  out << kValidityNames[static_cast<std::size_t>(n.validity)] << ' ';
  n.value ? out << std::setprecision(18) << *n.value : out << "none";
  out << ' ' << n.n_valid << " of " << n.n_members << ' ' << names(n.flags);
  return out.str();
}
reference::Number number(const Level& level) {
  return {level.validity, level.present != 0 ? std::optional<reference::Real>(level.value) : std::nullopt, level.n_valid, level.n_members,
          level.flags};
}
bool agree(const reference::Number& a, const reference::Number& b) {
  if (a.validity != b.validity || a.n_valid != b.n_valid || a.n_members != b.n_members || a.flags != b.flags) return false;
  if (a.value.has_value() != b.value.has_value()) return false;
  return !a.value || std::abs(*a.value - *b.value) <= 1e-9L * std::max(1.0L, std::abs(*a.value));
}

class Comparison {
 public:
  Comparison(const pipeline::FoldSetup& setup, std::uint64_t seed)
      : fold_(setup),
        model_({.universe = setup.universe,
                .symbols = setup.symbols,
                .conditions = setup.conditions,
                .shares = setup.shares,
                .actions = setup.actions,
                .volume_curve = setup.volume_curve,
                .grid_step_ns = setup.grid_step_ns}),
        random_(seed) {}

  // Up to the first disagreement; "" if there is none. `commits_apart`: of history sessions only every so many are compared.
  std::string run(const std::vector<Record>& records, unsigned commits_apart) {
    for (std::size_t i = 0; i < records.size() && difference_.empty(); ++i) {
      fold_.apply(records[i], i + 1, published_);
      model_.apply(records[i], [&](const reference::Instant& instant) {
        const bool bars = fold_.roll().mode == SessionMode::kBars;
        const bool news = published_.take(instant.time_ns, instant.commit ? Clock::kClose : Clock::kLive, instant.commit || instant.first);
        if (!difference_.empty()) return;
        ++instants_;
        if (instant.commit && bars && instants_ % commits_apart != 0) return;
        if (!instant.commit && random_() % (news ? 3 : 20) != 0) return;
        compare(instant);
        if (!difference_.empty()) difference_ = "before record " + std::to_string(i + 1) + difference_;
      });
      if (difference_.empty() && published_.repeated) difference_ = "record " + std::to_string(i + 1) + ": a level that did not change";
      if (difference_.empty() && !published_.waiting.empty())
        difference_ = "record " + std::to_string(i + 1) + ": levels of an instant that the model does not know";
    }
    return difference_;
  }
  std::size_t compared() const { return compared_; }
  std::size_t with_value() const { return with_value_; }
  const std::map<std::string, std::size_t>& values() const { return values_; }  // compared with a value, by signal

 private:
  void compare(const reference::Instant& instant) {
    const Clock clock = instant.commit ? Clock::kClose : Clock::kLive;
    const auto numbers = model_.numbers();
    const auto of_symbols = instant.commit ? model_.symbol_numbers() : std::map<std::uint32_t, reference::Numbers>{};
    const std::size_t symbols_scope = numbers.size();
    for (const signal::CatalogRow& row : fold_.signals()) {
      if ((row.info->clocks & (instant.commit ? signal::kCloseOnly : signal::kLiveOnly)) == 0 || computed_elsewhere(row.id)) continue;
      for (std::size_t scope = 0; scope < numbers.size(); ++scope) {
        if (fold_.book().publishes(scope, row)) expect(instant, clock, scope, 0, row, numbers[scope]);
      }
      if ((row.info->scopes & signal::kInSymbols) == 0) continue;
      for (const auto& [id, of_symbol] : of_symbols) expect(instant, clock, symbols_scope, id, row, of_symbol);
    }
  }
  void expect(const reference::Instant& instant, Clock clock, std::size_t scope, std::uint32_t subject, const signal::CatalogRow& row,
              const reference::Numbers& numbers) {
    if (!difference_.empty()) return;
    const auto says = [&](const std::string& what) {
      difference_ = ", " +
                    std::string(instant.revised  ? "revised"
                                : instant.commit ? instant.provisional ? "provisional" : "final"
                                                 : "step") +
                    " at " + std::to_string(instant.time_ns) + " of " + std::to_string(model_.session()) + ", " +
                    fold_.scope_names()[scope] + (scope == fold_.book().scope_count() ? ":" + fold_.symbols()[subject] : "") + ' ' +
                    row.id + ": " + what;
    };
    const auto published = published_.in_force.find({clock, scope, subject, row.index});
    const auto expected = numbers.find(row.id);
    if (expected == numbers.end()) return says("not in the reference model");
    if (published == published_.in_force.end()) return says("never published");
    ++compared_;
    with_value_ += expected->second.value.has_value();
    values_[row.id] += expected->second.value.has_value();
    const reference::Number got = number(published->second);
    if (!agree(expected->second, got)) says("\n  model " + text(expected->second) + "\n  fold  " + text(got));
  }

  pipeline::Fold fold_;
  reference::Model model_;
  Published published_;
  std::mt19937_64 random_;
  std::string difference_;
  std::size_t instants_ = 0, compared_ = 0, with_value_ = 0;
  std::map<std::string, std::size_t> values_;
};

TEST(ReferenceModel, AgreesOnShortTapesWithEverythingThatCanHappen) {
  std::size_t compared = 0, with_value = 0;
  for (std::uint64_t seed = 1; seed <= (full() ? 2'000 : 24); ++seed) {
    Comparison comparison(random_tape_setup(), seed);
    ASSERT_EQ(comparison.run(amended(RandomTape(seed).records(), seed), 1), "") << "seed " << seed;
    compared += comparison.compared();
    with_value += comparison.with_value();
  }
  EXPECT_GT(compared, 100'000U);
  EXPECT_GT(with_value, 20'000U);
}

TEST(ReferenceModel, AgreesWhereMemoriesAreLong) {
  std::map<std::string, std::size_t> values;
  const std::vector<unsigned> histories =
      full() ? std::vector<unsigned>{12, 25, 40, 66, 70, 130, 140, 200, 260, 290, 330, 410, 640} : std::vector<unsigned>{12, 40, 130, 280};
  for (std::uint64_t seed = 1; seed <= (full() ? 20 : 1); ++seed) {
    for (const unsigned history : histories) {
      const pipeline::FoldSetup setup = wide_tape_setup(history);
      const RandomTape tape(seed, {.n_symbols = setup.symbols.size(),
                                   .history_sessions = history,
                                   .most_live_sessions = 4,
                                   .fewest_events = 100,
                                   .more_events = 300,
                                   .long_sessions = true});
      Comparison comparison(setup, seed);
      ASSERT_EQ(comparison.run(amended(tape.records(), seed), 1 + history / 12), "") << "seed " << seed << ", history " << history;
      for (const auto& [id, count] : comparison.values()) values[id] += count;
    }
  }
  // What needs more than 280 sessions is compared with a value in the full form only.
  const std::set<std::string> needs_more{"d_absorption", "mansfield_52w", "pct_above_ema_200"};
  for (const auto& [id, count] : values) EXPECT_TRUE(count > 0 || (!full() && needs_more.contains(id))) << id << " never had a value";
}

}  // namespace
}  // namespace groundswell
