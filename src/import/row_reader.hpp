// Splits a stream of CSV into rows of fields by RFC 4180: fields in double quotes may hold commas, line ends and doubled quotes; lines end
// with LF or CRLF; a byte order mark is passed over, and so are empty lines. No allocation per row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "import/archive.hpp"

namespace groundswell::importer {

class RowReader {
 public:
  enum class Outcome {
    kRow,
    kEnd,
    kBad,     // not CSV here: what() says why; the next call goes on at the next line
    kFailed,  // the stream broke: error()
  };

  // Reads the current member of `source`, which must outlive it. `label` names it in errors.
  RowReader(Archive& source, std::string label);

  Outcome next();
  std::span<const std::string_view> fields() const noexcept { return fields_; }  // until the next call
  std::uint64_t line() const noexcept { return line_; }                          // where the last row begins, from 1
  const std::string& what() const noexcept { return what_; }
  const Error& error() const noexcept { return error_; }

 private:
  bool fill();                         // more bytes behind end_; false at the end of the stream or after an error
  int peek(std::size_t offset);        // byte `offset` of the row, -1 at the end
  bool ends_line(std::size_t offset);  // LF, CRLF or the end begins there
  void split_plain(std::string_view row);
  Outcome split_quoted();
  Outcome bad(std::string what, std::size_t offset);  // and skip the line that `offset` is in

  struct Piece {  // of the row; offsets stay valid when the buffer moves
    std::size_t offset, length;
  };

  Archive& source_;
  std::string label_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;  // the unread part of buffer_; a row begins at begin_
  bool at_end_ = false, failed_ = false;
  std::uint64_t line_ = 0, next_line_ = 1;
  std::vector<Piece> pieces_;
  std::vector<std::string_view> fields_;
  std::string what_;
  Error error_;
};

}  // namespace groundswell::importer
