#include "import/row_reader.hpp"

#include <fmt/format.h>

#include <cstring>

namespace groundswell::importer {
namespace {
constexpr std::size_t kBufferBytes = 1024 * 1024;  // and so the longest row
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
}  // namespace

RowReader::RowReader(Archive& source, std::string label) : source_(source), label_(std::move(label)), buffer_(kBufferBytes) {
  while (end_ < kByteOrderMark.size() && fill()) {
  }
  if (std::string_view{buffer_.data(), end_}.starts_with(kByteOrderMark)) begin_ = kByteOrderMark.size();
}

bool RowReader::fill() {
  if (at_end_ || failed_) return false;
  if (begin_ != 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) {
    error_ =
        fail(Exit::kBadData, fmt::format("{}:{}: a row longer than {} bytes, or a quote that never closes", label_, line_, buffer_.size()));
    failed_ = true;
    return false;
  }
  const Result<std::size_t> count = source_.read(buffer_.data() + end_, buffer_.size() - end_);
  if (count.has_error()) {
    error_ = count.error();
    failed_ = true;
    return false;
  }
  end_ += *count;
  at_end_ = *count == 0;
  return !at_end_;
}

int RowReader::peek(std::size_t offset) {
  while (begin_ + offset >= end_) {
    if (!fill()) return -1;
  }
  return static_cast<unsigned char>(buffer_[begin_ + offset]);
}

bool RowReader::ends_line(std::size_t offset) {
  const int c = peek(offset);
  if (c != '\r') return c < 0 || c == '\n';
  const int following = peek(offset + 1);
  return following < 0 || following == '\n';
}

RowReader::Outcome RowReader::next() {
  while (true) {
    line_ = next_line_;
    const char* newline = nullptr;
    std::size_t searched = 0;
    while (true) {
      const char* const row = buffer_.data() + begin_;
      newline = static_cast<const char*>(std::memchr(row + searched, '\n', end_ - begin_ - searched));
      searched = end_ - begin_;
      if (newline != nullptr || !fill()) break;
    }
    if (failed_) return Outcome::kFailed;
    const char* const row = buffer_.data() + begin_;
    if (newline == nullptr && begin_ == end_) return Outcome::kEnd;
    const auto length = newline != nullptr ? static_cast<std::size_t>(newline - row) : end_ - begin_;
    if (std::memchr(row, '"', length) != nullptr) return split_quoted();
    ++next_line_;
    begin_ += length + (newline != nullptr ? 1 : 0);
    const std::size_t text_length = length > 0 && row[length - 1] == '\r' ? length - 1 : length;
    if (text_length == 0) continue;
    split_plain(std::string_view{row, text_length});
    return Outcome::kRow;
  }
}

void RowReader::split_plain(std::string_view row) {
  fields_.clear();
  const char* at = row.data();
  const char* const end = at + row.size();
  while (const auto* comma = static_cast<const char*>(std::memchr(at, ',', static_cast<std::size_t>(end - at)))) {
    fields_.emplace_back(at, static_cast<std::size_t>(comma - at));
    at = comma + 1;
  }
  fields_.emplace_back(at, static_cast<std::size_t>(end - at));
}

// Byte by byte, undoubling quotes in place: what is written never overtakes what is read.
RowReader::Outcome RowReader::split_quoted() {
  pieces_.clear();
  ++next_line_;
  std::size_t at = 0;
  while (true) {
    const std::size_t start = at;
    std::size_t out = at;
    if (peek(at) == '"') {
      for (++at;; ++at) {
        const int c = peek(at);
        if (c < 0) return bad("a quote that never closes", at);
        if (c == '"' && peek(++at) != '"') break;
        if (c == '\n') ++next_line_;
        buffer_[begin_ + out++] = static_cast<char>(c);
      }
    } else {
      while (peek(at) != ',' && !ends_line(at)) ++at;
      out = at;
    }
    pieces_.push_back({start, out - start});
    if (peek(at) == ',') {
      ++at;
      continue;
    }
    if (!ends_line(at)) return bad("text after a closing quote", at);
    break;
  }
  if (peek(at) == '\r') ++at;
  const std::size_t consumed = peek(at) < 0 ? at : at + 1;
  if (failed_) return Outcome::kFailed;
  fields_.clear();
  for (const Piece& piece : pieces_) fields_.emplace_back(buffer_.data() + begin_ + piece.offset, piece.length);
  begin_ += consumed;
  return Outcome::kRow;
}

RowReader::Outcome RowReader::bad(std::string what, std::size_t offset) {
  int c = peek(offset);
  while (c >= 0 && c != '\n') c = peek(++offset);
  if (failed_) return Outcome::kFailed;
  begin_ += c < 0 ? offset : offset + 1;
  what_ = std::move(what);
  return Outcome::kBad;
}

}  // namespace groundswell::importer
