// A6: the Arms index, TRIN: are the rising members getting their share of the volume? Below 1 they get more. Volume in shares.
//
// Ratios of a small basket are wild and often undefined, so two smoothed forms stand beside the session's own: the open index divides sums
// over ten sessions (one quiet session cannot break it), the classic one averages ten ratios. Windows count covered sessions, the running
// one included; a session without coverage leaves the last number in force with flag GAP, one with an undefined ratio is no sample of the
// classic form. Coverage of the whole family is that of `trin`, over members with volume.
#pragma once

#include <optional>

#include "signal/ln.hpp"
#include "signal/signal.hpp"
#include "signal/window.hpp"

namespace groundswell::signal {

struct ArmsSums {
  std::int64_t adv = 0;
  std::int64_t dec = 0;
  std::int64_t up_shares = 0;
  std::int64_t down_shares = 0;

  ArmsSums& operator+=(const ArmsSums& other) noexcept {
    adv += other.adv;
    dec += other.dec;
    up_shares += other.up_shares;
    down_shares += other.down_shares;
    return *this;
  }
};

// (adv / dec) / (up / down), rounded once. Nothing when one of the four is 0. Sums: below 2^62 each.
inline std::optional<double> arms_index(const ArmsSums& s) noexcept {
  if (s.adv == 0 || s.dec == 0 || s.up_shares == 0 || s.down_shares == 0) return std::nullopt;
  return static_cast<double>(int128{s.adv} * s.down_shares) / static_cast<double>(int128{s.dec} * s.up_shares);
}

struct ArmsIndex {
  static constexpr FamilyInfo kFamily{"Arms index",
                                      "Does volume follow the risers? Below 1 they get more than their share, above 1 the fallers do. In "
                                      "small baskets read the open form."};
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  static constexpr std::size_t kSessions = 10;
  enum { kTrin, kLnTrin, kOpen, kMean };
  static constexpr std::array<SignalInfo, 4> kOutputs{{
      {"trin", "ratio", "> 0", kBoth, "session", "1st trade", "adv, dec, up_vol or dn_vol = 0", "trin|1|basis=TR|volume=shares",
       "Whether volume goes to the risers (below 1) or to the fallers (above 1).", "(adv / dec) / (up_vol / dn_vol)", "A6; Arms",
       "NYSE of 2001-06-13: (1521 / 1561) / (384035 / 657357) = 1.67"},
      {"ln_trin", "ln", "unbounded", kBoth, "session", "1st trade", "adv, dec, up_vol or dn_vol = 0", "ln_trin|1|basis=TR|volume=shares",
       "TRIN on a symmetric scale around 0, the one to average.", "ln(trin)", "A6; Arms", "trin 0.815029: -0.204532"},
      {"trin_open10", "ratio", "> 0", kBoth, "10 sessions incl. current", "10 covered sessions", "one of the four sums = 0",
       "trin_open10|1|basis=TR|n=10|volume=shares",
       "The Open TRIN: two weeks of volume taken together, the form to use for a small basket.",
       "(sum adv / sum dec) / (sum up_vol / sum dn_vol) over 10 sessions", "A6; Arms's open index",
       "NYSE, ten sessions to 2001-06-26, sums first: 1.227"},
      {"trin_sma10", "ratio", "> 0", kBoth, "10 defined sessions incl. current", "10 sessions with a TRIN", "trin is undefined",
       "trin_sma10|1|basis=TR|n=10|volume=shares", "The classic smoothed TRIN.", "mean of trin over the last 10 sessions that have one",
       "A6; Arms", "NYSE, ten sessions to 2001-06-26: 1.33"},
  }};
  static constexpr std::string_view driver(std::size_t) { return "net_advances"; }
  static constexpr bool kReadsDerived = true;
  struct Memory {
    PriorSamples<ArmsSums, kSessions - 1> sessions;
    Window<kSessions> ratios;
    double open = 0.0;  // of the last covered session; 0 = there was none
    double mean = 0.0;
  };
  static_assert(sizeof(Memory) == sizeof(Memory::sessions) + sizeof(Memory::ratios) + 16 && std::is_trivially_copyable_v<Memory>);

  static void evaluate(const ScopeContext& c, const Memory& base, Output& out) noexcept {
    const std::uint32_t n = c.derived->volume.n_valid;
    const std::uint32_t flags = c.price_flags() | c.session_flags();
    if (!c.covered(kTrin, n)) {
      out.absent(kTrin, Validity::kInsufficient, n, flags);
      out.absent(kLnTrin, Validity::kInsufficient, n, flags);
      held(kOpen, base.open, n, flags, out);
      held(kMean, base.mean, n, flags, out);
      return;
    }
    const Numbers now = numbers(base, today(c));
    publish(kTrin, now.trin, true, n, flags, out);
    publish(kLnTrin, now.trin ? std::optional(ln(*now.trin)) : std::nullopt, true, n, flags, out);
    publish(kOpen, now.open, base.sessions.full(), n, flags, out);
    publish(kMean, now.mean, base.ratios.full(), n, flags, out);
  }

  static void commit(const ScopeContext& c, const Memory& base, Memory& now) noexcept {
    now = base;
    if (!c.covered(kTrin, c.derived->volume.n_valid)) return;
    const Numbers numbers_now = numbers(base, today(c));
    now.open = base.sessions.full() ? numbers_now.open.value_or(0.0) : 0.0;
    now.mean = base.ratios.full() ? numbers_now.mean.value_or(0.0) : 0.0;
    now.sessions.push(today(c));
    if (numbers_now.trin) now.ratios.push(*numbers_now.trin);
  }

 private:
  struct Numbers {
    std::optional<double> trin, open, mean;  // the last two are meaningful when their windows are full
  };
  static ArmsSums today(const ScopeContext& c) noexcept {
    const Derived& d = *c.derived;
    return {.adv = d.breadth.adv, .dec = d.breadth.dec, .up_shares = d.volume.up_shares, .down_shares = d.volume.down_shares};
  }
  static Numbers numbers(const Memory& base, const ArmsSums& session) noexcept {
    Numbers numbers{.trin = arms_index(session), .open = std::nullopt, .mean = std::nullopt};
    ArmsSums sums = session;
    for (std::size_t age = 1; age <= base.sessions.count; ++age) sums += base.sessions.ago(age);
    numbers.open = arms_index(sums);
    if (numbers.trin) numbers.mean = base.ratios.mean(*numbers.trin);
    return numbers;
  }
  static void publish(std::size_t output, const std::optional<double>& number, bool full, std::uint32_t n, std::uint32_t flags,
                      Output& out) noexcept {
    if (full && number) {
      out.value(output, *number, n, {.flags = flags});
    } else {
      out.absent(output, full ? Validity::kUndefined : Validity::kWarmup, n, flags);
    }
  }
  static void held(std::size_t output, double number, std::uint32_t n, std::uint32_t flags, Output& out) noexcept {
    if (number > 0.0) {
      out.value(output, number, n, {.flags = flags | kFlagGap});
    } else {
      out.absent(output, Validity::kInsufficient, n, flags);
    }
  }
};

}  // namespace groundswell::signal
