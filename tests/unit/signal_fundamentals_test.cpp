// Filings: the fields that are made of one, from when on and how long it counts, and the ranks of members.
#include <gtest/gtest.h>

#include <cmath>

#include "signal/fundamentals.hpp"

namespace groundswell::signal {
namespace {

constexpr std::uint64_t kDayNs = 86'400'000'000'000;
constexpr std::uint64_t kOpenNs = 1'767'623'400'000'000'000;  // 2026-01-05 09:30 in New York

Filing filing(const std::string& symbol, std::uint64_t available_ns = kOpenNs) {
  return {.symbol = symbol,
          .available_ns = available_ns,
          .ai_capex_rev_share = 0.4,
          .rev_ttm = 110,
          .rev_ttm_prior = 100,
          .ebit_ttm = 24,
          .ebit_ttm_prior = 20,
          .rev_q = 0.8,
          .orders_q = 1.0,
          .backlog = 150,
          .backlog_prior_year = 100,
          .backlog_prior_q = 120,
          .label_score = 0.7};
}
FilingFields fields_with(double Filing::*amount, double value) {
  Filing changed = filing("A");
  changed.*amount = value;
  return fields_of(changed);
}

TEST(FilingFields, AreRatiosOfOneFiling) {
  const FilingFields fields = fields_of(filing("A"));
  EXPECT_EQ(fields[kRevenueShare], 0.4);
  EXPECT_DOUBLE_EQ(fields[kIncrementalMargin], 0.4);  // 4 more of 10 more
  EXPECT_DOUBLE_EQ(fields[kOperatingLeverage], 2.0);  // 20 % for 10 %
  EXPECT_DOUBLE_EQ(fields[kBacklogGrowth], 0.5);
  EXPECT_DOUBLE_EQ(fields[kBookToBill], 1.25);  // 1.0 ordered, 0.8 billed
  const FilingFields derived = fields_with(&Filing::orders_q, Filing::kNotTold);
  EXPECT_DOUBLE_EQ(derived[kBookToBill], 30.8 / 0.8);  // backlog grew by 30, and 0.8 went out of it
}

TEST(FilingFields, AreNoneWhereTheirDenominatorSaysNothing) {
  const auto none = [](const FilingFields& fields, std::initializer_list<FilingField> absent) {
    for (std::size_t field = 0; field < kFilingFields; ++field) {
      const bool wanted = std::find(absent.begin(), absent.end(), static_cast<FilingField>(field)) != absent.end();
      EXPECT_EQ(std::isnan(fields[field]), wanted) << field;
    }
  };
  none(fields_with(&Filing::ebit_ttm_prior, 0), {kOperatingLeverage});
  none(fields_with(&Filing::ebit_ttm_prior, -5), {kOperatingLeverage});  // a loss before: a growth of it means nothing
  none(fields_with(&Filing::ebit_ttm, -5), {});                          // a loss now is a number
  none(fields_with(&Filing::rev_ttm_prior, 0), {kIncrementalMargin, kOperatingLeverage});
  none(fields_with(&Filing::rev_ttm, 101), {kIncrementalMargin, kOperatingLeverage});  // grows by less than 2 %
  none(fields_with(&Filing::rev_ttm, 90), {kIncrementalMargin});                       // shrinks
  none(fields_with(&Filing::rev_q, 0), {kBookToBill});
  none(fields_with(&Filing::backlog_prior_year, 0), {kBacklogGrowth});
  none(fields_with(&Filing::backlog_prior_year, Filing::kNotTold), {kBacklogGrowth});
  none(fields_of({.symbol = "A"}), {kRevenueShare, kIncrementalMargin, kOperatingLeverage, kBacklogGrowth, kBookToBill});
}

TEST(FilingFields, AreBounded) {
  EXPECT_EQ(fields_with(&Filing::ebit_ttm, 99)[kIncrementalMargin], 1.5);
  EXPECT_EQ(fields_with(&Filing::ebit_ttm, 99)[kOperatingLeverage], 15.0);
  EXPECT_EQ(fields_with(&Filing::ebit_ttm, -99)[kIncrementalMargin], -1.0);
  EXPECT_EQ(fields_with(&Filing::ebit_ttm, -99)[kOperatingLeverage], -5.0);
  EXPECT_EQ(fields_with(&Filing::backlog, 1e6)[kBacklogGrowth], 3.0);
  EXPECT_EQ(fields_with(&Filing::backlog, 0)[kBacklogGrowth], -0.5);
}

// Two waves: a basket of A and B, one of B (again), C and D.
class Members : public testing::Test {
 protected:
  Members() {
    universe_.baskets.push_back({"one", "", Wave::kCompute, {{"A"}, {"B"}}});
    universe_.baskets.push_back({"two", "", Wave::kPhysical, {{"B"}, {"C"}, {"D"}}});
  }
  const MemberFundamentals& of(const std::vector<Filing>& filings, std::uint32_t symbol, std::uint64_t open_ns = kOpenNs) {
    fundamentals_ =
        std::make_unique<Fundamentals>(universe_, std::map<std::string, std::uint32_t>{{"A", 0}, {"B", 1}, {"C", 2}, {"D", 3}}, 4, filings);
    fundamentals_->roll(open_ns, std::vector<std::uint32_t>{0, 1, 2, 3});
    return fundamentals_->by_symbol()[symbol];
  }
  static bool known(const MemberFundamentals& of) { return of.exposure_e12 != MemberFundamentals::kUnknown; }

  Universe universe_;
  std::unique_ptr<Fundamentals> fundamentals_;
};

TEST_F(Members, FilingsCountFromTheFirstOpenAtWhichTheyAreKnown) {
  EXPECT_TRUE(known(of({filing("A")}, 0)));
  EXPECT_FALSE(known(of({filing("A", kOpenNs + 1)}, 0)));
  EXPECT_TRUE(known(of({filing("A", kOpenNs + 1)}, 0, kOpenNs + kDayNs)));
  EXPECT_FALSE(known(of({filing("A")}, 1)));  // of B nothing is told
}

TEST_F(Members, FilingsCountForAHundredAndFortyDays) {
  EXPECT_TRUE(known(of({filing("A", kOpenNs - 140 * kDayNs)}, 0)));
  EXPECT_FALSE(known(of({filing("A", kOpenNs - 140 * kDayNs - 1)}, 0)));
}

TEST_F(Members, TheNewestFilingCountsWhole) {
  Filing silent{.symbol = "A", .available_ns = kOpenNs};
  EXPECT_FALSE(known(of({filing("A", kOpenNs - kDayNs), silent}, 0)));  // what it does not say is not taken from the one before
  EXPECT_TRUE(known(of({silent, filing("A", kOpenNs - kDayNs)}, 0, kOpenNs - 1)));
}

TEST_F(Members, AreRankedAmongAllByTheShareAndAmongTheirWaveByTheRest) {
  std::vector<Filing> filings{filing("A"), filing("B"), filing("C"), filing("D")};
  filings[0].ai_capex_rev_share = 0.9;  // first of four: 1
  filings[1].orders_q = 2.0;            // B is at home in the first wave: there two
  filings[3].backlog = 400;             // D before C
  const MemberFundamentals a = of(filings, 0), b = of(filings, 1), c = of(filings, 2), d = of(filings, 3);
  EXPECT_EQ(a.exposure_e12, (1'000'000'000'000 + 3 * 500'000'000'000 + 0) / 5);
  EXPECT_EQ(a.confirmation_e12, (1'000'000'000'000 + 2 * 500'000'000'000 + 0) / 4);
  EXPECT_EQ(b.confirmation_e12, (333'333'333'333 + 2 * 500'000'000'000 + 1'000'000'000'000 + 2) / 4);
  EXPECT_EQ(c.exposure_e12, (333'333'333'333 + 3 * 500'000'000'000 + 0 + 2) / 5);
  EXPECT_EQ(d.exposure_e12, (333'333'333'333 + 3 * 500'000'000'000 + 1'000'000'000'000 + 2) / 5);
  EXPECT_EQ(a.label, 0.7);
  EXPECT_EQ(b.home, 0U);
  EXPECT_EQ(c.home, 1U);
}

TEST_F(Members, WithoutMarginBacklogOrOrdersAreUnverified) {
  const Filing story{.symbol = "A", .available_ns = kOpenNs, .ai_capex_rev_share = 0.9, .ebit_ttm_prior = 1, .label_score = 1.0};
  const MemberFundamentals a = of({story, filing("B")}, 0);
  EXPECT_EQ(a.confirmation_e12, MemberFundamentals::kUnknown);
  EXPECT_EQ(a.exposure_e12, MemberFundamentals::kUnknown);  // one field of five
  EXPECT_EQ(a.label, 1.0);
  Filing orders = story;
  orders.rev_q = 1;
  orders.orders_q = 2;
  EXPECT_EQ(of({orders, filing("B")}, 0).confirmation_e12, 1'000'000'000'000);
}

TEST_F(Members, WhoIsNotInTheSessionIsNotRanked) {
  std::vector<Filing> filings{filing("A"), filing("B"), filing("C")};
  filings[0].ai_capex_rev_share = 0.9;
  of(filings, 0);
  fundamentals_->roll(kOpenNs, std::vector<std::uint32_t>{1, 2});
  EXPECT_FALSE(known(fundamentals_->by_symbol()[0]));
  EXPECT_EQ(fundamentals_->by_symbol()[2].exposure_e12, 500'000'000'000);
}

}  // namespace
}  // namespace groundswell::signal
