// When an index says CARRIED: over a fifth of its weight has not traded, whatever the weight is.
#include <gtest/gtest.h>

#include <initializer_list>

#include "signal/indicators/basket_index.hpp"
#include "support/tape.hpp"

namespace groundswell::signal {
namespace {

using test::kDollar;

struct Member {
  std::int64_t price_e9;
  std::uint64_t float_shares;
  bool traded;
};

// What a basket's index of each kind says, the session after its base.
std::array<IndexResult, 3> of_members(std::initializer_list<Member> members) {
  std::array<std::int64_t, BasketIndex::kLanes> sums{}, row{};
  std::array<CoverageRule, 3> coverage;
  Derived derived;
  ScopeContext context{.lanes = sums.data(), .commit = true, .derived = &derived, .coverage = coverage.data()};
  for (const Member& member : members) {
    SymbolState state;
    state.listed = true;
    state.traded = member.traded;
    state.ref_e9 = state.last_e9 = member.price_e9;
    state.float_shares = static_cast<decltype(state.float_shares)>(member.float_shares);
    BasketIndex::contribution(state, row.data());
    for (std::size_t lane = 0; lane < row.size(); ++lane) sums[lane] += row[lane];
    ++context.n_members;
    ++context.eligible;
    context.traded += member.traded;
  }
  std::array<Level, 3> levels;
  Output out(levels.data(), context);
  BasketIndex::evaluate(context, {.started = {true, true, true}}, out);
  for (std::size_t kind = 0; kind < 3; ++kind) EXPECT_EQ(levels[kind].flags, derived.index[kind].flags);
  return derived.index;
}

bool carried(const IndexResult& index) { return (index.flags & kFlagCarried) != 0; }

TEST(BasketIndexCarried, EachKindHasItsOwnWeights) {
  // One of four is a quarter by number, a tenth by price and nearly all by market value.
  const auto cheap =
      of_members({{10 * kDollar, 9'000, false}, {30 * kDollar, 10, true}, {30 * kDollar, 10, true}, {30 * kDollar, 10, true}});
  EXPECT_TRUE(carried(cheap[0]));
  EXPECT_TRUE(carried(cheap[1]));
  EXPECT_FALSE(carried(cheap[2]));
  const auto dear = of_members({{100 * kDollar, 1, false},
                                {20 * kDollar, 9'000, true},
                                {20 * kDollar, 9'000, true},
                                {20 * kDollar, 9'000, true},
                                {20 * kDollar, 9'000, true}});
  EXPECT_FALSE(carried(dear[0])) << "a fifth is not over a fifth";
  EXPECT_FALSE(carried(dear[1]));
  EXPECT_TRUE(carried(dear[2]));
}

// Flags of a wave over baskets that carry these shares of their weight.
std::uint32_t flags_of_wave(std::initializer_list<double> shares, std::uint32_t flags_of_last) {
  std::vector<Derived> baskets(shares.size());
  std::vector<const Derived*> children;
  std::size_t at = 0;
  for (const double share : shares) {
    Derived& basket = baskets[at++];
    for (IndexResult& index : basket.index) {
      index = {.carried_share = share, .validity = Validity::kOk, .has_return = true, .started = true};
      if (share > BasketIndex::kCarriedShare) index.flags = kFlagCarried;
      if (at == shares.size()) index.flags |= flags_of_last;
    }
    children.push_back(&basket);
  }
  std::array<CoverageRule, 3> coverage;
  Derived derived;
  const ScopeContext context{
      .kind = ScopeKind::kWave, .commit = true, .children = children, .derived = &derived, .coverage = coverage.data()};
  std::array<Level, 3> levels;
  Output out(levels.data(), context);
  BasketIndex::evaluate(context, {.started = {true, true, true}}, out);
  EXPECT_EQ(levels[0].flags, levels[1].flags);
  return levels[0].flags;
}

TEST(BasketIndexCarried, OneThinBasketDoesNotMakeTheWaveThin) {
  EXPECT_EQ(flags_of_wave({0.5, 0.0, 0.0}, 0), 0U);
  EXPECT_EQ(flags_of_wave({0.5, 0.1, 0.1}, 0), kFlagCarried);
  EXPECT_EQ(flags_of_wave({0.0, 0.0, 0.0}, kFlagNoShares), kFlagNoShares);  // the others are handed on
}

}  // namespace
}  // namespace groundswell::signal
