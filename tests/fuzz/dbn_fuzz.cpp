// Any bytes as a DBN file: refused, cut off or read to the end, never a crash; no record leads out of what there is, and every row is one
// that the engine takes. Starts from small files of each version, for few bytes begin with "DBN".
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "groundswell/tick.hpp"
#include "import/dbn_instruments.hpp"
#include "import/dbn_rows.hpp"
#include "import/dbn_stream.hpp"
#include "unit/import_dbn_bytes.hpp"

using namespace groundswell;

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

bool is_price(std::int64_t price_e9) { return price_e9 > 0 && price_e9 < kMaxPriceE9; }

std::string sample(std::uint8_t version) {
  constexpr std::uint64_t kNoonNs = 1'741'795'200'000'000'000;
  test::DbnHeader header;
  header.version = version;
  header.mappings = {{"AA", 1, 20250310, 20250320}};
  std::string bytes = test::dbn_metadata(header) + test::bytes_of(test::dbn_trade(1, kNoonNs, 10'000'000'000, 100)) +
                      test::bytes_of(test::dbn_book(1, kNoonNs, 'T')) + test::bytes_of(test::dbn_bar(dbn::kTypeBarDay, 1, kNoonNs, 5)) +
                      test::bytes_of(test::dbn_status(1, kNoonNs, 8, 120)) + test::dbn_definition(version, 1, kNoonNs, "AA") +
                      test::dbn_symbol_mapping(version, 1, kNoonNs, "AA", kNoonNs, kNoonNs + 1);
  return bytes;
}

void check(const importer::Row& row) {
  switch (row.kind) {
    case importer::Kind::kTrade: require(is_price(row.value[0]) && row.size > 0 && row.size < kMaxSize && row.time_ns > 0); break;
    case importer::Kind::kQuote:
      for (const std::int64_t price_e9 : {row.value[0], row.value[1]}) require(is_price(price_e9) || price_e9 == kNoPrice);
      break;
    case importer::Kind::kBar:
    case importer::Kind::kSessionBar:
      for (const std::int64_t price_e9 : row.value) require(is_price(price_e9) || row.size == 0);
      require(row.size < kMaxSize);
      break;
    case importer::Kind::kStatus: require(row.value[0] >= 1 && row.value[0] <= 4); break;
  }
}

// As the importer does, in two reads of odd sizes so that records straddle them.
void read_all(std::span<const std::uint8_t> data) {
  std::size_t at = 0;
  dbn::StreamReader stream{[&](char* buffer, std::size_t capacity) -> Result<std::size_t> {
                             const std::size_t count = std::min({capacity, data.size() - at, data.size() / 2 + 1});
                             std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(at), count, buffer);
                             at += count;
                             return count;
                           },
                           "fuzz"};
  const Result<dbn::Metadata> metadata = stream.read_metadata();
  if (metadata.has_error()) return;
  dbn::Instruments instruments;
  const std::uint32_t dataset = instruments.dataset(metadata->dataset);
  for (const dbn::MappingInterval& interval : metadata->mappings)
    (void)instruments.add(dataset, interval.instrument, interval.first_day, interval.end_day, interval.symbol, "fuzz");
  std::uint64_t bytes = 0;
  dbn::Made made;
  while (stream.next() == dbn::StreamReader::Outcome::kRecord) {
    const auto header = dbn::load<dbn::RecordHeader>(stream.record());
    bytes += stream.record().size();
    require(bytes <= data.size());
    if (header.type == dbn::kTypeDefinition) {
      (void)instruments.add(dataset, header.instrument, dbn::utc_day(header.ts_event_ns), dbn::kNoEndDay,
                            dbn::definition_symbol(stream.record(), metadata->version), "fuzz");
    }
    if (header.type == dbn::kTypeSymbolMapping) (void)dbn::symbol_mapping(stream.record(), metadata->version);
    const auto schema = dbn::schema_of(header.type, metadata->schema);
    if (!schema || dbn::make_rows(stream.record(), *schema, true, made) != dbn::Verdict::kRows) continue;
    (void)instruments.key(dataset, header.instrument, made.index_day, "fuzz", stream.record_number());
    for (std::size_t i = 0; i < made.count; ++i) check(made.rows[i]);
  }
  importer::Symbols symbols;
  (void)instruments.resolve(symbols);
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed) {
  const std::string start = sample(static_cast<std::uint8_t>(1 + seed % 3));
  if (size < 8 && start.size() <= max_size) {
    std::copy(start.begin(), start.end(), data);
    size = start.size();
  }
  return LLVMFuzzerMutate(data, size, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_all({data, size});
  return 0;
}
