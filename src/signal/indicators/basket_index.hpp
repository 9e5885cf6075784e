// B1: the basket index, chain-linked at each roll: equal-weighted with daily reset, capital-weighted, price-weighted. Of a wave and of the
// thesis the index is the mean over baskets of their session returns, so that a basket of fifteen names does not outvote one of seven.
#pragma once

#include "signal/signal.hpp"

namespace groundswell::signal {

struct BasketIndex {
  static constexpr FamilyInfo kFamily{
      "Basket index", "What the basket has earned. Equal weights with daily reset are the default; capital weights need float shares."};
  enum Lane {  // those that move with a price come last, in a line of their own
    kNoSharesLane,
    kListedNoSharesLane,
    kCapBaseLane,
    kPriceBaseLane,
    kCapCarriedLane,
    kPriceCarriedLane,
    kCapNowLane,
    kPriceNowLane,
    kReturnLane
  };
  static constexpr std::size_t kLanes = 9;
  static constexpr std::size_t kStepLanes = 0;
  static constexpr double kCarriedShare = 0.2;  // above it CARRIED
  static constexpr std::uint32_t kLeastThesisBaskets = 3;
  enum { kEqual, kCapital, kPrice };
  static constexpr std::array<SignalInfo, 3> kOutputs{{
      {"idx_ew", "level", "> 0", kBoth, "chain", "base session = 100", "", "idx_ew|1|basis=TR|reset=daily",
       "What an equal dollar in every member has become.",
       "I(t-1) (1 + mean over E of (p_i / b_i - 1)); waves and thesis: mean over baskets", "B1; S&P equal weight, daily reset",
       "returns of 2, 1, -1, 0 and 1 %: 100.6"},
      {"idx_cw", "level", "> 0", kBoth, "chain", "base session = 100", "a member without float shares", "idx_cw|1|basis=TR",
       "What the basket as the market owns it has become.", "I(t-1) sum(s_i p_i) / sum(s_i b_i)", "B1; S&P divisor method",
       "members worth 237000 gain 2630 dollars: 101.109705"},
      {"idx_pw", "level", "> 0", kBoth, "chain", "base session = 100", "", "idx_pw|1|basis=TR",
       "What one share of every member has become.", "I(t-1) sum(p_i) / sum(b_i)", "B1",
       "prices that sum to 470, then to 473.90 dollars: 100.829787"},
  }};
  static constexpr std::array<DriverInfo, 1> kDrivers{{{"equal_return", kReturnLane}}};
  static constexpr std::string_view driver(std::size_t) { return "equal_return"; }
  struct Memory {
    std::array<double, 3> level{100.0, 100.0, 100.0};
    std::array<bool, 3> started{};
  };

  static void contribution(const SymbolState& s, std::int64_t* lanes) noexcept {
    const bool in = s.ref_e9 > 0;
    lanes[kReturnLane] = in && s.last_e9 != s.ref_e9 ? return_e12(s.last_e9, s.ref_e9) : 0;
    const bool shares_known = in && s.float_shares > 0;
    const std::int64_t cap_now = shares_known ? money_e4(static_cast<uint128>(s.float_shares) * static_cast<uint128>(s.last_e9)) : 0;
    lanes[kCapNowLane] = cap_now;
    lanes[kCapBaseLane] = shares_known ? money_e4(static_cast<uint128>(s.float_shares) * static_cast<uint128>(s.ref_e9)) : 0;
    lanes[kCapCarriedLane] = s.traded ? 0 : cap_now;
    lanes[kNoSharesLane] = in && !shares_known;
    lanes[kListedNoSharesLane] = s.listed && s.float_shares <= 0;
    lanes[kPriceNowLane] = in ? s.last_e9 : 0;
    lanes[kPriceBaseLane] = in ? s.ref_e9 : 0;
    lanes[kPriceCarriedLane] = s.traded ? 0 : lanes[kPriceNowLane];
  }

  static void evaluate(const ScopeContext& c, const Memory& base, Output& out) noexcept {
    for (std::size_t kind = 0; kind < 3; ++kind) {
      if (kind != kEqual && !c.is_read && !c.wants(kind)) continue;
      IndexResult& result = c.derived->index[kind];
      result = c.kind == ScopeKind::kBasket ? of_members(c, base, kind) : of_baskets(c, base, kind);
      if (result.validity == Validity::kOk) {
        out.value(kind, result.level, result.n_valid, {.flags = result.flags});
      } else {
        out.absent(kind, result.validity, result.n_valid, result.flags);
      }
      out.members(kind, result.n_members);
    }
  }

  // Reads what evaluate() left in `derived` for the same context.
  static void commit(const ScopeContext& c, const Memory& base, Memory& now) noexcept {
    now = base;
    for (std::size_t kind = 0; kind < 3; ++kind) {
      const IndexResult& result = c.derived->index[kind];
      if (result.validity == Validity::kOk) now.level[kind] = result.level;
      now.started[kind] = result.started;
    }
  }

 private:
  // The level once `result` knows its return, or 100 at the commit of the base session.
  static void link(const ScopeContext& c, const Memory& base, std::size_t kind, bool can_start, std::uint32_t n_started,
                   IndexResult& result) noexcept {
    result.started = base.started[kind];
    if (base.started[kind]) {
      if (!result.has_return) return;
      result.level = base.level[kind] * (1.0 + result.session_return);
      result.validity = Validity::kOk;
    } else if (c.commit && can_start) {
      result.started = true;
      result.has_return = false;
      result.level = 100.0;
      result.n_valid = n_started;
      result.validity = Validity::kOk;
    } else {
      result.has_return = false;
      result.validity = Validity::kInsufficient;
    }
  }

  static IndexResult of_members(const ScopeContext& c, const Memory& base, std::size_t kind) noexcept {
    IndexResult result;
    result.n_members = c.n_members;
    result.n_valid = c.eligible;
    result.carried_share = carried_share(c, kind);
    result.flags = c.price_flags() | (result.carried_share > kCarriedShare ? kFlagCarried : 0U);
    if (kind == kCapital && c.lanes[kNoSharesLane] > 0) result.flags |= kFlagNoShares;
    if (c.eligible > 0 && c.covered(kind, c.eligible)) {
      result.has_return = true;
      if (kind == kEqual) {
        result.session_return = static_cast<double>(c.lanes[kReturnLane]) / static_cast<double>(c.eligible) / 1e12;
      } else {
        const std::int64_t now = c.lanes[kind == kCapital ? kCapNowLane : kPriceNowLane];
        const std::int64_t before = c.lanes[kind == kCapital ? kCapBaseLane : kPriceBaseLane];
        result.has_return = before > 0 && !(kind == kCapital && c.lanes[kNoSharesLane] > 0);
        if (result.has_return) result.session_return = static_cast<double>(now - before) / static_cast<double>(before);
        if (!result.has_return) result.validity = Validity::kUndefined;
      }
    }
    const Validity without_return = result.validity;
    const bool can_start = c.covered(kind, c.n_members) && !(kind == kCapital && c.lanes[kListedNoSharesLane] > 0);
    link(c, base, kind, can_start, c.n_members, result);
    if (result.validity != Validity::kOk) result.validity = without_return;
    return result;
  }

  // Baskets weigh alike, so what is carried is the mean of what each carries: one thin basket does not make the thesis thin.
  static IndexResult of_baskets(const ScopeContext& c, const Memory& base, std::size_t kind) noexcept {
    IndexResult result;
    double sum = 0.0, carried = 0.0;
    std::uint32_t started = 0;
    for (const Derived* child : c.children) {
      const IndexResult& of_child = child->index[kind];
      started += of_child.started;
      result.flags |= of_child.flags & ~kFlagCarried;
      if (!of_child.has_return) continue;
      sum += of_child.session_return;
      carried += of_child.carried_share;
      ++result.n_valid;
    }
    if (result.n_valid > 0) result.carried_share = carried / static_cast<double>(result.n_valid);
    if (result.carried_share > kCarriedShare) result.flags |= kFlagCarried;
    result.n_members = static_cast<std::uint32_t>(c.children.size());
    const CoverageRule rule{.min_members = c.kind == ScopeKind::kThesis ? kLeastThesisBaskets : 1U};
    result.has_return = result.n_valid >= rule.required(result.n_members);
    if (result.has_return) result.session_return = sum / static_cast<double>(result.n_valid);
    link(c, base, kind, started >= rule.required(result.n_members), started, result);
    return result;
  }

  // Of the weight of this kind: equal, by market value, by price.
  static double carried_share(const ScopeContext& c, std::size_t kind) noexcept {
    if (kind == kEqual) return share(c.eligible - c.traded, c.eligible);
    return kind == kCapital ? share(c.lanes[kCapCarriedLane], c.lanes[kCapNowLane])
                            : share(c.lanes[kPriceCarriedLane], c.lanes[kPriceNowLane]);
  }
  static double share(std::int64_t part, std::int64_t whole) noexcept {
    return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0.0;
  }
};

}  // namespace groundswell::signal
