// A screen as a grid of cells, drawn without a terminal: text that any source sent may be put into it, and nothing of it can reach the
// terminal as a command. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace groundswell::top {

// What a cell means; colours are the screen's. Never the only carrier of a meaning.
enum class Style : std::uint8_t { kPlain, kDim, kBold, kUp, kDown, kWarning, kAlarm, kSelected, kBar };
inline constexpr std::size_t kStyles = 9;

struct Size {
  int width = 0, height = 0;  // columns, rows
  friend bool operator==(const Size&, const Size&) = default;
};

struct FrameCell {
  std::string text = " ";  // UTF-8: one character and what combines with it; "" = the right half of the wide one before it
  Style style = Style::kPlain;
  friend bool operator==(const FrameCell&, const FrameCell&) = default;
};

class Frame {
 public:
  static constexpr int kAll = std::numeric_limits<int>::max();

  explicit Frame(Size size);
  Size size() const noexcept { return size_; }
  // Puts text at a column and row, at most `most` columns of it and never beyond the edge; what is cut ends in "…". Control characters
  // and bytes that are no UTF-8 become '?'. Returns the column after it. Outside of the frame: nothing.
  int put(int x, int y, std::string_view text, Style style = Style::kPlain, int most = kAll);
  void put_right(int end, int y, std::string_view text, Style style = Style::kPlain);  // ends before column `end`
  void paint(int y, Style style);                                                      // a whole row; its text stays
  const FrameCell& at(int x, int y) const {
    return cells_[static_cast<std::size_t>(y) * static_cast<std::size_t>(size_.width) + static_cast<std::size_t>(x)];
  }
  std::string text() const;  // its rows without trailing blanks, each with a newline
  friend bool operator==(const Frame&, const Frame&) = default;

 private:
  FrameCell& cell(int x, int y) { return const_cast<FrameCell&>(std::as_const(*this).at(x, y)); }
  Size size_;
  std::vector<FrameCell> cells_;
};

int columns_of(std::string_view text);        // on a terminal, as put() would draw it
std::string ascii_of(std::string_view text);  // a cell's text for a terminal without UTF-8, of as many columns

}  // namespace groundswell::top
