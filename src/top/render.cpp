#include "top/render.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "config/calendar.hpp"
#include "console/words.hpp"
#include "top/canvas.hpp"
#include "top/numbers.hpp"
#include "wire/codec.hpp"

namespace groundswell::top {
namespace {

constexpr std::int64_t kStaleNs = 1'000'000'000;

std::string upper(std::string_view text) {
  std::string all(text);
  std::transform(all.begin(), all.end(), all.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return all;
}

std::string mode_word(const console::Model& live) {
  return live.heartbeat() ? upper(wire::kModeNames[static_cast<std::size_t>(live.heartbeat()->mode)]) : std::string("NOT CONNECTED");
}

std::string seconds(std::int64_t ns) { return fmt::format("{} s", ns / 1'000'000'000); }

void draw_header(Canvas& canvas) {
  const Scene& scene = canvas.scene;
  Frame& frame = canvas.frame();
  int x = frame.put(0, 0, " groundswell  ", Style::kBar);
  x = frame.put(x, 0, mode_word(scene.live), Style::kBar);
  if (const std::uint64_t time_ns = scene.shown.event_time_ns(); time_ns != 0) {
    const bool room = canvas.width() >= 60;
    const std::string date = room ? config::format_date(config::new_york_date(time_ns)) + " " : "";
    x = frame.put(x, 0, "  " + date + console::new_york_time(time_ns) + (room ? " New York" : ""), Style::kBar);
  }
  frame.paint(0, Style::kBar);
  if (scene.paused_ns != 0) {
    frame.put_right(canvas.width(), 0, " PAUSED " + seconds(canvas.now_ns - scene.paused_ns) + " ", Style::kAlarm);
  } else if (const int room = canvas.width() - x - 4; room > 16) {
    frame.put(canvas.width() - 1 - std::min(columns_of(scene.endpoint), room), 0, scene.endpoint, Style::kBar, room);
  }
}

void draw_footer(Canvas& canvas) {
  Frame& frame = canvas.frame();
  const ViewState& view = canvas.view;
  const int y = frame.size().height - 1;
  if (view.typing) {
    frame.put(0, y, " filter: " + view.filter + "_   enter keeps it, esc drops it", Style::kBar);
    frame.paint(y, Style::kBar);
    return;
  }
  int x = 0;
  const bool room = canvas.width() >= 60;
  for (std::size_t pane = 0; pane < kPaneNames.size(); ++pane) {
    const bool here = view.pane == static_cast<Pane>(pane);
    const std::string name = room || here ? fmt::format("{} {}", pane + 1, kPaneNames[pane]) : fmt::format("{}", pane + 1);
    x = frame.put(x, y, here ? "[" + name + "]" : " " + name + " ", here ? Style::kBold : Style::kPlain);
  }
  std::string more = "  ? help  q quit";
  if (view.pane == Pane::kOverview) more += fmt::format("  s sort: {}", kSortNames[static_cast<std::size_t>(view.sort)]);
  if (!view.filter.empty()) more = "  filter: " + view.filter + " (esc)" + more;
  frame.put(x, y, more, view.filter.empty() ? Style::kDim : Style::kWarning);
}

void draw_help(Canvas& canvas) {
  static constexpr std::string_view kLines[] = {
      "1 2 3 4, Tab     panes: overview, one basket, events, health",
      "↑ ↓ j k          move; PgUp PgDn, g G: by pages, to the ends",
      "enter, esc       open the basket of a row; back",
      "← →              the basket before, the next one",
      "s                order of the overview: wave, breadth, strength, rank, name",
      "f /              only what has this text",
      "space            stand still; ages go on",
      "t                colours for a dark screen, a light one, none",
      "q                leave",
      "",
      "▲ above zero, ▼ below. n/m: members that count, of how many; ! with doubts.",
      "c: of the last close. *: not OK, the basket's pane says why.",
      "few: too few members count. warmup: too little history.",
      "age: market time since the number, or one of the row, has changed.",
  };
  int y = canvas.top;
  for (const std::string_view line : kLines) {
    if (y < canvas.bottom) canvas.frame().put(1, y++, line);
  }
}

// What to say while there are no numbers.
void draw_emptiness(Canvas& canvas) {
  const Scene& scene = canvas.scene;
  const int y = canvas.top + 1;
  if (!scene.live.heartbeat()) {
    canvas.frame().put(1, y, "Nothing has been heard from " + scene.endpoint + " yet.", Style::kBold);
    canvas.frame().put(1, y + 1, "Is an engine or relay running there?");
    canvas.frame().put(1, y + 2, "Another one: groundswell top --endpoint ENDPOINT");
    canvas.frame().put(1, y + 3, "None at all: groundswell demo");
  } else {
    canvas.frame().put(1, y, "No numbers yet.", Style::kBold);
    canvas.frame().put(1, y + 1, "They come with the first session that the engine sees.");
  }
}

bool has_numbers(const console::Model& model) { return model.changes() != 0 && !model.scopes().empty(); }

}  // namespace

std::int64_t silence_ns(const console::Model& live, std::int64_t now_ns) {
  if (!live.heartbeat()) return 0;
  const std::int64_t silent_ns = now_ns - live.heartbeat_at_ns();
  return silent_ns > kStaleNs ? silent_ns : 0;
}

std::int64_t Canvas::standing_ns() const { return scene.paused_ns != 0 ? now_ns - scene.paused_ns : silence_ns(scene.live, now_ns); }

std::string Canvas::age_of(const console::Cell& cell) const {
  return cell.told() ? console::age_text(age_ns(scene.shown, cell) + standing_ns()) : std::string("-");
}

std::vector<Notice> notices(const Scene& scene, std::int64_t now_ns) {
  const console::Model& live = scene.live;
  std::vector<Notice> all;
  if (const std::int64_t silent_ns = silence_ns(live, now_ns); silent_ns != 0) {
    all.push_back({"STALE " + seconds(silent_ns) + ": nothing is heard from " + scene.endpoint, Style::kAlarm});
  } else if (live.heartbeat() && live.heartbeat()->state != client::NodeState::kRunning) {
    const std::string state = upper(wire::kEngineStateNames[static_cast<std::size_t>(live.heartbeat()->state)]);
    all.push_back({"The engine is " + state + (scene.health.reason().empty() ? "" : ": " + scene.health.reason()), Style::kAlarm});
  }
  for (const FeedHealth& feed : scene.health.feeds()) {
    if (const std::int64_t silent_ns = scene.health.silence_ns(feed); silent_ns != 0)
      all.push_back({"STALE " + seconds(silent_ns) + ": feed " + feed.name + " is silent", Style::kAlarm});
  }
  if (!live.trouble().empty()) all.push_back({live.trouble(), Style::kWarning});
  if (live.state() == client::State::kRepairing) all.push_back({"Something is missing and was asked for.", Style::kWarning});
  if (live.lost_edges() != 0)
    all.push_back({fmt::format("{} events were lost on the way and are held nowhere.", live.lost_edges()), Style::kWarning});
  return all;
}

Drawn render(const Scene& scene, const ViewState& view, Size size, std::int64_t now_ns) {
  Canvas canvas{.scene = scene, .view = view, .now_ns = now_ns, .drawn = {.frame = Frame(size)}};
  Frame& frame = canvas.frame();
  const std::vector<Notice> told = notices(scene, now_ns);
  if (size.width < kSmallest.width || size.height < kSmallest.height) {
    frame.put(0, 0, fmt::format("{}x{} is too small: {}x{}", size.width, size.height, kSmallest.width, kSmallest.height), Style::kBold);
    if (!told.empty()) frame.put(0, 1, told.front().text, told.front().style);
    return std::move(canvas.drawn);
  }
  draw_header(canvas);
  if (!view.printed) draw_footer(canvas);
  canvas.top = 1;
  canvas.bottom = size.height - 1;
  if (!told.empty()) {
    const std::string more = told.size() == 1 ? "" : fmt::format(" (and {} more: 4)", told.size() - 1);
    const int most = size.width - 1 - columns_of(more);
    const int x = frame.put(1, 1, told.front().text, told.front().style, most);
    frame.put(x, 1, more, told.front().style);
    ++canvas.top;
  }
  if (view.help) {
    draw_help(canvas);
  } else if (view.pane == Pane::kHealth) {
    draw_health(canvas);
  } else if (!has_numbers(scene.shown)) {
    draw_emptiness(canvas);
  } else if (view.pane == Pane::kOverview) {
    draw_overview(canvas);
  } else if (view.pane == Pane::kBasket) {
    draw_basket(canvas);
  } else {
    draw_events(canvas);
  }
  return std::move(canvas.drawn);
}

}  // namespace groundswell::top
