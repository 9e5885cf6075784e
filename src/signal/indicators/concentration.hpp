// C1, C2: who carried the basket, and how many did. A member's contribution over L sessions is its weight at the window's start times its
// return; only those in the direction of the basket count, each by its share of their sum. Capital-weighted forms say who carried the
// money, equal-weighted ones (`_ew`) how many names did. Leaders are named beforehand: the largest few by hindsight always look like
// leaders.
//
// The sign of the basket and LOW_DIR are decided on whole numbers, so that neither hangs on the order of a sum.
#pragma once

#include <algorithm>

#include "signal/signal.hpp"

namespace groundswell::signal {

// How contributions in one direction are spread. Shares of nothing are not defined: known is false then.
struct Spread {
  bool known = false;
  bool low_direction = false;  // |sum| is below a tenth of the sum of the sizes
  std::uint32_t n = 0;         // members used
  std::uint32_t without_shares = 0;
  double hhi = 0.0;
  double leader_share = 0.0;
  std::array<double, 3> largest{};  // shares, falling
  double leader_weight = 0.0;       // of the leaders at the window's start

  double effective() const noexcept { return 1.0 / hhi; }
};

struct Concentration {
  static constexpr FamilyInfo kFamily{
      "Concentration",
      "Who carries the move? HHI and its inverse, the effective number of contributors (ENC), say how many members stand behind it; the "
      "leader shares say whether these are the names that everybody knows. Capital weights answer \"who moved the money\", equal weights "
      "\"how many names moved\". With LOW_DIR the members nearly cancel each other out, and the shares hang on noise."};
  static constexpr std::size_t kLanes = 0;
  static constexpr std::size_t kStepLanes = 0;
  static constexpr bool kGathers = true;
  enum { kHhi, kEnc, kEncn, kLeaderShare, kTop1, kTop3, kHhiEw, kEncEw, kLeaderShareEw, kLeaderExcess, kPerWindow };
#define GS_CONCENTRATION(id, L, span, unit, range, absent, version, summary, formula, source, example)                                    \
  {                                                                                                                                       \
    id L, unit, range, kBoth, span, "member: " span " after its 1st close", absent, version "|1|basis=TR|n=" L, summary, formula, source, \
        example                                                                                                                           \
  }
#define GS_CONCENTRATIONS(L, span)                                                                                                         \
  GS_CONCENTRATION("hhi_", L, span, "fraction", "0..1", "no float shares; nobody contributes", "hhi",                                      \
                   "How concentrated the basket's gain, or loss, is: 1 is one name, 1/n all alike.",                                       \
                   "sum (p_i / P)^2, p_i = max(sign(R) s_i (p - b), 0), P = sum p_i", "C1; Herfindahl and Hirschman",                      \
                   "shares of 30, 30, 20 and 20 %: 0.26"),                                                                                 \
      GS_CONCENTRATION("enc_", L, span, "members", "1..n", "no float shares; nobody contributes", "enc",                                   \
                       "How many equal names would carry the basket as its members did.", "1 / HHI", "C1",                                 \
                       "shares of 30, 30, 20 and 20 %: 3.846"),                                                                            \
      GS_CONCENTRATION("encn_", L, span, "fraction", "0..1", "no float shares; nobody contributes", "encn",                                \
                       "The effective number on a scale that compares baskets of any size: 0 one name, 1 all alike.",                      \
                       "(ENC - 1) / (n - 1), n members used", "C1", "ENC 3.846 of 4 members: 0.949"),                                      \
      GS_CONCENTRATION("leader_share_", L, span, "fraction", "0..1", "no float shares; nobody contributes", "leader_share",                \
                       "How much of the move came from the names that everybody knows.", "sum over leaders of p_i / P; 0 without leaders", \
                       "C2", "leader +2000, others +800, +80 and -250 dollars: 2000 / 2880 = 0.694444"),                                   \
      GS_CONCENTRATION("top1_", L, span, "fraction", "1/n..1", "no float shares; nobody contributes", "top1",                              \
                       "How much of the move came from its largest contributor.", "largest p_i / P", "C2",                                 \
                       "contributions of 30, 30, 20 and 20 %: 0.3"),                                                                       \
      GS_CONCENTRATION("top3_", L, span, "fraction", "3/n..1", "no float shares; nobody contributes", "top3",                              \
                       "How much of the move came from its three largest contributors.", "sum of the three largest p_i / P", "C2",         \
                       "contributions of 30, 30, 20 and 20 %: 0.8"),                                                                       \
      GS_CONCENTRATION("hhi_ew_", L, span, "fraction", "0..1", "nobody contributes", "hhi_ew",                                             \
                       "How concentrated the move is when every member counts alike.", "as hhi with p_i = max(sign(R) (p / b - 1), 0)",    \
                       "C1", "returns of 3, 3, 2 and 2 %: 0.26"),                                                                          \
      GS_CONCENTRATION("enc_ew_", L, span, "members", "1..n", "nobody contributes", "enc_ew",                                              \
                       "How many names carry the move when every member counts alike.", "1 / hhi_ew", "C1",                                \
                       "returns of 3, 3, 2 and 2 %: 3.846"),                                                                               \
      GS_CONCENTRATION("leader_share_ew_", L, span, "fraction", "0..1", "nobody contributes", "leader_share_ew",                           \
                       "How much of the move came from the leaders when every member counts alike.",                                       \
                       "as leader_share with p_i = max(sign(R) (p / b - 1), 0)", "C2", "a leader +3 %, others +3, +2 and +2 %: 0.3"),      \
      GS_CONCENTRATION("leader_excess_", L, span, "fraction", "+-1", "nobody contributes", "leader_excess",                                \
                       "How much more of the move came from the leaders than their weight: above .25 the move is theirs alone.",           \
                       "leader_share - sum over leaders of w_i, weights at the window's start; without float shares of all members the "   \
                       "equal-weighted form with NO_SHARES",                                                                               \
                       "C2", "leader 0.694444 of the gain with 100000 of 237000 dollars: 0.2725")
  static constexpr std::array<SignalInfo, kPerWindow * kMoveWindows.size()> kOutputs{
      {GS_CONCENTRATIONS("1", "1 session"), GS_CONCENTRATIONS("21", "21 sessions"), GS_CONCENTRATIONS("63", "63 sessions")}};
#undef GS_CONCENTRATIONS
#undef GS_CONCENTRATION
  static constexpr std::string_view driver(std::size_t) { return "equal_return"; }
  using Memory = NoMemory;

  static void evaluate(const ScopeContext& c, const Memory&, Output& out) noexcept {
    for (std::size_t window = 0; window < kMoveWindows.size(); ++window) {
      const auto [capital, equal] = spreads(c, window);
      const std::size_t first = window * kPerWindow;
      publish(c, first, capital, out);
      publish_equal(c, first, equal, out);
      publish_excess(c, first + kLeaderExcess, capital.without_shares > 0 ? equal : capital, capital.without_shares > 0, out);
    }
  }
  static void commit(const ScopeContext&, const Memory&, Memory&) noexcept {}

  struct Spreads {
    Spread capital, equal;  // by weights; capital is not known with any member whose float shares are not
  };
  static Spreads spreads(const ScopeContext& c, std::size_t window) noexcept {
    std::uint32_t n = 0, without_shares = 0, leaders = 0;
    Contributions capital, equal;
    double weights = 0.0, leader_weights = 0.0;
    for (const PoolMember& member : c.members) {
      const MemberMove& move = c.move(member, window);
      if (!move.known) continue;
      ++n;
      without_shares += !move.shares_known;
      capital.add(move.capital_gain_e9);
      equal.add(move.return_e12);
      weights += move.capital_base;
      if (member.role != Role::kLeader) continue;
      ++leaders;
      leader_weights += move.capital_base;
    }
    Spreads result;
    result.capital.n = result.equal.n = n;
    result.capital.without_shares = result.equal.without_shares = without_shares;
    result.equal.leader_weight = static_cast<double>(leaders) / static_cast<double>(n);

    const Both signs{capital.sign(), equal.sign()};
    Both all{}, squares{}, of_leaders{}, first{}, second{}, third{};
    for (const PoolMember& member : c.members) {
      const MemberMove& move = c.move(member, window);
      // Who goes the other way adds nothing instead of being jumped over: a processor cannot guess who does. An unknown move is 0.
      const Both signed_part = signs * Both{move.capital_gain, move.simple_return};
      Both part = signed_part > 0.0 ? signed_part : Both{};
      all += part;
      squares += part * part;
      of_leaders += part * kOfLeaders[member.role == Role::kLeader];
      keep_larger(first, part);
      keep_larger(second, part);
      keep_larger(third, part);
    }
    const auto finish = [&](Spread& spread, const Contributions& contributions, std::size_t way) {
      spread.low_direction = contributions.nearly_cancel();
      spread.known = all[way] > 0.0;
      if (!spread.known) return;
      spread.hhi = squares[way] / (all[way] * all[way]);
      spread.leader_share = of_leaders[way] / all[way];
      spread.largest = {first[way] / all[way], second[way] / all[way], third[way] / all[way]};
    };
    finish(result.equal, equal, 1);
    if (without_shares > 0) return result;
    result.capital.leader_weight = leader_weights / weights;
    finish(result.capital, capital, 0);
    return result;
  }

 private:
  using Both = double __attribute__((vector_size(2 * sizeof(double))));  // by capital and equally: one operation of the processor

  static constexpr std::array<double, 2> kOfLeaders{0.0, 1.0};  // a table, for no branch
  static void keep_larger(Both& held, Both& part) noexcept {    // the smaller goes on as `part`
    const Both smaller = held < part ? held : part;
    held = held < part ? part : held;
    part = smaller;
  }

  struct Contributions {  // whole numbers: 1e-9 dollar, or 1e-12
    int128 sum = 0, sizes = 0;
    void add(int128 part) noexcept {
      sum += part;
      sizes += part < 0 ? -part : part;
    }
    bool nearly_cancel() const noexcept { return 10 * (sum < 0 ? -sum : sum) < sizes; }
    double sign() const noexcept { return sum < 0 ? -1.0 : 1.0; }
  };
  static std::uint32_t flags_of(const ScopeContext& c, const Spread& spread) noexcept {
    return c.price_flags() | (spread.low_direction ? kFlagLowDir : 0U);
  }
  static Validity validity_of(const ScopeContext& c, std::size_t output, const Spread& spread) noexcept {
    if (!c.covered(output, spread.n) || spread.n == 0) return Validity::kInsufficient;
    return spread.known ? Validity::kOk : Validity::kUndefined;
  }
  static void put(const ScopeContext& c, std::size_t output, const Spread& spread, double value, Output& out,
                  std::uint32_t more_flags = 0) noexcept {
    const Validity validity = validity_of(c, output, spread);
    const std::uint32_t flags = flags_of(c, spread) | more_flags;
    validity == Validity::kOk ? out.value(output, value, spread.n, {.flags = flags}) : out.absent(output, validity, spread.n, flags);
  }

  static void publish(const ScopeContext& c, std::size_t first, const Spread& spread, Output& out) noexcept {
    const std::uint32_t flags = spread.without_shares > 0 ? kFlagNoShares : 0U;
    put(c, first + kHhi, spread, spread.hhi, out, flags);
    put(c, first + kEnc, spread, spread.known ? spread.effective() : 0.0, out, flags);
    if (spread.n > 1) {
      put(c, first + kEncn, spread, spread.known ? (spread.effective() - 1.0) / (spread.n - 1.0) : 0.0, out, flags);
    } else {
      out.absent(first + kEncn, c.covered(first + kEncn, spread.n) ? Validity::kUndefined : Validity::kInsufficient, spread.n,
                 flags_of(c, spread) | flags);
    }
    put(c, first + kLeaderShare, spread, spread.leader_share, out, flags);
    put(c, first + kTop1, spread, spread.largest[0], out, flags);
    put(c, first + kTop3, spread, spread.largest[0] + spread.largest[1] + spread.largest[2], out, flags);
  }
  static void publish_equal(const ScopeContext& c, std::size_t first, const Spread& spread, Output& out) noexcept {
    put(c, first + kHhiEw, spread, spread.hhi, out);
    put(c, first + kEncEw, spread, spread.known ? spread.effective() : 0.0, out);
    put(c, first + kLeaderShareEw, spread, spread.leader_share, out);
  }
  static void publish_excess(const ScopeContext& c, std::size_t output, const Spread& spread, bool no_shares, Output& out) noexcept {
    put(c, output, spread, spread.leader_share - spread.leader_weight, out, no_shares ? kFlagNoShares : 0U);
  }
};

}  // namespace groundswell::signal
