// What becomes of a tick: every tick of a recording ends as exactly one of these, and each is counted.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace groundswell::market {

// A trade (a T tick or a whole bar) ends as one of those up to kAfterFinal. A trade that is cancelled later stays what it was.
enum class Outcome : std::uint8_t {
  kEligible = 0,      // moved last, high, low or the close
  kVolumeOnly,        // its conditions allow no more
  kQuarantined,       // its price was far from the others: volume only, unless later trades confirmed it
  kDuplicateTradeId,  // a trade of this id and venue has been counted
  kOutsideHours,      // before the open, after the close, or before the first roll
  kIncompleteGroup,   // a bar that a gap, or the next bar, cut
  kZeroVolumeBar,     // no trade
  kUnrostered,        // of a symbol that is in no basket and no benchmark
  kAfterFinal,        // after the session's final commit
  kPending,           // a part of a group that is not complete yet
  kQuote,             // seen; no signal reads quotes
  kStatus,
  kCancelled,            // a cancel: its trade is taken back, exactly
  kCancelledRoughly,     // a cancel of a trade older than the log: taken back as well as can be, APPROX_CANCEL until the roll
  kCorrected,            // a correction: its trade has the new price and size
  kUnknownCancel,        // a cancel of no trade that counts: never seen, or cancelled before
  kUnknownCorrection,    // a correction of no trade that is still known; nothing is changed
  kCorrectionAfterRoll,  // a cancel or correction of a trade of an earlier session: too late
  kIgnored,              // an action this version does not know, or a number no trade can have
};
inline constexpr std::array<std::string_view, 19> kOutcomeNames{"eligible",
                                                                "volume_only",
                                                                "quarantined",
                                                                "duplicate_trade_id",
                                                                "outside_hours",
                                                                "incomplete_group",
                                                                "zero_volume_bar",
                                                                "unrostered",
                                                                "after_final",
                                                                "pending",
                                                                "quote",
                                                                "status",
                                                                "cancelled",
                                                                "cancelled_roughly",
                                                                "corrected",
                                                                "unknown_cancel",
                                                                "unknown_correction",
                                                                "correction_after_roll",
                                                                "ignored"};
static_assert(static_cast<std::size_t>(Outcome::kIgnored) + 1 == kOutcomeNames.size());

}  // namespace groundswell::market
