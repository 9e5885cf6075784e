// Raw prices with a corporate action give what adjusted prices give without one, to the bit: every rolling thing is adjusted once, at the
// roll. Factors are powers of two, so that no price needs rounding.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <set>

#include "support/capture_sink.hpp"
#include "support/random_tape.hpp"
#include "support/simulated_tape.hpp"

namespace groundswell {
namespace {

using namespace test;

struct Split {
  std::int64_t price_factor_e12, share_factor_e12;
};

// What adds up shares of a basket over sessions, or of sessions before the split: shares of different size.
const std::set<std::string> kShareMemory{"trin_open10", "trin_sma10"};
const std::set<std::string> kShares{"up_vol", "dn_vol", "unch_vol", "upvol_pct", "advol_pct", "trin", "ln_trin"};

std::int64_t times(std::int64_t number, std::int64_t factor_e12) {
  return static_cast<std::int64_t>(int128{number} * factor_e12 / 1'000'000'000'000);
}

// The tape with ticks of `symbol` in other units, of all sessions or only from `from_session` on.
std::vector<Record> in_other_units(std::vector<Record> records, std::uint32_t symbol, const Split& split, std::uint32_t from_session) {
  std::uint32_t session = 0;
  for (Record& record : records) {
    if (record.kind == RecordKind::kSessionRoll) session = std::max(session, record.roll.session);
    if (record.kind != RecordKind::kTick || record.tick.symbol != symbol || session < from_session) continue;
    record.tick.price_e9 = times(record.tick.price_e9, split.price_factor_e12);
    record.tick.size = static_cast<std::uint64_t>(times(static_cast<std::int64_t>(record.tick.size), split.share_factor_e12));
  }
  return records;
}

TEST(CorporateActions, RawPricesWithActionsEqualAdjustedPricesWithout) {
  constexpr std::uint32_t kSymbol = 6;  // B3: joins on the day of the split
  const std::uint32_t ex_session = test_day(5).session;
  std::uint64_t compared = 0, after = 0, skipped = 0, folded = 0;
  const bool full = std::getenv("GROUNDSWELL_FULL") != nullptr;
  for (std::uint64_t seed = 1; seed <= (full ? 1'000U : 30U); ++seed) {
    SCOPED_TRACE(seed);
    for (const Split& split : {Split{500'000'000'000, 2'000'000'000'000}, Split{4'000'000'000'000, 250'000'000'000}}) {
      std::vector<Record> tape = RandomTape(seed).records();
      for (Record& record : tape) {
        if (record.kind == RecordKind::kTick) record.tick.size *= 4;
      }
      const std::vector<Record> raw = in_other_units(tape, kSymbol, split, ex_session);
      const std::vector<Record> adjusted = in_other_units(tape, kSymbol, split, 0);
      pipeline::FoldSetup with = random_tape_setup(), without = random_tape_setup();
      with.actions.push_back({"B3", ex_session, "split", split.price_factor_e12, split.share_factor_e12, 0});
      for (SharesRow& row : with.shares) row.float_shares *= 4;
      without.shares = with.shares;
      for (SharesRow& row : without.shares) {
        if (row.symbol == "B3") row.float_shares = times(row.float_shares, split.share_factor_e12);
      }
      pipeline::Fold fold_with(with), fold_without(without);
      CaptureSink a(fold_with, CaptureSink::Keep::kEverything), b(fold_without, CaptureSink::Keep::kEverything);
      for (std::size_t i = 0; i < raw.size(); ++i) {
        fold_with.apply(raw[i], i + 1, a);
        fold_without.apply(adjusted[i], i + 1, b);
      }
      // An opening far away is a suspect only where no action explains it.
      const bool suspect = std::any_of(b.edges.begin(), b.edges.end(), [&](const Edge& edge) {
        return edge.type == EdgeType::kCorpActionSuspect && edge.subject == kSymbol && edge.session == ex_session;
      });
      if (suspect) {
        ++skipped;
        continue;
      }
      ++folded;
      ASSERT_EQ(a.rows.size(), b.rows.size());
      for (std::size_t i = 0; i < a.rows.size(); ++i) {
        const auto &x = a.rows[i], &y = b.rows[i];
        ASSERT_TRUE(x.signal == y.signal && x.scope == y.scope && x.ts_event_ns == y.ts_event_ns);
        if (kShareMemory.contains(x.signal) || (x.session < ex_session && kShares.contains(x.signal))) continue;
        ++compared;
        after += x.session >= ex_session;
        ASSERT_EQ(std::memcmp(&x.level, &y.level, sizeof(Level)), 0)
            << x.scope << " " << x.signal << " of " << x.session << ": " << x.level.value << " with, " << y.level.value << " without";
      }
      ASSERT_EQ(a.edges.size(), b.edges.size());
      for (std::size_t i = 0; i < a.edges.size(); ++i) ASSERT_EQ(std::memcmp(&a.edges[i], &b.edges[i], sizeof(Edge)), 0);
    }
  }
  EXPECT_GT(compared, 100'000U);
  EXPECT_GT(after, 20'000U);
  EXPECT_GT(folded, skipped * 10);
}

// A year and a half of sessions, so that the long windows and the slow averages are full: every fifth symbol splits somewhere in it.
TEST(CorporateActions, LongWindowsToo) {
  const config::Config config = default_config();
  SimulatedTape tape = simulated_tape(config.universe, 11, 400, 1, 0.5);
  for (Record& record : tape.records) {  // so that no price and no size needs rounding
    if (record.kind != RecordKind::kTick) continue;
    record.tick.price_e9 *= 4;
    record.tick.size *= 4;
  }
  std::vector<std::uint32_t> sessions;
  for (const Record& record : tape.records) {
    if (record.kind == RecordKind::kSessionRoll) sessions.push_back(record.roll.session);
  }
  pipeline::FoldSetup with = default_setup(config), without = with;
  std::vector<Record> raw = tape.records, adjusted = tape.records;
  for (std::uint32_t symbol = 0; symbol < with.symbols.size(); symbol += 5) {
    const Split split = symbol % 2 == 0 ? Split{500'000'000'000, 2'000'000'000'000} : Split{4'000'000'000'000, 250'000'000'000};
    const std::uint32_t ex_session = sessions[sessions.size() - 2 - symbol % 200];
    raw = in_other_units(std::move(raw), symbol, split, ex_session);
    adjusted = in_other_units(std::move(adjusted), symbol, split, 0);
    with.actions.push_back({with.symbols[symbol], ex_session, "split", split.price_factor_e12, split.share_factor_e12, 0});
  }
  pipeline::Fold fold_with(with), fold_without(without);
  CaptureSink a(fold_with), b(fold_without);
  for (std::size_t i = 0; i < raw.size(); ++i) {
    fold_with.apply(raw[i], i + 1, a);
    fold_without.apply(adjusted[i], i + 1, b);
  }
  std::uint64_t compared = 0;
  std::set<std::string> present;
  a.for_each_latest([&](Clock clock, const std::string& scope, const std::string& signal, const Level& level) {
    if (kShareMemory.contains(signal)) return;
    ASSERT_EQ(std::memcmp(&level, &b.level(scope, signal, clock), sizeof level), 0)
        << scope << " " << signal << ": " << level.value << " with, " << b.level(scope, signal, clock).value << " without";
    ++compared;
    if (level.present != 0) present.insert(signal);
  });
  EXPECT_GT(compared, 2'000U);
  for (const char* signal : {"pct_above_sma_200", "pct_above_ema_50", "nh_252", "nl_252", "vwb_rvol", "excess_252", "beta"})
    EXPECT_TRUE(present.contains(signal)) << signal;
}

}  // namespace
}  // namespace groundswell
