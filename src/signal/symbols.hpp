// The third form of a family: numbers about single symbols, made at commits, once for all symbols, so that they can be ranked among each
// other. All are levels of the one scope `symbols`, with the symbol as their subject.
//
//   SymbolMemory                                  what is remembered of one symbol across sessions; NoMemory if nothing
//   commit_symbols(context, base, now)            now := base with this session taken in, of every symbol of the universe; may run again.
//                                                 With SymbolsOf = Family also `symbols`, that family's memories as of the last roll
//   publish_symbols(context, base, now, out)      every output of the family for every member
//
// Every output of such a family is published there; its kOutputs say kInSymbols, and kInPools too if its evaluate() publishes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "signal/signal.hpp"

namespace groundswell::signal {

struct SymbolsContext {
  std::span<const SymbolState> states;      // by dense id, closes settled
  std::span<const std::uint32_t> universe;  // dense ids, rising: members of any session and benchmarks
  std::span<const std::uint32_t> members;   // dense ids, rising: of this session
  ReturnHistory returns;
  const Step* step = nullptr;
  std::span<std::int64_t> scratch;                   // one a member, for ranking
  std::span<const MemberFundamentals> fundamentals;  // by dense id, of the session
  std::span<RankRow> rank_scratch;                   // one a symbol
};

class SymbolOutput {
 public:
  // `levels`: of the first member, at the family's first output; `stride`: levels a member.
  SymbolOutput(Level* levels, std::size_t stride, const SymbolsContext& context) noexcept
      : levels_(levels), stride_(stride), context_(context) {}
  // `member`: position in context.members.
  void value(std::size_t member, std::size_t output, double value, std::uint32_t flags = 0) noexcept {
    GS_ASSERT(std::isfinite(value));
    put(member, output, value, context_.step->provisional ? Validity::kProvisional : Validity::kOk, 1, flags);
  }
  void absent(std::size_t member, std::size_t output, Validity validity, std::uint32_t flags = 0) noexcept {
    put(member, output, 0.0, validity, 0, flags);
  }

 private:
  void put(std::size_t member, std::size_t output, double value, Validity validity, std::uint8_t present, std::uint32_t flags) noexcept {
    const SymbolState& state = context_.states[context_.members[member]];
    Level& level = levels_[member * stride_ + output];
    level.value = value;
    level.flags = flags | context_.step->flags | (state.halted ? kFlagHaltedMembers : 0U) |
                  (state.suspect || state.held ? kFlagSuspectMembers : 0U) | (state.price_gap ? kFlagFeedGap : 0U) |
                  (context_.step->provisional ? kFlagProvisional : 0U);
    level.n_valid = present;
    level.n_members = 1;
    level.validity = validity;
    level.present = present;
  }
  Level* levels_;
  std::size_t stride_;
  const SymbolsContext& context_;
};

}  // namespace groundswell::signal
