// A pool for families that go through its members, without a book: members, what they did, and the levels that come of it.
#pragma once

#include <algorithm>
#include <vector>

#include "signal/signal.hpp"

namespace groundswell::test {

template <class Family>
class GatheredPool {
 public:
  explicit GatheredPool(signal::ScopeKind kind = signal::ScopeKind::kBasket)
      : coverage_(Family::kOutputs.size()), levels_(Family::kOutputs.size()) {
    context_.kind = kind;
    context_.commit = true;
    context_.derived = &derived_;
    context_.coverage = coverage_.data();
  }
  // A member with float shares (0 = unknown) that went from `base` to `last`, in 1e-9 dollar, over every window.
  void add(std::int64_t base_e9, std::int64_t last_e9, Role role = Role::kFollower, std::int64_t float_shares = 0, bool supplier = true) {
    SymbolState state;
    state.listed = state.traded = true;
    state.ref_e9 = base_e9;
    state.last_e9 = last_e9;
    state.past_close_e9.fill(base_e9);
    state.past_float_shares.fill(float_shares);
    members_.push_back({static_cast<std::uint32_t>(members_.size()), role, static_cast<std::uint8_t>(supplier), 0});
    moves_.push_back(signal::moves_of(state));
  }
  void clear() {
    members_.clear();
    moves_.clear();
  }
  signal::MemberMoves& moves(std::size_t member) { return moves_[member]; }
  signal::CoverageRule& coverage(std::size_t output) { return coverage_[output]; }
  signal::ScopeContext& context() {
    context_.n_members = static_cast<std::uint32_t>(members_.size());
    context_.members = members_;
    context_.moves = moves_.data();
    return context_;
  }
  const std::vector<Level>& evaluate(const typename Family::Memory& base = {}) {
    signal::Output out(levels_.data(), context());
    Family::evaluate(context_, base, out);
    return levels_;
  }
  const Level& level(std::string_view id) const {
    const auto found = std::find_if(Family::kOutputs.begin(), Family::kOutputs.end(), [&](const auto& info) { return info.id == id; });
    GS_ASSERT(found != Family::kOutputs.end());
    return levels_[static_cast<std::size_t>(found - Family::kOutputs.begin())];
  }

 private:
  std::vector<signal::PoolMember> members_;
  std::vector<signal::MemberMoves> moves_;
  std::vector<signal::CoverageRule> coverage_;
  std::vector<Level> levels_;
  signal::Derived derived_;
  signal::ScopeContext context_;
};

}  // namespace groundswell::test
