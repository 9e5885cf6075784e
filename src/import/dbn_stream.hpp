// Cuts a stream of DBN bytes into metadata and records, and checks every length on the way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace groundswell::dbn {

struct MappingInterval {
  std::string symbol;  // what the request called it
  std::uint32_t instrument = 0;
  std::uint32_t first_day = 0, end_day = 0;  // days since 1970-01-01 UTC; end_day is no longer of it
};

struct Metadata {
  std::uint8_t version = 0;
  std::string dataset;       // e.g. XNAS.ITCH
  std::uint16_t schema = 0;  // kNoSchema = several kinds of records, as in live sessions
  bool sends_times = false;  // each record ends with the time at which it was sent
  std::vector<MappingInterval> mappings;
};
inline constexpr std::uint16_t kNoSchema = 0xffff;
inline constexpr std::uint16_t kSchemaTbbo = 3;

// Appends at most `capacity` bytes at `buffer` and returns how many; 0 at the end. Errors end the stream.
using ReadBytes = std::function<Result<std::size_t>(char* buffer, std::size_t capacity)>;

class StreamReader {
 public:
  enum class Outcome {
    kRecord,
    kEnd,
    kDamaged,  // what() says where and how; nothing after it can be read
  };

  // `label` names the stream in messages.
  StreamReader(ReadBytes read, std::string label);

  // Once, first. Errors: 65 no DBN, an unknown version, metadata that is cut off or says what cannot be; those of `read`.
  Result<Metadata> read_metadata();
  Outcome next();

  std::span<const std::byte> record() const noexcept { return record_; }  // header to end; until the next call
  std::uint64_t record_number() const noexcept { return number_; }        // of the last record, from 1
  const std::string& what() const noexcept { return what_; }

 private:
  bool fill(std::size_t bytes);  // at least so many unread; false when the stream ends or breaks before
  Outcome damaged(const std::string& what);

  ReadBytes read_;
  std::string label_;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0, end_ = 0;  // the unread part of buffer_
  std::uint64_t offset_ = 0;         // of begin_ in the stream
  bool at_end_ = false;
  Error broken_{Exit::kOk, {}};  // why `read` ended the stream, if it failed
  std::uint8_t version_ = 0;
  bool sends_times_ = false;
  std::span<const std::byte> record_;
  std::uint64_t number_ = 0;
  std::string what_;
};

}  // namespace groundswell::dbn
