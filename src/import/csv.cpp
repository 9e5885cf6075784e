#include "import/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/progress.hpp"
#include "config/text_file.hpp"
#include "import/archive.hpp"
#include "import/inputs.hpp"
#include "import/map.hpp"
#include "import/recording.hpp"
#include "import/row_parser.hpp"
#include "import/row_reader.hpp"
#include "import/rows.hpp"

namespace groundswell {
namespace importer {
namespace {

constexpr std::size_t kBadRowsListed = 20;
constexpr std::uint64_t kRowsBetweenProgress = 8192;

struct Source {
  Map map;
  std::vector<std::filesystem::path> files;
};

class Importer {
 public:
  Importer(const ImportOptions& options, ImportReport& report) : options_(options), report_(report), progress_("read", options.quiet) {}

  Result<void> read(const std::vector<Source>& sources) {
    for (const Source& source : sources) {
      for (const std::filesystem::path& file : source.files) total_bytes_ += size_of(file);
    }
    for (const Source& source : sources) {
      RowParser parser{source.map, rows_};
      for (const std::filesystem::path& file : source.files) {
        if (const Result<void> done = read_file(file, source.map, parser); done.has_error()) return done.error();
        done_bytes_ += size_of(file);
      }
    }
    return {};
  }

  Rows& rows() noexcept { return rows_; }

 private:
  static std::uint64_t size_of(const std::filesystem::path& file) {
    std::error_code error;
    const std::uintmax_t bytes = std::filesystem::file_size(file, error);
    return error ? 0 : bytes;
  }

  Result<void> read_file(const std::filesystem::path& file, const Map& map, RowParser& parser) {
    Result<Archive> archive = Archive::open(file);
    if (archive.has_error()) return archive.error();
    Member member;
    while (true) {
      const Result<bool> more = archive->next(member);
      if (more.has_error()) return more.error();
      if (!*more) return {};
      if (!wants_file(map, member.row_name)) {
        ++report_.files_skipped;
        continue;
      }
      ++report_.files_read;
      if (const Result<void> done = read_member(*archive, member, map, parser); done.has_error()) return done.error();
    }
  }

  Result<void> read_member(Archive& archive, const Member& member, const Map& map, RowParser& parser) {
    if (!parser.bind(member)) return bad_row(map, member, 0, parser.what());
    RowReader reader{archive, member.label};
    if (map.header) {
      const RowReader::Outcome outcome = reader.next();
      if (outcome == RowReader::Outcome::kFailed) return reader.error();
      if (outcome == RowReader::Outcome::kEnd) return bad_row(map, member, 1, "the file is empty; it should begin with a header line");
      if (outcome == RowReader::Outcome::kBad) return bad_row(map, member, reader.line(), reader.what());
      if (!parser.bind_header(reader.fields())) return bad_row(map, member, reader.line(), parser.what());
    }
    return read_rows(archive, reader, member, map, parser);
  }

  Result<void> read_rows(const Archive& archive, RowReader& reader, const Member& member, const Map& map, RowParser& parser) {
    Row row{};
    std::uint32_t date = 0;
    while (true) {
      const RowReader::Outcome outcome = reader.next();
      if (outcome == RowReader::Outcome::kEnd) return {};
      if (outcome == RowReader::Outcome::kFailed) return reader.error();
      const bool split = outcome == RowReader::Outcome::kRow;
      const RowParser::Verdict verdict = split ? parser.parse(reader.fields(), row, date) : RowParser::Verdict::kBad;
      if (++report_.rows % kRowsBetweenProgress == 0) progress_.update(done_bytes_ + archive.bytes_consumed(), total_bytes_);
      switch (verdict) {
        case RowParser::Verdict::kRow: keep(row, date); break;
        case RowParser::Verdict::kZeroVolume: ++report_.rows_zero_volume; break;
        case RowParser::Verdict::kBad: {
          --report_.rows;  // bad_row() counts it
          const Result<void> passed = bad_row(map, member, reader.line(), split ? parser.what() : reader.what());
          if (passed.has_error()) return passed.error();
        }
      }
    }
  }

  void keep(const Row& row, std::uint32_t date) {
    rows_.add(date, row);
    if (row.kind == Kind::kTrade && row.cond_set != 0 && is_unknown(row.cond_set)) ++report_.unknown_conditions;
  }

  bool is_unknown(std::uint16_t cond_set) {
    while (unknown_.size() <= cond_set) {
      unknown_.push_back(config::eligibility_of(*options_.condition_schemes, rows_.conditions.sets()[unknown_.size()]).unknown);
    }
    return unknown_[cond_set];
  }

  // A bad row, or a file whose name or header is no good (line 0: its name). Stops the import unless the map says otherwise.
  Result<void> bad_row(const Map& map, const Member& member, std::uint64_t line, const std::string& what) {
    std::string message = line == 0 ? fmt::format("{}: {}", member.label, what) : fmt::format("{}:{}: {}", member.label, line, what);
    if (!map.skip_bad_rows) return fail(Exit::kBadData, std::move(message));
    ++report_.rows;
    ++report_.rows_bad;
    if (report_.bad_rows.size() < kBadRowsListed) report_.bad_rows.push_back(std::move(message));
    return {};
  }

  const ImportOptions& options_;
  ImportReport& report_;
  Progress progress_;
  Rows rows_;
  std::vector<bool> unknown_;  // by condition set
  std::uint64_t total_bytes_ = 0, done_bytes_ = 0;
};

Result<std::vector<Source>> load_maps(std::span<const CsvInput> inputs, const ImportOptions& options) {
  const std::vector<config::ConditionScheme> none;
  config::Findings findings;
  std::vector<Source> sources;
  for (const CsvInput& input : inputs) {
    const Result<std::string> text = config::read_text(input.map);
    if (text.has_error()) return text.error();
    sources.push_back(
        {parse_map(*text, input.map.string(), options.condition_schemes != nullptr ? *options.condition_schemes : none, findings), {}});
  }
  if (!findings.empty()) return findings.error();
  return sources;
}

Result<void> check_kinds(const std::vector<Source>& sources) {
  const auto whole = std::find_if(sources.begin(), sources.end(), [](const Source& one) { return one.map.kind == Kind::kSessionBar; });
  const auto other = std::find_if(sources.begin(), sources.end(), [](const Source& one) { return one.map.kind != Kind::kSessionBar; });
  if (whole == sources.end() || other == sources.end()) return {};
  return fail(Exit::kUsage, fmt::format("{} holds whole sessions and {} does not; a recording is one or the other: import them into two",
                                        whole->map.file, other->map.file));
}

}  // namespace
}  // namespace importer

std::vector<NamedCount> ImportReport::counts() const {
  return {{"files_read", files_read},
          {"files_skipped", files_skipped},
          {"rows", rows},
          {"rows_zero_volume", rows_zero_volume},
          {"rows_replaced", rows_replaced},
          {"rows_bad", rows_bad},
          {"trades", trades},
          {"quotes", quotes},
          {"bars", bars},
          {"sessions", sessions},
          {"records", records},
          {"unknown_conditions", unknown_conditions},
          {"suspicious", suspicious}};
}

Result<ImportReport> import_csv(std::span<const CsvInput> inputs, const std::filesystem::path& output, const ImportOptions& options) {
  if (inputs.empty()) return fail(Exit::kUsage, "nothing to import; give files and a map");
  std::error_code error;
  if (std::filesystem::exists(output, error))
    return fail(Exit::kCannotCreate, fmt::format("{}: exists already; remove it or write another", output.string()));
  Result<std::vector<importer::Source>> sources = importer::load_maps(inputs, options);
  if (sources.has_error()) return sources.error();
  if (const Result<void> fit = importer::check_kinds(*sources); fit.has_error()) return fit.error();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    Result<std::vector<std::filesystem::path>> files = importer::expand_inputs(inputs[i].paths);
    if (files.has_error()) return files.error();
    (*sources)[i].files = std::move(*files);
  }
  ImportReport report;
  importer::Importer importer{options, report};
  if (const Result<void> done = importer.read(*sources); done.has_error()) return done.error();
  if (report.files_read == 0) {
    return fail(Exit::kNoInput,
                fmt::format("no file matches the map's include; {} were skipped: correct include or the paths", report.files_skipped));
  }
  if (importer.rows().by_date.empty()) return fail(Exit::kBadData, fmt::format("{} files, but no row to write", report.files_read));
  if (const Result<void> done = importer::write_recording(importer.rows(), output, options, report); done.has_error()) return done.error();
  return report;
}

}  // namespace groundswell
