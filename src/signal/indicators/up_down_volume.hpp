// A5: volume of advancing and declining members. A member's whole eligible session volume belongs to the class that it is in now.
#pragma once

#include "signal/signal.hpp"

namespace groundswell::signal {

struct UpDownVolume {
  static constexpr FamilyInfo kFamily{"Up and down volume",
                                      "The same question asked of volume: a member's whole session counts on the side on which it stands "
                                      "now. In baskets prefer dollars, which low-priced shares cannot distort."};
  enum Lane { kUpLane, kDownLane, kUnchLane, kUpDollarLane, kDownDollarLane, kUnchDollarLane, kCountLane };
  static constexpr std::size_t kLanes = 7;
  static constexpr std::size_t kStepLanes = 0;
  enum { kUpVol, kDnVol, kUnchVol, kUpDollar, kDnDollar, kUnchDollar, kUpvolPct, kAdvolPct, kUpvolDollarPct, kAdvolDollarPct };
  static constexpr std::array<SignalInfo, 10> kOutputs{{
      {"up_vol", "shares", ">= 0", kBoth, "session", "1st trade", "", "up_vol|1|basis=TR", "Shares traded in members that are up.",
       "sum of v_i over class +1", "A5", "three members up on 1530, 2190 and 3200 shares: 6920"},
      {"dn_vol", "shares", ">= 0", kBoth, "session", "1st trade", "", "dn_vol|1|basis=TR", "Shares traded in members that are down.",
       "sum of v_i over class -1", "A5", "one member down on 1880 shares: 1880"},
      {"unch_vol", "shares", ">= 0", kBoth, "session", "1st trade", "", "unch_vol|1|basis=TR",
       "Shares traded in members that are unchanged.", "sum of v_i over class 0", "A5", "one member level on 2540 shares: 2540"},
      {"up_dollar", "dollars", ">= 0", kBoth, "session", "1st trade", "", "up_dollar|1|basis=TR", "Dollars traded in members that are up.",
       "sum of price x size over class +1", "A5", "1530 at 102, 2190 at 202 and 3200 at 40.40 dollars: 727720"},
      {"dn_dollar", "dollars", ">= 0", kBoth, "session", "1st trade", "", "dn_dollar|1|basis=TR",
       "Dollars traded in members that are down.", "sum of price x size over class -1", "A5", "1880 shares at 49.50 dollars: 93060"},
      {"unch_dollar", "dollars", ">= 0", kBoth, "session", "1st trade", "", "unch_dollar|1|basis=TR",
       "Dollars traded in members that are unchanged.", "sum of price x size over class 0", "A5", "2540 shares at 80 dollars: 203200"},
      {"upvol_pct", "%", "0..100", kBoth, "session", "1st trade", "up_vol + dn_vol = 0", "upvol_pct|1|basis=TR",
       "The share of moving volume that is in rising members.", "100 up_vol / (up_vol + dn_vol)", "A5", "6920 up, 1880 down: 78.636364"},
      {"advol_pct", "%", "+-100", kBoth, "session", "1st trade", "no volume", "advol_pct|1|basis=TR",
       "Up less down volume as a share of all volume.", "100 (up_vol - dn_vol) / (up_vol + dn_vol + unch_vol)",
       "A5; StockCharts AD Volume Percent", "6920 up, 1880 down, 2540 level: 44.444444"},
      {"upvol_dollar_pct", "%", "0..100", kBoth, "session", "1st trade", "up_dollar + dn_dollar = 0", "upvol_dollar_pct|1|basis=TR",
       "The share of moving dollars that is in rising members: not distorted by low-priced shares.",
       "100 up_dollar / (up_dollar + dn_dollar)", "A5", "727720 up, 93060 down: 88.662004"},
      {"advol_dollar_pct", "%", "+-100", kBoth, "session", "1st trade", "no volume", "advol_dollar_pct|1|basis=TR",
       "Up less down dollars as a share of all dollars traded.", "100 (up_dollar - dn_dollar) / (up_dollar + dn_dollar + unch_dollar)",
       "A5", "727720 up, 93060 down, 203200 level: 61.979726"},
  }};
  static constexpr std::array<DriverInfo, 2> kDrivers{
      {{"net_volume", kUpLane, kDownLane}, {"net_dollars", kUpDollarLane, kDownDollarLane}}};
  static constexpr std::string_view driver(std::size_t output) {
    const bool in_dollars = (output >= kUpDollar && output <= kUnchDollar) || output >= kUpvolDollarPct;
    return in_dollars ? "net_dollars" : "net_volume";
  }
  static constexpr bool kFollowsFromSums = true;
  using Memory = NoMemory;

  static void contribution(const SymbolState& s, std::int64_t* lanes) noexcept {
    const bool in = s.traded && s.ref_e9 > 0 && s.volume_shares > 0;
    const auto shares = static_cast<std::int64_t>(in ? (s.volume_shares < kShareVolumeCap ? s.volume_shares : kShareVolumeCap) : 0);
    const std::int64_t dollars = in ? money_e4(s.dollars_e9) : 0;
    const std::int64_t up = s.last_e9 > s.ref_e9, down = s.last_e9 < s.ref_e9, unchanged = 1 - up - down;
    lanes[kUpLane] = up * shares;
    lanes[kDownLane] = down * shares;
    lanes[kUnchLane] = unchanged * shares;
    lanes[kUpDollarLane] = up * dollars;
    lanes[kDownDollarLane] = down * dollars;
    lanes[kUnchDollarLane] = unchanged * dollars;
    lanes[kCountLane] = in;
  }

  static void evaluate(const ScopeContext& c, const Memory&, Output& out) noexcept {
    const auto n = static_cast<std::uint32_t>(c.lanes[kCountLane]);
    const Output::Extra extra{.flags = c.session_flags()};
    const auto publish = [&](std::size_t output, std::int64_t numerator, std::int64_t denominator, double scale) {
      if (!c.covered(output, n)) {
        out.absent(output, Validity::kInsufficient, n, extra.flags);
      } else if (denominator == 0) {
        out.absent(output, Validity::kUndefined, n, extra.flags);
      } else {
        out.value(output, scale * static_cast<double>(numerator) / static_cast<double>(denominator), n, extra);
      }
    };
    const std::int64_t up = c.lanes[kUpLane], down = c.lanes[kDownLane], unchanged = c.lanes[kUnchLane];
    const std::int64_t up_e4 = c.lanes[kUpDollarLane], down_e4 = c.lanes[kDownDollarLane], unchanged_e4 = c.lanes[kUnchDollarLane];
    c.derived->volume = {
        .up_shares = up, .down_shares = down, .up_e4 = up_e4, .down_e4 = down_e4, .unchanged_e4 = unchanged_e4, .n_valid = n};
    publish(kUpVol, up, 1, 1.0);
    publish(kDnVol, down, 1, 1.0);
    publish(kUnchVol, unchanged, 1, 1.0);
    publish(kUpDollar, up_e4, 10'000, 1.0);
    publish(kDnDollar, down_e4, 10'000, 1.0);
    publish(kUnchDollar, unchanged_e4, 10'000, 1.0);
    publish(kUpvolPct, up, up + down, 100.0);
    publish(kAdvolPct, up - down, up + down + unchanged, 100.0);
    publish(kUpvolDollarPct, up_e4, up_e4 + down_e4, 100.0);
    publish(kAdvolDollarPct, up_e4 - down_e4, up_e4 + down_e4 + unchanged_e4, 100.0);
  }

  static void commit(const ScopeContext&, const Memory&, Memory&) noexcept {}
};

}  // namespace groundswell::signal
