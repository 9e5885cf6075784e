#include <fmt/format.h>
#include <zstd.h>

#include <cstring>

#include "base/assert.hpp"
#include "base/crc32c.hpp"
#include "journal/column_fields.hpp"
#include "journal/columns.hpp"

namespace groundswell::journal {
namespace {

constexpr std::size_t kChunkTicks = 256;  // decoded at once: their columns stay in the nearest cache

}  // namespace

struct ColumnDecoder::Impl {
  Impl() : context(ZSTD_createDCtx()) { GS_ASSERT(context != nullptr); }
  ~Impl() { ZSTD_freeDCtx(context); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::string decompress(std::span<const std::byte> bytes, std::size_t n_records);
  void start();
  void decode_chunk(std::size_t first_tick, std::size_t n_ticks);
  void rebuild(std::size_t column, std::size_t n_ticks);

  ZSTD_DCtx* context;
  ColumnsHeader header{};
  std::vector<std::byte> raw;
  Places symbols, feeds;
  std::array<Last, kColumns> last;
  std::array<const std::byte*, kColumns> planes{};  // of each column the first, in `raw`
  // Of the chunk that is being decoded.
  std::array<std::uint16_t, kChunkTicks> symbol_places{}, feed_places{};
  std::array<std::array<std::uint64_t, kChunkTicks>, kColumns> values{};
};

std::string ColumnDecoder::Impl::decompress(std::span<const std::byte> bytes, std::size_t n_records) {
  if (bytes.size() < sizeof header) return "packed records cut within their header";
  std::memcpy(&header, bytes.data(), sizeof header);
  const std::span<const std::byte> frame = bytes.subspan(sizeof header);
  if (header.ticks > n_records) return "more ticks than records";
  std::size_t expected_bytes = n_records + (n_records - header.ticks) * sizeof(Record);
  for (std::size_t column = 0; column < kColumns; ++column) {
    if (header.planes[column] > sizeof(std::uint64_t) || header.predictors[column] > static_cast<std::uint8_t>(Predictor::kSameFeed)) {
      return "a column that cannot be";
    }
    expected_bytes += std::size_t{header.planes[column]} * header.ticks;
  }
  if (ZSTD_getFrameContentSize(frame.data(), frame.size()) != expected_bytes) return "packed records of another size";
  if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size()) return "packed records cut, or bytes after them";
  raw.resize(expected_bytes);
  const std::size_t got = ZSTD_decompressDCtx(context, raw.data(), raw.size(), frame.data(), frame.size());
  if (ZSTD_isError(got) != 0) return fmt::format("packed records cannot be unpacked: {}", ZSTD_getErrorName(got));
  if (got != expected_bytes) return "packed records of another size";
  const auto ticks = std::count(raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(n_records), std::byte(RecordKind::kTick));
  return static_cast<std::size_t>(ticks) == header.ticks ? "" : "packed records of other kinds than said";
}

void ColumnDecoder::Impl::rebuild(std::size_t column, std::size_t n_ticks) {
  std::array<std::uint64_t, kChunkTicks>& of_column = values[column];
  Last& before = last[column];
  const std::uint64_t divisor = header.divisors[column];
  const bool absent_apart = column == kPrice && header.has_absent_prices != 0;
  for (std::size_t i = 0; i < n_ticks; ++i) {
    std::uint64_t value = of_column[i];
    if (absent_apart && value-- == 0) {
      of_column[i] = kAbsentPrice;
      continue;
    }
    std::uint64_t& base = before.of(symbol_places[i], feed_places[i]);
    of_column[i] = base + unzigzag(value) * divisor;
    if (before.predictor() != Predictor::kZero) base = of_column[i];
  }
}

void ColumnDecoder::Impl::decode_chunk(std::size_t first_tick, std::size_t n_ticks) {
  for (std::size_t column = 0; column < kColumns; ++column) {
    std::array<std::uint64_t, kChunkTicks>& of_column = values[column];
    std::fill_n(of_column.begin(), n_ticks, std::uint64_t{0});
    for (std::size_t plane = 0; plane < header.planes[column]; ++plane) {
      const std::byte* bytes = planes[column] + plane * header.ticks + first_tick;
      for (std::size_t i = 0; i < n_ticks; ++i) of_column[i] |= static_cast<std::uint64_t>(bytes[i]) << (8 * plane);
    }
    if (column == kSymbol) {
      for (std::size_t i = 0; i < n_ticks; ++i) symbol_places[i] = symbols.place_of(static_cast<std::uint32_t>(of_column[i]));
    }
    if (column == kFeed) {
      for (std::size_t i = 0; i < n_ticks; ++i) feed_places[i] = feeds.place_of(static_cast<std::uint16_t>(of_column[i]));
    }
    if (is_predicted(column)) rebuild(column, n_ticks);
  }
}

ColumnDecoder::ColumnDecoder() : impl_(std::make_unique<Impl>()) {}
ColumnDecoder::~ColumnDecoder() = default;

std::string ColumnDecoder::decode(std::span<const std::byte> bytes, std::span<Record> records) {
  Impl& own = *impl_;
  if (records.empty() || records.size() > kMaxPackedRecords) return "packed records that are none, or too many";
  if (std::string wrong = own.decompress(bytes, records.size()); !wrong.empty()) return wrong;
  own.symbols.clear();
  own.feeds.clear();
  const std::byte* at = own.raw.data() + records.size();
  for (std::size_t column = 0; column < kColumns; ++column) {
    own.last[column].clear(static_cast<Predictor>(own.header.predictors[column]));
    own.planes[column] = at;
    at += std::size_t{own.header.planes[column]} * own.header.ticks;
  }
  const std::byte* whole = at;
  std::size_t tick = 0;
  Row row;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (own.raw[i] != std::byte(RecordKind::kTick)) {
      std::memcpy(&records[i], whole, sizeof(Record));
      whole += sizeof(Record);
      continue;
    }
    const std::size_t in_chunk = tick % kChunkTicks;
    if (in_chunk == 0) own.decode_chunk(tick, std::min(kChunkTicks, own.header.ticks - tick));
    for (std::size_t column = 0; column < kColumns; ++column) row[column] = own.values[column][in_chunk];
    put_row(row, own.header.receive_is_relative != 0, records[i]);
    ++tick;
  }
  return crc32c(records.data(), records.size_bytes()) == own.header.crc ? "" : "the unpacked records' checksum does not match";
}

}  // namespace groundswell::journal
