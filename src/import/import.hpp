// What every importer takes and tells. An importer reads files of one format into rows; rows become one recording (recording.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "config/calendar.hpp"
#include "config/config.hpp"

namespace groundswell {

struct ImportOptions {
  const config::Calendar* calendar = nullptr;                               // lives through the call; null: every session is 09:30-16:00
  const std::vector<config::ConditionScheme>* condition_schemes = nullptr;  // lives through the call; null: no map may name a scheme
  bool quiet = false;                                                       // no progress bar
  std::int64_t created_ns = 0;                                              // UTC, for the recording's header
  std::uint64_t recording_id = 0;                                           // 0 = a random one
};

// What was written, and the rows that were read but not written.
struct WrittenCounts {
  std::uint64_t rows_zero_volume = 0;  // bars without a trade: not written
  std::uint64_t rows_replaced = 0;     // session bars with a later row of the same symbol and date: not written
  std::uint64_t trades = 0;
  std::uint64_t quotes = 0;
  std::uint64_t bars = 0;
  std::uint64_t statuses = 0;  // halts and resumptions
  std::uint64_t sessions = 0;  // session rolls written
  std::uint64_t records = 0;
  std::uint64_t suspicious = 0;  // trades and quotes that their sender doubts
};

// A count and what it is called in what `groundswell import` prints.
using NamedCount = std::pair<std::string, std::uint64_t>;

}  // namespace groundswell
