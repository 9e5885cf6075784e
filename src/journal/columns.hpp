// Codec 3 of a recording's RECORDS blocks: the records as columns of differences, cut into planes of bytes, in one zstd frame. Lossless for
// any bytes of any record. Ticks are taken apart field by field; whatever else is in a block follows whole.
//
// Bytes: ColumnsHeader, then the zstd frame. In the frame: the kind of each record; for each column the planes that are in use, least
// significant byte first, a byte per tick in each; the records that are no ticks, 64 bytes each. A value of a column is the difference to
// what its Predictor says, divided by what all differences of the column can be divided by, zigzag: small numbers, few planes.
//
// Thread: one per object; objects are reused, their memory stays.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>

#include "groundswell/record.hpp"
#include "journal/format.hpp"

namespace groundswell::journal {

inline constexpr std::size_t kColumns = 15;

struct ColumnsHeader {
  std::uint32_t crc;  // CRC32C of the records
  std::uint32_t ticks;
  std::array<std::uint8_t, kColumns> planes;      // of each column
  std::array<std::uint8_t, kColumns> predictors;  // Predictor of each column
  std::uint8_t receive_is_relative;               // 1: the receive time is counted from the event time
  std::uint8_t has_absent_prices;                 // 1: in the column of prices 0 stands for kNoPrice, and all else is one more
  std::array<std::uint64_t, kColumns> divisors;
};
static_assert(sizeof(ColumnsHeader) == 160 && std::has_unique_object_representations_v<ColumnsHeader>);

class ColumnEncoder {
 public:
  ColumnEncoder();
  ~ColumnEncoder();
  // 1 to kMaxPackedRecords records. The bytes are valid until the next call. They may be more than those of the records.
  std::span<const std::byte> encode(std::span<const Record> records);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class ColumnDecoder {
 public:
  ColumnDecoder();
  ~ColumnDecoder();
  // Writes exactly `records`, at most kMaxPackedRecords. What is wrong with the bytes, or "": what is in `records` after an error means
  // nothing. Trusts no byte: allocates no more than some 4 MiB, writes nowhere else, and notices any change by a checksum.
  std::string decode(std::span<const std::byte> bytes, std::span<Record> records);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundswell::journal
