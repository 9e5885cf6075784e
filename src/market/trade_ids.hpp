// The trade ids that one symbol has seen lately: a trade that is sent twice counts once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace groundswell::market {

// The last kIds ids, each with its venue; older ones are forgotten. Ids belong to a session: venues begin anew each day. 16 KiB; plain, no
// pointers. Looking up and adding cost the same whatever is in it: entries of one hash are chained by position, newest first, and a chain
// ends where the positions leave the window, so nothing is ever unchained.
class TradeIds {
 public:
  static constexpr std::uint32_t kIds = 1024;
  enum class Seen : std::uint8_t { kNever, kThisSession, kEarlierSession };

  // `trade_id`: not 0, which is no id.
  Seen find(std::uint8_t venue, std::uint64_t trade_id) const noexcept {
    std::uint16_t place = heads_[hash(venue, trade_id)];
    std::uint16_t nearest = 0;
    for (;;) {
      const auto age = static_cast<std::uint16_t>(next_ - place);  // 1 = the newest
      if (age <= nearest || age > kIds) return Seen::kNever;
      const Entry& entry = entries_[place % kIds];
      if (entry.venue == venue && entry.id_low == low(trade_id) && entry.id_high == high(trade_id)) {
        return age <= this_session_ ? Seen::kThisSession : Seen::kEarlierSession;
      }
      nearest = age;
      place = entry.before;
    }
  }
  void add(std::uint8_t venue, std::uint64_t trade_id) noexcept {
    std::uint16_t& head = heads_[hash(venue, trade_id)];
    entries_[next_ % kIds] = {low(trade_id), high(trade_id), head, venue, 0};
    head = static_cast<std::uint16_t>(next_++);
    ++this_session_;
  }
  void begin_session() noexcept { this_session_ = 0; }
  bool forgot_some() const noexcept { return this_session_ > kIds; }  // ids of this session

 private:
  static constexpr std::size_t kHeads = 2048;
  struct Entry {
    std::uint32_t id_low, id_high;
    std::uint16_t before;  // place of the next older entry of the same hash, or anything that is no such entry
    std::uint8_t venue;
    std::uint8_t zero;
  };
  static std::uint32_t low(std::uint64_t id) noexcept { return static_cast<std::uint32_t>(id); }
  static std::uint32_t high(std::uint64_t id) noexcept { return static_cast<std::uint32_t>(id >> 32); }
  static std::size_t hash(std::uint8_t venue, std::uint64_t id) noexcept {
    return static_cast<std::size_t>(((id ^ std::uint64_t{venue} << 56) * 0x9e3779b97f4a7c15ULL) >> 53);  // 11 bits
  }

  std::uint32_t this_session_ = 0;
  std::uint32_t next_ = 0;                     // places count modulo 65,536, which the window divides
  std::array<std::uint16_t, kHeads> heads_{};  // place of the newest entry of a hash
  std::array<Entry, kIds> entries_{};
};

}  // namespace groundswell::market
