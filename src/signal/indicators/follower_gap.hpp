// C3: do the followers catch up with the leaders? The t-statistic of the daily difference of their equal-weighted returns. Inside a basket
// its own followers and leaders; in the thesis the followers of the supplier baskets against all leaders, spenders in neither.
#pragma once

#include "signal/score_history.hpp"
#include "signal/signal.hpp"

namespace groundswell::signal {

struct FollowerGap {
  static constexpr FamilyInfo kFamily{
      "Followers against leaders",
      "Leadership that broadens shows first here: the other names begin to outrun those that everybody knows. Companies that pay for the "
      "build-out count on neither side."};
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  static constexpr bool kGathers = true;
  static constexpr std::array<SignalInfo, 1> kOutputs{{
      {"tgap_21", "t-statistic", "about +-5", kBoth, "21 sessions over the deviation of 252", "63 returns",
       "no leader or no follower, or no spread", "tgap|1|basis=TR|n=21|sd=252|sd_min=63",
       "Whether followers have outrun leaders over the last month: above 0 the move broadens.",
       "sum of 21 f / (sd sqrt(21)), f = mean return of followers - mean return of leaders, sd = sample deviation of up to 252 f", "C3",
       "f of +1 and -1 permille in turn, 252 sessions, now +1: 0.001 / (0.001002 sqrt(21)) = 0.217784", kInBaskets | kInThesis},
  }};
  static constexpr std::string_view driver(std::size_t) { return "equal_return"; }
  using Memory = ScoreHistory;

  static void evaluate(const ScopeContext& c, const Memory& base, Output& out) noexcept {
    if (c.kind == ScopeKind::kWave) return;
    const Gap today = gap(c);
    const double by_e12 = base.divisor_e12(today.gap_e12, c.commit && today.validity == Validity::kOk);
    const Validity validity = today.validity == Validity::kOk ? base.validity(0, by_e12) : today.validity;
    c.derived->follower_gap = validity == Validity::kOk ? base.score(0, today.gap_e12, by_e12) : kNoNumber;
    if (validity == Validity::kOk) {
      out.value(0, c.derived->follower_gap, today.n_valid, {.flags = c.price_flags()});
    } else {
      out.absent(0, validity, today.n_valid, c.price_flags());
    }
    out.members(0, today.n_members);
  }
  static void commit(const ScopeContext& c, const Memory& base, Memory& now) noexcept {
    now = base;
    if (c.kind == ScopeKind::kWave) return;
    const Gap today = gap(c);
    if (today.validity == Validity::kOk) now.take(today.gap_e12);
  }

 private:
  struct Gap {
    Validity validity = Validity::kUndefined;
    std::int64_t gap_e12 = 0;
    std::uint32_t n_valid = 0, n_members = 0;
  };
  struct Side {
    bool any = false;  // in the roster
    std::uint32_t n_valid = 0, n_members = 0;
    std::int64_t sum_e12 = 0;
  };
  static Gap gap(const ScopeContext& c) noexcept {
    Side followers, leaders;
    for (const PoolMember& member : c.members) {
      const bool follows = member.role == Role::kFollower && (c.kind != ScopeKind::kThesis || member.supplier != 0);
      if (!follows && member.role != Role::kLeader) continue;
      Side& side = follows ? followers : leaders;
      const MemberMove& move = c.move(member, 0);
      side.any = true;
      side.n_members += move.listed;
      if (!move.known) continue;
      ++side.n_valid;
      side.sum_e12 += move.return_e12;
    }
    Gap result{.n_valid = followers.n_valid + leaders.n_valid, .n_members = followers.n_members + leaders.n_members};
    CoverageRule rule = c.coverage[0];
    if (c.kind == ScopeKind::kBasket) rule.min_members = 1;  // a basket may have one leader
    if (!followers.any || !leaders.any) return result;
    const auto covered = [&](const Side& side) { return side.n_valid >= rule.required(side.n_members); };
    if (!covered(followers) || !covered(leaders)) {
      result.validity = Validity::kInsufficient;
      return result;
    }
    const std::int64_t n_followers = followers.n_valid, n_leaders = leaders.n_valid;
    const int128 over_both = int128{followers.sum_e12} * n_leaders - int128{leaders.sum_e12} * n_followers;
    result.gap_e12 = static_cast<std::int64_t>(divide_half_away(over_both, n_followers * n_leaders));
    result.validity = Validity::kOk;
    return result;
  }
};

}  // namespace groundswell::signal
