// A1-A4: advancing and declining members, and what is built on their counts alone.
#pragma once

#include "signal/ln.hpp"
#include "signal/signal.hpp"

namespace groundswell::signal {

struct AdvanceDecline {
  static constexpr FamilyInfo kFamily{"Advance and decline",
                                      "How many members rise and how many fall: the first question of breadth. Every count is taken "
                                      "against the previous close, a member that has not traded is not \"unchanged\"."};
  enum Lane { kAdvLane, kDecLane };
  static constexpr std::size_t kLanes = 2;
  static constexpr std::size_t kStepLanes = 0;
  enum { kAdv, kDec, kUnch, kUntraded, kAdRatio, kAdlog, kNetAdv, kAdPct, kRana, kAdl, kAdp };
  static constexpr std::array<SignalInfo, 11> kOutputs{{
      {"adv", "issues", "0..|E|", kBoth, "session", "1st member trade", "", "adv|1|basis=TR",
       "How many members trade above their previous close.", "#{i in T: last_i > ref_i}",
       "A1; exchange practice: untraded is not unchanged", "of five members three up, one down, one level: 3"},
      {"dec", "issues", "0..|E|", kBoth, "session", "1st member trade", "", "dec|1|basis=TR",
       "How many members trade below their previous close.", "#{i in T: last_i < ref_i}", "A1",
       "of five members three up, one down, one level: 1"},
      {"unch", "issues", "0..|E|", kBoth, "session", "1st member trade", "", "unch|1|basis=TR",
       "How many members trade exactly at their previous close.", "#{i in T: last_i = ref_i}", "A1",
       "of five members three up, one down, one level: 1"},
      {"untraded", "issues", "0..|E|", kBoth, "session", "1st member trade", "", "untraded|1|basis=TR",
       "How many members have not traded yet this session.", "|E| - |T|", "A1", "six eligible members, one without a trade: 1"},
      {"ad_ratio", "ratio", "0..inf", kBoth, "session", "1st member trade", "dec = 0", "ad_ratio|1|basis=TR", "Advancers per decliner.",
       "adv / dec", "A2", "3 up, 1 down: 3"},
      {"adlog", "ln", "+-ln(2n+1)", kBoth, "session", "1st member trade", "", "adlog|1|basis=TR",
       "Advancers against decliners on a symmetric scale that is always defined.", "ln((adv + 1/2) / (dec + 1/2))",
       "A2; Haldane and Anscombe's half", "3 up, 1 down: ln(3.5 / 1.5) = 0.847298"},
      {"net_adv", "issues", "+-|E|", kBoth, "session", "1st member trade", "", "net_adv|1|basis=TR", "Advancers less decliners.",
       "adv - dec", "A3", "3 up, 1 down: 2"},
      {"ad_pct", "%", "+-100", kBoth, "session", "1st member trade", "|T| = 0", "ad_pct|1|basis=TR",
       "Net advances as a share of all members that traded: comparable between baskets of different size.",
       "100 (adv - dec) / (adv + dec + unch)", "A3; StockCharts AD Percent", "StockCharts: 70 up and 7 down of 77: 81.81"},
      {"rana", "1/1000", "+-1000", kBoth, "session", "1st member trade", "", "rana|1|basis=TR",
       "Ratio-adjusted net advances: unchanged members left out, the input of the McClellan family.",
       "1000 (adv - dec) / (adv + dec); 0 when adv + dec = 0", "A3; McClellan", "3 up, 1 down, 1 level: 1000 (3 - 1) / 4 = 500"},
      {"adl", "cumulative issues", "unbounded", kBoth, "since its base session", "1st close", "", "adl|1|basis=TR",
       "The advance-decline line: the running sum of net advances; only differences mean anything.", "ADL(t-1) + net_adv", "A4",
       "net advances of 2, -1 and 1 since the base: 2"},
      {"adp", "cumulative %", "unbounded", kBoth, "since its base session", "1st close", "", "adp|1|basis=TR",
       "The advance-decline line in percent: not distorted when a basket gains or loses members.", "ADP(t-1) + ad_pct",
       "A4; StockCharts cumulative AD Percent", "ad_pct of 40, -20 and 20 since the base: 40"},
  }};
  static constexpr std::array<DriverInfo, 1> kDrivers{{{"net_advances", kAdvLane, kDecLane}}};
  static constexpr std::string_view driver(std::size_t) { return "net_advances"; }
  static constexpr bool kFollowsFromSums = true;
  struct Memory {
    std::int64_t adl = 0;
    double adp = 0.0;
    bool started = false;
  };

  static void contribution(const SymbolState& s, std::int64_t* lanes) noexcept {
    const bool in = s.traded && s.ref_e9 > 0;
    lanes[kAdvLane] = in & (s.last_e9 > s.ref_e9);
    lanes[kDecLane] = in & (s.last_e9 < s.ref_e9);
  }

  struct Counts {
    std::int64_t adv, dec, unch, net;
    double ad_pct;  // meaningful when any traded
  };
  static Counts counts(const ScopeContext& c) noexcept {
    Counts k{c.lanes[kAdvLane], c.lanes[kDecLane], 0, 0, 0.0};
    const std::int64_t traded = c.traded;
    k.unch = traded - k.adv - k.dec;
    k.net = k.adv - k.dec;
    if (traded > 0) k.ad_pct = 100.0 * static_cast<double>(k.net) / static_cast<double>(traded);
    return k;
  }

  static void evaluate(const ScopeContext& c, const Memory& base, Output& out) noexcept {
    const Counts k = counts(c);
    c.derived->breadth = {.adv = k.adv, .dec = k.dec};
    const Output::Extra extra{.flags = c.price_flags()};
    const auto publish = [&](std::size_t output, double value) {
      if (!c.wants(output)) return;
      if (c.covered(output, c.traded)) {
        out.value(output, value, c.traded, extra);
      } else {
        out.absent(output, Validity::kInsufficient, c.traded, extra.flags);
      }
    };
    publish(kAdv, static_cast<double>(k.adv));
    publish(kDec, static_cast<double>(k.dec));
    publish(kUnch, static_cast<double>(k.unch));
    publish(kUntraded, static_cast<double>(c.eligible - c.traded));
    publish(kNetAdv, static_cast<double>(k.net));
    if (c.wants(kAdlog)) publish(kAdlog, ln((static_cast<double>(k.adv) + 0.5) / (static_cast<double>(k.dec) + 0.5)));
    if (c.wants(kRana)) publish(kRana, c.derived->breadth.ratio_adjusted());
    if (k.dec == 0 && c.covered(kAdRatio, c.traded)) {
      out.absent(kAdRatio, Validity::kUndefined, c.traded, extra.flags);
    } else {
      publish(kAdRatio, k.dec == 0 ? 0.0 : static_cast<double>(k.adv) / static_cast<double>(k.dec));
    }
    if (c.traded == 0 && c.covered(kAdPct, 0)) {
      out.absent(kAdPct, Validity::kUndefined, 0, extra.flags);
    } else {
      publish(kAdPct, k.ad_pct);
    }
    if (c.wants(kAdl)) line(c, base, kAdl, base.adl, static_cast<double>(base.adl + k.net), out);
    if (c.wants(kAdp)) line(c, base, kAdp, base.adp, base.adp + k.ad_pct, out);
  }

  static void commit(const ScopeContext& c, const Memory& base, Memory& now) noexcept {
    now = base;
    if (!base.started) {
      now.started = c.covered(kAdl, c.n_members);
    } else if (c.covered(kAdl, c.traded)) {
      const Counts k = counts(c);
      now.adl += k.net;
      now.adp += k.ad_pct;
    }
  }

 private:
  template <class Held>
  static void line(const ScopeContext& c, const Memory& base, std::size_t output, Held held, double running, Output& out) noexcept {
    if (!base.started) {
      if (c.commit && c.covered(output, c.n_members)) {
        out.value(output, 0.0, c.n_members);  // the base session: the line starts at 0
      } else {
        out.absent(output, Validity::kInsufficient, c.traded);
      }
    } else if (c.covered(output, c.traded)) {
      out.value(output, running, c.traded, {.flags = c.price_flags()});
    } else {
      out.value(output, static_cast<double>(held), c.traded, {.flags = kFlagGap | c.price_flags()});
    }
  }
};

}  // namespace groundswell::signal
