// What the tests of `import dbn` share: an import that works, one that fails, and the whole records' tally.
#pragma once

#include <numeric>

#include "import/dbn.hpp"
#include "import_dbn_bytes.hpp"
#include "import_fixture.hpp"

namespace groundswell::test {

class DbnTest : public ImportTest {
 protected:
  static constexpr std::uint64_t kSecondNs = 1'000'000'000;
  static constexpr std::uint64_t kDayNs = 86'400 * kSecondNs;
  static constexpr std::uint64_t kOpenNs = 1'741'786'200 * kSecondNs;  // 2025-03-12 09:30 New York, 13:30 UTC

  static DbnHeader header(std::uint8_t version = 3) {
    DbnHeader made;
    made.version = version;
    made.mappings = {{"AA", 1, 20250310, 20250320}, {"BB", 2, 20250310, 20250320}};
    return made;
  }

  Result<DbnReport> import_files(const Paths& paths, const std::vector<dbn::Schema>& schemas = {}, bool quotes = false) const {
    std::filesystem::remove(output());
    ImportOptions options;
    options.calendar = &calendar_;
    options.quiet = true;
    options.recording_id = 7;
    return import_dbn({paths, schemas, quotes}, output(), options);
  }
  // An import that works and whose counts add up.
  DbnReport imported(const Paths& paths, const std::vector<dbn::Schema>& schemas = {}, bool quotes = false) const {
    const Result<DbnReport> result = import_files(paths, schemas, quotes);
    if (result.has_error()) {
      ADD_FAILURE() << result.error().message;
      return {};
    }
    const DbnReport& report = *result;
    EXPECT_EQ(report.records_read, std::accumulate(report.passed_over.begin(), report.passed_over.end(), std::uint64_t{0}) +
                                       report.records_used + report.definitions + report.symbol_mappings + report.records_not_wanted +
                                       report.other_actions + report.no_trading_change + report.no_price + report.no_time +
                                       report.out_of_range);
    EXPECT_EQ(report.records, records().size());
    EXPECT_EQ(report.files_damaged, report.damages.size());
    return report;
  }
  DbnReport imported_bytes(const std::string& bytes, bool quotes = false) const { return imported({write("t.dbn", bytes)}, {}, quotes); }

  Error failure_of(const Paths& paths, const std::vector<dbn::Schema>& schemas = {}) const {
    const Result<DbnReport> result = import_files(paths, schemas);
    EXPECT_FALSE(std::filesystem::exists(output()));
    if (result.has_error()) return result.error();
    ADD_FAILURE() << "the import worked";
    return fail(Exit::kOk, "");
  }
  Error failure_of_bytes(const std::string& bytes) const { return failure_of(Paths{write("t.dbn", bytes)}); }

  std::vector<Tick> ticks() const {
    std::vector<Tick> all;
    for (const Record& record : records()) {
      if (record.kind == RecordKind::kTick) all.push_back(record.tick);
    }
    return all;
  }
};

}  // namespace groundswell::test
