// The tape of events, the newest first, and what moved the selected one.
#include <fmt/format.h>

#include <algorithm>

#include "config/calendar.hpp"
#include "console/words.hpp"
#include "pipeline/outputs.hpp"
#include "top/canvas.hpp"

namespace groundswell::top {
namespace {

using console::Event;

std::string value_text(const Event& event, std::uint8_t bit, double value) {
  if ((event.edge.present & bit) == 0) return {};
  if (const std::string_view word = console::word_of(event.signal, value); !word.empty()) return std::string(word);
  return console::rounded_text(value);
}

std::string change_text(const Event& event) {
  const std::string now = value_text(event, kValuePresent, event.edge.value), before = value_text(event, kPriorPresent, event.edge.prior);
  return before.empty() || before == now ? now : before + " → " + now;
}

// Of the number: whether that is good is the trigger's affair. Words neither rise nor fall.
int move_of(const Event& event) {
  const Edge& edge = event.edge;
  const bool numbers = (edge.present & (kValuePresent | kPriorPresent)) == (kValuePresent | kPriorPresent);
  if (!numbers || !console::word_of(event.signal, edge.value).empty()) return 0;
  return edge.value > edge.prior ? 1 : edge.value < edge.prior ? -1 : 0;
}

// Its time; of another day than today's the date.
std::string when(const Canvas& canvas, const Event& event) {
  const std::uint32_t date = config::new_york_date(event.edge.ts_event_ns);
  if (date == config::new_york_date(canvas.scene.shown.event_time_ns())) return console::new_york_time(event.edge.ts_event_ns);
  return config::format_date(date).substr(5);
}

void draw_event(Canvas& canvas, int y, const Event& event, bool selected) {
  Frame& frame = canvas.frame();
  const bool wide = canvas.width() >= 70;
  const auto name = [&](const std::string& scope) { return event.subject.empty() ? scope : event.subject; };
  if (selected) frame.put(0, y, "›", Style::kSelected);
  frame.put(1, y, when(canvas, event), selected ? Style::kSelected : Style::kDim);
  const int moved = move_of(event);
  frame.put(10, y, moved > 0 ? "▲" : moved < 0 ? "▼" : "·", moved > 0 ? Style::kUp : moved < 0 ? Style::kDown : Style::kDim);
  const int type_width = wide ? 18 : 14, scope_width = wide ? 21 : 13;
  int x = 12;
  frame.put(x, y, event.type, Style::kPlain, type_width - 1);
  frame.put(x += type_width, y, name(event.scope), Style::kPlain, scope_width - 1);
  if (!wide) return;
  const int change_width = event.why.empty() ? Frame::kAll : canvas.width() >= 100 ? 26 : 17;
  frame.put(x += scope_width, y, change_text(event), Style::kPlain, change_width - 1);
  if (!event.why.empty()) frame.put(x + change_width, y, console::why_text(event.why, canvas.scene.shown.names()), Style::kDim);
}

// Everything about one event in the rows from `y` on.
void draw_whole(Canvas& canvas, int y, const Event& event) {
  Frame& frame = canvas.frame();
  const Edge& edge = event.edge;
  std::string about = event.type + " in " + event.scope + (event.subject.empty() ? "" : ", " + event.subject);
  if (!event.trigger.empty() && event.trigger != event.type) about += ", trigger " + event.trigger;
  std::string what = change_text(event);
  if (!what.empty() && !event.signal.empty()) what = event.signal + " " + what;
  if ((edge.present & kThresholdPresent) != 0) what += ", bound " + console::rounded_text(edge.threshold);
  const std::string_view validity = console::explanation(edge.validity);
  what += fmt::format("{}{} of {} members count{}{}", what.empty() ? "" : "; ", edge.n_valid, edge.n_members, validity.empty() ? "" : "; ",
                      validity);
  const std::string flags = pipeline::flags_text(edge.flags);
  frame.put(1, y, about, Style::kBold);
  frame.put(1, y + 1, config::format_utc(edge.ts_event_ns) + "  event " + std::to_string(edge.eseq) + (flags.empty() ? "" : "  " + flags),
            Style::kDim);
  frame.put(1, y + 2, what);
  frame.put(
      1, y + 3,
      event.why.empty() ? "no member's part is told with it" : "moved by " + console::why_text(event.why, canvas.scene.shown.names(), 12));
}

}  // namespace

void draw_events(Canvas& canvas) {
  Frame& frame = canvas.frame();
  const auto rows = tape(canvas.scene.shown, canvas.view);
  if (rows.empty()) {
    frame.put(
        1, canvas.top + 1,
        canvas.view.filter.empty() ? "No events yet." : "No event has '" + canvas.view.filter + "' in its type, scope, trigger or symbol.");
    return;
  }
  constexpr int kWholeRows = 5;  // a line above it
  const bool room = canvas.bottom - canvas.top >= 10;
  const int end = canvas.bottom - (room ? kWholeRows : 0);
  const auto selected = std::find_if(rows.begin(), rows.end(), [&](const Event* row) { return row->number == canvas.view.event; });
  const int place = selected == rows.end() ? 0 : static_cast<int>(selected - rows.begin());
  canvas.drawn.page = std::max(end - canvas.top, 1);
  int y = canvas.top;
  for (int i = std::max(place - canvas.drawn.page + 1, 0); i < static_cast<int>(rows.size()) && y < end; ++i)
    draw_event(canvas, y++, *rows[static_cast<std::size_t>(i)], i == place);
  if (!room) return;
  for (int x = 0; x < canvas.width(); ++x) frame.put(x, end, "─", Style::kDim);
  draw_whole(canvas, end + 1, *rows[static_cast<std::size_t>(place)]);
}

}  // namespace groundswell::top
