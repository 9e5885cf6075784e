#include "import/dbn.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <system_error>

#include "base/durations.hpp"
#include "base/progress.hpp"
#include "import/archive.hpp"
#include "import/dbn_format.hpp"
#include "import/dbn_instruments.hpp"
#include "import/dbn_stream.hpp"
#include "import/inputs.hpp"
#include "import/recording.hpp"
#include "import/rows.hpp"

namespace groundswell {
namespace dbn {
namespace {

using importer::Archive;
using importer::Member;

constexpr std::uint64_t kRecordsBetweenProgress = 65'536;

std::uint64_t size_of(const std::filesystem::path& file) {
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(file, error);
  return error ? 0 : bytes;
}

class Importer {
 public:
  Importer(const DbnInputs& inputs, const ImportOptions& options, DbnReport& report)
      : inputs_(inputs), report_(report), progress_("read", options.quiet) {}

  Result<void> read(const std::vector<std::filesystem::path>& files) {
    for (const std::filesystem::path& file : files) total_bytes_ += size_of(file);
    for (const std::filesystem::path& file : files) {
      if (const Result<void> done = read_file(file); done.has_error()) return done.error();
      done_bytes_ += size_of(file);
    }
    return name_symbols();
  }

  importer::Rows& rows() noexcept { return rows_; }

 private:
  Result<void> read_file(const std::filesystem::path& file) {
    Result<Archive> archive = Archive::open(file);
    if (archive.has_error()) return archive.error();
    const bool named = std::find(inputs_.paths.begin(), inputs_.paths.end(), file) != inputs_.paths.end();
    Member member;
    while (true) {
      const Result<bool> more = archive->next(member);
      if (more.has_error()) return more.error();
      if (!*more) return {};
      if (!named && !member.row_name.ends_with(".dbn")) {
        ++report_.files_skipped;
        continue;
      }
      ++report_.files_read;
      if (const Result<void> done = read_member(*archive, member); done.has_error()) return done.error();
    }
  }

  Result<void> read_member(Archive& archive, const Member& member) {
    StreamReader stream{[&archive](char* buffer, std::size_t capacity) { return archive.read(buffer, capacity); }, member.label};
    const Result<Metadata> metadata = stream.read_metadata();
    if (metadata.has_error()) return metadata.error();
    dataset_ = instruments_.dataset(metadata->dataset);
    for (const MappingInterval& interval : metadata->mappings) {
      const Result<void> added = instruments_.add(dataset_, interval.instrument, interval.first_day, interval.end_day, interval.symbol,
                                                  member.label + ": metadata");
      if (added.has_error()) return added.error();
    }
    while (true) {
      const StreamReader::Outcome outcome = stream.next();
      if (outcome == StreamReader::Outcome::kEnd) return {};
      if (outcome == StreamReader::Outcome::kDamaged) {
        ++report_.files_damaged;
        report_.damages.push_back(stream.what());
        return {};
      }
      if (++report_.records_read % kRecordsBetweenProgress == 0) progress_.update(done_bytes_ + archive.bytes_consumed(), total_bytes_);
      if (const Result<void> done = take(stream, *metadata, member.label); done.has_error()) return done.error();
    }
  }

  Result<void> take(const StreamReader& stream, const Metadata& metadata, const std::string& label) {
    const RecordHeader header = load<RecordHeader>(stream.record());
    if (header.type == kTypeDefinition || header.type == kTypeSymbolMapping) return take_name(stream, header, metadata.version, label);
    const std::optional<Schema> schema = schema_of(header.type, metadata.schema);
    if (!schema) {
      ++report_.passed_over[header.type];
      return {};
    }
    if (!inputs_.schemas.empty() && std::find(inputs_.schemas.begin(), inputs_.schemas.end(), *schema) == inputs_.schemas.end()) {
      ++report_.records_not_wanted;
      return {};
    }
    if (const Result<void> one = check_volume(*schema, label); one.has_error()) return one.error();
    const Verdict verdict = make_rows(stream.record(), *schema, inputs_.quotes, made_);
    count(verdict);
    if (verdict != Verdict::kRows) return {};
    const std::uint32_t key = instruments_.key(dataset_, header.instrument, made_.index_day, label, stream.record_number());
    for (std::size_t i = 0; i < made_.count; ++i) {
      made_.rows[i].symbol = key;
      rows_.add(made_.date, made_.rows[i]);
    }
    return {};
  }

  Result<void> take_name(const StreamReader& stream, const RecordHeader& header, std::uint8_t version, const std::string& label) {
    SymbolMappingView mapping{definition_symbol(stream.record(), version), kUndefinedTime, kUndefinedTime};
    if (header.type == kTypeSymbolMapping) mapping = symbol_mapping(stream.record(), version);
    ++(header.type == kTypeSymbolMapping ? report_.symbol_mappings : report_.definitions);
    const std::uint64_t from_ns = mapping.start_ns != kUndefinedTime ? mapping.start_ns : header.ts_event_ns;
    if (from_ns == kUndefinedTime) return {};
    // An interval that ends within a day holds for that day: instruments change their names overnight.
    const std::uint32_t end_day = mapping.end_ns == kUndefinedTime ? kNoEndDay : utc_day(mapping.end_ns + kDayNs - 1);
    return instruments_.add(dataset_, header.instrument, utc_day(from_ns), end_day, mapping.symbol,
                            fmt::format("{}: record {}", label, stream.record_number()));
  }

  // Trades and bars of the same market would count its volume twice, and so would two lengths of bars.
  Result<void> check_volume(Schema schema, const std::string& label) {
    if (!tells_volume(schema) || schema == volume_schema_) return {};
    if (volume_schema_) {
      return fail(Exit::kUsage,
                  fmt::format("{} holds {} and what was read before holds {}: each tells the same volume; choose with --kind", label,
                              kSchemaNames[static_cast<std::size_t>(schema)], kSchemaNames[static_cast<std::size_t>(*volume_schema_)]));
    }
    volume_schema_ = schema;
    return {};
  }

  void count(Verdict verdict) {
    report_.last_of_event += (made_.flags & kFlagLastOfEvent) != 0 ? 1U : 0U;
    report_.bad_receive_time += (made_.flags & kFlagBadReceiveTime) != 0 ? 1U : 0U;
    report_.maybe_bad_book += (made_.flags & kFlagMaybeBadBook) != 0 ? 1U : 0U;
    report_.unknown_status += made_.unknown_status ? 1U : 0U;
    switch (verdict) {
      case Verdict::kRows: ++report_.records_used; break;
      case Verdict::kZeroVolume:
        ++report_.records_used;
        ++report_.rows_zero_volume;
        break;
      case Verdict::kOtherAction: ++report_.other_actions; break;
      case Verdict::kNoTradingChange: ++report_.no_trading_change; break;
      case Verdict::kNoPrice: ++report_.no_price; break;
      case Verdict::kNoTime: ++report_.no_time; break;
      case Verdict::kOutOfRange: ++report_.out_of_range; break;
    }
  }

  Result<void> name_symbols() {
    const Result<std::vector<std::uint32_t>> symbol_of_key = instruments_.resolve(rows_.symbols);
    if (symbol_of_key.has_error()) return symbol_of_key.error();
    for (auto& [date, of_date] : rows_.by_date) {
      for (importer::Row& row : of_date) row.symbol = (*symbol_of_key)[row.symbol];
    }
    return {};
  }

  const DbnInputs& inputs_;
  DbnReport& report_;
  Progress progress_;
  Instruments instruments_;
  importer::Rows rows_;
  std::uint32_t dataset_ = 0;            // of the current file
  std::optional<Schema> volume_schema_;  // the one that tells volume
  Made made_;
  std::uint64_t total_bytes_ = 0, done_bytes_ = 0;
};

// Session bars beside statuses: the sessions are written as bars alone.
Result<void> check_sessions(const importer::Rows& rows) {
  bool session_bars = false, statuses = false;
  for (const auto& [date, of_date] : rows.by_date) {
    for (const importer::Row& row : of_date) {
      session_bars = session_bars || row.kind == importer::Kind::kSessionBar;
      statuses = statuses || row.kind == importer::Kind::kStatus;
    }
  }
  if (!session_bars || !statuses) return {};
  return fail(Exit::kUsage, "ohlcv-1d are whole sessions, and status is of instants; a recording is one or the other: choose with --kind");
}

std::string name_of_type(std::size_t type) {
  const auto* const found =
      std::find_if(kRecordTypeNames.begin(), kRecordTypeNames.end(), [type](const RecordTypeName& one) { return one.type == type; });
  return found != kRecordTypeNames.end() ? std::string{found->name} : fmt::format("type_{:02x}", type);
}

}  // namespace
}  // namespace dbn

std::vector<NamedCount> DbnReport::counts() const {
  std::vector<NamedCount> all{{"files_read", files_read},
                              {"files_skipped", files_skipped},
                              {"files_damaged", files_damaged},
                              {"records_read", records_read},
                              {"records_used", records_used},
                              {"definitions", definitions},
                              {"symbol_mappings", symbol_mappings},
                              {"records_not_wanted", records_not_wanted},
                              {"other_actions", other_actions},
                              {"no_trading_change", no_trading_change},
                              {"no_price", no_price},
                              {"no_time", no_time},
                              {"out_of_range", out_of_range},
                              {"unknown_status", unknown_status},
                              {"last_of_event", last_of_event},
                              {"bad_receive_time", bad_receive_time},
                              {"maybe_bad_book", maybe_bad_book},
                              {"rows_zero_volume", rows_zero_volume},
                              {"rows_replaced", rows_replaced},
                              {"trades", trades},
                              {"quotes", quotes},
                              {"bars", bars},
                              {"statuses", statuses},
                              {"sessions", sessions},
                              {"records", records}};
  for (std::size_t type = 0; type < passed_over.size(); ++type) {
    if (passed_over[type] != 0) all.emplace_back("passed_over_" + dbn::name_of_type(type), passed_over[type]);
  }
  return all;
}

Result<DbnReport> import_dbn(const DbnInputs& inputs, const std::filesystem::path& output, const ImportOptions& options) {
  std::error_code error;
  if (std::filesystem::exists(output, error))
    return fail(Exit::kCannotCreate, fmt::format("{}: exists already; remove it or write another", output.string()));
  const Result<std::vector<std::filesystem::path>> files = importer::expand_inputs(inputs.paths);
  if (files.has_error()) return files.error();
  DbnReport report;
  dbn::Importer importer{inputs, options, report};
  if (const Result<void> done = importer.read(*files); done.has_error()) return done.error();
  if (report.files_read == 0)
    return fail(Exit::kNoInput, fmt::format("no DBN file; {} others were skipped: give *.dbn or *.dbn.zst", report.files_skipped));
  if (importer.rows().by_date.empty()) {
    return fail(Exit::kBadData, report.damages.empty()
                                    ? fmt::format("{} files with {} records, but none that a recording takes: it takes trades, "
                                                  "tbbo, mbp-1, ohlcv and status, and quotes with --quotes",
                                                  report.files_read, report.records_read)
                                    : fmt::format("{}; no record to write", report.damages.front()));
  }
  if (const Result<void> fit = dbn::check_sessions(importer.rows()); fit.has_error()) return fit.error();
  if (const Result<void> done = importer::write_recording(importer.rows(), output, options, report); done.has_error()) return done.error();
  return report;
}

}  // namespace groundswell
