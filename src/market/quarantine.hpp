// Bad ticks: a price far from the ones around it waits until later trades confirm it.
//
//   A trade whose conditions let it set last, high or low is tested when its price is more than 3 % from the last one and at least 10
//   prices of the session are known. It is far when it is further from the median of the last 50 prices than 10 median absolute deviations
//   and than 3 % of the median. Opening, closing, official and corrected prints are not tested: an auction is its own confirmation, and
//   nothing follows a close. (Limit up-limit down bands would say more; no record carries them.)
//
//   A far trade is held. Its volume counts at once, its price does not. Of the next three trades of the symbol that may set a price, within
//   5 s of event time, those within 1 % of it confirm it. At the second confirmation the held trade, and the one that confirmed it first
//   if that was far too, count as if they had never been doubted, in the order in which they came; the second is an ordinary trade by then.
//   When three have come, or 5 s are over, the held trade stays volume only.
//
//   While one is held, a far trade that does not confirm it is volume only at once. After a held trade ran out of time, the next far trade
//   within 1 % of it is believed at once, if no ordinary trade came between: a thin symbol that really jumped has no three trades in 5 s.
//   A cancel of the held trade, or of the first that confirms it, ends the hold; a correction of it ends the hold and is believed, since
//   somebody looked. The close ends nothing: 5 s do. The roll ends everything.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace groundswell::market {

inline constexpr std::size_t kJudgedPrices = 50;
inline constexpr std::size_t kFewestJudgedPrices = 10;
inline constexpr std::uint64_t kHoldNs = 5'000'000'000;
inline constexpr std::uint8_t kHoldTrades = 3;
inline constexpr std::uint8_t kHoldConfirmations = 2;

// |price - last| > 3 % of last.
inline bool jumps(std::int64_t price_e9, std::int64_t last_e9) noexcept {
  return (price_e9 > last_e9 ? price_e9 - last_e9 : last_e9 - price_e9) * 100 > last_e9 * 3;
}
// |price - held| <= 1 % of held.
inline bool confirms(std::int64_t price_e9, std::int64_t held_e9) noexcept {
  return (price_e9 > held_e9 ? price_e9 - held_e9 : held_e9 - price_e9) * 100 <= held_e9;
}
// |price - median| > max(10 MAD, 3 % of the median) of `prices_e9`, exactly. Reorders them. At least one, at most kJudgedPrices.
bool is_far(std::int64_t price_e9, std::span<std::int64_t> prices_e9) noexcept;

// What waits in one symbol. Plain.
struct Hold {
  std::int64_t price_e9 = 0;  // of the held trade; when none is held, of the last that ran out of time; 0 = none
  std::uint64_t until_ns = 0;
  std::uint32_t held = 0;   // number in the trade log
  std::uint32_t first = 0;  // of the first that confirms it and was far too; `held` = none
  std::uint8_t seen = 0;    // trades since
  std::uint8_t confirmed = 0;
  std::uint8_t active = 0;
  std::array<std::uint8_t, 5> zero{};
};

}  // namespace groundswell::market
