// The state of the thesis in words, then a row for each wave and basket.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/calendar.hpp"
#include "console/words.hpp"
#include "top/canvas.hpp"
#include "top/numbers.hpp"

namespace groundswell::top {
namespace {

using console::Cell;
using console::Model;
using console::ScopeInfo;
using console::ScopeKind;

constexpr std::uint32_t kDoubts = kFlagFeedGap | kFlagStaleMembers | kFlagHaltedMembers | kFlagSuspectMembers | kFlagPartialSession;

struct Column {
  const char* title;   // {} stands for the benchmark
  const char* signal;  // nullptr: coverage, age or notes, by `what`
  int width;           // with a blank before it
  int rank;            // the lowest stay when there is no room for all
  enum What { kNumber, kCoverage, kAge, kNotes } what = kNumber;
};
constexpr Column kColumns[] = {{"breadth %", "ad_pct", 10, 0},
                               {"vs {} %", "excess_1", 10, 1},
                               {"21 days %", "excess_21", 10, 6},
                               {"rank", "rank_pct", 8, 4},
                               {"5 days", "rank_change_5", 8, 9},
                               {"rotation", "quadrant", 11, 5},
                               {">50d %", "pct_above_sma_50", 8, 7},
                               {"score", "broadening", 9, 8},
                               {"n/m", nullptr, 9, 3, Column::kCoverage},
                               {"age", nullptr, 5, 2, Column::kAge},
                               {"notes", nullptr, 20, 10, Column::kNotes}};
constexpr int kNameMost = 32;

// Those that fit, in their order.
std::vector<const Column*> columns_for(int width) {
  std::vector<const Column*> all;
  int left = width - (width < 60 ? 15 : 24);  // the name has the rest
  for (int rank = 0; rank < static_cast<int>(std::size(kColumns)); ++rank) {
    const Column* const column =
        std::find_if(std::begin(kColumns), std::end(kColumns), [&](const Column& each) { return each.rank == rank; });
    if (column->width > left) break;
    left -= column->width;
    all.push_back(column);
  }
  std::sort(all.begin(), all.end());
  return all;
}

Written coverage(const Cell& cell) {
  if (!cell.told()) return {"- ", Style::kDim};
  const bool doubts = (cell.level.flags & kDoubts) != 0;
  return {fmt::format("{}/{}{}", cell.level.n_valid, cell.level.n_members, doubts ? '!' : ' '), doubts ? Style::kWarning : Style::kPlain};
}

// Since any number of the row has changed: what has not changed is current too.
std::string row_age(const Canvas& canvas, const ScopeInfo& row) {
  const Cell* newest = &canvas.scene.shown.cell(row.id, "ad_pct");
  for (const Column& column : kColumns) {
    if (column.what != Column::kNumber) continue;
    const Cell& cell = canvas.scene.shown.cell(row.id, column.signal);
    if (cell.ts_event_ns > newest->ts_event_ns) newest = &cell;
  }
  return canvas.age_of(*newest);
}

Written content(const Canvas& canvas, const ScopeInfo& row, const Column& column) {
  const Model& model = canvas.scene.shown;
  const Cell& breadth = model.cell(row.id, "ad_pct");
  switch (column.what) {
    case Column::kCoverage: return coverage(breadth);
    case Column::kAge: return {row_age(canvas, row), canvas.standing_ns() != 0 ? Style::kWarning : Style::kDim};
    case Column::kNotes: return {flag_words(breadth.told() ? breadth.level.flags : 0), Style::kDim};
    default: return written(number(column.signal), model.cell(row.id, column.signal), model.session());
  }
}

void draw_row(Canvas& canvas, int y, const ScopeInfo& row, const std::vector<const Column*>& columns, int name_width, bool selected) {
  Frame& frame = canvas.frame();
  const bool old = canvas.standing_ns() != 0, heading = row.kind != ScopeKind::kBasket;
  const std::string name =
      (heading || canvas.view.sort != Sort::kWave ? "" : "  ") + (row.kind == ScopeKind::kThesis ? "thesis: all waves" : row.name);
  if (selected) frame.put(0, y, "›", Style::kSelected);
  frame.put(1, y, name, selected ? Style::kSelected : heading ? Style::kBold : Style::kPlain, name_width - 1);
  int end = name_width;
  for (const Column* column : columns) {
    end += column->width;
    const Written cell = content(canvas, row, *column);
    const Style style = old && column->what == Column::kNumber ? Style::kDim : cell.style;
    if (column->what == Column::kNotes)
      frame.put(end - column->width + 1, y, cell.text, style);
    else
      frame.put_right(end, y, cell.text, style);
  }
}

std::string spaced(std::string_view word) {
  std::string text;
  for (const char letter : word) text += (text.empty() ? "" : " ") + std::string(1, letter);
  return text;
}

// "close of 2026-11-19, 17h, handoff"; in words why there is no state.
std::string state_note(const Canvas& canvas, const Cell& state) {
  if (!state.told()) return "it comes with the first close";
  std::string note = "close of " + config::format_date(state.session) + ", " + canvas.age_of(state);
  if (state.level.validity != Validity::kOk) note += ", " + std::string(console::explanation(state.level.validity));
  if (const std::string flags = flag_words(state.level.flags); !flags.empty()) note += ", " + flags;
  return note;
}

// What it would be, and what it stands on.
std::string state_now(const Canvas& canvas) {
  const Model& model = canvas.scene.shown;
  const auto told = [&](std::string_view signal) {
    std::string text = written(number(signal), model.cell("thesis", signal), 0).text;
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  };
  const Cell& provisional = model.cell("thesis", "provisional_state");
  const Cell& lead = model.cell("thesis", "wave_lead");
  const bool nobody = lead.told() && lead.level.present == 0 && lead.level.validity == Validity::kUndefined;
  std::string text = "now: " + told("provisional_state");
  if (provisional.told()) text += ", " + canvas.age_of(provisional);
  text += " │ score " + told("broadening") + " │ lead: " + (nobody ? "no wave" : told("wave_lead"));
  return text + " │ suppliers ahead: " + told("d_rs") + " %";
}

// Large where there is room. Returns the row after it.
int draw_state(Canvas& canvas) {
  Frame& frame = canvas.frame();
  const Cell& cell = canvas.scene.shown.cell("thesis", "state");
  const std::string_view word = cell.told() && cell.level.present != 0 ? console::word_of("state", cell.level.value) : "UNKNOWN";
  const auto found = std::find(kThesisStateNames.begin(), kThesisStateNames.end(), word);
  const std::string_view means = console::meaning(static_cast<ThesisState>(found - kThesisStateNames.begin()));
  const Style style = word == "BROADENING" || word == "CONFIRMED" ? Style::kUp
                      : word == "DIVERGING" || word == "BREAKING" ? Style::kDown
                                                                  : Style::kBold;
  const std::string large = canvas.width() >= 60 ? spaced(word) : std::string(word);
  int y = canvas.top, x = 1;
  if (canvas.bottom - canvas.top >= 28) {
    std::string line;
    for (int i = 0; i < columns_of(large) + 6; ++i) line += "─";
    frame.put(1, y, "┌" + line + "┐", style);
    frame.put(1, y + 1, "│   " + large + "   │", style);
    frame.put(1, y + 2, "└" + line + "┘", style);
    x = columns_of(large) + 11;
    frame.put(x, y, means, Style::kBold);
    frame.put(x, y + 1, state_note(canvas, cell), Style::kDim);
    frame.put(x, y + 2, state_now(canvas));
    return y + 4;
  }
  x = frame.put(x, y, large, style) + 2;
  const std::string note = state_note(canvas, cell), now = state_now(canvas);
  if (canvas.width() >= 60) {
    frame.put(x, y, means);
    frame.put(1, y + 1, note + " │ " + now);
  } else {
    frame.put(x, y, note);
    frame.put(1, y + 1, now);
  }
  return y + 2;
}

}  // namespace

void draw_overview(Canvas& canvas) {
  Frame& frame = canvas.frame();
  int y = draw_state(canvas);
  const std::vector<const Column*> columns = columns_for(canvas.width());
  int name_width = canvas.width();
  for (const Column* column : columns) name_width -= column->width;
  name_width = std::min(name_width, kNameMost);
  int end = name_width;
  for (const Column* column : columns) {
    end += column->width;
    const std::string title = fmt::format(fmt::runtime(column->title), benchmark(canvas.scene.shown).substr(0, 4));
    if (column->what == Column::kNotes)
      frame.put(end - column->width + 1, y, title, Style::kDim);
    else
      frame.put_right(column->what == Column::kAge ? end : end - 1, y, title, Style::kDim);
  }
  frame.put(1, y++, "basket", Style::kDim, name_width - 1);
  const std::vector<ScopeInfo> rows = overview_rows(canvas.scene.shown, canvas.view);
  if (rows.empty()) frame.put(1, y, "No basket has '" + canvas.view.filter + "' in its name, id or wave.");
  const auto selected = std::find_if(rows.begin(), rows.end(), [&](const ScopeInfo& row) { return row.id == canvas.view.scope; });
  const int place = selected == rows.end() ? 0 : static_cast<int>(selected - rows.begin());
  canvas.drawn.page = std::max(canvas.bottom - y, 1);
  for (int i = std::max(place - canvas.drawn.page + 1, 0); i < static_cast<int>(rows.size()) && y < canvas.bottom; ++i)
    draw_row(canvas, y++, rows[static_cast<std::size_t>(i)], columns, name_width, i == place && !canvas.view.printed);
}

}  // namespace groundswell::top
