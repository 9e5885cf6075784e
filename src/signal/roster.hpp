// Which rosters a universe has over time. The roster of a session is the last version that begins at or before it.
#pragma once

#include <cstdint>
#include <vector>

#include "groundswell/universe.hpp"

namespace groundswell::signal {

struct RosterVersion {         // the roster does not change between two of these
  std::uint32_t from_session;  // yyyymmdd
  std::uint64_t hash;          // first 8 bytes of the SHA-256 of its canonical text
};
std::vector<RosterVersion> roster_versions(const Universe& universe);  // by session, the first from 0

}  // namespace groundswell::signal
