// Numbers that need every member, through the whole fold, against their definitions written out over the same closes: a market of three
// waves with a factor, splits, share issues, untraded sessions, a member that comes late. Nothing here is shared with the engine but the
// closes.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

#include "support/capture_sink.hpp"
#include "support/tape.hpp"

namespace groundswell {
namespace {

using namespace test;
using Series = std::vector<double>;

constexpr std::size_t kSymbols = 24, kSessions = 530, kBaskets = 6;
constexpr std::size_t kLate = 5, kLateBy = 300;      // a member that comes late
constexpr std::size_t kSplit = 2, kSplitAt = 480;    // 2 : 1
constexpr std::size_t kIssuer = 9, kIssuedAt = 505;  // half as many shares again
constexpr std::size_t kIdle = 12;                    // does not trade every seventh session
constexpr std::size_t kBenchmark = kSymbols;

double mean(const Series& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}
double covariance(const Series& a, const Series& b, std::size_t lost = 0) {
  const double of_a = mean(a), of_b = mean(b);
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - of_a) * (b[i] - of_b);
  return sum / static_cast<double>(a.size() - lost);
}
double t_statistic(const Series& all) {
  const Series year(all.end() - static_cast<std::ptrdiff_t>(std::min<std::size_t>(all.size(), 252)), all.end());
  const Series month(all.end() - 21, all.end());
  return mean(month) * std::sqrt(21.0) / std::sqrt(covariance(year, year, 1));
}

class Market {
 public:
  Market() {
    std::mt19937_64 random(20);
    std::normal_distribution<double> normal;
    Series price(kSymbols + 1);
    for (std::size_t i = 0; i <= kSymbols; ++i) price[i] = 4000.0 + 700.0 * static_cast<double>(i);
    closes.assign(kSymbols + 1, std::vector<std::int64_t>(kSessions));
    for (std::size_t t = 0; t < kSessions; ++t) {
      const double factor = 0.008 * normal(random) * (t > 400 ? 2.0 : 1.0);  // coupling tightens
      for (std::size_t i = 0; i <= kSymbols; ++i) {
        price[i] *= 1.0 + factor + 0.0005 + (i == kBenchmark ? 0.002 : 0.012) * normal(random);
        closes[i][t] = 2 * static_cast<std::int64_t>(price[i]);  // even, so that it splits
      }
      closes[kIdle][t] = t % 7 == 3 && t > 0 ? closes[kIdle][t - 1] : closes[kIdle][t];
      if (t % 7 == 3 && t > 0) price[kIdle] = static_cast<double>(closes[kIdle][t]) / 2;
    }
  }
  bool traded(std::size_t symbol, std::size_t t) const {
    return !(symbol == kLate && t < kLateBy) && !(symbol == kIdle && t % 7 == 3 && t > 0);
  }
  bool there(std::size_t symbol, std::size_t t) const { return symbol != kLate || t >= kLateBy; }
  double close(std::size_t symbol, std::size_t t) const { return static_cast<double>(closes[symbol][t]); }  // in the shares of the start
  double change(std::size_t symbol, std::size_t t, std::size_t sessions = 1) const {
    return close(symbol, t) / close(symbol, t - sessions) - 1.0;
  }
  // Whether it has a close from `sessions` ago.
  bool reaches(std::size_t symbol, std::size_t t, std::size_t sessions) const { return t >= sessions && there(symbol, t - sessions); }
  double shares(std::size_t symbol, std::size_t t) const {  // in force in session t, in the shares of the start
    return (symbol == kIssuer && t >= kIssuedAt ? 1.5 : 1.0) * 1000.0 * static_cast<double>(symbol + 1);
  }
  std::vector<std::vector<std::int64_t>> closes;  // cents
};

struct Pool {
  std::string name;
  std::vector<std::size_t> members, leaders, followers;
};

class Participation : public testing::Test {
 protected:
  Participation() {
    setup_.universe.benchmarks[0] = "BMK";
    constexpr Wave kWaves[kBaskets] = {Wave::kCompute,  Wave::kCompute,  Wave::kPhysical,
                                       Wave::kPhysical, Wave::kPhysical, Wave::kMonetization};
    for (std::size_t b = 0; b < kBaskets; ++b) {
      Basket basket{.id = "b" + std::to_string(b), .name = "B", .wave = kWaves[b], .members = {}};
      basket.supplier = b != 0;
      pools_.push_back({.name = basket.id, .members = {}, .leaders = {}, .followers = {}});
      for (std::size_t i = 4 * b; i < 4 * b + 4; ++i) {
        basket.members.push_back({.symbol = name(i), .role = i % 4 == 0 ? Role::kLeader : Role::kFollower});
        pools_[b].members.push_back(i);
        (i % 4 == 0 ? pools_[b].leaders : pools_[b].followers).push_back(i);
      }
      setup_.universe.baskets.push_back(basket);
    }
    Pool thesis{.name = "thesis", .members = {}, .leaders = {}, .followers = {}};
    for (std::size_t i = 0; i < kSymbols; ++i) {
      thesis.members.push_back(i);
      if (i % 4 == 0) thesis.leaders.push_back(i);
      if (i % 4 != 0 && i >= 4 && i < 20) thesis.followers.push_back(i);  // followers of b1 .. b4
      setup_.symbols.push_back(name(i));
      setup_.shares.push_back({name(i), 0, static_cast<std::int64_t>(1000 * (i + 1))});
    }
    pools_.push_back(thesis);
    setup_.symbols.emplace_back("BMK");
    setup_.shares.push_back({name(kIssuer), test_day(kIssuedAt).session, static_cast<std::int64_t>(1500 * (kIssuer + 1))});
    setup_.actions.push_back({name(kSplit), test_day(kSplitAt).session, "split", 500'000'000'000, 2'000'000'000'000, 0});
  }
  static std::string name(std::size_t symbol) { return "S" + std::string(symbol < 10 ? "0" : "") + std::to_string(symbol); }

  void expect_near(const Pool& pool, const std::string& signal, double value, double tolerance = 1e-9) {
    const Level& level = sink_->level(pool.name, signal);
    ASSERT_EQ(level.validity, Validity::kOk) << pool.name << ' ' << signal;
    EXPECT_NEAR(level.value, value, tolerance * std::max(1.0, std::abs(value))) << pool.name << ' ' << signal;
    ++compared_[signal];
  }
  void spread_over(const Pool& pool, std::size_t t, std::size_t window, bool by_capital);
  void correlation_over(const Pool& pool, std::size_t t, std::size_t window);
  void session(const Pool& pool, std::size_t t);
  void remember(const Pool& pool, std::size_t t);
  double mean_change(const std::vector<std::size_t>& some, std::size_t t) const;
  double absorbed(const Pool& pool, std::size_t t) const;
  void shift(const Pool& pool, std::size_t t);

  Market market_;
  pipeline::FoldSetup setup_;
  std::vector<Pool> pools_;
  std::unique_ptr<pipeline::Fold> fold_;
  std::unique_ptr<CaptureSink> sink_;
  std::map<std::string, Series> gaps_, spreads_, ratios_;  // by pool
  std::map<std::string, std::size_t> compared_;
};

void Participation::spread_over(const Pool& pool, std::size_t t, std::size_t window, bool by_capital) {
  Series parts;
  double sum = 0.0, weights = 0.0, leader_weights = 0.0, squares = 0.0, all = 0.0, of_leaders = 0.0;
  for (const std::size_t i : pool.members) {
    if (!market_.reaches(i, t, window)) continue;
    const double weight = by_capital ? market_.shares(i, t - window + 1) * market_.close(i, t - window) : 1.0;
    const double part = weight * market_.change(i, t, window);
    sum += part;
    weights += weight;
    const bool leads = i % 4 == 0;
    leader_weights += leads ? weight : 0.0;
    parts.push_back(part);
  }
  const double sign = sum < 0 ? -1.0 : 1.0;
  std::size_t n = 0;
  Series positive;
  for (const std::size_t i : pool.members) {
    if (!market_.reaches(i, t, window)) continue;
    const double part = std::max(0.0, sign * parts[n++]);
    positive.push_back(part);
    all += part;
    of_leaders += i % 4 == 0 ? part : 0.0;
  }
  for (const double part : positive) squares += part / all * (part / all);
  std::sort(positive.rbegin(), positive.rend());
  const std::string L = std::to_string(window), ew = by_capital ? "" : "ew_";
  expect_near(pool, "hhi_" + ew + L, squares);
  expect_near(pool, "enc_" + ew + L, 1.0 / squares);
  expect_near(pool, "leader_share_" + ew + L, of_leaders / all);
  if (!by_capital) return;
  expect_near(pool, "encn_" + L, (1.0 / squares - 1.0) / static_cast<double>(n - 1));
  expect_near(pool, "top1_" + L, positive[0] / all);
  expect_near(pool, "top3_" + L, (positive[0] + positive[1] + positive[2]) / all);
  expect_near(pool, "leader_excess_" + L, of_leaders / all - leader_weights / weights);
}

void Participation::correlation_over(const Pool& pool, std::size_t t, std::size_t window) {
  std::vector<Series> members;
  for (const std::size_t i : pool.members) {
    if (!market_.reaches(i, t, window)) continue;
    members.emplace_back();
    for (std::size_t s = t - window + 1; s <= t; ++s) members.back().push_back(market_.change(i, s));
  }
  double above = 0.0, below = 0.0, sum = 0.0, pairs = 0.0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double deviations = std::sqrt(covariance(members[i], members[i]) * covariance(members[j], members[j]));
      above += covariance(members[i], members[j]);
      below += deviations;
      sum += covariance(members[i], members[j]) / deviations;
      pairs += 1.0;
    }
  }
  expect_near(pool, "avg_corr_" + std::to_string(window), sum / pairs);
  expect_near(pool, "avg_corr_vw_" + std::to_string(window), above / below);
}

void Participation::session(const Pool& pool, std::size_t t) {
  for (const std::size_t window : {1U, 21U, 63U}) {
    if (t < window) continue;
    for (const bool by_capital : {true, false}) spread_over(pool, t, window, by_capital);
    if (window > 1) correlation_over(pool, t, window);
    if (window == 63) continue;
    Series returns;
    for (const std::size_t i : pool.members) {
      if (market_.reaches(i, t, window)) returns.push_back(market_.change(i, t, window));
    }
    expect_near(pool, "dispersion_" + std::to_string(window), 1e4 * std::sqrt(covariance(returns, returns)));
  }
  for (const std::size_t window : {21U, 126U}) {
    if (t < window) continue;
    double points = 0.0, n = 0.0;
    for (const std::size_t i : pool.members) {
      if (!market_.reaches(i, t, window)) continue;
      const double change = market_.change(i, t, window);
      points += std::abs(change) <= 0.0005 ? 0.5 : change > 0 ? 1.0 : 0.0;
      n += 1.0;
    }
    expect_near(pool, "diffusion_" + std::to_string(window), 100.0 * points / n);
  }
  if (gaps_[pool.name].size() >= 63) expect_near(pool, "tgap_21", t_statistic(gaps_[pool.name]), 1e-8);
  if (pool.name != "thesis" && t >= 63) expect_near(pool, "ew_cw_z", t_statistic(spreads_[pool.name]), 1e-8);
  if (t >= 252) expect_near(pool, "absorption", absorbed(pool, t));
}

double Participation::mean_change(const std::vector<std::size_t>& some, std::size_t t) const {
  Series changes;
  for (const std::size_t i : some) {
    if (market_.reaches(i, t, 1)) changes.push_back(market_.change(i, t));
  }
  return mean(changes);
}

// Series of differences: followers against leaders, equal against capital weights.
void Participation::remember(const Pool& pool, std::size_t t) {
  gaps_[pool.name].push_back(mean_change(pool.followers, t) - mean_change(pool.leaders, t));
  double now = 0.0, before = 0.0;
  for (const std::size_t i : pool.members) {
    if (!market_.reaches(i, t, 1)) continue;
    now += market_.shares(i, t) * market_.close(i, t);
    before += market_.shares(i, t) * market_.close(i, t - 1);
  }
  spreads_[pool.name].push_back(std::log((1.0 + mean_change(pool.members, t)) / (now / before)));
}

// The largest eigenvalue, by powers, over the trace: of four members as of six baskets a fifth is one.
double Participation::absorbed(const Pool& pool, std::size_t t) const {
  std::vector<Series> rows;  // the newest first
  const auto add = [&](auto&& change) {
    rows.emplace_back();
    for (std::size_t age = 0; age < 252; ++age) rows.back().push_back(change(t - age));
  };
  if (pool.name == "thesis") {
    for (std::size_t b = 0; b < kBaskets; ++b) add([&](std::size_t s) { return mean_change(pools_[b].members, s); });
  } else {
    for (const std::size_t i : pool.members) {
      if (market_.reaches(i, t, 252)) add([&](std::size_t s) { return market_.change(i, s); });
    }
  }
  double all = 0.0, trace = 0.0;
  for (std::size_t age = 0; age < 252; ++age) all += std::pow(0.5, static_cast<double>(age) / 126.0);
  for (Series& row : rows) {
    double center = 0.0;
    for (std::size_t age = 0; age < 252; ++age) center += std::pow(0.5, static_cast<double>(age) / 126.0) / all * row[age];
    for (std::size_t age = 0; age < 252; ++age) {
      row[age] = (row[age] - center) * std::sqrt(std::pow(0.5, static_cast<double>(age) / 126.0) / all);
      trace += row[age] * row[age];
    }
  }
  Series vector(rows.size(), 1.0);
  double value = 0.0;
  for (int power = 0; power < 2000; ++power) {
    Series days(252, 0.0), next(rows.size(), 0.0);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::size_t age = 0; age < 252; ++age) days[age] += vector[i] * rows[i][age];
    }
    double length = 0.0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::size_t age = 0; age < 252; ++age) next[i] += days[age] * rows[i][age];
      length += next[i] * next[i];
    }
    value = std::sqrt(length);
    for (std::size_t i = 0; i < rows.size(); ++i) vector[i] = next[i] / value;
  }
  return value / trace;
}

// Of the published ratios, whether 252 there are, or fewer.
void Participation::shift(const Pool& pool, std::size_t t) {
  const Level& ratio = sink_->level(pool.name, "absorption");
  ASSERT_EQ(ratio.validity, t < 252 ? Validity::kInsufficient : Validity::kOk) << pool.name;
  if (ratio.present == 0) return;
  Series& ratios = ratios_[pool.name];
  ratios.push_back(ratio.value);
  if (ratios.size() < 252) {
    EXPECT_EQ(sink_->level(pool.name, "d_absorption").validity, Validity::kWarmup);
    return;
  }
  const Series year(ratios.end() - 252, ratios.end()), lately(year.end() - 15, year.end());
  expect_near(pool, "d_absorption", (mean(lately) - mean(year)) / std::sqrt(covariance(year, year, 1)));
}

TEST_F(Participation, EqualsItsDefinitionsOverTheSameCloses) {
  fold_ = std::make_unique<pipeline::Fold>(setup_);
  sink_ = std::make_unique<CaptureSink>(*fold_);
  std::uint64_t jseq = 0;
  for (std::size_t t = 0; t < kSessions; ++t) {
    SCOPED_TRACE("session " + std::to_string(t));
    const auto day = static_cast<unsigned>(t);
    std::vector<Record> records{bars_roll(day)};
    for (std::uint32_t i = 0; i <= kSymbols; ++i) {
      if (!market_.traded(i, t)) continue;
      const std::int64_t price = market_.closes[i][t] * kCent / (i == kSplit && t >= kSplitAt ? 2 : 1);
      add_bar(records, i, test_day(day).close_ns, price, price, price, price, 1000);
    }
    records.push_back(pulse_record(test_day(day).close_ns + 1));
    for (const Record& record : records) fold_->apply(record, ++jseq, *sink_);
    if (t == 0) continue;
    const bool compares = t < 70 || t % 29 == 0 || t > kSessions - 12 || (t > kSplitAt && t < kSplitAt + 4);
    for (const Pool& pool : pools_) {
      remember(pool, t);
      if (compares) session(pool, t);
      shift(pool, t);
    }
  }
  for (const char* signal : {"hhi_1", "enc_63", "leader_excess_21", "leader_share_ew_63", "avg_corr_21", "avg_corr_vw_63", "dispersion_21",
                             "diffusion_126", "tgap_21", "ew_cw_z", "absorption", "d_absorption"}) {
    EXPECT_GE(compared_[signal], 100U) << signal;
  }
}

}  // namespace
}  // namespace groundswell
