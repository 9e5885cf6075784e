// The trade ids that one symbol has seen lately: a trade that is sent twice counts once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace groundswell::market {

// The last kIds ids, each with its venue; older ones are forgotten. Ids belong to a session: venues begin anew each day. Ids of a venue
// mostly rise, so one that is greater than all before it is new at a glance; for others the whole window is searched, a quarter of a
// microsecond. A view of two parts: the head, which every trade looks at and which lies where it looks anyway, and 9.2 KiB of ids.
class TradeIds {
 public:
  static constexpr std::uint32_t kIds = 1024;
  static constexpr std::size_t kVenues = 16;  // more share
  enum class Seen : std::uint8_t { kNever, kThisSession, kEarlierSession };

  struct Head {
    std::uint32_t next = 0;  // place of the next one
    std::uint32_t this_session = 0;
    std::array<std::uint64_t, kVenues> greatest{};  // id of this session, by venue
  };
  struct alignas(64) Line {  // of the cache: an id and its venue are looked at together
    static constexpr std::uint32_t kPlaces = 7;
    std::array<std::uint64_t, kPlaces> ids{};
    std::array<std::uint8_t, kPlaces> venues{};
    std::uint8_t zero = 0;
  };
  using Lines = std::array<Line, (kIds + Line::kPlaces - 1) / Line::kPlaces>;  // a ring; somewhat more than kIds places
  TradeIds(Head& head, Lines& lines) noexcept : head_(head), lines_(lines) {}

  // `trade_id`: not 0, which is no id.
  Seen find(std::uint8_t venue, std::uint64_t trade_id) const noexcept {
    Seen seen = Seen::kNever;
    for (std::uint32_t place = 0; place < kRing; ++place) {
      const Line& line = lines_[place / Line::kPlaces];
      if (line.ids[place % Line::kPlaces] != trade_id || line.venues[place % Line::kPlaces] != venue) continue;
      const std::uint32_t age = (head_.next + kRing - 1 - place) % kRing;  // 0 = the newest
      if (age < head_.this_session && age < kIds) return Seen::kThisSession;
      if (age < kIds) seen = Seen::kEarlierSession;
    }
    return seen;
  }
  // The same as find() == kThisSession.
  bool is_repeated(std::uint8_t venue, std::uint64_t trade_id) const noexcept {
    return trade_id <= head_.greatest[venue % kVenues] && find(venue, trade_id) == Seen::kThisSession;
  }
  void add(std::uint8_t venue, std::uint64_t trade_id) noexcept {
    Line& line = lines_[head_.next / Line::kPlaces];
    line.ids[head_.next % Line::kPlaces] = trade_id;
    line.venues[head_.next % Line::kPlaces] = venue;
    std::uint64_t& greatest = head_.greatest[venue % kVenues];
    greatest = trade_id > greatest ? trade_id : greatest;
    head_.next = head_.next + 1 == kRing ? 0 : head_.next + 1;
    ++head_.this_session;
    __builtin_prefetch(&lines_[head_.next / Line::kPlaces], 1);  // its symbol's next trade will want it
  }
  void begin_session() noexcept {
    head_.greatest = {};
    head_.this_session = 0;
  }
  bool forgot_some() const noexcept { return head_.this_session > kIds; }  // ids of this session

 private:
  static constexpr std::uint32_t kRing = std::tuple_size_v<Lines> * Line::kPlaces;

  Head& head_;
  Lines& lines_;
};

}  // namespace groundswell::market
