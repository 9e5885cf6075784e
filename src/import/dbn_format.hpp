// The bytes of Databento Binary Encoding (DBN), versions 1 to 3, as its published record definitions give them: a metadata block, then
// records, little-endian, without padding between them or checksums. Every record begins with its length in words of 4 bytes.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>
#include <type_traits>

namespace groundswell::dbn {

static_assert(std::endian::native == std::endian::little, "records are copied as they are");

inline constexpr std::uint8_t kFirstVersion = 1;
inline constexpr std::uint8_t kLastVersion = 3;
inline constexpr std::uint64_t kUndefinedTime = std::numeric_limits<std::uint64_t>::max();
inline constexpr std::int64_t kUndefinedPrice = std::numeric_limits<std::int64_t>::max();
inline constexpr std::uint32_t kUndefinedSize = std::numeric_limits<std::uint32_t>::max();

inline constexpr std::uint8_t kFlagLastOfEvent = 0x80;  // the last record of one event of the venue
inline constexpr std::uint8_t kFlagBadReceiveTime = 0x08;
inline constexpr std::uint8_t kFlagMaybeBadBook = 0x04;

struct RecordHeader {
  std::uint8_t length_words;  // of the whole record, in 4 bytes
  std::uint8_t type;
  std::uint16_t publisher;   // data set and venue
  std::uint32_t instrument;  // unique within a data set and a UTC day
  std::uint64_t ts_event_ns;
};
static_assert(sizeof(RecordHeader) == 16);

struct TradeRecord {
  RecordHeader header;
  std::int64_t price_e9;
  std::uint32_t size;
  char action;  // 'T' = a trade
  char side;    // who took: 'B', 'A' or 'N'
  std::uint8_t flags;
  std::uint8_t depth;
  std::uint64_t ts_recv_ns;
  std::int32_t ts_in_delta_ns;
  std::uint32_t sequence;
};
static_assert(sizeof(TradeRecord) == 48);

struct TopOfBookRecord {  // of mbp-1 the book after the event, of tbbo before the trade
  TradeRecord event;
  std::int64_t bid_price_e9, ask_price_e9;
  std::uint32_t bid_size, ask_size;
  std::uint32_t bid_orders, ask_orders;
};
static_assert(sizeof(TopOfBookRecord) == 80);

struct BarRecord {  // ts_event_ns is its start
  RecordHeader header;
  std::int64_t open_e9, high_e9, low_e9, close_e9;
  std::uint64_t volume;
};
static_assert(sizeof(BarRecord) == 56);

struct StatusRecord {
  RecordHeader header;
  std::uint64_t ts_recv_ns;
  std::uint16_t action, reason, trading_event;
  char is_trading, is_quoting, is_short_sell_restricted;
  std::uint8_t reserved[7];
};
static_assert(sizeof(StatusRecord) == 40);

inline constexpr std::uint8_t kTypeTrade = 0x00;
inline constexpr std::uint8_t kTypeTopOfBook = 0x01;
inline constexpr std::uint8_t kTypeStatus = 0x12;
inline constexpr std::uint8_t kTypeDefinition = 0x13;
inline constexpr std::uint8_t kTypeSymbolMapping = 0x16;
inline constexpr std::uint8_t kTypeBarSecond = 0x20;
inline constexpr std::uint8_t kTypeBarMinute = 0x21;
inline constexpr std::uint8_t kTypeBarHour = 0x22;
inline constexpr std::uint8_t kTypeBarDay = 0x23;

struct RecordTypeName {
  std::uint8_t type;
  std::string_view name;
};
inline constexpr std::array<RecordTypeName, 24> kRecordTypeNames{{{kTypeTrade, "trades"},
                                                                  {kTypeTopOfBook, "mbp_1"},
                                                                  {0x0a, "mbp_10"},
                                                                  {0x11, "ohlcv_deprecated"},
                                                                  {kTypeStatus, "status"},
                                                                  {kTypeDefinition, "definition"},
                                                                  {0x14, "imbalance"},
                                                                  {0x15, "error"},
                                                                  {kTypeSymbolMapping, "symbol_mapping"},
                                                                  {0x17, "system"},
                                                                  {0x18, "statistics"},
                                                                  {kTypeBarSecond, "ohlcv_1s"},
                                                                  {kTypeBarMinute, "ohlcv_1m"},
                                                                  {kTypeBarHour, "ohlcv_1h"},
                                                                  {kTypeBarDay, "ohlcv_1d"},
                                                                  {0x24, "ohlcv_eod"},
                                                                  {0xa0, "mbo"},
                                                                  {0xb1, "cmbp_1"},
                                                                  {0xc0, "cbbo_1s"},
                                                                  {0xc1, "cbbo_1m"},
                                                                  {0xc2, "tcbbo"},
                                                                  {0xc3, "bbo_1s"},
                                                                  {0xc4, "bbo_1m"},
                                                                  {0xc5, "tbbo"}}};

// Bytes of a record of that type, without the time of sending that some files add to each (8 bytes). 0: a type that is passed over.
constexpr std::size_t record_bytes(std::uint8_t type, std::uint8_t version) noexcept {
  switch (type) {
    case kTypeTrade: return sizeof(TradeRecord);
    case kTypeTopOfBook: return sizeof(TopOfBookRecord);
    case kTypeStatus: return sizeof(StatusRecord);
    case kTypeDefinition: return version == 1 ? 360 : version == 2 ? 400 : 520;
    case kTypeSymbolMapping: return version == 1 ? 80 : 176;
    case kTypeBarSecond:
    case kTypeBarMinute:
    case kTypeBarHour:
    case kTypeBarDay: return sizeof(BarRecord);
    default: return 0;
  }
}
inline constexpr std::size_t kSendTimeBytes = 8;

// `record` holds at least sizeof(T) bytes.
template <class T>
T load(std::span<const std::byte> record) noexcept {
  static_assert(std::is_trivially_copyable_v<T>);
  T value;
  std::memcpy(&value, record.data(), sizeof value);
  return value;
}

// A string of at most `capacity` bytes, ended by a zero byte if it is shorter.
inline std::string_view text_at(std::span<const std::byte> bytes, std::size_t offset, std::size_t capacity) noexcept {
  const char* const begin = reinterpret_cast<const char*>(bytes.data() + offset);
  const void* const end = std::memchr(begin, 0, capacity);
  return {begin, end == nullptr ? capacity : static_cast<std::size_t>(static_cast<const char*>(end) - begin)};
}

inline std::string_view definition_symbol(std::span<const std::byte> record, std::uint8_t version) noexcept {
  return version == 1 ? text_at(record, 200, 22) : text_at(record, version == 2 ? 200 : 238, 71);
}

struct SymbolMappingView {
  std::string_view symbol;         // what the instrument is called
  std::uint64_t start_ns, end_ns;  // kUndefinedTime: from the record on, until another says otherwise
};
inline SymbolMappingView symbol_mapping(std::span<const std::byte> record, std::uint8_t version) noexcept {
  const std::size_t times = version == 1 ? 64 : 160;
  return {version == 1 ? text_at(record, 38, 22) : text_at(record, 89, 71), load<std::uint64_t>(record.subspan(times)),
          load<std::uint64_t>(record.subspan(times + 8))};
}

}  // namespace groundswell::dbn
