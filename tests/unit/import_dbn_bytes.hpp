// DBN by hand: the bytes of metadata and records, field by field, so that tests can also say what nobody would write.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "import/dbn_format.hpp"

namespace groundswell::test {

inline constexpr std::uint16_t kNoSchemaField = 0xffff;

template <class T>
void put(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}
inline void put_text(std::string& bytes, const std::string& text, std::size_t width) {
  bytes += text;
  bytes.append(width - text.size(), '\0');
}

struct DbnMapping {
  std::string symbol;
  std::uint32_t instrument, first_date, end_date;  // yyyymmdd
};

struct DbnHeader {
  std::uint8_t version = 3;
  std::string dataset = "XNAS.ITCH";
  std::uint16_t schema = kNoSchemaField;
  std::uint8_t type_in = 1, type_out = 0;  // raw_symbol to instrument_id
  bool sends_times = false;
  std::vector<DbnMapping> mappings;
};

inline std::string dbn_metadata(const DbnHeader& header) {
  const std::size_t width = header.version == 1 ? 22 : 71;
  std::string rest;
  put_text(rest, header.dataset, 16);
  put(rest, header.schema);
  for (const std::uint64_t number : {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{0}}) put(rest, number);  // start, end, limit
  if (header.version == 1) put(rest, ~std::uint64_t{0});                                                         // count of records
  put(rest, header.type_in);
  put(rest, header.type_out);
  put(rest, static_cast<std::uint8_t>(header.sends_times));
  if (header.version > 1) put(rest, static_cast<std::uint16_t>(width));
  rest.resize(100);
  for (int i = 0; i < 4; ++i) put(rest, std::uint32_t{0});  // schema definition, symbols, in part, not found
  put(rest, static_cast<std::uint32_t>(header.mappings.size()));
  for (const DbnMapping& mapping : header.mappings) {
    const bool to_instrument = header.type_out == 0;
    put_text(rest, to_instrument ? mapping.symbol : std::to_string(mapping.instrument), width);
    put(rest, std::uint32_t{1});
    put(rest, mapping.first_date);
    put(rest, mapping.end_date);
    put_text(rest, to_instrument ? std::to_string(mapping.instrument) : mapping.symbol, width);
  }
  std::string bytes = "DBN";
  put(bytes, header.version);
  put(bytes, static_cast<std::uint32_t>(rest.size()));
  return bytes + rest;
}

inline dbn::RecordHeader dbn_header(std::uint8_t type, std::size_t bytes, std::uint32_t instrument, std::uint64_t time_ns) {
  return {static_cast<std::uint8_t>(bytes / 4), type, 2, instrument, time_ns};
}

template <class T>
std::string bytes_of(const T& record) {
  return {reinterpret_cast<const char*>(&record), sizeof record};
}

inline dbn::TradeRecord dbn_trade(std::uint32_t instrument, std::uint64_t time_ns, std::int64_t price_e9, std::uint32_t size) {
  return {
      dbn_header(dbn::kTypeTrade, sizeof(dbn::TradeRecord), instrument, time_ns), price_e9, size, 'T', 'B', 0x80, 0, time_ns + 1000, 0, 0};
}

inline dbn::TopOfBookRecord dbn_book(std::uint32_t instrument, std::uint64_t time_ns, char action) {
  dbn::TopOfBookRecord book{dbn_trade(instrument, time_ns, 100'000'000'000, 7), 99'000'000'000, 101'000'000'000, 300, 400, 1, 1};
  book.event.header = dbn_header(dbn::kTypeTopOfBook, sizeof book, instrument, time_ns);
  book.event.action = action;
  return book;
}

inline dbn::BarRecord dbn_bar(std::uint8_t type, std::uint32_t instrument, std::uint64_t start_ns, std::uint64_t volume) {
  return {dbn_header(type, sizeof(dbn::BarRecord), instrument, start_ns),
          10'000'000'000,
          12'000'000'000,
          9'000'000'000,
          11'000'000'000,
          volume};
}

inline dbn::StatusRecord dbn_status(std::uint32_t instrument, std::uint64_t time_ns, std::uint16_t action, std::uint16_t reason) {
  return {dbn_header(dbn::kTypeStatus, sizeof(dbn::StatusRecord), instrument, time_ns), time_ns + 5, action, reason, 0, '~', '~', '~', {}};
}

// By version: a definition and a symbol mapping are longer in later ones.
inline std::string dbn_definition(std::uint8_t version, std::uint32_t instrument, std::uint64_t time_ns, const std::string& symbol) {
  const std::size_t size = version == 1 ? 360 : version == 2 ? 400 : 520;
  std::string bytes = bytes_of(dbn_header(dbn::kTypeDefinition, size, instrument, time_ns));
  bytes.resize(size);
  bytes.replace(version == 3 ? 238 : 200, symbol.size(), symbol);
  return bytes;
}
inline std::string dbn_symbol_mapping(std::uint8_t version, std::uint32_t instrument, std::uint64_t time_ns, const std::string& symbol,
                                      std::uint64_t start_ns, std::uint64_t end_ns) {
  const std::size_t size = version == 1 ? 80 : 176;
  std::string bytes = bytes_of(dbn_header(dbn::kTypeSymbolMapping, size, instrument, time_ns));
  bytes.resize(version == 1 ? 64 : 160);
  bytes.replace(version == 1 ? 38 : 89, symbol.size(), symbol);
  put(bytes, start_ns);
  put(bytes, end_ns);
  return bytes;
}

}  // namespace groundswell::test
