// All main numbers of one basket, wave or the thesis, with validity in words.
#include <fmt/format.h>

#include <algorithm>

#include "console/words.hpp"
#include "top/canvas.hpp"
#include "top/numbers.hpp"

namespace groundswell::top {
namespace {

using console::Cell;
using console::Model;
using console::ScopeInfo;

constexpr int kWide = 100;  // from here on there is room for whole words

// What is to be said of a number: of which close, why it is not OK, flags.
std::string remarks(const Cell& cell, std::uint32_t session, bool whole) {
  std::string text;
  const auto add = [&](std::string_view what) {
    if (!what.empty()) text += (text.empty() ? "" : ", ") + std::string(what);
  };
  if (whole || cell.level.present != 0) add(whole ? console::explanation(cell.level.validity) : console::short_word(cell.level.validity));
  if (whole && cell.session < session) add("last close");
  add(flag_words(cell.level.flags));
  return text;
}

struct Places {  // where columns end
  explicit Places(int width) : label(width >= 70 ? 42 : width - 20), value(label + 12), age(value + 7), coverage(age + 8) {}
  int label, value, age, coverage;
};

void draw_number(Canvas& canvas, int y, const Number& each, const Cell& cell) {
  Frame& frame = canvas.frame();
  const Model& model = canvas.scene.shown;
  const Places places(canvas.width());
  const bool old = canvas.standing_ns() != 0;
  frame.put(3, y, fmt::format(fmt::runtime(each.label), benchmark(model)), Style::kPlain, places.label - 4);
  const Written value = written(each, cell, model.session());
  frame.put_right(places.value, y, value.text, old ? Style::kDim : value.style);
  if (cell.level.present != 0) frame.put(places.value, y, each.unit, Style::kDim);
  frame.put_right(places.age, y, canvas.age_of(cell), old ? Style::kWarning : Style::kDim);
  if (places.coverage >= canvas.width()) return;
  frame.put_right(places.coverage, y, fmt::format("{}/{}", cell.level.n_valid, cell.level.n_members), Style::kDim);
  frame.put(places.coverage + 2, y, remarks(cell, model.session(), canvas.width() >= kWide), Style::kWarning);
}

const ScopeInfo& chosen(const std::vector<ScopeInfo>& rows, const std::string& id) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const ScopeInfo& row) { return row.id == id; });
  return found == rows.end() ? rows.front() : *found;
}

}  // namespace

void draw_basket(Canvas& canvas) {
  Frame& frame = canvas.frame();
  const Model& model = canvas.scene.shown;
  ViewState all = canvas.view;
  all.filter.clear();  // of numbers here, not of baskets
  const std::vector<ScopeInfo> rows = overview_rows(model, all);
  if (rows.empty()) return;
  const ScopeInfo& scope = chosen(rows, canvas.view.scope);
  const int x = frame.put(1, canvas.top, scope.name, Style::kBold) + 2;
  std::string about = scope.name == scope.id ? "" : scope.id;
  if (scope.wave && scope.kind == console::ScopeKind::kBasket)
    about += fmt::format("{}wave {} {}", about.empty() ? "" : ", ", static_cast<int>(*scope.wave),
                         kWaveNames[static_cast<std::size_t>(*scope.wave) - 1]);
  frame.put(x, canvas.top, about, Style::kDim);
  struct Line {
    std::string_view title;
    const Number* number = nullptr;
    const Cell* cell = nullptr;
  };
  std::vector<Line> lines;
  for (const Chapter& chapter : chapters()) {
    bool titled = false;
    for (const Number& each : chapter.numbers) {
      const Cell& cell = model.cell(scope.id, each.signal);
      if (!cell.told() || !(holds(each.signal, canvas.view.filter) || holds(each.label, canvas.view.filter))) continue;
      if (!titled) lines.push_back({.title = chapter.title});
      titled = true;
      lines.push_back({.title = {}, .number = &each, .cell = &cell});
    }
  }
  int y = canvas.top + 1;
  const Places places(canvas.width());
  frame.put_right(places.age, y, "age", Style::kDim);
  if (places.coverage < canvas.width()) frame.put_right(places.coverage, y, "n/m", Style::kDim);
  ++y;
  canvas.drawn.page = std::max(canvas.bottom - y, 1);
  canvas.drawn.most_scroll = std::max(static_cast<int>(lines.size()) - canvas.drawn.page, 0);
  if (lines.empty())
    frame.put(1, y,
              canvas.view.filter.empty() ? "No numbers of it yet." : "None of its numbers has '" + canvas.view.filter + "' in its name.");
  for (int i = std::min(canvas.view.scroll, canvas.drawn.most_scroll); i < static_cast<int>(lines.size()) && y < canvas.bottom; ++i, ++y) {
    const Line& line = lines[static_cast<std::size_t>(i)];
    if (line.number == nullptr)
      frame.put(1, y, line.title, Style::kBold);
    else
      draw_number(canvas, y, *line.number, *line.cell);
  }
}

}  // namespace groundswell::top
