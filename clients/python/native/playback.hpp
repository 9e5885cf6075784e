// What a recording says, block by block: its events as they were published, or levels and events folded anew from its records.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "groundswell/client/fold.hpp"
#include "groundswell/client/journal_reader.hpp"

namespace groundswell::python {

// Half-open ranges of event time in ns UTC, in rising order; none at all = everything.
using Windows = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
bool inside(const Windows& windows, std::uint64_t time_ns) noexcept;

// Names that are wanted; none = all. Asked by number, since names of numbers stay.
class Wanted {
 public:
  explicit Wanted(std::vector<std::string> names) : names_(std::move(names)) {}
  bool operator()(std::uint32_t number, std::string_view name) {
    if (names_.empty()) return true;
    if (number >= known_.size()) known_.resize(number + std::size_t{1}, kUnknown);
    if (known_[number] == kUnknown) known_[number] = is_listed(name) ? kYes : kNo;
    return known_[number] == kYes;
  }

 private:
  enum : std::uint8_t { kUnknown, kYes, kNo };
  bool is_listed(std::string_view name) const noexcept;
  std::vector<std::string> names_;
  std::vector<std::uint8_t> known_;
};

class Playback {
 public:
  // Without a fold: what was published. Throws Failure.
  Playback(client::JournalReader reader, const std::optional<client::FoldOptions>& fold);
  // The next block; kEnd for ever at the end. Calls the handler for what is in it.
  client::JournalReader::Kind advance(client::Handler& handler);
  const client::JournalReader& reader() const noexcept { return reader_; }
  const client::Names& names() const noexcept { return fold_ ? fold_->names() : reader_.names(); }
  // When the engine took a record in, of those gone through so far; 0 = the recording does not say.
  std::int64_t received_ns(std::uint64_t jseq) const noexcept;
  std::string digest() const { return fold_ ? fold_->digest() : std::string(); }

 private:
  client::JournalReader reader_;
  std::optional<client::Fold> fold_;
  // Of the newest records gone through, by their numbers: published events come after what caused them, though not long after.
  static constexpr std::size_t kReceivedKept = std::size_t{1} << 20;
  std::vector<std::int64_t> received_ns_;
  std::uint64_t next_jseq_ = 1;
};

}  // namespace groundswell::python
