#include "relay/level_mirror.hpp"

#include <algorithm>
#include <utility>

namespace groundswell::relay {

void LevelMirror::take(const wire::LevelBatch& batch) {
  const std::size_t scope = batch.header.scope;
  if (scope >= scopes_.size()) scopes_.resize(scope + 1);
  OfClock& clock = scopes_[scope][static_cast<std::size_t>(batch.clock)];
  if (batch.full && !clock.in_run) clock.levels.clear();
  clock.in_run = batch.full && !batch.last;
  clock.newest = batch;
  clock.newest.levels = {};
  clock.any = clock.changed = true;
  const auto before = [](const Level& a, const Level& b) { return std::pair(a.subject, a.signal) < std::pair(b.subject, b.signal); };
  for (const Level& level : batch.levels) {
    const auto at = std::lower_bound(clock.levels.begin(), clock.levels.end(), level, before);
    if (at != clock.levels.end() && !before(level, *at)) {
      *at = level;
    } else {
      clock.levels.insert(at, level);
    }
  }
}

bool LevelMirror::full(std::size_t scope, Clock clock, wire::LevelBatch& out) const {
  if (scope >= scopes_.size()) return false;
  const OfClock& held = scopes_[scope][static_cast<std::size_t>(clock)];
  if (!held.any) return false;
  out = held.newest;
  out.full = out.last = true;
  out.levels = held.levels;
  return true;
}

bool LevelMirror::take_changed(std::size_t scope, Clock clock) noexcept {
  return std::exchange(scopes_[scope][static_cast<std::size_t>(clock)].changed, false);
}

}  // namespace groundswell::relay
