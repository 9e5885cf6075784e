// The GOLDEN mini-basket: closes, shares, a join, a leave, a 2:1 split and an untraded day, with values worked out by brute force in exact
// rationals (six decimals). Numbers here are typed from that page, none from our own output. The page's 3-session windows are checked on
// the market's own state, since the published windows are 20 sessions and more.
#include <gtest/gtest.h>

#include "support/capture_sink.hpp"
#include "support/tape.hpp"

namespace groundswell {
namespace {

using namespace test;

constexpr int kSessions = 8, kSymbols = 6;
constexpr std::int64_t kClose[kSymbols][kSessions] = {
    {10000, 10200, 10100, 10300, 10300, 10500, 10700, 10650}, {20000, 20200, 20100, 20500, 10150, 10200, 10300, 10400},
    {5000, 4950, 5000, 5050, 5050, 5000, 4900, 4800},         {8000, 8000, 8100, 8050, 8150, 8200, 0, 8300},
    {4000, 4040, 4000, 3980, 4020, 4100, 4160, 4240},         {6000, 6030, 6060, 6000, 6090, 6150, 6300, 6240}};
constexpr std::int64_t kBenchmark[kSessions] = {50000, 50100, 50050, 50200, 50300, 50250, 50400, 50500};
constexpr std::int64_t kHighOver[kSessions] = {50, 60, 40, 30, 70, 20, 90, 10};
constexpr std::int64_t kLowUnder[kSessions] = {40, 30, 60, 50, 20, 80, 10, 70};
constexpr const char* kNames[kSymbols] = {"AAA", "BBB", "CCC", "DDD", "EEE", "FFF"};

pipeline::FoldSetup golden_setup() {
  pipeline::FoldSetup setup;
  Basket basket{.id = "golden", .name = "Golden", .wave = Wave::kCompute, .members = {}};
  for (int i = 0; i < kSymbols; ++i) {
    Member member{.symbol = kNames[i]};
    if (i == 0) member.role = Role::kLeader;
    if (i == 2) member.to_session = test_day(7).session;    // CCC leaves, effective t = 7
    if (i == 5) member.from_session = test_day(5).session;  // FFF joins, effective t = 5
    basket.members.push_back(member);
    setup.symbols.emplace_back(kNames[i]);
    constexpr std::int64_t kShares[kSymbols] = {1000, 400, 500, 300, 200, 250};
    setup.shares.push_back({.symbol = kNames[i], .effective_session = 0, .float_shares = kShares[i]});
  }
  setup.symbols.emplace_back("BMK");
  setup.universe.version = "golden";
  setup.universe.benchmarks[0] = "BMK";
  setup.universe.baskets.push_back(basket);
  setup.actions.push_back({.symbol = "BBB",
                           .ex_session = test_day(4).session,
                           .type = "split",
                           .price_factor_e12 = 500'000'000'000,
                           .share_factor_e12 = 2'000'000'000'000,
                           .cash_e9 = 0});
  return setup;
}

std::vector<Record> golden_tape() {
  std::vector<Record> tape;
  for (int t = 0; t < kSessions; ++t) {
    tape.push_back(bars_roll(static_cast<unsigned>(t)));
    const std::uint64_t close_ns = test_day(static_cast<unsigned>(t)).close_ns;
    for (int i = 0; i < kSymbols; ++i) {
      if (kClose[i][t] == 0) continue;
      const auto volume = static_cast<std::uint64_t>((100 + 37 * i + (53 * t + 29 * i) % 97) * 10);
      add_bar(tape, static_cast<std::uint32_t>(i), close_ns, kClose[i][t] * kCent, (kClose[i][t] + kHighOver[t]) * kCent,
              (kClose[i][t] - kLowUnder[t]) * kCent, kClose[i][t] * kCent, volume);
    }
    add_bar(tape, kSymbols, close_ns, kBenchmark[t] * kCent, kBenchmark[t] * kCent, kBenchmark[t] * kCent, kBenchmark[t] * kCent, 1000);
    tape.push_back(pulse_record(close_ns + 1));
  }
  return tape;
}

struct Expected {
  double adv, dec, unch, untraded, ad_pct, rana, up_vol, dn_vol, unch_vol, upvol_pct, advol_pct, advol_dollar_pct, adlog, adl, adp, ew, cw,
      pw, rs, outperf;
};
// t = 1..7
constexpr Expected kExpected[] = {
    {3,         1,         1,        0, 40.0, 500,   6920,       1880,       2540,       78.636364,
     44.444444, 61.979726, 0.847298, 2, 40.0, 100.6, 101.109705, 100.829787, 100.399202, 60},
    {2,         3,          0,         0, -20.0, -200,       5480,     5600,       0,          49.458484,
     -1.083032, -21.570835, -0.336472, 1, 20.0,  100.558666, 100.7173, 100.638298, 100.458207, 40},
    {3,         2,         0,        0, 20.0, 200,        5870,       5920,      0,          49.787956,
     -0.424088, 36.332894, 0.336472, 2, 40.0, 101.333563, 102.261603, 101.87234, 100.929844, 60},
    {2,        1,         2,        0, 20.0, 333.333333, 5040,       1840,       3680,       73.255814,
     30.30303, 14.608888, 0.510826, 3, 60.0, 101.591285, 102.084388, 101.980629, 100.985373, 40},
    {5,         1,         0,        0, 66.666667,  666.666667, 12280,      2060,       0,          85.634589,
     71.269177, 78.888576, 1.299283, 7, 126.666667, 102.443472, 103.120456, 102.889506, 101.933803, 83.333333},
    {4,         1,         0,        1,  60.0,       600,        9740,       2590,       0,         78.994323,
     57.988646, 68.691023, 1.098612, 10, 186.666667, 103.260901, 104.229961, 103.844991, 102.44137, 66.666667},
    {3,         2,         0,        0,  20.0,       200,        6800,       4960,       0,          57.823129,
     15.646259, 11.924935, 0.336472, 11, 206.666667, 103.817228, 104.497026, 104.290116, 102.789334, 60},
};
constexpr double kTrin[] = {0.815029, 0.681265, 1.512777, 0.730159, 0.838762, 1.063655, 1.094118};  // t = 1..7
// Concentration and dispersion, t = 1..7.
struct ExpectedSpread {
  double hhi, enc, top1, leader_share, dispersion_bp;
};
constexpr ExpectedSpread kSpread[] = {
    {0.560185, 1.785124, 0.694444, 0.694444, 101.9804}, {0.532505, 1.877915, 0.675676, 0.675676, 97.5797},
    {0.446787, 2.238203, 0.519481, 0.519481, 114.398},  {1.0, 1.0, 1.0, 0.0, 79.7699},
    {0.517214, 1.933437, 0.699301, 0.699301, 100.6544}, {0.441652, 2.264227, 0.60698, 0.60698, 146.3986},
    {0.475939, 2.101112, 0.634921, 0.0, 107.7229}};
constexpr double kPrinted = 5.1e-7;                                                                 // the page gives six decimals

TEST(GoldenBasket, EverySessionEqualsThePage) {
  pipeline::Fold fold(golden_setup());
  CaptureSink sink(fold);
  std::uint64_t jseq = 0;
  int t = -1;
  for (const Record& record : golden_tape()) {
    fold.apply(record, ++jseq, sink);
    if (record.kind != RecordKind::kPulse) continue;
    ++t;
    SCOPED_TRACE("t = " + std::to_string(t));
    const auto value = [&](const std::string& signal) {
      const Level& level = sink.level("golden", signal);
      EXPECT_EQ(level.present, 1) << signal << ' ' << kValidityNames[static_cast<std::size_t>(level.validity)];
      EXPECT_EQ(level.validity, Validity::kOk) << signal;
      return level.value;
    };
    if (t == 0) {
      for (const char* base : {"idx_ew", "idx_cw", "idx_pw", "rs_bmk"}) EXPECT_EQ(value(base), 100.0) << base;
      EXPECT_EQ(value("adl"), 0.0);
      EXPECT_EQ(sink.level("golden", "adv").validity, Validity::kInsufficient);
      continue;
    }
    const Expected& e = kExpected[t - 1];
    EXPECT_EQ(value("adv"), e.adv);
    EXPECT_EQ(value("dec"), e.dec);
    EXPECT_EQ(value("unch"), e.unch);
    EXPECT_EQ(value("untraded"), e.untraded);
    EXPECT_EQ(value("net_adv"), e.adv - e.dec);
    EXPECT_NEAR(value("ad_ratio"), e.adv / e.dec, 1e-12);
    EXPECT_NEAR(value("ad_pct"), e.ad_pct, kPrinted);
    EXPECT_NEAR(value("rana"), e.rana, kPrinted);
    EXPECT_NEAR(value("adlog"), e.adlog, kPrinted);
    EXPECT_EQ(value("adl"), e.adl);
    EXPECT_NEAR(value("adp"), e.adp, kPrinted);
    EXPECT_EQ(value("up_vol"), e.up_vol);
    EXPECT_EQ(value("dn_vol"), e.dn_vol);
    EXPECT_EQ(value("unch_vol"), e.unch_vol);
    EXPECT_NEAR(value("upvol_pct"), e.upvol_pct, kPrinted);
    EXPECT_NEAR(value("advol_pct"), e.advol_pct, kPrinted);
    EXPECT_NEAR(value("advol_dollar_pct"), e.advol_dollar_pct, kPrinted);
    EXPECT_NEAR(value("idx_ew"), e.ew, kPrinted);
    EXPECT_NEAR(value("idx_cw"), e.cw, kPrinted);
    EXPECT_NEAR(value("idx_pw"), e.pw, kPrinted);
    EXPECT_NEAR(value("rs_bmk"), e.rs, kPrinted);
    EXPECT_NEAR(value("pct_outperf_1"), e.outperf, kPrinted);
    EXPECT_NEAR(value("trin"), kTrin[t - 1], kPrinted);
    EXPECT_NEAR(value("ln_trin"), std::log(kTrin[t - 1]), 1e-6);
    EXPECT_NEAR(value("vwb_dollar"), e.advol_dollar_pct, kPrinted);
    const ExpectedSpread& spread = kSpread[t - 1];
    EXPECT_NEAR(value("hhi_1"), spread.hhi, kPrinted);
    EXPECT_NEAR(value("enc_1"), spread.enc, kPrinted);
    EXPECT_NEAR(value("top1_1"), spread.top1, kPrinted);
    EXPECT_NEAR(value("leader_share_1"), spread.leader_share, kPrinted);
    EXPECT_NEAR(value("dispersion_1"), spread.dispersion_bp, 5.1e-5);
    if (t == 1) {
      EXPECT_EQ(value("up_dollar"), 727'720.0);
      EXPECT_EQ(value("dn_dollar"), 93'060.0);
      EXPECT_EQ(value("unch_dollar"), 203'200.0);
      EXPECT_NEAR(value("upvol_dollar_pct"), 88.662004, kPrinted);
      EXPECT_NEAR(value("leader_excess_1"), 2000.0 / 2880 - 100'000.0 / 237'000, 1e-15);
    }
    const double before = t == 1 ? 100.0 : kExpected[t - 2].rs;
    EXPECT_NEAR(value("excess_1"), std::log(e.rs / before), 1e-7);
    EXPECT_TRUE(fold.book().sums_hold());
  }
  EXPECT_EQ(t, 7);
}

// ">SMA3" and "NH3/NL3" of the page: the same tests that A9 and A10 make, on history as the market holds it.
TEST(GoldenBasket, ThreeSessionWindowsEqualThePage) {
  pipeline::Fold fold(golden_setup());
  CaptureSink sink(fold);
  constexpr int kAbove[] = {-1, -1, 2, 3, 4, 4, 5, 5}, kKnown[] = {-1, -1, 5, 5, 5, 6, 6, 5};
  constexpr int kHighs[] = {-1, -1, -1, 3, 3, 3, 4, 2}, kLows[] = {-1, -1, -1, 1, 0, 1, 1, 0};
  std::int64_t closes[kSymbols][kSessions], highs[kSymbols][kSessions], lows[kSymbols][kSessions];
  for (int i = 0; i < kSymbols; ++i) {  // the adjusted history by hand, to compare the market's carried prices with
    for (int t = 0; t < kSessions; ++t) {
      const std::int64_t half = i == 1 && t < 4 ? 2 : 1;
      const bool traded = kClose[i][t] != 0;
      closes[i][t] = (traded ? kClose[i][t] * kCent : closes[i][t - 1] * half) / half;
      highs[i][t] = traded ? (kClose[i][t] + kHighOver[t]) * kCent / half : 0;
      lows[i][t] = traded ? (kClose[i][t] - kLowUnder[t]) * kCent / half : INT64_MAX;
    }
  }
  std::uint64_t jseq = 0;
  int t = -1;
  for (const Record& record : golden_tape()) {
    fold.apply(record, ++jseq, sink);
    if (record.kind != RecordKind::kPulse) continue;
    ++t;
    if (t == 0) continue;
    int above = 0, known = 0, new_highs = 0, new_lows = 0;
    for (const std::uint32_t symbol : fold.book().members(0)) {
      const SymbolState& s = fold.market().states()[symbol];
      const std::int64_t unadjusted = symbol == 1 && t < 4 ? 2 : 1;  // before the split nobody has halved BBB's past yet
      ASSERT_EQ(s.ref_e9, closes[symbol][t - 1] * unadjusted) << kNames[symbol] << " at t = " << t;
      ASSERT_EQ(s.last_e9, closes[symbol][t] * unadjusted) << kNames[symbol] << " at t = " << t;
      if (t >= 2) {
        ++known;
        above += s.last_e9 * 2 > (closes[symbol][t - 1] + closes[symbol][t - 2]) * unadjusted;
      }
      if (t < 3 || !s.traded) continue;
      new_highs += s.high_e9 > std::max({highs[symbol][t - 1], highs[symbol][t - 2], highs[symbol][t - 3]}) * unadjusted;
      std::int64_t low = INT64_MAX;
      for (int ago = 1; ago <= 3; ++ago) low = std::min(low, lows[symbol][t - ago]);
      new_lows += s.low_e9 < low * unadjusted;
    }
    if (t >= 2) {
      EXPECT_EQ(above, kAbove[t]) << t;
      EXPECT_EQ(known, kKnown[t]) << t;
    }
    if (t >= 3) {
      EXPECT_EQ(new_highs, kHighs[t]) << t;
      EXPECT_EQ(new_lows, kLows[t]) << t;
    }
  }
}

// StockCharts' AD Percent examples: 77 stocks, (70 - 7) / 77 and (12 - 65) / 77.
TEST(AdPercent, EqualsStockChartsExamples) {
  for (const auto& [adv, dec, expected] : {std::tuple{70, 7, 81.81}, std::tuple{12, 65, -68.83}}) {
    pipeline::FoldSetup setup;
    setup.universe.benchmarks[0] = "BMK";
    setup.universe.baskets.push_back({.id = "b", .name = "B", .wave = Wave::kCompute, .members = {}});
    for (int i = 0; i < 77; ++i) setup.universe.baskets[0].members.push_back({.symbol = "S" + std::to_string(i)});
    pipeline::Fold fold(setup);
    CaptureSink sink(fold);
    std::uint64_t jseq = 0;
    for (unsigned t = 0; t < 2; ++t) {
      std::vector<Record> tape{bars_roll(t)};
      for (std::uint32_t i = 0; i < 77; ++i) {
        const std::int64_t price = (t == 0 ? 100 : static_cast<int>(i) < adv ? 101 : 99) * 100 * kCent;
        add_bar(tape, i, test_day(t).close_ns, price, price, price, price, 100);
      }
      tape.push_back(pulse_record(test_day(t).close_ns + 1));
      for (const Record& record : tape) fold.apply(record, ++jseq, sink);
    }
    EXPECT_EQ(sink.level("b", "dec").value, dec);
    EXPECT_NEAR(sink.level("b", "ad_pct").value, expected, 0.0101);  // the page cuts at two decimals
  }
}

}  // namespace
}  // namespace groundswell
