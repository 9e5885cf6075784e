// A second computation of live numbers: slow, obvious, from the trades themselves at every grid step, sharing nothing with the fold but the
// published words. Integers must be equal, doubles within 1e-9 of max(1, |value|).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "support/capture_sink.hpp"
#include "support/tape.hpp"

namespace groundswell {
namespace {

using namespace test;

struct Trade {
  std::uint32_t symbol;
  std::uint64_t time_ns;
  std::int64_t cents;
  std::uint64_t size;
};

constexpr int kSymbols = 9, kHistory = 26;

struct Market {  // closes, highs and lows by session, in cents; 0 = no bar
  std::int64_t close[kSymbols][kHistory] = {}, high[kSymbols][kHistory] = {}, low[kSymbols][kHistory] = {};
};

struct Expected {
  int adv = 0, dec = 0, unch = 0, untraded = 0, nh = 0, nl = 0, above = 0, known = 0, extremes = 0, out = 0, tie = 0, eligible = 0;
  std::uint64_t up = 0, down = 0;
  double ew_return = 0;
};

// Everything that traded up to and including `until_ns`, from nothing.
Expected recompute(const Market& m, const std::vector<Trade>& trades, std::uint64_t until_ns, const std::vector<int>& members) {
  Expected e;
  const auto last_of = [&](int symbol) {
    std::int64_t last = 0;
    for (const Trade& t : trades) {
      if (static_cast<int>(t.symbol) == symbol && t.time_ns <= until_ns) last = t.cents;
    }
    return last;
  };
  const int benchmark = kSymbols - 1;
  const std::int64_t bench_last = last_of(benchmark), bench_ref = m.close[benchmark][kHistory - 1];
  for (const int i : members) {
    std::int64_t ref = 0;
    int first = 0;
    while (first < kHistory && m.close[i][first] == 0) ++first;
    std::vector<std::int64_t> closes;  // one per session since the first close, carried
    for (int t = first; t < kHistory; ++t) closes.push_back(m.close[i][t] != 0 ? m.close[i][t] : closes.back());
    if (closes.empty()) continue;
    ref = closes.back();
    ++e.eligible;
    std::int64_t last = last_of(i), high = 0, low = INT64_MAX;
    std::uint64_t volume = 0;
    for (const Trade& t : trades) {
      if (static_cast<int>(t.symbol) != i || t.time_ns > until_ns) continue;
      high = std::max(high, t.cents);
      low = std::min(low, t.cents);
      volume += t.size;
    }
    const bool traded = last != 0;
    if (!traded) last = ref;
    e.ew_return += static_cast<double>(last) / static_cast<double>(ref) - 1.0;
    e.untraded += !traded;
    if (traded) {
      e.adv += last > ref;
      e.dec += last < ref;
      e.unch += last == ref;
      if (last > ref) e.up += volume;
      if (last < ref) e.down += volume;
    }
    if (closes.size() >= 19) {
      std::int64_t sum = last;
      for (std::size_t k = 0; k < 19; ++k) sum += closes[closes.size() - 1 - k];
      ++e.known;
      e.above += last * 20 > sum;
    }
    if (traded && closes.size() >= 20) {
      std::int64_t window_high = 0, window_low = INT64_MAX;
      for (int t = kHistory - 20; t < kHistory; ++t) {
        if (m.close[i][t] == 0) continue;
        window_high = std::max(window_high, m.high[i][t]);
        window_low = std::min(window_low, m.low[i][t]);
      }
      ++e.extremes;
      e.nh += high > window_high;
      e.nl += low < window_low;
    }
    if (bench_last != 0) {
      const double mine = std::round(1e9 * (static_cast<double>(last) / static_cast<double>(ref) - 1.0));
      const double theirs = std::round(1e9 * (static_cast<double>(bench_last) / static_cast<double>(bench_ref) - 1.0));
      e.out += mine > theirs;
      e.tie += mine == theirs;
    }
  }
  return e;
}

TEST(LiveReference, EveryStepOfRandomSessionsAgrees) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    pipeline::FoldSetup setup;
    setup.universe.benchmarks[0] = "BMK";
    const std::vector<std::vector<int>> rosters{{0, 1, 2, 3, 4},
                                                {3, 4, 5, 6, 7}};  // two share members; both are compute, so the wave pools
    for (std::size_t b = 0; b < rosters.size(); ++b) {
      Basket basket{.id = "b" + std::to_string(b), .name = "", .wave = Wave::kCompute, .members = {}};
      for (const int i : rosters[b]) basket.members.push_back({.symbol = "S" + std::to_string(i)});
      setup.universe.baskets.push_back(basket);
    }
    for (int i = 0; i < kSymbols - 1; ++i) setup.symbols.push_back("S" + std::to_string(i));
    setup.symbols.emplace_back("BMK");

    Market m;
    std::vector<Record> tape;
    std::int64_t price[kSymbols];
    for (std::int64_t& p : price) p = 5000 + static_cast<std::int64_t>(random() % 5000);
    for (int t = 0; t < kHistory; ++t) {
      tape.push_back(bars_roll(static_cast<unsigned>(t)));
      for (int i = 0; i < kSymbols; ++i) {
        const bool not_listed = i == 7 && t < 12, silent = i < kSymbols - 1 && random() % 9 == 0 && t > 0 && i != 7;
        if (not_listed || silent) continue;
        price[i] += static_cast<std::int64_t>(random() % 201) - 100;
        m.close[i][t] = price[i];
        m.high[i][t] = price[i] + static_cast<std::int64_t>(random() % 80);
        m.low[i][t] = price[i] - static_cast<std::int64_t>(random() % 80);
        add_bar(tape, static_cast<std::uint32_t>(i), test_day(static_cast<unsigned>(t)).close_ns, price[i] * kCent, m.high[i][t] * kCent,
                m.low[i][t] * kCent, price[i] * kCent, 1000);
      }
      tape.push_back(pulse_record(test_day(static_cast<unsigned>(t)).close_ns + 1));
    }
    const TestDay day = test_day(kHistory);
    tape.push_back(live_roll(kHistory));
    std::vector<Trade> trades;
    std::uint64_t now_ns = day.open_ns;
    for (int i = 0; i < 400; ++i) {
      now_ns += random() % (3 * kSecond);
      const auto symbol = static_cast<std::uint32_t>(random() % kSymbols);
      price[symbol] = std::max<std::int64_t>(1, price[symbol] + static_cast<std::int64_t>(random() % 121) - 60);
      trades.push_back({symbol, now_ns, price[symbol], 1 + random() % 500});
      tape.push_back(trade(symbol, now_ns, price[symbol] * kCent, trades.back().size));
    }

    pipeline::Fold fold(setup);
    CaptureSink sink(fold);
    std::uint64_t jseq = 0;
    std::uint64_t next_step_ns = (day.open_ns / kSecond + 1) * kSecond;
    std::size_t compared = 0;
    for (const Record& record : tape) {
      const std::uint64_t time_ns = event_time_ns(record);
      fold.apply(record, ++jseq, sink);
      if (record.kind != RecordKind::kTick || time_ns <= next_step_ns || time_ns < day.open_ns) continue;
      while (next_step_ns + kSecond < time_ns) next_step_ns += kSecond;  // the last step that has been closed
      for (std::size_t scope = 0; scope < 3; ++scope) {
        const std::string name = scope < 2 ? "b" + std::to_string(scope) : "wave:compute";
        const std::vector<int> pool{0, 1, 2, 3, 4, 5, 6, 7};
        const Expected e = recompute(m, trades, next_step_ns, scope < 2 ? rosters[scope] : pool);
        const auto published = [&](const std::string& signal, double expected) {
          const Level& level = sink.level(name, signal, Clock::kLive);
          if (level.present == 0) return;
          ++compared;
          ASSERT_NEAR(level.value, expected, 1e-9 * std::max(1.0, std::fabs(expected))) << name << ' ' << signal << " at record " << jseq;
        };
        const int traded = e.adv + e.dec + e.unch;
        published("adv", e.adv);
        published("dec", e.dec);
        published("unch", e.unch);
        published("untraded", e.untraded);
        published("ad_pct", 100.0 * (e.adv - e.dec) / std::max(1, traded));
        published("up_vol", static_cast<double>(e.up));
        published("dn_vol", static_cast<double>(e.down));
        published("pct_above_sma_20", 100.0 * e.above / std::max(1, e.known));
        published("nh_20", e.nh);
        published("nl_20", e.nl);
        published("hl_pct_20", 100.0 * (e.nh - e.nl) / std::max(1, e.extremes));
        published("pct_outperf_1", 100.0 * (e.out + 0.5 * e.tie) / std::max(1, e.eligible));
        if (scope < 2) {
          const double before = sink.level(name, "idx_ew", Clock::kClose).value;
          published("idx_ew", before * (1.0 + e.ew_return / e.eligible));
        }
        const int needed = std::max(3, static_cast<int>(std::ceil(0.6 * e.eligible)));
        ASSERT_EQ(sink.level(name, "adv", Clock::kLive).present, traded >= needed) << name << " at record " << jseq;
      }
    }
    EXPECT_GT(compared, 5000U);
  }
}

}  // namespace
}  // namespace groundswell
