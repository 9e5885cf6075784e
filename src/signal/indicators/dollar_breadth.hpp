// A13, the form in dollars: breadth in which every member has as many votes as dollars were traded in it.
#pragma once

#include "signal/signal.hpp"

namespace groundswell::signal {

struct DollarBreadth {
  static constexpr FamilyInfo kFamily{"Breadth by dollars", "On which side the money traded."};
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  static constexpr std::array<SignalInfo, 1> kOutputs{{
      {"vwb_dollar", "%", "+-100", kBoth, "session", "1st trade", "no volume", "vwb_dollar|1|basis=TR",
       "Breadth by dollars: on which side the money traded today. Equal to advol_dollar_pct.", "100 sum(sign_i dollars_i) / sum(dollars_i)",
       "A13", "727720 up, 93060 down, 203200 level: 61.979726"},
  }};
  static constexpr std::string_view driver(std::size_t) { return "net_dollars"; }
  static constexpr bool kReadsDerived = true;
  using Memory = NoMemory;

  static void evaluate(const ScopeContext& c, const Memory&, Output& out) noexcept {
    const VolumeSums& v = c.derived->volume;
    const std::uint32_t flags = c.price_flags() | c.session_flags();
    const std::int64_t all_e4 = v.up_e4 + v.down_e4 + v.unchanged_e4;
    if (!c.covered(0, v.n_valid)) {
      out.absent(0, Validity::kInsufficient, v.n_valid, flags);
    } else if (all_e4 == 0) {
      out.absent(0, Validity::kUndefined, v.n_valid, flags);
    } else {
      out.value(0, 100.0 * static_cast<double>(v.up_e4 - v.down_e4) / static_cast<double>(all_e4), v.n_valid, {.flags = flags});
    }
  }

  static void commit(const ScopeContext&, const Memory&, Memory&) noexcept {}
};

}  // namespace groundswell::signal
