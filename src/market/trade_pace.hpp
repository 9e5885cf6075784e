// How often one symbol trades at which time of day, and so for how long its silence is nothing unusual.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace groundswell::market {

// Trades by half hour of a session, counted from its open, over the last kSessions sessions. A symbol is stale when it has been silent for
// longer than 20 times its median time between trades in the half hour of its last trade (1800 s over the trades of that half hour; of a
// session without any, 1800 s; the median over the sessions that had that half hour), but never before a minute and always after a quarter
// of an hour. Without sessions to go by: a minute. 0.7 KiB; plain. Today's counts are its owner's, who keeps them where every trade looks.
class TradePace {
 public:
  static constexpr std::size_t kHalfHours = 14;  // what is later counts to the last
  static constexpr std::size_t kSessions = 20;
  static constexpr std::uint64_t kHalfHourNs = 1'800'000'000'000;
  static constexpr std::uint64_t kLeastLimitNs = 60'000'000'000;
  static constexpr std::uint64_t kMostLimitNs = 900'000'000'000;

  static std::size_t half_hour(std::uint64_t since_open_ns) noexcept {
    const auto index = static_cast<std::size_t>(since_open_ns / kHalfHourNs);
    return index < kHalfHours ? index : kHalfHours - 1;
  }
  class Today {
   public:
    void count(std::size_t half_hour) noexcept {
      trades_[half_hour] = static_cast<std::uint16_t>(trades_[half_hour] + (trades_[half_hour] < kMost));
    }
    void uncount(std::size_t half_hour) noexcept {
      const bool exact = trades_[half_hour] > 0 && trades_[half_hour] < kMost;
      trades_[half_hour] = static_cast<std::uint16_t>(trades_[half_hour] - exact);
    }

   private:
    friend class TradePace;
    std::array<std::uint16_t, kHalfHours> trades_{};
  };
  // The session that ends, `length_ns` from open to close, is remembered.
  void remember(const Today& today, std::uint64_t length_ns) noexcept;
  std::uint64_t limit_ns(std::size_t half_hour) const noexcept { return limits_ns_[half_hour]; }

 private:
  static constexpr std::uint16_t kAbsent = 0xffff;  // the session had no such half hour, or is none
  static constexpr std::uint16_t kMost = 0xfffe;    // as good as any more: 20 gaps are a second or two
  using Counts = std::array<std::uint16_t, kHalfHours>;
  static constexpr std::array<Counts, kSessions> nothing() noexcept {
    std::array<Counts, kSessions> all{};
    for (Counts& counts : all) counts.fill(kAbsent);
    return all;
  }
  static constexpr std::array<std::uint64_t, kHalfHours> least() noexcept {
    std::array<std::uint64_t, kHalfHours> all{};
    all.fill(kLeastLimitNs);
    return all;
  }
  std::uint64_t limit_of(std::size_t half_hour) const noexcept;

  std::array<Counts, kSessions> past_ = nothing();  // a ring
  std::uint32_t next_ = 0;
  std::array<std::uint64_t, kHalfHours> limits_ns_ = least();
};

}  // namespace groundswell::market
