// What is on the screen, from what is known: a pure function, whose text the tests keep.
#pragma once

#include <cstdint>
#include <string>

#include "console/model.hpp"
#include "top/frame.hpp"
#include "top/health.hpp"
#include "top/view.hpp"

namespace groundswell::top {

inline constexpr Size kSmallest{40, 10};  // below it a line that says so is all there is

struct Scene {
  const console::Model& shown;  // whose numbers are drawn: `live`, or a copy of it while the display stands still
  const console::Model& live;   // how the connection is
  const Health& health;
  std::string endpoint;
  std::int64_t paused_ns = 0;  // monotonic: since when it stands still; 0 = it does not
};

struct Drawn {
  Frame frame;
  int page = 1;         // rows of its list
  int most_scroll = 0;  // ViewState::scroll goes no further
};

// `now_ns`: monotonic, as Model::set_time().
Drawn render(const Scene& scene, const ViewState& view, Size size, std::int64_t now_ns);

}  // namespace groundswell::top
