// `groundswell import dbn`: files of Databento Binary Encoding, versions 1 to 3, become one recording that replays like a live one.
// trades, tbbo and mbp-1 give trades (and quotes, when asked for), ohlcv-1s, -1m and -1h bars, ohlcv-1d whole sessions, status halts and
// resumptions; metadata, symbol mappings and definitions name the instruments; what else is in the files is passed over and counted.
// Records of all inputs are merged by event time, then symbol, then the order in which they were read; files are read in the order of
// their sorted paths.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "import/dbn_rows.hpp"
#include "import/import.hpp"

namespace groundswell {

struct DbnInputs {
  std::vector<std::filesystem::path> paths;  // files, folders (*.dbn and *.dbn.zst in and below them) and globs
  std::vector<dbn::Schema> schemas;          // records of these; empty = all that there are
  bool quotes = false;                       // the book of tbbo and mbp-1 too, as one-sided ticks: bid, then ask
};

// What became of everything that was read: records_read = records_used + definitions + symbol_mappings + records_not_wanted +
// other_actions + no_trading_change + no_price + no_time + out_of_range + everything in `passed_over`. A record used is a trade, a bar, a
// quote or a status; with quotes, a trade and its quote together.
struct DbnReport : WrittenCounts {
  std::uint64_t files_read = 0;
  std::uint64_t files_skipped = 0;  // of folders and archives: not named *.dbn
  std::uint64_t files_damaged = 0;
  std::uint64_t records_read = 0;
  std::uint64_t records_used = 0;
  std::uint64_t definitions = 0;
  std::uint64_t symbol_mappings = 0;
  std::uint64_t records_not_wanted = 0;  // of schemas that were not asked for
  std::uint64_t other_actions = 0;       // changes of the book without a trade
  std::uint64_t no_trading_change = 0;   // a status that neither halts nor resumes
  std::uint64_t no_price = 0;
  std::uint64_t no_time = 0;
  std::uint64_t out_of_range = 0;                // a price, size or time that the engine does not take
  std::uint64_t unknown_status = 0;              // of the statuses: codes that are not in our tables
  std::uint64_t last_of_event = 0;               // of the trades and books: flag LAST
  std::uint64_t bad_receive_time = 0;            // flag BAD_TS_RECV; such a tick has no time of receipt
  std::uint64_t maybe_bad_book = 0;              // flag MAYBE_BAD_BOOK
  std::array<std::uint64_t, 256> passed_over{};  // by record type
  std::vector<std::string> damages;              // of each damaged file where and how; what was whole before is in the recording

  // Every count with its name, from what was read to what was written.
  std::vector<NamedCount> counts() const;
};

// Reads all inputs, then writes `output`, which must not exist. Nothing is left behind after an error.
// A file that is cut off or damaged behind its metadata is no error: the recording holds what was whole, and `damages` says what is not.
// Errors: 64 two schemas that tell the same volume, e.g. trades and bars, or session bars with others; 65 no DBN, an unknown version,
// damaged metadata, an instrument with two names or none, no record to write; 66 input missing, or no file matched; 73 output exists or
// cannot be made; 74 I/O.
Result<DbnReport> import_dbn(const DbnInputs& inputs, const std::filesystem::path& output, const ImportOptions& options);

}  // namespace groundswell
