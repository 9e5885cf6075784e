// The ticks of a recording, a row each: a quote is two rows (its sides), a bar four.
#include <fmt/format.h>

#include "base/nearest.hpp"
#include "base/progress.hpp"
#include "export/export.hpp"
#include "pipeline/replay.hpp"

namespace groundswell::exporter {
namespace {

// In the order of kActions; the last is for a byte that is none.
const std::vector<std::string> kActionWords{"trade",    "cancel",  "correct",   "quote",  "bar_open",
                                            "bar_high", "bar_low", "bar_close", "status", ""};
constexpr std::array kActions{Action::kTrade,   Action::kCancel, Action::kCorrect,  Action::kQuote, Action::kBarOpen,
                              Action::kBarHigh, Action::kBarLow, Action::kBarClose, Action::kStatus};
const std::vector<std::string> kSideWords{"", "bid", "ask"};
const std::vector<std::string> kStatusWords{"", "halt", "resume", "market_halt", "market_resume"};

std::vector<Column> columns_of(const Catalog& catalog) {
  return {{.name = "jseq", .type = ColumnType::kUnsigned},
          {.name = "session", .type = ColumnType::kDate, .nullable = true},
          {.name = "ts_event", .type = ColumnType::kInstant},
          {.name = "ts_recv", .type = ColumnType::kInstant},
          {.name = "ts_engine", .type = ColumnType::kInstant, .nullable = true},
          {.name = "symbol", .type = ColumnType::kWord, .words = catalog.symbols},
          {.name = "action", .type = ColumnType::kWord, .words = kActionWords},
          {.name = "side", .type = ColumnType::kWord, .words = kSideWords},
          {.name = "price", .type = ColumnType::kPrice, .nullable = true},
          {.name = "size", .type = ColumnType::kUnsigned},
          {.name = "trade_id", .type = ColumnType::kUnsigned, .nullable = true},
          {.name = "bar_ns", .type = ColumnType::kUnsigned, .nullable = true},
          {.name = "status", .type = ColumnType::kWord, .words = kStatusWords},
          {.name = "conditions", .type = ColumnType::kText},
          {.name = "venue", .type = ColumnType::kInteger},
          {.name = "suspicious", .type = ColumnType::kInteger},
          {.name = "last_of_group", .type = ColumnType::kInteger},
          {.name = "feed", .type = ColumnType::kInteger},
          {.name = "tick_no", .type = ColumnType::kUnsigned, .nullable = true}};
}

class TickRows {
 public:
  TickRows(const Catalog& catalog, Table& table) : catalog_(catalog), table_(table) {}
  void add(const Record& record, std::uint64_t jseq, std::uint32_t session) noexcept {
    const Tick& tick = record.tick;
    const auto action = static_cast<std::int64_t>(std::find(kActions.begin(), kActions.end(), tick.action) - kActions.begin());
    const bool is_status = tick.action == Action::kStatus, has_id = !is_status && !is_bar(tick.action) && tick.trade_id != 0;
    const std::uint64_t number = tick_no(record);
    const std::uint64_t status = is_status && tick.trade_id < kStatusWords.size() ? tick.trade_id : 0;
    table_.add(std::array{Cell::of_unsigned(jseq), optional(session != 0, session), Cell::of_unsigned(tick.ts_event_ns),
                          Cell::of(static_cast<std::int64_t>(tick.ts_event_ns) + tick.ts_recv_delta_ns),
                          optional(record.recv_ns != 0, record.recv_ns), Cell::of(tick.symbol), Cell::of(action),
                          Cell::of(tick.side == 'B'   ? 1
                                   : tick.side == 'A' ? 2
                                                      : 0),
                          optional(tick.price_e9 != kNoPrice && !is_status, tick.price_e9), Cell::of_unsigned(tick.size),
                          has_id ? Cell::of_unsigned(tick.trade_id) : Cell::absent(),
                          is_bar(tick.action) ? Cell::of_unsigned(tick.trade_id) : Cell::absent(), Cell::of_unsigned(status),
                          Cell::of_text(conditions(tick.cond_set)), Cell::of(tick.venue), Cell::of((tick.flags & kFlagSuspicious) != 0),
                          Cell::of((tick.flags & kFlagLast) != 0), Cell::of(record.feed),
                          number != 0 ? Cell::of_unsigned(number) : Cell::absent()});
  }

 private:
  static Cell optional(bool present, std::int64_t value) noexcept { return present ? Cell::of(value) : Cell::absent(); }
  std::string_view conditions(std::uint16_t set) const noexcept {
    return set < catalog_.condition_sets.size() ? std::string_view(catalog_.condition_sets[set].codes) : std::string_view();
  }
  const Catalog& catalog_;
  Table& table_;
};

}  // namespace

Result<void> check_names(const std::set<std::string>& only, const std::vector<std::string>& known, const char* what) {
  for (const std::string& name : only) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const auto near = nearest(name, {known.begin(), known.end()});
    return fail(Exit::kUsage, fmt::format("--only: '{}' is no {}{}", name, what, near ? fmt::format("; did you mean {}?", *near) : ""));
  }
  return {};
}

Result<Exported> export_ticks(journal::Reader& recording, const Request& request, OutputFile& out, const std::atomic<bool>& stop) {
  const auto catalog = pipeline::recorded_catalog(recording);
  if (!catalog) return catalog.error();
  if (const auto checked = check_names(request.only, catalog->symbols, "symbol of the recording"); !checked) return checked.error();
  std::vector<bool> wanted(catalog->symbols.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] = request.only.empty() || request.only.contains(catalog->symbols[i]);
  const auto table = make_table(request.format, columns_of(*catalog), out);
  TickRows rows(*catalog, *table);
  Progress progress("export", request.quiet);
  Exported exported;
  std::uint32_t session = 0;
  recording.rewind();
  while (const auto block = recording.next()) {
    if (stop || out.failed() || session > request.to_session) break;
    if (block->type != journal::BlockType::kRecords) continue;
    std::uint64_t jseq = block->first_jseq;
    for (const Record& record : block->records()) {
      if (record.kind == RecordKind::kSessionRoll) session = record.roll.session;
      exported.other_records += record.kind != RecordKind::kTick;
      if (record.kind == RecordKind::kTick && session >= request.from_session && session <= request.to_session) {
        if (record.tick.symbol >= wanted.size())
          return fail(Exit::kBadData, fmt::format("record {}: symbol {} is not in the catalog", jseq, record.tick.symbol));
        if (wanted[record.tick.symbol]) rows.add(record, jseq, session);
      }
      ++jseq;
    }
    progress.update(jseq, recording.info().records);
  }
  if (const auto finished = table->finish(); !finished) return finished.error();
  exported.rows = table->rows();
  exported.stopped = stop;
  return exported;
}

}  // namespace groundswell::exporter
