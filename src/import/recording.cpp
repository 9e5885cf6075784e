#include "import/recording.hpp"

#include <algorithm>
#include <system_error>
#include <tuple>

#include "base/durations.hpp"
#include "base/progress.hpp"
#include "groundswell/record.hpp"
#include "journal/writer.hpp"

namespace groundswell::importer {
namespace {

constexpr std::size_t kBatchRecords = 1024;

// Whether a row is inside regular hours; a bar is when all of it is.
bool in_hours(const Row& row, const config::SessionTimes& times) {
  if (row.kind != Kind::kBar) return row.time_ns >= times.open_ns && row.time_ns < times.close_ns;
  return row.time_ns - row.interval_seconds * kSecondNs >= times.open_ns && row.time_ns <= times.close_ns;
}

bool before(const Row& left, const Row& right) { return std::tie(left.time_ns, left.symbol) < std::tie(right.time_ns, right.symbol); }

class RecordingWriter {
 public:
  RecordingWriter(journal::Writer& writer, const config::Calendar& calendar, WrittenCounts& counts)
      : writer_(writer), calendar_(calendar), counts_(counts) {
    batch_.reserve(kBatchRecords);
  }

  // Rows of one date, their symbols already the recording's ids.
  Result<void> write_date(std::uint32_t date, std::vector<Row>& rows) {
    if (rows.front().kind == Kind::kSessionBar) return write_session_bars(date, rows);
    const config::SessionTimes times = calendar_.times(date);
    const bool session = std::any_of(rows.begin(), rows.end(), [&](const Row& row) { return in_hours(row, times); });
    std::stable_sort(rows.begin(), rows.end(), before);
    if (session) roll(times, SessionMode::kLive, times.provisional_ns, times.final_ns);
    for (const Row& row : rows) {
      put_row(row);
      if (batch_.size() >= kBatchRecords - 4) {  // four records are the most of one row
        if (const Result<void> put = flush(); put.has_error()) return put.error();
      }
    }
    if (session) put(pulse_record(times.final_ns + 1));
    return flush();
  }

 private:
  Result<void> write_session_bars(std::uint32_t date, std::vector<Row>& rows) {
    const config::SessionTimes times = calendar_.times(date);
    std::stable_sort(rows.begin(), rows.end(), before);  // all times are 0: by symbol, then as read
    roll(times, SessionMode::kBars, 0, times.close_ns);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i + 1 < rows.size() && rows[i + 1].symbol == rows[i].symbol) {
        ++counts_.rows_replaced;
        continue;
      }
      if (rows[i].size == 0) {
        ++counts_.rows_zero_volume;
        continue;
      }
      rows[i].time_ns = times.close_ns;
      put_row(rows[i]);
      if (batch_.size() >= kBatchRecords - 4) {
        if (const Result<void> put = flush(); put.has_error()) return put.error();
      }
    }
    put(pulse_record(times.close_ns + 1));
    return flush();
  }

  void roll(const config::SessionTimes& times, SessionMode mode, std::uint64_t provisional_ns, std::uint64_t final_ns) {
    put(roll_record(times.session, mode, times.open_ns, times.close_ns, provisional_ns, final_ns,
                    times.half_day ? kRollHalfDay : std::uint8_t{0}));
    ++counts_.sessions;
  }

  void put_row(const Row& row) {
    switch (row.kind) {
      case Kind::kTrade: put_trade(row); break;
      case Kind::kQuote: put_quote(row); break;
      case Kind::kBar:
      case Kind::kSessionBar: put_bar(row); break;
      case Kind::kStatus: put_status(row); break;
    }
    counts_.suspicious += row.suspicious ? 1U : 0U;
  }

  static Tick tick_of(const Row& row, Action action) {
    Tick tick{};
    tick.ts_event_ns = row.time_ns;
    tick.symbol = row.symbol;
    tick.ts_recv_delta_ns = is_bar(action) ? 0 : row.recv_delta_ns;
    tick.cond_set = row.cond_set;
    tick.venue = row.venue;
    tick.action = action;
    tick.flags = row.suspicious ? kFlagSuspicious : std::uint8_t{0};
    return tick;
  }

  void put_trade(const Row& row) {
    Tick tick = tick_of(row, Action::kTrade);
    tick.price_e9 = row.value[0];
    tick.size = row.size;
    tick.side = row.side;
    tick.flags |= kFlagLast;
    put(tick_record(tick, 0, 0));
    ++counts_.trades;
  }

  void put_status(const Row& row) {
    Tick tick = tick_of(row, Action::kStatus);
    tick.trade_id = static_cast<std::uint64_t>(row.value[0]);
    tick.flags |= kFlagLast;
    put(tick_record(tick, 0, 0));
    ++counts_.statuses;
  }

  void put_quote(const Row& row) {
    Tick tick = tick_of(row, Action::kQuote);
    tick.side = 'B';
    tick.price_e9 = row.value[0];
    tick.size = static_cast<std::uint64_t>(row.value[2]);
    put(tick_record(tick, 0, 0));
    tick.side = 'A';
    tick.price_e9 = row.value[1];
    tick.size = static_cast<std::uint64_t>(row.value[3]);
    tick.flags |= kFlagLast;
    put(tick_record(tick, 0, 0));
    ++counts_.quotes;
  }

  void put_bar(const Row& row) {
    constexpr std::array kActions{Action::kBarOpen, Action::kBarHigh, Action::kBarLow, Action::kBarClose};
    for (std::size_t i = 0; i < kActions.size(); ++i) {
      Tick tick = tick_of(row, kActions[i]);
      tick.price_e9 = row.value[i];
      tick.trade_id = row.interval_seconds * kSecondNs;
      if (kActions[i] == Action::kBarClose) {
        tick.size = row.size;
        tick.flags |= kFlagLast;
      }
      put(tick_record(tick, 0, 0));
    }
    ++counts_.bars;
  }

  void put(const Record& record) { batch_.push_back(record); }

  Result<void> flush() {
    counts_.records += batch_.size();
    const Result<void> appended = writer_.append(batch_);
    batch_.clear();
    return appended;
  }

  journal::Writer& writer_;
  const config::Calendar& calendar_;
  WrittenCounts& counts_;
  std::vector<Record> batch_;
};

Result<void> write_all(Rows& rows, journal::Writer& writer, const ImportOptions& options, WrittenCounts& counts) {
  Catalog catalog;
  catalog.symbols = rows.symbols.sorted();
  catalog.condition_sets = rows.conditions.sets();
  if (const Result<void> put = writer.append_catalog(catalog); put.has_error()) return put.error();
  const std::vector<std::uint32_t> ranks = rows.symbols.ranks();
  const config::Calendar every_day;
  RecordingWriter recording{writer, options.calendar != nullptr ? *options.calendar : every_day, counts};
  Progress progress{"write", options.quiet};
  std::uint64_t dates_done = 0;
  for (auto& [date, of_date] : rows.by_date) {
    for (Row& row : of_date) row.symbol = ranks[row.symbol];
    if (const Result<void> put = recording.write_date(date, of_date); put.has_error()) return put.error();
    std::vector<Row>{}.swap(of_date);
    progress.update(++dates_done, rows.by_date.size());
  }
  return writer.close();
}

Result<void> create_and_write(Rows& rows, const std::filesystem::path& output, const ImportOptions& options, WrittenCounts& counts,
                              bool& created) {
  journal::WriterOptions header;
  header.recording_id = options.recording_id;
  header.created_ns = options.created_ns;
  Result<journal::Writer> writer = journal::Writer::create(output, header);
  if (writer.has_error()) return writer.error();
  created = true;
  return write_all(rows, *writer, options, counts);
}

}  // namespace

Result<void> write_recording(Rows& rows, const std::filesystem::path& output, const ImportOptions& options, WrittenCounts& counts) {
  bool created = false;
  const Result<void> written = create_and_write(rows, output, options, counts, created);
  if (written.has_error() && created) {  // the writer is gone by now and has let go of the file
    std::error_code ignored;
    std::filesystem::remove(output, ignored);
  }
  return written;
}

}  // namespace groundswell::importer
