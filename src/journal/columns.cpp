#include "journal/columns.hpp"

#include <zstd.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <numeric>

#include "base/assert.hpp"
#include "base/crc32c.hpp"
#include "journal/column_fields.hpp"

namespace groundswell::journal {
namespace {

constexpr int kColumnsLevel = 3;

std::uint8_t planes_for(std::uint64_t all_bits) noexcept { return static_cast<std::uint8_t>((std::bit_width(all_bits) + 7) / 8); }

// What an entropy coder makes of the planes, more or less.
double cost_of(std::span<const std::uint64_t> values, std::size_t planes) {
  double bits = 0;
  for (std::size_t plane = 0; plane < planes; ++plane) {
    std::array<std::uint32_t, 256> counts{};
    for (const std::uint64_t value : values) ++counts[(value >> (8 * plane)) & 0xFF];
    for (const std::uint32_t count : counts) {
      if (count > 0) bits += count * std::log2(static_cast<double>(values.size()) / count);
    }
  }
  return bits;
}

}  // namespace

struct ColumnEncoder::Impl {
  struct EncodedColumn {
    std::vector<std::uint64_t> values;
    std::uint64_t divisor = 1;
    std::uint64_t all_bits = 0;
    bool has_absent_prices = false;
    double cost_bits = 0;
  };

  Impl() : context(ZSTD_createCCtx()) {
    GS_ASSERT(context != nullptr);
    GS_ASSERT(ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kColumnsLevel)) == 0);
  }
  ~Impl() { ZSTD_freeCCtx(context); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  bool predict(std::size_t column, Predictor predictor, bool absent_apart);
  void choose(std::size_t column, ColumnsHeader& header);
  void add_planes(const EncodedColumn& column);
  void compress(const ColumnsHeader& header);

  ZSTD_CCtx* context;
  Places symbols, feeds;
  Last last;
  std::vector<std::uint16_t> symbol_places, feed_places;  // of each tick
  std::array<std::vector<std::uint64_t>, kColumns> fields;
  EncodedColumn tried;
  std::array<EncodedColumn, kColumns> chosen;
  std::vector<std::byte> raw;      // what the frame holds
  std::vector<std::size_t> parts;  // where each plane in it ends
  std::vector<std::byte> bytes;
};

// Into `tried`. False: a difference leaves no number for absent prices.
bool ColumnEncoder::Impl::predict(std::size_t column, Predictor predictor, bool absent_apart) {
  const std::vector<std::uint64_t>& field = fields[column];
  const auto is_absent = [&](std::uint64_t value) { return absent_apart && value == kAbsentPrice; };
  tried.values.resize(field.size());
  tried.has_absent_prices = false;
  last.clear(predictor);
  std::uint64_t divisor = 0;
  for (std::size_t i = 0; i < field.size(); ++i) {
    tried.values[i] = 0;
    if (is_absent(field[i])) {
      tried.has_absent_prices = true;
      continue;
    }
    std::uint64_t& before = last.of(symbol_places[i], feed_places[i]);
    const std::uint64_t difference = field[i] - before;
    if (predictor != Predictor::kZero) before = field[i];
    tried.values[i] = difference;
    if (divisor != 1) divisor = std::gcd(divisor, (difference >> 63) != 0 ? 0 - difference : difference);
  }
  tried.divisor = std::max<std::uint64_t>(divisor, 1);
  tried.all_bits = 0;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (is_absent(field[i])) continue;
    const std::int64_t quotient = static_cast<std::int64_t>(tried.values[i]) / static_cast<std::int64_t>(tried.divisor);
    tried.values[i] = zigzag(static_cast<std::uint64_t>(quotient));
    if (tried.has_absent_prices && ++tried.values[i] == 0) return false;
    tried.all_bits |= tried.values[i];
  }
  return true;
}

void ColumnEncoder::Impl::choose(std::size_t column, ColumnsHeader& header) {
  EncodedColumn& best = chosen[column];
  best.cost_bits = -1;
  if (!is_predicted(column)) {
    best.values = fields[column];
    best.all_bits = std::accumulate(best.values.begin(), best.values.end(), std::uint64_t{0}, std::bit_or<>());
    best.divisor = 1;
  }
  for (const Predictor predictor : kPredictors) {
    if (!is_predicted(column)) break;
    if (!predict(column, predictor, column == kPrice)) (void)predict(column, predictor, false);
    tried.cost_bits = cost_of(tried.values, planes_for(tried.all_bits));
    if (best.cost_bits >= 0 && tried.cost_bits >= best.cost_bits) continue;
    std::swap(best, tried);
    header.predictors[column] = static_cast<std::uint8_t>(predictor);
  }
  header.divisors[column] = best.divisor;
  header.planes[column] = planes_for(best.all_bits);
  if (column == kPrice) header.has_absent_prices = best.has_absent_prices ? 1 : 0;
}

void ColumnEncoder::Impl::add_planes(const EncodedColumn& column) {
  for (std::uint8_t plane = 0; plane < planes_for(column.all_bits); ++plane) {
    for (const std::uint64_t value : column.values) raw.push_back(static_cast<std::byte>(value >> (8 * plane)));
    parts.push_back(raw.size());
  }
}

// Every plane is flushed, so that it gets a code of its own: they have nothing in common.
void ColumnEncoder::Impl::compress(const ColumnsHeader& header) {
  bytes.resize(sizeof header + ZSTD_compressBound(raw.size()) + parts.size() * 64);
  std::memcpy(bytes.data(), &header, sizeof header);
  GS_ASSERT(ZSTD_isError(ZSTD_CCtx_reset(context, ZSTD_reset_session_only)) == 0);
  GS_ASSERT(ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(context, raw.size())) == 0);
  ZSTD_outBuffer out{bytes.data(), bytes.size(), sizeof header};
  ZSTD_inBuffer in{raw.data(), 0, 0};
  for (const std::size_t part_end : parts) {
    in.size = part_end;
    const bool is_last = part_end == raw.size();
    const std::size_t left = ZSTD_compressStream2(context, &out, &in, is_last ? ZSTD_e_end : ZSTD_e_flush);
    GS_ASSERT(left == 0 && in.pos == part_end);
    if (is_last) break;
  }
  bytes.resize(out.pos);
}

ColumnEncoder::ColumnEncoder() : impl_(std::make_unique<Impl>()) {}
ColumnEncoder::~ColumnEncoder() = default;

std::span<const std::byte> ColumnEncoder::encode(std::span<const Record> records) {
  GS_ASSERT(!records.empty() && records.size() <= kMaxPackedRecords);
  Impl& own = *impl_;
  own.symbols.clear();
  own.feeds.clear();
  own.symbol_places.clear();
  own.feed_places.clear();
  own.raw.clear();
  own.parts.clear();
  for (auto& field : own.fields) field.clear();
  for (const Record& record : records) {
    own.raw.push_back(static_cast<std::byte>(record.kind));
    if (record.kind != RecordKind::kTick) continue;
    own.symbol_places.push_back(own.symbols.place_of(record.tick.symbol));
    own.feed_places.push_back(own.feeds.place_of(record.feed));
    const Row row = row_of(record, false);
    for (std::size_t column = 0; column < kColumns; ++column) own.fields[column].push_back(row[column]);
  }
  own.parts.push_back(own.raw.size());
  ColumnsHeader header{};
  header.crc = crc32c(records.data(), records.size_bytes());
  header.ticks = static_cast<std::uint32_t>(own.symbol_places.size());
  for (std::size_t column = 0; column < kColumns; ++column) own.choose(column, header);
  // The receive time is near to the one before, as in a batch, or so long after the event, as in what is imported.
  const Impl::EncodedColumn absolute = own.chosen[kReceiveTime];
  const ColumnsHeader absolute_header = header;
  for (std::size_t i = 0; i < header.ticks; ++i) own.fields[kReceiveTime][i] -= own.fields[kEventTime][i];
  own.choose(kReceiveTime, header);
  header.receive_is_relative = 1;
  if (absolute.cost_bits <= own.chosen[kReceiveTime].cost_bits) {
    own.chosen[kReceiveTime] = absolute;
    header = absolute_header;
  }
  for (const Impl::EncodedColumn& column : own.chosen) own.add_planes(column);
  for (const Record& record : records) {
    if (record.kind == RecordKind::kTick) continue;
    const auto* begin = reinterpret_cast<const std::byte*>(&record);
    own.raw.insert(own.raw.end(), begin, begin + sizeof record);
  }
  own.parts.push_back(own.raw.size());
  own.compress(header);
  return own.bytes;
}

}  // namespace groundswell::journal
