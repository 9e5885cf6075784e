// A10: members at new highs and lows against N prior sessions, latched for the session, and the pooled High-Low Index over 10 sessions.
#pragma once

#include "signal/signal.hpp"
#include "signal/window.hpp"

namespace groundswell::signal {

struct NewHighsLows {
  static constexpr FamilyInfo kFamily{
      "New highs and lows",
      "Leadership at the edges: members that trade where they have not been for a month, a quarter or a year. Latched for the session."};
  static constexpr std::size_t kWindows = kExtremeWindows.size();
  enum Lane { kHighLane = 0, kLowLane = 3, kEligibleLane = 6 };  // one per window
  static constexpr std::size_t kLanes = 9;
  static constexpr std::size_t kStepLanes = 0;
  static constexpr std::size_t kPooledSessions = 10;
  static constexpr std::size_t kUsualSessions = 20;                       // that say what is usual
  enum { kNh = 0, kNl = 3, kHlPct = 6, kRhp = 9, kHli = 12, kHlZ = 15 };  // one per window
  static constexpr std::array<SignalInfo, 18> kOutputs{{
      {"nh_20", "issues", "0..n", kBoth, "20 prior sessions", "member: 20 prior", "", "nh|1|basis=TR|n=20",
       "Members at a new one-month high.", "#{session high > max high of 20 prior sessions}", "A10",
       "three prior sessions, t = 3 of the golden basket: 3"},
      {"nh_63", "issues", "0..n", kBoth, "63 prior sessions", "member: 63 prior", "", "nh|1|basis=TR|n=63",
       "Members at a new three-month high.", "#{session high > max high of 63 prior sessions}", "A10",
       "three prior sessions, t = 3 of the golden basket: 3"},
      {"nh_252", "issues", "0..n", kBoth, "252 prior sessions", "member: 252 prior", "", "nh|1|basis=TR|n=252",
       "Members at a new one-year high.", "#{session high > max high of 252 prior sessions}", "A10",
       "three prior sessions, t = 3 of the golden basket: 3"},
      {"nl_20", "issues", "0..n", kBoth, "20 prior sessions", "member: 20 prior", "", "nl|1|basis=TR|n=20",
       "Members at a new one-month low.", "#{session low < min low of 20 prior sessions}", "A10",
       "three prior sessions, t = 3 of the golden basket: 1"},
      {"nl_63", "issues", "0..n", kBoth, "63 prior sessions", "member: 63 prior", "", "nl|1|basis=TR|n=63",
       "Members at a new three-month low.", "#{session low < min low of 63 prior sessions}", "A10",
       "three prior sessions, t = 3 of the golden basket: 1"},
      {"nl_252", "issues", "0..n", kBoth, "252 prior sessions", "member: 252 prior", "", "nl|1|basis=TR|n=252",
       "Members at a new one-year low.", "#{session low < min low of 252 prior sessions}", "A10",
       "three prior sessions, t = 3 of the golden basket: 1"},
      {"hl_pct_20", "%", "+-100", kBoth, "20 prior sessions", "member: 20 prior", "", "hl_pct|1|basis=TR|n=20",
       "New one-month highs less lows as a share of the members that can make one.", "100 (NH - NL) / n_eligible", "A10",
       "3 highs, 1 low of 5: 40"},
      {"hl_pct_63", "%", "+-100", kBoth, "63 prior sessions", "member: 63 prior", "", "hl_pct|1|basis=TR|n=63",
       "New three-month highs less lows as a share of the members that can make one.", "100 (NH - NL) / n_eligible", "A10",
       "3 highs, 1 low of 5: 40"},
      {"hl_pct_252", "%", "+-100", kBoth, "252 prior sessions", "member: 252 prior", "", "hl_pct|1|basis=TR|n=252",
       "New one-year highs less lows as a share of the members that can make one.", "100 (NH - NL) / n_eligible", "A10",
       "3 highs, 1 low of 5: 40"},
      {"rhp_20", "%", "0..100", kBoth, "20 prior sessions", "member: 20 prior", "NH + NL = 0", "rhp|1|basis=TR|n=20",
       "Of all one-month extremes, the share that are highs.", "100 NH / (NH + NL)", "A10; Record High Percent",
       "Dorsey Wright: 45 highs, 155 lows: 22.5"},
      {"rhp_63", "%", "0..100", kBoth, "63 prior sessions", "member: 63 prior", "NH + NL = 0", "rhp|1|basis=TR|n=63",
       "Of all three-month extremes, the share that are highs.", "100 NH / (NH + NL)", "A10; Record High Percent",
       "Dorsey Wright: 45 highs, 155 lows: 22.5"},
      {"rhp_252", "%", "0..100", kBoth, "252 prior sessions", "member: 252 prior", "NH + NL = 0", "rhp|1|basis=TR|n=252",
       "Of all one-year extremes, the share that are highs.", "100 NH / (NH + NL)", "A10; Record High Percent",
       "Dorsey Wright: 45 highs, 155 lows: 22.5"},
      {"hli10_20", "%", "0..100", kBoth, "20 prior sessions; 10", "10 covered sessions", "", "hli10|1|basis=TR|n=20|pooled=10",
       "The High-Low Index on one-month extremes: smoothed over 10 sessions by pooling.",
       "100 sum NH / (sum NH + sum NL) over 10 sessions; 50 when there were none", "A10", "45 highs, 155 lows over ten sessions: 22.5"},
      {"hli10_63", "%", "0..100", kBoth, "63 prior sessions; 10", "10 covered sessions", "", "hli10|1|basis=TR|n=63|pooled=10",
       "The High-Low Index on three-month extremes: smoothed over 10 sessions by pooling.",
       "100 sum NH / (sum NH + sum NL) over 10 sessions; 50 when there were none", "A10", "45 highs, 155 lows over ten sessions: 22.5"},
      {"hli10_252", "%", "0..100", kBoth, "252 prior sessions; 10", "10 covered sessions", "", "hli10|1|basis=TR|n=252|pooled=10",
       "The High-Low Index on one-year extremes: smoothed over 10 sessions by pooling.",
       "100 sum NH / (sum NH + sum NL) over 10 sessions; 50 when there were none", "A10", "45 highs, 155 lows over ten sessions: 22.5"},
      {"hl_pct_z_20", "deviations", "about +-4", kCloseOnly, "20 prior sessions; 20", "20 covered sessions", "no spread",
       "hl_pct_z|1|basis=TR|n=20|usual=20", "Whether the new one-month highs less lows are unusual for the last month: above 2 they surge.",
       "(hl_pct_20 - mean) / deviation of its last 20 values (n)", "A10; NH_SURGE",
       "19 sessions of 0, then 20: (20 - 1) / sqrt(19) = 4.358899"},
      {"hl_pct_z_63", "deviations", "about +-4", kCloseOnly, "63 prior sessions; 20", "20 covered sessions", "no spread",
       "hl_pct_z|1|basis=TR|n=63|usual=20",
       "Whether the new three-month highs less lows are unusual for the last month: above 2 they surge.",
       "(hl_pct_63 - mean) / deviation of its last 20 values (n)", "A10; NH_SURGE",
       "19 sessions of 0, then 20: (20 - 1) / sqrt(19) = 4.358899"},
      {"hl_pct_z_252", "deviations", "about +-4", kCloseOnly, "252 prior sessions; 20", "20 covered sessions", "no spread",
       "hl_pct_z|1|basis=TR|n=252|usual=20", "Whether the new one-year highs less lows are unusual for the last month: above 2 they surge.",
       "(hl_pct_252 - mean) / deviation of its last 20 values (n)", "A10; NH_SURGE",
       "19 sessions of 0, then 20: (20 - 1) / sqrt(19) = 4.358899"},
  }};

  static constexpr std::array<DriverInfo, kWindows> kDrivers{{{"net_highs_20", kHighLane, kLowLane},
                                                              {"net_highs_63", kHighLane + 1, kLowLane + 1},
                                                              {"net_highs_252", kHighLane + 2, kLowLane + 2}}};
  static constexpr std::string_view driver(std::size_t output) { return kDrivers[output % kWindows].name; }  // outputs go by window
  static constexpr bool kFollowsFromSums = true;
  struct Memory {  // the last covered sessions, newest last
    struct Sessions {
      std::array<std::int64_t, kPooledSessions> highs{}, lows{};
      std::uint32_t count = 0;
      std::uint32_t zero = 0;
      Window<kUsualSessions> net_pct;
    };
    std::array<Sessions, kWindows> windows;
  };

  static void contribution(const SymbolState& s, std::int64_t* lanes) noexcept {
    const bool in = s.traded & (s.ref_e9 > 0);
    for (std::size_t k = 0; k < kWindows; ++k) {
      const bool eligible = in & ((s.extreme_windows >> k & 1) != 0), compares = eligible & s.has_extremes;
      lanes[kHighLane + k] = compares & (s.high_e9 > s.prior_high_e9[k]);
      lanes[kLowLane + k] = compares & (s.low_e9 < s.prior_low_e9[k]);
      lanes[kEligibleLane + k] = eligible;
    }
  }

  static void evaluate(const ScopeContext& c, const Memory& base, Output& out) noexcept {
    const std::uint32_t flags = c.session_flags();
    for (std::size_t k = 0; k < kWindows; ++k) {
      const std::int64_t highs = c.lanes[kHighLane + k], lows = c.lanes[kLowLane + k];
      const auto n = static_cast<std::uint32_t>(c.lanes[kEligibleLane + k]);
      const auto publish = [&](std::size_t output, std::int64_t numerator, std::int64_t denominator, double scale) {
        if (!c.wants(output)) return;
        if (!c.covered(output, n)) {
          out.absent(output, Validity::kInsufficient, n, flags);
        } else if (denominator == 0) {
          out.absent(output, Validity::kUndefined, n, flags);
        } else {
          out.value(output, scale * static_cast<double>(numerator) / static_cast<double>(denominator), n, {.flags = flags});
        }
      };
      publish(kNh + k, highs, 1, 1.0);
      publish(kNl + k, lows, 1, 1.0);
      publish(kHlPct + k, highs - lows, n, 100.0);
      publish(kRhp + k, highs, highs + lows, 100.0);
      if (c.wants(kHli + k)) pooled(c, base.windows[k], kHli + k, highs, lows, n, out);
      if (c.commit) unusual(c, base.windows[k], kHlZ + k, net_pct(highs, lows, n), n, out);
    }
  }

  static void commit(const ScopeContext& c, const Memory& base, Memory& now) noexcept {
    now = base;
    for (std::size_t k = 0; k < kWindows; ++k) {
      if (!c.covered(kHli + k, static_cast<std::uint32_t>(c.lanes[kEligibleLane + k]))) continue;
      Memory::Sessions& window = now.windows[k];
      for (std::size_t i = 1; i < kPooledSessions; ++i) {
        window.highs[i - 1] = window.highs[i];
        window.lows[i - 1] = window.lows[i];
      }
      window.highs.back() = c.lanes[kHighLane + k];
      window.lows.back() = c.lanes[kLowLane + k];
      if (window.count < kPooledSessions) ++window.count;
      const auto n = static_cast<std::uint32_t>(c.lanes[kEligibleLane + k]);
      if (n > 0) window.net_pct.push(net_pct(c.lanes[kHighLane + k], c.lanes[kLowLane + k], n));
    }
  }

 private:
  static double net_pct(std::int64_t highs, std::int64_t lows, std::uint32_t n) noexcept {
    return n == 0 ? 0.0 : 100.0 * static_cast<double>(highs - lows) / static_cast<double>(n);
  }
  static void unusual(const ScopeContext& c, const Memory::Sessions& sessions, std::size_t output, double today, std::uint32_t n,
                      Output& out) noexcept {
    const std::uint32_t flags = c.session_flags();
    if (n == 0 || !c.covered(output, n)) {
      out.absent(output, Validity::kInsufficient, n, flags);
    } else if (!sessions.net_pct.full()) {
      out.absent(output, Validity::kWarmup, n, flags);
    } else if (const double deviation = sessions.net_pct.deviation(today); deviation < 1e-12) {
      out.absent(output, Validity::kUndefined, n, flags);
    } else {
      out.value(output, (today - sessions.net_pct.mean(today)) / deviation, n, {.flags = flags});
    }
  }
  static void pooled(const ScopeContext& c, const Memory::Sessions& window, std::size_t output, std::int64_t highs, std::int64_t lows,
                     std::uint32_t n, Output& out) noexcept {
    const bool covered = c.covered(output, n);
    const std::uint32_t flags = c.session_flags() | (covered ? 0U : kFlagGap);
    if (!covered && window.count < kPooledSessions) {
      out.absent(output, Validity::kInsufficient, n, c.session_flags());
      return;
    }
    if (covered && window.count + 1 < kPooledSessions) {
      out.absent(output, Validity::kWarmup, n, flags);
      return;
    }
    std::int64_t all_highs = covered ? highs : window.highs[0];  // an uncovered session leaves the last ten covered ones in force
    std::int64_t all_lows = covered ? lows : window.lows[0];
    for (std::size_t i = 1; i < kPooledSessions; ++i) {
      all_highs += window.highs[i];
      all_lows += window.lows[i];
    }
    const std::int64_t all = all_highs + all_lows;
    out.value(output, all == 0 ? 50.0 : 100.0 * static_cast<double>(all_highs) / static_cast<double>(all), n, {.flags = flags});
  }
};

}  // namespace groundswell::signal
