#include <algorithm>

#include "pipeline/fold.hpp"

namespace groundswell::pipeline {

void Fold::save(StateWriter& archive) const { visit_state(*this, archive); }
void Fold::restore(StateReader& archive) noexcept { visit_state(*this, archive); }

void Fold::view(SignalView& out) const {
  out.jseq = jseq_;
  out.event_time_ns = event_time_ns_;
  out.session = roll_.session;
  out.next_eseq = next_eseq_;
  out.next_scope_seq = next_scope_seq_;
  out.next_level_seq = next_level_seq_;
  triggers_->standings(out.triggers);
  out.levels = last_;
}

void Fold::view(MembersView& out) const {
  out.jseq = jseq_;
  out.event_time_ns = event_time_ns_;
  out.session = roll_.session;
  out.members.resize(out.scopes.size());
  for (std::size_t i = 0; i < out.scopes.size(); ++i) member_rows(out.scopes[i], out.members[i]);
}

void Fold::member_rows(std::size_t scope, std::vector<MemberRow>& out) const {
  out.clear();
  const auto pool = std::find(scope_numbers_.begin(), scope_numbers_.end(), scope);
  if (pool == scope_numbers_.end()) return;
  for (const signal::PoolMember& member : book_->member_roles(static_cast<std::size_t>(pool - scope_numbers_.begin()))) {
    const SymbolState& state = market_->states()[member.symbol];
    out.push_back({.symbol = member.symbol,
                   .role = member.role,
                   .halted = state.halted || market_->market_halted(),
                   .quarantined = state.held,
                   .suspect = state.suspect,
                   .counts = state.traded && state.ref_e9 > 0,
                   .last_e9 = state.last_e9,
                   .ref_e9 = state.ref_e9,
                   .volume_shares = state.volume_shares,
                   .last_trade_ns = market_->last_trade_ns(member.symbol)});
  }
}

std::size_t Fold::stale_baskets() const noexcept {
  std::size_t stale = 0;
  for (std::size_t pool = 0; pool < book_->scope_count(); ++pool) {
    const auto members = book_->members(pool);
    stale += book_->is_basket(pool) &&
             std::any_of(members.begin(), members.end(), [&](std::uint32_t symbol) { return market_->states()[symbol].stale; });
  }
  return stale;
}

}  // namespace groundswell::pipeline
