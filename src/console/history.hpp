// How chosen numbers went: of the running session one point each five seconds of event time, of sessions before their closes. Filled by
// whatever fills a Model; its memory is bounded. Keeps numbers by name, so that one that was filled from a recording can be put before one
// that a subscription fills. Thread: one.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "groundswell/client/events.hpp"

namespace groundswell::console {

class History {
 public:
  static constexpr std::uint64_t kEveryNs = 5'000'000'000;
  static constexpr std::size_t kMostSessions = 260;
  static constexpr std::size_t kMostPoints = 5'760;                  // of the running session: eight hours
  static constexpr std::size_t kMostNumbers = std::size_t{4} << 20;  // of it, in all series: 32 MiB
  static std::span<const std::string_view> signals() noexcept;       // ids of those that are kept
  static bool keeps(std::string_view signal) noexcept;

  void on_levels(const client::LevelsEvent& event, const client::Names& names);
  void clear();
  // For a replay that goes back: the live numbers as they stand, and what was then again. What came after is forgotten.
  struct Moment {
    std::uint64_t ts_event_ns = 0, close_ns = 0;
    std::uint32_t session = 0;
    std::vector<double> numbers;
  };
  Moment moment() const;
  void back_to(const Moment& moment);
  // `newer` went on where this one ended, or overlaps its end.
  void append(const History& newer);

  // {"clock":…,"at_ms":[…],"series":[…]} of all pairs, in order. Live: and as the last point the numbers as they stand.
  std::string json(const std::vector<std::string>& of_signals, const std::vector<std::string>& of_scopes, Clock clock) const;

 private:
  static constexpr std::int32_t kNotKept = -1, kNotLookedUp = -2;
  struct Column {
    std::string scope, signal;
    double now;                  // not a number: there is none
    std::vector<double> values;  // by row, likewise; where it ends before the rows do there are none
  };
  struct Table {
    std::vector<std::uint64_t> at_ns;  // by row
    std::vector<Column> columns;
    std::vector<std::int32_t> places;  // of a column, by scope and signal of the names last seen
    Column& column(std::string_view scope, std::string_view signal);
    void take(const client::LevelsEvent& event, const client::Names& names);
    void add_row(std::uint64_t time_ns);
    void drop_first(std::size_t rows);
    void cut(std::size_t rows);
    void append(const Table& newer);
  };
  void look_up_anew(const client::Names& names);

  Table live_, closes_;
  std::uint32_t session_ = 0, close_session_ = 0;  // of live_; of the last row of closes_
  std::uint64_t last_ns_ = 0;                      // event time of what was told last on the live clock
  std::size_t known_scopes_ = 0, known_signals_ = 0;
};

}  // namespace groundswell::console
