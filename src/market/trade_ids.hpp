// The trade ids that one symbol has seen lately: a trade that is sent twice counts once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace groundswell::market {

// The last kIds ids, each with its venue; older ones are forgotten. Ids belong to a session: venues begin anew each day. Ids of a venue
// mostly rise, so one that is greater than all before it is new at a glance; for others the whole window is searched, a quarter of a
// microsecond. 9.2 KiB; plain, no pointers.
class TradeIds {
 public:
  static constexpr std::uint32_t kIds = 1024;
  enum class Seen : std::uint8_t { kNever, kThisSession, kEarlierSession };

  // `trade_id`: not 0, which is no id.
  Seen find(std::uint8_t venue, std::uint64_t trade_id) const noexcept {
    Seen seen = Seen::kNever;
    for (std::uint32_t place = 0; place < kIds; ++place) {
      if (ids_[place] != trade_id || venues_[place] != venue) continue;
      const std::uint32_t age = (next_ - 1 - place) % kIds;  // 0 = the newest
      if (age < this_session_) return Seen::kThisSession;
      seen = Seen::kEarlierSession;
    }
    return seen;
  }
  // The same as find() == kThisSession.
  bool is_repeated(std::uint8_t venue, std::uint64_t trade_id) const noexcept {
    return trade_id <= greatest_[venue % kVenues] && find(venue, trade_id) == Seen::kThisSession;
  }
  void add(std::uint8_t venue, std::uint64_t trade_id) noexcept {
    ids_[next_ % kIds] = trade_id;
    venues_[next_ % kIds] = venue;
    std::uint64_t& greatest = greatest_[venue % kVenues];
    greatest = trade_id > greatest ? trade_id : greatest;
    ++next_;
    ++this_session_;
    __builtin_prefetch(&ids_[next_ % kIds], 1);  // its symbol's next trade will want it
  }
  void begin_session() noexcept {
    greatest_ = {};
    this_session_ = 0;
  }
  bool forgot_some() const noexcept { return this_session_ > kIds; }  // ids of this session

 private:
  static constexpr std::size_t kVenues = 16;  // more share

  std::uint32_t next_ = 0;
  std::uint32_t this_session_ = 0;
  std::array<std::uint64_t, kVenues> greatest_{};  // id of this session, by venue
  std::array<std::uint64_t, kIds> ids_{};          // a ring
  std::array<std::uint8_t, kIds> venues_{};
};

}  // namespace groundswell::market
