#include "top/frame.hpp"

#include <locale.h>
#include <wchar.h>

#include <algorithm>
#include <utility>

namespace groundswell::top {
namespace {

// The C library knows how wide a character is, in a UTF-8 locale; this thread has one while this lives, whatever the process has.
class Utf8 {
 public:
  Utf8() : before_(::uselocale(locale())) {}
  Utf8(const Utf8&) = delete;
  Utf8& operator=(const Utf8&) = delete;
  ~Utf8() { ::uselocale(before_); }

 private:
  static locale_t locale() {
    static const locale_t made = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return made;  // 0, where there is none: uselocale() then changes nothing, and what is not ASCII becomes '?'
  }
  locale_t before_;
};

struct Glyph {
  std::string_view bytes;
  int width;  // 0: combines with the one before
};

template <class Take>
void for_each_glyph(std::string_view text, Take&& take) {
  const Utf8 utf8;
  while (!text.empty()) {
    wchar_t character = 0;
    mbstate_t state{};
    const std::size_t length = ::mbrtowc(&character, text.data(), text.size(), &state);
    const bool bad = length == 0 || length > text.size();
    const int width = bad ? -1 : ::wcwidth(character);
    take(width < 0 ? Glyph{"?", 1} : Glyph{text.substr(0, length), width});
    text.remove_prefix(bad ? 1 : length);
  }
}

}  // namespace

int columns_of(std::string_view text) {
  int columns = 0;
  for_each_glyph(text, [&](const Glyph& glyph) { columns += glyph.width; });
  return columns;
}

std::string ascii_of(std::string_view text) {
  if (std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; })) return std::string(text);
  static constexpr std::pair<std::string_view, std::string_view> kLikeness[] = {{"▲", "^"}, {"▼", "v"}, {"·", "."}, {"…", "."},
                                                                                {"→", ">"}, {"─", "-"}, {"│", "|"}, {"┌", "+"},
                                                                                {"┐", "+"}, {"└", "+"}, {"┘", "+"}, {"›", ">"}};
  for (const auto& [glyph, likeness] : kLikeness) {
    if (text == glyph) return std::string(likeness);
  }
  return std::string(static_cast<std::size_t>(std::max(columns_of(text), 1)), '?');
}

Frame::Frame(Size size)
    : size_{std::max(size.width, 0), std::max(size.height, 0)},
      cells_(static_cast<std::size_t>(size_.width) * static_cast<std::size_t>(size_.height)) {}

int Frame::put(int x, int y, std::string_view text, Style style, int most) {
  if (y < 0 || y >= size_.height || x < 0 || x >= size_.width || most <= 0) return x;
  const int end = most > size_.width - x ? size_.width : x + most;
  const bool is_cut = columns_of(text) > end - x;
  const int last = is_cut ? end - 1 : end;  // room for the ellipsis
  int at = x, before = -1;
  bool full = false;
  for_each_glyph(text, [&](const Glyph& glyph) {
    if (full) return;
    if (glyph.width == 0) {
      if (before >= 0) cell(before, y).text += glyph.bytes;
      return;
    }
    full = at + glyph.width > last;
    if (full) return;
    cell(at, y) = {std::string(glyph.bytes), style};
    if (glyph.width == 2) cell(at + 1, y) = {"", style};
    before = at;
    at += glyph.width;
  });
  if (!is_cut) return at;
  for (; at < last; ++at) cell(at, y) = {" ", style};  // a wide character did not fit by half
  cell(at, y) = {"…", style};
  return end;
}

void Frame::put_right(int end, int y, std::string_view text, Style style) { put(std::max(end - columns_of(text), 0), y, text, style); }

void Frame::paint(int y, Style style) {
  for (int x = 0; y >= 0 && y < size_.height && x < size_.width; ++x) cell(x, y).style = style;
}

std::string Frame::text() const {
  std::string all;
  for (int y = 0; y < size_.height; ++y) {
    std::string row;
    for (int x = 0; x < size_.width; ++x) row += at(x, y).text;
    row.erase(row.find_last_not_of(' ') + 1);
    all += row + '\n';
  }
  return all;
}

}  // namespace groundswell::top
