// What the panes draw on: a frame, and which of its rows are theirs.
#pragma once

#include <string>
#include <vector>

#include "top/render.hpp"

namespace groundswell::top {

struct Canvas {
  const Scene& scene;
  const ViewState& view;
  std::int64_t now_ns;
  Drawn drawn;
  int top = 0, bottom = 0;  // rows from `top` to before `bottom` are the pane's

  Frame& frame() { return drawn.frame; }
  int width() const { return drawn.frame.size().width; }
  // Since the engine was heard, or since the display stands still; 0 = neither. Numbers are older by that than market time says.
  std::int64_t standing_ns() const;
  std::string age_of(const console::Cell& cell) const;
};

// How long nothing was heard of the engine, when that is longer than the second after which a client calls it stale; else 0.
std::int64_t silence_ns(const console::Model& live, std::int64_t now_ns);

struct Notice {
  std::string text;
  Style style;
};
std::vector<Notice> notices(const Scene& scene, std::int64_t now_ns);  // what somebody should know first, the worst first

void draw_overview(Canvas& canvas);
void draw_basket(Canvas& canvas);
void draw_events(Canvas& canvas);
void draw_health(Canvas& canvas);

}  // namespace groundswell::top
