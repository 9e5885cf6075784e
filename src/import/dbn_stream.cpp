#include "import/dbn_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>
#include <optional>

#include "import/dbn_format.hpp"

namespace groundswell::dbn {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr std::size_t kPrefixBytes = 8;  // "DBN", version, length of the rest
constexpr std::size_t kFixedBytes = 100;
constexpr std::size_t kSymbolBytesOfVersion1 = 22;
constexpr std::uint8_t kSymbolTypeInstrument = 0;
constexpr std::uint8_t kSymbolTypeParent = 4;

// yyyymmdd to days since 1970; nothing for what is no date.
std::optional<std::uint32_t> day_of_date(std::uint32_t date) {
  const std::chrono::year_month_day day{std::chrono::year{static_cast<int>(date / 10'000)}, std::chrono::month{date / 100 % 100},
                                        std::chrono::day{date % 100}};
  if (!day.ok() || day.year() < std::chrono::year{1970} || date > 99'991'231) return std::nullopt;
  return static_cast<std::uint32_t>(std::chrono::sys_days{day}.time_since_epoch().count());
}

// Reads the metadata after its prefix; every read is checked against what is left.
class MetadataParser {
 public:
  MetadataParser(std::span<const std::byte> bytes, std::uint8_t version) : bytes_(bytes) { metadata_.version = version; }

  // Nothing when what() says what is wrong.
  std::optional<Metadata> parse() {
    if (bytes_.size() < kFixedBytes) return bad("it is too short");
    read_fixed();
    if (symbol_bytes_ == 0) return bad("its symbols have no length");
    if (type_in_ == kSymbolTypeParent) {
      return bad(
          "its symbols are parents of many instruments each (stype_in = parent), and a recording needs one name per instrument; "
          "download it by raw_symbol");
    }
    std::uint32_t definition_bytes = 0;
    if (!number(definition_bytes) || !skip(definition_bytes)) return bad("its schema definition leads out of it");
    for (int list = 0; list < 3; ++list) {  // symbols asked for, found in part, not found
      std::uint32_t count = 0;
      if (!number(count) || !skip(std::uint64_t{count} * symbol_bytes_)) return bad("a list of symbols leads out of it");
    }
    return parse_mappings() ? std::optional{std::move(metadata_)} : std::nullopt;
  }
  const std::string& what() const noexcept { return what_; }

 private:
  std::optional<Metadata> bad(std::string what) {
    what_ = std::move(what);
    return std::nullopt;
  }

  void read_fixed() {
    metadata_.dataset = text_at(bytes_, 0, 16);
    metadata_.schema = load<std::uint16_t>(bytes_.subspan(16));
    const std::size_t types = metadata_.version == 1 ? 50 : 42;  // version 1 has a count of records before them
    type_in_ = std::to_integer<std::uint8_t>(bytes_[types]);
    type_out_ = std::to_integer<std::uint8_t>(bytes_[types + 1]);
    metadata_.sends_times = bytes_[types + 2] != std::byte{0};
    symbol_bytes_ = metadata_.version == 1 ? kSymbolBytesOfVersion1 : load<std::uint16_t>(bytes_.subspan(types + 3));
    at_ = kFixedBytes;
  }

  bool skip(std::uint64_t bytes) {
    if (bytes > bytes_.size() - at_) return false;
    at_ += bytes;
    return true;
  }
  bool number(std::uint32_t& value) {
    if (bytes_.size() - at_ < sizeof value) return false;
    value = load<std::uint32_t>(bytes_.subspan(at_));
    at_ += sizeof value;
    return true;
  }
  bool text(std::string_view& value) {
    if (bytes_.size() - at_ < symbol_bytes_) return false;
    value = text_at(bytes_, at_, symbol_bytes_);
    at_ += symbol_bytes_;
    return true;
  }

  bool parse_mappings() {
    std::uint32_t count = 0;
    if (!number(count)) return bad("it ends before its symbol mappings").has_value();
    for (std::uint32_t i = 0; i < count; ++i) {
      std::string_view asked;
      std::uint32_t intervals = 0;
      if (!text(asked) || !number(intervals)) return bad("a symbol mapping leads out of it").has_value();
      for (std::uint32_t k = 0; k < intervals; ++k) {
        if (!parse_interval(asked)) return false;
      }
    }
    return true;
  }

  bool parse_interval(std::string_view asked) {
    std::uint32_t first = 0, end = 0;
    std::string_view mapped;
    if (!number(first) || !number(end) || !text(mapped)) return bad("a symbol mapping leads out of it").has_value();
    if (mapped.empty()) return true;                                                           // known not to be mapped then
    if (type_out_ != kSymbolTypeInstrument && type_in_ != kSymbolTypeInstrument) return true;  // symbols to symbols name no instrument
    const std::string_view digits = type_out_ == kSymbolTypeInstrument ? mapped : asked;
    MappingInterval interval;
    interval.symbol = type_out_ == kSymbolTypeInstrument ? asked : mapped;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), interval.instrument);
    if (error != std::errc{} || stop != digits.data() + digits.size())
      return bad(fmt::format("'{}' of a symbol mapping is no instrument number", digits)).has_value();
    const auto first_day = day_of_date(first), end_day = day_of_date(end);
    if (!first_day || !end_day) return bad(fmt::format("{} to {} of a symbol mapping are no dates", first, end)).has_value();
    interval.first_day = *first_day;
    interval.end_day = *end_day;
    metadata_.mappings.push_back(std::move(interval));
    return true;
  }

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  Metadata metadata_;
  std::size_t symbol_bytes_ = 0;
  std::uint8_t type_in_ = 0, type_out_ = 0;
  std::string what_;
};

}  // namespace

StreamReader::StreamReader(ReadBytes read, std::string label) : read_(std::move(read)), label_(std::move(label)), buffer_(kReadBytes) {}

bool StreamReader::fill(std::size_t bytes) {
  if (end_ - begin_ >= bytes) return true;
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  while (end_ < bytes && !at_end_) {
    if (end_ == buffer_.size()) buffer_.resize(2 * end_);  // grows with what is there, not with what a length says
    const Result<std::size_t> got = read_(reinterpret_cast<char*>(buffer_.data() + end_), buffer_.size() - end_);
    if (got.has_error()) broken_ = got.error();
    at_end_ = got.has_error() || *got == 0;
    end_ += got.has_error() ? 0 : *got;
  }
  return end_ >= bytes;
}

Result<Metadata> StreamReader::read_metadata() {
  const bool whole_prefix = fill(kPrefixBytes);
  if (broken_.exit != Exit::kOk && end_ < kPrefixBytes) return broken_;
  if (end_ < 3 || std::memcmp(buffer_.data(), "DBN", 3) != 0)
    return fail(Exit::kBadData,
                fmt::format("{}: not a DBN file: it does not begin with 'DBN'; give files as Databento delivers them", label_));
  if (!whole_prefix) return fail(Exit::kBadData, fmt::format("{}: cut off at byte {}, inside its metadata", label_, end_));
  version_ = std::to_integer<std::uint8_t>(buffer_[3]);
  if (version_ < kFirstVersion || version_ > kLastVersion) {
    return fail(Exit::kBadData, fmt::format("{}: DBN of version {}; known are {} to {}: convert it with Databento's dbn tool", label_,
                                            version_, kFirstVersion, kLastVersion));
  }
  const std::size_t length = load<std::uint32_t>(std::span{buffer_}.subspan(4));
  if (!fill(kPrefixBytes + length)) {
    if (broken_.exit != Exit::kOk) return broken_;
    return fail(Exit::kBadData, fmt::format("{}: cut off at byte {}, inside its metadata of {} bytes", label_, end_, length));
  }
  MetadataParser parser{std::span{buffer_}.subspan(kPrefixBytes, length), version_};
  std::optional<Metadata> metadata = parser.parse();
  if (!metadata) return fail(Exit::kBadData, fmt::format("{}: bad metadata: {}", label_, parser.what()));
  sends_times_ = metadata->sends_times;
  begin_ = kPrefixBytes + length;
  offset_ = begin_;
  return std::move(*metadata);
}

StreamReader::Outcome StreamReader::damaged(const std::string& what) {
  what_ = fmt::format("{}: record {} at byte {}: {}", label_, number_ + 1, offset_, what);
  return Outcome::kDamaged;
}

StreamReader::Outcome StreamReader::next() {
  if (!fill(1)) return broken_.exit == Exit::kOk ? Outcome::kEnd : damaged(broken_.message);
  const std::size_t length = std::size_t{4} * std::to_integer<std::uint8_t>(buffer_[begin_]);
  if (length == 0) return damaged("its length is 0");
  if (length < sizeof(RecordHeader)) return damaged(fmt::format("its length of {} bytes is less than its header", length));
  if (!fill(length)) {
    return damaged(broken_.exit != Exit::kOk
                       ? broken_.message
                       : fmt::format("cut off at byte {}, {} of {} bytes", offset_ + end_ - begin_, end_ - begin_, length));
  }
  record_ = std::span{buffer_}.subspan(begin_, length);
  const std::uint8_t type = std::to_integer<std::uint8_t>(record_[1]);
  const std::size_t wanted = record_bytes(type, version_) + (sends_times_ ? kSendTimeBytes : 0);
  if (record_bytes(type, version_) != 0 && length != wanted)
    return damaged(fmt::format("its length is {} bytes; one of type {:#04x} has {}", length, type, wanted));
  begin_ += length;
  offset_ += length;
  ++number_;
  return Outcome::kRecord;
}

}  // namespace groundswell::dbn
