// How the connection, the node and its feeds are, and what the node says to its operators.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "console/words.hpp"
#include "top/canvas.hpp"
#include "wire/codec.hpp"

namespace groundswell::top {
namespace {

constexpr std::array<std::string_view, 5> kStates{
    "nothing heard yet", "joining: heartbeats come, the snapshot has not", "whole: nothing that was published is missing",
    "repairing: something is missing and was asked for", "stale: no heartbeat, nobody knows what is true now"};

std::string share(std::uint64_t part, std::uint64_t whole) { return whole == 0 ? "-" : fmt::format("{} %", 100 * part / whole); }

std::string lines_text(const FeedHealth& feed) {
  std::string text;
  for (std::size_t i = 0; i < feed.lines.size(); ++i) {
    const LineHealth& line = feed.lines[i];
    text += fmt::format("{}{} first {}", i == 0 ? "" : ", ", static_cast<char>('A' + i), share(line.wins, feed.ticks));
    if (line.lag_ns > 0) text += fmt::format(" lag {} us", line.lag_ns / 1'000);
    if (line.silences > 0) text += fmt::format(" silent {}x", line.silences);
  }
  return text;
}

struct Line {
  std::string name, text;
  Style style = Style::kPlain;
};

std::vector<Line> connection_lines(const Canvas& canvas) {
  const console::Model& live = canvas.scene.live;
  std::vector<Line> lines;
  for (const Notice& notice : notices(canvas.scene, canvas.now_ns)) lines.push_back({"notice", notice.text, notice.style});
  lines.push_back({"connection", canvas.scene.endpoint + ": " + std::string(kStates[static_cast<std::size_t>(live.state())])});
  const Health& health = canvas.scene.health;
  if (const auto& heard = live.heartbeat()) {
    lines.push_back({"heartbeat", console::age_text(canvas.now_ns - live.heartbeat_at_ns()) + " (one each 250 ms)"});
    const std::string state(wire::kEngineStateNames[static_cast<std::size_t>(heard->state)]);
    const auto up_ns = static_cast<std::int64_t>(heard->send_ns) - static_cast<std::int64_t>(heard->started_ns);
    lines.push_back({"node", (health.known() ? health.node() + " " : "") + state + ", up " + console::age_text(up_ns)});
    lines.push_back(
        {"recording", fmt::format("{:016x}", heard->recording_id) + (health.recording().empty() ? "" : " " + health.recording())});
    lines.push_back({"records", fmt::format("{} written, {} on the disk", heard->written_jseq, heard->synced_jseq)});
  }
  if (health.known())
    lines.push_back({"counters", "age " + console::age_text(canvas.now_ns - health.answered_ns())});
  else
    lines.push_back({"counters", "the node has not answered yet", Style::kDim});
  for (const Stall& stall : health.stalls())
    lines.push_back({"stall", fmt::format("stage {} stood still {} times", stall.stage, stall.count), Style::kWarning});
  return lines;
}

int draw_feeds(Canvas& canvas, int y) {
  Frame& frame = canvas.frame();
  const Health& health = canvas.scene.health;
  if (!health.known()) return y;
  if (health.feeds().empty()) {
    frame.put(1, y, "The node counts no feeds: a relay, or an engine without any.", Style::kDim);
    return y + 1;
  }
  const int name_width = canvas.width() >= 100 ? 24 : canvas.width() >= 70 ? 14 : 11;
  frame.put(1, y, "feed", Style::kDim);
  const auto row = [&](int at, const std::array<std::string, 5>& texts, const std::string& lines, Style style) {
    static constexpr std::array<int, 5> kEnds{12, 21, 32, 40, 49};
    for (std::size_t i = 0; i < texts.size() && name_width + kEnds[i] <= canvas.width(); ++i)
      frame.put_right(name_width + kEnds[i], at, texts[i], style);
    frame.put(name_width + kEnds.back() + 2, at, lines, style);
  };
  row(y++, {"state", "ticks/s", "ticks", "lost", "refused"}, "lines", Style::kDim);
  for (const FeedHealth& feed : health.feeds()) {
    if (y >= canvas.bottom) break;
    const std::int64_t silent_ns = health.silence_ns(feed);
    const std::string state = feed.frames == 0 ? "never heard"
                              : silent_ns != 0 ? fmt::format("STALE {} s", silent_ns / 1'000'000'000)
                                               : "heard";
    const Style style = feed.frames == 0 || silent_ns != 0     ? Style::kAlarm
                        : feed.lost != 0 || feed.rejected != 0 ? Style::kWarning
                                                               : Style::kPlain;
    frame.put(1, y, feed.name, style, name_width - 1);
    row(y++,
        {state, fmt::format("{:.0f}", feed.ticks_per_second), std::to_string(feed.ticks), std::to_string(feed.lost),
         std::to_string(feed.rejected)},
        lines_text(feed), style);
  }
  return y;
}

}  // namespace

void draw_health(Canvas& canvas) {
  Frame& frame = canvas.frame();
  int y = canvas.top;
  for (const Line& line : connection_lines(canvas)) {
    if (y >= canvas.bottom) return;
    frame.put(1, y, line.name, Style::kDim);
    frame.put(12, y++, line.text, line.style);
  }
  if (y + 1 < canvas.bottom) y = draw_feeds(canvas, y + 1);
  std::vector<const console::Operation*> said;
  const auto& operations = canvas.scene.shown.operations();
  for (auto each = operations.rbegin(); each != operations.rend(); ++each) {
    if (holds(each->text, canvas.view.filter) || holds(each->component, canvas.view.filter)) said.push_back(&*each);
  }
  if (y + 2 >= canvas.bottom) return;
  frame.put(1, y + 1, said.empty() ? "The node has said nothing to its operators since this screen began." : "what the node says",
            Style::kDim);
  y += 2;
  canvas.drawn.page = std::max(canvas.bottom - y, 1);
  canvas.drawn.most_scroll = std::max(static_cast<int>(said.size()) - canvas.drawn.page, 0);
  for (int i = std::min(canvas.view.scroll, canvas.drawn.most_scroll); i < static_cast<int>(said.size()) && y < canvas.bottom; ++i, ++y) {
    const console::Operation& each = *said[static_cast<std::size_t>(i)];
    const Style style = each.severity == 'E' ? Style::kAlarm : each.severity == 'W' ? Style::kWarning : Style::kPlain;
    frame.put(1, y, fmt::format("{} {} {}: {}", console::new_york_time(each.time_ns), each.severity, each.component, each.text), style);
  }
}

}  // namespace groundswell::top
